"""What is printed: the book and the worksheets as PDF, and a page that a reader prints."""

import html
import re
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PageObject, PdfReader

from bordercount import answers, exercises, forms, keys, toc
from bordercount.exercises import fill

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in (ROOT / "exercises").glob("*.yml"))
PDFS = ["bordercount.pdf", "instructors.pdf", *(f"worksheet-{name}.pdf" for name in NAMES)]
BLOCK = re.compile(r"</?(?:p|ol|ul|li|pre|blockquote)\b[^>]*>")
LINE = 34  # pixels: the 9 mm of a line to write on
# What is wider than its place at the width that is printed: paper does not scroll, but cuts it off.
CUT = """() => {
    const right = document.documentElement.clientWidth + 1;
    return [...document.querySelectorAll("table, pre, figure, .bc-plot, svg, math, .bc-exercise")]
        .filter(it => it.checkVisibility())
        .filter(it => it.getBoundingClientRect().right > right
            || it.clientWidth && it.scrollWidth > it.clientWidth + 1)
        .map(it => it.outerHTML.slice(0, 100));
}"""

# What a page carries around its text, and what can be pressed.
AROUND = """() => {
    const around = ".bd-sidebar-primary, .bd-sidebar-secondary, .bd-header-article, button,"
        + ".prev-next-footer, #jb-print-docs-body, .bc-bar, .bc-launch, .headerlink, .bc-hints,"
        + ".bc-controls, .sd-summary-state-marker, details.hide > summary";
    return [...document.querySelectorAll(around)]
        .filter(it => it.checkVisibility()).map(it => it.outerHTML.slice(0, 80));
}"""


def without_space(text: str) -> str:
    """Return a text as it can be found again in a PDF, whatever its lines."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))  # without ligatures, too


def words(markup: str) -> str:
    """Return the text of HTML, without space."""
    return without_space(html.unescape(re.sub(r"<[^>]+>", "", markup)))


@pytest.fixture(scope="module")
def printed(
    browser: Browser, site: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """Return the folder of the PDFs, and what the command said, where there is a browser."""
    out = tmp_path_factory.mktemp("paper") / "print"
    command = [sys.executable, "-c", "from bordercount.cli import main; main()", "print"]
    ran = subprocess.run([*command, out, "--site", site], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return out, ran.stdout


@pytest.fixture(scope="module")
def pdfs(printed: tuple[Path, str]) -> dict[str, PdfReader]:
    """Return the PDFs by name."""
    return {path.name: PdfReader(path) for path in printed[0].iterdir()}


@pytest.fixture(scope="module")
def texts(pdfs: dict[str, PdfReader]) -> dict[str, list[str]]:
    """Return the text of each page of each PDF, without space."""
    return {
        name: [without_space(page.extract_text()) for page in reader.pages]
        for name, reader in pdfs.items()
    }


def title(name: str, site: Path) -> str:
    """Return the title of a page of the book."""
    found = re.search(
        r'<h1>([^\n]*?)<a class="headerlink"', (site / f"{name}.html").read_text("utf-8"), re.S
    )
    assert found
    return html.unescape(re.sub("<[^>]+>", "", found[1]))


def printed_in(pdf: str) -> list[str]:
    """Return the pages of the book that are printed in a PDF."""
    parts = list(toc.parts(ROOT).values())
    chosen = parts[-1:] if pdf == "instructors.pdf" else parts[:-1]
    return [name for names in chosen for name in names]


def test_the_command_writes_each_pdf_and_says_how_many_pages(printed, pdfs):
    out, said = printed
    assert sorted(pdfs) == sorted(PDFS)
    for name, reader in pdfs.items():
        assert f"{out / name}: {len(reader.pages)} pages" in said


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("bordercount.pdf", 150, 300), ("instructors.pdf", 30, 80)]
    + [(f"worksheet-{name}.pdf", 3, 10) for name in NAMES],
)
def test_a_pdf_has_as_many_pages_as_its_matter_needs_and_none_is_empty(texts, name, least, most):
    assert least <= len(texts[name]) <= most
    assert [number for number, text in enumerate(texts[name], 1) if len(text) < 40] == []


@pytest.mark.parametrize("pdf", ["bordercount.pdf", "instructors.pdf"])
def test_every_page_of_the_book_starts_where_contents_and_outline_say(pdf, pdfs, texts, site):
    reader = pdfs[pdf]
    outline = [each for each in reader.outline if not isinstance(each, list)]
    assert [each.title for each in outline] == [
        "Contents", *(title(name, site) for name in printed_in(pdf))
    ]  # fmt: skip
    contents = reader.pages[1].extract_text()
    for each in outline[1:]:
        number = reader.get_destination_page_number(each) + 1
        assert re.search(rf"{re.escape(each.title)}\s*{number}(\s|$)", contents), each.title
        head = without_space(each.title) + str(number)  # and the number at the foot
        text = texts[pdf][number - 1]
        assert text.startswith(head)
        assert without_space(each.title) in text.removeprefix(head)


def test_each_exercise_is_asked_in_its_worksheet_in_the_case_that_a_page_shows(texts, clone):
    for name in NAMES:
        text = "".join(texts[f"worksheet-{name}.pdf"])
        for number, each in enumerate(exercises.load(name).exercises, start=1):
            case = answers.case_number(f"{name}.{each.id}", "", len(each.cases))
            prompt = forms.block(fill(each.prompt, each.cases[case]))
            blocks = [
                words(block) for block in BLOCK.split(prompt)
            ]  # between them, a list's numbers
            assert [block for block in blocks if block not in text] == [], f"{name}.{each.id}"
            assert words(f"Exercise {number}: {forms.KINDS[each.kind]}") in text


def test_no_hint_no_answer_and_no_feedback_is_printed(texts, clone):
    for name in NAMES:
        printed = {pdf: "".join(texts[pdf]) for pdf in (f"worksheet-{name}.pdf", "bordercount.pdf")}
        for each in exercises.load(name).exercises:
            told = []
            if each.kind not in ("text", "code"):
                for case in each.cases:
                    key = keys.key(name, each, case)
                    told += [key["because"], *(mistake["feedback"] for mistake in key["mistakes"])]
            secrets = [words(secret) for secret in told if secret]
            for pdf, text in printed.items():
                assert [secret for secret in secrets if secret in text] == [], f"{pdf}: {each.id}"


def test_what_a_page_opens_on_request_stands_at_the_end_of_its_chapter(texts, site):
    text = "".join(texts["bordercount.pdf"])
    found = 0
    for name in NAMES:
        page = (site / f"{name}.html").read_text("utf-8")
        for opened in re.findall(
            r'<div class="sd-summary-content[^>]*>(.*?)</details>', page, re.S
        ):
            last = re.findall(r"<p\b[^>]*>(.*?)</p>", opened, re.S)[-1]
            before = text[: text.index(words(last)[:40])]  # it may run on over a page
            later = before.rindex(words("Read this after your own attempt"))
            assert words(": see the end of this chapter") in before[:later]
            assert words("In this chapter") not in before[later:]  # the next one's opening
            found += 1
    assert found > 15


def elements(reader: PdfReader) -> Iterator[dict[str, Any]]:
    """Yield the elements of a PDF's structure, which screen readers read."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        found = waiting.pop().get_object()
        if isinstance(found, list):
            waiting += found
        elif isinstance(found, dict):
            if "/S" in found:
                yield found
            if "/K" in found:
                waiting.append(found["/K"])


