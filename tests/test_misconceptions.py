"""Misconceptions: what a public page may say of a known mistake gives no answer away."""

import re
from pathlib import Path

import pytest

from bordercount import answers, exercises, keys, misconceptions
from bordercount.misconceptions import Misconception, first_sentence

ROOT = Path(__file__).parents[1]
EVERY = [
    pytest.param(path.stem, exercise, id=f"{path.stem}-{exercise.id}")
    for path in sorted((ROOT / "exercises").glob("*.yml"))
    for exercise in exercises.load(path.stem).exercises
]

pytestmark = pytest.mark.usefixtures("clone")


def words(text):
    return re.findall(r"\w+", text.lower())


def choices(exercise):
    """Return every text of an exercise that a student chooses, moves or pairs."""
    return [text for field in ("options", "items", "targets")
            for text in getattr(exercise, field, {}).values()]  # fmt: skip


@pytest.mark.parametrize(("name", "exercise"), EVERY)
def test_no_option_is_named_as_wrong(name, exercise):
    """Where the wrong options are all known, naming them would tell the right ones."""
    told = [each.told for each in misconceptions.of(name, exercise)]
    if exercise.kind in ("choice", "multiple"):
        assert set(told) <= {""}
    for text in filter(None, told):
        for choice in choices(exercise):
            several = words(choice)
            assert len(several) < 2 or " ".join(several) not in " ".join(words(text))


@pytest.mark.parametrize(("name", "exercise"), EVERY)
def test_no_feedback_and_no_answer_is_told(name, exercise):
    for each in misconceptions.of(name, exercise):
        assert each.told != each.feedback
        if exercise.kind in ("match", "order"):
            assert each.told == each.name
        for case in exercise.cases if exercise.kind == "number" else ():
            value = int(keys.key(name, exercise, case)["answer"])
            written = answers.write_number(value, exercise.decimals)
            assert written not in re.findall(r"[\d.,]*\d", each.told)


@pytest.mark.parametrize(("name", "exercise"), EVERY)
def test_a_name_is_a_sentence_that_fits_in_a_list(name, exercise):
    for each in misconceptions.of(name, exercise):
        if each.told:
            assert each.told.endswith("."), each.told
            assert each.told[0].isupper(), each.told
            assert "{" not in each.told, each.told
            assert len(each.told) <= 160, each.told


def test_every_mistake_of_a_chapter_stands_under_its_objective_once():
    for name in exercises.names():
        listed = misconceptions.by_objective(name)
        assert list(listed) == list(exercises.load(name).objectives)
        makes = [each.makes for found in listed.values() for each in found]
        assert makes == list(dict.fromkeys(makes))
        assert set(makes) == set(keys.marked(name, "mistake"))


def misconception(kind, *, doc=None, feedback="You divided by 30. Why?", chapter="demo"):
    def makes():
        return None

    makes.__doc__ = doc
    (exercise,) = (each for each in exercises.load(chapter).exercises if each.kind == kind)
    return Misconception(chapter, exercise, makes, feedback)


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        ("number", {"doc": "Dividing by thirty.\n\nMore."}, "Dividing by thirty."),
        ("number", {}, "You divided by 30."),
        ("number", {"feedback": "Too many? Look."}, ""),
        ("number", {"feedback": "In {month:%B} you guessed. Why?"}, "In February you guessed."),
        ("code", {}, "You divided by 30."),
        ("code", {"feedback": "You wrote {}. Why?"}, "You wrote {}."),
        ("choice", {"doc": "Taking it for a person."}, ""),
        ("multiple", {"doc": "Taking it for a part."}, ""),
        ("match", {"doc": "Swapping the two."}, "Swapping the two."),
        ("match", {}, ""),
        ("order", {}, ""),
    ],
)
def test_what_is_told_depends_on_the_kind(demo, kind, given, told):
    assert misconception(kind, **given).told == told


def test_a_sentence_may_run_over_lines():
    assert (
        first_sentence("Taking a part\n    for the whole. More.") == "Taking a part for the whole."
    )
    assert first_sentence("") == ""
