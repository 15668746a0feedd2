"""Every page of the built book: self-contained, accessible in both themes, fit for a telephone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

# Without preload: axe would fetch the theme's style sheets again, from the wrong folder.
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "preload": False,
}
# What a narrow screen can break. Contrast is not among it, and clipped cells are undecided there.
AXE_NARROW = {"runOnly": {"type": "rule", "values": ["scrollable-region-focusable", "target-size"]}}
TELEPHONE = {"width": 320, "height": 640}

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
# Axe leaves undecided what is drawn (SVG) and what is a sign rather than a word (MathML's minus):
# this measures ink against the nearest solid ground, and returns what stays below the ratio.
FAINT = """selectors => {
    const channels = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b]
        .map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = element => {
        const [r, g, b, alpha = 1] = channels(getComputedStyle(element).backgroundColor);
        return alpha === 1 ? [r, g, b] : ground(element.parentElement);
    };
    return selectors.filter(selector => {
        const element = document.querySelector(selector);
        const style = getComputedStyle(element);
        const ink = element.closest("svg") ? style.fill : style.color;
        const [dim, bright] = [light(channels(ink)), light(ground(element))].sort((a, b) => a - b);
        return (bright + 0.05) / (dim + 0.05) < 4.5;
    });
}"""
MEASURABLE = {"imgNode", "nonBmp", "shortTextContent"}


@dataclass
class Reading:
    """What one page did and showed, over all ways it was opened."""

    elsewhere: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    contrast: list[str] = field(default_factory=list)
    markup: list[str] = field(default_factory=list)
    overflow: list[str] = field(default_factory=list)


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


def judge(page: Page, reading: Reading, where: str, rules: dict[str, Any] = AXE) -> None:
    """Note what axe finds, and the contrast that it could not decide and `FAINT` does not clear."""
    found = Axe().run(page, options=rules).response
    for rule in found["violations"]:
        for node in rule["nodes"]:
            reading.violations.append(f"{where}: {rule['id']}: {node['html'][:160]}: {why(node)}")
    undecided = [n for r in found["incomplete"] if r["id"] == "color-contrast" for n in r["nodes"]]
    measurable = [n for n in undecided if n["any"][0]["data"]["messageKey"] in MEASURABLE]
    faint = page.evaluate(FAINT, [node["target"][0] for node in measurable])
    for node in undecided:
        if node not in measurable or node["target"][0] in faint:
            reading.contrast.append(f"{where}: {node['html'][:160]}: {why(node)}")


def why(node: dict[str, Any]) -> str:
    """Return axe's reasons for one element."""
    return "; ".join(check["message"] for check in node["any"] + node["all"] + node["none"])


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

    with opened(f"{address}/{name}") as page:
        judge(page, reading, "light")
        reading.markup = page.evaluate(MARKUP)
    with opened((site / name).as_uri(), "dark") as page:
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
