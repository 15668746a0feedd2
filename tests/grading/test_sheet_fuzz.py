"""Whatever stands in a sheet or a file: no run breaks, nobody is harmed, nobody gains a point."""

import json
from decimal import Decimal

import pytest
from classroom import AT, Class, zipped
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bordercount import answers, sheet
from bordercount.grading import archive, collect, csvfile, gather, judging, marking, outputs
from bordercount.grading.feedback import Pages
from bordercount.grading.marking import Given, Judge
from bordercount.grading.marks import Marks
from bordercount.grading.people import Class as Roster
from bordercount.grading.run import Grader

WORDS = ["event", "usbp", "ofo", "ice", "between", "at", "a", "b", "c", "month", "2024-02", "6549",
         "value", "case", "tries", "demo.pick", "student", "\ud800", "=1+1", "<b>", ""]  # fmt: skip
TEXTS = st.sampled_from(WORDS) | st.text(max_size=20) | st.text(st.characters(), max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=12,
)
KEYS = ["format", "module", "student", "answers", "cells", "metadata", "points", "score", "verdict"]


@pytest.fixture(scope="module")
def exam(demo_course):
    """Return the small course's exercises and a maker of its sheets, once for all examples."""
    from bordercount.course import ENVIRONMENT

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, str(demo_course))
        yield Class(demo_course)


