"""Answers and mistakes: every exercise in every case is judged as its solution says."""

import functools
import json
import re
from pathlib import Path

import pytest

from bordercount import answers, exercises, keys, trial
from bordercount.keys import SolutionError

ROOT = Path(__file__).parents[1]


def every_case():
    """Return every exercise that the rule compares, in every case."""
    for path in sorted((ROOT / "exercises").glob("*.yml")):
        for exercise in exercises.load(path.stem).exercises:
            if exercise.kind not in ("text", "code"):
                for case in exercise.cases:
                    label = "-".join([path.stem, exercise.id, *map(str, case.values())])
                    yield pytest.param(path.stem, exercise, case, id=label)


def every(kind):
    """Return every exercise of one kind."""
    return [*all_of(kind)]


def all_of(kind):
    """Yield every exercise of one kind, as a parameter."""
    for path in sorted((ROOT / "exercises").glob("*.yml")):
        for exercise in exercises.load(path.stem).exercises:
            if exercise.kind == kind:
                yield pytest.param(path.stem, exercise, id=f"{path.stem}-{exercise.id}")


CASES = [*every_case()]


def typed(exercise, value):
    """Return a canonical answer as a student gives it."""
    if exercise.kind in ("number", "estimate"):
        return answers.write_number(int(value), exercise.decimals)
    return value


def other_forms(exercise, value):
    """Return the right answer in other right forms."""
    if exercise.kind in ("number", "estimate"):
        text = typed(exercise, value)
        more = "0" if "." in text else ".0"
        return [text.replace(",", ""), text.replace(",", " "), f" {text} ", f"{text}{more}",
                text.replace("\u2212", "-"), f"{text} %"]  # fmt: skip
    if exercise.kind == "multiple":
        return [value[::-1]]
    return []


@functools.cache
def compiled(name, exercise_id):
    """Return a compiled exercise; its keys are costly, and no test changes them."""
    (found,) = (each for each in exercises.load(name).exercises if each.id == exercise_id)
    return keys.compiled(name, found)


def key_of(name, exercise, case):
    """Return the key of one case, as a page decodes it."""
    found = compiled(name, exercise.id)
    (hidden,) = (each["key"] for each in found["cases"] if each["case"] == case)
    return answers.decode(hidden, found["id"])


def judged(name, exercise, case, value):
    return answers.judge(compiled(name, exercise.id), key_of(name, exercise, case), value)


@pytest.mark.parametrize(("name", "exercise", "case"), CASES)
def test_the_solution_is_accepted_in_every_form_and_says_why(clone, name, exercise, case):
    key = key_of(name, exercise, case)
    wanted = "recorded" if exercise.kind == "estimate" else "right"
    value = typed(exercise, key["answer"])
    for form in [value, *other_forms(exercise, key["answer"])]:
        found = judged(name, exercise, case, form)
        assert (found.state, found.score) == (wanted, 1.0), form
    assert len(found.feedback) > 20, "the answer's docstring says why"


@pytest.mark.parametrize(("name", "exercise", "case"), CASES)
def test_each_known_mistake_gets_its_own_feedback(clone, name, exercise, case):
    key = key_of(name, exercise, case)
    values = [json.dumps(mistake["value"], sort_keys=True) for mistake in key["mistakes"]]
    assert len(set(values)) == len(values)
    for mistake in key["mistakes"]:
        value = typed(exercise, mistake["value"])
        if exercise.kind == "multiple":
            value = [mistake["value"]]
        found = judged(name, exercise, case, value)
        assert (found.state, found.feedback) == ("mistake", mistake["feedback"]), value
        assert found.score < 1


@pytest.mark.parametrize(("name", "exercise", "case"), CASES)
def test_nothing_is_not_attempted_and_an_unknown_answer_is_not_right(clone, name, exercise, case):
    empty = {"multiple": [], "order": [], "match": {}}.get(exercise.kind, "")
    assert judged(name, exercise, case, empty).state == "not attempted"
    unknown = {
        "number": "987654321", "choice": "unknown", "multiple": ["unknown"], "order": ["unknown"],
        "match": {"unknown": "unknown"}, "estimate": "a lot",
    }[exercise.kind]  # fmt: skip
    found = judged(name, exercise, case, unknown)
    assert (found.state, found.score, bool(found.feedback)) == (
        "unreadable" if exercise.kind == "estimate" else "wrong", 0.0, exercise.kind == "estimate",
    )  # fmt: skip


@pytest.mark.parametrize(("name", "exercise"), every("number"))
def test_a_number_has_two_computed_mistakes_in_every_case(clone, name, exercise):
    for case in exercise.cases:
        values = [mistake["value"] for mistake in key_of(name, exercise, case)["mistakes"]]
        assert len(values) == len(set(values)) >= 2, case


@pytest.mark.parametrize(("name", "exercise"), every("choice"))
def test_every_option_that_is_not_the_answer_has_its_feedback(clone, name, exercise):
    for case in exercise.cases:
        key = key_of(name, exercise, case)
        spoken = {key["answer"], *(mistake["value"] for mistake in key["mistakes"])}
        assert spoken == set(exercise.options)


def test_the_right_option_is_not_always_in_the_same_place(clone):
    places = {
        list(each.values[1].options).index(key_of(*each.values, each.values[1].cases[0])["answer"])
        for each in every("choice")
    }
    assert len(places) > 1


@pytest.mark.parametrize(("name", "exercise"), every("order"))
def test_an_order_does_not_stand_in_its_own_answer(clone, name, exercise):
    for case in exercise.cases:
        assert list(exercise.options) != key_of(name, exercise, case)["answer"]


