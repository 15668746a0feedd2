"""Who is in the class: the roster's people, and which of them a file or an id means."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bordercount.answers import normal
from bordercount.grading import csvfile
from bordercount.grading.collect import Owner
from bordercount.grading.csvfile import CsvError, CsvFile

ID = ("student", "student id", "id", "sid", "login", "username", "sis login id", "id number")
NAME = ("name", "full name", "student name")
EMAIL = ("email", "email address", "e-mail")
CANVAS = ("canvas", "canvas id", "canvas user id")
TEST_STUDENT = "Student, Test"  # what a teacher is in the student view of Canvas
MOODLE = ("moodle", "participant", "participant number", "identifier")


@dataclass(frozen=True)
class Person:
    """Someone who should be there: id, name, and what learning systems call them."""

    student: str
    name: str = ""
    ids: frozenset[str] = frozenset()
    canvas: str = ""
    moodle: str = ""


@dataclass(frozen=True)
class Class:
    """The people who should be there, found by id, by number or by name."""

    people: tuple[Person, ...] = ()
    by_id: Mapping[str, Person] = field(default_factory=dict)
    by_number: Mapping[tuple[str, str], Person] = field(default_factory=dict)
    by_name: Mapping[str, Person | None] = field(default_factory=dict)

    def of_owner(self, owner: Owner) -> Person | None:
        """Return the person whom the system's name for a file means, or None.

        A number or an address decides; a name only where one person alone bears it.
        """
        return (
            self.by_number.get((owner.system, owner.key))
            or self.by_id.get(normal(owner.key))
            or next(filter(None, (self.by_name.get(key) for key in name_keys(owner.name))), None)
        )

    def of_id(self, student: str) -> Person | None:
        """Return the person who has this id, login or address, or None."""
        return self.by_id.get(normal(student))


def smushed(name: str) -> str:
    """Return a name's letters and digits alone, in lower case: what Canvas keeps of one."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name)).casefold()


def name_keys(name: str) -> list[str]:
    """Return the forms in which a name is compared: as written, and family name first."""
    last, comma, first = name.partition(",")
    words = name.split()
    if comma:
        forms = [f"{first}{last}", f"{last}{first}"]
    elif len(words) > 1:
        forms = ["".join(words), "".join([words[-1], *words[:-1]])]
    else:
        forms = [name]
    return [key for key in dict.fromkeys(map(smushed, forms)) if key]


def gathered(people: Iterable[Person]) -> Class:
    """Return a class of these people; a name that two of them bear finds neither."""
    everyone = tuple(people)
    ids: dict[str, Person] = {}
    numbers: dict[tuple[str, str], Person] = {}
    names: dict[str, Person | None] = {}
    for person in everyone:
        for each in sorted(person.ids):
            ids.setdefault(each, person)
        if person.canvas:
            numbers["canvas", person.canvas] = person
        if person.moodle:
            numbers["moodle", person.moodle] = person
        for key in name_keys(person.name):
            names[key] = None if names.get(key, person) != person else person
    return Class(everyone, ids, numbers, names)


def read(path: Path) -> Class:
    """Return the class that a roster names.

    It is a CSV with a column of ids (student, id, login, ...) and, if wanted, name, email, canvas
    and moodle. Raises `CsvError` naming file, row and column.
    """
    return from_roster(csvfile.read(path))


def from_roster(file: CsvFile) -> Class:
    """Return the class that a roster's rows name. Raises `CsvError`."""
    id_column = file.column(*ID)
    if id_column is None:
        raise CsvError(
            f"{file.name}: no column of ids; name one of its columns {', '.join(ID[:5])}. "
            f"Its columns are {', '.join(file.header)}"
        )
    places = [file.column(*names) for names in (NAME, EMAIL, CANVAS, MOODLE)]
    people: dict[str, Person] = {}
    for number, row in enumerate(file.rows, start=2):
        cells = [
            row[place].strip() if place is not None and place < len(row) else ""
            for place in (id_column, *places)
        ]
        student, name, email, canvas, moodle = map(csvfile.bare, cells)
        if not any(cells):
            continue
        if not student:
            raise CsvError(
                f"{file.name}, row {number}: no id in the column {file.header[id_column]}"
            )
        if normal(student) in people:
            raise CsvError(f"{file.name}, row {number}: the id {student!r} stands there twice")
        people[normal(student)] = Person(
            student,
            name,
            frozenset(normal(each) for each in (student, email) if each),
            digits(canvas),
            digits(moodle),
        )
    return gathered(people.values())


def from_gradescope(everyone: Iterable[tuple[str, str, str]]) -> Class:
    """Return the class of an export's students: address, name and school id of each."""
    found = {
        mail or sid: Person(mail or sid, name, frozenset(normal(e) for e in (mail, sid) if e))
        for mail, name, sid in everyone
        if mail or sid
    }
    return gathered(found.values())


def digits(text: str) -> str:
    """Return the number at the end of a cell such as "Participant 12345", or nothing."""
    found = re.search(r"(\d+)\s*$", text)
    return found[1] if found else ""


def joined(first: Class, second: Class) -> Class:
    """Return both classes as one: a person in both has the ids and numbers of both."""
    if not first.people or not second.people:
        return first if first.people else second
    merged: dict[str, Person] = {normal(each.student): each for each in first.people}
    for other in second.people:
        known = next(filter(None, map(first.by_id.get, sorted(other.ids))), None)
        if known is None:
            named = [first.by_name.get(key) for key in name_keys(other.name)]
            known = next(filter(None, named), None)
        if known is None:
            merged.setdefault(normal(other.student), other)
            continue
        old = merged[normal(known.student)]
        merged[normal(known.student)] = replace(
            old,
            name=old.name or other.name,
            ids=old.ids | other.ids,
            canvas=old.canvas or other.canvas,
            moodle=old.moodle or other.moodle,
        )
    return gathered(merged.values())
