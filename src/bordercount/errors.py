"""What a person can mend: the errors that the command line prints as one line."""

from pathlib import Path


class BordercountError(Exception):
    """The message says what was found, what was expected, and what to do."""


def unwritable(path: Path, error: OSError) -> str:
    """Return in a sentence that a file or folder could not be written, and why."""
    blocked = isinstance(error, FileExistsError | NotADirectoryError)
    reason = "a file stands where a folder is needed" if blocked else error.strerror or error
    return f"{path}: cannot be written: {reason}"
