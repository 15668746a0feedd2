"""The sheets in a hand-in, and whose they are: recognised by content, owned by the LMS's name.

Canvas, Moodle and Gradescope name their files after the student; elsewhere the id in the sheet
is all there is.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from bordercount import sheet
from bordercount.answers import normal
from bordercount.grading import archive
from bordercount.grading.archive import ArchiveError, Entry, Problem
from bordercount.sheet import Sheet, SheetError

Layout = Literal["canvas", "moodle", "gradescope", "folders", "plain"]
LAYOUTS: tuple[Layout, ...] = ("canvas", "moodle", "gradescope", "folders", "plain")
CANVAS = re.compile(
    r"(?P<name>\w*?)_??(?:LATE_)?(?:anon_(?P<anon>[^_]+)|(?P<user>\d+))_(?P<file>\d+)_(?P<original>.+)"
)
MOODLE = re.compile(
    r"(?P<name>.*?)_(?P<number>\d+)_assignsubmission_(?P<plugin>file|onlinetext)(?:_(?P<rest>.*))?",
    re.DOTALL,
)
GRADESCOPE = re.compile(r"submission_(\d+)", re.ASCII)
OUR_START = re.compile(
    rb'\{\s*"format":\s*"bordercount-answers/1",\s*"module":\s*"[^"\\]{0,40}",\s*'
    rb'"student":\s*("(?:[^"\\\x00-\x1f]|\\.){0,200}"),\s*"answers":\s*\{'
)
MOST_SHEETS = 20  # of one notebook; each hand-in carries all answers given before
ZIP = b"PK\x03\x04"
METADATA = "submission_metadata.yml"
SUBMITTER = (":email", ":name", ":sid")
NO_SHEET = "no answer sheet in it"


@dataclass(frozen=True)
class Owner:
    """Whose a file is, as its name says: the system, the number or address there, the names.

    `prefix` is what a file name must start with on its way back to the system.
    """

    system: Layout
    key: str
    name: str = ""
    prefix: str = ""
    others: tuple[tuple[str, str], ...] = ()  # the further members of a group: key and name


@dataclass(frozen=True)
class Piece:
    """One sheet that was found: where, whose by its name, and whose id it bears."""

    entry: Entry
    owner: Owner | None
    place: int  # which sheet of its file
    student: str


@dataclass(frozen=True)
class Found:
    """What one file of a hand-in held: sheets, or the reason why none could be read."""

    label: str
    owner: Owner | None
    pieces: tuple[Piece, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Batch:
    """A hand-in: where it is, how its names are read, and what its metadata says."""

    path: Path
    layout: Layout
    numbers: frozenset[str] = frozenset()  # user numbers that the gradebook holds
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def owner(self, entry: Entry) -> Owner | None:
        """Return whose a file is, by its name alone."""
        match self.layout:
            case "canvas":
                return canvas(entry.parts[0], self.numbers) if entry.parts else None
            case "moodle":
                return next(filter(None, map(moodle, entry.parts)), None)
            case "gradescope":
                return gradescope(entry.parts, self.metadata)
            case "folders":
                return Owner("folders", entry.parts[0]) if len(entry.parts) > 1 else None
        return None


def canvas(name: str, numbers: frozenset[str] = frozenset()) -> Owner | None:
    """Return whose a file of a Canvas download is.

    A group's name may hold digits of its own: where the gradebook's numbers are known, the pair
    that starts with one of them decides.
    """
    pairs = [
        found
        for found in re.finditer(r"(?<![^_])(\d+)_(\d+)_(?=.)", name, re.ASCII)
        if found[1] in numbers
    ]
    if pairs:
        found = pairs[0]
        start = re.sub(r"_?(?:LATE)?_?$", "", name[: found.start()])
        return Owner("canvas", found[1], start, name[: found.end()])
    whole = CANVAS.fullmatch(name)
    if whole is None:
        return None
    key = whole["user"] or f"anon_{whole['anon']}"
    return Owner("canvas", key, whole["name"], name[: whole.start("original")])


def moodle(part: str) -> Owner | None:
    """Return whose a folder or file of a Moodle download is."""
    found = MOODLE.fullmatch(part)
    if found is None:
        return None
    prefix = part
    if rest := found["rest"]:  # downloaded without folders: the file's name follows
        prefix = part[: -len(rest)]
    return Owner("moodle", found["number"], found["name"].replace("_", " "), prefix)


def gradescope(parts: tuple[str, ...], metadata: Mapping[str, Any]) -> Owner | None:
    """Return whose a file of a Gradescope export is, by the export's metadata."""
    for place, part in enumerate(parts):
        about = metadata.get(part)
        if not GRADESCOPE.match(part) and about is None:
            continue
        people = submitters(about)
        if not people:
            return Owner("gradescope", part, "", part)
        (key, name), *others = people
        return Owner("gradescope", key or part, name, parts[place], tuple(others))
    return None


