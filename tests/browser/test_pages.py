"""Every page of the built book: self-contained, accessible in both themes, fit for a telephone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from accessibility import AXE_NARROW, Reading, judge
from playwright.sync_api import Browser, Page

from bordercount import __version__

pytestmark = pytest.mark.slow

TELEPHONE = {"width": 320, "height": 640}
# So tall that no entry of the sidebar lies under its edge, where axe cannot tell its ground.
SCREEN = {"width": 1280, "height": 2400}

# What a picture must have, and a table: an empty list is a page in order.
MARKUP = """() => [
    ...[...document.querySelectorAll("article svg")]
        .filter(svg => !svg.closest("button, summary, [role=img][aria-label*=' ']"))
        .map(() => "a drawn figure without a label"),
    ...[...document.querySelectorAll("img:not([alt])")].map(img => "no alt: " + img.src),
    ...[...document.querySelectorAll("table.dataframe")].map(() => "a raw pandas table"),
    ...[...document.querySelectorAll("th")]
        .filter(th => !th.textContent.trim()).map(() => "an empty header cell"),
]"""
# The page's overflow in pixels, and what sticks out.
OVERFLOW = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("main *")]
        .filter(element => element.getBoundingClientRect().right > width + 1)
        .map(element => element.outerHTML.slice(0, 80));
}"""


def listen(page: Page, reading: Reading, home: str) -> None:
    """Note every request that leaves `home`, and every complaint of the page's."""

    def requested(url: str) -> None:
        if not url.startswith((home, "data:", "blob:")):
            reading.elsewhere.append(url)

    page.on("request", lambda request: requested(request.url))
    page.on("requestfailed", lambda request: reading.errors.append(f"not loaded: {request.url}"))
    page.on("pageerror", lambda error: reading.errors.append(str(error)))
    page.on(
        "console",
        lambda said: (
            said.type == "error" and reading.errors.append(f"{said.text} {said.location['url']}")
        ),
    )


def read(browser: Browser, name: str, address: str, site: Path) -> Reading:
    """Open one page light, dark from the disk, and on a telephone; return all that was seen."""
    reading = Reading()

    @contextmanager
    def opened(url: str, theme: str = "light", **options: Any) -> Iterator[Page]:
        with browser.new_context(color_scheme=theme, reduced_motion="reduce", **options) as context:
            page = context.new_page()
            listen(page, reading, url.removesuffix(name))
            page.goto(url, wait_until="load")
            assert page.locator("html").get_attribute("data-theme") == theme
            yield page

    with opened(f"{address}/{name}", viewport=SCREEN) as page:
        judge(page, reading, "light")
        reading.markup = page.evaluate(MARKUP)
    with opened((site / name).as_uri(), "dark", viewport=SCREEN) as page:
        judge(page, reading, "dark")
    with opened(f"{address}/{name}", viewport=TELEPHONE) as page:
        judge(page, reading, "telephone", AXE_NARROW)
        reading.overflow = page.evaluate(OVERFLOW)
    return reading


@pytest.fixture(scope="module")
def readings(browser: Browser, pages: list[str], address: str, site: Path) -> dict[str, Reading]:
    """Return what was seen of every page."""
    assert "index.html" in pages
    return {name: read(browser, name, address, site) for name in pages}


@pytest.mark.parametrize("trouble", Reading.__dataclass_fields__)
def test_no_page_has(trouble: str, readings: dict[str, Reading]) -> None:
    found = [f"{name}: {it}" for name, r in readings.items() for it in getattr(r, trouble)]
    assert not found, "\n".join(found)


def test_every_page_names_the_version(site: Path, pages: list[str]) -> None:
    for name in pages:
        assert f"Bordercount {__version__}</p>" in (site / name).read_text(encoding="utf-8")
