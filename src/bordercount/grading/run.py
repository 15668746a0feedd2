"""A whole grading run: a hand-in in; grades, feedback, report and what needs a person out."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import IO, Protocol, TypeVar

from bordercount import exercises
from bordercount.grading import (
    archive,
    cluster,
    collect,
    csvfile,
    functions,
    judging,
    lms,
    marking,
    marks,
    people,
    pool,
)
from bordercount.grading.archive import Entry, Problem
from bordercount.grading.collect import LAYOUTS, Batch, Found
from bordercount.grading.errors import GradingError
from bordercount.grading.feedback import Pages, decimal
from bordercount.grading.functions import Functions
from bordercount.grading.gather import KINDS, NOTES, Decisions, Submission, Trouble, gather
from bordercount.grading.judging import Graded
from bordercount.grading.marking import Exam, Judge, Result
from bordercount.grading.marks import Marks
from bordercount.grading.outputs import Outputs, file_names, zipped
from bordercount.grading.people import Class
from bordercount.grading.report import Report

GRADES = (
    "student", "name", "exercise", "points", "max_points", "verdict", "feedback", "tries",
    "version",
)  # fmt: skip
TOTALS = ("student", "name", "points", "max_points", "state")
WAITING = {
    "to mark": "answers to read; put points into to_mark.csv and run this again",
    "not run": "functions not run: see the note below; --exercises=-kind:code leaves them out",
    "not read": "no sheet that could be read; no system's file gets a grade for them",
    "to decide": "something to decide; write accept or leave out into problems.csv, run again",
}
Seen = TypeVar("Seen")


class Progress(Protocol):
    """Shows how far a step is while its items go by."""

    def __call__(self, what: str, items: Iterable[Seen], total: int, /) -> Iterable[Seen]:
        """Yield the items of a step, of which there are `total`."""
        ...


class RunError(GradingError):
    """The run cannot begin; the message says what to change."""


@dataclass(frozen=True)
class Options:
    """What a run was asked for; see `bordercount grade --help`."""

    submissions: Path
    out: Path
    roster: Path | None = None
    exercises: str = ""
    layout: str = "auto"
    canvas: Path | None = None
    moodle: Path | None = None
    column: str = ""
    marks: Path | None = None
    decisions: Path | None = None
    show_answers: bool = False
    scale: bool = False
    partial: bool = False
    jobs: int = 1
    dask: str = ""
    unsafe: bool = False


@dataclass
class Summary:
    """What a run found, for a person and for the exit status."""

    students: int = 0
    complete: int = 0
    pending: dict[str, int] = field(default_factory=dict)
    points: int = 0
    troubles: dict[str, int] = field(default_factory=dict)
    layout: str = ""
    warnings: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    @property
    def waiting(self) -> list[str]:
        """What keeps grades open, a line each."""
        return [f"{count} with {WAITING[verdict]}" for verdict, count in self.pending.items()]

    @property
    def clean(self) -> bool:
        """Whether every file and every student was graded without anything for a person to see."""
        return not any(kind not in NOTES for kind in self.troubles) and not self.pending.get(
            "to decide"
        )


@dataclass(frozen=True)
class Made:
    """What came of one student: the results, the lines for the tables, and the page."""

    graded: Graded
    lines: str
    mark_lines: dict[str, str]
    mark_keys: frozenset[marks.Key]
    page: str
    results: str
    why: str  # why functions were not run


@dataclass
class Grader:
    """What grading one student needs; it travels to every worker once."""

    exam: Exam
    decisions: Decisions
    marks: Marks
    titles: Mapping[str, str]
    show_answers: bool
    results: bool
    pages: Pages | None = None
    judge: Judge = field(default_factory=Judge)
    tails: dict[tuple[object, ...], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep what every student's lines need."""
        self.headings = marks.columns(self.exam)

    def __getstate__(self) -> dict[str, object]:
        """Leave the pages behind: templates do not travel."""
        return {**self.__dict__, "pages": None}

    def make(self, submission: Submission) -> Made:
        """Return what comes of one student."""
        if self.pages is None:
            self.pages = Pages(self.exam, self.titles, self.show_answers)
        graded = judging.grade(submission, self.exam, self.decisions, self.judge)
        results, mark_lines, mark_keys = [], {}, set()
        for result in graded.results:
            if result.verdict == "to mark":
                question = self.exam.questions[result.exercise]
                key, row, result = self.marks.applied(graded.student, graded.name, question, result)
                mark_keys.add(key)
                mark_lines[result.exercise] = csvfile.line(map(row.get, self.headings))
            results.append(result)
        graded = replace(graded, results=tuple(results))
        return Made(
            graded,
            self.lines(graded),
            mark_lines,
            frozenset(mark_keys),
            self.pages.page(graded),
            lms.gradescope(graded, self.exam) if self.results else "",
            self.judge.why if "not run" in graded.pending else "",
        )

    def close(self) -> None:
        """End the room that functions were run in, if there is one."""
        self.judge.close()

    def lines(self, graded: Graded) -> str:
        """Return a student's lines of grades.csv; their ends are written once for all alike."""
        start = csvfile.line((graded.student, graded.name, ""))[:-1]
        end = csvfile.line(("", graded.version))[1:]
        return "".join([f"{start}{self.tail(each)},{end}" for each in graded.results])

    def tail(self, result: Result) -> str:
        """Return what stands in a result's line between the student and the version."""
        key = (result.exercise, result.points, result.verdict, result.feedback, result.tries)
        if key not in self.tails:
            if len(self.tails) >= marking.MOST_KNOWN:
                self.tails.clear()
            points = "" if result.points is None else decimal(result.points)
            most = self.exam.questions[result.exercise].points
            cells = (result.exercise, points, most, result.verdict, result.feedback, result.tries)
            self.tails[key] = csvfile.line(cells)[:-1]
        return self.tails[key]


