"""The files of a hand-in: of a folder, of a zip, of a student's zip inside; nothing is unpacked.

A path, a size or a link in an archive is a claim by a stranger: names are only compared, contents
are read up to a limit, and what breaks a limit is a `Problem` with its reason.
"""

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from bordercount.grading.errors import GradingError

LARGEST = 30_000_000  # bytes of one file: a notebook full of figures
LARGEST_UNPACKED = 60_000_000  # bytes that all files of one student's zip may come to
MOST_ENTRIES = 1_000  # in a student's zip
MOST_FILES = 200_000  # in a whole hand-in
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of others zipfile unpacks all at once
DEEPEST = 100  # folders in folders
LONGEST_NAME = 1_000  # characters of a name in an archive; file systems stop far below
SKIPPED = ("__MACOSX", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db", "desktop.ini")


class ArchiveError(GradingError):
    """A file or an archive cannot be read; the message says why."""


@dataclass(frozen=True)
class Entry:
    """One file: where it stands on disk, and its name in each archive on the way to it."""

    path: str
    members: tuple[str, ...] = ()
    label: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of its name below the hand-in."""
        return PurePosixPath(self.label.replace("\\", "/")).parts


@dataclass(frozen=True)
class Problem:
    """A file or an archive that was not read, and why."""

    label: str
    reason: str


def dangerous(name: str) -> str:
    """Return why a name in an archive is not to be trusted, or nothing."""
    parts = name.replace("\\", "/").split("/")
    if not PurePosixPath(name).parts:
        return "it has no name"
    if name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":"):
        return "its name is an absolute path"
    if ".." in parts:
        return "its name climbs out of the archive"
    if any(ord(each) < 32 for each in name):
        return "its name holds control characters"
    if len(name) > LONGEST_NAME:
        return f"its name has {len(name):,} characters; at most {LONGEST_NAME:,} are read"
    return ""


def shortened(name: str) -> str:
    """Return a member's name as problems show it, not endless."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def walk(path: Path) -> Iterator[Entry | Problem]:
    """Yield every file of a hand-in, in the order of their names.

    `path` is a folder, a zip or a single file. Raises `ArchiveError` if it cannot be read at all.
    """
    if path.is_dir():
        yield from walk_folder(path)
    elif path.is_file() and zipfile.is_zipfile(path):
        yield from members(Entry(str(path)), MOST_FILES, top=True)
    elif path.is_file():
        yield Entry(str(path), (), path.name)
    else:
        raise ArchiveError(f"{path}: there is no such file or folder")


def walk_folder(folder: Path) -> Iterator[Entry | Problem]:
    """Yield every file below a folder; links are not followed, special files not opened."""
    count = 0
    closed: list[OSError] = []
    for here, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        if folders and len(Path(here).relative_to(folder).parts) >= DEEPEST:
            yield Problem(relative(folder, here, folders[0]), f"more than {DEEPEST} folders deep")
            folders.clear()
        for name in folders:
            if os.path.islink(os.path.join(here, name)):
                yield Problem(relative(folder, here, name), "a link; links are not followed")
        for name in sorted(names):
            full = os.path.join(here, name)
            label = relative(folder, here, name)
            if name in SKIPPED or name.startswith("._"):
                continue
            count += 1
            if count > MOST_FILES:
                raise ArchiveError(f"{folder}: more than {MOST_FILES:,} files")
            try:
                mode = os.lstat(full).st_mode
            except OSError as error:
                yield Problem(label, f"cannot be read: {error.strerror}")
                continue
            if stat.S_ISLNK(mode):
                yield Problem(label, "a link; links are not followed")
            elif not stat.S_ISREG(mode):
                yield Problem(label, "not a regular file")
            else:
                yield Entry(full, (), label)
    for each in closed:
        yield Problem(relative(folder, str(each.filename), ""), f"cannot be read: {each.strerror}")


def relative(folder: Path, here: str, name: str) -> str:
    """Return the name of a file below `folder`, with / between its parts."""
    return Path(here, name).relative_to(folder).as_posix()


@lru_cache(maxsize=2)
def opened(path: str, members: tuple[str, ...], version: tuple[int, int]) -> zipfile.ZipFile:
    """Return an archive, opened; the last ones stay open, for they have many entries."""
    if not members:
        return zipfile.ZipFile(path)
    return zipfile.ZipFile(io.BytesIO(read(Entry(path, members))))


def archive(entry: Entry) -> zipfile.ZipFile:
    """Return the archive that an entry is. Raises `ArchiveError`."""
    try:
        found = os.stat(entry.path)
        return opened(entry.path, entry.members, (found.st_mtime_ns, found.st_size))
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise ArchiveError(f"a damaged archive: {error}") from None


def members(entry: Entry, most: int, top: bool = False) -> Iterator[Entry | Problem]:
    """Yield the files of an archive, in the order of their names."""
    try:
        infos = archive(entry).infolist()
    except ArchiveError as error:
        yield Problem(entry.label, str(error))
        return
    if len(infos) > most:
        yield Problem(
            entry.label, f"an archive of {len(infos):,} entries; at most {most:,} are read"
        )
        return
    unpacked = 0
    last = {info.filename: info for info in infos}  # what a name opens
    for info in sorted(infos, key=lambda each: each.filename):
        label = shortened(info.filename) if top else f"{entry.label}/{shortened(info.filename)}"
        parts = PurePosixPath(info.filename).parts
        if info.filename.endswith("/") or any(
            part in SKIPPED or part.startswith("._") for part in parts
        ):
            continue
        if why := dangerous(info.filename):
            yield Problem(label, why)
        elif info is not last[info.filename]:
            yield Problem(label, "its name stands there again; the last one counts")
        elif stat.S_ISLNK(info.external_attr >> 16):
            yield Problem(label, "a link; links are not followed")
        elif info.flag_bits & 1:
            yield Problem(label, "encrypted")
        elif info.compress_type not in PACKED:
            yield Problem(label, "packed in a way that is not read; only plain zip is")
        elif info.file_size > LARGEST:
            yield Problem(
                label, f"unpacks to {info.file_size:,} bytes; at most {LARGEST:,} are read"
            )
        else:
            unpacked += info.file_size
            if not top and unpacked > LARGEST_UNPACKED:
                yield Problem(
                    entry.label,
                    f"unpacks to more than {LARGEST_UNPACKED:,} bytes; the rest is not read",
                )
                return
            yield Entry(entry.path, (*entry.members, info.filename), label)


def read(entry: Entry) -> bytes:
    """Return a file's bytes. Raises `ArchiveError` for one that is too large or damaged."""
    return bounded(taken(entry, LARGEST + 1))


def bounded(content: bytes) -> bytes:
    """Return the contents of a file that is not too large. Raises `ArchiveError`."""
    if len(content) > LARGEST:
        raise ArchiveError(f"larger than {LARGEST:,} bytes")
    return content


def taken(entry: Entry, most: int) -> bytes:
    """Return up to `most` bytes of a file. Raises `ArchiveError` for a damaged one."""
    try:
        if not entry.members:
            with open(entry.path, "rb") as file:
                return file.read(most)
        holder = Entry(entry.path, entry.members[:-1], entry.label)
        with archive(holder).open(entry.members[-1]) as member:
            return member.read(most)
    except ArchiveError:
        raise
    except OSError as error:
        raise ArchiveError(f"cannot be read: {error.strerror or error}") from None
    except (
        ValueError,
        KeyError,
        EOFError,
        RuntimeError,
        NotImplementedError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise ArchiveError(f"a damaged archive: {error}") from None
