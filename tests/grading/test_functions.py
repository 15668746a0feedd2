"""Functions that students wrote are run and compared, and each verdict says why."""

import os
import shutil
import subprocess
import sys
import time

import psutil
import pytest
from classroom import CODE

from bordercount.grading import functions
from bordercount.grading.functions import Checks, judge
from bordercount.sandbox import Limits, Reply
from bordercount.trial import Outcome

NUMBERS = Checks(
    "f", "", ((1,), (2,), (3,), (4,)), 2, (1.0, 4.0, 9.0, 16.0),
    (((Outcome(2), Outcome(4), Outcome(6), Outcome(8)), "You doubled it."),
     ((Outcome(error="TypeError: x"),) * 4, "It is a number.")),
    1, (),
)  # fmt: skip


def gave(*values, stopped=""):
    """Return a reply with these values; an Outcome stays what it is."""
    made = (each if isinstance(each, Outcome) else Outcome(each) for each in values)
    return Reply(tuple(made), stopped)


@pytest.mark.parametrize(
    ("reply", "state", "score", "said"),
    [
        (gave(1, 4.04, 8.96, 16), "right", 1, ""),
        (gave(2, 4, 6, 8), "mistake", 0.25, "You doubled it."),
        (gave(*[Outcome(error="TypeError: no")] * 4), "mistake", 0, "It is a number."),
        (gave(1, 4, 9, 15), "partly", 0.75, "For the inputs that you see it is right"),
        (gave(1, 5, 9, 16), "partly", 0.75, "f(2) gave 5. It is right for 3 of the 4 inputs"),
        (gave(0, 0, 0, 0), "wrong", 0, "f(1) gave 0."),
        (gave(None, None, None, None), "wrong", 0, "f(1) gave None."),
        (gave(1, stopped="time"), "partly", 0.25, "longer than 2 seconds"),
        (gave(stopped="memory"), "wrong", 0, "more memory"),
        (gave(stopped="unheard of"), "wrong", 0, "crash"),
        (gave(*[Outcome(error="NameError: name 'y' is not defined")] * 4), "wrong", 0,
         "f(1) stopped with an error: NameError: name 'y' is not defined."),
        (gave(*[Outcome(error="SourceError: x")] * 4), "wrong", 0, "defines no function f"),
        (gave(*[Outcome(error="SyntaxError: invalid syntax (<unknown>, line 1)")] * 4), "wrong", 0,
         "Python could not read your code: invalid syntax"),
    ],
)  # fmt: skip
def test_a_verdict_counts_inputs_and_says_why(reply, state, score, said):
    verdict = judge(NUMBERS, reply, Limits())
    assert (verdict.state, verdict.score) == (state, score)
    assert said in verdict.feedback


def test_hidden_inputs_stay_hidden():
    """What a hidden input is does not leak through a verdict, or it would not be hidden long."""
    reply = gave(1, 4, Outcome(error="ValueError: input 3"), 16)
    said = judge(NUMBERS, reply, Limits()).feedback
    assert "an input that you do not see" in said
    assert "ValueError" in said
    assert "input 3" not in said


def code(klass, source, student="s1"):
    """Return the sheet of a student who answered the exercise in code alone."""
    entry = klass.answer(source)
    return klass.sheet(student, {"demo.total_code": entry})


def row(klass, student="s1"):
    """Return points and verdict of the exercise in code, and its feedback."""
    found = klass.of(student)["demo.total_code"]
    return found["points"], found["verdict"], found["feedback"]


