"""The built book on loopback, and one Chromium that reads every page of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from serving import served

from bordercount import chromium, course, keys

ROOT = Path(__file__).parents[2]
# Nothing that Chromium does on its own account may look like a request of the book's.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # book.test is plain http on another host name; no other host is there at all.
    "--host-resolver-rules=MAP book.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built book: warnings are errors, every reference must resolve.

    `BORDERCOUNT_SITE` names a folder that is already built, to spare the build.
    """
    if built := os.environ.get("BORDERCOUNT_SITE"):
        return Path(built)
    output = tmp_path_factory.mktemp("book")
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    flags = ["--path-output", str(output), "-W", "-n", "--keep-going"]
    build = subprocess.run(
        [*command, "build", "book/", *flags], cwd=ROOT, capture_output=True, text=True
    )
    assert build.returncode == 0, build.stdout[-3000:] + build.stderr[-3000:]
    return output / "_build" / "html"


@pytest.fixture(scope="session")
def pages(site: Path) -> list[str]:
    """Return every page of the book, as a path below the site."""
    found = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return [name for name in found if not name.startswith(("_", "lite/"))]  # JupyterLab's own


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the site on loopback; return its address."""
    with served(site) as home:
        yield home


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium. Without one the tests are skipped, except in CI, where they fail."""
    try:
        chromium.path()
    except chromium.ChromiumError as error:
        pytest.fail(str(error)) if os.environ.get("CI") == "true" else pytest.skip(str(error))
    with chromium.started(*FLAGS) as started:
        yield started


@pytest.fixture(scope="session")
def compiled() -> dict[str, dict[str, Any]]:
    """Return every compiled exercise of the course by its id."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(course.ENVIRONMENT, str(ROOT))
        chapters = [keys.compile_chapter(path.stem) for path in (ROOT / "exercises").glob("*.yml")]
    return {each["id"]: each for chapter in chapters for each in chapter["exercises"].values()}
