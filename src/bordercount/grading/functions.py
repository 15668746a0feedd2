"""Functions that students wrote: run in the sandbox, compared here with what is right."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bordercount import course, data, keys, trial
from bordercount.answers import Verdict
from bordercount.exercises import Code
from bordercount.sandbox import Answer, Limits, Reply, RoomError, Runner, Wanted
from bordercount.trial import Outcome

UNSAFE = "functions were run without the sandbox (--unsafe-no-sandbox): they could reach everything"
STOPPED = {
    "time": "Your function took longer than {seconds:g} seconds, so it was stopped. "
    "Does each of its loops come to an end?",
    "wait": "Your function did not come to an end within {wait:g} seconds, so it was stopped. "
    "It must not sleep or wait for anything.",
    "memory": "Your function needed more memory than it may have, so it was stopped. "
    "What grows in it without end?",
    "crash": "Your function made Python itself crash, so it was stopped.",
    "exit": "Your function ended Python itself, so nothing came back. "
    "Leave a function with return, not with exit or quit.",
    "large": "Your function gave back more than can be compared. What was asked for?",
    "malformed": "What your function gave back could not be read.",
    "long": "Your answer is too long to be run. A function needs a few lines.",
}
ERRORS = {
    "RecursionError": "Your function called itself again and again, without an end.",
    "SystemExit": "Your function ended Python itself with exit. Leave it with return.",
    "PermissionError": "Your function tried something that is not allowed here: other programs, "
    "the network, or files.",
    "FileNotFoundError": "Your function tried to read a file that is not there. "
    "All it needs is in what it is given.",
    "OSError: [Errno 30]": "Your function tried to write a file. Give back what you computed.",
    "OSError: [Errno 12]": STOPPED["memory"],
    "large": STOPPED["large"],
    "deep": STOPPED["large"],
}
HIDDEN = "an input that you do not see"
LONGEST = 300  # characters of what a function gave that feedback shows


@dataclass(frozen=True)
class Checks:
    """On what a function is tried, the first `shown` of it in sight, and what is right."""

    function: str
    given: str
    inputs: tuple[tuple[Any, ...], ...]
    shown: int
    wanted: tuple[Any, ...]
    mistakes: tuple[tuple[tuple[Outcome, ...], str], ...]
    decimals: int
    matters: tuple[str, ...]

    def answer(self, source: str) -> Answer:
        """Return what the sandbox needs to run an answer: nothing of what is right."""
        return Answer(source, self.function, self.given, self.inputs)


def checks(name: str, exercise: Code) -> Checks:
    """Return the checks of an exercise, computed from solutions/. Raises `SolutionError`."""
    everything = [*map(list, exercise.inputs), *keys.hidden_inputs(name, exercise)]
    try:
        inputs = json.loads(json.dumps(everything))  # as the sandbox gets them
        right = keys.answer_function(name, exercise)
        wanted = [json.loads(json.dumps(trial.outcome(right, each))) for each in inputs]
    except (TypeError, ValueError) as error:
        raise keys.SolutionError(
            f"solutions/{name}.py: {exercise.id}: inputs and outputs must be plain values: {error}"
        ) from None
    return Checks(
        exercise.function,
        exercise.given,
        tuple(map(tuple, inputs)),
        len(exercise.inputs),
        tuple(wanted),
        tuple(
            (tuple(tried(function, each) for each in inputs), feedback)
            for function, feedback in keys.known_mistakes(name, exercise)
        ),
        exercise.decimals,
        exercise.matters,
    )


def tried(function: Any, arguments: Sequence[Any]) -> Outcome:
    """Return what a known mistake gives for one input; its error is an outcome too."""
    try:
        return Outcome(trial.outcome(function, arguments))
    except Exception as error:  # a mistake may be that a function stops
        return Outcome(error=f"{type(error).__name__}: {error}")


def judge(found: Checks, reply: Reply, limits: Limits) -> Verdict:
    """Return the verdict on an answer that was run: each input counts the same part."""
    outcomes = reply.outcomes + (Outcome(error="stopped: "),) * (
        len(found.inputs) - len(reply.outcomes)
    )
    agreed = trial.agrees(found.wanted, outcomes, found.decimals, found.matters)
    if all(agreed):
        return Verdict("right", 1.0)
    score = sum(agreed) / len(agreed)
    for mistaken, feedback in found.mistakes:
        if all(alike(found, *each) for each in zip(mistaken, outcomes, strict=True)):
            return Verdict("mistake", score, feedback)
    said = explained(found, reply, agreed, limits)
    if score:
        said += f" It is right for {sum(agreed)} of the {len(agreed)} inputs that it was tried on."
    return Verdict("partly" if score else "wrong", score, said)


def alike(found: Checks, mistaken: Outcome, got: Outcome) -> bool:
    """Return whether two outcomes are the same value, or errors of one kind."""
    if mistaken.error or got.error:
        return mistaken.error.split(":")[0] == got.error.split(":")[0]
    return trial.same(mistaken.value, got.value, found.decimals, found.matters)


def explained(found: Checks, reply: Reply, agreed: Sequence[bool], limits: Limits) -> str:
    """Return why an answer is not right, in a sentence for who wrote it."""
    if reply.stopped:
        said = STOPPED.get(reply.stopped, STOPPED["crash"])
        return said.format(seconds=limits.seconds, wait=limits.wait)
    first = list(agreed).index(False)
    got = reply.outcomes[first]
    call = called(found, first)
    if not got.error:
        if first >= found.shown:
            return "For the inputs that you see it is right; for others it is not yet."
        return f"{call} gave {cut(trial.shown(got.value))}."
    kind, _, detail = got.error.partition(": ")
    if kind == "SourceError":
        return f"Your answer defines no function {found.function}. Is its name still in the code?"
    if kind in ("SyntaxError", "IndentationError", "TabError"):
        return f"Python could not read your code: {detail}."
    if kind == "TypeError" and "not JSON serializable" in detail:
        what = detail.removeprefix("Object of type ").partition(" ")[0]
        said = f"Your function gave back something of type {what}."
        return f"{said} Give back a number, text, a list or a table."
    for known, said in ERRORS.items():
        if got.error == known or got.error.startswith((f"{known}: ", f"{known} ")):
            return said
    if first >= found.shown:  # what the error says might tell the input
        return f"{call} stopped with an error: {kind}."
    return f"{call} stopped with an error: {cut(kind + ': ' + detail).rstrip(': ')}."


def called(found: Checks, number: int) -> str:
    """Return how a function was called, as its writer would write it, unless that is hidden."""
    if number >= found.shown:
        return f"{found.function}, with {HIDDEN},"
    arguments = ", ".join(map(trial.described, found.inputs[number]))
    return f"{found.function}({cut(arguments)})"


def cut(text: str) -> str:
    """Return a text that feedback can show."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\u2026"


