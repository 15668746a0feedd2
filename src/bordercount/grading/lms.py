"""Files that learning systems take back: Canvas and Moodle tables filled in, Gradescope results.

A table is never made from nothing: what the system exported is filled in, everything else in it
stays as it was, and only rows that have a grade are written.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from bordercount.answers import normal
from bordercount.grading import csvfile
from bordercount.grading.csvfile import CsvError, CsvFile, clean
from bordercount.grading.feedback import decimal
from bordercount.grading.judging import Graded
from bordercount.grading.marking import CENT, Exam, Result
from bordercount.grading.people import Class, Person, digits, gathered

SILENTLY_DROPPED = re.compile(
    r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)", re.IGNORECASE
)


@dataclass(frozen=True)
class Table:
    """A learning system's exported table, its columns found: who, and where the grade goes."""

    file: CsvFile
    system: str
    people: Mapping[int, Person]  # by the row's place
    place: int
    most: Decimal | None = None
    kept: tuple[int, ...] = ()  # rows to keep that are nobody's: points possible

    @property
    def everyone(self) -> Class:
        """The people of the table, as a class."""
        return gathered(self.people.values())


def number(text: str) -> Decimal | None:
    """Return a cell's number, or None."""
    try:
        found = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def canvas(path: Path, column: str) -> Table:
    """Return a Canvas gradebook export, with the column of an assignment found by its title.

    Raises `CsvError` if it is no such export, or has no such column.
    """
    file = csvfile.read(path)
    headings = [csvfile.folded(each) for each in file.header]
    if len(headings) < 4 or "id" not in headings or "section" not in headings:
        raise CsvError(
            f"{path}: not a Canvas gradebook export: its header needs Student, ID and Section. "
            "In Canvas: Grades, Export"
        )
    place = assignment(file, column, headings.index("section") + 1)
    id_place = headings.index("id")
    logins = [
        found
        for name in ("sis user id", "sis login id", "email")
        if (found := file.column(name)) is not None
    ]
    names = [
        found for name in ("lastname", "firstname") if (found := file.column(name)) is not None
    ]
    people: dict[int, Person] = {}
    kept, most = [], None
    for row_place, row in enumerate(file.rows):
        cells = [each.strip() for each in row] + [""] * len(headings)
        if "points possible" in cells[0].casefold():
            kept.append(row_place)
            most = number(cells[place])
        elif cells[id_place].isdigit():
            name = ", ".join(cells[each] for each in names) if names else cells[0]
            ids = [cells[each] for each in logins if cells[each]]
            people[row_place] = Person(
                ids[-1] if ids else cells[id_place],
                formula_free(name),
                frozenset(normal(each) for each in ids),
                canvas=cells[id_place],
            )
    return Table(file, "canvas", people, place, most, tuple(kept))


def formula_free(name: str) -> str:
    """Return a name that Canvas exported as a formula, ="=Name", as it is."""
    return name[2:-1].replace('""', '"') if name.startswith('="') and name.endswith('"') else name


def assignment(file: CsvFile, column: str, first: int) -> int:
    """Return the place of an assignment's column. Raises `CsvError` listing those there are."""
    titles = file.header[first:]
    exact = [place for place, title in enumerate(titles) if title.strip() == column.strip()]
    loose = [
        place
        for place, title in enumerate(titles)
        if re.sub(r"\s\(\d+\)$", "", title.strip()) == column.strip()
    ]
    found = exact or loose
    if len(found) == 1:
        if SILENTLY_DROPPED.search(titles[found[0]]):
            raise CsvError(
                f"{file.name}: Canvas ignores a column named {titles[found[0]]!r} without a word; "
                "rename the assignment"
            )
        return first + found[0]
    why = "several columns" if found else "no column"
    raise CsvError(
        f"{file.name}: {why} {column!r}; its assignments are {', '.join(titles) or 'none'}. "
        "A new assignment must be made in the system, and exported again"
    )


