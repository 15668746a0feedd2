"""Answers and known mistakes from solutions/NAME.py, and the exercises compiled with them."""

import hashlib
import importlib.util
import inspect
import json
import sys
import traceback
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import bordercount
from bordercount import answers, course, exercises, forms, parcels
from bordercount.errors import BordercountError
from bordercount.exercises import AnyExercise, Case, Exercise, fill

FORMAT = "bordercount-exercises/1"
Function = TypeVar("Function", bound=Callable[..., Any])


class SolutionError(BordercountError):
    """A solution is missing or does not fit its exercise; the message names both."""


def mistake(exercise: str, feedback: str) -> Callable[[Function], Function]:
    """Mark a function as computing a known wrong answer to `exercise`.

    It takes the exercise's case and returns the wrong answer: a number, an option, for `match` the
    wrong pairs; None in a case where the mistake does not show. For `code` it is a wrong function.
    `feedback` names the misconception, and may print the case.
    """

    def marked(function: Function) -> Function:
        function.__dict__["mistake"] = (exercise, feedback)
        return function

    return marked


def inputs(exercise: str) -> Callable[[Function], Function]:
    """Mark a function as returning the inputs on which the grader tries a `code` exercise."""

    def marked(function: Function) -> Function:
        function.__dict__["inputs"] = exercise
        return function

    return marked


def solutions(name: str) -> ModuleType:
    """Return the module solutions/NAME.py. Raises `SolutionError` when there is none."""
    path = solution_path(name)
    return module(path, path.stat().st_mtime_ns)


def solution_path(name: str) -> Path:
    """Return where solutions/NAME.py is. Raises `SolutionError` when there is none."""
    path = course.root() / "solutions" / f"{name}.py"
    if not path.is_file():
        raise SolutionError(
            f"no {path}: the exercises of {name} have no solutions; students' copies have none"
        )
    return path


