"""The command line: the claim ledger, tables, exercises and worksheets, grading, bundles."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

try:
    import typer
    from rich.console import Console
    from rich.table import Table
except ModuleNotFoundError as missing:  # pragma: no cover
    sys.exit(
        f"bordercount: the command line needs the package {missing.name!r}; "
        "install it with: pip install 'bordercount[book]'"
    )

from bordercount import __version__
from bordercount.errors import BordercountError

if TYPE_CHECKING:
    from bordercount.grading import Summary

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
tables = typer.Typer(no_args_is_help=True)
app.add_typer(tables, name="data")
out = Console(highlight=False)
INTERRUPTED = 130  # the exit status after Ctrl+C
WIDE = 140  # columns in which a table has room for notes
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say_version(wanted: bool) -> None:
    """Print the version and end, if it is wanted."""
    if wanted:
        out.print(f"bordercount {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=say_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """Take the numbers of one news article apart.

    Every command tells more with --help.

    ```console
    $ bordercount doctor
    $ bordercount grade --help
    ```
    """


@app.command("claims")
def print_claims(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Claims to show; all, if none is named.")
    ] = None,
    vintage: Annotated[
        str | None, typer.Option(help="first, article or latest; all, if none is named.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
) -> None:
    """Print the ledger: each claim of the article, recomputed and judged.

    ```console
    $ bordercount claims
    $ bordercount claims feb-2024-total --vintage first
    $ bordercount claims --json > claims.json
    ```
    """
    from bordercount import claims, wording

    chosen = tuple(claims.VINTAGES) if vintage is None else (vintage,)
    judged = claims.ledger(ids or (), chosen)
    if as_json:
        print(json.dumps([found.as_dict() for found in judged], indent=2, ensure_ascii=False))
        return
    notes = bool(ids) or out.width >= WIDE
    headings = ["¶", "claim", "printed", "vintage", "computed", "verdict"]
    table = Table(*headings, *(["note"] if notes else []))
    for found in judged:
        computed = found.computed
        if isinstance(computed, int | float):
            computed = wording.number(computed, 0 if float(computed).is_integer() else 2)
        cells = [found.id, found.printed or "", found.vintage, computed or "", found.verdict]
        table.add_row(str(found.paragraph), *cells, *([found.note] if notes else []))
    out.print(table)
    if not notes:
        out.print("Name a claim to read its note; --json has them all.")


@app.command("worksheets")
def write_worksheets() -> None:
    """Write exercises/NAME.ipynb, the notebooks that students open, from exercises/NAME.yml.

    ```console
    $ bordercount worksheets
    ```
    """
    from bordercount import worksheets

    for path in worksheets.write():
        out.print(path.name)


@app.command("reading")
def print_reading_levels() -> None:
    """Print how hard each chapter's prose is to read, in U.S. school grades by two indices.

    ```console
    $ bordercount reading
    ```
    """
    from bordercount import exercises, reading

    table = Table("chapter", "words", "sentences", "Flesch-Kincaid", "Coleman-Liau")
    for name in exercises.names():
        page = exercises.folder().parent / "book" / f"{name}.md"
        found = reading.measure(page.read_text(encoding="utf-8"))
        counts = f"{found.words:,}", f"{found.sentences:,}"
        table.add_row(name, *counts, f"{found.flesch_kincaid:.1f}", f"{found.coleman_liau:.1f}")
    out.print(table)


@app.command("compile")
def compile_exercises() -> None:
    """Compute all answers and write exercises/NAME.json, which pages and notebooks read.

    Building the book does it by itself; a copy without solutions/ needs the files.

    ```console
    $ bordercount compile
    ```
    """
    from bordercount import exercises, keys

    for name in exercises.names():
        found = keys.compile_chapter(name)
        out.print(f"{name}.json: {len(found['exercises'])} exercises")


@app.command("guide")
def write_guide(
    to: Annotated[
        Path | None,
        typer.Option("--out", dir_okay=False, help="The file; _build/guide.html if none is named."),
    ] = None,
    chapter: Annotated[
        list[str] | None, typer.Option(help="A chapter to show, again for more; all if none.")
    ] = None,
) -> None:
    """Write the instructors' guide: every exercise with its answers, as one HTML file.

    It holds all answers: keep it out of what you publish.

    ```console
    $ bordercount guide
    $ bordercount guide --chapter counts --out ~/counts.html
    ```
    """
    from bordercount import guide

    out.print(f"{guide.write(chapter or (), to)}", soft_wrap=True, markup=False)


Item = TypeVar("Item")


def shown_progress(what: str, items: Iterable[Item], total: int) -> Iterator[Item]:
    """Yield the items, with a bar on a terminal and nothing elsewhere."""
    from rich.progress import track

    yield from track(items, what, total, console=err, disable=not err.is_terminal, transient=True)


@app.command("grade")
def grade_submissions(
    submissions: Annotated[
        Path, typer.Argument(help="What the learning system gave: a folder, a zip, or one sheet.")
    ],
    folder: Annotated[Path, typer.Option("--out", help="Folder for the results; made if missing.")],
    roster: Annotated[
        Path | None,
        typer.Option(help="CSV of who should be there: student, and name, email, canvas."),
    ] = None,
    exercises: Annotated[
        str, typer.Option(help="What counts: chapters, ids, kinds; a minus takes away.")
    ] = "",
    layout: Annotated[
        str, typer.Option(help="canvas, moodle, gradescope, folders or plain; auto finds out.")
    ] = "auto",
    canvas: Annotated[
        Path | None, typer.Option(help="Gradebook exported from Canvas, to be filled in.")
    ] = None,
    moodle: Annotated[
        Path | None, typer.Option(help="Grading worksheet from Moodle, to be filled in.")
    ] = None,
    column: Annotated[
        str, typer.Option(help="Its column: the assignment in Canvas; Grade in Moodle.")
    ] = "",
    marks: Annotated[
        Path | None, typer.Option(help="A to_mark.csv with points for answers in own words.")
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="A problems.csv with decisions: accept, leave out.")
    ] = None,
    show_answers: Annotated[
        bool, typer.Option("--show-answers", help="Print right answers in the feedback.")
    ] = False,
    scale: Annotated[
        bool, typer.Option("--scale", help="Scale points to those of the Canvas or Moodle file.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Fill in points so far where some are still open.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to use.")] = 1,
    dask: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Use the workers of this Dask scheduler.")
    ] = "",
    unsafe: Annotated[
        bool,
        typer.Option(
            "--unsafe-no-sandbox",
            help="Run students' functions unprotected: they can do all you can.",
        ),
    ] = False,
) -> None:
    """Grade a hand-in: grades, feedback pages, a class report, and what needs a person.

    Answers are recomputed from `solutions/`. Points in DIR/to_mark.csv and decisions in
    DIR/problems.csv are kept by the next run; give it all that was handed in, each time.
    Exit status: 0 graded, though answers may wait for your points; 1 graded with problems
    (see problems.csv); 2 could not run.

    ```console
    $ bordercount grade submissions.zip --out grades
    $ bordercount grade submissions/ --out grades --exercises story,terms,-kind:code
    $ bordercount grade submissions.zip --out grades --roster class.csv
    $ bordercount grade submissions.zip --out grades --canvas export.csv --column "Border numbers"
    $ bordercount grade submissions.zip --out grades --moodle worksheet.csv --scale
    $ bordercount grade submissions.zip --out grades --dask tcp://127.0.0.1:8786
    ```
    """
    from bordercount.grading import Options, grade

    asked = Options(
        submissions, folder, roster, exercises, layout, canvas, moodle, column,
        marks, decisions, show_answers, scale, partial, jobs, dask, unsafe,
    )  # fmt: skip
    report_run(grade(asked, shown_progress), folder)


def report_run(found: "Summary", folder: Path) -> None:
    """Print what a grading run found, and end with its exit status."""
    students = "1 student" if found.students == 1 else f"{found.students} students"
    out.print(f"{students}, {found.points} points; the files are laid out as {found.layout}.")
    out.print(f"graded in full: {found.complete}")
    for line in found.waiting:
        out.print(f"waiting: {line}")
    for kind, count in sorted(found.troubles.items()):
        out.print(f"{kind}: {count}")
    for warning in found.warnings:
        out.print(f"note: {warning}", markup=False, soft_wrap=True)
    where = " and ".join(str(folder / name) for name in ("report.html", "problems.csv"))
    out.print(f"Read {where}.", markup=False, soft_wrap=True)
    if not found.clean:
        raise typer.Exit(1)


@app.command("doctor")
def examine_system() -> None:
    """Show what is installed, which ways of using the module work here, and what to do for others.

    Packages are loaded and the sandbox for students' functions tries its own walls, so it takes
    some seconds. Exit status: 0 if nothing is broken, though ways that you may not need are
    closed; 1 if something is broken, or there is no course.

    ```console
    $ bordercount doctor
    ```
    """
    from bordercount import doctor

    with err.status("Looking around"):
        found = doctor.findings()
    for heading, part in (("What is here", found), ("Ways in", doctor.ways(found))):
        out.print(f"{heading}\n", style="bold")
        for each in part:
            lines = [f"{each.state:8}{each.what}: {each.found}"]
            lines += [f"{'':8}- {line}" for line in each.more]
            lines += [f"{'':8}to do: {each.remedy}"] if each.remedy else []
            out.print("\n".join(lines), markup=False, soft_wrap=True)
        out.print()
    if not doctor.well(found):
        raise typer.Exit(1)


@app.command("release")
def release_bundles(
    folder: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder for the two zip files; made if missing.")
    ],
) -> None:
    """Make the bundle that students get, and the one that instructors keep.

    The students' has worksheets, tables, questions and what to install, and no answer in clear
    text. The same course gives the same bytes.

    ```console
    $ bordercount release handout/
    ```
    """
    from bordercount import release

    for each in release.release(folder, shown_progress):
        size = f"{each.files} files, {each.size / 1e6:.1f} MB"
        out.print(f"{each.path}: {size}, for {each.reader}s", markup=False, soft_wrap=True)


@app.command("offline")
def pack_for_a_room_without_network(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="OUT", help="Folder for the zip file; _build if none is named."),
    ] = None,
    site: Annotated[
        Path | None, typer.Option(help="The built book; _build/html if none is named.")
    ] = None,
) -> None:
    """Make one zip for a room with no network: book, worksheets, and all that they need.

    It needs the built book and, for the packages of this Python and this system, the network.
    Students run the `install.py` in it with the same Python on the same system. No answer stands
    in it in clear text.

    ```console
    $ bordercount offline
    $ bordercount offline handout/
    ```
    """
    from bordercount import course, offline

    folder = folder or course.root() / "_build"
    made = offline.offline(folder, site, shown_progress)
    size = f"{made.files} files, {made.size / 1e6:.0f} MB"
    out.print(f"{made.path}: {size}", markup=False, soft_wrap=True)


@app.command("print")
def print_on_paper(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="OUT", help="Folder for the PDFs; _build/print if none is named."),
    ] = None,
    site: Annotated[
        Path | None, typer.Option(help="The built book; _build/html if none is named.")
    ] = None,
    size: Annotated[str, typer.Option("--paper", help="letter or a4.")] = "letter",
) -> None:
    """Print the book, the instructors' pages and a worksheet for each chapter, as PDF.

    It needs the built book, and Chromium. No answer stands in them.

    ```console
    $ bordercount print
    $ bordercount print handout/ --paper a4
    ```
    """
    from bordercount import course, paper

    folder = folder or course.root() / "_build" / "print"
    for each in paper.write(folder, site, size):
        size = f"{each.pages} pages, {each.size / 1e6:.1f} MB"
        out.print(f"{each.path}: {size}", markup=False, soft_wrap=True)


@app.command("lite")
def write_lite(
    folder: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder to write, which is not there yet.")
    ],
    parts: Annotated[Path, typer.Option(help="Folder of the wheels, and of what is downloaded.")],
    pyodide: Annotated[
        Path | None, typer.Option(help="Folder with all of Pyodide, to serve pandas from too.")
    ] = None,
) -> None:
    """Write what JupyterLite builds the worksheets for the browser alone from.

    `make lite` runs it, and then the build.

    ```console
    $ bordercount lite _build/lite-source --parts .venv-lite/parts
    ```
    """
    from bordercount import lite

    files = lite.write(folder, parts, pyodide, shown_progress)
    size = f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.1f} MB"
    out.print(f"{folder}: {size}", markup=False, soft_wrap=True)


@tables.callback()
def about_tables() -> None:
    """Fetch the raw files, build the tables from them, and check these.

    ```console
    $ bordercount data check
    $ bordercount data build --help
    ```
    """


@tables.command()
def build(
    raw: Annotated[Path, typer.Option(help="Folder of the raw files; see `data fetch`.")],
) -> None:
    """Rebuild every table from the raw files, and replace those in data/.

    ```console
    $ bordercount data build --raw raw/
    ```
    """
    from bordercount.data.build import build as make
    from bordercount.data.build import write

    with err.status("Reading the raw files"):
        made = make(raw)
    for path, table in zip(write(made), made.values(), strict=True):
        out.print(f"{path.name}: {len(table):,} rows")


@tables.command()
def check() -> None:
    """Check the tables: description, checksums, totals, gaps, agreement of sources.

    Exit status 1 if a check finds something.

    ```console
    $ bordercount data check
    ```
    """
    from bordercount.data.check import check as find

    findings = find()
    for finding in findings:
        out.print(f"{'ok  ' if not finding.problems else 'FAIL'}  {finding.check}")
        for problem in finding.problems:
            out.print(f"      {problem}", soft_wrap=True, markup=False)
    if any(finding.problems for finding in findings):
        raise typer.Exit(1)


@tables.command()
def fetch(
    into: Annotated[Path, typer.Argument(help="Folder for the raw files; made if missing.")],
) -> None:
    """Download the public raw files that the folder lacks, each checked by its checksum.

    ```console
    $ bordercount data fetch raw/
    ```
    """
    from bordercount.data import load
    from bordercount.data.fetch import fetch as download

    files = load("raw_files")
    with err.status(f"Looking for {len(files)} files, downloading those that are missing"):
        for number, path in enumerate(download(files, into), start=1):
            out.print(f"{number} of {len(files)}: {path.name}")


def main() -> None:
    """Run the command line; an error the user can mend is one line, with exit status 2."""
    try:
        app()
    except BordercountError as error:
        fail(str(error))
    except ImportError as error:
        fail(f"a package is missing or broken: {error}; `bordercount doctor` says what to do")
    except OSError as error:
        fail(f"{error.filename or 'cannot write'}: {error.strerror or error}")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            err.print("bordercount: stopped; every file is as it was, or whole")
        raise


def fail(message: str) -> NoReturn:
    """Print a message as one line and end with status 2."""
    err.print("bordercount:", *message.split(), markup=False)
    sys.exit(2)
