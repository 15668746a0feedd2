"""The installer of the offline zip: one line for what does not fit, readable by an old Python."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bordercount import installer

SOURCE = Path(installer.__file__)
HERE = {**installer.machine(), "oldest": "{}.{}.0".format(*sys.version_info)}
NEWER = "{}.{}.{}".format(*sys.version_info[:2], sys.version_info.micro + 1)


def run(folder: Path, **wanted: Any) -> tuple[int, str]:
    """Run the installer in a folder made for another machine; return its status and what it says.

    There are no wheels in the folder, so that nothing can be installed.
    """
    shutil.copy(SOURCE, folder / "install.py")
    (folder / installer.MADE_FOR).write_text(json.dumps({**HERE, **wanted}))
    ran = subprocess.run(
        [sys.executable, "install.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stderr


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"python": "Python 3.4"}, "these files are for Python 3.4, from 3"),
        ({"oldest": NEWER}, f"from {NEWER} on, and this is Python 3"),
        ({"system": "Plan 9 on mips, 32 bits"}, "these files are for Plan 9 on mips, 32 bits, and"),
    ],
)
def test_another_python_or_system_is_refused_in_one_line(
    tmp_path: Path, wanted: dict[str, str], message: str
) -> None:
    status, said = run(tmp_path, **wanted)
    assert status == 1
    assert said.startswith("Not installed: ")
    assert message in said
    assert said.count("\n") == 1
    assert not (tmp_path / ".venv").exists()


def test_run_outside_its_folder_it_says_to_unpack_the_zip(tmp_path: Path) -> None:
    shutil.copy(SOURCE, tmp_path / "install.py")
    ran = subprocess.run(
        [sys.executable, "install.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 1
    assert "unpack the whole zip" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_python_without_venv_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / installer.MADE_FOR).write_text(json.dumps(HERE))
    monkeypatch.setattr(installer, "HERE", tmp_path)
    assert installer.refusal() == ""
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert "apt-get install python3-venv" in installer.refusal()


@pytest.mark.slow
def test_missing_wheels_are_reported_and_no_start_is_promised(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "requirements.txt").write_text("no-such-package==1\n")
    status, said = run(tmp_path)
    assert status == 1
    assert "no-such-package" in said
    assert said.endswith("Not installed: the lines above say why. Mend it, and run this again.\n")


def test_an_old_python_reads_as_far_as_the_refusal() -> None:
    tree = ast.parse(SOURCE.read_text("utf-8"), feature_version=(3, 6))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    given = [node.returns for node in functions]
    assert all(isinstance(each, ast.Constant | ast.Name) for each in given)  # dict[...] needs 3.9
