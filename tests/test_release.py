"""The bundles: what is in them and what is not, the same bytes each time, one that works."""

import ast
import csv
import inspect
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

import bordercount
from bordercount import answers, exercises, kit, parcels, release, sheet
from bordercount import keys as solved
from bordercount.course import ENVIRONMENT
from bordercount.release import ReleaseError

ROOT = Path(__file__).parents[1]
NAMES = sorted(path.stem for path in (ROOT / "exercises").glob("*.yml"))
VERSION = bordercount.__version__
MADE = {"START-HERE.txt", "guide.html"}  # what instructors get that is not in the repository
JUNK = (
    "answers.json",
    "secret.txt",
    "secret.csv",
    "secret.yml",
    "grades.csv",
    ".env",
    "counts.json.aside",
    "counts.123.aside",
    "counts.md~",
    "counts.yml.orig",
    ".ipynb_checkpoints/counts-checkpoint.ipynb",
    ".ipynb_checkpoints/counts.py",
    "__pycache__/counts.cpython-311.pyc",
    "__pycache__/counts.py",
    "images/answers.png",
)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """Return the folder with both bundles of this repository."""
    out = tmp_path_factory.mktemp("released")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, str(ROOT))
        release.release(out)
    return out


def files_of(folder, reader):
    """Return the files of a bundle by their paths below its one folder."""
    top = f"bordercount-{VERSION}-{reader}/"
    files = parcels.unpacked((folder / f"{top[:-1]}.zip").read_bytes())
    assert all(name.startswith(top) for name in files)
    return {name.removeprefix(top): content for name, content in files.items()}


@pytest.fixture(scope="module")
def students(released):
    return files_of(released, "student")


@pytest.fixture(scope="module")
def instructors(released):
    return files_of(released, "instructor")


def small_course(folder):
    """Return a copy of the course in which one chapter alone has exercises, to compute less."""
    kept = shutil.ignore_patterns("__pycache__", "*.json", "*.egg-info")
    for name in release.FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=kept)
    for name in release.TOP:
        shutil.copy(ROOT / name, folder)
    for path in (*(folder / "exercises").iterdir(), *(folder / "solutions").iterdir()):
        if path.stem != "counts":
            path.unlink()
    return folder


@pytest.fixture
def whole(tmp_path, monkeypatch):
    """Return a copy of the course with one chapter's exercises, and make it the course."""
    copy = small_course(tmp_path / "course")
    monkeypatch.setenv(ENVIRONMENT, str(copy))
    return copy


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Return the folder with both bundles of a clean copy with one chapter's exercises."""
    home = tmp_path_factory.mktemp("small")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, str(small_course(home / "course")))
        release.release(home / "out")
    return home / "out"


def bytes_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- the same bytes ----------------------------------------------------------------------------


def test_a_copy_full_of_junk_gives_the_same_bytes_at_another_time(
    small, whole, tmp_path, monkeypatch
):
    for folder in (whole, *(whole / name for name in release.FOLDERS)):
        for name in JUNK:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("secret")
    (whole / "exercises" / "secret.yml").unlink()  # it would be a chapter's
    package = whole / "src" / "bordercount"
    for name in ("assets/answers.json", "templates/secret.md", "data/grades.csv", ".x/y.py"):
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_text("secret")
    for path in whole.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(0o777)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.chdir(tmp_path)
    release.release(Path("out"))
    assert bytes_in(tmp_path / "out") == bytes_in(small)


