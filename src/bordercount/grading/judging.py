"""One student's grade: the sheets read again, merged, and every exercise judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from bordercount.grading import collect, marking
from bordercount.grading.archive import ArchiveError
from bordercount.grading.gather import ACCEPT, LEAVE_OUT, Decisions, Submission, Trouble, shown
from bordercount.grading.marking import PENDING, Exam, Given, Judge, Result
from bordercount.sheet import SheetError

MOST_UNREAD = 50  # entries of one sheet that are named one by one


@dataclass(frozen=True)
class Graded:
    """A student's results, one for each exercise that counts, and what a person should know."""

    student: str
    name: str
    results: tuple[Result, ...]
    troubles: tuple[Trouble, ...] = ()
    version: str = ""
    held: bool = False

    @property
    def points(self) -> Decimal:
        """The points that are certain so far."""
        return sum((each.points for each in self.results if each.points is not None), Decimal(0))

    @property
    def pending(self) -> tuple[str, ...]:
        """The kinds of waiting that keep the grade open: to mark, not run, to decide, not read."""
        found = {each.verdict for each in self.results}
        return tuple(verdict for verdict in PENDING if verdict in found)


def merged(submission: Submission) -> tuple[dict[str, Given], str, list[Trouble], bool]:
    """Return of each exercise the newest answer, the newest module version, troubles.

    The last of the four tells whether any sheet could be read.

    Of two answers given at the same time the one in the later file stays.
    """
    newest: dict[str, Given] = {}
    version, latest = "", ""
    troubles: list[Trouble] = []
    read = False

    def trouble(label: str, kind: str, detail: str, exercise: str = "") -> None:
        troubles.append(
            Trouble(submission.student, label, shown(exercise), kind, detail, submission.name)
        )

    in_order = sorted(submission.pieces, key=lambda each: (each.entry.label, each.place))
    for entry, pieces in groupby(in_order, key=lambda each: each.entry):
        label = entry.label
        try:
            sheets = collect.again(pieces)
        except (ArchiveError, SheetError) as error:
            trouble(label, "not read", shown(str(error), 400))
            continue
        read = True
        for found in sheets:
            for name in found.unread[:MOST_UNREAD]:
                trouble(label, "entry", "not an answer", name)
            if (more := len(found.unread) - MOST_UNREAD) > 0:
                trouble(label, "entry", f"{more:,} further entries are not answers")
            for name, answer in found.answers.items():
                before = newest.get(name)
                if before is None or before.answer.at <= answer.at:
                    newest[name] = Given(answer, found.student, label)
                if latest <= answer.at:
                    version, latest = found.module, answer.at
    return newest, shown(version, 40), troubles, read


def grade(submission: Submission, exam: Exam, decisions: Decisions, judge: Judge) -> Graded:
    """Return one student's results. A submission that a person must decide on is not judged."""
    given, version, troubles, read = merged(submission)
    results = []
    replies = {} if submission.held or not read else judge.replies(exam, given)
    for name, question in exam.questions.items():
        answer = given.get(name)
        if not read or submission.held:  # nobody is marked zero for a file that is damaged
            tries = answer.answer.tries if answer else 0
            results.append(Result(name, None, "to decide" if read else "not read", tries=tries))
            continue
        result = judge.result(question, answer, replies.get(name))
        if result.verdict == "to decide" and answer is not None:
            about = Trouble(
                submission.student, answer.label, name, "case", recorded(answer.answer.case),
                submission.name,
            )  # fmt: skip
            troubles.append(about)
            decision = decisions.of(about)
            if decision == LEAVE_OUT:
                result = marking.mark(question, None)
            elif decision == ACCEPT:
                result = marking.mark(question, answer, True, replies.get(name), judge.why)
        results.append(result)
    if foreign := sorted(set(given) - exam.known):
        file = given[foreign[0]].label
        names = shown(", ".join(foreign), 400)
        troubles.append(Trouble(submission.student, file, "", "foreign", names, submission.name))
    return Graded(
        submission.student,
        submission.name,
        tuple(results),
        tuple(sorted((*submission.troubles, *troubles))),
        version,
        submission.held,
    )


def recorded(case: Mapping[str, object]) -> str:
    """Return a recorded case as a report shows it."""
    pairs = (f"{name}: {value}" for name, value in case.items() if isinstance(value, str | int))
    return shown(", ".join(pairs) or "no case is recorded")
