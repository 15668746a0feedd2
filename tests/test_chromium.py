"""The browser is this machine's own, and where it is missing we say what to install."""

import sys
from pathlib import Path

import pytest

from bordercount import chromium
from bordercount.chromium import ChromiumError


@pytest.mark.parametrize("name", chromium.NAMES)
def test_each_name_of_the_browser_is_found_on_the_path(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / name
    browser.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.path() == str(browser)


def test_without_a_browser_the_error_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ChromiumError, match=r"no browser: none of chromium, .*apt-get install"):
        chromium.path()


def test_without_playwright_the_error_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(ChromiumError, match=r"pip install .*\[book,print\]"), chromium.started():
        pass