def submitters(about: Any) -> list[tuple[str, str]]:
    """Return key (address, else number) and name of each submitter in a submission's metadata."""
    people = about.get(":submitters") if isinstance(about, dict) else None
    found = []
    for each in people if isinstance(people, list) else []:
        if isinstance(each, dict):
            known = {
                key: each[key]
                for key in (":email", ":sid", ":name")
                if each.get(key) and isinstance(each[key], str)
            }
            found.append((known.get(":email") or known.get(":sid", ""), known.get(":name", "")))
    return found


def school_ids(batch: Batch) -> list[tuple[str, str, str]]:
    """Return address, name and school id of a Gradescope export's students; none without ids."""
    found = []
    for about in batch.metadata.values():
        everyone = about.get(":submitters") if isinstance(about, dict) else None
        for each in everyone if isinstance(everyone, list) else []:
            cells = [each.get(key) if isinstance(each, dict) else "" for key in SUBMITTER]
            mail, name, sid = (cell if isinstance(cell, str) else "" for cell in cells)
            found.append((mail, name, sid))
    return found if any(sid for _, _, sid in found) else []


def detect(path: Path, layout: str = "auto", numbers: frozenset[str] = frozenset()) -> Batch:
    """Return the hand-in at `path` with its layout: the one named, or the one its names show.

    Raises `ArchiveError` if there is no such file or folder.
    """
    metadata: dict[str, Any] = {}
    about: list[Entry] = []
    labels: list[tuple[str, ...]] = []
    for entry in archive.walk(path):
        if isinstance(entry, Problem):
            continue
        if entry.parts[-1:] == (METADATA,) and len(entry.parts) <= 2:
            about.append(entry)
        else:
            labels.append(entry.parts)
    for entry in about:  # one in a student's folder is the student's, and says nothing of others
        if all(parts[: len(entry.parts) - 1] == entry.parts[:-1] for parts in labels):
            metadata |= read_metadata(entry)
    if layout == "auto":
        layout = guess(labels, metadata)
    return Batch(path, layout, numbers, metadata)  # type: ignore[arg-type]  # checked by the caller


def guess(labels: list[tuple[str, ...]], metadata: Mapping[str, Any]) -> Layout:
    """Return the layout that the files' names show; plain, where they show none."""
    if metadata:
        return "gradescope"
    if labels and all(len(parts) == 1 and canvas(parts[0]) for parts in labels):
        return "canvas"
    if any(moodle(part) for parts in labels for part in parts):
        return "moodle"
    return "plain"


