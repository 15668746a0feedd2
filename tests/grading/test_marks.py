"""Free text is marked by a person, and no run loses a mark."""

import csv
import io
import re

import pytest
from classroom import FULL

from bordercount.grading import GradingError


def marked(klass, points, comment="", path=None):
    """Fill in to_mark.csv as a person does, and return where it stands."""
    rows = klass.table("to_mark.csv")
    for row in rows:
        if row["student"] in points:
            row["points 1"], row["comment"] = points[row["student"]], comment
    path = path or klass.folder / "marked.csv"
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), "utf-8")
    return path


def test_answers_to_read_come_with_the_rubric(klass):
    klass.put("a.json", klass.sheet("s1"))
    klass.put("b.json", klass.sheet("s2", {"demo.why": klass.answer("  \n ")}))
    klass.grade()
    (row,) = klass.table("to_mark.csv")
    assert (row["student"], row["exercise"]) == ("s1", "demo.why")
    assert row["answer"] == "It matters to readers who have to decide."
    assert row["criterion 1"] == "Names a reader (0 to 2)"
    assert klass.of("s2")["demo.why"]["verdict"] == "not attempted"


def test_marks_come_back_and_finish_the_grade(klass):
    klass.put("a.json", klass.sheet("s1"))
    klass.grade(exercises="demo,-kind:code")
    path = marked(klass, {"s1": "1,5"}, "Name one reader.")
    summary = klass.grade(exercises="demo,-kind:code", marks=path)
    row = klass.of("s1")["demo.why"]
    assert (row["points"], row["verdict"], row["feedback"]) == ("1.5", "marked", "Name one reader.")
    assert klass.points("s1") == FULL + 1.5
    assert summary.complete == 1
    assert "Name one reader." in (klass.out / "feedback" / "s1.html").read_text("utf-8")


def test_a_later_run_keeps_the_marks_without_being_told(klass):
    klass.put("a.json", klass.sheet("s1"))
    klass.grade()
    klass.grade(marks=marked(klass, {"s1": "2"}))
    klass.put("b.json", klass.sheet("s2"))
    klass.grade()
    assert klass.of("s1")["demo.why"]["points"] == "2"
    assert [row["points 1"] for row in klass.table("to_mark.csv")] == ["2", ""]


def test_marks_typed_into_the_folders_own_file_are_kept(klass):
    klass.put("a.json", klass.sheet("s1"))
    klass.grade()
    marked(klass, {"s1": "2"}, path=klass.out / "to_mark.csv")
    klass.grade()
    assert klass.of("s1")["demo.why"]["points"] == "2"


def test_a_new_answer_is_marked_anew_and_the_old_mark_stays_in_the_file(klass):
    klass.put("a.json", klass.sheet("s1"))
    klass.grade()
    klass.grade(marks=marked(klass, {"s1": "2"}, "good"))
    klass.put("a.json", klass.sheet("s1", {"demo.why": klass.answer("Something else entirely.")}))
    klass.grade()
    assert klass.of("s1")["demo.why"]["verdict"] == "to mark"
    new, old = klass.table("to_mark.csv")
    assert (new["answer"], new["points 1"]) == ("Something else entirely.", "")
    assert (old["points 1"], old["comment"], old["state"]) == ("2", "good", "earlier answer")
    klass.put("a.json", klass.sheet("s1"))  # and when the old answer is back, so is its mark
    klass.grade()
    assert klass.of("s1")["demo.why"]["points"] == "2"


def test_marks_of_who_is_not_in_this_run_stay(klass):
    klass.put("a.json", klass.sheet("s1"))
    klass.put("b.json", klass.sheet("s2"))
    klass.grade()
    klass.grade(marks=marked(klass, {"s1": "2", "s2": "1"}))
    (klass.submissions / "b.json").unlink()
    klass.grade(exercises="demo.pick")  # not even the exercise counts now
    klass.grade()
    states = {row["student"]: row["state"] for row in klass.table("to_mark.csv")}
    assert states == {"s1": "current", "s2": "not in this run"}


@pytest.mark.parametrize("points", ["3", "-1", "two", "nan", "inf", "1e9"])
def test_points_that_the_rubric_does_not_have_are_refused_and_lose_nothing(klass, points):
    klass.put("a.json", klass.sheet("s1"))
    klass.grade()
    before = (klass.out / "to_mark.csv").read_bytes()
    path = marked(klass, {"s1": points})
    with pytest.raises(GradingError, match=r"row 2, column 'points 1': .* from 0 to 2"):
        klass.grade(marks=path)
    assert (klass.out / "to_mark.csv").read_bytes() == before


def test_a_spreadsheet_that_saves_numbers_its_own_way_loses_no_mark(klass):
    klass.put("a.json", klass.sheet("007"))
    klass.grade()
    (row,) = klass.table("to_mark.csv")
    assert not re.fullmatch(r"[\d.]+(e\d+)?", row["digest"])
    path = marked(klass, {"007": "2"})
    path.write_text(path.read_text("utf-8").replace("007", "7"), "utf-8")
    klass.grade(marks=path)
    assert klass.of("007")["demo.why"]["points"] == "2"
    (row,) = klass.table("to_mark.csv")
    assert (row["student"], row["state"]) == ("007", "current")


def test_what_a_person_marks_says_which_case_it_answers(klass):
    klass.put("a.json", klass.sheet("s1"))
    klass.grade()
    (row,) = klass.table("to_mark.csv")
    question = klass.exam.questions["demo.why"]
    case = question.cases[question.case_of("s1")]
    assert row["case"] == ", ".join(f"{key}: {value}" for key, value in case.items())


def test_a_file_that_is_not_to_mark_is_refused(klass):
    klass.put("a.json", klass.sheet("s1"))
    path = klass.folder / "other.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(GradingError, match="no column 'student'"):
        klass.grade(marks=path)
    with pytest.raises(GradingError, match="cannot be read"):
        klass.grade(marks=klass.folder / "missing.csv")


def test_a_formula_in_a_name_does_not_lose_its_mark(klass):
    klass.put("a.json", klass.sheet("=1+1"))
    klass.grade()
    assert klass.table("to_mark.csv")[0]["student"] == "'=1+1"
    klass.grade(marks=marked(klass, {"'=1+1": "2"}))
    assert klass.of("'=1+1")["demo.why"]["points"] == "2"
