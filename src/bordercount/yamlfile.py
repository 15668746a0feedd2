"""YAML as this project's files use it, read by the fast parser where it is installed."""

from typing import Any

import yaml

# The C parser is seven times as fast; a page of the book reads a dozen files. Wheels have it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
YAMLError = yaml.YAMLError


def parse(text: str | bytes) -> Any:
    """Return what a YAML text holds: plain values only.

    Raises `YAMLError`, also for bytes that are not text.
    """
    try:
        return yaml.load(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise YAMLError(f"{where}{error.problem or error.context}") from None
