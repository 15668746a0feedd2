"""The built book on loopback, and one Chromium that reads every page of it."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from bordercount import course, keys

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Nothing that Chromium does on its own account may look like a request of the book's.
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP book.test 127.0.0.1",  # plain http on another host name
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
    return [name for name in found if not name.startswith("_")]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that keeps its log to itself."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the site on loopback; return its address."""
    handler = functools.partial(Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium. Without one the tests are skipped, except in CI, where they fail."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        reason = f"no browser: none of {', '.join(BROWSERS)} is on the PATH; install chromium"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *root])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def compiled() -> dict[str, dict[str, Any]]:
    """Return every compiled exercise of the course by its id."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(course.ENVIRONMENT, str(ROOT))
        chapters = [keys.compile_chapter(path.stem) for path in (ROOT / "exercises").glob("*.yml")]
    return {each["id"]: each for chapter in chapters for each in chapter["exercises"].values()}
