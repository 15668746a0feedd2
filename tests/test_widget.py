"""Exercises without a browser: what a page and a notebook get, and what the desk does."""

import json
import linecache
import os
import re
import shutil
import subprocess
import sys

import pytest

from bordercount import answers, sheet, widget
from bordercount.sheet import MIME
from bordercount.widget import UnknownExerciseError, exercise, hand_in

WIDGET = "application/vnd.jupyter.widget-view+json"
AT = "2026-03-02T15:04:05.000Z"
STARTER = 'def total(table, month):\n    """Return the encounters in `month`."""\n    ...\n'
ROWS = "def total(table, month):\n    return int((table['month'] == month).sum())\n"
RIGHT = "def total(table, month):\n    return table[table['month'] == month].encounters.sum()\n"
ZERO = "def total(table, month):\n    return 0\n"
# Stands in for a machine that has no more than a student needs.
BLOCKED = """
import sys
for name in ("pandas", "numpy", "yaml", "pydantic", "markdown_it", "matplotlib", "seaborn"):
    sys.modules[name] = None
"""


def entry(value, **changes):
    return {"value": value, "case": {}, "tries": 1, "at": AT, **changes}


def run(code, folder, **environment):
    """Run code in a fresh Python, as a kernel in `folder` would."""
    clean = {name: value for name, value in os.environ.items() if "BORDERCOUNT" not in name}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**clean, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def page(demo, monkeypatch):
    monkeypatch.setenv("BORDERCOUNT_STATIC", "1")


@pytest.fixture
def student_copy(demo):
    """Return the course as a student gets it: compiled, without solutions."""
    shutil.rmtree(demo / "solutions")
    (demo / "exercises" / "demo.yml").unlink()
    return demo / "exercises"


def written(source):
    """Return the function that a cell with this source defines."""
    file = f"<cell {hash(source)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    namespace = {}
    exec(compile(source, file, "exec"), namespace)
    return namespace["total"]


# --- a page ------------------------------------------------------------------------------------


def test_a_page_gets_html_and_no_widget(page):
    bundle = exercise("demo.pick")._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"].startswith("What is one **encounter**?")
    assert exercise("demo.pick").made is None


def test_a_page_imports_nothing_of_widgets(student_copy):
    code = f"""{BLOCKED}
from bordercount.widget import exercise, hand_in
found = exercise("demo.days")._repr_mimebundle_()
found = hand_in("demo")._repr_mimebundle_()
print(sorted({{"anywidget", "ipywidgets", "traitlets.config"}} & set(sys.modules)))
"""
    loaded = run(code, student_copy, BORDERCOUNT_STATIC="1")
    assert "anywidget" not in loaded
    assert "ipywidgets" not in loaded


def test_a_notebook_of_a_student_needs_no_more_than_ipywidgets_and_anywidget(student_copy):
    code = f"""{BLOCKED}
from bordercount.widget import desk, exercise, hand_in
found = exercise("demo.days")._repr_mimebundle_()
assert "{WIDGET}" in found, found
desk().hear("0", {{"do": "student", "student": "s1"}})
print(hand_in("demo")._repr_mimebundle_()["{MIME}"]["student"])
"""
    assert run(code, student_copy).strip() == "s1"


def test_no_text_in_the_data_can_end_the_script(page):
    found = exercise("demo.pick").html
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", found, flags=re.DOTALL)
    assert len(scripts) == found.count("<script") == found.count("</script") == 2
    data = json.loads(scripts[0])
    assert "&lt;/script&gt;" in data["cases"][0]["form"]
    hostile = widget.data("x", {"a": "</script><!--<script>"})
    assert json.loads(hostile[hostile.index(">") + 1 : -9]) == {"a": "</script><!--<script>"}
    assert hostile.count("<") == 2


def test_a_page_shows_the_same_case_to_all_until_the_script_knows_the_student(page, demo):
    sheet.save(demo / "exercises" / "answers.json", "s2", "0", {})
    assert exercise("demo.days").case == answers.case_number("demo.days", "", 3)


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("demo.nothing", "no exercise 'demo.nothing'; demo has demo.pick, demo.several"),
        ("demo", "no exercise 'demo'; demo has demo.pick"),
        ("nothing.days", "no compiled exercises of a chapter 'nothing' in "),
        ("", "no compiled exercises of a chapter ''"),
    ],
)
def test_an_unknown_exercise_is_named_with_those_that_there_are(demo, name, says):
    with pytest.raises(UnknownExerciseError, match=re.escape(says)):
        exercise(name)


def test_an_unknown_chapter_cannot_be_handed_in(demo):
    with pytest.raises(UnknownExerciseError, match="no compiled exercises"):
        hand_in("nothing")


def test_two_copies_are_one_object_with_one_widget(demo):
    assert exercise("demo.pick") is exercise("demo.pick")
    assert hand_in("demo") is hand_in("demo")
    models = {exercise("demo.pick")._repr_mimebundle_()[WIDGET]["model_id"] for _ in range(2)}
    assert len(models) == 1
    assert len(widget.desk().widgets) == 1


