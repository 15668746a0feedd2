"""The answer sheet loses nothing: merging, two writers at once, damage, other people's sheets."""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bordercount import sheet
from bordercount.sheet import Answer, Sheet, SheetError


def answer(value, at="2026-03-02T15:04:05.000Z"):
    return Answer(value, {}, 1, at)


def written(**changes):
    content = {"format": sheet.FORMAT, "module": "0.1.0", "student": "s1", "answers": {}}
    return json.dumps({**content, **changes})


def test_a_sheet_that_is_written_reads_as_itself():
    given = Answer({"x": "y"}, {"month": "2024-02"}, 3, "2026-03-02T15:04:05Z")
    full = Sheet("s1", "0.1.0", {"a.b": given})
    assert sheet.loads(full.dumps()) == full


def test_of_each_exercise_the_newest_answer_stays():
    old = Sheet("s1", "", {"a.a": answer("old", "2026-01"), "a.b": answer("new", "2026-03")})
    merged = old.merged({"a.a": answer("new", "2026-02"), "a.b": answer("old", "2026-01")})
    assert {name: each.value for name, each in merged.answers.items()} == {
        "a.a": "new",
        "a.b": "new",
    }


@given(st.dictionaries(st.sampled_from("abcd"), st.text(min_size=1)), st.permutations(range(4)))
def test_the_order_of_merging_does_not_matter(entries, order):
    parts = [{name: answer(value, value)} for name, value in entries.items()]
    one, other = Sheet(), Sheet()
    for part in parts:
        one = one.merged(part)
    for place in order:
        other = other.merged(parts[place] if place < len(parts) else {})
    assert one == other


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "format"),
        ("{}", "format"),
        (written(format="bordercount-answers/2"), "format"),
        (written(student=3), "lacks the student"),
        (written(answers=[]), "lacks the student or the answers"),
        (written().replace("{}", '{"a.b": {"value": NaN}}'), "NaN"),
        (written().replace("{}", '{"a.b": {"value": Infinity}}'), "Infinity"),
        (" " * (sheet.LARGEST + 1), "larger"),
    ],
)
def test_what_is_not_a_sheet_is_refused_with_the_reason(text, says):
    with pytest.raises(SheetError, match=says):
        sheet.loads(text)


@pytest.mark.parametrize(
    "entry",
    [
        None,
        3,
        {},
        {"value": "x"},
        {"value": "x", "at": 3},
        {"value": "x", "at": "tomorrow"},
        {"value": "x", "at": "2026-13-02T15:04:05Z"},
        {"value": "x", "at": "2026-03-02"},
        {"value": "x", "at": "2026-03-02T15:04:05Z", "tries": "many"},
        {"value": "x", "at": "2026-03-02T15:04:05Z", "tries": 0},
        {"value": "x", "at": "2026-03-02T15:04:05Z", "tries": True},
        {"value": "x", "at": "2026-03-02T15:04:05Z", "case": []},
    ],
)
def test_an_entry_that_is_not_in_form_is_left_out_and_the_others_stay(entry):
    good = {"value": "1", "at": "2026-03-02T15:04:05.123Z", "tries": 2, "case": {}}
    found = sheet.loads(written(answers={"a.bad": entry, "a.good": good}))
    assert list(found.answers) == ["a.good"]


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_a_sheet_or_is_refused(text):
    with contextlib.suppress(SheetError):
        sheet.loads(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values))
def test_any_answers_are_read_or_left_out(entries):
    found = sheet.loads(written(answers=entries))
    assert set(found.answers) <= set(entries)


def test_a_first_save_makes_the_file(tmp_path):
    path = tmp_path / "answers.json"
    sheet.save(path, "s1", "0.1.0", {"a.b": answer("1")})
    assert sheet.read(path).answers["a.b"].value == "1"
    assert sheet.read(path).student == "s1"


def test_a_missing_file_is_an_empty_sheet(tmp_path):
    assert sheet.read(tmp_path / "answers.json") == Sheet()


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[]", b""])
def test_a_damaged_file_is_set_aside_whole_before_a_save(tmp_path, content):
    path = tmp_path / "answers.json"
    path.write_bytes(content)
    sheet.save(path, "s1", "0.1.0", {"a.b": answer("1")})
    aside = [file for file in tmp_path.glob("answers.damaged.*.json")]
    assert [file.read_bytes() for file in aside] == [content]
    assert list(sheet.read(path).answers) == ["a.b"]


def test_another_students_sheet_is_set_aside_not_mixed(tmp_path):
    path = tmp_path / "answers.json"
    sheet.save(path, "s1", "0.1.0", {"a.b": answer("theirs")})
    sheet.save(path, "s2", "0.1.0", {"a.c": answer("mine")})
    assert sheet.read(path).student == "s2"
    assert list(sheet.read(path).answers) == ["a.c"]
    (aside,) = tmp_path.glob("answers.s1.*.json")
    assert sheet.read(aside).answers["a.b"].value == "theirs"


def test_answers_given_before_the_id_stay_with_it(tmp_path):
    path = tmp_path / "answers.json"
    sheet.save(path, "", "0.1.0", {"a.b": answer("1")})
    sheet.save(path, "S1 ", "0.1.0", {})
    sheet.save(path, "s1", "0.1.0", {"a.c": answer("2")})
    assert sorted(sheet.read(path).answers) == ["a.b", "a.c"]
    assert not list(tmp_path.glob("answers.*.json"))


WRITER = """
import sys
from pathlib import Path
from bordercount import sheet
for number in range(25):
    answer = sheet.Answer(str(number), {}, 1, sheet.now())
    sheet.save(Path(sys.argv[1]), "s1", "0.1.0", {f"w{sys.argv[2]}.n{number}": answer})
"""


def start_writer(path: Path, number: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(number)])


def test_writers_at_once_lose_nothing(tmp_path):
    path = tmp_path / "answers.json"
    writers = [start_writer(path, number) for number in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert len(sheet.read(path).answers) == 75


def test_a_killed_writer_leaves_a_whole_file_and_a_free_lock(tmp_path):
    path = tmp_path / "answers.json"
    sheet.save(path, "s1", "0.1.0", {"a.b": answer("1")})
    for number in range(3):
        writer = start_writer(path, number)
        while len(sheet.read(path).answers) < 2 + number and writer.poll() is None:
            time.sleep(0.002)
        writer.kill()
        writer.wait(60)
        assert sheet.read(path).answers["a.b"].value == "1"
    sheet.save(path, "s1", "0.1.0", {"a.c": answer("2")})
    assert {"a.b", "a.c"} <= set(sheet.read(path).answers)
