"""Runs the answers of a submission: all in one child, and one by one only if it dies."""

import contextlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from bordercount.sandbox import room as rooms
from bordercount.sandbox.room import Ended, Room, RoomDied, RoomError, Wanted
from bordercount.trial import Outcome

LONGEST = 200_000  # characters of one answer
LARGE = 10  # submissions from which on a second room is worth its start


@dataclass(frozen=True)
class Answer:
    """A function that a student wrote, and what to try it on. It does not say what is right."""

    source: str
    function: str
    given: str
    inputs: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Reply:
    """What an answer gave: for each input an outcome, and why it was stopped, if it was."""

    outcomes: tuple[Outcome, ...]
    stopped: str = ""


class Runner:
    """Holds a room, and builds another when a submission has spoilt it. Close it in the end.

    With `spare`, a large class gets a second room, and the two take turns: in one a child gets
    ready while in the other a child is at work.
    """

    def __init__(self, wanted: Wanted, unsafe: bool = False, spare: bool = False) -> None:
        """Build the first room and test it; `unsafe` takes one without walls.

        Raises `RoomError` if no room holds.
        """
        self.wanted = replace(wanted, ahead=spare)
        self.rooms = deque([Room("none", self.wanted) if unsafe else rooms.tested(self.wanted)])
        self.way = self.rooms[0].way
        self.builder = ThreadPoolExecutor(1, "bordercount-spare") if spare else None
        self.coming: Future[Room] | None = None
        self.submissions = 0

    def close(self) -> None:
        """End the rooms."""
        if self.builder:
            self.builder.shutdown(cancel_futures=True)
        if self.coming and self.coming.done() and not self.coming.exception():
            self.rooms.append(self.coming.result())
        for room in self.rooms:
            room.close()

    def room(self) -> Room:
        """Return the room whose turn it is, a new one if the last submission there has spoilt it.

        Raises `RoomError` if there is none to be had.
        """
        if self.coming and self.coming.done():
            with contextlib.suppress(RoomError):  # a machine that is short of something: one will do
                self.rooms.append(self.coming.result())
            self.coming = None
        self.rooms.rotate()
        with contextlib.suppress(RoomDied):
            if self.rooms[0].ready():
                return self.rooms[0]
        return self.rebuild()

    def rebuild(self) -> Room:
        """Take a new room instead of one that ended or was spoilt, and return it."""
        self.rooms[0].close()
        try:
            self.rooms[0] = Room(self.way, self.wanted)
        except RoomError:  # a machine that is busy, at worst
            self.rooms[0] = Room(self.way, self.wanted)
        return self.rooms[0]

    def run(self, answers: Sequence[Answer]) -> list[Reply]:
        """Return what each answer of one submission gave. Raises `RoomError`."""
        self.submissions += 1
        if self.builder and self.submissions == LARGE:
            self.coming = self.builder.submit(Room, self.way, self.wanted)
        replies: list[Reply | None] = [None] * len(answers)
        alone: list[int] = []
        short = [at for at, each in enumerate(answers) if len(each.source) <= LONGEST]
        for at in set(range(len(answers))) - set(short):
            replies[at] = Reply((), "long")
        if short:
            found, why = self.together([answers[at] for at in short])
            for at, reply in zip(short, found, strict=False):
                replies[at] = reply
            alone = short[len(found) :]
            if len(short) == 1 and alone:
                replies[alone.pop()] = Reply((), why)
        for at in alone:
            found, why = self.together([answers[at]])
            replies[at] = found[0] if found else Reply((), why)
        return [each or Reply((), "exit") for each in replies]

    def together(self, answers: Sequence[Answer]) -> tuple[list[Reply], str]:
        """Run answers in one child; return the replies up to its end, and why it ended early."""
        limits = self.wanted.limits
        told = {
            "cpu": int(limits.seconds * len(answers) + 2),
            "seconds": limits.seconds,
            "wait": limits.wait,
            "output": limits.output,
            "answers": [
                {
                    "source": each.source,
                    "function": each.function,
                    "given": each.given,
                    "inputs": each.inputs,
                }
                for each in answers
            ],
        }
        try:
            ended = self.room().job(told, limits.wait * len(answers) + 1, limits.wait + 2)
        except RoomDied:
            self.rebuild()
            return [], "crash"
        replies = list(read(ended, answers))
        if len(replies) == len(answers) or (replies and replies[-1].stopped):
            return replies, ""
        return replies, ended.why or "exit"


def read(ended: Ended, answers: Sequence[Answer]) -> Iterator[Reply]:
    """Yield the replies that a child's lines hold, up to the first that is none."""
    for number, (line, answer) in enumerate(zip(ended.lines, answers, strict=False)):
        stopped, found = line.get("stopped"), line.get("outcomes")
        if line.get("answer") is not number and line.get("answer") != number:
            return
        if not isinstance(stopped, str) or not isinstance(found, list):
            return
        if len(found) > len(answer.inputs) or (not stopped and len(found) < len(answer.inputs)):
            return
        if not all(isinstance(each, dict) for each in found):
            return
        yield Reply(tuple(map(outcome, found)), stopped[:20])


def outcome(line: Mapping[str, Any]) -> Outcome:
    """Return one outcome as a child wrote it; its error is a kind and what it says."""
    if "value" in line and "error" not in line:
        return Outcome(error="deep: ") if deep(line["value"]) else Outcome(line["value"])
    kind, detail = str(line.get("error"))[:60], str(line.get("detail", ""))[:300]
    return Outcome(error=f"{kind}: {detail}")


def deep(value: Any, most: int = 50) -> bool:
    """Return whether lists and mappings are nested deeper than can be compared."""
    level = [value]
    for _ in range(most):
        level = [
            child
            for each in level
            if isinstance(each, list | dict)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True
