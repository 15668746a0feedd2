"""The module on paper: the book, the instructors' pages and a worksheet for each chapter, as PDF.

Chromium prints what a reader who prints a page gets; here all pages stand in one document, with a
title page, contents with page numbers, and links that work.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bordercount
from bordercount import answers, chromium, course, exercises, forms, guide, parcels, toc
from bordercount.errors import BordercountError
from bordercount.exercises import AnyExercise

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES = ("letter", "a4")
ABOUT = (
    "The numbers of one news article, taken apart",
    f"Version {bordercount.__version__}",
    "Text: CC BY 4.0. Code: BSD-3-Clause.",
)
PARTS_FOR_INSTRUCTORS = 1  # the last of the book's parts


class PaperError(BordercountError):
    """The PDFs cannot be made; the message says why, and what to do."""


@dataclass(frozen=True)
class Printed:
    """A PDF that was written: where, how many pages, how many bytes."""

    path: Path
    pages: int
    size: int


def write(out: Path, site: Path | None = None, size: str = "letter") -> list[Printed]:
    """Print everything into `out`, made if missing: all files are replaced, or none.

    `site` is the folder of the built book, _build/html of the course unless given. Raises
    `PaperError`, `ChromiumError`, `TocError` or `ExerciseError`.
    """
    try:
        import pypdf
    except ModuleNotFoundError:
        raise PaperError(
            "page numbers are read by the package 'pypdf'; "
            "pip install -c constraints.txt -e '.[book,print]'"
        ) from None
    if size not in SIZES:
        raise PaperError(f"no paper {size!r}; choose one of {', '.join(SIZES)}")
    root = course.root()
    site = site or root / "_build" / "html"
    parts = toc.parts(root)
    captions = list(parts)
    theirs = captions[-PARTS_FOR_INSTRUCTORS:]
    made: dict[str, bytes] = {}
    with chromium.started() as browser:
        for name, title, chosen in (
            ("bordercount", "Bordercount", captions[:-PARTS_FOR_INSTRUCTORS]),
            ("instructors", "Bordercount: for instructors", theirs),
        ):
            pages = {caption: read(site, parts[caption]) for caption in chosen}
            made[f"{name}.pdf"] = book(browser, site, title, pages, size)
        for name in exercises.in_order():
            made[f"worksheet-{name}.pdf"] = worksheet(browser, name, size)
    parcels.write(out, made)
    return [
        Printed(out / name, len(pypdf.PdfReader(BytesIO(content)).pages), len(content))
        for name, content in made.items()
    ]


def read(site: Path, names: Iterable[str]) -> list[dict[str, str]]:
    """Return pages of the built book, name and HTML. Raises `PaperError` if one is missing."""
    found = []
    for name in names:
        path = site / f"{name}.html"
        try:
            found.append({"name": name, "html": path.read_text(encoding="utf-8")})
        except OSError as error:
            raise PaperError(
                f"{path}: cannot be read: {error.strerror}; build the book first: make book"
            ) from None
    return found


def book(
    browser: "Browser", site: Path, title: str, pages: dict[str, list[dict[str, str]]], size: str
) -> bytes:
    """Return pages of the built book as one PDF, by the captions of their parts.

    It is printed twice: the first time tells on which page each chapter starts.
    """
    with browser.new_context(java_script_enabled=False) as context:  # pages as they were built
        page = context.new_page()
        page.goto((site / "index.html").as_uri())
        parts = [{"caption": caption, "pages": found} for caption, found in pages.items()]
        made = {"title": title, "about": ABOUT, "style": style("exercise.css"), "parts": parts}
        page.evaluate(template("paper.js"), made)
        starts = places(page.pdf(format=size))
        page.evaluate(
            """starts => document.querySelectorAll(".bc-contents a").forEach(
                link => { link.lastChild.textContent = starts[link.hash.slice(1)]; })""",
            starts,
        )
        return pdf(page, size)


def places(content: bytes) -> dict[str, int]:
    """Return on which page of a PDF each place stands that a link in it leads to."""
    import pypdf

    reader = pypdf.PdfReader(BytesIO(content))
    return {
        name.removeprefix("/"): int(reader.get_destination_page_number(place) or 0) + 1
        for name, place in reader.named_destinations.items()
    }


def worksheet(browser: "Browser", name: str, size: str) -> bytes:
    """Return a chapter's worksheet as a PDF."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.set_content(worksheet_page(name))
        return pdf(page, size)


def worksheet_page(name: str) -> str:
    """Return a chapter's questions as a page to print, each with room to write."""
    chapter = exercises.load(name)
    return guide.TEMPLATES.get_template("worksheet.html").render(
        title=chapter.title,
        version=bordercount.__version__,
        style=style("book.css", "exercise.css"),
        points=sum(each.points for each in chapter.exercises),
        exercises=[fieldset(name, each, n) for n, each in enumerate(chapter.exercises, start=1)],
    )


def fieldset(name: str, exercise: AnyExercise, number: int) -> str:
    """Return the fields of an exercise, in the case that a page shows to who has no id yet."""
    case = answers.case_number(f"{name}.{exercise.id}", "", len(exercise.cases))
    made = forms.fieldset(exercise, exercise.cases[case])
    return made.replace("Exercise:", f"Exercise {number}:", 1)


def pdf(page: "Page", size: str) -> bytes:
    """Return a page as Chromium prints it, with tags for screen readers and an outline."""
    options: dict[str, Any] = {"tagged": True, "outline": True}
    return page.pdf(format=size, **options)


def style(*names: str) -> str:
    """Return these style sheets of the package's, and that of paper."""
    assets = resources.files("bordercount") / "assets"
    found = [(assets / name).read_text(encoding="utf-8") for name in names]
    return "\n".join([*found, template("paper.css")])


def template(name: str) -> str:
    """Return the text of one of the package's templates."""
    return (resources.files("bordercount") / "templates" / name).read_text(encoding="utf-8")
