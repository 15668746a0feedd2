"""The tidy tables in the course's data/ folder."""

from functools import lru_cache
from pathlib import Path

import pandas as pd

from bordercount import course
from bordercount.data.errors import DataError


def folder() -> Path:
    """Return the folder of the tables. Raises `CourseNotFoundError` outside a course."""
    return course.root() / "data"


def load(name: str) -> pd.DataFrame:
    """Return the table `name`: one row per observation, months as text such as `2024-02`.

    `name` is the file's stem: "encounters", "apprehensions", "vintages"... The columns, with
    units and sources, are in data/datapackage.yaml and on the book's codebook page.
    Raises `DataError` for a table that does not exist, is empty or cannot be read.
    """
    path = folder() / f"{name}.csv"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder().glob("*.csv")))
        raise DataError(f"no table {name!r} in {folder()}; the tables are: {known}")
    found = path.stat()
    return read(path, found.st_mtime_ns, found.st_size).copy()


@lru_cache(maxsize=32)
def read(path: Path, modified: int, size: int) -> pd.DataFrame:
    """Return the table in a file, read once for each version of the file."""
    try:
        return pd.read_csv(path, dtype={"month": str, "as_of": str, "date": str, "value": str})
    except pd.errors.EmptyDataError:
        raise DataError(f"{path} is empty; renew it with `bordercount data build`") from None
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a readable table ({error})") from None


def fact(key: str) -> pd.Series:
    """Return the row of facts.csv with this key: value, unit, date, source, confidence, note.

    Raises `KeyError` for an unknown key.
    """
    facts = load("facts")
    rows = facts[facts["key"] == key]
    if rows.empty:
        raise KeyError(f"facts.csv has no fact {key!r}")
    return rows.iloc[0]
