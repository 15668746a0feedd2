"""Try a student's function on inputs, as the grader will, and say in plain words what came out."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """What a function gave for one input: a plain value, or the error that it raised."""

    value: Any = None
    error: str = ""

    def __str__(self) -> str:
        """Return it as a reader sees it."""
        return self.error or repr(self.value)


class SourceError(ValueError):
    """The function's source cannot be taken; the message says what to do."""


def source_of(function: Callable[..., Any], name: str) -> str:
    """Return the source of the function that a student wrote in a cell.

    Raises `SourceError` for something that is not a function of that name.
    """
    if not inspect.isfunction(function) or function.__name__ != name:
        raise SourceError(
            f"Define the function {name} with def, and pass it itself: "
            f"{name}, without quotes or brackets."
        )
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        raise SourceError("Define the function in a cell of this notebook, and run it.") from None
    return source


def untouched(source: str, starter: str) -> bool:
    """Return whether the source is the starter's function as it was given, but for comments."""
    try:
        (function,) = ast.parse(source).body
        return ast.dump(function) in map(ast.dump, ast.parse(starter).body)
    except (SyntaxError, ValueError):
        return False


def defined(source: str, name: str, given: str) -> Callable[..., Any]:
    """Return the function from its source, in a fresh namespace that holds only `given`.

    Raises whatever the source raises, and `SourceError` if it defines no such function.
    """
    ast.parse(source)
    namespace: dict[str, Any] = {"__name__": "answer"}
    exec(given, namespace)
    exec(source, namespace)
    found = namespace.get(name)
    if not callable(found):
        raise SourceError(f"The cell defines no function {name}.")
    return found  # type: ignore[no-any-return]  # it came out of a namespace


def filled(arguments: Sequence[Any]) -> list[Any]:
    """Return the arguments with each `{table: NAME}` replaced by that table."""
    from bordercount.data import load  # it takes a second, and most functions need no table

    return [
        load(each["table"]) if isinstance(each, dict) and set(each) == {"table"} else each
        for each in arguments
    ]


def outcome(function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """Return what the function gives, as plain values. Raises what the function raises."""
    return plain(function(*filled(arguments)))


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: numbers of numpy, Series and lists become plain."""
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    elif hasattr(value, "tolist"):  # numpy's numbers and arrays
        value = value.tolist()
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def same(wanted: Any, got: Any, decimals: int) -> bool:
    """Return whether two plain values agree: numbers to `decimals` places, the rest exactly."""
    number = (int, float)
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, number) and isinstance(got, number):
        both_missing = wanted != wanted and got != got  # NaN, which equals nothing
        return both_missing or wanted == got or abs(wanted - got) <= 0.5 * 10**-decimals
    if isinstance(wanted, dict) and isinstance(got, dict):
        return wanted.keys() == got.keys() and all(
            same(wanted[key], got[key], decimals) for key in wanted
        )
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(
            same(one, other, decimals) for one, other in zip(wanted, got, strict=True)
        )
    return bool(type(wanted) is type(got) and wanted == got)


def run(source: str, name: str, given: str, inputs: Sequence[Sequence[Any]]) -> list[Outcome]:
    """Return what the function in `source` gives for each input; its errors are outcomes too."""
    found = []
    for arguments in inputs:
        try:
            found.append(Outcome(outcome(defined(source, name, given), arguments)))
        except (
            Exception,
            SystemExit,
        ) as error:  # whatever a student's code raises is told to the student
            found.append(Outcome(error=f"{type(error).__name__}: {error}"))
    return found


def agrees(wanted: Sequence[Any], found: Sequence[Outcome], decimals: int) -> list[bool]:
    """Return for each outcome whether it is the value that was wanted."""
    return [
        not each.error and same(value, each.value, decimals)
        for value, each in zip(wanted, found, strict=True)
    ]


def described(argument: Any) -> str:
    """Return an argument as a reader writes it."""
    if isinstance(argument, dict) and set(argument) == {"table"}:
        return f"the table {argument['table']}"
    return repr(argument)
