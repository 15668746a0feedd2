"""The book's prose keeps its promises: no typed figures, computed alt text, cited sources only."""

import ast
import csv
import re
from pathlib import Path

import jupytext
import pytest
from pybtex.database import parse_file

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
PAGES = sorted(BOOK.glob("*.md"))
ALLOWED_FILE = Path(__file__).parent / "typed_figures.csv"
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# What may be typed: it is a name, or dates what is said.
NAMES = [
    r"^\s*\d+\.\s",  # the number of a list item
    rf"\b\d{{1,2}}(?=\s(?:{MONTHS})\b)",  # 22 March
    r"\b(?:FY)?(?:19|20)\d\d(?:-\d\d)?s?\b",  # 2024, FY2024, 2024-02, 1990s
    r"\b\d+ U\.S\.C\. [\d()a-zA-Z]+",
    r"\b\d+ CFR [\d.]+",
    r"\bTitles? (?:8|42)(?: (?:and|or) (?:Title )?(?:8|42))?\b",
]
CODE_CELL = re.compile(r"^```\{code-cell\}.*?^```\s*$", re.DOTALL | re.MULTILINE)
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
NOT_PROSE = [
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"^:[\w-]+:.*$", re.MULTILINE),  # options of a directive
    re.compile(r"^[ \t]*(?:```|:::+)\{[^}]*\}[^\S\n]*\S*[^\S\n]*$", re.MULTILINE),
    re.compile(r"\{[\w:-]+\}`[^`]*`"),  # roles: glued figures, citations, terms
    re.compile(r"`[^`]*`"),  # code
    re.compile(r"^ {4}.*$", re.MULTILINE),  # code that is indented
    re.compile(r"(?<=\])\([^)]*\)"),  # the address of a link
]
FIGURE = re.compile(r"\$?\d[\d,.]*\d|\$?\d")


def prose(text):
    for pattern in (FRONT_MATTER, CODE_CELL, *NOT_PROSE):
        text = pattern.sub(lambda found: "\n" * found[0].count("\n"), text)
    return text


def typed_figures(text):
    for line in prose(text).splitlines():
        for name in NAMES:
            line = re.sub(name, "", line)
        yield from (found[0] for found in FIGURE.finditer(line))


def allowed(page):
    with ALLOWED_FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["figure"] for row in csv.DictReader(file) if row["page"] == page and row["reason"]
        }


def code_cells(page):
    cells = jupytext.read(page)["cells"]
    return [ast.parse(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def calls(page, name):
    for tree in code_cells(page):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                yield {keyword.arg: keyword.value for keyword in node.keywords}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_figure_is_typed_in_prose(page):
    found = set(typed_figures(page.read_text("utf-8")))
    assert found <= allowed(page.stem), "glue it, or allow it with a reason in typed_figures.csv"


def test_every_allowed_figure_is_still_there():
    with ALLOWED_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        text = (BOOK / f"{row['page']}.md").read_text("utf-8")
        assert row["figure"] in set(typed_figures(text)), row


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("CBP counted 189,922 encounters.", ["189,922"]),
        ("It pledged $5 billion, up 14.4%.", ["$5", "14.4"]),
        ("On 22 March 2024, under Title 42 and 8 U.S.C. 1158.", []),
        ("1. First\n2. In FY2024, {glue:text}`total` encounters {cite}`x-2`", []),
        ("```{code-cell} ipython3\ntotal = 189922\n```\nso", []),
        (":::{dropdown} The answer is 12\nit\n:::", ["12"]),
    ],
)
def test_the_scan_tells_figures_from_names(line, found):
    assert list(typed_figures(line)) == found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_alt_text_is_computed(page):
    for call in calls(page, "figure"):
        parts = list(ast.walk(call["alt"]))
        assert any(isinstance(part, ast.FormattedValue) for part in parts), (
            f"{page.name}: nothing computed"
        )
        fixed = " ".join(
            str(part.value)
            for part in parts
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )
        assert list(typed_figures(fixed)) == [], f"{page.name}: typed in alt: {fixed}"


@pytest.mark.parametrize("chapter", ["story", "terms", "counts", "frames"])
def test_a_chapter_has_figures_and_the_length_of_a_chapter(chapter):
    page = BOOK / f"{chapter}.md"
    assert len(list(calls(page, "figure"))) >= 2
    words = len(re.findall(r"\w[\w\u2019'-]*", prose(page.read_text("utf-8"))))
    assert 1_200 <= words <= 2_500, words


def test_only_entries_that_are_cited_stand_in_the_bibliography():
    texts = [path.read_text("utf-8") for path in PAGES]
    texts += [path.read_text("utf-8") for path in (ROOT / "data").glob("*.csv")]
    texts += [path.read_text("utf-8") for path in (ROOT / "data").glob("*.yml")]
    words = set(re.findall(r"[a-z0-9-]+", "\n".join(texts)))
    entries = parse_file(str(BOOK / "references.bib")).entries
    assert sorted(set(entries) - words) == []