def test_a_widget_that_was_closed_is_made_again(demo):
    one = exercise("demo.pick").widget
    one.close()
    two = exercise("demo.pick").widget
    widget.desk().tell()
    assert two is not one
    assert widget.desk().widgets == [two]


# --- a notebook --------------------------------------------------------------------------------


def test_a_notebook_gets_a_widget_and_the_form_that_stands_in_for_it(demo):
    bundle = exercise("demo.pick")._repr_mimebundle_()
    assert set(bundle) == {WIDGET, "text/plain", "text/html"}
    assert bundle["text/html"].startswith('<div class="bc-exercise" data-exercise="demo.pick"')


def test_the_case_follows_the_student(demo):
    shown = exercise("demo.days")
    for student in ("s1", "s2", "s3", "s4"):
        widget.desk().hear("0", {"do": "student", "student": student})
        case = answers.case_number("demo.days", student, 3)
        month = ("February 2022", "February 2023", "February 2024")[case]
        assert month in shown._repr_mimebundle_()["text/plain"]
        assert f'data-case="{case}"' in shown._repr_mimebundle_()["text/html"]


def test_a_widget_shown_again_has_heard_of_other_notebooks(demo):
    shown = exercise("demo.pick")
    assert shown.widget.state["answers"] == {}
    given = sheet.Answer("event", {}, 1, AT)
    sheet.save(widget.desk().path, "s1", "0", {"demo.pick": given})
    shown._repr_mimebundle_()
    assert shown.widget.state["student"] == "s1"
    assert shown.widget.state["answers"] == {"demo.pick": entry("event")}


def test_what_is_handed_in_is_the_sheet_of_that_moment(demo):
    end = hand_in("demo")
    assert end._repr_mimebundle_()[MIME]["answers"] == {}
    widget.desk().hear("0", {"do": "student", "student": "<s1>"})
    widget.desk().hear("0", {"do": "merge", "answers": {"demo.pick": entry("<b>")}})
    bundle = end._repr_mimebundle_()
    assert bundle[MIME] == json.loads(widget.desk().path.read_text(encoding="utf-8"))
    assert bundle["text/plain"].startswith("1 of 8 exercises of this chapter are answered.")
    assert str(widget.desk().path) in bundle["text/plain"]
    assert "1 of 8 exercises" in bundle["text/html"]


# --- the desk ----------------------------------------------------------------------------------


@pytest.fixture
def desk(demo):
    return widget.desk()


def asides(desk):
    return sorted(path.name.split(".")[1] for path in desk.path.parent.glob("answers.*.json"))


def test_the_sheet_lies_in_the_working_directory_of_the_start(desk, demo, monkeypatch):
    monkeypatch.chdir(demo)
    assert widget.desk().path == demo / "exercises" / "answers.json"


def test_answers_are_merged_and_every_widget_is_told(desk):
    shown = [exercise("demo.pick").widget, exercise("demo.guess").widget]
    assert desk.hear("0.1.0", {"do": "student", "student": "s1"}) == ""
    assert desk.hear("0.1.0", {"do": "merge", "answers": {"demo.pick": entry("event")}}) == ""
    old = entry("person", at="2025-03-02T15:04:05Z")
    assert desk.hear("0.1.0", {"do": "merge", "answers": {"demo.pick": old}}) == ""
    kept = sheet.read(desk.path)
    assert (kept.student, kept.module) == ("s1", "0.1.0")
    assert {name: each.value for name, each in kept.answers.items()} == {"demo.pick": "event"}
    assert all(each.state == desk.state() for each in shown)


def test_an_answer_not_in_form_is_named_and_the_others_are_saved(desk):
    given = {"demo.pick": entry("event"), "demo.why": {"value": "x"}, "demo.guess": None}
    trouble = desk.hear("0", {"do": "merge", "answers": given})
    assert trouble == "Not saved: not an answer: demo.guess, demo.why."
    assert list(sheet.read(desk.path).answers) == ["demo.pick"]


def test_half_a_character_does_not_stop_the_save(desk):
    assert desk.hear("0", {"do": "merge", "answers": {"demo.why": entry("a\ud800b")}}) == ""
    assert sheet.read(desk.path).answers["demo.why"].value == "a?b"


def test_the_form_of_one_student_does_not_write_into_the_sheet_of_another(desk):
    desk.hear("0", {"do": "student", "student": "s2"})
    asked = {"do": "merge", "answers": {"demo.pick": entry("event")}, "student": "s1"}
    assert desk.hear("0", asked) == "Not saved: the answers here are now those of s2."
    assert sheet.read(desk.path).answers == {}
    assert asides(desk) == []
    assert desk.hear("0", {**asked, "student": " S2"}) == ""
    assert desk.hear("0", {**asked, "student": ""}) == ""


def test_answers_given_after_the_file_was_deleted_keep_their_student(desk):
    desk.hear("0", {"do": "student", "student": "s1"})
    desk.path.unlink()
    desk.hear("0", {"do": "merge", "answers": {"demo.pick": entry("event")}, "student": "s1"})
    assert sheet.read(desk.path).student == "s1"


