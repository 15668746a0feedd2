"""From sheets to students: who handed in what, and what a person has to decide."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bordercount.answers import normal
from bordercount.grading.archive import Problem
from bordercount.grading.collect import NO_SHEET, Found, Owner, Piece, plain_owner
from bordercount.grading.csvfile import clean, returned, unpadded
from bordercount.grading.people import TEST_STUDENT, Class, Person

Kind = str
# What a person reads of each kind of trouble, and whether grades wait for a decision.
KINDS: Mapping[Kind, tuple[bool, str]] = {
    "shared id": (
        True,
        "Two people's files bear this id, which decides their questions. "
        "Accept: the file counts for who handed it in. Leave out: it counts for nobody.",
    ),
    "other's id": (
        True,
        "The id in the sheet is another person's. "
        "Accept: the file counts for who handed it in. Leave out: it counts for nobody.",
    ),
    "several ids": (
        True,
        "One person's sheets bear different ids. "
        "Accept: all count, of each exercise the newest answer. Leave out: none counts.",
    ),
    "case": (
        True,
        "The answer is to a question that this id does not get. "
        "Accept: it is judged by that question. Leave out: it counts as not answered.",
    ),
    "no id": (False, "The sheet bears no id, and nothing else says whose it is."),
    "unlisted id": (False, "The id in the sheet is not the one in the roster or gradebook."),
    "unknown": (False, "Neither roster nor gradebook names this student."),
    "missing": (False, "The roster or gradebook names this student; nothing was handed in."),
    "not read": (False, "The file could not be read as an answer sheet."),
    "entry": (False, "An entry of the sheet is not in form and was left out."),
    "foreign": (False, "The sheet answers exercises that this course does not have."),
    "copies": (False, "Sheets with the same id were merged, of each exercise the newest."),
    "no sheet": (False, "This file holds no answer sheet; the student's other files do."),
    "left out": (False, "Left out, as was decided."),
    "not filled": (False, "The file of the learning system has no row for this student."),
}
NOTES = (
    "copies",
    "no sheet",
    "left out",
    "unlisted id",
    "foreign",
)  # kinds that are no trouble by themselves
NAMELESS = " file "  # begins the key of a sheet without an id; no normalised id begins so
ACCEPT, LEAVE_OUT = "accept", "leave out"


@dataclass(frozen=True, order=True)
class Trouble:
    """Something that a person should know of, or decide."""

    student: str
    file: str
    exercise: str
    kind: Kind
    detail: str = ""
    name: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What a decision on it is kept under."""
        student, file, exercise = map(returned, (self.student, self.file, self.exercise))
        return (student, file, exercise, self.kind)


@dataclass(frozen=True)
class Decisions:
    """What a person decided, by the trouble's key: accept, or leave out."""

    made: Mapping[tuple[str, str, str, str], str] = field(default_factory=dict)

    def key(self, trouble: Trouble) -> tuple[str, str, str, str]:
        """Return what a decision on a trouble is kept under here."""
        student, file, exercise, kind = trouble.key
        short = (unpadded(student), file, exercise, kind)  # a spreadsheet saves 007 as 7
        return short if trouble.key not in self.made and short in self.made else trouble.key

    def of(self, trouble: Trouble) -> str:
        """Return the decision on a trouble, or nothing."""
        return self.made.get(self.key(trouble), "")


@dataclass
class Submission:
    """All that one student handed in."""

    student: str
    name: str
    owner: Owner
    person: Person | None = None
    pieces: list[Piece] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    held: bool = False

    def add(self, kind: Kind, file: str = "", detail: str = "") -> Trouble:
        """Note a trouble with this submission and return it."""
        trouble = Trouble(self.student, file, "", kind, detail, self.name)
        self.troubles.append(trouble)
        return trouble


@dataclass(frozen=True)
class Gathered:
    """A hand-in by students, in order, and the troubles that belong to none of them."""

    submissions: list[Submission]
    troubles: list[Trouble]


def shown(text: str, most: int = 120) -> str:
    """Return an id or a name as reports show it: on one line, no controls, not endless."""
    one = " ".join(clean(text).split())
    return one if len(one) <= most else f"{one[:most]}…"


def gather(found: Iterable[Found], people: Class, decisions: Decisions) -> Gathered:
    """Return the submissions of a hand-in, by student, and whatever needs a person."""
    loose: list[Trouble] = []
    unread: list[tuple[Submission | None, Problem]] = []
    groups: dict[tuple[str, str], Submission] = {}
    for file in found:
        for problem in file.problems:
            unread.append((owned(file.owner, groups, people) if file.owner else None, problem))
        for piece in file.pieces:
            if piece.owner is None and not normal(piece.student):
                owner = Owner("plain", f"{NAMELESS}{piece.entry.label}")
            else:
                owner = piece.owner or plain_owner(piece.student)
            for each in members(owner):
                owned(each, groups, people, piece.student).pieces.append(piece)
    for submission, problem in unread:
        who, name = (submission.student, submission.name) if submission else ("", "")
        beside = submission and submission.pieces and problem.reason == NO_SHEET
        kind = "no sheet" if beside else "not read"
        loose.append(Trouble(who, problem.label, "", kind, shown(problem.reason, 400), name))
    everyone = list(groups.values())
    distinct_names(everyone)
    judge_ids(everyone, people, decisions)
    there = {id(each.person) for each in everyone if each.person}
    loose += [
        Trouble(person.student, "", "", "missing", "", person.name)
        for person in people.people
        if id(person) not in there and not (person.canvas and person.name == TEST_STUDENT)
    ]
    everyone.sort(key=lambda each: (each.student.casefold(), each.student, each.owner.key))
    return Gathered(everyone, sorted(loose))


