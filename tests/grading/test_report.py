"""The report recovers what was built into a class: what is hard, and which mistake is made."""

import random
import re
import statistics
from decimal import Decimal

import pytest
import simulated

from bordercount.grading import marking
from bordercount.grading.judging import Graded
from bordercount.grading.marking import Given, Judge, Result
from bordercount.grading.report import Report, Tally
from bordercount.grading.run import course_texts
from bordercount.sheet import read_answer

PLANTED, HARD = "counts.one_part", "story.first_against_first"


def counted(exam, everyone):
    """Return the report of a simulated class."""
    report = Report(exam, *course_texts())
    judge = Judge()
    for student in everyone:
        given = {
            name: Given(read_answer(entry), student.id, "a.json")
            for name, entry in student.answers.items()
        }
        results = tuple(
            judge.result(question, given.get(name)) for name, question in exam.questions.items()
        )
        report.add(Graded(student.id, "", results))
    return report


@pytest.fixture(scope="module")
def class_of_a_thousand():
    """Return the report of 1,000 students, one hard exercise, one mistake made by half of them."""
    exam = marking.exam("story,terms,counts")
    return counted(exam, simulated.students(exam, 1000, planted=PLANTED, hard=HARD))


def number(text):
    return float(text.rstrip("%"))


def test_the_hard_exercise_is_found(class_of_a_thousand):
    judged = {
        row["id"]: number(row["difficulty"])
        for row in map(class_of_a_thousand.row, class_of_a_thousand.exam.questions.values())
        if row["difficulty"]
    }
    assert min(judged, key=judged.get) == HARD


def test_the_planted_misconception_comes_first_with_its_share(class_of_a_thousand):
    first = class_of_a_thousand.misconceptions()[0]
    assert first["id"] == PLANTED
    assert 45 <= number(first["share"]) <= 75
    assert first["count"] > 1.5 * class_of_a_thousand.misconceptions()[2]["count"]


def test_exercises_that_ability_decides_discriminate(class_of_a_thousand):
    rows = map(class_of_a_thousand.row, class_of_a_thousand.exam.questions.values())
    found = {row["id"]: float(row["discrimination"]) for row in rows if row["discrimination"]}
    assert len(found) > 15
    assert min(found.values()) > 0
    assert statistics.median(found.values()) > 0.2


def test_predictions_have_no_difficulty(class_of_a_thousand):
    exam = class_of_a_thousand.exam
    for question in exam.questions.values():
        if question.kind == "estimate":
            assert class_of_a_thousand.row(question)["difficulty"] == ""


def test_difficulty_and_discrimination_are_the_textbook_ones():
    draw = random.Random(3)
    tally, scores, rests = Tally(), [], []
    for _ in range(200):
        score, rest = draw.choice([0.0, 0.5, 1.0]), draw.random() * 9
        rest += score
        tally.add(Result("a.b", Decimal(0), "partly", tries=1), score, rest)
        scores.append(score)
        rests.append(rest)
    assert tally.difficulty == pytest.approx(statistics.mean(scores))
    assert tally.discrimination == pytest.approx(statistics.correlation(scores, rests))


def test_a_constant_score_has_no_discrimination():
    tally = Tally()
    for rest in (1.0, 2.0, 3.0):
        tally.add(Result("a.b", Decimal(1), "right", tries=1), 1.0, rest)
    assert tally.difficulty == 1
    assert tally.discrimination is None


def test_equal_answers_in_own_words_are_listed_without_a_verdict(klass):
    same = {"demo.why": klass.answer("It matters to the people who READ the story, and decide.")}
    twin = {"demo.why": klass.answer("It matters to  the people who read\nthe story, and decide.")}
    klass.put("a.json", klass.sheet("ana", same))
    klass.put("b.json", klass.sheet("bo", twin))
    klass.put("c.json", klass.sheet("cy", {"demo.why": klass.answer("Short.")}))
    klass.put("d.json", klass.sheet("dee", {"demo.why": klass.answer("Short.")}))
    klass.grade()
    text = (klass.out / "report.html").read_text("utf-8")
    assert "<li>demo.why: ana, bo</li>" in text
    assert "cy, dee" not in text


def test_the_report_counts_answers_tries_and_misconceptions(klass):
    wrong = {"demo.pick": klass.answer("person", tries=3)}
    klass.put("a.json", klass.sheet("ana", wrong))
    klass.put("b.json", klass.sheet("bo", wrong))
    klass.put("c.json", klass.sheet("cy"))
    klass.grade()
    text = (klass.out / "report.html").read_text("utf-8")
    row = text[text.index('href="#demo-pick"') :].partition("</tr>")[0]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
    assert cells == ["choice", "3", "33%", "", "2.3", "67%", "hard"]
    assert "What does CBP count then?" in text
    assert "Answer every kind of exercise." in text


def test_the_report_begins_with_what_counts_and_what_waits(klass):
    klass.put("deecy_13_9_answers.json", klass.sheet("cy")[:-9])
    klass.put("riveraana_11_9_answers.json", klass.sheet("ana"))
    klass.grade(exercises="demo.why,demo.pick", layout="canvas")
    text = (klass.out / "report.html").read_text("utf-8").partition("<h2")[0]
    assert "2 exercises count, with 3 points, from demo." in text
    lines = re.findall("<li>(.*?)</li>", text)
    assert [each.partition(";")[0] for each in lines[:2]] == [
        "1 with answers to read",
        "1 with no sheet that could be read",
    ]
    assert "1 not read: The file could not be read as an answer sheet." in lines
    assert "lowest 1, median 1, highest 1 of 3" in text  # a file that is damaged is no zero


def test_answers_are_shown_in_words_and_without_marks_of_code():
    exam = marking.exam("story,terms")
    report = counted(exam, simulated.students(exam, 30))
    details = [report.detail(each) for each in exam.questions.values()]
    shown = [row["answer"] for each in details for row in each["rows"]]
    assert any("; " in each for each in shown)
    assert any(" \u2192 " in each for each in shown)
    assert not [each for each in shown if re.search(r"[*{}\[\]]", each)]
    assert any(re.fullmatch(r"right: \d+, a known mistake: \d+.*", e["verdicts"]) for e in details)
