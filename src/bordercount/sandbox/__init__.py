"""Run students' functions where they can reach nothing: inputs in, plain values out.

A warm process waits in a room made by bubblewrap and forks a child for each submission.
What is right is compared outside; neither child nor room ever holds an answer.
"""

from bordercount.sandbox.room import Limits, RoomError, Wanted
from bordercount.sandbox.runner import Answer, Reply, Runner
from bordercount.sandbox.selftest import Line, examined

__all__ = ["Answer", "Limits", "Line", "Reply", "RoomError", "Runner", "Wanted", "examined"]