def test_the_instructors_bundle_releases_itself_again(small, tmp_path):
    with zipfile.ZipFile(small / f"bordercount-{VERSION}-instructor.zip") as found:
        found.extractall(tmp_path)
    course = tmp_path / f"bordercount-{VERSION}-instructor"
    clean = {name: value for name, value in os.environ.items() if "BORDERCOUNT" not in name}
    ran = subprocess.run(
        [sys.executable, "-c", "from bordercount.cli import main; main()", "release", "../out"],
        cwd=course,
        env={**clean, "PYTHONPATH": str(course / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert bytes_in(tmp_path / "out") == bytes_in(small)
    assert [path for path in course.rglob("*.json")] == []


def test_no_bundle_names_the_machine(students, instructors):
    names = {str(ROOT), str(Path.home()), socket.gethostname(), sys.prefix, "/tmp/"}
    named = [name.encode() for name in names if len(name) > 5]
    for files in (students, instructors):
        for path, content in files.items():
            assert [name for name in named if name in content] == [], path


def test_stale_worksheets_and_exercises_are_made_anew_and_the_course_is_left_alone(
    small, whole, tmp_path
):
    stale = {"counts.ipynb": '{"cells": []}', "counts.json": '{"sources": "old"}'}
    for name, text in stale.items():
        (whole / "exercises" / name).write_text(text)
    release.release(tmp_path / "out")
    assert bytes_in(tmp_path / "out") == bytes_in(small)
    for name, text in stale.items():
        assert (whole / "exercises" / name).read_text() == text
    assert len(list((whole / "exercises").glob("*.json"))) == 1


# --- the students' bundle ----------------------------------------------------------------------


def test_students_get_worksheets_questions_exercises_tables_and_what_to_install(students):
    wheel = f"bordercount-{VERSION}+student-py3-none-any.whl"
    told = yaml.safe_load(students["data/datapackage.yaml"])["resources"]
    wanted = {"LICENSE", "START-HERE.txt", "requirements.txt", wheel, "data/datapackage.yaml"}
    wanted |= {f"data/{each['path']}" for each in told}
    wanted |= {f"exercises/{name}.{end}" for name in NAMES for end in ("ipynb", "json", "yml")}
    assert set(students) == wanted
    for name in NAMES:
        committed = (ROOT / "exercises" / f"{name}.ipynb").read_bytes()
        assert students[f"exercises/{name}.ipynb"] == committed


def test_students_get_every_table_that_an_exercise_reads(students):
    read = {
        each["table"]
        for name in NAMES
        for exercise in json.loads(students[f"exercises/{name}.json"])["exercises"].values()
        for arguments in exercise.get("inputs", ())
        for each in arguments
        if isinstance(each, dict) and set(each) == {"table"}
    }
    assert read
    assert {f"data/{name}.csv" for name in read} <= set(students)


def test_nothing_of_the_instructors_is_in_the_students_bundle(students):
    inside = parcels.unpacked(students[f"bordercount-{VERSION}+student-py3-none-any.whl"])
    parts = {part for name in (*students, *inside) for part in re.split(r"[/.]", name)}
    assert {"counts", "widget", "encounters"} <= parts
    absent = {"solutions", "guide", "tests", "golden", "keys", "grading", "release", "kit", "cli"}
    absent |= {"claims", "findings", "numbers", "benchmarks", "book", "templates", "answers.json"}
    assert parts & absent == set()


def strings(found):
    """Yield every text in a JSON value or YAML file."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for name, value in found.items():
            yield from (str(name), *strings(value))
    elif isinstance(found, list):
        for each in found:
            yield from strings(each)


def readable(files):
    """Yield each file's name and the words in it, wheels unpacked, JSON and YAML read."""
    for name, content in files.items():
        if name.endswith(".whl"):
            yield from readable(parcels.unpacked(content))
            continue
        text = content.decode()
        if name.endswith((".json", ".ipynb", ".yml", ".yaml")):
            text += "\n" + "\n".join(strings(yaml.load(text, yaml.CSafeLoader)))
        yield name, squeezed(text)


def squeezed(text):
    """Return a text without what white space, quoting and case can change."""
    return re.sub(r"[\W_]+", "", text).lower()


def told_by_keys(name):
    """Yield what is said after an answer to a chapter's exercises, right or wrong, and rubrics."""
    for exercise in exercises.load(name).exercises:
        for case in exercise.cases:
            key = solved.key(name, exercise, case)
            yield key["because"]
            yield from (each["feedback"] for each in key["mistakes"])
        yield from (feedback for _, feedback in solved.known_mistakes(name, exercise))
        if exercise.kind == "text":
            yield from (row.criterion for row in exercise.rubric)
            model = solved.answer_function(name, exercise)
            taken = inspect.signature(model).parameters
            for case in exercise.cases:
                yield str(model(**{key: case[key] for key in taken}))


def told_by_source(name):
    """Yield docstrings, bodies and long texts of a chapter's solutions."""
    source = (ROOT / "solutions" / f"{name}.py").read_text("utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            yield ast.get_docstring(node) or ""
            code = node.body[1:] if ast.get_docstring(node) else node.body
            yield "\n".join(ast.unparse(each) for each in code)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value if " " in node.value else ""


def given_openly(name):
    """Return what the functions that students complete say to begin with, docstrings and all."""
    chapter = exercises.load(name).exercises
    return squeezed("\n".join(e.starter + e.given for e in chapter if e.kind == "code"))


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_stands_in_clear_text_in_the_students_bundle(clone, students, name):
    told = {squeezed(each) for each in (*told_by_keys(name), *told_by_source(name))}
    told = {each for each in told if len(each) > 30 and each not in given_openly(name)}
    assert len(told) > 40
    for path, words in readable(students):
        assert [each for each in told if each in words] == [], path


def test_the_search_for_answers_would_find_them(students, instructors):
    found = dict(readable(students))
    for name in NAMES:
        first = exercises.load(name).exercises[0]
        assert squeezed(first.prompt) in found[f"exercises/{name}.yml"]
        for end in ("json", "ipynb"):
            shown = squeezed(exercises.fill(first.prompt, first.cases[0]))
            assert shown in found[f"exercises/{name}.{end}"]
    assert "rubric" in dict(readable({"q.yml": instructors["exercises/counts.yml"]}))["q.yml"]


def test_questions_are_given_without_rubrics_and_comments(whole, tmp_path):
    path = whole / "exercises" / "counts.yml"
    path.write_text(path.read_text("utf-8").replace("exercises:\n", "exercises:  # it is nine\n"))
    given = release.questions(path).decode()
    assert "nine" not in given
    for exercise, wanted in zip(
        yaml.safe_load(given)["exercises"],
        yaml.safe_load(path.read_text("utf-8"))["exercises"],
        strict=True,
    ):
        assert exercise == {key: value for key, value in wanted.items() if key != "rubric"}


def test_the_first_file_to_read_names_each_worksheet_and_every_step(students):
    text = students["START-HERE.txt"].decode()
    assert text.startswith(f"BORDERCOUNT {VERSION}: WORKSHEETS\n")
    for name in NAMES:
        assert re.search(rf"^ +{name}\.ipynb +{re.escape(exercises.load(name).title)}$", text, re.M)
    for step in ("py -m venv .venv", "python3 -m venv .venv", "pip install -r requirements.txt"):
        assert step in text
    assert "exercises/answers.json" in text
    assert max(map(len, text.splitlines())) <= 100


def test_what_to_install_names_versions_and_no_address(students):
    *pins, wheel = students["requirements.txt"].decode().splitlines()
    assert wheel.removeprefix("./") in students
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[\w.]+", pin) for pin in pins)


# --- the instructors' bundle -------------------------------------------------------------------


def test_instructors_get_every_file_of_the_course_and_nothing_else(instructors):
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("it takes git to say which files are the course's")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *release.FOLDERS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(instructors) == {*listed.stdout.split(), *release.TOP, *MADE}
    for path in set(instructors) - MADE:
        assert instructors[path] == (ROOT / path).read_bytes(), path


def test_the_instructors_text_names_the_commands(instructors):
    text = instructors["START-HERE.txt"].decode()
    for command in ("bordercount release", "bordercount grade", "jupyter-book build book/"):
        assert f"    .venv/bin/{command}" in text
    assert '-c constraints.txt -e ".[book,grade,lab]"' in text


# --- what is refused ---------------------------------------------------------------------------


def test_a_course_without_solutions_cannot_release(whole, run, tmp_path):
    shutil.rmtree(whole / "solutions")
    ran = run("release", tmp_path / "out")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"bordercount: no solutions/ in {whole}: a student's copy cannot ")
    assert ran.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["data", "exercises/out", "src/../book", "solutions", "src/x/y"])
def test_bundles_are_not_written_into_what_is_packed(whole, name):
    before = sorted(whole.rglob("*"))
    with pytest.raises(ReleaseError, match="is packed; name another folder"):
        release.release(whole / name)
    assert sorted(whole.rglob("*")) == before


def test_a_link_into_what_is_packed_is_seen_through(whole, tmp_path):
    (tmp_path / "out").symlink_to(whole / "data")
    with pytest.raises(ReleaseError, match="is packed; name another folder"):
        release.release(tmp_path / "out")


def test_a_file_in_the_way_is_named(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(release, "student", lambda *_: {})
    monkeypatch.setattr(release, "instructor", lambda *_: {})
    (tmp_path / "out").write_text("mine")
    with pytest.raises(parcels.WriteError, match="out: cannot be written: a file stands"):
        release.release(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("pyproject.toml", f'version = "{VERSION}"', 'version = "99.0"'),
        ("src/bordercount/answers.py", "LONGEST = 60", "LONGEST = 61"),
    ],
)
def test_a_package_that_is_not_the_one_that_runs_is_refused(whole, tmp_path, path, old, new):
    text = (whole / path).read_text("utf-8")
    assert old in text
    (whole / path).write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ReleaseError, match=r"the package that runs is not the one in .*src; pip"):
        release.release(tmp_path / "out")


def test_questions_of_no_chapter_are_refused(whole, tmp_path):
    (whole / "exercises" / "draft.yml").write_text("title: Not yet\n")
    with pytest.raises(ReleaseError, match=r"exercises/draft\.yml belongs to no chapter of book/"):
        release.release(tmp_path / "out")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("pyproject.toml", "this is not the whole course"),
        ("constraints.txt", "constraints.txt: cannot be packed: No such file"),
        ("book/terms.md", "terms.md: cannot be packed: No such file"),
        ("data/vintages.csv", "vintages.csv: cannot be packed: No such file"),
        ("solutions/counts.py", "the exercises of counts have no solutions"),
    ],
)
def test_a_missing_file_is_named_and_nothing_is_written(whole, run, tmp_path, path, says):
    (whole / path).unlink()
    ran = run("release", tmp_path / "out")
    assert ran.status == 2
    assert says in ran.err
    assert ran.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


