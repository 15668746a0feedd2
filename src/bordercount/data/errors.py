"""What can be wrong with data."""


class DataError(ValueError):
    """A table or raw file is not what it should be: the message says what, where, what to do."""
