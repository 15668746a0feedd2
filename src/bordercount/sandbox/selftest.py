"""What the self-test of the sandbox finds on this system, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass

from bordercount.sandbox import room as rooms
from bordercount.sandbox.room import Limits, RoomError, Wanted

HELD = (
    "a room of its own: processes, network, shared memory, host name and mounts are apart",
    "no root, no capability, no way to gain privileges",
    "no solutions, no system files but Python's, no variables and no open files of others",
    "nothing in it can be written",
    "no way to the network, to local services or to abstract sockets",
    "{calls} calls that reach out of a function are refused by the kernel",
    "memory, open files, threads and time are limited: {memory} MB, {seconds:g} s of computing",
    "an endless loop that swallows every exception ends",
)


@dataclass(frozen=True)
class Line:
    """One finding: what was looked at, and whether it holds."""

    what: str
    holds: bool


def examined(wanted: Wanted) -> Iterator[Line]:
    """Yield what the self-test finds; a refusal is the only line then."""
    try:
        room = rooms.tested(wanted)
    except RoomError as error:
        yield Line(str(error), False)
        return
    with room:
        limits = Limits()
        numbers = {
            "calls": len(room.filter.calls) if room.filter else 0,
            "memory": limits.memory // rooms.MEGABYTE,
            "seconds": limits.seconds,
        }
        yield Line(f"bubblewrap starts a room ({room.way})", True)
        for each in HELD:
            yield Line(each.format(**numbers), True)
