"""The Chromium that prints the book and that tests read it with: this machine's own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bordercount.errors import BordercountError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")


class ChromiumError(BordercountError):
    """There is no browser to drive; the message says what to install."""


def path() -> str:
    """Return the path of the browser. Raises `ChromiumError` if none is on the PATH."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise ChromiumError(
            f"no browser: none of {', '.join(NAMES)} is on the PATH; "
            "install Chromium (Debian, Ubuntu: apt-get install chromium)"
        )
    return found


@contextmanager
def started(*flags: str) -> Iterator["Browser"]:
    """Start the browser without a window, with these flags of its own. Raises `ChromiumError`."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise ChromiumError(
            "the browser is driven by the package 'playwright'; "
            "pip install -c constraints.txt -e '.[book,print]'"
        ) from None
    # Chromium's own sandbox does not start for root, which is who containers run as.
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    executable = path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--disable-gpu", *flags, *root]
        )
        try:
            yield browser
        finally:
            browser.close()