# --- the command -------------------------------------------------------------------------------


def test_the_command_says_what_it_wrote(clone, run, tmp_path, monkeypatch):
    monkeypatch.setattr(release, "student", lambda *_: {"a": b"x" * 2_000_000})
    monkeypatch.setattr(release, "instructor", lambda *_: {"a": b"", "b": b""})
    ran = run("release", tmp_path / "out")
    assert (ran.status, ran.err) == (0, "")
    student, instructor = ran.out.splitlines()
    path = tmp_path / "out" / f"bordercount-{VERSION}-student.zip"
    assert student == f"{path}: 1 files, 2.0 MB, for students"
    assert instructor.endswith("instructor.zip: 2 files, 0.0 MB, for instructors")


# --- in a fresh environment --------------------------------------------------------------------

WORK = """
import json, sys
import nbformat
from nbclient import NotebookClient

ask = '''
from bordercount.widget import desk, exercise
import bordercount
desk().hear("{version}", {{"do": "student", "student": "s1"}})
given = json.loads({given!r})
print(desk().hear("{version}", {{"do": "merge", "answers": given, "student": "s1"}}))
print(bordercount.__file__)
'''
given, version, modules = sys.argv[1:]
notebook = nbformat.read("counts.ipynb", as_version=4)
import_cell = nbformat.v4.new_code_cell("import json\\n" + ask.format(version=version, given=given))
students = [f"import {name}" for name in modules.split()]
notebook.cells.insert(-2, import_cell)
notebook.cells.insert(-2, nbformat.v4.new_code_cell("\\n".join(students)))
NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
nbformat.write(notebook, "done.ipynb")
"""


