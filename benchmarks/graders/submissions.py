"""What students hand in: drawn from a seed, the same for every grader, and what it should score."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

import yaml

POINTS = {"right": 2, "partly": 1, "wrong": 0, "error": 0}  # of a question
KINDS = tuple(POINTS)
WORDS = ("count", "month", "border", "table", "value", "index", "frame", "rise", "first", "last")


@dataclass(frozen=True)
class Submission:
    """One student's code for each question, and how many points that earns."""

    student: str
    kind: str
    sources: dict[str, str]
    points: dict[str, int]

    def sheet(self, chapter: str) -> str:
        """Return it as the answer sheet that bordercount grades."""
        answers = {
            f"{chapter}.{question}": {
                "value": source, "case": {}, "tries": 1, "at": "2026-03-02T15:04:05Z",
            }
            for question, source in self.sources.items()
        }  # fmt: skip
        content = {
            "format": "bordercount-answers/1",
            "module": "0.1.0",
            "student": self.student,
            "answers": answers,
        }
        return json.dumps(content, indent=2) + "\n"


def read(path: Path) -> dict:
    """Return what answers.yml holds."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def ordinary(answers: dict, count: int, seed: int) -> list[Submission]:
    """Return a class. Its first four are all right, all partly right, all wrong, and all errors.

    The others mix them: an able student has more of the right ones. A larger class begins with the
    smaller one. No two texts are the same, so that nothing can be graded once for all.
    """
    return [drawn(answers, number, random.Random(f"{seed}-{number}")) for number in range(count)]


def drawn(answers: dict, number: int, draw: random.Random) -> Submission:
    """Return the submission of the student with a number."""
    ability = draw.random()
    sources, points = {}, {}
    for question, kinds in answers.items():
        mixed = draw.choices(KINDS, (1 + 4 * ability, 1, 1, 1))[0]
        kind = KINDS[number] if number < len(KINDS) else mixed
        rows, sums = draw.sample(WORDS, 2)
        note = " ".join(draw.choices(WORDS, k=5)) + f" {number}"
        sources[question] = filled(draw.choice(kinds[kind]), note, f"my_{rows}", f"my_{sums}")
        points[question] = POINTS[kind]
    name = f"all {KINDS[number]}" if number < len(KINDS) else "mixed"
    return Submission(f"s{number:04d}", name, sources, points)


def filled(text: str, note: str, rows: str, sums: str) -> str:
    """Return the text of an answer with the names that its student chose."""
    return Template(text).substitute(note=note, rows=rows, sums=sums)


def every_text(answers: dict) -> list[Submission]:
    """Return submissions in which each text of each kind is handed in at least once."""
    found = []
    for kind in KINDS:
        for number in range(max(len(kinds[kind]) for kinds in answers.values())):
            sources = {
                question: filled(kinds[kind][number % len(kinds[kind])], "a note", "rows", "sums")
                for question, kinds in answers.items()
            }
            points = dict.fromkeys(sources, POINTS[kind])
            found.append(Submission(f"t{len(found):04d}", f"all {kind}", sources, points))
    return found


def overriding(answers: dict) -> list[Submission]:
    """Return the submissions that go for the marks without an answer; they earn none."""
    return [
        Submission(f"x{number:04d}", kind, sources, dict.fromkeys(sources, 0))
        for number, (kind, sources) in enumerate(answers.items())
    ]


def halves(everyone: Sequence[Submission], parts: int) -> list[list[Submission]]:
    """Return the class in so many parts, none larger by two than another."""
    return [list(everyone[number::parts]) for number in range(parts)]
