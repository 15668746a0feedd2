"""Every command on the README and on the pages for each role does what its page says.

The commands of a page run in their order, in one shell, in a fresh copy of this repository, with
what a class handed in beside it; two chapters have exercises there, so that there is less to
compute. What cannot run literally here runs in the nearest form that can, and is named with the
place where it is run for real.
"""

import csv
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import simulated

from bordercount import __version__, toc
from bordercount.course import ENVIRONMENT
from bordercount.grading import marking
from bordercount.sheet import Answer, Sheet

ROOT = Path(__file__).parents[1]
ROLES = ("students", "instructors", "authors")
PAGES = (*(f"book/{name}.md" for name in (*ROLES, "room", "hub", "running")), "README.md")
LONGEST = 1_200  # words of a page
CHAPTERS = ("counts", "story")
CLASS = 6  # students who hand in, and one who is late
PYTHON = shlex.quote(sys.executable)
# Installing runs for real in make, and takes minutes; here pip reads the project and its extras.
PIP = f"{PYTHON} -m pip install --quiet --dry-run --no-deps --no-build-isolation"
INSTALL = re.compile(r"pip install -c constraints\.txt -e (\"\.\[[a-z,]+\]\")")
# What does not run literally: its nearest form here, and the place where it runs for real.
NEAREST = {
    "make book": ("make --dry-run book | grep 'jupyter-book build book/'", ".ci/run"),
    "make test": ("make --dry-run test", ".ci/run"),
    "make browser": ("make --dry-run browser", ".ci/run"),
    "make lite": ("make --dry-run lite", ".ci/run"),
    "make lite PYODIDE=/path/to/pyodide": (
        "make --dry-run lite PYODIDE=/path/to/pyodide | grep -- '--pyodide'",
        "tests/test_lite.py, with a small folder in its place",
    ),
    "make quick": ("make --dry-run quick", ".ci/run, in make test"),
    "make hub": ("make --dry-run hub", "tests/browser/test_binder.py"),
    "make offline": ("bordercount offline --help", "tests/browser/test_offline.py"),
    "make print": ("bordercount print --help", "tests/browser/test_paper.py"),
    "jupyter-book build book/": (f"{PYTHON} -m jupyter_book.cli.main --help", ".ci/run"),
    "jupyter lab exercises/counts.ipynb": (
        "jupyter lab --version exercises/counts.ipynb", "tests/browser/test_jupyterlab.py"
    ),
    "python3 -m http.server --directory _build/lite": (
        "python3 -m http.server --help", "tests/browser/test_lite.py"
    ),
    "pytest": (f"{PYTHON} -m pytest --version", "tests/test_role_pages.py"),
    "bordercount data fetch raw/": (
        "bordercount data fetch --help", "tests/data/test_fetch.py, from a server of its own"
    ),
    "bordercount data build --raw raw/": (
        "bordercount data build --help", "tests/data/test_build.py, where the raw files are"
    ),
    "bordercount grade submissions.zip --out grades --dask tcp://127.0.0.1:8786": (
        "bordercount grade --help", "tests/grading/test_cluster.py, with a scheduler"
    ),
    "repo2docker --no-run --image-name REGISTRY/bordercount:VERSION "
    "https://github.com/OWNER/NAME": (
        "true", "tests/browser/test_binder.py, by the steps of the image, for there is no Docker"
    ),
}  # fmt: skip


def commands(page: str) -> list[str]:
    """Return the commands that a page prints, in order, without their comments."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    assert all(line.startswith("$ ") for line in lines), f"{page}: a console block has output"
    return [re.sub(r"\s+#\s.*", "", line.removeprefix("$ ")).strip() for line in lines]


EVERY = {page: commands(page) for page in PAGES}


# --- a class, and what its systems gave -----------------------------------------------------------


@dataclass(frozen=True)
class Someone:
    """A student: id, name, number in Canvas and in Moodle, answer sheet."""

    id: str
    name: str
    canvas: int
    moodle: int
    sheet: str


@pytest.fixture(scope="module")
def clone_of_two_chapters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository as a clone would be, with the exercises of two chapters."""
    folder = tmp_path_factory.mktemp("clone") / "bordercount"
    ignored = shutil.ignore_patterns(
        ".git", ".venv*", ".*cache", "_build", "__pycache__", "*.egg-info", "golden"
    )
    shutil.copytree(ROOT, folder, ignore=ignored)
    for path in (*(folder / "exercises").iterdir(), *(folder / "solutions").iterdir()):
        if path.stem not in CHAPTERS or path.suffix == ".json":
            path.unlink()
    return folder


