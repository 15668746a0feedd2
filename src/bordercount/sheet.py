"""The answer sheet, answers.json: the one file that holds a student's answers.

It needs the standard library alone. Two kernels, or a kernel and a page, may write to one sheet:
every write reads it again, merges, and replaces the file whole under a lock.
"""

import contextlib
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from bordercount.answers import normal

FORMAT = "bordercount-answers/1"
MIME = "application/vnd.bordercount.answers+json"  # under which a notebook's output carries it
WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)
LARGEST = 5_000_000  # characters; a full sheet has some fifty thousand
MOST_TRIES = 1_000_000


class SheetError(ValueError):
    """A file is not an answer sheet, or is damaged; the message says how."""


@dataclass(frozen=True)
class Answer:
    """One exercise's answer: what was given, for which case, in how many tries, when (ISO, UTC)."""

    value: Any
    case: Mapping[str, Any]
    tries: int
    at: str

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as it stands in the file."""
        return {"value": self.value, "case": dict(self.case), "tries": self.tries, "at": self.at}


@dataclass(frozen=True)
class Sheet:
    """A student's answers by exercise id, and the version of the module that they were given in.

    `unread` names the entries that were left out because they were not in form.
    """

    student: str = ""
    module: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    def merged(self, answers: Mapping[str, Answer]) -> "Sheet":
        """Return the sheet with these answers too: of each exercise the newest stays."""
        kept = dict(self.answers)
        for name, answer in answers.items():
            if name not in kept or kept[name].at < answer.at:
                kept[name] = answer
        return replace(self, answers=kept)

    def dumps(self) -> str:
        """Return the sheet as the text of an answers.json."""
        content = {
            "format": FORMAT,
            "module": self.module,
            "student": self.student,
            "answers": {name: each.as_dict() for name, each in sorted(self.answers.items())},
        }
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def now(after: str = "") -> str:
    """Return the time as sheets write it, to the millisecond.

    It is later than `after`, whatever the clock says: an answer from a machine whose clock is
    fast must not outlive the answers given after it.
    """
    time = datetime.now(UTC)
    with contextlib.suppress(ValueError, OverflowError):
        before = datetime.fromisoformat(after)
        time = max(time, before.astimezone(UTC) + timedelta(milliseconds=1))
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def refuse(constant: str) -> float:
    """Refuse NaN and infinities, which JSON does not have."""
    raise SheetError(f"{constant} is not a number that a sheet may hold")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the mapping of a JSON object, whose names must differ: which would count?"""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise SheetError(f"it holds {name[:60]!r} twice")
            seen.add(name)
    return found


def parse(text: str) -> Any:
    """Return what a JSON text holds. Raises `SheetError` for what no sheet may be."""
    try:
        return json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    except SheetError:
        raise
    except (ValueError, RecursionError) as error:
        raise SheetError(f"not JSON: {error}") from None


def loads(text: str) -> Sheet:
    """Return the sheet that a text holds. Raises `SheetError` for anything else."""
    if len(text) > LARGEST:
        raise SheetError(f"larger than {LARGEST:,} characters")
    return from_json(parse(text))


def from_json(found: Any) -> Sheet:
    """Return the sheet that parsed JSON is. Raises `SheetError` for anything else.

    An answer that is not in form is left out and named, the others are kept.
    """
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise SheetError(f"its format is not {FORMAT}")
    student, module, entries = (found.get(key) for key in ("student", "module", "answers"))
    if not isinstance(student, str) or not isinstance(entries, dict):
        raise SheetError("it lacks the student or the answers")
    answers = {name: read_answer(entry) for name, entry in entries.items()}
    return Sheet(
        student,
        module if isinstance(module, str) else "",
        {name: answer for name, answer in answers.items() if answer is not None},
        tuple(name for name, answer in answers.items() if answer is None),
    )


def read_answer(entry: Any) -> Answer | None:
    """Return one entry of a sheet as an answer, or None if it is not in form."""
    if not isinstance(entry, dict) or "value" not in entry:
        return None
    case, tries, at = entry.get("case", {}), entry.get("tries", 1), entry.get("at")
    if not isinstance(case, dict) or not isinstance(at, str) or not is_time(at):
        return None
    if isinstance(tries, bool) or not isinstance(tries, int) or not 1 <= tries <= MOST_TRIES:
        return None
    return Answer(entry["value"], case, tries, at)


def is_time(text: str) -> bool:
    """Return whether a text is a time as sheets write it; "tomorrow" would outlive every answer."""
    try:
        return bool(WHEN.fullmatch(text)) and datetime.fromisoformat(text).year >= 1970
    except ValueError:
        return False


def read(path: Path) -> Sheet:
    """Return the sheet in a file; an empty one if there is no file. Raises `SheetError`."""
    try:
        return loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Sheet()
    except UnicodeDecodeError:
        raise SheetError("not UTF-8 text") from None


def save(path: Path, student: str, module: str, answers: Mapping[str, Answer]) -> Sheet:
    """Merge answers into the sheet of `student` at `path`, and return the sheet as it stands then.

    A damaged file is set aside under another name, as is the sheet of another student.
    """
    with locked(path):
        try:
            old = read(path)
        except SheetError:
            set_aside(path, "damaged")
            old = Sheet()
        if old.student and student and normal(old.student) != normal(student):
            set_aside(path, normal(old.student))
            old = Sheet()
        new = replace(old, student=student or old.student, module=module).merged(answers)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        aside.write_bytes(new.dumps().encode("utf-8", "replace"))  # half a character is no text
        os.replace(aside, path)
        return new


def forget(path: Path) -> None:
    """Set the sheet at `path` aside under its student's name, if there is one."""
    with locked(path):
        try:
            student = read(path).student
        except SheetError:
            student = "damaged"
        if path.exists():
            set_aside(path, normal(student) or "nobody")


def set_aside(path: Path, word: str) -> Path:
    """Rename a file so that nothing is lost and nothing is in the way; return its new path."""
    safe = "".join(each if each.isalnum() else "-" for each in word)[:40]
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    kept = path.with_name(f"{path.stem}.{safe}.{stamp}{path.suffix}")
    os.replace(path, kept)
    return kept


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the sheet's lock; the system gives it back when a kernel is killed."""
    if sys.platform == "emscripten":  # a browser has no locks; a save there takes an instant
        yield
        return
    with open(path.with_name(f".{path.name}.lock"), "a+b") as file:
        take(file)
        try:
            yield
        finally:
            give_back(file)


if sys.platform == "win32":
    import msvcrt

    def take(file: IO[bytes]) -> None:
        """Wait for the lock."""
        while True:
            file.seek(0)
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                return
            except OSError:
                time.sleep(0.05)

    def give_back(file: IO[bytes]) -> None:
        """Release the lock."""
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def take(file: IO[bytes]) -> None:
        """Wait for the lock."""
        fcntl.flock(file, fcntl.LOCK_EX)

    def give_back(file: IO[bytes]) -> None:
        """Release the lock."""
        fcntl.flock(file, fcntl.LOCK_UN)
