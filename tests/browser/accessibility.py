"""What axe and our own measurement find on a page: shared by the browser tests."""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What passes is counted, not listed: it would be a megabyte a page.
FOUND = {"resultTypes": ["violations", "incomplete"]}
# Without preload: axe would fetch the theme's style sheets again, from the wrong folder.
AXE = {
    **FOUND,
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "preload": False,
}
# What a narrow screen can break. Contrast is not among it, and clipped cells are undecided there.
AXE_NARROW = {
    **FOUND,
    "runOnly": {"type": "rule", "values": ["scrollable-region-focusable", "target-size"]},
}
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
# And what stands before other things: a bar, a dialog.
MEASURABLE = {"bgOverlap", "elmPartiallyObscuring", "imgNode", "nonBmp", "shortTextContent"}


@dataclass
class Reading:
    """What one page did and showed, over all ways it was opened."""

    elsewhere: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    contrast: list[str] = field(default_factory=list)
    markup: list[str] = field(default_factory=list)
    overflow: list[str] = field(default_factory=list)


def judge(
    page: Page,
    reading: Reading,
    where: str,
    rules: dict[str, Any] = AXE,
    parts: list[str] | None = None,
) -> None:
    """Note what axe finds, and the contrast that it could not decide and `FAINT` does not clear.

    `parts` are selectors of what to look at; without them it is the whole page.
    """
    found = Axe().run(page, context=parts, options=rules).response
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