@pytest.fixture(scope="module")
def laptop(released, tmp_path_factory):
    """Return the students' bundle, unpacked and set up as START-HERE.txt says."""
    home = tmp_path_factory.mktemp("laptop")
    with zipfile.ZipFile(released / f"bordercount-{VERSION}-student.zip") as found:
        found.extractall(home)
    folder = home / f"bordercount-{VERSION}-student"
    subprocess.run([sys.executable, "-m", "venv", ".venv"], cwd=folder, check=True)
    ran = in_bundle(folder, "-m", "pip", "install", "-q", "--no-compile", "-r", "requirements.txt")
    assert ran.returncode == 0, ran.stderr
    return folder


def in_bundle(folder, *arguments, below="."):
    """Run Python of the bundle's environment in one of its folders, with nothing of ours."""
    python = folder / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    ours = ("BORDERCOUNT", "PYTHON", "VIRTUAL_ENV", "JUPYTER", "IPYTHON")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    home = folder.parent / "home"  # no kernels or settings of this machine's user
    return subprocess.run(
        [python, *arguments],
        cwd=folder / below,
        env={**clean, "JUPYTER_DATA_DIR": str(home), "IPYTHONDIR": str(home)},
        capture_output=True,
        text=True,
    )


def given_by(student, name):
    """Return right answers of a student to a chapter's exercises of some kinds, as forms send."""
    entries = {}
    for exercise in exercises.load(name).exercises:
        if exercise.kind in ("number", "choice", "order"):
            full = f"{name}.{exercise.id}"
            case = exercise.cases[answers.case_number(full, student, len(exercise.cases))]
            value = solved.key(name, exercise, case)["answer"]
            if exercise.kind == "number":
                value = answers.write_number(int(value), exercise.decimals)
            entries[full] = {"value": value, "case": dict(case), "tries": 1, "at": sheet.now()}
    return entries


