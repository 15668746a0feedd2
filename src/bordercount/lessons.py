"""The lesson plans, minute by minute: data/lessons.yml."""

from typing import Annotated

from pydantic import Field, ValidationError, model_validator

from bordercount import exercises, yamlfile
from bordercount.data import folder
from bordercount.errors import BordercountError
from bordercount.exercises import ExerciseError, Strict

Minutes = Annotated[int, Field(ge=1)]
Filled = Annotated[str, Field(min_length=1)]


class LessonError(BordercountError):
    """The file of plans is not what it should be; the message names file, plan and field."""


class Step(Strict):
    """Some minutes of a period; `chapter` is the one that is worked on, `uses` its exercises."""

    minutes: Minutes
    does: Filled
    chapter: str | None = None
    uses: tuple[str, ...] = ()


class Period(Strict):
    """One class period. The class finishes the chapters in `home` after it."""

    title: Filled
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    home: tuple[str, ...] = ()

    @property
    def minutes(self) -> int:
        """What the steps add up to."""
        return sum(step.minutes for step in self.steps)


class Plan(Strict):
    """A way to teach the module in some periods."""

    title: Filled
    periods: Annotated[tuple[Period, ...], Field(min_length=1)]

    def in_class(self, chapter: str) -> int:
        """Return the minutes that the plan gives to a chapter in class."""
        steps = [step for period in self.periods for step in period.steps]
        return sum(step.minutes for step in steps if step.chapter == chapter)

    def at_home(self, chapter: str) -> int:
        """Return the minutes of a chapter that are left for home."""
        return exercises.load(chapter).minutes - self.in_class(chapter)


class Lessons(Strict):
    """The length of a class period, and the plans by name."""

    period: Minutes
    plans: dict[str, Plan]

    @model_validator(mode="after")
    def minutes_add_up(self) -> "Lessons":
        """Refuse a period whose steps do not add up, and exercises and homework that are not."""
        for name, plan in self.plans.items():
            for number, period in enumerate(plan.periods, start=1):
                where = f"{name}, period {number}"
                if period.minutes != self.period:
                    raise ValueError(
                        f"{where}: the steps add up to {period.minutes} minutes, not {self.period}"
                    )
                for step in period.steps:
                    for used in step.uses:
                        known(where, used)
                for chapter in period.home:
                    if plan.at_home(chapter) < 1:
                        raise ValueError(f"{where}: nothing of {chapter} is left for home")
        return self


def known(where: str, exercise: str) -> None:
    """Raise `ValueError` for an exercise that no chapter has."""
    try:
        exercises.find(exercise)
    except ExerciseError as error:
        raise ValueError(f"{where}: {error}") from None


def load() -> Lessons:
    """Return the plans. Raises `LessonError` naming the plan and what does not fit."""
    path = folder() / "lessons.yml"
    try:
        return Lessons.model_validate(yamlfile.parse(path.read_bytes()))
    except FileNotFoundError:
        raise LessonError(f"{path}: not found; it holds the lesson plans") from None
    except (yamlfile.YAMLError, ExerciseError) as error:
        raise LessonError(f"{path}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the whole"
        raise LessonError(f"{path}: {field}: {first['msg']}") from None
