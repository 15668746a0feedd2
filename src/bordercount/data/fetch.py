"""Download the public raw files, by name and checksum."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from bordercount.data.errors import DataError
from bordercount.data.raw import verify
from bordercount.errors import unwritable


def present(into: Path, name: str, sha256: str) -> bool:
    """Return whether the folder already holds the file, plain or gzipped, as recorded."""
    try:
        verify(into, name, sha256)
    except DataError:
        return False
    return True


def fetch(files: pd.DataFrame, into: Path) -> Iterable[Path]:
    """Yield each raw file's path once it is in the folder `into` with its recorded checksum.

    `files` has the columns of raw_files.csv. What is there already is left alone. Raises
    `DataError` for a file that cannot be downloaded or has another checksum; nothing half
    written is left behind.
    """
    import pooch  # only downloading needs it

    pooch.get_logger().setLevel("WARNING")  # the caller says what is done
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(unwritable(into, error)) from None
    for name, sha256, address in files[["file", "sha256", "address"]].to_numpy():
        if not present(into, name, sha256):
            try:
                pooch.retrieve(
                    url=address,
                    known_hash=f"sha256:{sha256}",
                    fname=name,
                    path=into,
                    # Not streamed: pooch leaves the connection of a refused stream open.
                    downloader=pooch.HTTPDownloader(stream=False),
                )
            except (OSError, ValueError) as error:
                raise DataError(
                    f"{name}: not downloaded from {address}: {error}. Check the network, or "
                    "copy the file there by hand"
                ) from None
        yield into / name