@pytest.mark.parametrize(("name", "exercise"), every("code"))
def test_a_function_is_told_from_its_known_mistakes_on_public_and_hidden_inputs(
    clone, name, exercise
):
    hidden = keys.hidden_inputs(name, exercise)
    assert len(hidden) >= 3
    right = keys.answer_function(name, exercise)
    known = keys.known_mistakes(name, exercise)
    assert len(known) >= 2
    for inputs in (exercise.inputs, hidden):
        wanted = [trial.outcome(right, arguments) for arguments in inputs]
        for wrong, _ in known:
            got = [trial.outcome(wrong, arguments) for arguments in inputs]
            agreed = map(trial.same, wanted, got, [exercise.decimals] * len(wanted))
            assert not all(agreed), wrong.__name__


@pytest.mark.parametrize(("name", "exercise"), every("code"))
def test_the_starter_runs_and_is_not_the_answer(clone, name, exercise):
    found = trial.run(exercise.starter, exercise.function, exercise.given, exercise.inputs)
    wanted = keys.outcomes(keys.answer_function(name, exercise), exercise)
    assert not all(trial.agrees(wanted, found, exercise.decimals))


def test_every_solution_belongs_to_an_exercise(clone):
    for path in (ROOT / "solutions").glob("*.py"):
        known = {exercise.id for exercise in exercises.load(path.stem).exercises}
        marked = {
            function.__dict__[mark] if mark == "inputs" else function.__dict__[mark][0]
            for mark in ("mistake", "inputs")
            for function in keys.marked(path.stem, mark)
        }
        assert marked <= known


# --- compiled exercises ----------------------------------------------------------------------


def test_no_answer_and_no_feedback_is_readable_in_what_a_page_gets(clone):
    for path in (ROOT / "exercises").glob("*.yml"):
        for exercise in exercises.load(path.stem).exercises:
            if exercise.kind in ("text", "code"):
                continue
            sent = json.dumps(compiled(path.stem, exercise.id), ensure_ascii=False)
            for case in exercise.cases:
                key = key_of(path.stem, exercise, case)
                secrets = [key["because"], *(each["feedback"] for each in key["mistakes"])]
                if exercise.kind in ("number", "estimate"):
                    secrets.append(typed(exercise, key["answer"]))
                # A short number stands in many places by chance.
                assert [secret for secret in secrets if len(secret) > 3 and secret in sent] == []


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "exercises").glob("*.yml")))
def test_no_worksheet_tells_an_answer_or_a_feedback(clone, name):
    text = (ROOT / "exercises" / f"{name}.ipynb").read_text("utf-8")
    for exercise in exercises.load(name).exercises:
        spoken = [feedback for _, feedback in keys.known_mistakes(name, exercise)]
        if exercise.kind not in ("text", "code"):
            for case in exercise.cases:
                key = key_of(name, exercise, case)
                spoken.append(key["because"])
                if exercise.kind in ("number", "estimate"):
                    spoken.append(typed(exercise, key["answer"]))
        assert [each for each in spoken if len(each) > 3 and each in text] == []


def test_the_compiled_file_is_made_once_and_again_when_its_sources_change(tmp_path, monkeypatch):
    monkeypatch.setenv("BORDERCOUNT_COURSE", str(tmp_path))
    for folder in ("data", "exercises", "solutions"):
        (tmp_path / folder).mkdir()
    (tmp_path / "exercises" / "x.yml").write_text(
        "{title: T, minutes: 1, needs: n, objectives: {a: A}, exercises: [{id: q, kind: number, "
        "objective: a, prompt: p, unit: u, hints: [h]}]}"
    )
    solution = tmp_path / "solutions" / "x.py"
    solution.write_text('def q():\n    """Because."""\n    return 1\n')
    made = tmp_path / "exercises" / "x.json"
    first = keys.compile_chapter("x")
    stamp = made.stat().st_mtime_ns
    assert keys.compile_chapter("x") == first
    assert made.stat().st_mtime_ns == stamp
    solution.write_text('def q():\n    """Because."""\n    return 22\n')
    second = keys.compile_chapter("x")
    hidden = second["exercises"]["q"]["cases"][0]["key"]
    assert answers.decode(hidden, "x.q")["answer"] == "22"
    made.write_text("{")
    assert keys.compile_chapter("x") == second
    assert not list((tmp_path / "exercises").glob("*.aside"))


@pytest.mark.parametrize(
    ("solution", "says"),
    [
        ("", "no function q()"),
        ("def q(): return 'one'", "q: expected a number, got 'one'"),
        ("def q(): return True", "q: expected a number, got True"),
    ],
)
def test_a_solution_that_does_not_fit_is_named(tmp_path, monkeypatch, solution, says):
    test_the_compiled_file_is_made_once_and_again_when_its_sources_change(tmp_path, monkeypatch)
    (tmp_path / "solutions" / "x.py").write_text(solution)
    with pytest.raises(SolutionError, match=re.escape(says)):
        keys.compile_chapter("x")


def test_a_chapter_without_solutions_is_named(course):
    with pytest.raises(SolutionError, match="the exercises of counts have no solutions"):
        keys.compile_chapter("counts")


def test_halves_of_computed_numbers_round_away_from_zero():
    assert [keys.units(value, 0) for value in (0.5, 1.5, -0.5, 2.4999)] == [1, 2, -1, 2]
    assert keys.units(14.45, 1) == 145
