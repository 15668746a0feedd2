"""The command as a teacher types it: what it prints, and its three exit statuses."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

ONLY = "--exercises=demo,-kind:code,-kind:text"


def test_all_graded_is_status_0(klass, run):
    klass.put("a.json", klass.sheet("s1"))
    ran = run("grade", klass.submissions, "--out", klass.out, ONLY)
    assert ran.status == 0
    assert "1 student, 6 points" in ran.out
    assert "graded in full: 1" in ran.out
    assert "report.html" in ran.out


def test_waiting_answers_are_no_problem_but_are_said(klass, run):
    klass.put("a.json", klass.sheet("s1"))
    ran = run("grade", klass.submissions, "--out", klass.out)
    assert ran.status == 0
    assert "put points into to_mark.csv" in ran.out


def test_graded_with_problems_is_status_1(klass, run):
    klass.put("a.json", klass.sheet("s1"))
    klass.put("broken.json", "{")
    ran = run("grade", klass.submissions, "--out", klass.out, ONLY)
    assert ran.status == 1
    assert "not read: 1" in ran.out
    assert "problems.csv" in ran.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--exercises=nothing"], "no exercises 'nothing'"),
        (["--layout=blackboard"], "no layout 'blackboard'"),
        (["--roster=missing.csv"], "missing.csv: cannot be read"),
        (["--canvas=missing.csv"], "--canvas needs --column"),
    ],
)
def test_what_cannot_run_is_one_line_and_status_2(klass, run, arguments, says):
    klass.put("a.json", klass.sheet("s1"))
    ran = run("grade", klass.submissions, "--out", klass.out, *arguments)
    assert ran.status == 2
    assert says in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert not (klass.out / "grades.csv").exists()


def test_a_hand_in_without_those_of_the_last_run_is_said(klass, run):
    for name in ("s1", "s2", "s3"):
        klass.put(f"{name}.json", klass.sheet(name))
    first = run("grade", klass.submissions, "--out", klass.out, ONLY)
    assert "last run" not in first.out
    late = klass.folder / "late.json"
    late.write_text(klass.sheet("s3"), "utf-8")
    ran = run("grade", late, "--out", klass.out, ONLY)
    assert "2 students who are not in this hand-in" in ran.out
    assert "everything that was handed in, each time" in ran.out


def test_nothing_moves_in_a_pipe(klass, run):
    klass.put("a.json", klass.sheet("s1"))
    assert run("grade", klass.submissions, "--out", klass.out, ONLY).err == ""


def workers(begun):
    """Return the processes that do a command's work and have begun to load what they need."""
    children = psutil.Process(begun.pid).children()
    found = [each for each in children if "spawn_main" in " ".join(each.cmdline())]
    return [each for each in found if each.cpu_times().user > 0.1]


@pytest.mark.slow
def test_ctrl_c_is_one_line_and_leaves_nothing_even_while_workers_start(klass):
    """A terminal sends it to every process of the command."""
    for number in range(100):
        klass.put(f"{number}.json", klass.sheet(f"s{number}"))
    # What runs in the background, as tests may, does not hear Ctrl+C; what runs in a terminal does.
    hears = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{hears}; from bordercount.cli import main; main()"
    command = [sys.executable, "-c", code, "grade", str(klass.submissions), "--out", str(klass.out)]
    begun = subprocess.Popen(
        [*command, "--jobs", "2", ONLY], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while len(workers(begun)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert begun.poll() is None, "it ended before it could be interrupted"
    os.killpg(begun.pid, signal.SIGINT)
    out, err = begun.communicate(timeout=60)
    assert (begun.returncode, out) == (130, "")
    assert err == "bordercount: stopped; every file is as it was, or whole\n"
    assert not klass.out.exists()
