"""The lesson plans: minutes that add up, exercises and chapters that exist."""

from pathlib import Path

import pytest
import yaml

from bordercount import exercises, lessons
from bordercount.lessons import LessonError


def test_the_plans_are_in_form_and_every_period_adds_up(clone: Path) -> None:
    found = lessons.load()
    assert {"one-period": 1, "three-periods": 3, "two-weeks": 10}.items() <= {
        name: len(plan.periods) for name, plan in found.plans.items()
    }.items()
    for plan in found.plans.values():
        assert [period.minutes for period in plan.periods] == [found.period] * len(plan.periods)


def test_class_and_homework_together_are_a_chapters_own_minutes(clone: Path) -> None:
    for name, plan in lessons.load().plans.items():
        at_home = [chapter for period in plan.periods for chapter in period.home]
        assert len(at_home) == len(set(at_home)), name
        for chapter in at_home:
            whole = exercises.load(chapter).minutes
            assert plan.in_class(chapter) + plan.at_home(chapter) == whole
            assert plan.in_class(chapter) > 0


def write(course: Path, **period: object) -> None:
    given = {"title": "Trial", "steps": [{"minutes": 10, "does": "Read.", "chapter": "counts"}]}
    plan = {"title": "Plan", "periods": [given | period]}
    content = {"period": 10, "plans": {"trial": plan}}
    (course / "data" / "lessons.yml").write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("period", "says"),
    [
        ({"steps": [{"minutes": 9, "does": "Read."}]}, "trial, period 1: the steps add up to 9"),
        ({"steps": [{"minutes": 0, "does": "Read."}]}, "steps.0.minutes"),
        ({"steps": [{"minutes": 10, "does": "", "chapter": "x"}]}, "steps.0.does"),
        ({"steps": []}, "plans.trial.periods.0.steps"),
        (
            {"steps": [{"minutes": 10, "does": "Answer.", "uses": ["counts.none"]}]},
            "trial, period 1: no exercise 'counts.none'",
        ),
        ({"home": ["nowhere"]}, "nowhere.yml; the chapters are"),
        ({"surprise": 1}, "plans.trial.periods.0.surprise"),
    ],
)
def test_an_error_names_file_plan_and_what_does_not_fit(
    course: Path, period: dict[str, object], says: str
) -> None:
    write(course, **period)
    with pytest.raises(LessonError) as raised:
        lessons.load()
    assert "lessons.yml: " in str(raised.value)
    assert says in str(raised.value)


def test_what_is_left_for_home_is_computed(course: Path) -> None:
    write(course, home=["counts"])
    plan = lessons.load().plans["trial"]
    assert plan.at_home("counts") == exercises.load("counts").minutes - 10
    source = course / "exercises" / "counts.yml"
    text = source.read_text("utf-8")
    source.write_text(text.replace("minutes: 55", "minutes: 10"), encoding="utf-8")
    with pytest.raises(LessonError, match="nothing of counts is left for home"):
        lessons.load()


def test_a_missing_or_broken_file_is_named(course: Path) -> None:
    path = course / "data" / "lessons.yml"
    path.write_text("period: [", encoding="utf-8")
    with pytest.raises(LessonError, match=r"lessons\.yml"):
        lessons.load()
    path.unlink()
    with pytest.raises(LessonError, match=r"lessons\.yml: not found"):
        lessons.load()
