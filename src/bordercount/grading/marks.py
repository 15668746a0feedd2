"""A person's part: to_mark.csv for free text, problems.csv for decisions; both come back filled in.

A mark is kept with a digest of the answer that it was given for. A new answer is marked anew, and
the old row stays in the file: no run loses a mark.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bordercount.grading import csvfile
from bordercount.grading.csvfile import CsvError, CsvFile
from bordercount.grading.gather import ACCEPT, KINDS, LEAVE_OUT, NOTES, Decisions, Trouble
from bordercount.grading.marking import CENT, Exam, Question, Result

FIXED = ("student", "name", "exercise", "case", "answer")
LAST = ("comment", "state", "digest")
PROBLEMS = (
    "student", "name", "file", "exercise", "problem", "detail", "meaning", "waits", "decision",
)  # fmt: skip
WAITS, EARLIER, ELSEWHERE = "current", "earlier answer", "not in this run"
Key = tuple[str, str, str]


class MarksError(CsvError):
    """A marked file cannot be used; the message names file, row and column."""


@dataclass(frozen=True)
class Mark:
    """A person's points for one answer, by criterion, and the comment."""

    row: Mapping[str, str]
    points: tuple[Decimal | None, ...]
    comment: str = ""

    @property
    def done(self) -> bool:
        """Whether every criterion has its points."""
        return bool(self.points) and all(each is not None for each in self.points)

    @property
    def begun(self) -> bool:
        """Whether there is anything to lose."""
        return bool(self.comment) or any(each is not None for each in self.points)


def digest(result: Result) -> str:
    """Return what tells one answer of an exercise from another.

    It begins with a letter that no number has: a spreadsheet would save 12e45 as 1.2E+46.
    """
    text = str(result.value).encode("utf-8", "replace")
    return f"x{hashlib.sha256(text).hexdigest()[:12]}"


def columns(exam: Exam) -> list[str]:
    """Return the headings of to_mark.csv: a criterion and its points side by side."""
    most = max((len(each.rubric) for each in exam.questions.values()), default=0)
    pairs = [f"{word} {place}" for place in range(1, most + 1) for word in ("criterion", "points")]
    return [*FIXED, *pairs, *LAST]


def fresh(student: str, name: str, question: Question, result: Result) -> dict[str, str]:
    """Return the row of an answer that a person is to mark."""
    row = {
        "student": student,
        "name": name,
        "exercise": question.id,
        "case": ", ".join(f"{key}: {value}" for key, value in question.cases[result.case].items()),
        "answer": str(result.value),
        "state": WAITS,
        "digest": digest(result),
    }
    for place, (criterion, most) in enumerate(question.rubric, start=1):
        row[f"criterion {place}"] = f"{criterion} (0 to {most})"
        row[f"points {place}"] = ""
    return row