def test_every_figure_has_its_text_in_the_structure(pdfs, site):
    wanted = Counter(
        html.unescape(alt)
        for name in printed_in("bordercount.pdf")
        for alt in re.findall(
            r'<div class="bc-plot" role="img" aria-label="([^"]*)"',
            (site / f"{name}.html").read_text("utf-8"),
        )
    )
    assert wanted.total() > 50
    figures = [each for each in elements(pdfs["bordercount.pdf"]) if each["/S"] == "/Figure"]
    assert Counter(str(each.get("/Alt")) for each in figures) == wanted


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_is_tagged_and_names_its_language_and_title(pdfs, name):
    root = pdfs[name].trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert re.match("Bordercount|Worksheet: ", pdfs[name].metadata.title)
    assert {"/H1", "/P"} <= {each["/S"] for each in elements(pdfs[name])}


def fonts(page: PageObject) -> Iterator[tuple[str, bool]]:
    """Yield each font of a page with whether it is in the file."""
    for font in page["/Resources"].get("/Font", {}).values():
        font = font.get_object()
        kept = [each.get_object() for each in font.get("/DescendantFonts", [font])]
        descriptors = [each.get("/FontDescriptor", {}) for each in kept]
        embedded = font["/Subtype"] == "/Type3" or all(
            any(str(key).startswith("/FontFile") for key in each) for each in descriptors
        )
        yield str(font["/BaseFont" if "/BaseFont" in font else "/Name"]), embedded


@pytest.mark.parametrize("name", PDFS)
def test_all_fonts_are_in_the_file(pdfs, name):
    found = {font for page in pdfs[name].pages for font in fonts(page)}
    assert found
    assert [font for font, embedded in found if not embedded] == []