@pytest.mark.slow
class TestInARun:
    """A grading run from sheets to tables."""

    def test_each_answer_is_judged_by_what_it_gives(self, klass):
        given = {
            "right": CODE,
            "rows": "def total(table, month):\n    return int((table['month'] == month).sum())\n",
            "partly": "def total(table, month):\n    return 189913\n",
            "loop": "def total(table, month):\n    while True: pass\n",
            "exit": "import os\nos._exit(0)\n",
            "blank": "   ",
        }
        for student, source in given.items():
            klass.put(f"{student}.json", code(klass, source, student))
        klass.grade(exercises="demo,-kind:text")
        assert row(klass, "right") == ("1", "right", "")
        points, verdict, said = row(klass, "rows")
        assert (points, verdict) == ("0", "mistake")
        assert said == "You counted rows. What does a row hold?"
        points, verdict, said = row(klass, "partly")
        assert verdict == "partly"
        assert 0 < float(points) < 1
        assert row(klass, "loop")[:2] == ("0", "wrong")
        assert "longer than 2 seconds" in row(klass, "loop")[2]
        assert row(klass, "exit")[:2] == ("0", "wrong")
        assert row(klass, "blank")[:2] == ("0", "not attempted")

    def test_a_student_reads_why_on_the_page(self, klass):
        klass.put("a.json", code(klass, "def total(table, month):\n    while True: pass\n"))
        klass.grade()
        (page,) = (klass.out / "feedback").glob("*.html")
        assert "Your function took longer than 2 seconds" in page.read_text("utf-8")

    def test_several_processes_give_the_same_grades(self, klass):
        sources = (
            CODE,
            "x = 1",
            "def total(table, month):\n    return 0\n",
            "import os\nos.abort()",
        )
        for number in range(60):
            klass.put(f"s{number:02}.json", code(klass, sources[number % 4], f"s{number:02}"))
        klass.grade()
        serial = {path.name: path.read_bytes() for path in klass.out.rglob("*") if path.is_file()}
        shutil.rmtree(klass.out)
        klass.grade(jobs=2)
        several = {path.name: path.read_bytes() for path in klass.out.rglob("*") if path.is_file()}
        assert several == serial

    def test_without_bubblewrap_all_else_is_graded(self, klass, monkeypatch):
        monkeypatch.setenv("PATH", "/nowhere")
        klass.put("a.json", code(klass, CODE))
        summary = klass.grade()
        points, verdict, said = row(klass)
        assert (points, verdict) == ("", "not run")
        assert "bubblewrap is not installed" in said
        assert klass.of("s1")["demo.pick"]["verdict"] == "right"
        assert any("bubblewrap is not installed" in each for each in summary.warnings)
        assert "bubblewrap is not installed" in (klass.out / "report.html").read_text("utf-8")

    def test_unsafe_runs_without_walls_and_says_so(self, klass, monkeypatch):
        monkeypatch.setenv("PATH", os.environ["PATH"].replace("/usr/bin", "/nowhere"))
        klass.put("a.json", code(klass, CODE))
        klass.put("b.json", code(klass, "import os\nos._exit(0)", "s2"))
        klass.put("c.json", code(klass, "def total(table, month):\n    while True: pass\n", "s3"))
        summary = klass.grade(unsafe=True)
        assert row(klass)[:2] == ("1", "right")
        assert row(klass, "s2")[:2] == ("0", "wrong")
        assert row(klass, "s3")[:2] == ("0", "wrong")
        assert functions.UNSAFE in summary.warnings
        assert "without the sandbox" in (klass.out / "report.html").read_text("utf-8")

    def test_a_run_without_code_starts_no_room(self, klass, monkeypatch):
        monkeypatch.setenv("PATH", "/nowhere")
        klass.put("a.json", klass.sheet("s1"))
        assert not klass.grade().warnings

    def test_a_room_that_ends_with_its_grader_leaves_no_process(self, klass, demo):
        """The grader is killed while a student's function runs; nothing of its room is left."""
        klass.put("a.json", code(klass, "def total(table, month):\n    while True: pass\n"))
        run = subprocess.Popen(
            [sys.executable, "-c", "from bordercount.cli import main; main()", "grade",
             str(klass.submissions), "--out", str(klass.out)],
            env={**os.environ, "BORDERCOUNT_COURSE": str(demo)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        room = descendants(run.pid, "bwrap", run)
        run.kill()
        run.wait()
        assert gone(room)
        assert not (klass.out / "grades.csv").exists()
        klass.grade()
        assert row(klass)[:2] == ("0", "wrong")


def descendants(parent, name, run, seconds=30):
    """Return the processes that came of one, as soon as one of them bears this name."""
    for _ in range(seconds * 50):
        assert run.poll() is None, "it ended before a room was made"
        found = psutil.Process(parent).children(recursive=True)
        if any(each.name() == name for each in found) and len(found) >= 3:
            return found
        time.sleep(0.02)
    raise AssertionError(f"no {name}")


def gone(processes):
    """Return whether all processes end within seconds."""
    return not psutil.wait_procs(processes, timeout=10)[1]
