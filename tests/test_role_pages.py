"""Every command on the pages for students, instructors and authors does what its page says.

Each page's commands run in their order, in a copy of this repository, with a small class's hand-in
beside them. What a machine without a network cannot run literally is named in `ELSEWHERE`.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from bordercount import toc
from bordercount.sheet import Answer, Sheet

ROOT = Path(__file__).parents[1]
PAGES = ("students", "instructors", "authors", "running", "hub")
COMMAND = re.compile(r"^\$ ([^#\n]+)", re.M)
# Commands that tests elsewhere run, or that need what a test must not touch, and where they run.
ELSEWHERE = {
    "python3 -m venv .venv": "here, with the packages of this environment",
    ". .venv/bin/activate": "here, as a path",
    'pip install -c constraints.txt -e ".[book,grade,lab]"': "test_setup.py, and make itself",
    "jupyter-book build book/": "test_book.py and make book",
    "repo2docker --no-run --image-name REGISTRY/bordercount:VERSION https://github.com/OWNER/NAME":
        "browser/test_binder.py, the steps that it writes; the command itself needs Docker",
    "make hub": "browser/test_binder.py, to a repository of its own",
    "make quick": "it would run these tests in themselves",
    "bordercount grade submissions.zip --out grades --dask tcp://127.0.0.1:8786":
        "grading/test_cluster.py, with a scheduler",
}  # fmt: skip


def commands(page):
    """Return the commands that a page prints, without their comments, in order."""
    text = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.M | re.S)
    return [found.strip() for block in blocks for found in COMMAND.findall(block)]


EVERY = [(page, command) for page in PAGES for command in commands(page)]


def test_every_command_is_run_here_or_named_with_where_it_is():
    assert {command for _, command in EVERY} >= set(ELSEWHERE)
    assert len(EVERY) > len(ELSEWHERE) + 10


@pytest.mark.parametrize("name", sorted({each for each in ELSEWHERE.values() if ".py" in each}))
def test_the_places_named_are_there(name):
    (module,) = re.findall(r"[\w/]+\.py", name.partition(",")[0].partition(" and ")[0])
    assert (ROOT / "tests" / module).is_file()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a copy of the repository, with what a class handed in and systems exported."""
    folder = tmp_path_factory.mktemp("place") / "bordercount"
    ignored = shutil.ignore_patterns(".*", "_build", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT, folder, ignore=ignored)
    source = "def round_to(n, s):\n    return 0\n"
    answers = {"story.round_to": Answer(source, {}, 1, "2026-03-02T15:04:05Z")}
    with zipfile.ZipFile(folder / "submissions.zip", "w") as archive:
        for student in ("ana", "ben"):
            given = {
                key: {**each, "tries": 1, "at": "2026-03-02T15:04:05Z"}
                for key, each in answers.items()
            }
            sheet = {
                "format": "bordercount-answers/1",
                "module": "0.1.0",
                "student": student,
                "answers": given,
            }
            archive.writestr(f"{student}.json", json.dumps(sheet))
    (folder / "class.csv").write_text("student,name\nana,Ana\nben,Ben\ncem,Cem\n")
    (folder / "gradebook.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Border numbers (1)\n"
        "    Points Possible,,,,,142\nAna,1,ana,ana,A,\nBen,2,ben,ben,A,\n"
    )
    (folder / "worksheet.csv").write_text(
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed\n"
        "Participant 1,Ana,ana@example.org,Submitted for grading,,142.00,Yes\n"
    )
    return folder


def done(command, folder):
    """Run a command as a shell does, with this environment's programs; return what it printed."""
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    places = os.pathsep.join([str(folder / "src"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        command, shell=True, cwd=folder, capture_output=True, text=True, timeout=300,
        env={**os.environ, "PATH": paths, "PYTHONPATH": places, "COLUMNS": "200",
             "BORDERCOUNT_COURSE": str(folder)},
    )  # fmt: skip


# What a command leaves behind, and the exit status of one that finds what it should find.
LEAVES = {
    "bordercount release handout": ["handout/bordercount-0.1.0-student.zip"],
    "bordercount guide --out guide.html": ["guide.html"],
    "bordercount guide --chapter counts --out guide.html": ["guide.html"],
    "bordercount worksheets": ["exercises/counts.ipynb"],
    "bordercount compile": ["exercises/counts.json"],
}
GRADES = [
    "report.html",
    "to_mark.csv",
    "problems.csv",
    "totals.csv",
    "grades.csv",
    "feedback/ana.html",
]
MISSING = 1  # Cem handed in nothing, and two students are in no gradebook


@pytest.mark.slow
@pytest.mark.parametrize(("page", "command"), [each for each in EVERY if each[1] not in ELSEWHERE])
def test_a_command_does_what_its_page_says(place, page, command):
    ran = done(command, place)
    grades = command.startswith("bordercount grade")
    assert ran.returncode in ((0, MISSING) if grades else (0,)), ran.stderr + ran.stdout
    assert "Traceback" not in ran.stderr
    for name in LEAVES.get(command, []):
        assert (place / name).is_file()
    if grades:
        assert all((place / "grades" / name).is_file() for name in GRADES)
        told = shlex.split(command)
        for system in ("canvas", "moodle"):
            if f"--{system}" in told:
                assert (place / "grades" / f"{system}.csv").is_file()
                assert (
                    place / "grades" / f"feedback-{system}.zip"
                ).is_file() or "plain" in ran.stdout


@pytest.mark.slow
def test_the_environment_is_made_as_the_page_says(tmp_path):
    """The first two lines; the packages themselves come from this environment, not from outside."""
    assert commands("instructors")[:2] == ["python3 -m venv .venv", ". .venv/bin/activate"]
    venv.create(tmp_path / ".venv")
    found = subprocess.run(
        ". .venv/bin/activate && command -v python", shell=True, cwd=tmp_path,
        capture_output=True, text=True,
    )  # fmt: skip
    assert found.stdout.strip() == str(tmp_path / ".venv" / "bin" / "python")


def test_students_read_of_every_field_that_is_recorded():
    from bordercount.sheet import Answer

    kept = json.loads(
        Sheet("s", "0.1.0", {"story.x": Answer("1", {}, 1, "2026-03-02T15:04:05Z")}).dumps()
    )
    fields = {*kept, *kept["answers"]["story.x"]} - {"format", "answers"}
    text = (ROOT / "book" / "students.md").read_text(encoding="utf-8")
    assert fields == set(re.findall(r"^\| `(\w+)` \|", text, re.M))


@pytest.mark.slow
def test_a_course_about_something_else_needs_three_folders(demo, run):
    """The authors' page: compile, worksheets and guide work where there is no book."""
    for command in ("compile", "worksheets"):
        assert run(command).status == 0
    assert run("guide", "--out", demo / "guide.html").status == 0
    assert (demo / "guide.html").is_file()


def test_each_page_can_be_read_in_a_few_minutes():
    for page in PAGES:
        text = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
        assert len(re.findall(r"\w+", text)) < 1200
        assert page in toc.pages(ROOT)
