"""The folder that a run writes: every file whole or not at all, no leftovers of the last run."""

import contextlib
import hashlib
import os
import re
import shutil
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO

from bordercount.errors import unwritable
from bordercount.grading.errors import GradingError

MANIFEST = ".bordercount"
RESERVED = re.compile(r"(con|prn|aux|nul|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
EPOCH = (1980, 1, 1, 0, 0, 0)


class OutputError(GradingError):
    """The folder cannot be written; the message says why."""


class Outputs:
    """A folder in the making. Files are written aside, and moved into place together at the end.

    Files of the last run that this one does not write are removed, and no others: a manifest in
    the folder names them.
    """

    def __init__(self, folder: Path) -> None:
        """Write into `folder`, made if it is missing. Raises `OutputError`."""
        self.folder = folder
        self.aside = folder / f".part-{os.getpid()}"
        self.written: list[str] = []
        self.files: list[IO[str]] = []
        self.made = not folder.exists()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.aside.mkdir()
        except OSError as error:
            raise OutputError(unwritable(folder, error)) from None

    def __enter__(self) -> "Outputs":
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Move everything into place, or, after an error, leave the folder as it was.

        Raises `OutputError` if a file cannot be written.
        """
        try:
            if isinstance(error, OSError):
                raise error
            for file in self.files:
                file.close()
            if kind is None:
                self.publish()
        except OSError as trouble:
            raise OutputError(unwritable(self.folder, trouble)) from None
        finally:
            for file in self.files:
                with contextlib.suppress(OSError):
                    file.close()
            shutil.rmtree(self.aside, ignore_errors=True)
            if kind and self.made:
                with contextlib.suppress(OSError):
                    self.folder.rmdir()

    def path(self, name: str) -> Path:
        """Return where a file is to be written for now."""
        path = self.aside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.written.append(name)
        return path

    def open(self, name: str) -> IO[str]:
        """Return a text file to write; half characters of a hostile sheet become question marks."""
        return self.opened(self.path(name))

    def scrap(self, name: str) -> IO[str]:
        """Return a text file to write and read again, which is not kept."""
        return self.opened(self.aside / name)

    def opened(self, path: Path) -> IO[str]:
        """Return a text file that is closed at the end, whatever happens."""
        file = path.open("w+", encoding="utf-8", errors="replace", newline="")
        self.files.append(file)
        return file

    def text(self, name: str, content: str) -> None:
        """Write a text file."""
        with self.path(name).open("w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(content)

    def bytes(self, name: str, content: bytes) -> None:
        """Write a file."""
        self.path(name).write_bytes(content)

    def before(self) -> list[str]:
        """Return the names of the files that the last run wrote."""
        try:
            return (self.folder / MANIFEST).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return []

    def publish(self) -> None:
        """Move the files into place, and remove the last run's that are not written again."""
        manifest = self.folder / MANIFEST
        before = self.before()
        for top in sorted({name.partition("/")[0] for name in self.written}):
            self.place(top, before)
        for name in set(before) - set(self.written):
            if ".." not in Path(name).parts and not Path(name).is_absolute():
                remove(self.folder, self.folder / name)
        (self.aside / MANIFEST).write_text("\n".join(sorted(self.written)) + "\n", "utf-8")
        os.replace(self.aside / MANIFEST, manifest)

    def place(self, top: str, before: Iterable[str]) -> None:
        """Move a file into place, or a folder: whole where all that is there is the last run's."""
        source, target = self.aside / top, self.folder / top
        if source.is_file():
            os.replace(source, target)
            return
        ours = {self.folder / name for name in before}
        there = [path for path in target.rglob("*") if not path.is_dir()] if target.is_dir() else []
        if target.is_dir() and not target.is_symlink() and set(there) <= ours:
            os.replace(target, self.aside / f"{top}-before")
        if not target.exists():
            os.replace(source, target)
            return
        for path in sorted(each for each in source.rglob("*") if each.is_file()):
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, place)


def remove(folder: Path, path: Path) -> None:
    """Remove a file, and the folders above it that it leaves empty, below `folder`."""
    if path.is_file() and not path.is_symlink():
        path.unlink()
        while path.parent != folder and not any(path.parent.iterdir()):
            path = path.parent
            path.rmdir()


def slug(name: str) -> str:
    """Return a name as any system takes it for a file: letters, digits and hyphens."""
    text = unicodedata.normalize("NFC", name)
    safe = re.sub(r"[^\w.@+-]+", "-", text).strip("-. ")[:60].rstrip("-. ") or "student"
    return RESERVED.sub(r"\1-\2", safe, count=1) if RESERVED.match(safe) else safe


def file_names(students: Iterable[str]) -> dict[str, str]:
    """Return a file name, without its end, for each student; no two are one on any system.

    Names that differ in case, accents' form or stripped characters alone get a digest too, and a
    number if someone's id was chosen to look like that.
    """
    made = {student: slug(student) for student in students}
    same = Counter(map(collating, made.values()))
    taken = {name for name, times in same.items() if times == 1}
    for student, name in made.items():
        if same[collating(name)] > 1:
            digest = hashlib.sha256(student.encode("utf-8", "replace")).hexdigest()[:8]
            made[student], number = f"{name}-{digest}", 1
            while collating(made[student]) in taken:
                number += 1
                made[student] = f"{name}-{digest}-{number}"
            taken.add(collating(made[student]))
    return made


def collating(name: str) -> str:
    """Return a file name as the most forgiving file system compares it."""
    return unicodedata.normalize("NFKD", name).casefold()


def zipped(path: Path, files: Mapping[str, Path]) -> None:
    """Write files into a zip whose bytes depend on their names and contents alone."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in sorted(files.items()):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, source.read_bytes())
