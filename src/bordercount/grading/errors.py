"""What stops a grading run before anything is written."""

from bordercount.errors import BordercountError


class GradingError(BordercountError):
    """The run cannot begin or cannot write; the message says what to change."""
