"""Files written whole or not at all, and zips whose bytes depend on what is in them alone."""

import contextlib
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bordercount.errors import BordercountError, unwritable

Files = dict[str, bytes]
EPOCH = (1980, 1, 1, 0, 0, 0)
UNIX = 3  # the system that entries name, wherever they are packed


class WriteError(BordercountError):
    """A file cannot be written; the message says which, and why."""


def packed(files: Mapping[str, bytes], top: str = "") -> bytes:
    """Return a zip of these files, sorted, in one folder if `top` names it.

    Nothing is compressed: what compression makes of the same bytes differs between systems.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for name, content in sorted(files.items(), key=place):
            info = zipfile.ZipInfo(f"{top}/{name}" if top else name, EPOCH)
            info.create_system = UNIX
            info.external_attr = 0o100644 << 16
            made.writestr(info, content)
    return out.getvalue()


def place(entry: tuple[str, bytes]) -> tuple[bool, str]:
    """Return what an entry is sorted by: a wheel's own description comes last."""
    return ".dist-info/" in entry[0], entry[0]


def unpacked(data: bytes) -> Files:
    """Return what is in a zip, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return {name: found.read(name) for name in found.namelist()}


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, made if missing: all of them whole, or none.

    Raises `WriteError` if one cannot be written.
    """
    asides = {folder / f".{name}.{os.getpid()}.aside": folder / name for name in files}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for aside, content in zip(asides, files.values(), strict=True):
            aside.write_bytes(content)
        for path in asides.values():
            if path.is_dir():
                raise WriteError(f"{path}: cannot be written: a folder has its name")
        for aside, path in asides.items():
            os.replace(aside, path)
    except OSError as error:
        named = next(iter(asides.values())) if len(asides) == 1 else folder
        raise WriteError(unwritable(named, error)) from None
    finally:
        for aside in asides:
            with contextlib.suppress(OSError):
                aside.unlink()
