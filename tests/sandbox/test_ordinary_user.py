"""Every prize and every missing wall once more, as a user without any privilege."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

USER = 61000  # nobody's
# All but what ends late or takes all of something, which no privilege changes.
WALLS = "prize or left_for or written or refused or kill or socket or root or namespaces or its"
HERE = Path(__file__).parent


def interpreter():
    """Return a Python of this version that every user can start, or nothing."""
    same = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    for path in (sys._base_executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            subprocess.run(
                [path, "-c", same], user=USER, group=USER, extra_groups=[], cwd="/", check=True
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return path
    return ""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="these tests run as an ordinary user already")
def test_all_holds_for_an_ordinary_user_too():
    python = interpreter()
    if not python:
        pytest.skip("no Python of this version that an ordinary user can start")
    base = Path(os.path.realpath("/tmp")) / f"bordercount-ordinary-{os.getpid()}"
    base.mkdir()
    shutil.chown(base, USER, USER)
    places = [str(HERE.parents[1] / "src"), sysconfig.get_path("purelib")]
    try:
        found = subprocess.run(
            [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", f"{base}/tmp",
             str(HERE / "test_attacks.py"), str(HERE / "test_room.py"), "-k", WALLS],
            cwd=HERE.parents[1], user=USER, group=USER, extra_groups=[],
            env={"PATH": os.environ["PATH"], "HOME": str(base), "PYTHONDONTWRITEBYTECODE": "1",
                 "PYTHONPATH": os.pathsep.join(places)},
            capture_output=True, text=True,
        )  # fmt: skip
    finally:
        shutil.rmtree(base)
    assert found.returncode == 0, found.stdout[-3000:] + found.stderr[-1000:]
    assert " passed" in found.stdout
