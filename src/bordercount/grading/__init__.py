"""The grade book: many answer sheets in; grades, feedback and a class report out."""

from bordercount.grading.errors import GradingError
from bordercount.grading.run import Options, Summary, grade

__all__ = ["GradingError", "Options", "Summary", "grade"]