def make(grader: Grader, submission: Submission) -> Made:
    """Return what comes of one student; the work of a pool."""
    return grader.make(submission)


def quiet(what: str, items: Iterable[Seen], total: int) -> Iterable[Seen]:
    """Show no progress."""
    return items


def check(options: Options) -> None:
    """Refuse what cannot work. Raises `RunError`."""
    if options.layout not in ("auto", *LAYOUTS):
        raise RunError(f"no layout {options.layout!r}; it is auto or one of {', '.join(LAYOUTS)}")
    if options.jobs < 1:
        raise RunError(f"--jobs {options.jobs}: at least one process is needed")
    if options.canvas and not options.column:
        raise RunError("--canvas needs --column: the title of the assignment in the gradebook")
    source, target = options.submissions.resolve(), options.out.resolve()
    if source.is_dir() and (target == source or source in target.parents):
        raise RunError(
            f"--out {options.out} lies in the submissions, so the next run would read it as one; "
            "choose a folder beside them"
        )


def grade(options: Options, progress: Progress = quiet) -> Summary:
    """Grade a hand-in and write everything into `options.out`; return what was found.

    Raises `RunError`, `ArchiveError`, `CsvError`, `SelectionError`, `ExerciseError`,
    `SolutionError` or `OutputError` before anything is written.
    """
    check(options)
    tables = [
        *([lms.canvas(options.canvas, options.column)] if options.canvas else []),
        *([lms.moodle(options.moodle, options.column or "Grade")] if options.moodle else []),
    ]
    everyone = people.read(options.roster) if options.roster else Class()
    for table in tables:
        everyone = people.joined(everyone, table.everyone)
    exam = marking.exam(options.exercises)
    decisions = kept_decisions(options)
    filled = kept_marks(options, exam)
    titles, objectives = course_texts()
    numbers = frozenset(person.canvas for person in everyone.people if person.canvas)
    batch = collect.detect(options.submissions, options.layout, numbers)
    if not everyone.people:  # what the export knows of them tells whose id a sheet bears
        everyone = people.from_gradescope(collect.school_ids(batch))
    with Outputs(options.out) as outputs, ExitStack() as stack:
        gathered = gather(examined(batch, options.jobs, progress), everyone, decisions)
        if not gathered.submissions and not gathered.troubles:
            raise RunError(f"{options.submissions}: there are no files in it")
        if not gathered.submissions and points_before(options.out):
            raise RunError(
                f"{options.submissions}: there is no answer sheet in it, so {options.out} is left "
                "as the last run made it; with another --out, problems.csv says why"
            )
        names = file_names(each.student for each in gathered.submissions)
        grader = Grader(
            exam, decisions, filled, titles, options.show_answers,
            batch.layout == "gradescope", judge=Judge(prepared(exam, options)),
        )  # fmt: skip
        stack.enter_context(closing(grader))
        run = Run(outputs, exam, Report(exam, titles, objectives), names)
        if options.unsafe and any(each.checks for each in exam.questions.values()):
            run.note(functions.UNSAFE)
        if options.dask:
            made = cluster.ordered(make, grader, gathered.submissions, options.dask)
        else:
            made = pool.ordered(make, grader, gathered.submissions, options.jobs)
        counted = progress("Grading", made, len(gathered.submissions))
        for submission, each in zip(gathered.submissions, counted, strict=True):
            run.add(submission, each)
        for table in tables:
            run.fill(table, options)
        run.feedback_zip(batch.layout)
        run.finish(filled, gathered.troubles, decisions)
        run.summary.layout = batch.layout
        run.summary.written = sorted(outputs.written)
    return run.summary


