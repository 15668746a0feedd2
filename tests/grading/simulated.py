"""A class of students who do not exist: abilities, answers and mistakes drawn from a seed."""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path

from bordercount import answers
from bordercount.grading.marking import Exam, Question

WORDS = [
    "count",
    "month",
    "border",
    "patrol",
    "port",
    "entry",
    "series",
    "unit",
    "vintage",
    "base",
    "rise",
    "share",
    "fair",
    "exact",
]


@dataclass
class Student:
    """One of them, and what was drawn."""

    id: str
    ability: float
    answers: dict = field(default_factory=dict)


def students(exam: Exam, count: int, seed: int = 1, planted: str = "", hard: str = ""):
    """Return a class.

    Half of them make the first known mistake of the exercise `planted`; almost none but the
    ablest get `hard` right.
    """
    found = []
    for number in range(count):
        draw = random.Random(f"{seed}-{number}")
        student = Student(f"s{number:05d}", draw.random())
        for question in exam.questions.values():
            chance = 0.15 + 0.75 * student.ability
            if question.id == hard:
                chance = 0.6 * student.ability**4
            value = draw_answer(draw, question, student, chance, question.id == planted)
            if value is not None:
                case = question.case_of(student.id)
                student.answers[question.id] = {
                    "value": value,
                    "case": dict(question.cases[case]),
                    "tries": 1 + (draw.random() < 0.3),
                    "at": f"2026-03-02T15:04:{number % 60:02d}Z",
                }
        found.append(student)
    return found


def draw_answer(draw, question: Question, student: Student, chance: float, planted: bool):
    """Return an answer of the exercise's kind, or None for one that is left out."""
    if draw.random() < 0.03:
        return None
    key = question.keys[question.case_of(student.id)]
    right = draw.random() < chance
    if planted and draw.random() < 0.5:
        return typed(question, key["mistakes"][0]["value"], key)
    if question.kind == "text":
        return " ".join(draw.choices(WORDS, k=60))
    if question.kind == "code":
        return "def answer(table, month):\n    return 1\n"
    if question.kind == "estimate":
        return str(draw.randrange(1, 10**5))
    if right:
        return typed(question, key["answer"], key)
    if key["mistakes"] and draw.random() < 0.6:
        return typed(question, draw.choice(key["mistakes"])["value"], key)
    return other(draw, question, key)


def typed(question: Question, value, key):
    """Return a key's value as a form writes it."""
    if question.kind == "number":
        return answers.write_number(int(value), question.rule["decimals"])
    if question.kind == "multiple" and isinstance(value, str):
        return sorted({value, *key["answer"]})
    if question.kind == "match" and set(value) != set(key["answer"]):
        return {**key["answer"], **value}
    return value


def other(draw, question: Question, key):
    """Return an answer that is neither right nor a known mistake, if there is one."""
    if question.kind == "number":
        return str(draw.randrange(1, 10**6))
    options = list(question.options[0])
    if question.kind == "multiple":
        return draw.sample(options, 1)
    if question.kind == "order":
        return draw.sample(options, len(options))
    if question.kind == "match":
        targets = list(key["answer"].values())
        return {item: draw.choice(targets) for item in key["answer"]}
    return draw.choice(options)


def sheet(student: Student) -> str:
    """Return a student's answers.json."""
    content = {
        "format": "bordercount-answers/1",
        "module": "0.1.0",
        "student": student.id,
        "answers": student.answers,
    }
    return json.dumps(content, indent=2) + "\n"


def write(folder: Path, everyone: list[Student]) -> Path:
    """Write each sheet into `folder`, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for student in everyone:
        (folder / f"{student.id}.json").write_text(sheet(student), encoding="utf-8")
    return folder
