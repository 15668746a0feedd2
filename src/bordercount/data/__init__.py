"""The tables: load, describe, check, build from raw files, and fetch those."""

from bordercount.data.errors import DataError
from bordercount.data.tables import fact, folder, load

__all__ = ["DataError", "fact", "folder", "load"]
