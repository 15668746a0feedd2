"""The five questions of course/, and what each answer should give: read through bordercount."""

import inspect
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference import plain

from bordercount import course, exercises, keys, trial

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NAME = "five"
TABLE = "encounters"


@dataclass(frozen=True)
class Question:
    """A question: its text, its answer, and on which arguments it is tried, the last ones hidden.

    It has as many points as inputs, so that every grader can give the same marks.
    """

    id: str
    prompt: str
    given: str
    solution: str
    inputs: tuple[tuple[Any, ...], ...]
    shown: int
    wanted: tuple[Any, ...]
    decimals: int

    @property
    def asserts(self) -> list[str]:
        """What a notebook asserts for each input, as an instructor would write it."""
        return [self.assertion(*pair) for pair in zip(self.inputs, self.wanted, strict=True)]

    def assertion(self, arguments: tuple[Any, ...], wanted: Any) -> str:
        """Return one line that holds when the function gives what is wanted."""
        call = f"{self.id}({', '.join(map(written, arguments))})"
        if isinstance(wanted, float):
            return f"assert abs({call} - {wanted!r}) <= {0.5 * 10**-self.decimals}"
        if isinstance(wanted, dict):
            return f"assert {call}.to_dict() == {wanted!r}"
        return f"assert {call} == {wanted!r}"


def written(argument: Any) -> str:
    """Return an argument as a notebook writes it: a table is a variable of its name."""
    return argument["table"] if isinstance(argument, dict) else repr(argument)


def lay(folder: Path) -> list[Question]:
    """Lay the course into `folder`, with the table it asks about, and return its questions."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "course", folder, ignore=shutil.ignore_patterns("__pycache__", "*.json"))
    (folder / "data").mkdir()
    shutil.copy(ROOT / "data" / f"{TABLE}.csv", folder / "data")
    os.environ[course.ENVIRONMENT] = str(folder)
    return [question(each) for each in exercises.load(NAME).exercises]


def question(exercise: exercises.Code) -> Question:
    """Return an exercise of the course as a question for all graders."""
    right = keys.answer_function(NAME, exercise)
    inputs = (*exercise.inputs, *map(tuple, keys.hidden_inputs(NAME, exercise)))
    if exercise.points != len(inputs):
        raise ValueError(f"{exercise.id} has {exercise.points} points for {len(inputs)} inputs")
    return Question(
        exercise.id,
        exercise.prompt,
        exercise.given,
        inspect.getsource(right),
        inputs,
        len(exercise.inputs),
        tuple(plain(right(*trial.filled(each))) for each in inputs),
        exercise.decimals,
    )