@pytest.mark.slow
def test_a_worksheet_works_in_a_fresh_environment_and_its_sheet_is_graded(
    clone, laptop, run, tmp_path
):
    given = given_by("s1", "counts")
    modules = [re.sub(r"/|\.py$", ".", each).strip(".") for each in kit.MODULES if ".py" in each]
    names = " ".join(f"bordercount.{each}".removesuffix(".__init__") for each in modules)
    ran = in_bundle(laptop, "-c", WORK, json.dumps(given), VERSION, names, below="exercises")
    assert ran.returncode == 0, ran.stderr
    done = json.loads((laptop / "exercises" / "done.ipynb").read_text("utf-8"))
    outputs = [output for cell in done["cells"] for output in cell.get("outputs", ())]
    said = "".join("".join(each.get("text", "")) for each in outputs)
    assert str(laptop / ".venv") in said
    handed_in = outputs[-1]["data"][sheet.MIME]
    path = laptop / "exercises" / "answers.json"
    assert handed_in == json.loads(path.read_text("utf-8"))
    assert (handed_in["student"], set(handed_in["answers"])) == ("s1", set(given))
    assert "application/vnd.jupyter.widget-view+json" in outputs[0]["data"]

    hand_in = tmp_path / "hand-in"
    hand_in.mkdir()
    shutil.copy(path, hand_in)
    ran = run("grade", hand_in, "--out", tmp_path / "grades")
    assert ran.status == 0, ran.err
    with (tmp_path / "grades" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["exercise"]: row for row in csv.DictReader(file)}
    assert {rows[name]["verdict"] for name in given} == {"right"}
    assert {name for name, row in rows.items() if row["verdict"] == "right"} == set(given)


@pytest.mark.slow
def test_jupyterlab_is_there_in_the_fresh_environment_and_nothing_of_the_instructors(laptop):
    assert in_bundle(laptop, "-m", "jupyterlab", "--version").returncode == 0
    code = "import importlib.util as u; print([u.find_spec(n) for n in ('pydantic', 'typer')])"
    assert in_bundle(laptop, "-c", code).stdout.strip() == "[None, None]"
    shown = in_bundle(laptop, "-m", "pip", "check")
    assert shown.returncode == 0, shown.stdout
