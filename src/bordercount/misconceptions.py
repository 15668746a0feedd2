"""The known mistakes as misconceptions with names, and which of them a public page may name."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bordercount import exercises, keys
from bordercount.exercises import AnyExercise, fill

CHOSEN = ("choice", "multiple")  # each mistake is an option, and what is left is the answer
ARRANGED = ("match", "order")  # a mistake is a pair or an order, which its name need not tell
SENTENCE = re.compile(r"(?<=[.?!])\s+")


@dataclass(frozen=True)
class Misconception:
    """One known mistake of an exercise: the function that makes it, and its feedback."""

    chapter: str
    exercise: AnyExercise
    makes: Callable[..., Any]
    feedback: str

    @property
    def name(self) -> str:
        """The first sentence of the function's docstring, or "" if it has none."""
        return first_sentence(inspect.getdoc(self.makes) or "")

    @property
    def told(self) -> str:
        """What a page may say of it that students read too, or "" if nothing.

        Where options are chosen nothing, not even the names: they are the wrong options, and what
        is left would be the answer. Where options are arranged the name alone, which speaks of
        none of them. Of a number or of code the name, or else how the feedback begins, unless
        that asks something: it says what the student did, and wrong answers are without end.
        """
        if self.exercise.kind in CHOSEN:
            return ""
        if self.name or self.exercise.kind in ARRANGED:
            return self.name
        case = self.exercise.cases[0]
        opening = first_sentence(self.feedback)
        if opening.endswith("?"):
            return ""
        return fill(opening, case) if case else opening


def first_sentence(text: str) -> str:
    """Return the first sentence of a text that may run over several lines."""
    return SENTENCE.split(" ".join(text.split()))[0]


def of(chapter: str, exercise: AnyExercise) -> list[Misconception]:
    """Return the known mistakes of one exercise, in the order of the file."""
    return [
        Misconception(chapter, exercise, makes, feedback)
        for makes, feedback in keys.known_mistakes(chapter, exercise)
    ]


def by_objective(chapter: str) -> dict[str, list[Misconception]]:
    """Return a chapter's known mistakes by objective, in the order of its objectives."""
    found = exercises.load(chapter)
    return {
        objective: [
            each
            for exercise in found.exercises
            if exercise.objective == objective
            for each in of(chapter, exercise)
        ]
        for objective in found.objectives
    }