@cache
def module(path: Path, version: int) -> ModuleType:
    """Return the module at `path`, once for each version of the file."""
    spec = importlib.util.spec_from_file_location(f"solutions_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found
    try:
        spec.loader.exec_module(found)
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise SolutionError(f"{path}{line}: {error.msg}") from None
    except BordercountError:
        raise
    except Exception as error:
        kind = type(error).__name__
        raise SolutionError(f"{place(error, path)}: {kind}: {error}") from error
    return found


def called(function: Callable[..., Any], case: Case) -> Any:
    """Return what a function of solutions/ gives for a case.

    Raises `SolutionError` that names file, line and case for whatever the function raises.
    """
    try:
        return function(**case)
    except BordercountError:
        raise
    except Exception as error:
        where = place(error, Path(inspect.getfile(function)))
        given = ", ".join(f"{name}={value!r}" for name, value in case.items())
        said = f"{function.__name__}({given}) raised {type(error).__name__}: {error}"
        raise SolutionError(f"{where}: {said}") from error


def place(error: BaseException, path: Path) -> str:
    """Return the file and the line in it at which an error passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path]
    return f"{path}, line {lines[-1]}" if lines else str(path)


def answer_function(name: str, exercise: Exercise) -> Callable[..., Any]:
    """Return the function that computes an exercise's answer. Raises `SolutionError`."""
    found = getattr(solutions(name), exercise.id, None)
    if not callable(found):
        raise SolutionError(f"solutions/{name}.py: no function {exercise.id}()")
    return found  # type: ignore[no-any-return]  # getattr


def marked(name: str, mark: str) -> Iterable[Callable[..., Any]]:
    """Return the functions of a chapter's solutions that carry a mark, in their order."""
    return [
        function
        for function in vars(solutions(name)).values()
        if inspect.isfunction(function) and mark in function.__dict__
    ]


def known_mistakes(name: str, exercise: Exercise) -> list[tuple[Callable[..., Any], str]]:
    """Return an exercise's known mistakes: the function that makes each, and its feedback."""
    return [
        (function, function.__dict__["mistake"][1])
        for function in marked(name, "mistake")
        if function.__dict__["mistake"][0] == exercise.id
    ]


def hidden_inputs(name: str, exercise: Exercise) -> list[list[Any]]:
    """Return the inputs that only the grader tries."""
    return [
        list(arguments)
        for function in marked(name, "inputs")
        if function.__dict__["inputs"] == exercise.id
        for arguments in called(function, {})
    ]


def units(value: float | Decimal, decimals: int) -> int:
    """Return a computed number in units of its last decimal; halves round away from zero."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return int((exact.scaleb(decimals)).quantize(Decimal(1), ROUND_HALF_UP))


def canonical(name: str, exercise: Exercise, value: Any) -> Any:
    """Return an answer in the form that `answers.judge` compares.

    Raises `SolutionError` for one that does not fit the exercise.
    """

    def unfit(expected: str) -> SolutionError:
        return SolutionError(
            f"solutions/{name}.py: {exercise.id}: expected {expected}, got {value!r}"
        )

    match exercise:
        case exercises.Number() | exercises.Estimate():
            if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
                raise unfit("a number")
            return str(units(value, exercise.decimals))
        case exercises.Order():
            if not isinstance(value, list) or sorted(value) != sorted(exercise.options):
                raise unfit("a list of all options")
            return value
        case exercises.Choice():
            if value not in exercise.options:
                raise unfit("an option")
            return value
        case exercises.Multiple():
            if not isinstance(value, set) or not value or not value <= set(exercise.options):
                raise unfit("a set of options")
            return sorted(value)
        case exercises.Match():
            if not isinstance(value, dict) or not set(value) <= set(exercise.items):
                raise unfit("a mapping of items")
            if not set(value.values()) <= set(exercise.targets):
                raise unfit("a mapping to targets")
            return value
    raise unfit("an answer of a kind that is compared")


def key(name: str, exercise: Exercise, case: Case) -> dict[str, Any]:
    """Return the key of one case: `answer`, `mistakes` (value, feedback) and `because`.

    `because` is the docstring of the answer's function, which may print the case and {answer}.
    Text has no key but a model answer, which is not in it; code is compared by running it.
    """
    function = answer_function(name, exercise)
    if isinstance(exercise, exercises.Text | exercises.Code):
        return {"answer": None, "mistakes": [], "because": ""}
    answer = canonical(name, exercise, called(function, case))
    shown = answer
    if isinstance(exercise, exercises.Number | exercises.Estimate):
        shown = answers.write_number(int(answer), exercise.decimals)
    docstring = " ".join((inspect.getdoc(function) or "").split())
    because = fill(docstring, {**case, "answer": str(shown)})
    made = []
    for wrong, feedback in known_mistakes(name, exercise):
        value = called(wrong, case)
        if value is None:  # in this case the mistake does not show
            continue
        if isinstance(exercise, exercises.Multiple):
            if value not in exercise.options:
                raise SolutionError(f"solutions/{name}.py: {wrong.__name__}: expected an option")
        else:
            value = canonical(name, exercise, value)
        made.append({"value": value, "feedback": fill(feedback, case)})
    return {"answer": answer, "mistakes": made, "because": because}


def compiled(name: str, exercise: AnyExercise) -> dict[str, Any]:
    """Return one exercise with its cases and hidden keys, as page and notebook read it."""
    full = f"{name}.{exercise.id}"
    return {
        "id": full,
        "kind": exercise.kind,
        "points": exercise.points,
        **({"unit": exercise.unit} if hasattr(exercise, "unit") else {}),
        **({"decimals": exercise.decimals} if hasattr(exercise, "decimals") else {}),
        **(
            {"tolerance": exercise.tolerance_units}
            if isinstance(exercise, exercises.Number)
            else {}
        ),
        **(code(name, exercise) if isinstance(exercise, exercises.Code) else {}),
        "prompts": [fill(exercise.prompt, case) for case in exercise.cases],
        "cases": [
            {
                "case": case,
                "form": forms.fieldset(exercise, case),
                "hints": [forms.inline(fill(hint, case)) for hint in exercise.hints],
                "key": answers.encode(key(name, exercise, case), full),
            }
            for case in exercise.cases
        ],
    }


def code(name: str, exercise: exercises.Code) -> dict[str, Any]:
    """Return what a notebook needs to try a function: all but the hidden inputs themselves."""
    wanted = outcomes(answer_function(name, exercise), exercise)
    mistakes = [
        {"outputs": outcomes(function, exercise), "feedback": feedback}
        for function, feedback in known_mistakes(name, exercise)
    ]
    return {
        "function": exercise.function,
        "given": exercise.given,
        "starter": exercise.starter,
        "inputs": list(map(list, exercise.inputs)),
        "matters": list(exercise.matters),
        "wanted": answers.encode({"wanted": wanted, "mistakes": mistakes}, f"{name}.{exercise.id}"),
        "more": len(hidden_inputs(name, exercise)),
    }


def outcomes(function: Callable[..., Any], exercise: exercises.Code) -> list[Any]:
    """Return what a function gives for the public inputs of a `code` exercise."""
    from bordercount.trial import outcome  # it loads tables; only this kind needs it

    return [outcome(function, arguments) for arguments in exercise.inputs]


def sources(name: str) -> str:
    """Return a digest of everything that a chapter's compiled exercises rest on."""
    root = course.root()
    files = [
        *sorted((root / "exercises").glob("*.yml")),
        solution_path(name),
        *sorted(path for path in (root / "data").glob("*") if path.is_file()),
        *sorted(Path(bordercount.__file__).parent.rglob("*.py")),
    ]
    found = hashlib.sha256()
    for file in files:
        found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def compile_chapter(name: str) -> dict[str, Any]:
    """Return a chapter's compiled exercises, from exercises/NAME.json where that is fresh.

    Otherwise computes them and replaces the file whole. Raises `ExerciseError` or `SolutionError`.
    """
    path = course.root() / "exercises" / f"{name}.json"
    digest = sources(name)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found.get("sources") == digest:
            return dict(found)
    except (OSError, ValueError):
        pass  # missing or damaged: made anew
    made = {**made_chapter(name), "sources": digest}
    parcels.write(path.parent, {path.name: dumps(made).encode()})
    return made


def made_chapter(name: str) -> dict[str, Any]:
    """Return a chapter's compiled exercises, computed, without the digest that proves them fresh.

    Raises `ExerciseError` or `SolutionError`.
    """
    every = [
        (f"{each}.{one.id}", len(one.cases))
        for each in exercises.names()
        for one in exercises.load(each).exercises
    ]
    chapter = exercises.load(name)
    return {
        "format": FORMAT,
        "module": bordercount.__version__,
        "chapter": name,
        "title": chapter.title,
        "all": [name for name, _ in every],
        "varied": {name: cases for name, cases in every if cases > 1},
        "exercises": {exercise.id: compiled(name, exercise) for exercise in chapter.exercises},
    }


def dumps(made: dict[str, Any]) -> str:
    """Return a chapter's compiled exercises as the text of their file."""
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"