@pytest.fixture(scope="module")
def people(clone_of_two_chapters: Path) -> list[Someone]:
    """Return a class: its answers are right and wrong, as drawn from a seed; the last is late."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, str(clone_of_two_chapters))
        drawn = simulated.students(marking.exam(), CLASS + 1, seed=7)
    return [
        Someone(each.id, f"Student {number}", 40 + number, 500 + number, simulated.sheet(each))
        for number, each in enumerate(drawn, start=1)
    ]


def as_canvas(each: Someone) -> str:
    return f"student{each.id}_{each.canvas}_{9000 + each.canvas}_answers.json"


def as_moodle(each: Someone) -> str:
    return f"{each.name}_{each.moodle}_assignsubmission_file/answers.json"


def as_files(each: Someone) -> str:
    return f"{each.id}.json"


def table(*rows: tuple[object, ...]) -> str:
    """Return rows as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


@dataclass
class Place:
    """A copy of the repository and a shell in it."""

    folder: Path
    people: list[Someone]

    def __post_init__(self) -> None:
        """Prepare what a learning system gives, and where the shell begins."""
        self.cwd = self.folder
        outside = ("PYTHONPATH", ENVIRONMENT, "BORDERCOUNT_STATIC", "VIRTUAL_ENV")
        kept = {name: value for name, value in os.environ.items() if name not in outside}
        here = os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])
        src = str(self.folder / "src")
        self.variables = {**kept, "PATH": here, "PYTHONPATH": src, "COLUMNS": "200"}
        named = [("student", "name"), *((each.id, each.name) for each in self.people)]
        (self.folder / "class.csv").write_text(table(*named))
        (self.folder / "export.csv").write_text(
            table(
                ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Border numbers (77)"),
                ("    Points Possible", "", "", "", "", 142),
                *((each.name, each.canvas, each.id, each.id, "A", "") for each in self.people),
            )
        )
        (self.folder / "worksheet.csv").write_text(
            table(
                ("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade",
                 "Grade can be changed"),
                *((f"Participant {each.moodle}", each.name, each.id, "Submitted",
                   "", "142.00", "Yes") for each in self.people),
            )
        )  # fmt: skip
        hand_in = self.folder.parent / "hand-in"  # of the small course
        hand_in.mkdir()
        answer = Answer("event", {}, 1, "2026-03-02T15:04:05Z")
        sheet = Sheet("s1", __version__, {"demo.pick": answer})
        (hand_in / "answers.json").write_text(sheet.dumps())

    def collect(self, layout: Callable[[Someone], str], late: bool = False) -> None:
        """Let a learning system pack the hand-in, with or without the one who is late."""
        with zipfile.ZipFile(self.folder / "submissions.zip", "w") as archive:
            for each in self.people if late else self.people[:-1]:
                archive.writestr(layout(each), each.sheet)

    def run(self, command: str) -> tuple[int, str, str]:
        """Run a command in the shell, which keeps its folder and its environment."""
        kept = self.folder.parent / "kept"
        script = (
            f"{command}\nstatus=$?\n{{ pwd; env -0; }} > {shlex.quote(str(kept))}\nexit $status"
        )
        ran = subprocess.run(
            ["bash", "-c", script], cwd=self.cwd, env=self.variables, capture_output=True,
            text=True, timeout=300,
        )  # fmt: skip
        where, _, variables = kept.read_text().partition("\n")
        self.cwd = Path(where)
        pairs = (each.split("=", 1) for each in variables.split("\0") if each)
        self.variables = {name: value for name, value in pairs if name != "_"}
        return ran.returncode, ran.stdout, ran.stderr

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a table in grades/."""
        text = (self.cwd / "grades" / name).read_text("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def place(tmp_path: Path, clone_of_two_chapters: Path, people: list[Someone]) -> Place:
    """Return a fresh copy of the clone."""
    return Place(Path(shutil.copytree(clone_of_two_chapters, tmp_path / "bordercount")), people)


# --- what the pages promise of a command ----------------------------------------------------------

BUNDLES = [f"handout/bordercount-{__version__}-{who}.zip" for who in ("student", "instructor")]
RESULTS = ["report.html", "to_mark.csv", "problems.csv", "totals.csv", "grades.csv"]
LEAVES = {
    "python3 -m venv .venv": [".venv/bin/activate"],
    "bordercount release handout": BUNDLES,
    "bordercount guide --out guide.html": ["guide.html"],
    "bordercount guide --chapter counts --out guide.html": ["guide.html"],
    "bordercount guide": ["_build/guide.html"],
    "bordercount worksheets": ["exercises/counts.ipynb"],
    "bordercount compile": ["exercises/demo.json"],
}
PRINTS = {
    "bordercount doctor": "works   grade: ",
    "bordercount claims feb-2024-total": "189,922",
    "bordercount claims --vintage latest --json": '"vintage": "latest"',
    "bordercount data check": "ok    fiscal years add up",
}


def graded(place: Place, command: str, status: int) -> None:
    """Check a run of `bordercount grade`: its status, and the files that the pages promise."""
    problems = place.rows("problems.csv")
    assert status in (0, 1)
    assert all((place.cwd / "grades" / name).is_file() for name in RESULTS)
    students = {row["student"] for row in place.rows("totals.csv")}
    pages = {path.stem for path in (place.cwd / "grades" / "feedback").iterdir()}
    assert students == pages
    if place.cwd == place.folder:
        assert students == {each.id for each in place.people[:-1]}
        late = place.people[-1].id
        told = any(f"--{each}" in command for each in ("roster", "canvas", "moodle"))
        missing = (late, "missing") in {(row["student"], row["problem"]) for row in problems}
        assert missing == told


def filled_in(place: Place, system: str, key: str, prefix: str = "") -> None:
    """Check what goes back to a system: a grade for each who handed in, and their feedback."""
    with (place.folder / "grades" / f"{system}.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    grade = next(name for name in rows[0] if name.startswith("Border") or name == "Grade")
    numbers = {prefix + str(getattr(each, system)): each for each in place.people}
    given = {row[key]: row[grade] for row in rows if row[key] in numbers and row[grade]}
    totals = {row["student"]: row for row in place.rows("totals.csv")}
    certain = {
        number: float(totals[each.id]["points"])
        for number, each in numbers.items()
        if each.id in totals and totals[each.id]["state"] == "graded"
    }
    assert {number: float(points) for number, points in given.items()} == certain
    if shutil.which("bwrap"):
        assert len(certain) == CLASS  # their own words were marked before
    with zipfile.ZipFile(place.folder / "grades" / f"feedback-{system}.zip") as pages:
        assert len(pages.namelist()) == CLASS


def marked_and_late(place: Place, command: str) -> None:
    """Do what the page says of to_mark.csv and of late files, and run the command again."""
    before = {row["student"]: float(row["points"]) for row in place.rows("totals.csv")}
    rows = place.rows("to_mark.csv")
    assert {row["student"] for row in rows} <= set(before)
    with (place.folder / "grades" / "to_mark.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        wanted = [(f"criterion {number}", f"points {number}") for number in range(1, 9)]
        points = [{place: "1" for criterion, place in wanted if row.get(criterion)} for row in rows]
        writer.writerows({**row, **given} for row, given in zip(rows, points, strict=True))
    place.collect(as_files, late=True)
    status, _, said = place.run(command)
    assert status in (0, 1), said
    after = {row["student"]: float(row["points"]) for row in place.rows("totals.csv")}
    assert set(after) == {each.id for each in place.people}
    for student, points_before in before.items():
        mine = [len(given) for row, given in zip(rows, points, strict=True)
                if row["student"] == student]  # fmt: skip
        assert mine
        assert after[student] == points_before + sum(mine)
    late = place.people[-1].id
    waiting = [row for row in place.rows("to_mark.csv") if not row["points 1"]]
    assert {row["student"] for row in waiting} == {late}


# --- the tests ------------------------------------------------------------------------------------


def test_what_does_not_run_literally_is_on_a_page_and_runs_where_it_is_said_to() -> None:
    everywhere = {command for each in EVERY.values() for command in each}
    assert set(NEAREST) <= everywhere
    for _, where in NEAREST.values():
        assert (ROOT / where.partition(",")[0]).is_file(), where
    literal = {each for each in everywhere if each not in NEAREST and not INSTALL.fullmatch(each)}
    assert len(literal) > len(NEAREST)


@pytest.fixture(scope="module")
def done() -> set[str]:
    """Return a set for the commands of pages that were run: a later page need not repeat them."""
    return set()


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if EVERY[page]])
def test_the_commands_of_a_page_do_what_it_says(place: Place, page: str, done: set[str]) -> None:
    for command in [each for each in EVERY[page] if each not in done]:
        grading = command.startswith("bordercount grade")
        layouts = {"--canvas": as_canvas, "--moodle": as_moodle}
        if grading:
            place.collect(next((layouts[each] for each in layouts if each in command), as_files))
        nearest = INSTALL.sub(rf"{PIP} -c constraints.txt \1", NEAREST.get(command, [command])[0])
        status, out, err = place.run(nearest)
        assert "Traceback" not in err
        assert status == 0 or (grading and status == 1), f"{command}\n{out}\n{err}"
        for name in LEAVES.get(command, []):
            if not (place.cwd != place.folder and "counts" in name):
                assert (place.cwd / name).is_file(), command
        assert PRINTS.get(command, "") in out, command
        if grading and command not in NEAREST:
            graded(place, command, status)
            if "--canvas" in command:
                filled_in(place, "canvas", "ID")
            elif "--moodle" in command:
                filled_in(place, "moodle", "Identifier", "Participant ")
            elif page == "book/instructors.md":
                marked_and_late(place, command)
    done.update(EVERY[page])


def test_the_student_page_lists_every_field_of_a_sheet_and_no_other() -> None:
    answer = Answer("1", {}, 1, "2026-03-02T15:04:05Z")
    text = (ROOT / "book" / "students.md").read_text(encoding="utf-8")
    fields = re.findall(r'"(\w+)":', Sheet("s", __version__, {"story.x": answer}).dumps())
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.M)) == set(fields)


def test_what_the_student_page_names_is_what_a_form_says() -> None:
    """The words in italics that start with a capital are labels, titles or messages."""
    text = (ROOT / "book" / "students.md").read_text(encoding="utf-8")
    script = (ROOT / "src/bordercount/assets/exercise.js").read_text(encoding="utf-8")
    lab = {"Run All Cells", "Run Selected Cell and All Below", "Run"}  # JupyterLab's
    named = set(re.findall(r"(?<!\*)\*([A-Z][^*.?]*\??)\*", text)) - lab
    assert {"Your id", "Hand in", "Download answers", "Open my answers", "Not you?"} <= named
    shown = script + (ROOT / "src/bordercount/widget.py").read_text(encoding="utf-8")
    shown += (ROOT / "src/bordercount/launch.py").read_text(encoding="utf-8")
    assert {each for each in named if each not in shown} == set()


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("book/")])
def test_a_page_can_be_read_in_a_few_minutes(page: str) -> None:
    assert len(re.findall(r"\w+", (ROOT / page).read_text(encoding="utf-8"))) < LONGEST
    assert Path(page).stem in toc.pages(ROOT)
