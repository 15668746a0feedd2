"""Try a student's function on inputs, as the grader will, and say in plain words what came out."""

import ast
import inspect
import json
import math
import textwrap
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

SERIES = {"series", "index", "dtype"}
FRAME = {"frame", "columns", "index", "dtypes"}


@dataclass(frozen=True)
class Outcome:
    """What a function gave for one input: a plain value, or the error that it raised."""

    value: Any = None
    error: str = ""

    def __str__(self) -> str:
        """Return it as a reader sees it."""
        return self.error or shown(self.value)


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
    return [
        table(each["table"]) if isinstance(each, dict) and set(each) == {"table"} else each
        for each in arguments
    ]


def table(name: str) -> Any:
    """Return a table of the course."""
    from bordercount.data import load  # it takes a second, and most functions need no table

    return load(name)


def outcome(function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """Return what the function gives, as plain values. Raises what the function raises."""
    return plain(function(*filled(arguments)))


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: numbers, text, lists and mappings stay what they are.

    A Series becomes `{series, index, dtype}` and a DataFrame `{frame, columns, index, dtypes}`,
    its rows in `frame`. Dates become text, what is missing becomes NaN.
    """
    if type(value).__name__ in ("NAType", "NaTType"):
        return math.nan
    if hasattr(value, "itertuples") and hasattr(value, "columns"):
        return {
            "frame": [plain(row) for row in value.itertuples(index=False, name=None)],
            "columns": plain(value.columns),
            "index": plain(value.index),
            "dtypes": [str(each) for each in value.dtypes],
        }
    if hasattr(value, "to_frame") and hasattr(value, "index"):
        values, index = plain(value.tolist()), plain(value.index)
        return {"series": values, "index": index, "dtype": str(value.dtype)}
    if hasattr(value, "isoformat"):
        return str(value)
    if hasattr(value, "tolist"):  # numpy's numbers and arrays, and what labels rows
        value = value.tolist()
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def same(wanted: Any, got: Any, decimals: int, matters: Collection[str] = ()) -> bool:
    """Return whether two plain values agree: numbers to `decimals` places, the rest exactly.

    Of a Series or a DataFrame the `index`, the `order` of rows and the `dtype` count only where
    `matters` names them; columns go by their names. Otherwise a Series is what it holds: a list,
    or with its index a mapping.
    """
    if kind(wanted):
        return same_table(wanted, got, decimals, matters)
    if isinstance(wanted, dict) and kind(got) == "series":
        got = dict(zip(map(str, got["index"]), got["series"], strict=True))
    if isinstance(wanted, list) and kind(got) == "series":
        got = got["series"]
    number = (int, float)
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, number) and isinstance(got, number):
        return close(wanted, got, decimals)
    if isinstance(wanted, dict) and isinstance(got, dict):
        return wanted.keys() == got.keys() and all(
            same(wanted[key], got[key], decimals) for key in wanted
        )
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(
            same(one, other, decimals) for one, other in zip(wanted, got, strict=True)
        )
    return bool(type(wanted) is type(got) and wanted == got)


def close(wanted: float, got: float, decimals: int) -> bool:
    """Return whether two numbers agree to `decimals` places; NaN agrees with NaN."""
    if wanted != wanted or got != got:
        return wanted != wanted and got != got
    try:
        return wanted == got or abs(wanted - got) <= 0.5 * 10**-decimals
    except OverflowError:  # a whole number beyond any float
        return False


def kind(value: Any) -> str:
    """Return what a plain value stands for: "series", "frame", or "" for anything else."""
    if not isinstance(value, dict) or value.keys() not in (SERIES, FRAME):
        return ""
    name = "series" if value.keys() == SERIES else "frame"
    if not all(isinstance(value[each], list) for each in value.keys() - {"dtype"}):
        return ""
    if len(value[name]) != len(value["index"]):
        return ""
    wide = len(value.get("columns", ()))
    rows = value.get("frame", ())
    return name if all(isinstance(row, list) and len(row) == wide for row in rows) else ""


def same_table(wanted: Any, got: Any, decimals: int, matters: Collection[str]) -> bool:
    """Return whether `got` is the Series or DataFrame that was wanted; see `same`."""
    if kind(wanted) == "series" and "dtype" not in matters:
        if isinstance(got, list) and "index" not in matters:
            got = {**wanted, "series": got, "index": list(range(len(got)))}
        elif isinstance(got, dict) and not kind(got):
            got = {**wanted, "series": list(got.values()), "index": list(got)}
            wanted = {**wanted, "index": list(map(str, wanted["index"]))}
    if kind(wanted) != kind(got):
        return False
    rows = [rows_of(each, wanted, "index" in matters) for each in (wanted, got)]
    if None in rows or len(rows[0]) != len(rows[1]):
        return False
    if "order" not in matters:
        rows = [sorted(each, key=rank) for each in rows]
    types = ("dtype", "dtypes")
    return same(rows[0], rows[1], decimals) and (
        "dtype" not in matters or [wanted.get(x) for x in types] == [got.get(x) for x in types]
    )


def rows_of(value: Any, wanted: Any, index: bool) -> Any:
    """Return the rows of a table, with their labels if they count, its columns as in `wanted`.

    None if the columns are others.
    """
    labels = [[label] if index else [] for label in value["index"]]
    if kind(value) == "series":
        return [[*label, each] for label, each in zip(labels, value["series"], strict=True)]
    names, order = ([json.dumps(name) for name in each["columns"]] for each in (value, wanted))
    if sorted(names) != sorted(order):
        return None
    places = sorted(range(len(names)), key=lambda place: order.index(names[place]))
    rows = ([row[place] for place in places] for row in value["frame"])
    return [[*label, *row] for label, row in zip(labels, rows, strict=True)]


def rank(row: Sequence[Any]) -> tuple[Any, ...]:
    """Return by what rows are sorted: their texts, then their numbers, what is missing last."""
    number = (int, float)
    texts = [json.dumps(each, sort_keys=True) for each in row if not isinstance(each, number)]
    numbers = [
        (each != each, each if each == each else 0) for each in row if isinstance(each, number)
    ]
    return (texts, numbers)


def shown(value: Any) -> str:
    """Return a plain value as a reader sees it."""
    if kind(value) == "series":
        pairs = zip(value["index"], value["series"], strict=True)
        return "a Series: " + ", ".join(f"{label}: {each!r}" for label, each in pairs)
    if kind(value) == "frame":
        names = ", ".join(map(str, value["columns"]))
        return f"a table of {len(value['frame'])} rows, its columns {names}"
    return repr(value)


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


def agrees(
    wanted: Sequence[Any], found: Sequence[Outcome], decimals: int, matters: Collection[str] = ()
) -> list[bool]:
    """Return for each outcome whether it is the value that was wanted."""
    return [
        not each.error and same(value, each.value, decimals, matters)
        for value, each in zip(wanted, found, strict=True)
    ]


def described(argument: Any) -> str:
    """Return an argument as a reader writes it."""
    if isinstance(argument, dict) and set(argument) == {"table"}:
        return f"the table {argument['table']}"
    return repr(argument)