def moodle(path: Path, column: str = "Grade") -> Table:
    """Return a Moodle offline grading worksheet, with its column of grades found.

    Raises `CsvError` if it is no such worksheet, or has no such column.
    """
    file = csvfile.read(path)
    who = next(
        (
            place
            for place in range(len(file.header))
            if file.rows
            and all(
                re.fullmatch(r"\D+\d+", row[place].strip()) for row in file.rows if len(row) > place
            )
        ),
        None,
    )
    place = file.column(column)
    if who is None or place is None:
        lacks = (
            "a column of identifiers such as 'Participant 12345'" if who is None else repr(column)
        )
        raise CsvError(
            f"{path}: not a Moodle grading worksheet: it lacks {lacks}. In Moodle: the assignment, "
            "View all submissions, Download grading worksheet. Its columns are "
            f"{', '.join(file.header)}"
        )
    named, mail, ids = (
        file.column(*names)
        for names in (("Full name", "Name"), ("Email address", "Email"), ("ID number", "Username"))
    )
    limit = file.column("Maximum Grade")
    people: dict[int, Person] = {}
    most: Decimal | None = None
    for row_place, row in enumerate(file.rows):
        cells = row + [""] * (len(file.header) - len(row))
        key = digits(cells[who])
        known = [cells[each].strip() for each in (ids, mail) if each is not None]
        known = [each for each in known if each]
        if limit is not None and most is None:
            most = number(cells[limit])
        if key:
            people[row_place] = Person(
                known[0] if known else f"Participant {key}",
                cells[named].strip() if named is not None else "",
                frozenset(normal(each) for each in known),
                moodle=key,
            )
    return Table(file, "moodle", people, place, most)


def filled(
    table: Table, grades: Mapping[tuple[str, str], Decimal], most: int, scale: bool = False
) -> tuple[bytes, set[tuple[str, str]]]:
    """Return the table with grades, and which of them found a row.

    `grades` are points by the person's number in the system. With `scale` they are turned into
    parts of the points that the system has for the assignment.
    """
    rows: list[list[str]] = []
    used: set[tuple[str, str]] = set()
    for place, row in enumerate(table.file.rows):
        person = table.people.get(place)
        if place in table.kept:
            rows.append(row)
        if person is None:
            continue
        key = (table.system, person.canvas or person.moodle)
        if key in grades:
            points = grades[key]
            if scale and table.most is not None and most:
                points = (points * table.most / most).quantize(CENT, ROUND_HALF_UP)
            full = row + [""] * (len(table.file.header) - len(row))
            rows.append([*full[: table.place], decimal(points), *full[table.place + 1 :]])
            used.add(key)
    return table.file.encoded(rows), used


def gradescope(graded: Graded, exam: Exam) -> str:
    """Return a results.json for Gradescope: one test for each exercise, all visible at once."""
    tests: list[dict[str, Any]] = []
    for place, result in enumerate(graded.results, start=1):
        question = exam.questions[result.exercise]
        test: dict[str, Any] = {
            "name": result.exercise,
            "name_format": "text",
            "number": str(place),
            "output": clean(told(result)),
            "output_format": "text",
            "tags": [result.exercise.partition(".")[0], question.kind],
            "visibility": "visible",
        }
        if result.points is not None:
            test |= {"score": float(result.points), "max_score": float(question.points)}
            test["status"] = "passed" if result.points == question.points else "failed"
        tests.append(test)
    content = {
        "score": float(graded.points),
        "output": "Points so far." if graded.pending else "All exercises are graded.",
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def told(result: Result) -> str:
    """Return what a student reads of a result, which never gives an answer away."""
    return (result.feedback if result.verdict != "recorded" else "") or result.verdict


def returned_names(prefixes: Iterable[tuple[str, str]], system: str) -> dict[str, str]:
    """Return for each student the name under which feedback goes back, of the systems that take it.

    Canvas takes a file with the prefix of the one that was handed in, Moodle one in the folder.
    """
    join = {"canvas": "{}feedback.html", "moodle": "{}/feedback.html"}.get(system)
    if join is None:
        return {}
    return {
        student: join.format(clean(prefix).rstrip("/"))
        for student, prefix in prefixes
        if prefix and not {"/", "\\", "\0"} & set(prefix) and ".." not in prefix.split("/")
    }
