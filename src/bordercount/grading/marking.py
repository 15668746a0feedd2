"""Judging a student's answers: recomputed from solutions/, whatever the sheet says of them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, Literal

from bordercount import answers, exercises, keys
from bordercount.exercises import AnyExercise, ExerciseError
from bordercount.grading import functions
from bordercount.grading.errors import GradingError
from bordercount.grading.functions import Checks, Functions
from bordercount.sandbox import Limits, Reply
from bordercount.sheet import Answer

Verdict = Literal[
    "right", "partly", "mistake", "wrong", "unreadable", "not attempted", "recorded",
    "marked", "to mark", "not run", "to decide", "not read",
]  # fmt: skip
PENDING: tuple[Verdict, ...] = ("to mark", "not run", "to decide", "not read")
CENT = Decimal("0.01")
EMPHASIS = re.compile(r"(\*\*|\*|`)(\S|\S.*?\S)\1")
MOST_KNOWN = 20_000  # judged answers that are kept


@dataclass(frozen=True)
class Question:
    """What the grader holds of one exercise: its points, its cases, and the key of each case."""

    id: str
    kind: str
    objective: str
    points: int
    rule: Mapping[str, Any]
    cases: tuple[Mapping[str, Any], ...]
    prompts: tuple[str, ...]
    keys: tuple[Mapping[str, Any], ...]
    options: tuple[Mapping[str, str], ...] = ()
    rubric: tuple[tuple[str, int], ...] = ()
    unit: str = ""
    checks: Checks | None = None

    def case_of(self, student: str) -> int:
        """Return the number of the case that an id gets."""
        if len(self.cases) == 1:
            return 0
        return answers.case_number(self.id, student, len(self.cases))


@dataclass(frozen=True)
class Result:
    """How one exercise of one student was judged; `points` is None while it waits for a person."""

    exercise: str
    points: Decimal | None
    verdict: Verdict
    feedback: str = ""
    case: int = 0
    value: Any = None
    understood: str = ""
    tries: int = 0

    @cached_property
    def answer(self) -> str:
        """The answer as text that is the same for all who gave the same answer."""
        if self.understood:
            return self.understood
        if isinstance(self.value, str):
            return answers.trim(self.value)
        return json.dumps(self.value, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class Given:
    """One answer of a student, with the id of the sheet that it stood in."""

    answer: Answer
    student: str
    label: str


@dataclass(frozen=True)
class Exam:
    """The exercises that count, in the order of the course."""

    questions: Mapping[str, Question]
    known: frozenset[str] = field(default_factory=frozenset)  # every exercise of the course

    @property
    def points(self) -> int:
        """The most that anyone can have."""
        return sum(each.points for each in self.questions.values())


def plain(text: str) -> str:
    """Return an option's text without the Markdown that emphasises words in it."""
    return EMPHASIS.sub(r"\2", text)


def question(name: str, exercise: AnyExercise) -> Question:
    """Return an exercise with the keys of all its cases. Raises `SolutionError`."""
    cases = exercise.cases
    full = f"{name}.{exercise.id}"
    rule = {"kind": exercise.kind}
    for key in ("decimals", "tolerance_units"):
        if hasattr(exercise, key):
            rule[key.removesuffix("_units")] = getattr(exercise, key)
    texts: Mapping[str, str] = {}
    if isinstance(exercise, exercises.Choosing):
        texts = exercise.options
    elif isinstance(exercise, exercises.Match):
        texts = {**exercise.items, **exercise.targets}
    rubric = exercise.rubric if isinstance(exercise, exercises.Text) else ()
    return Question(
        full,
        exercise.kind,
        exercise.objective,
        exercise.points,
        rule,
        tuple(cases),
        tuple(exercises.fill(exercise.prompt, case) for case in cases),
        tuple(keys.key(name, exercise, case) for case in cases),
        tuple(
            {key: plain(exercises.fill(text, case)) for key, text in texts.items()}
            for case in cases
        ),
        tuple((row.criterion, row.points) for row in rubric),
        getattr(exercise, "unit", ""),
        functions.checks(name, exercise) if isinstance(exercise, exercises.Code) else None,
    )


class SelectionError(GradingError):
    """A choice of exercises names something that is not there; the message lists what is."""


def chosen(
    selection: str, every: Sequence[tuple[str, AnyExercise]]
) -> list[tuple[str, AnyExercise]]:
    """Return the exercises that a selection such as "story,-kind:code" takes, in course order.

    Chapters, ids and kinds; a minus takes away; only minuses take away from all. Raises
    `SelectionError` for a name that is not there, and when nothing is left.
    """
    kinds = sorted({exercise.kind for _, exercise in every})
    chapters = list(dict.fromkeys(name for name, _ in every))
    words = [word.strip() for word in selection.split(",") if word.strip()]
    taken = {id(each[1]) for each in every} if all(w.startswith("-") for w in words) else set()
    for word in words:
        bare = word.removeprefix("-").strip()
        matching = {
            id(exercise)
            for name, exercise in every
            if bare in (name, f"{name}.{exercise.id}", f"kind:{exercise.kind}")
        }
        if not matching:
            raise SelectionError(
                f"no exercises {bare!r}; name a chapter ({', '.join(chapters)}), "
                f"an id such as {every[0][0]}.{every[0][1].id}, or kind: and one of "
                f"{', '.join(kinds)}"
            )
        taken = taken - matching if word.startswith("-") else taken | matching
    found = [each for each in every if id(each[1]) in taken]
    if not found:
        raise SelectionError(f"the selection {selection!r} leaves no exercise")
    return found