class Functions:
    """Runs functions in a room of this process, which is built when it is first needed."""

    def __init__(
        self, every: Iterable[Checks], hidden: Iterable[str], unsafe: bool, spare: bool = False
    ) -> None:
        """Prepare for these checks; the paths in `hidden` must be out of the room's sight.

        `spare` says that a processor is free to get the next submission's room ready.
        """
        self.every = tuple(every)
        self.unsafe = unsafe
        self.spare = spare
        self.hidden = tuple(hidden)
        names = {
            each["table"]
            for test in self.every
            for arguments in test.inputs
            for each in arguments
            if isinstance(each, dict) and set(each) == {"table"}
        }
        self.tables = {name: data.load(name) for name in sorted(names)}
        self.limits = Limits()
        self.why = ""  # why functions are not run
        self.runner: Runner | None = None

    def __getstate__(self) -> dict[str, object]:
        """Leave the room behind: each process has its own."""
        return {**self.__dict__, "runner": None}

    def begin(self) -> None:
        """Build the room, if there is none yet and none was refused; `why` tells of a refusal."""
        if self.runner or self.why or not self.every:
            return
        wanted = Wanted(
            self.tables,
            tuple(sorted({test.given for test in self.every})),
            self.hidden,
            self.limits,
        )
        try:
            self.runner = Runner(wanted, self.unsafe, self.spare)
        except RoomError as error:
            self.why = str(error)

    def run(self, sources: Mapping[str, tuple[Checks, str]]) -> dict[str, Reply]:
        """Return what the functions of one submission gave, by exercise; nothing if not run."""
        self.begin()
        if not self.runner or not sources:
            return {}
        try:
            found = self.runner.run([checks.answer(source) for checks, source in sources.values()])
        except RoomError as error:
            self.close()
            self.why = str(error)
            return {}
        return dict(zip(sources, found, strict=True))

    def close(self) -> None:
        """End the room."""
        if self.runner:
            self.runner.close()
            self.runner = None


def out_of_sight() -> tuple[str, ...]:
    """Return the course's folders that no room may show."""
    root = course.root().resolve()
    return tuple(str(root / name) for name in ("solutions", "exercises", "data", "book"))
