"""What the instructors' pages show: plans, workload, goals, misconceptions, rubrics."""

import re
from pathlib import Path

import pytest

from bordercount import exercises, keys, lessons, misconceptions, teaching

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
CHAPTERS = sorted(path.stem for path in (ROOT / "exercises").glob("*.yml"))

pytestmark = pytest.mark.usefixtures("clone")


def rows(table):
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[:1] + lines[2:]]


def test_the_workload_has_every_chapter_in_order_and_adds_up():
    head, *chapters, together = rows(str(teaching.workload().data))
    assert [row[0] for row in chapters] == [f"{{doc}}`{name}`" for name in exercises.in_order()]
    for column in range(1, len(head)):
        assert int(together[column]) == sum(int(row[column]) for row in chapters)
    assert int(together[1]) == teaching.minutes()
    points = sum(
        each.points for name in exercises.names() for each in exercises.load(name).exercises
    )
    assert sum(map(int, together[3:])) == points


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_goals_of_a_chapter_name_every_exercise_once(name):
    _, *found = rows(str(teaching.goals(name).data))
    chapter = exercises.load(name)
    assert [row[0] for row in found] == list(chapter.objectives.values())
    named = re.findall(r"`(\w+)`", " ".join(row[1] for row in found))
    assert sorted(named) == sorted(each.id for each in chapter.exercises)


def test_a_plan_shows_its_minutes_and_what_is_left_for_home():
    for name, plan in lessons.load().plans.items():
        text = str(teaching.plan(name).data)
        tables = re.findall(r":::\{table\}.*?\n:::", text, re.DOTALL)
        assert len(tables) == len(plan.periods)
        for table in tables:
            (said,) = re.findall(r"\((\d+) minutes\)", table.splitlines()[0])
            assert sum(int(row[0]) for row in rows(table)[1:]) == int(said)
        for chapter in (each for period in plan.periods for each in period.home):
            assert f"the rest of {{doc}}`{chapter}`, about {plan.at_home(chapter)} minutes" in text


@pytest.mark.parametrize("name", CHAPTERS)
def test_what_is_not_told_is_counted(name):
    text = str(teaching.known_mistakes(name).data)
    every = [each for found in misconceptions.by_objective(name).values() for each in found]
    assert all(f"- {each.told}\n" in f"{text}\n" for each in every if each.told)
    kept = re.findall(r"\*(\d+) (?:more|known), named in the guide alone\*", text)
    assert sum(map(int, kept)) == sum(not each.told for each in every)


def test_every_chapter_has_its_part_of_every_page():
    for page, call in {
        "teaching": 'teaching.goals("{}")',
        "misconceptions": 'teaching.known_mistakes("{}")',
    }.items():
        text = (BOOK / f"{page}.md").read_text("utf-8")
        places = [text.find(call.format(name)) for name in exercises.in_order()]
        assert -1 not in places, page
        assert places == sorted(places), page
    for page in ("teaching", "misconceptions", "discussing"):
        text = (BOOK / f"{page}.md").read_text("utf-8")
        for name in exercises.names():
            assert re.search(rf"^##+ {re.escape(exercises.load(name).title)}$", text, re.M), page


def texts():
    return [
        pytest.param(name, exercise, id=f"{name}-{exercise.id}")
        for name in CHAPTERS
        for exercise in exercises.load(name).exercises
        if exercise.kind == "text"
    ]


@pytest.mark.parametrize(("name", "exercise"), texts())
def test_a_rubric_is_shown_and_tells_nothing_of_the_model_answer(name, exercise):
    shown = str(teaching.rubrics().data)
    model = keys.answer_function(name, exercise)(**exercise.cases[0])
    answer = " ".join(re.findall(r"\w+", model.lower()))
    for row in exercise.rubric:
        assert f"| {row.criterion} | {row.points} |" in shown
        words = re.findall(r"\w+", row.criterion.lower())
        runs = [" ".join(words[start : start + 9]) for start in range(len(words) - 8)]
        assert [run for run in runs if run in answer] == []


def test_the_accessibility_page_says_the_width_that_the_tests_open():
    tests = (ROOT / "tests" / "browser" / "test_pages.py").read_text("utf-8")
    (width,) = re.findall(r'TELEPHONE = \{"width": (\d+)', tests)
    assert f"width of {width} pixels" in (BOOK / "accessibility.md").read_text("utf-8")
