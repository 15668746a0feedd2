"""The questions: their models refuse what is not in form, naming file, exercise and field."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from bordercount import exercises
from bordercount.exercises import ExerciseError, fill

ROOT = Path(__file__).parents[1]
ONE = {
    "id": "days",
    "kind": "number",
    "objective": "a",
    "prompt": "How many in {month:%B %Y}?",
    "unit": "days",
    "variants": {"month": ["2024-02", "2023-02"]},
    "hints": ["Count."],
}
CHAPTER = {"title": "T", "minutes": 5, "needs": "nothing", "objectives": {"a": "Do it."}}


@pytest.fixture
def write(course):
    def writer(*questions, **changes):
        content = {**CHAPTER, "exercises": list(questions), **changes}
        path = course / "exercises" / "trial.yml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return path

    return writer


def test_a_chapter_in_form_is_read(write):
    write(ONE)
    (found,) = exercises.load("trial").exercises
    assert found.cases == [{"month": "2024-02"}, {"month": "2023-02"}]
    assert fill(found.prompt, found.cases[0]) == "How many in February 2024?"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "essay"}, "essay"),
        ({"unit": None}, "unit"),
        ({"colour": "red"}, "colour"),
        ({"points": 0}, "points"),
        ({"points": "many"}, "points"),
        ({"decimals": -1}, "decimals"),
        ({"tolerance": -1}, "tolerance"),
        ({"hints": []}, "hints"),
        ({"id": "Per-day"}, "id"),
        ({"prompt": "In {year}?"}, "{year}"),
        ({"prompt": "In {month.__class__}?"}, "month.__class__"),
        ({"prompt": "In {month"}, "{month"),
        ({"variants": {"month": []}}, "variants"),
    ],
)
def test_an_error_names_file_exercise_and_field(write, change, field):
    path = write({**ONE, **change})
    with pytest.raises(ExerciseError) as raised:
        exercises.load("trial")
    message = str(raised.value)
    assert str(path) in message
    assert field in message
    assert f"exercise {change.get('id', 'days')}" in message


def test_a_misspelt_field_is_named_rather_than_the_one_it_leaves_out(write):
    write({("hint" if name == "hints" else name): value for name, value in ONE.items()})
    with pytest.raises(ExerciseError, match="exercise days, hint: Extra"):
        exercises.load("trial")


@pytest.mark.parametrize(
    ("questions", "changes", "says"),
    [
        ([ONE, ONE], {}, "used for two exercises: days"),
        ([{**ONE, "objective": "b"}], {}, "no such objective: b"),
        ([ONE], {"objectives": {"a": "A.", "b": "B."}}, "no exercise for the objective b"),
        ([ONE], {"minutes": None}, "minutes"),
        ([ONE], {"surprise": 1}, "surprise"),
    ],
)
def test_a_chapter_that_does_not_fit_together_is_refused(write, questions, changes, says):
    write(*questions, **changes)
    with pytest.raises(ExerciseError, match=re.escape(says)):
        exercises.load("trial")


def test_a_rubric_must_add_up(write):
    text = {"id": "why", "kind": "text", "objective": "a", "prompt": "Why?", "hints": ["x"]}
    write({**text, "points": 2, "rubric": [{"criterion": "c", "points": 1}]})
    with pytest.raises(ExerciseError, match="adds up to 1, the exercise has 2"):
        exercises.load("trial")


def test_a_file_that_is_no_yaml_and_a_missing_one_are_named(write):
    write(ONE).write_text("a: [", encoding="utf-8")
    with pytest.raises(ExerciseError, match=r"trial\.yml: not readable as YAML"):
        exercises.load("trial")
    with pytest.raises(ExerciseError, match=r"the chapters are .*counts"):
        exercises.load("nothing")


def test_chapters_come_in_the_order_of_the_book_and_others_by_name_after_them(course):
    assert exercises.in_order() == exercises.names()
    for name in ("alone", "second"):
        shutil.copy(course / "exercises" / "counts.yml", course / "exercises" / f"{name}.yml")
    (course / "book").mkdir()
    contents = (
        "parts:\n  - chapters:\n      - file: terms\n      - file: second\n      - file: counts\n"
    )
    (course / "book" / "_toc.yml").write_text(contents, encoding="utf-8")
    listed, others = ["terms", "second", "counts"], set(exercises.names())
    assert exercises.in_order() == [*listed, *sorted(others.difference(listed))]


def test_an_unknown_id_is_an_error(clone):
    for name in ("counts.nothing", "nothing.days", "days", ""):
        with pytest.raises(ExerciseError, match="no exercise"):
            exercises.find(name)


# --- the course's own questions -------------------------------------------------------------------

CHAPTERS = sorted(path.stem for path in (ROOT / "exercises").glob("*.yml"))
KINDS = {"choice", "multiple", "number", "match", "order", "estimate", "text", "code"}


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_six_exercises_and_no_objective_rests_on_code_alone(clone, name):
    chapter = exercises.load(name)
    assert len(chapter.exercises) >= 6
    on_the_page = {each.objective for each in chapter.exercises if each.kind != "code"}
    assert on_the_page == set(chapter.objectives)


def test_every_kind_is_used_with_three_variants_and_three_code_exercises(clone):
    found = [each for name in CHAPTERS for each in exercises.load(name).exercises]
    assert {each.kind for each in found} == KINDS
    assert sum(len(each.cases) > 1 for each in found) >= 3
    assert sum(each.kind == "code" for each in found) >= 3


@pytest.mark.parametrize("name", CHAPTERS)
def test_each_exercise_stands_once_in_its_chapter_and_nowhere_else(clone, name):
    used = {
        page.stem: re.findall(r'^exercise\("([\w.]+)"\)', page.read_text("utf-8"), re.MULTILINE)
        for page in (ROOT / "book").glob("*.md")
    }
    own = [f"{name}.{each.id}" for each in exercises.load(name).exercises]
    assert sorted(used[name]) == sorted(own)


def test_no_exercise_is_in_a_file_without_a_chapter():
    assert set(CHAPTERS) <= {page.stem for page in (ROOT / "book").glob("*.md")}
