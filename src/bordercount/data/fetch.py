"""Download the public raw files, by name and checksum."""

import gzip
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from bordercount.data.errors import DataError
from bordercount.data.raw import verify


def present(into: Path, name: str, sha256: str) -> bool:
    """Return whether the folder already holds the file, plain or gzipped, as recorded."""
    try:
        verify(into, name, sha256)
    except (DataError, gzip.BadGzipFile):
        return False
    return True


def fetch(files: pd.DataFrame, into: Path, *, progress: bool = False) -> Iterable[Path]:
    """Yield each raw file's path once it is in the folder `into` with its recorded checksum.

    `files` has the columns of raw_files.csv. What is there already is left alone. Raises
    `DataError` for a file that cannot be downloaded or has another checksum; nothing half
    written is left behind.
    """
    import pooch  # only downloading needs it

    into.mkdir(parents=True, exist_ok=True)
    for file in files.itertuples():
        if not present(into, file.file, file.sha256):
            try:
                pooch.retrieve(
                    url=file.address,
                    known_hash=f"sha256:{file.sha256}",
                    fname=file.file,
                    path=into,
                    progressbar=progress,
                )
            except (OSError, ValueError) as error:
                raise DataError(
                    f"{file.file}: not downloaded from {file.address}: {error}. Check the "
                    "network, or copy the file there by hand"
                ) from None
        yield into / file.file
