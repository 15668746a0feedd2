"""What can be wrong with data."""

from bordercount.errors import BordercountError


class DataError(BordercountError):
    """A table or raw file is not what it should be: the message says what, where, what to do."""
