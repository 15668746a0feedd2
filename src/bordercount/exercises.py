"""The questions: exercises/NAME.yml, one file for each chapter."""

import itertools
import re
import string
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bordercount import course, yamlfile
from bordercount.errors import BordercountError

Case = dict[str, str | int]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class ExerciseError(BordercountError):
    """A file of questions is not what it should be; the message names file, exercise and field."""


class Strict(BaseModel):
    """A model that takes the fields it names and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Exercise(Strict):
    """What every exercise has.

    `variants` gives each student a case: one value of each name. In `prompt`, `hints` and the
    texts of options `{month:%B %Y}` prints the case's month.
    """

    id: Name
    objective: str
    points: Annotated[int, Field(ge=1)] = 1
    prompt: str
    hints: Annotated[tuple[str, ...], Field(min_length=1)]
    variants: dict[Name, Annotated[tuple[str | int, ...], Field(min_length=1)]] = {}

    @property
    def cases(self) -> list[Case]:
        """Every case, in a fixed order: the first name varies slowest."""
        names, values = list(self.variants), self.variants.values()
        return [dict(zip(names, each, strict=True)) for each in itertools.product(*values)]

    def texts(self) -> Iterable[str]:
        """Return every text that may print a case."""
        return (self.prompt, *self.hints)

    @model_validator(mode="after")
    def texts_know_their_names(self) -> "Exercise":
        """Refuse a text that prints a name which `variants` lacks."""
        for text in self.texts():
            for case in self.cases:
                try:
                    fill(text, case)
                except (KeyError, IndexError, ValueError) as error:
                    raise ValueError(f"cannot fill in {text!r}: {error!r}") from None
        return self


class Choosing(Exercise):
    """An exercise whose answer is chosen from options, each with a name of its own."""

    options: Annotated[dict[Name, str], Field(min_length=2)]

    def texts(self) -> Iterable[str]:
        """Return every text that may print a case."""
        return (*super().texts(), *self.options.values())


class Choice(Choosing):
    """One option is right."""

    kind: Literal["choice"]


class Multiple(Choosing):
    """Several options are right. Each right one counts, each wrong one takes one away."""

    kind: Literal["multiple"]


class Order(Choosing):
    """All options, in the right order."""

    kind: Literal["order"]


class Match(Exercise):
    """Each item goes with one target; several items may go with the same."""

    kind: Literal["match"]
    items: Annotated[dict[Name, str], Field(min_length=2)]
    targets: Annotated[dict[Name, str], Field(min_length=2)]

    def texts(self) -> Iterable[str]:
        """Return every text that may print a case."""
        return (*super().texts(), *self.items.values(), *self.targets.values())


class Number(Exercise):
    """A number, compared at `decimals` places; off by up to `tolerance` still counts."""

    kind: Literal["number"]
    unit: str
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    tolerance: Annotated[float, Field(ge=0)] = 0

    @property
    def tolerance_units(self) -> int:
        """The tolerance in units of the last decimal."""
        return round(self.tolerance * float(10**self.decimals))


class Estimate(Exercise):
    """A guess before the value is shown. Its points are for committing, never for closeness."""

    kind: Literal["estimate"]
    unit: str
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    hints: tuple[str, ...] = ()


class Criterion(Strict):
    """What a reader of free text looks for, and what it is worth."""

    criterion: str
    points: Annotated[int, Field(ge=1)]


class Text(Exercise):
    """An answer in one's own words, read by a person with a rubric."""

    kind: Literal["text"]
    lines: Annotated[int, Field(ge=1, le=30)] = 4
    rubric: Annotated[tuple[Criterion, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def rubric_adds_up(self) -> "Text":
        """Refuse a rubric whose points are not the exercise's."""
        added = sum(row.points for row in self.rubric)
        if added != self.points:
            raise ValueError(f"the rubric adds up to {added}, the exercise has {self.points}")
        return self


class Code(Exercise):
    """A function that the student writes, tried on inputs.

    `given` is run before it and is all that it may rely on. Each of `inputs` is a list of
    arguments; `{table: NAME}` stands for a table. The grader tries more, from solutions/. Of a
    Series or DataFrame that the function gives back, `matters` names what counts besides values.
    """

    kind: Literal["code"]
    function: Name
    given: str = ""
    starter: str
    inputs: Annotated[tuple[tuple[Any, ...], ...], Field(min_length=1)]
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    matters: tuple[Literal["index", "order", "dtype"], ...] = ()


AnyExercise = Annotated[
    Choice | Multiple | Order | Match | Number | Estimate | Text | Code,
    Field(discriminator="kind"),
]


class Chapter(Strict):
    """The objectives and exercises of one chapter."""

    title: str
    minutes: Annotated[int, Field(ge=1)]
    needs: str
    objectives: Annotated[dict[str, str], Field(min_length=1)]
    exercises: tuple[AnyExercise, ...] = ()

    @model_validator(mode="after")
    def names_agree(self) -> "Chapter":
        """Refuse an id used twice, an unknown objective, and an objective that nothing serves."""
        ids = [exercise.id for exercise in self.exercises]
        if twice := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"used for two exercises: {', '.join(sorted(twice))}")
        served = {exercise.objective for exercise in self.exercises}
        if unknown := served - set(self.objectives):
            raise ValueError(f"no such objective: {', '.join(sorted(unknown))}")
        if idle := set(self.objectives) - served:
            raise ValueError(f"no exercise for the objective {', '.join(sorted(idle))}")
        return self


class Month(str):
    """A month such as "2024-02", which a text may print as `{month:%B %Y}`."""

    def __format__(self, spec: str) -> str:
        """Return the month as `strftime` writes it, or as it is."""
        return date.fromisoformat(f"{self}-01").strftime(spec) if spec else str(self)


class Filler(string.Formatter):
    """Fills in names of a case and nothing else: no attributes, no indices."""

    def get_field(self, name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        """Return the case's value of a plain name. Raises `KeyError` for another name."""
        return kwargs[name], name


def fill(text: str, case: Mapping[str, Any]) -> str:
    """Return the text with the case's values filled in."""
    months = {
        name: Month(value) if isinstance(value, str) and value[4:5] == "-" else value
        for name, value in case.items()
    }
    return Filler().vformat(text, (), months)


def folder() -> Path:
    """Return the folder of the questions."""
    return course.root() / "exercises"


def names() -> list[str]:
    """Return the names of the chapters that have questions, sorted.

    Raises `ExerciseError` where there is none: it is another project's folder.
    """
    if not (found := sorted(path.stem for path in folder().glob("*.yml"))):
        raise ExerciseError(f"no questions, NAME.yml, in {folder()}: work inside the course")
    return found


def in_order() -> list[str]:
    """Return the names of the chapters in the order of the book, those it does not list last."""
    contents = course.root() / "book" / "_toc.yml"
    listed = re.findall(r"file: (\w+)", contents.read_text("utf-8")) if contents.is_file() else []
    return sorted(names(), key=lambda name: (name not in listed, (*listed, name).index(name)))


def load(name: str) -> Chapter:
    """Return the questions of one chapter.

    Raises `ExerciseError` naming file, exercise and field.
    """
    path = folder() / f"{name}.yml"
    if not path.is_file():
        raise ExerciseError(f"no {path}; the chapters are {', '.join(names())}")
    try:
        found = yamlfile.parse(path.read_bytes())
    except yamlfile.YAMLError as error:
        raise ExerciseError(f"{path}: not readable as YAML: {error}") from None
    try:
        return Chapter.model_validate(found)
    except ValidationError as error:
        raise ExerciseError(f"{path}: {described(error, found)}") from None


def described(error: ValidationError, found: Any) -> str:
    """Return the first error of a file, with the exercise by its id and the field by its name.

    A field that does not exist comes first: it may be a misspelt one, which is missing then.
    """
    first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    place = list(first["loc"])
    where = ""
    if len(place) > 1 and place[0] == "exercises" and isinstance(place[1], int):
        entry = found["exercises"][place[1]]
        name = entry.get("id") if isinstance(entry, dict) else None
        where = f"exercise {name or place[1] + 1}, "
        place = place[2:]
        if place and isinstance(entry, dict) and place[0] == entry.get("kind"):
            place = place[1:]
    field = ".".join(map(str, place)) or "the whole"
    return f"{where}{field}: {first['msg']}"


def find(exercise_id: str) -> AnyExercise:
    """Return the exercise with an id such as "counts.days". Raises `ExerciseError` if none is."""
    name, _, short = exercise_id.partition(".")
    for exercise in load(name).exercises if name in names() else ():
        if exercise.id == short:
            return exercise
    raise ExerciseError(f"no exercise {exercise_id!r}; an id is CHAPTER.NAME")
