"""The graders side by side: how each is given a class, what is timed, and where it puts points."""

import csv
import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
import notebooks
from lab import HERE, NAME, TABLE, Question
from notebooks import LAB
from submissions import Submission, halves

Points = dict[str, dict[str, int]]  # of each student, of each question
SETTINGS = "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n"
GRADEBOOK = """
import json, sys
from nbgrader.api import Gradebook

found = {}
with Gradebook(sys.argv[1]) as book:
    for each in book.assignment_submissions(sys.argv[2]):
        points = found.setdefault(each.student_id, {})
        for notebook in each.notebooks:
            for grade in notebook.grades:
                question = grade.name.rsplit("-", 1)[0]
                points[question] = points.get(question, 0) + grade.score
print(json.dumps(found))
"""


class GraderError(Exception):
    """A grader failed, or gave other points than the answers earn; the message says which."""


@dataclass(frozen=True)
class Command:
    """A command of a grader, in its own environment, and the folder that it runs in."""

    words: tuple[str | Path, ...]
    folder: Path

    def run(self) -> str:
        """Run it and return what it printed. Raises `GraderError` if it fails."""
        program = Path(self.words[0])
        path = os.pathsep.join((str(program.parent), os.environ.get("PATH", os.defpath)))
        ran = subprocess.run(
            list(map(str, self.words)),
            cwd=self.folder,
            env={**os.environ, "PATH": path},  # nbgrader calls alembic, otter the kernel's python
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            lines = [*ran.stdout.strip().splitlines(), *ran.stderr.strip().splitlines()]
            said = "\n".join(lines[-12:])
            raise GraderError(
                f"exit status {ran.returncode} of {' '.join(map(str, self.words))}\n{said}"
            )
        return ran.stdout


class Grader:
    """One way to grade. `prepare` and `lay` come before the clock starts, `points` after it."""

    name: str

    def __init__(self, environment: Path, build: Path, course: Path) -> None:
        """Keep where its environment, its own files and the course are."""
        self.bin = environment / "bin"
        self.own = build / self.name
        self.course = course

    def prepare(self, questions: Sequence[Question]) -> None:
        """Make once what grading needs."""

    def lay(self, everyone: Sequence[Submission], folder: Path, workers: int) -> list[Command]:
        """Write the class into `folder` in the grader's form; return the commands that grade it."""
        raise NotImplementedError

    def points(self, folder: Path) -> Points:
        """Return what it gave."""
        raise NotImplementedError

    def fresh(self) -> Path:
        """Return its own folder, empty."""
        shutil.rmtree(self.own, ignore_errors=True)
        self.own.mkdir(parents=True)
        return self.own


class Nbgrader(Grader):
    """`nbgrader autograde`, one command for all; for two workers, two commands for half of them.

    Each of the two has a course and a gradebook, so that they do not share one SQLite file.
    """

    name = "nbgrader"

    def prepare(self, questions: Sequence[Question]) -> None:
        """Make the release, and the gradebook that knows its tests."""
        source = self.fresh() / "source" / LAB
        source.mkdir(parents=True)
        (self.own / "nbgrader_config.py").write_text(SETTINGS, encoding="utf-8")
        nbformat.write(notebooks.nbgrader_source(questions), source / f"{LAB}.ipynb")
        shutil.copy(self.course / "data" / f"{TABLE}.csv", source)
        Command((self.bin / "nbgrader", "generate_assignment", LAB), self.own).run()

    def lay(self, everyone: Sequence[Submission], folder: Path, workers: int) -> list[Command]:
        """Copy the course for each worker, and put the notebooks where students' files belong."""
        found = []
        for number, half in enumerate(halves(everyone, workers)):
            mine = folder / f"course-{number}"
            shutil.copytree(self.own, mine)
            handed_in = mine / "submitted"
            notebooks.write(
                mine / "release" / LAB / f"{LAB}.ipynb",
                notebooks.nbgrader_answer,
                half,
                lambda each, to=handed_in: to / each.student / LAB / f"{LAB}.ipynb",
            )
            found.append(Command((self.bin / "nbgrader", "autograde", LAB), mine))
        return found

    def points(self, folder: Path) -> Points:
        """Read the gradebooks through nbgrader itself."""
        found: Points = {}
        for each in sorted(folder.glob("course-*")):
            address = f"sqlite:///{each / 'gradebook.db'}"
            words = (self.bin / "python", "-c", GRADEBOOK, address, LAB)
            found |= json.loads(Command(words, each).run())
        return found


class Otter(Grader):
    """`otter run`, one command for each notebook: two workers take the next one when free."""

    name = "otter"

    def prepare(self, questions: Sequence[Question]) -> None:
        """Make the release and the autograder."""
        master = self.fresh() / f"{LAB}.ipynb"
        nbformat.write(notebooks.otter_master(questions), master)
        shutil.copy(self.course / "data" / f"{TABLE}.csv", self.own)
        Command((self.bin / "otter", "assign", "--no-pdfs", master.name, "made"), self.own).run()
        made = sorted((self.own / "made" / "autograder").glob("*.zip"))
        if len(made) != 1:
            raise GraderError(f"otter assign made {len(made)} zip files instead of one")
        self.autograder = made[0]

    def lay(self, everyone: Sequence[Submission], folder: Path, workers: int) -> list[Command]:
        """Write the notebooks side by side, with a folder for each one's results."""
        released = self.own / "made" / "student" / f"{LAB}.ipynb"
        notebooks.write(
            released,
            notebooks.otter_answer,
            everyone,
            lambda each: folder / each.student / f"{LAB}.ipynb",
        )
        first = (self.bin / "otter", "run", "--no-logo", "-a", self.autograder, "-o", ".")
        return [Command((*first, f"{LAB}.ipynb"), folder / each.student) for each in everyone]

    def points(self, folder: Path) -> Points:
        """Read each notebook's results.json: a test file is a question."""
        found: Points = {}
        for path in folder.glob("*/results.json"):
            every = json.loads(path.read_text(encoding="utf-8"))["tests"]
            points = found[path.parent.name] = {}
            for each in every:
                if "score" in each:
                    question = each["name"].split(" - ")[0].strip()
                    points[question] = points.get(question, 0) + each["score"]
        return found


class Bordercount(Grader):
    """`bordercount grade`, one command for all, with `--jobs` for workers."""

    name = "bordercount"

    def prepare(self, questions: Sequence[Question]) -> None:
        """See that it can run functions here; if not, its own words say what is missing."""
        try:
            Command((self.bin / "bordercount", "doctor"), self.course).run()
        except GraderError as error:
            raise GraderError(f"bordercount cannot run functions here: {error}") from None

    def lay(self, everyone: Sequence[Submission], folder: Path, workers: int) -> list[Command]:
        """Write the answer sheets side by side."""
        sheets = write_sheets(everyone, folder / "submissions")
        words = (self.bin / "bordercount", "grade", sheets, "--out", folder / "grades")
        return [Command((*words, "--jobs", str(workers)), self.course)]

    def points(self, folder: Path) -> Points:
        """Read grades.csv; points that are still open are none."""
        found: Points = {}
        with (folder / "grades" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                question = row["exercise"].removeprefix(f"{NAME}.")
                points = found.setdefault(row["student"], {})
                points[question] = float(row["points"]) if row["points"] else row["verdict"]
        return found


class Reference(Grader):
    """reference.py, which grades nothing that could be handed back; see there."""

    way: str

    def prepare(self, questions: Sequence[Question]) -> None:
        """Write down the questions."""
        tasks = [{**asdict(each), "solution": ""} for each in questions]
        about = {
            "tasks": tasks,
            "chapter": NAME,
            "tables": {TABLE: str(self.course / "data" / f"{TABLE}.csv")},
            "warm": {each.id: each.solution for each in questions},
        }
        (self.fresh() / "tasks.json").write_text(json.dumps(about), encoding="utf-8")

    def lay(self, everyone: Sequence[Submission], folder: Path, workers: int) -> list[Command]:
        """Write the answer sheets, for each worker apart."""
        found = []
        for number, half in enumerate(halves(everyone, workers)):
            sheets = write_sheets(half, folder / f"submissions-{number}")
            words = (self.bin / "python", HERE / "reference.py", self.way, self.own / "tasks.json")
            found.append(Command((*words, sheets, folder / f"points-{number}.json"), self.course))
        return found

    def points(self, folder: Path) -> Points:
        """Read what each process wrote."""
        found: Points = {}
        for path in folder.glob("points-*.json"):
            found |= json.loads(path.read_text(encoding="utf-8"))
        return found


class Fork(Reference):
    """A child for each submission, limited and not isolated."""

    name = way = "fork"


class Floor(Reference):
    """No child at all."""

    name = way = "floor"


GRADERS: tuple[type[Grader], ...] = (Nbgrader, Otter, Bordercount, Fork, Floor)


def write_sheets(everyone: Sequence[Submission], folder: Path) -> Path:
    """Write each student's answers.json into `folder`, and return it."""
    folder.mkdir(parents=True)
    for each in everyone:
        (folder / f"{each.student}.json").write_text(each.sheet(NAME), encoding="utf-8")
    return folder


def timed(commands: Sequence[Command], workers: int) -> float:
    """Return how many seconds the commands take, so many at once. Raises `GraderError`."""
    with ThreadPoolExecutor(workers) as pool:
        start = time.perf_counter()
        running = [pool.submit(each.run) for each in commands]
        try:
            for each in running:
                each.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)  # what has not begun does not begin
            raise
        return time.perf_counter() - start


def graded(
    grader: Grader, everyone: Sequence[Submission], folder: Path, workers: int
) -> tuple[float, Points]:
    """Return how many seconds grading a class takes, and the points. Raises `GraderError`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    commands = grader.lay(everyone, folder, workers)
    try:
        seconds = timed(commands, workers)
        return seconds, grader.points(folder)
    except GraderError as error:
        raise GraderError(f"{grader.name}: {error}") from None


def check(grader: Grader, everyone: Sequence[Submission], found: Points) -> None:
    """Raise `GraderError` unless everyone got the points that the answers earn."""
    wrong = [
        f"{each.student} ({each.kind}), {question}: {wanted} earned, "
        f"{found.get(each.student, {}).get(question, 'nothing')} given"
        for each in everyone
        for question, wanted in each.points.items()
        if found.get(each.student, {}).get(question) != wanted
    ]
    if strangers := set(found) - {each.student for each in everyone}:
        wrong.append(f"points for others: {', '.join(sorted(strangers))}")
    if wrong:
        listed = "\n  ".join([*wrong[:6], *([f"and {len(wrong) - 6} more"] if wrong[6:] else [])])
        raise GraderError(
            f"{grader.name} did not give the points that were earned, so it is not compared:\n"
            f"  {listed}"
        )


def settle(build: Path) -> None:
    """Keep Jupyter's and IPython's files in the build, and other kernels out of it."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        os.environ[name] = str(build / "jupyter" / name.lower())
    for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "PYTHONPATH"):
        os.environ.pop(name, None)