def prepared(exam: Exam, options: Options) -> Functions:
    """Return what runs an exam's functions, out of whose sight lies all that a grader reads."""
    given = (options.submissions, options.out, options.roster, options.canvas, options.moodle)
    hidden = [*functions.out_of_sight(), *(f"{path.resolve()}" for path in given if path)]
    every = (each.checks for each in exam.questions.values() if each.checks)
    spare = not options.dask and 2 * options.jobs <= (os.cpu_count() or 1)
    return Functions(every, hidden, options.unsafe, spare)


def examined(batch: Batch, jobs: int, progress: Progress) -> Iterator[Found]:
    """Yield what each file of a hand-in held; a broken archive is a file that held nothing."""
    problems: list[Found] = []

    def entries() -> Iterator[Entry]:
        for each in archive.walk(batch.path):
            if isinstance(each, Problem):
                problems.append(Found(each.label, None, (), (each,)))
            elif not (batch.layout == "gradescope" and each.parts[-1:] == (collect.METADATA,)):
                yield each

    total = sum(isinstance(each, Entry) for each in archive.walk(batch.path))
    yield from pool.ordered(collect.examine, batch, progress("Reading", entries(), total), jobs)
    yield from problems


def kept_marks(options: Options, exam: Exam) -> Marks:
    """Return the marks that were made: those in the folder's to_mark.csv, then those passed."""
    found = Marks()
    for path in (options.out / "to_mark.csv", options.marks):
        if path is not None and (path.exists() or path == options.marks):
            found.read(path, exam)
    return found


def kept_decisions(options: Options) -> Decisions:
    """Return the decisions made: those in the folder's problems.csv, then those passed."""
    made: dict[tuple[str, str, str, str], str] = {}
    for path in (options.out / "problems.csv", options.decisions):
        if path is not None and (path.exists() or path == options.decisions):
            made |= marks.read_decisions(path).made
    return Decisions(made)


def course_texts() -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """Return the chapters' titles and the texts of their objectives."""
    titles: dict[str, str] = {}
    objectives: dict[tuple[str, str], str] = {}
    for name in exercises.names():
        chapter = exercises.load(name)
        titles[name] = chapter.title
        objectives |= {(name, key): text for key, text in chapter.objectives.items()}
    return titles, objectives


