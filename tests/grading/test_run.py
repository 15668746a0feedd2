"""A whole run: answers are recomputed, every file has a result, nothing is lost between runs."""

import json
import multiprocessing
import os
import shutil
import signal
import threading
import time

import pytest
from classroom import FULL, zipped

from bordercount import keys
from bordercount.grading import GradingError
from bordercount.grading.run import Options, grade


def digests(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_right_answers_have_full_points_and_wait_for_what_a_person_reads(klass):
    klass.put("answers.json", klass.sheet("s1"))
    summary = klass.grade()
    assert klass.points("s1") == FULL
    rows = klass.of("s1")
    assert rows["demo.days"]["verdict"] == "right"
    assert rows["demo.guess"]["verdict"] == "recorded"
    assert (rows["demo.why"]["points"], rows["demo.why"]["verdict"]) == ("", "to mark")
    assert summary.clean
    assert summary.complete == 0


def test_what_holds_no_sheet_is_refused_and_the_last_run_stays(klass):
    klass.put("a.json", klass.sheet("s1"))
    klass.grade()
    before = digests(klass.out)
    readme = klass.folder / "README.md"
    readme.write_text("# No sheet")
    with pytest.raises(GradingError, match=r"README\.md: there is no answer sheet in it, so"):
        klass.grade(readme)
    assert digests(klass.out) == before


def test_other_points_than_the_last_run_counted_are_said(klass):
    klass.put("a.json", klass.sheet("s1"))
    klass.grade(exercises="demo.pick")
    assert "the last run counted 1 points" in klass.grade(exercises="demo.why").warnings[0]
    assert klass.grade(exercises="demo.why").warnings == []


def test_a_sheet_may_claim_what_it_likes(klass):
    wrong = klass.answer("person") | {"points": 99, "verdict": "right", "score": 1, "correct": True}
    klass.put("a.json", klass.sheet("s1", {"demo.pick": wrong}, points=99, grade="A"))
    klass.grade()
    row = klass.of("s1")["demo.pick"]
    assert (row["points"], row["verdict"]) == ("0", "mistake")
    assert "One person can be met several times" in row["feedback"]


def test_the_compiled_exercises_count_for_nothing(klass, demo):
    compiled = demo / "exercises" / "demo.json"
    content = json.loads(compiled.read_text("utf-8"))
    entry = content["exercises"]["pick"]["cases"][0]
    from bordercount import answers

    key = answers.decode(entry["key"], "demo.pick")
    entry["key"] = answers.encode({**key, "answer": "person", "mistakes": []}, "demo.pick")
    compiled.write_text(json.dumps(content), "utf-8")
    klass.put("a.json", klass.sheet("s1", {"demo.pick": klass.answer("person")}))
    klass.grade()
    assert klass.of("s1")["demo.pick"]["points"] == "0"


def test_each_student_is_judged_by_the_own_case(klass):
    cases = {}
    for number in range(30):
        student = f"s{number}"
        cases[student] = klass.exam.questions["demo.days"].case_of(student)
        klass.put(f"{student}.json", klass.sheet(student))
    assert set(cases.values()) == {0, 1, 2}
    klass.grade()
    assert {klass.points(student) for student in cases} == {FULL}


def test_several_sheets_of_one_student_merge_by_exercise_newest_first(klass):
    old, new = "2026-03-01T10:00:00Z", "2026-03-03T10:00:00Z"
    first = klass.sheet("S1 ", {"demo.pick": klass.answer("person", at=new)})
    second = klass.sheet("s1", {"demo.pick": klass.answer("event", at=old)})
    klass.put("1/answers.json", first)
    klass.put("2/answers.json", second)
    klass.grade()
    assert {row["student"] for row in klass.table()} == {"S1"}
    assert klass.of("S1")["demo.pick"]["verdict"] == "mistake"
    assert ("S1", "copies") in klass.problems()


def test_sheets_are_found_in_zips_and_notebooks_whatever_their_names(klass):
    output = {"data": {"application/vnd.bordercount.answers+json": json.loads(klass.sheet("s2"))}}
    notebook = {"cells": [{"cell_type": "code", "outputs": [output]}], "nbformat": 4}
    klass.put(
        "one.zip", zipped({"my work/final (2).txt": klass.sheet("s1"), "photo.png": b"\x89PNG"})
    )
    klass.put("two.ipynb", json.dumps(notebook))
    summary = klass.grade()
    assert klass.points("s1") == klass.points("s2") == FULL
    assert summary.students == 2


def test_a_whole_zip_and_a_single_sheet_are_graded_too(klass, tmp_path):
    archive = tmp_path / "all.zip"
    archive.write_bytes(zipped({"a/answers.json": klass.sheet("s1"), "b.json": klass.sheet("s2")}))
    assert klass.grade(archive).students == 2
    single = tmp_path / "answers.json"
    single.write_text(klass.sheet("s3"), "utf-8")
    assert klass.grade(single).students == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.json", "", "not an answer sheet"),
        ("half.json", '{"format": "bordercount-answers/1", "student": "s9", "ans', "not JSON"),
        ("other.json", '{"some": "file"}', "its format is not"),
        ("essay.pdf", b"%PDF-1.7 ...", "no answer sheet in it"),
        ("broken.zip", b"PK\x03\x04" + b"\0" * 50, "damaged archive"),
    ],
)
def test_every_file_has_a_result_with_its_reason_and_stops_nobody(klass, name, content, reason):
    klass.put("good.json", klass.sheet("s1"))
    klass.put(name, content)
    summary = klass.grade()
    assert klass.points("s1") == FULL
    (row,) = [row for row in klass.table("problems.csv") if row["file"] == name]
    assert row["problem"] == "not read"
    assert reason in row["detail"]
    assert not summary.clean