class Marks:
    """Marks by student, exercise and answer."""

    def __init__(self) -> None:
        """Begin without any."""
        self.kept: dict[Key, Mark] = {}

    def read(self, path: Path, exam: Exam) -> None:
        """Take the marks of a file that was filled in; a later file's win.

        Raises `MarksError` for points that the rubric does not allow.
        """
        file = csvfile.read(path)
        missing = [name for name in ("student", "exercise", "digest") if file.column(name) is None]
        if missing:
            raise MarksError(
                f"{path}: no column {missing[0]!r}; fill in the to_mark.csv of an earlier run, "
                "and keep its columns"
            )
        for number, record in enumerate(lowered(file), start=2):
            row = {key: csvfile.bare(text) for key, text in record.items()}
            if not any(text.strip() for text in row.values()):
                continue
            mark = self.one(path, number, row, exam)
            key = (row["student"].strip(), row["exercise"].strip(), row["digest"].strip())
            if mark.begun or key not in self.kept:
                self.kept[key] = mark

    def begun(self, key: Key) -> bool:
        """Whether there is a mark under this key that would be a loss."""
        return key in self.kept and self.kept[key].begun

    def one(self, path: Path, number: int, row: Mapping[str, str], exam: Exam) -> Mark:
        """Return one row's mark. Raises `MarksError`."""
        question = exam.questions.get(row["exercise"])
        most = [points for _, points in question.rubric] if question else []
        found: list[Decimal | None] = []
        for place in range(1, max(len(most), highest(row)) + 1):
            text = row.get(f"points {place}", "").strip()
            if place > len(most) and not text:
                continue
            if not text:
                found.append(None)
                continue
            try:
                points = Decimal(text.replace(",", "."))
            except InvalidOperation:
                points = Decimal(-1)
            limit = most[place - 1] if place <= len(most) else None
            if not points.is_finite() or points < 0 or (limit is not None and points > limit):
                allowed = f"0 to {limit}" if limit is not None else "0 or more"
                raise MarksError(
                    f"{path}, row {number}, column 'points {place}': {text!r} is not a number "
                    f"from {allowed} ({row['student']}, {row['exercise']})"
                )
            if question and place > len(most):
                raise MarksError(
                    f"{path}, row {number}, column 'points {place}': {row['exercise']} has "
                    f"{len(most)} criteria"
                )
            found.append(points)
        return Mark(dict(row), tuple(found), row.get("comment", "").strip())

    def applied(
        self, student: str, name: str, question: Question, result: Result
    ) -> tuple[Key, dict[str, str], Result]:
        """Return what a mark of free text is kept under, its row, and its result with its mark."""
        row = fresh(student, name, question, result)
        key = (csvfile.returned(student), question.id, row["digest"])
        short = (csvfile.unpadded(key[0]), *key[1:])  # a spreadsheet saves 007 as 7
        if not self.begun(key) and self.begun(short):
            key = short
        mark = self.kept.get(key)
        if mark:
            for place, points in enumerate(mark.points, start=1):
                row[f"points {place}"] = "" if points is None else str(points)
            row["comment"] = mark.comment
        if not mark or not mark.done:
            return key, row, result
        total = sum((each for each in mark.points if each is not None), Decimal(0))
        marked = replace(
            result, points=total.quantize(CENT), verdict="marked", feedback=mark.comment
        )
        return key, row, marked

    def left(self, used: Iterable[Key]) -> list[dict[str, str]]:
        """Return the rows of marks that belong to none of this run's answers."""
        here = set(used)
        asked = {key[:2] for key in here}
        return [
            {**mark.row, "state": EARLIER if key[:2] in asked else ELSEWHERE}
            for key, mark in sorted(self.kept.items())
            if key not in here and mark.begun
        ]


def lowered(file: CsvFile) -> list[dict[str, str]]:
    """Return a file's records with their headings as `columns` writes them."""
    return [{csvfile.folded(name): text for name, text in row.items()} for row in file.records()]


def highest(row: Mapping[str, str]) -> int:
    """Return the highest number of a points column in a row that was filled in."""
    found = [
        int(name.removeprefix("points "))
        for name, text in row.items()
        if name.startswith("points ") and text.strip() and name.removeprefix("points ").isdigit()
    ]
    return max(found, default=0)


def read_decisions(path: Path) -> Decisions:
    """Return the decisions of a problems.csv that was filled in. Raises `MarksError`."""
    file = csvfile.read(path)
    if file.column("decision") is None or file.column("problem") is None:
        raise MarksError(
            f"{path}: no columns 'problem' and 'decision'; fill in the problems.csv of an earlier "
            "run, and keep its columns"
        )
    made = {}
    for number, record in enumerate(lowered(file), start=2):
        row = {key: csvfile.bare(text).strip() for key, text in record.items()}
        decision = row["decision"].casefold()
        if not decision:
            continue
        if decision not in (ACCEPT, LEAVE_OUT):
            raise MarksError(
                f"{path}, row {number}, column 'decision': {decision!r}; write {ACCEPT!r} or "
                f"{LEAVE_OUT!r}, or nothing"
            )
        key = tuple(row.get(name, "") for name in ("student", "file", "exercise", "problem"))
        made[key] = decision
    return Decisions(made)  # type: ignore[arg-type]  # four names


def problems(troubles: Iterable[Trouble], decisions: Decisions) -> str:
    """Return problems.csv: what needs a person first, each with what it means.

    Decisions on what is not in this run stand at its end: no run loses one.
    """
    rows = []
    found = set(troubles)
    for each in sorted(found, key=lambda one: (one.kind in NOTES, not KINDS[one.kind][0], one)):
        waits, meaning = KINDS[each.kind]
        decision = decisions.of(each)
        rows.append(
            {
                "student": each.student,
                "name": each.name,
                "file": each.file,
                "exercise": each.exercise,
                "problem": each.kind,
                "detail": each.detail,
                "meaning": meaning,
                "waits": "yes" if waits and not decision else "no",
                "decision": decision,
            }
        )
    for key in sorted(set(decisions.made) - {decisions.key(each) for each in found}):
        row = dict(zip(("student", "file", "exercise", "problem"), key, strict=True))
        row |= {"detail": ELSEWHERE, "waits": "no", "decision": decisions.made[key]}
        rows.append(row)
    return csvfile.text(PROBLEMS, rows)
