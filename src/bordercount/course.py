"""Where the course is: the folder that holds exercises/, data/ and the rest."""

import os
import sys
from pathlib import Path

from bordercount.errors import BordercountError

ENVIRONMENT = "BORDERCOUNT_COURSE"


class CourseNotFoundError(BordercountError):
    """No course folder around the working directory."""


def root(start: Path | None = None) -> Path:
    """Return the folder that holds `exercises/`: the nearest one at or above `start`.

    `start` is the working directory unless given. `BORDERCOUNT_COURSE` overrides the search.
    Raises `CourseNotFoundError` when there is none.
    """
    if named := os.environ.get(ENVIRONMENT):
        folder = Path(named).resolve()
        if (folder / "exercises").is_dir():
            return folder
        raise CourseNotFoundError(
            f"{ENVIRONMENT} names {folder}, which holds no exercises/ folder; "
            "set it to the folder of the course, or unset it"
        )
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "exercises").is_dir():
            return folder
    if sys.platform == "emscripten":  # whose files come through a service worker
        raise CourseNotFoundError(
            "this page cannot reach the course's files: open it over https, and not in a private "
            "window, then run all cells again"
        )
    raise CourseNotFoundError(
        f"no folder with exercises/ at or above {start}; work inside the course, "
        f"or set {ENVIRONMENT} to its folder"
    )