def test_the_selection_decides_what_counts_and_the_maximum(klass):
    klass.put("a.json", klass.sheet("s1"))
    summary = klass.grade(exercises="demo,-kind:code,-kind:text")
    assert summary.points == FULL
    assert summary.complete == 1
    assert "demo.why" not in klass.of("s1")
    with pytest.raises(GradingError, match="no exercises 'stroy'; name a chapter"):
        klass.grade(exercises="stroy")
    with pytest.raises(GradingError, match="leaves no exercise"):
        klass.grade(exercises="demo,-demo")


def test_the_same_input_gives_the_same_bytes(klass, tmp_path):
    for number in range(5):
        klass.put(f"{number}.json", klass.sheet(f"s{number}"))
    klass.put("bad.json", "{")
    klass.grade()
    first = digests(klass.out)
    shutil.rmtree(klass.out)
    klass.grade()
    assert digests(klass.out) == first


@pytest.mark.slow
@pytest.mark.parametrize("kill", [False, True])
def test_several_processes_write_the_same_bytes_even_if_one_is_killed(klass, kill):
    for number in range(400):
        klass.put(f"{number}.json", klass.sheet(f"s{number}"))
    klass.put("bad.json", "{")
    klass.grade()
    first = digests(klass.out)
    shutil.rmtree(klass.out)
    before = set(multiprocessing.active_children())
    killed = []

    def kill_one():
        while not (found := set(multiprocessing.active_children()) - before):
            time.sleep(0.01)
        time.sleep(0.5)  # it has work by now
        victim = found.pop()
        os.kill(victim.pid, signal.SIGKILL)
        killed.append(victim)

    hunter = threading.Thread(target=kill_one)
    if kill:
        hunter.start()
    klass.grade(jobs=2)
    if kill:
        hunter.join()
        assert killed
    assert digests(klass.out) == first


def test_a_run_removes_what_the_last_one_wrote_and_nothing_else(klass):
    klass.put("a.json", klass.sheet("s1"))
    klass.put("b.json", klass.sheet("s2"))
    klass.grade()
    mine = klass.out / "feedback" / "notes of mine.txt"
    mine.write_text("keep", "utf-8")
    (klass.submissions / "b.json").unlink()
    klass.grade()
    assert sorted(path.name for path in (klass.out / "feedback").iterdir()) == [
        mine.name,
        "s1.html",
    ]
    mine.unlink()
    klass.grade()
    assert [path.name for path in (klass.out / "feedback").iterdir()] == ["s1.html"]
    assert not [path for path in klass.out.iterdir() if path.name.startswith(".part")]


def test_a_run_that_cannot_begin_leaves_the_folder_as_it_was(klass):
    klass.put("a.json", klass.sheet("s1"))
    klass.grade()
    before = digests(klass.out)
    (klass.folder / "roster.csv").write_text("nothing,here\n1,2\n", "utf-8")
    with pytest.raises(GradingError, match="no column of ids"):
        klass.grade(roster=klass.folder / "roster.csv")
    with pytest.raises(GradingError, match="no such file"):
        klass.grade(klass.folder / "nowhere")
    with pytest.raises(GradingError, match="beside them"):
        grade(Options(klass.submissions, klass.submissions / "grades"))
    assert digests(klass.out) == before


def test_an_empty_hand_in_could_not_be_run(klass):
    klass.submissions.mkdir()
    with pytest.raises(GradingError, match="no files"):
        klass.grade()


def test_links_are_not_followed(klass, tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text(klass.sheet("prey"), "utf-8")
    klass.put("a.json", klass.sheet("s1"))
    os.symlink(secret, klass.submissions / "link.json")
    os.symlink(tmp_path, klass.submissions / "folder")
    klass.grade()
    assert {row["student"] for row in klass.table()} == {"s1"}
    found = [row["detail"] for row in klass.table("problems.csv")]
    assert found == ["a link; links are not followed"] * 2


def test_the_exam_follows_the_solutions(klass, demo, monkeypatch):
    path = demo / "solutions" / "demo.py"
    path.write_text(path.read_text("utf-8").replace('return "event"', 'return "family"')
                    .replace('def counts_families():\n    return "family"',
                             'def counts_families():\n    return "event"'), "utf-8")  # fmt: skip
    keys.module.cache_clear()
    klass.put("a.json", klass.sheet("s1"))
    klass.grade()
    assert klass.of("s1")["demo.pick"]["verdict"] == "mistake"