class Run:
    """The files of a run as they grow."""

    def __init__(
        self, outputs: Outputs, exam: Exam, report: Report, names: Mapping[str, str]
    ) -> None:
        """Begin all tables."""
        self.outputs = outputs
        self.exam = exam
        self.report = report
        self.names = names
        self.summary = Summary(points=exam.points)
        self.troubles: list[Trouble] = []
        self.totals: dict[str, tuple[Submission, Decimal, tuple[str, ...]]] = {}
        self.grades = outputs.open("grades.csv")
        self.grades.write(csvfile.MARK + csvfile.line(GRADES))
        self.sums = outputs.open("totals.csv")
        self.sums.write(csvfile.MARK + csvfile.line(TOTALS))
        self.to_mark: dict[str, IO[str]] = {}
        self.mark_keys: set[marks.Key] = set()

    def add(self, submission: Submission, made: Made) -> None:
        """Write what came of one student."""
        graded = made.graded
        name = self.names[submission.student]
        self.grades.write(made.lines)
        state = "; ".join(graded.pending) or "graded"
        self.sums.write(
            csvfile.line(
                (graded.student, graded.name, decimal(graded.points), self.exam.points, state)
            )
        )
        self.outputs.text(f"feedback/{name}.html", made.page)
        if made.results:
            self.outputs.text(f"gradescope/{name}/results.json", made.results)
        for exercise, line in made.mark_lines.items():
            if exercise not in self.to_mark:
                self.to_mark[exercise] = self.outputs.scrap(f"to_mark-{exercise}")
            self.to_mark[exercise].write(line)
        self.mark_keys |= made.mark_keys
        if made.why:
            self.note(f"functions are not run: {made.why}")
        self.report.add(graded)
        self.troubles += graded.troubles
        self.totals[submission.student] = (submission, graded.points, graded.pending)
        self.summary.students += 1
        self.summary.complete += not graded.pending
        for verdict in graded.pending:
            self.summary.pending[verdict] = self.summary.pending.get(verdict, 0) + 1

    def note(self, text: str) -> None:
        """Keep a warning for the summary and the report, once."""
        if text not in self.report.notes:
            self.summary.warnings.append(text)
            self.report.notes.append(text)

    def fill(self, table: lms.Table, options: Options) -> None:
        """Write a learning system's table with the grades that are certain.

        Nobody gets points so far for a file that could not be read: they would be zero.
        """
        grades: dict[tuple[str, str], Decimal] = {}
        owners: dict[tuple[str, str], str] = {}
        for student, (submission, points, pending) in self.totals.items():
            unread = submission.held or "not read" in pending
            if unread or (pending and not options.partial):
                continue
            person, owner = submission.person, submission.owner
            number = getattr(person, table.system) if person else ""
            if not number and owner.system == table.system:
                number = owner.key
            key = (table.system, number or f"no number: {student}")
            grades[key] = points
            owners[key] = student
        content, used = lms.filled(table, grades, self.exam.points, options.scale)
        self.outputs.bytes(f"{table.system}.csv", content)
        for key in sorted(set(grades) - used):
            submission = self.totals[owners[key]][0]
            self.troubles.append(
                Trouble(owners[key], "", "", "not filled", table.file.name, submission.name)
            )
        if table.most is not None and table.most != self.exam.points and not options.scale:
            self.summary.warnings.append(
                f"{table.system} has {decimal(table.most)} points for this, the exercises "
                f"{self.exam.points}: points are written as they are; --scale turns them into "
                f"parts of {decimal(table.most)}"
            )
        waiting = len(self.totals) - len(grades)
        if waiting:
            self.summary.warnings.append(
                f"{table.system}.csv leaves out {waiting} of {len(self.totals)} students, whose "
                "grade is still open; --partial writes their points so far"
            )

    def feedback_zip(self, system: str) -> None:
        """Write the feedback as the zip that Canvas or Moodle takes back, for their downloads."""
        prefixes = [(name, each[0].owner.prefix) for name, each in self.totals.items()]
        returned = lms.returned_names(prefixes, system)
        if returned:
            sources = {
                returned[student]: self.outputs.aside / f"feedback/{self.names[student]}.html"
                for student in returned
            }
            zipped(self.outputs.path(f"feedback-{system}.zip"), sources)

    def finish(self, filled: Marks, loose: Iterable[Trouble], decisions: Decisions) -> None:
        """Write what is left: answers to mark, problems, the report."""
        self.grades.close()
        self.sums.close()
        left = filled.left(self.mark_keys)
        headings = marks.columns(self.exam)
        headings += sorted({name for row in left for name in row} - set(headings))
        with self.outputs.open("to_mark.csv") as file:
            file.write(csvfile.MARK + csvfile.line(headings))
            for _, part in sorted(self.to_mark.items()):
                part.seek(0)
                shutil.copyfileobj(part, file)
                part.close()
            for row in left:
                file.write(csvfile.line(row.get(name) for name in headings))
        pages = {f"feedback/{each}.html" for each in self.names.values()}
        gone = [each for each in self.outputs.before() if each.startswith("feedback/")]
        if lost := len(set(gone) - pages):
            self.summary.warnings.append(
                f"the last run had a page for {lost} students who are not in this hand-in; their "
                "grades and pages are no longer in the folder. Give the command everything that "
                "was handed in, each time; marks are kept"
            )
        if (most := points_before(self.outputs.folder)) not in ("", str(self.exam.points)):
            self.summary.warnings.append(
                f"the last run counted {most} points, this one {self.exam.points}; "
                "give the same --exercises each time"
            )
        everything = [*self.troubles, *loose]
        self.outputs.text("problems.csv", marks.problems(everything, decisions))
        for each in set(everything):
            if not (decisions.of(each) and each.kind not in NOTES):
                self.summary.troubles[each.kind] = self.summary.troubles.get(each.kind, 0) + 1
        troubles = [
            f"{count} {kind}: {KINDS[kind][1]}"
            for kind, count in sorted(self.summary.troubles.items())
            if kind not in NOTES
        ]
        self.outputs.text("report.html", self.report.page([*self.summary.waiting, *troubles]))


def points_before(folder: Path) -> str:
    """Return how many points the last run into this folder counted, or nothing."""
    try:
        return next(row["max_points"] for row in csvfile.read(folder / "totals.csv").records())
    except (csvfile.CsvError, StopIteration, KeyError):
        return ""