def test_another_student_starts_anew_and_the_first_sheet_is_set_aside(desk):
    desk.hear("0", {"do": "student", "student": "s1"})
    desk.hear("0", {"do": "merge", "answers": {"demo.pick": entry("event")}})
    desk.hear("0", {"do": "student", "student": "s2"})
    assert desk.state() == {"student": "s2", "answers": {}, "trouble": ""}
    assert asides(desk) == ["s1"]


def test_to_forget_sets_the_sheet_aside_under_its_students_name(desk):
    assert desk.hear("0", {"do": "forget"}) == ""
    assert asides(desk) == []
    desk.hear("0", {"do": "student", "student": "../S 1"})
    assert desk.hear("0", {"do": "forget"}) == ""
    assert asides(desk) == ["---s-1"]
    desk.hear("0", {"do": "merge", "answers": {"demo.pick": entry("event")}})
    assert desk.hear("0", {"do": "forget"}) == ""
    assert asides(desk) == ["---s-1", "nobody"]
    assert desk.state()["answers"] == {}


def test_a_damaged_sheet_is_reported_and_set_aside_at_the_next_answer(desk):
    desk.path.write_text("{", encoding="utf-8")
    shown = exercise("demo.pick").widget
    assert "answers.json is damaged (not JSON" in shown.state["trouble"]
    assert "set aside under another name when you answer" in shown.state["trouble"]
    assert desk.hear("0", {"do": "merge", "answers": {"demo.pick": entry("event")}}) == ""
    assert shown.state["trouble"] == ""
    assert asides(desk) == ["damaged"]


def test_a_folder_that_cannot_be_written_is_reported_with_the_file(desk, monkeypatch):
    def refuse(path, *rest):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(sheet, "locked", refuse)
    wanted = f"Not saved: Permission denied: {desk.path}."
    asked = {"do": "merge", "answers": {"demo.pick": entry("event")}}
    for each in (asked, {"do": "student", "student": "s1"}, {"do": "forget"}):
        assert desk.hear("0", each) == wanted
    assert wanted[:-1] in exercise("demo.total_code", written(ROWS)).data


def test_a_sheet_that_cannot_be_read_is_reported_not_raised(desk):
    desk.path.mkdir()
    assert exercise("demo.pick").widget.state["trouble"].startswith("answers.json cannot be read:")
    trouble = desk.hear("0", {"do": "merge", "answers": {"demo.pick": entry("event")}})
    assert trouble.startswith("Not saved: Is a directory:")


def test_a_form_gets_its_acknowledgement(desk, monkeypatch):
    said = []
    shown = exercise("demo.pick")
    monkeypatch.setattr(shown.widget, "send", said.append)
    shown.hear(shown.widget, {"do": "student", "student": "s1", "answer": "7"}, [])
    assert said == [{"answer": "7", "trouble": ""}]


# --- functions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [3, "total", len, lambda table, month: 0])
def test_what_is_no_function_is_answered_by_a_plain_sentence(desk, value):
    assert "Define the function total with def" in exercise("demo.total_code", value).data
    assert not desk.path.exists()


def test_the_starter_as_it_was_given_is_no_answer(desk):
    assert "Not answered yet" in exercise("demo.total_code", written(STARTER)).data
    assert not desk.path.exists()


@pytest.mark.parametrize(
    ("source", "says", "says_not"),
    [
        (RIGHT, ["1 of 1 public inputs", ">as wanted<", "2 more", "is saved"], ["Hint 1"]),
        (ROWS, ["0 of 1", "You counted rows. What does a row hold?", "Hint 1"], [">as wanted<"]),
        (ZERO, ["0 of 1", "not what was wanted", "Hint 1"], ["You counted rows"]),
        (ZERO.replace("0", "1 / 0"), ["ZeroDivisionError: division by zero"], [">as wanted<"]),
        (ZERO.replace("0", "'<b>'"), ["&lt;b&gt;"], ["<b>"]),
    ],
)
def test_the_report_says_what_came_out(desk, source, says, says_not):
    found = exercise("demo.total_code", written(source)).data
    assert all(each in found for each in says)
    assert not any(each in found for each in says_not)
    assert desk.sheet.answers["demo.total_code"].value == source


def test_the_same_function_again_is_no_further_try(desk):
    for source in (ROWS, ROWS, RIGHT, RIGHT):
        exercise("demo.total_code", written(source))
    assert desk.sheet.answers["demo.total_code"].tries == 2


def test_a_function_given_after_one_from_a_fast_clock_still_counts(desk):
    late = entry(ROWS, at="2999-01-01T00:00:00.000Z")
    desk.hear("0", {"do": "merge", "answers": {"demo.total_code": late}})
    exercise("demo.total_code", written(RIGHT))
    assert desk.sheet.answers["demo.total_code"].value == RIGHT
    assert desk.sheet.answers["demo.total_code"].at == "2999-01-01T00:00:00.001Z"
