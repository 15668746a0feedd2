"""A room, and a way to try one submission after the other in it."""

from bordercount.grading import functions
from bordercount.grading.functions import Checks, Functions
from bordercount.sandbox import Limits

LIMITS = Limits(seconds=0.5, wait=2.5)  # so that what ends late ends soon
HONEST = "def f(x):\n    return x + 1\n"
CHECKS = Checks("f", "", ((1,), (2,), (3,)), 2, (2, 3, 4), (), 0, ())


class Bench:
    """Runs submissions one after the other in one room, as a grading run does."""

    def __init__(self, hidden=(), limits=LIMITS):
        self.functions = Functions([CHECKS], hidden, unsafe=False)
        self.functions.limits = limits
        self.functions.begin()
        assert not self.functions.why, self.functions.why

    def verdict(self, source):
        """Return the verdict on one submission that answers one exercise."""
        return self.verdicts({"one": source})["one"]

    def verdicts(self, sources):
        """Return the verdicts on the answers of one submission."""
        replies = self.functions.run({name: (CHECKS, each) for name, each in sources.items()})
        return {name: functions.judge(CHECKS, each, LIMITS) for name, each in replies.items()}