@pytest.mark.parametrize("name", PDFS)
def test_a_link_goes_to_a_page_of_the_file_or_to_a_public_address(pdfs, name):
    reader = pdfs[name]
    addresses, inside = [], []
    for page in reader.pages:
        for found in page.get("/Annots", ()):
            link = found.get_object()
            if "/A" in link:
                addresses.append(str(link["/A"]["/URI"]))
            else:
                inside.append(str(link["/Dest"]).removeprefix("/"))
    assert [each for each in addresses if not each.startswith(("https://", "http://"))] == []
    assert set(inside) <= {str(each).removeprefix("/") for each in reader.named_destinations}
    if name == "bordercount.pdf":
        assert len(inside) > 500
        assert len(addresses) > 200


# --- a page that a reader prints --------------------------------------------------------------


@pytest.fixture(scope="module")
def narrow(browser: Browser) -> Iterator[Page]:
    """Return a page as wide as what is printed of an A4 sheet, which is the narrower paper."""
    size = {"width": 657, "height": 980}
    with browser.new_context(viewport=size, color_scheme="dark") as context:
        page = context.new_page()
        page.emulate_media(media="print")
        yield page


def test_nothing_is_cut_off_and_nothing_but_the_text_is_printed(narrow, pages, site):
    for name in pages:
        narrow.goto((site / name).as_uri())
        assert narrow.evaluate(CUT) == [], name
        assert narrow.evaluate(AROUND) == [], name
        assert narrow.locator("h1:visible").count() == 1, name
    narrow.goto((site / "ledger.html").as_uri())
    narrow.evaluate("() => { document.querySelector('table').style.minWidth = '900px'; }")
    assert narrow.evaluate(CUT) != []


def test_ink_is_dark_though_the_screen_is_too(narrow, site):
    narrow.goto((site / "counts.html").as_uri())
    assert narrow.locator("html").get_attribute("data-theme") == "dark"
    light = narrow.evaluate(
        """() => {
            const written = "article :is(p, li, a, code, pre, span, td, th, h2, text, label)";
            const seen = [...document.querySelectorAll(written)]
                .filter(it => it.checkVisibility() && it.textContent.trim());
            const ink = it => getComputedStyle(it)[it.tagName === "text" ? "fill" : "color"];
            return [...new Set(seen.map(ink))].filter(colour => {
                const [red, green, blue] = colour.match(/[\\d.]+/g).map(Number);
                return 0.2 * red + 0.7 * green + 0.1 * blue > 110;
            });
        }"""
    )
    assert light == []


def heights(page: Page, selector: str) -> list[float]:
    """Return the heights of what matches on a page, in pixels."""
    found: list[float] = page.eval_on_selector_all(
        selector, "all => all.map(it => it.getBoundingClientRect().height)"
    )
    assert found, selector
    return found


def test_each_kind_of_exercise_has_room_to_write(narrow, site, clone):
    narrow.goto((site / "counts.html").as_uri())
    lines = [each.lines for each in exercises.load("counts").exercises if each.kind == "text"]
    areas = heights(narrow, ".bc-exercise textarea")
    assert all(height >= rows * LINE for height, rows in zip(areas, lines, strict=True))
    for selector in (".bc-exercise textarea", ".bc-exercise .bc-starter"):
        pseudo = "::after" if "starter" in selector else None
        ground = narrow.locator(selector).first.evaluate(
            """(it, pseudo) => {
                const { backgroundImage, printColorAdjust, height } = getComputedStyle(it, pseudo);
                return [backgroundImage.split("(")[0], printColorAdjust, parseFloat(height)];
            }""",
            pseudo,
        )
        assert ground[:2] == ["repeating-linear-gradient", "exact"]
        assert ground[2] >= 4 * LINE
    assert min(heights(narrow, '.bc-exercise input[type="text"]')) >= 30
    assert min(heights(narrow, ".bc-exercise select")) >= 28
    box = narrow.locator(".bc-order li").first.evaluate(
        "it => ['width', 'height'].map(name => getComputedStyle(it, '::before')[name])"
    )
    assert [float(each.removesuffix("px")) >= 28 for each in box] == [True, True]


def test_an_answer_given_on_the_page_is_printed_where_it_was_given(browser, site):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((site / "counts.html").as_uri())
        page.locator(".bc-exercise[data-live] textarea").first.fill("In my own words.")
        page.locator('.bc-exercise input[type="text"]').first.fill("12345")
        pair = page.locator(".bc-exercise .bc-pair select").first
        pair.select_option(index=2)
        chosen = pair.locator("option:checked").inner_text()
        path = site.parent / f"printed-{time.time_ns()}.pdf"
        try:
            page.pdf(path=path)
            text = "".join(page.extract_text() for page in PdfReader(path).pages)
        finally:
            path.unlink(missing_ok=True)
    for given in ("In my own words.", "12345", chosen):
        assert given in text