def members(owner: Owner) -> list[Owner]:
    """Return an owner, and an owner for each further member of a group that handed in together."""
    others = [replace(owner, key=key, name=name, others=()) for key, name in owner.others]
    return [owner, *others]


def owned(
    owner: Owner, groups: dict[tuple[str, str], Submission], people: Class, student: str = ""
) -> Submission:
    """Return the submission of an owner, made if it is the first file of theirs."""
    person = people.of_owner(owner)
    key = ("person", normal(person.student)) if person else (owner.system, owner.key)
    if key not in groups:
        if person:
            label, name = person.student, person.name or owner.name
        elif owner.system == "plain":
            label, name = student.strip() or owner.key, ""
        else:
            label, name = owner.key, owner.name
        groups[key] = Submission(shown(label), shown(name), owner, person)
    return groups[key]


def distinct_names(everyone: list[Submission]) -> None:
    """Give submissions that would be shown under one name the system's key too, then a number.

    The number tells apart what was cut, and an id that was chosen to look like another's.
    """
    count = Counter(returned(each.student) for each in everyone)
    taken = {name for name, times in count.items() if times == 1}
    numbers: Counter[str] = Counter()
    for each in everyone:
        if count[returned(each.student)] == 1:
            continue
        wanted = shown(f"{each.student} ({each.owner.system} {each.owner.key})")
        each.student = wanted
        while returned(each.student) in taken:
            numbers[wanted] += 1
            each.student = f"{wanted} {numbers[wanted] + 1}"
        taken.add(returned(each.student))


def judge_ids(everyone: list[Submission], people: Class, decisions: Decisions) -> None:
    """Note what is odd about the sheets' ids, and hold a submission that a person must decide on.

    A sheet without an id is nobody else's: the system's name says whose it is.
    """
    users: dict[str, set[str]] = defaultdict(set)
    for submission in everyone:
        for piece in submission.pieces:
            if normal(piece.student):
                users[normal(piece.student)].add(unit(submission))
    for submission in everyone:
        if people.people and submission.person is None and submission.pieces:
            submission.add("unknown", submission.pieces[0].entry.label)
        if submission.owner.system == "plain":
            plain(submission)
        if unlisted := odd_ids(submission, users, people, decisions):
            submission.add("unlisted id", detail=shown(", ".join(unlisted)))


def unit(submission: Submission) -> str:
    """Return what hands in as one: a person, or the group that shares a Gradescope submission."""
    owner = submission.owner
    return owner.prefix if owner.system == "gradescope" else f"{owner.system} {owner.key}"


def plain(submission: Submission) -> None:
    """Note what only sheets without a system's name can show."""
    labels = [piece.entry.label for piece in submission.pieces]
    if submission.owner.key.startswith(NAMELESS) and not normal(submission.pieces[0].student):
        submission.add("no id", labels[0])
    elif len(labels) > 1:
        submission.add("copies", labels[0], shown(", ".join(labels[1:]), 400))


def odd_ids(
    submission: Submission,
    users: Mapping[str, set[str]],
    people: Class,
    decisions: Decisions,
) -> list[str]:
    """Hold a submission whose ids a person must judge; return ids that the roster lacks."""
    ids: dict[str, Piece] = {}
    for piece in submission.pieces:
        if normal(piece.student):
            ids.setdefault(normal(piece.student), piece)
    own = submission.person.ids if submission.person else frozenset()
    unlisted = []
    waiting: list[Trouble] = []
    labels = [piece.entry.label for piece in submission.pieces]
    dropped: set[str] = set()
    if len(ids) > 1 and not set(ids) <= own:
        waiting.append(submission.add("several ids", "", shown(", ".join(sorted(ids)), 400)))
    for each, piece in sorted(ids.items()):
        bearer = people.of_id(each)
        if bearer is not None and submission.person is not bearer and bearer.ids != own:
            detail = f"{shown(piece.student)}: {bearer.name or bearer.student}"
            waiting.append(submission.add("other's id", piece.entry.label, detail))
        elif len(users[each]) > 1 and each not in own:
            waiting.append(submission.add("shared id", piece.entry.label, shown(piece.student)))
        elif submission.person and each not in own:
            unlisted.append(piece.student)
    for trouble in waiting:
        decision = decisions.of(trouble)
        if decision == LEAVE_OUT:  # a trouble without a file is about them all
            dropped |= {trouble.file} if trouble.file else set(labels)
        elif decision != ACCEPT:
            submission.held = True
    if dropped:
        submission.pieces = [each for each in submission.pieces if each.entry.label not in dropped]
        for file in sorted(dropped):
            submission.add("left out", file)
    return unlisted