def exam(selection: str = "") -> Exam:
    """Return the exercises that a selection takes, with keys computed from solutions/.

    Raises `SelectionError`, `ExerciseError` and `SolutionError`.
    """
    every = [
        (name, each) for name in exercises.in_order() for each in exercises.load(name).exercises
    ]
    if not every:
        raise ExerciseError(f"no exercises in {exercises.folder()}")
    taken = chosen(selection, every)
    made = [question(name, exercise) for name, exercise in taken]
    return Exam(
        {each.id: each for each in made},
        frozenset(f"{name}.{exercise.id}" for name, exercise in every),
    )


def points(score: float, most: int) -> Decimal:
    """Return a part of an exercise's points, to the hundredth."""
    return (Decimal(str(round(score * most, 6)))).quantize(CENT, ROUND_HALF_UP)


class Judge:
    """Judges answers. What several students answered alike is judged once."""

    def __init__(self, functions: Functions | None = None) -> None:
        """Begin without any; `functions` runs what is to be run."""
        self.functions = functions
        self.known: dict[tuple[object, ...], Result] = {}

    def replies(self, exam: Exam, given: Mapping[str, Given]) -> dict[str, Reply]:
        """Return what the functions of one submission gave, by exercise."""
        if self.functions is None:
            return {}
        sources = {
            name: (found.checks, given[name].answer.value)
            for name, found in exam.questions.items()
            if found.checks and name in given and runs(given[name].answer.value)
        }
        return self.functions.run(sources)

    @property
    def why(self) -> str:
        """Why functions are not run, for the teacher."""
        return self.functions.why if self.functions else ""

    def close(self) -> None:
        """End the room that functions were run in, if there is one."""
        if self.functions:
            self.functions.close()

    def result(self, found: Question, given: Given | None, reply: Reply | None = None) -> Result:
        """Return how one answer is judged; see `mark`."""
        if given is None or found.checks:
            return mark(found, given, False, reply, self.why)
        value, answer = given.answer.value, given.answer
        if isinstance(value, list):
            value = ("list", *value)
        elif isinstance(value, dict):
            value = ("mapping", *value.items())
        case = found.case_of(given.student)
        key = (found.id, case, value, answer.tries)
        if answer.case != found.cases[case] or not short(value):
            return mark(found, given)
        result = self.known.get(key)
        if result is None:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            result = self.known[key] = mark(found, given)
        return result


def short(value: object) -> bool:
    """Return whether a value is worth keeping to compare others with."""
    if isinstance(value, tuple):
        return len(value) <= 80 and all(map(short, value))
    return isinstance(value, str) and len(value) <= 80


def mark(
    found: Question,
    given: Given | None,
    accepted: bool = False,
    reply: Reply | None = None,
    why: str = "",
) -> Result:
    """Return how one answer is judged, for the case that its sheet's id gets.

    A recorded case that is another one waits for a person; `accepted` is that person's yes, and
    then the recorded case counts. `reply` is what code gave when it was run, without which it
    waits, and `why` says why.
    """
    if given is None:
        return Result(found.id, Decimal(0), "not attempted")
    case, tries = found.case_of(given.student), given.answer.tries
    value = given.answer.value
    if dict(given.answer.case) != found.cases[case]:
        recorded = dict(given.answer.case)
        if accepted and recorded in found.cases:
            case = found.cases.index(recorded)
        else:
            return Result(
                found.id, None, "to decide", "", case, value if simple(value) else None, "", tries
            )
    if found.kind == "code":
        if not runs(value):
            return blank(found, value, case, tries)
        if reply is None or found.checks is None:
            said = f"Functions were not run: {why}." if why else "Functions were not run."
            return Result(found.id, None, "not run", said, case, value, "", tries)
        judged = functions.judge(found.checks, reply, Limits())
    else:
        judged = answers.judge(found.rule, found.keys[case], value)
    if found.kind == "text" and judged.state == "recorded":
        return Result(found.id, None, "to mark", "", case, value, "", tries)
    return Result(
        found.id,
        points(judged.score, found.points),
        judged.state,
        judged.feedback,
        case,
        value if simple(value) else None,
        judged.understood,
        tries,
    )


def runs(value: Any) -> bool:
    """Return whether an answer to a code exercise is text that can be run."""
    return isinstance(value, str) and not answers.empty(value)


def blank(found: Question, value: Any, case: int, tries: int) -> Result:
    """Return the result of code that is no text, or nothing."""
    if value is None or answers.empty(value):
        return Result(found.id, Decimal(0), "not attempted", "", case, None, "", tries)
    why = "This answer does not have the form of its kind."
    return Result(found.id, Decimal(0), "unreadable", why, case, None, "", tries)


def simple(value: Any) -> bool:
    """Return whether a value has the form of any kind of answer."""
    return isinstance(value, str) or answers.fits("multiple", value) or answers.fits("match", value)
