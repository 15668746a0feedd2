"""What stops a grading run before anything is written."""


class GradingError(ValueError):
    """The run cannot begin or cannot write; the message says what to change."""
