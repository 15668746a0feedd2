"""The instructors' guide: every exercise with its answers and known mistakes, as one HTML file."""

import html
import inspect
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import bordercount
from bordercount import answers, course, exercises, forms, keys, misconceptions, parcels, trial
from bordercount.exercises import AnyExercise, Case, Month, fill

TEMPLATES = Environment(
    loader=PackageLoader("bordercount"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def write(names: Iterable[str] = (), path: Path | None = None) -> Path:
    """Write the guide for the chapters named (all, if none is), and return its path.

    The path is _build/guide.html of the course unless given; the file is replaced whole, and
    folders are made. Raises `ExerciseError` or `SolutionError` as `keys` does.
    """
    made = rendered(names)
    path = path or course.root() / "_build" / "guide.html"
    parcels.write(path.parent, {path.name: made.encode()})
    return path


def rendered(names: Iterable[str] = ()) -> str:
    """Return the guide as HTML that asks no other host for anything."""
    chapters = [chapter(name) for name in tuple(names) or exercises.in_order()]
    template = TEMPLATES.get_template("guide.html")
    return template.render(chapters=chapters, version=bordercount.__version__)


def chapter(name: str) -> dict[str, Any]:
    """Return what the template shows of one chapter."""
    found = exercises.load(name)
    return {
        "name": name,
        "title": found.title,
        "minutes": found.minutes,
        "objectives": list(found.objectives.values()),
        "exercises": [
            {"objective": found.objectives[each.objective], **described(name, each)}
            for each in found.exercises
        ],
    }


def described(name: str, exercise: AnyExercise) -> dict[str, Any]:
    """Return what the template shows of one exercise, whatever its kind."""
    first = exercise.cases[0]
    return {
        "id": f"{name}.{exercise.id}",
        "kind": forms.KINDS[exercise.kind],
        "points": exercise.points,
        "credit": forms.CREDIT.get(exercise.kind, ""),
        "cases": len(exercise.cases),
        "prompt": Markup(forms.block(fill(exercise.prompt, first))),
        "hints": [Markup(forms.inline(fill(hint, first))) for hint in exercise.hints],
        "options": options(exercise),
        "answers": [],
        "mistakes": [],
        "rubric": [],
        "models": [],
        "code": None,
        **of_its_kind(name, exercise),
    }


def of_its_kind(name: str, exercise: AnyExercise) -> dict[str, Any]:
    """Return what only one kind of exercise has: answers and mistakes, a rubric, or code."""
    match exercise:
        case exercises.Text():
            function = keys.answer_function(name, exercise)
            models = [(said(case), function(**case)) for case in exercise.cases]
            return {"rubric": exercise.rubric, "models": models}
        case exercises.Code():
            return {"code": tried(name, exercise), "mistakes": wrong_functions(name, exercise)}
    made = [(case, keys.key(name, exercise, case)) for case in exercise.cases]
    return {
        "answers": [
            (said(case), written(exercise, case, key["answer"]), key["because"])
            for case, key in made
        ],
        "mistakes": wrong_answers(name, exercise, made),
    }


def options(exercise: AnyExercise) -> list[Markup]:
    """Return what there is to choose from, as far as the answers do not list all of it."""
    first = exercise.cases[0]
    match exercise:
        case exercises.Choice() | exercises.Multiple():
            found = exercise.options
        case exercises.Match():
            found = exercise.targets
        case _:
            return []
    return [Markup(forms.inline(fill(text, first))) for text in found.values()]


def said(case: Case) -> str:
    """Return a case in words: "month: February 2024"; "" if there is only one."""
    texts = {name: text_of(value) for name, value in case.items()}
    return ", ".join(f"{name}: {text}" for name, text in texts.items())


def text_of(value: str | int) -> str:
    """Return a value of a case as a reader sees it, a month by its name."""
    try:
        return format(Month(value), "%B %Y")
    except ValueError:
        return str(value)


def written(exercise: AnyExercise, case: Case, value: Any) -> Markup:
    """Return an answer, right or wrong, in the words of the exercise."""

    def text(words: str) -> Markup:
        return Markup(forms.inline(fill(words, case)))

    match exercise:
        case exercises.Number() | exercises.Estimate():
            shown = answers.write_number(int(value), exercise.decimals)
            return Markup(f"{html.escape(shown)} {html.escape(exercise.unit)}")
        case exercises.Choice():
            return text(exercise.options[value])
        case exercises.Multiple():
            chosen = [value] if isinstance(value, str) else value
            return listed("ul", (text(exercise.options[each]) for each in chosen))
        case exercises.Order():
            return listed("ol", (text(exercise.options[each]) for each in value))
        case exercises.Match():
            return listed(
                "ul",
                (
                    Markup("<strong>{}</strong>: {}").format(
                        text(exercise.targets[target]), text(exercise.items[item])
                    )
                    for item, target in value.items()
                ),
            )
    raise TypeError(f"no answer to write for {exercise!r}")


def listed(tag: str, entries: Iterable[Markup]) -> Markup:
    """Return the entries as an HTML list."""
    return Markup(f"<{tag}>{''.join(f'<li>{each}</li>' for each in entries)}</{tag}>")


def wrong_answers(
    name: str, exercise: AnyExercise, made: list[tuple[Case, dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Return each known mistake with what it gives in every case in which it shows."""
    found = []
    for each in misconceptions.of(name, exercise):
        cases = [case for case, _ in made if each.makes(**case) is not None]
        values = [(said(case), written(exercise, case, wrong(exercise, each.makes(**case))))
                  for case in cases]  # fmt: skip
        found.append({
            "name": each.name, "function": each.makes.__name__, "values": values,
            "feedback": fill(each.feedback, cases[0]) if cases else each.feedback, "source": "",
        })  # fmt: skip
    return found


def wrong(exercise: AnyExercise, value: Any) -> Any:
    """Return a computed wrong answer in the form that `written` takes."""
    if isinstance(exercise, exercises.Number | exercises.Estimate):
        return keys.units(value, exercise.decimals)
    return value


def wrong_functions(name: str, exercise: exercises.Code) -> list[dict[str, Any]]:
    """Return each known mistake of a `code` exercise with its source."""
    return [
        {"name": each.name, "function": each.makes.__name__, "values": [],
         "feedback": each.feedback, "source": source(each.makes)}
        for each in misconceptions.of(name, exercise)
    ]  # fmt: skip


def tried(name: str, exercise: exercises.Code) -> dict[str, Any]:
    """Return a `code` exercise's starter, solution and inputs with what they give."""
    wanted = keys.outcomes(keys.answer_function(name, exercise), exercise)
    return {
        "function": exercise.function,
        "starter": "\n\n".join(filter(None, [exercise.given.strip(), exercise.starter.strip()])),
        "solution": source(keys.answer_function(name, exercise)),
        "tried": [
            (", ".join(map(trial.described, arguments)), trial.shown(value))
            for arguments, value in zip(exercise.inputs, wanted, strict=True)
        ],
        "hidden": len(keys.hidden_inputs(name, exercise)),
        "decimals": exercise.decimals,
    }


def source(function: Callable[..., Any]) -> str:
    """Return a function's source without its decorators."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("def "))
    return "\n".join(lines[start:])