def read_metadata(entry: Entry) -> dict[str, Any]:
    """Return a Gradescope export's metadata; none, if it is not readable."""
    try:
        found = yaml.load(archive.read(entry), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (ArchiveError, yaml.YAMLError, RecursionError, ValueError):
        return {}
    return dict(found) if isinstance(found, dict) else {}


def examine(batch: Batch, entry: Entry) -> Found:
    """Return what one file held. Never raises: a file that cannot be read has its reason.

    A sheet that begins as our forms write it is read later, when its student is graded.
    """
    owner = batch.owner(entry)
    pieces: list[Piece] = []
    problems: list[Problem] = []
    for inner, content in inside(entry):
        if isinstance(inner, Problem):
            problems.append(inner)
            continue
        try:
            if (student := student_of(content)) is not None:
                pieces.append(Piece(inner, owner, 0, student))
                continue
            for place, found in enumerate(sheets(inner, content)):
                if isinstance(found, Sheet):
                    pieces.append(Piece(inner, owner, place, found.student))
                else:
                    problems.append(Problem(inner.label, found))
        except (ArchiveError, SheetError) as error:
            problems.append(Problem(inner.label, str(error)))
    if not pieces and not problems:
        problems.append(Problem(entry.label, NO_SHEET))
    return Found(entry.label, owner, tuple(pieces), tuple(problems))


def inside(entry: Entry) -> Iterator[tuple[Entry | Problem, bytes]]:
    """Yield the file itself, or the files of the zip that it is, with their contents.

    A zip in a zip is not opened.
    """
    try:
        content = archive.taken(entry, archive.LARGEST + 1)
        zipped = content.startswith(ZIP)
        whole = b"" if zipped else archive.bounded(content)
    except ArchiveError as error:
        yield Problem(entry.label, str(error)), b""
        return
    if not zipped:
        yield entry, whole
        return
    del content
    for inner in archive.members(entry, archive.MOST_ENTRIES):
        if isinstance(inner, Problem):
            yield inner, b""
            continue
        try:
            content = archive.read(inner)
        except ArchiveError as error:
            yield Problem(inner.label, str(error)), b""
            continue
        if content.startswith(ZIP):
            yield Problem(inner.label, "an archive in an archive; it is not opened"), b""
        else:
            yield inner, content


def student_of(content: bytes) -> str | None:
    """Return the student of a sheet that begins as our forms write it, or None.

    A sheet that holds a name twice is refused when it is read, so no other student can follow.
    """
    found = OUR_START.match(content)
    if found is None:
        return None
    try:
        return str(json.loads(found[1]))
    except (ValueError, RecursionError):
        return None


def sheets(entry: Entry, content: bytes) -> list[Sheet | str]:
    """Return the sheets in a file that is no archive: one, or those that a notebook carries.

    A sheet in a notebook that cannot be read is the reason why. A file that holds none, and does
    not claim to, gives an empty list. Raises `SheetError` for a damaged sheet.
    """
    if sheet.FORMAT.split("/")[0].encode() not in content and not entry.label.endswith(".json"):
        return []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SheetError("not UTF-8 text") from None
    if not text.lstrip().startswith("{"):
        if entry.label.endswith(".json"):
            raise SheetError("not an answer sheet")
        return []
    found = sheet.parse(text)
    cells = found.get("cells") if isinstance(found, dict) and "format" not in found else None
    if isinstance(cells, list):
        every = [carried(each) for each in outputs(cells)]
        if len(every) > MOST_SHEETS:
            why = f"{len(every):,} sheets in the notebook; the last {MOST_SHEETS} are read"
            return [*every[-MOST_SHEETS:], why]
        return every
    if len(text) > sheet.LARGEST:
        raise SheetError(f"larger than {sheet.LARGEST:,} characters")
    return [sheet.from_json(found)]


def carried(found: Any) -> Sheet | str:
    """Return the sheet in a notebook's output, or why it cannot be read."""
    try:
        return sheet.from_json(found)
    except SheetError as error:
        return f"a sheet in the notebook's output: {error}"


def outputs(cells: list[Any]) -> Iterator[Any]:
    """Yield what a notebook's outputs carry as answer sheets."""
    for cell in cells:
        made = cell.get("outputs") if isinstance(cell, dict) else None
        for output in made if isinstance(made, list) else []:
            data = output.get("data") if isinstance(output, dict) else None
            if isinstance(data, dict) and sheet.MIME in data:
                yield data[sheet.MIME]


@cache
def plain_owner(student: str) -> Owner:
    """Return the owner of a sheet that nothing but its own id names."""
    return Owner("plain", normal(student))


def again(pieces: Iterable[Piece]) -> list[Sheet]:
    """Return the sheets of pieces of one file.

    Raises `ArchiveError` or `SheetError` if it cannot be read, or bears another id than before.
    """
    wanted = {piece.place: piece for piece in pieces}
    entry = next(iter(wanted.values())).entry
    found = {
        place: each
        for place, each in enumerate(sheets(entry, archive.read(entry)))
        if place in wanted and isinstance(each, Sheet) and each.student == wanted[place].student
    }
    if set(found) != set(wanted):
        raise SheetError("it changed while it was read")
    return list(found.values())