def run(exam, folder, files):
    """Grade files as a run does, one process, in memory; return points by student."""
    for path in folder.iterdir():
        path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    batch = collect.detect(folder)
    found = [
        collect.Found(each.label, None, (), (each,))
        if isinstance(each, archive.Problem)
        else collect.examine(batch, each)
        for each in archive.walk(folder)
    ]
    assert {each.label for each in found} == set(files)
    assert all(each.pieces or each.problems for each in found)
    decisions = gather.Decisions()
    gathered = gather.gather(found, Roster(), decisions)
    names = outputs.file_names(each.student for each in gathered.submissions)
    assert len(set(names.values())) == len(gathered.submissions)
    grader = Grader(exam.exam, decisions, Marks(), {}, False, True)
    points = {}
    for submission in gathered.submissions:
        made = grader.make(submission)
        for text in (made.page, made.results, *made.mark_lines.values(), made.lines):
            text.encode("utf-8")
        assert made.page.count("<article") == len(exam.exam.questions)
        points[submission.student] = made.graded.points
    return points


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder that every example is graded in."""
    return tmp_path_factory.mktemp("fuzz")


def honest(exam, student):
    return json.loads(exam.sheet(student))


def dumped(content):
    return json.dumps(content).encode()


FULL = Decimal(6)
BO = "bo.json"


@settings(max_examples=150)
@given(st.sampled_from(KEYS), VALUES)
@example("answers", {"demo.pick": {"value": "event", "at": AT, "case": {}, "tries": True}})
@example("cells", [{"outputs": [{"data": {sheet.MIME: {}}}]}])
@example("student", "bo\ud800")
def test_any_value_anywhere_in_a_sheet(exam, folder, key, value):
    content = honest(exam, "s1") | {key: value}
    points = run(exam, folder, {BO: exam.sheet("bo").encode(), "s1.json": dumped(content)})
    assert points.pop("bo") in ([FULL] if content["student"] != "bo" else [FULL, 0])
    assert all(each <= FULL for each in points.values())


@settings(max_examples=150)
@given(
    st.sampled_from(["demo.pick", "demo.several", "demo.days", "demo.pairs", "demo.sorted",
                     "demo.guess", "demo.why", "demo.total_code", "demo.none"]),
    st.sampled_from(["value", "case", "tries", "at", "points", "verdict", "answer"]),
    VALUES,
)  # fmt: skip
def test_any_value_in_an_entry(exam, folder, name, key, value):
    content = honest(exam, "s1")
    content["answers"].setdefault(name, exam.answer("x"))[key] = value
    points = run(exam, folder, {BO: exam.sheet("bo").encode(), "s1.json": dumped(content)})
    assert points["bo"] == FULL
    assert points.get("s1", Decimal(0)) <= FULL


@settings(max_examples=100)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode),
       st.sampled_from(["x.json", "x.zip", "x.ipynb", "x"]),
       st.sampled_from([b"", b"PK\x03\x04", b'{"format": "bordercount-answers/1", ']))  # fmt: skip
def test_any_bytes_as_a_file(exam, folder, content, name, start):
    files = {BO: exam.sheet("bo").encode(), name: start + content}
    assert run(exam, folder, files)["bo"] == FULL


@settings(max_examples=100)
@given(st.data())
def test_a_sheet_or_zip_with_bytes_changed(exam, folder, data):
    """Damage never gains a point: what can still be read is judged as it stands."""
    whole = exam.sheet("s1").encode()
    if data.draw(st.booleans()):
        whole = zipped({"a.json": whole})
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    points = run(exam, folder, {BO: exam.sheet("bo").encode(), "x": bytes(content)})
    points.pop("bo")
    assert all(each <= FULL for each in points.values())


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(["points", "score", "verdict", "right", "id", "answer",
                                        "__class__", "key"]), VALUES, max_size=5),
       st.sampled_from(["person", "family", "", "event", None]))  # fmt: skip
def test_what_an_entry_says_of_itself_changes_no_verdict(exam, folder, extra, value):
    content = honest(exam, "s1")
    content["answers"]["demo.pick"]["value"] = value
    plain = run(exam, folder, {"s1.json": dumped(content)})
    content["answers"]["demo.pick"] |= extra
    content |= {name: each for name, each in extra.items() if name not in content}
    text = dumped(content)
    if b"NaN" in text or b"Infinity" in text:  # then the sheet is refused as a whole
        plain = {"s1": min(run(exam, folder, {"s1.json": text})["s1"], plain["s1"])}
    assert run(exam, folder, {"s1.json": text}) == plain


@settings(max_examples=300)
@given(VALUES, st.sampled_from(["pick", "several", "days", "pairs", "sorted", "guess", "why"]))
def test_only_the_right_answer_has_all_points(exam, value, name):
    question = exam.exam.questions[f"demo.{name}"]
    case = question.case_of("s1")
    given_ = Given(sheet.Answer(value, question.cases[case], 1, AT), "s1", "a.json")
    judge = Judge()
    result = judge.result(question, given_)
    assert judge.result(question, given_) == result == marking.mark(question, given_)
    assert result.points is None or 0 <= result.points <= question.points
    if result.verdict == "right":
        assert answers.fits(question.kind, value)
    Pages(exam.exam, {}).item(question, result, False).encode("utf-8")


@settings(max_examples=300)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_cells_come_back_as_they_were_and_run_nothing(cells):
    import csv
    import io

    rows = list(csv.reader(io.StringIO(csvfile.line(cells), newline=""), strict=True))
    assert len(rows) == 1
    assert [csvfile.returned(each) for each in cells] == [csvfile.bare(c).strip() for c in rows[0]]
    assert not [each for each in rows[0] if csvfile.FORMULA.match(each)]


@settings(max_examples=200)
@given(st.lists(st.text(max_size=4) | st.sampled_from(["s" * 130, "s" * 131, "=a", "'=a", "a\x01"]),
                min_size=1, max_size=12))  # fmt: skip
def test_no_two_students_share_a_name_or_a_page(ids):
    everyone = [
        gather.Submission(gather.shown(each), "", collect.plain_owner(each)) for each in ids
    ]
    gather.distinct_names(everyone)
    assert len({csvfile.returned(each.student) for each in everyone}) == len(ids)
    names = outputs.file_names(each.student for each in everyone)
    assert len({outputs.collating(each) for each in names.values()}) == len(ids)
    assert all(not outputs.RESERVED.match(each) for each in names.values())


@settings(max_examples=300)
@given(st.text(max_size=30))
def test_trimming_is_what_the_rule_says(text):
    import re

    rule = f"^[{answers.SPACES}]+|[{answers.SPACES}]+$"
    assert answers.trim(text) == re.sub(rule, "", text)


def test_a_sheet_read_twice_is_the_same(exam):
    found = sheet.loads(exam.sheet("s1"))
    assert sheet.loads(found.dumps()) == found
    assert judging.recorded({"a": [1], "b": "x"}) == "b: x"
