"""The classroom image: built by the steps that repo2docker writes, used in a browser, graded."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from answering import Forms
from labpage import listen
from labserver import TOKEN, Lab, Notebook, ready, running
from playwright.sync_api import Browser, Page, expect

from bordercount import __version__, course, keys, launch, release, yamlfile

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in (ROOT / "exercises").glob("*.yml"))
STUDENT = "s-17"
CODE = """\
def total(table, month):
    rows = table[table["month"] == month]
    return int(rows["encounters"].sum()) if len(rows) else None


exercise("counts.careful_total", total)
"""
# One exercise of each kind, and one at least in each worksheet.
ANSWERED = {
    "changes": "order",
    "counts": "code",
    "frames": "match",
    "ports": "choice",
    "promises": "text",
    "records": "estimate",
    "story": "multiple",
    "terms": "number",
    "write": "number",
}


def repository(folder: Path) -> Path:
    """Return a clone of this repository with what is not committed yet, to take apart."""
    subprocess.run(["git", "clone", "-q", ROOT, folder], check=True)
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def dockerfile(folder: Path) -> str:
    """Return the Dockerfile that repo2docker writes for a folder."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    if (command := shutil.which("repo2docker", path=places)) is None:
        reason = "no repo2docker: pip install -c constraints.txt -e '.[test]'"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    written = subprocess.run(
        [command, "--no-build", "--debug", "."], cwd=folder, capture_output=True, text=True
    )
    assert written.returncode == 0, written.stderr
    assert "Building conda environment for python=3.11" in written.stderr
    return written.stdout


@dataclass(frozen=True)
class Image:
    """What an image holds: the student's files, and the environment."""

    folder: Path
    prefix: Path

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a step of the Dockerfile does."""
        ours = ("BORDERCOUNT", "PYTHON", "VIRTUAL_ENV", "JUPYTER", "IPYTHON")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        own = {"KERNEL_PYTHON_PREFIX": str(self.prefix), "REPO_DIR": str(self.folder)}
        return subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=clean | own,
            capture_output=True,
            text=True,
        )

    def lab(self, home: Path) -> Lab:
        """Return the image's JupyterLab, with its settings in a folder."""
        return Lab(self.folder, home, str(self.prefix / "bin" / "python"))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Return what the steps of the Dockerfile leave, in a fresh environment.

    JupyterLab comes from the constraints here, where repo2docker brings its own.
    """
    home = tmp_path_factory.mktemp("image")
    made = Image(repository(home / "jovyan"), home / "environment")
    after_copying = dockerfile(made.folder).partition("# Copy stuff.")[2]
    steps = re.findall(r"^RUN (.+)$", after_copying, re.M)
    assert [step.partition("/bin/pip")[2] or step for step in steps] == [
        ' install --no-cache-dir -r ".binder/requirements.txt"',
        "chmod +x .binder/postBuild",
        "./.binder/postBuild",
    ]
    subprocess.run([sys.executable, "-m", "venv", made.prefix], check=True)
    pip = "${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir"
    for step in (f"{pip} -c constraints.txt jupyterlab", *steps):
        ran = made.run(step)
        assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    return made


@pytest.fixture(scope="module")
def lab(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Start the image's JupyterLab."""
    with running(image.lab(tmp_path_factory.mktemp("lab"))) as started:
        yield started


@pytest.fixture
def another_lab(image: Image, tmp_path: Path) -> Iterator[Lab]:
    """Start one that has not been used yet: JupyterLab opens again what was open."""
    with running(image.lab(tmp_path)) as started:
        yield started


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """Return the page in which one student opens one worksheet after another."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


def test_the_requirements_are_those_of_the_package_beside_jupyterlab():
    text = (ROOT / ".binder" / "requirements.txt").read_text("utf-8")
    comment, constraints, *names = text.splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["hub"]]
    assert names == sorted(re.match(r"[\w.-]+", each)[0] for each in wanted)
    assert (comment[0], constraints) == ("#", "-c ../constraints.txt")


@pytest.mark.parametrize("variables", [{}, {"REPO_DIR": "here"}, {"KERNEL_PYTHON_PREFIX": "here"}])
def test_at_home_post_build_deletes_nothing(tmp_path, variables):
    shutil.copytree(ROOT / ".binder", tmp_path / ".binder")
    (tmp_path / ".git").mkdir()
    clean = {name: os.environ[name] for name in ("PATH", "HOME")}
    ran = subprocess.run(
        [".binder/postBuild"],
        cwd=tmp_path,
        env=clean | {name: str(tmp_path) for name in variables},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith(".binder/postBuild deletes the repository that it runs in")
    assert ran.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [".binder", ".git"]


def test_the_image_holds_what_students_get_and_no_other_file(image, compiled, monkeypatch):
    monkeypatch.setenv(course.ENVIRONMENT, str(ROOT))
    monkeypatch.setattr(keys, "made_chapter", lambda name: {})  # computed once, by the fixture
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    bundle = release.student(ROOT, project)
    kept = {name for name in bundle if name == "LICENSE" or name.startswith(("data/", "exer"))}
    found = {
        path.relative_to(image.folder).as_posix(): path.read_bytes()
        for path in image.folder.rglob("*")
        if path.is_file()
    }
    assert set(found) == kept
    for name in kept:
        if name.endswith(".json"):
            chapter = json.loads(found[name])["exercises"].values()
            assert all(each == compiled[each["id"]] for each in chapter)
        else:
            assert found[name] == bundle[name], name


def test_the_environment_fits_together_and_holds_the_student_side_alone(image):
    checked = image.run("${KERNEL_PYTHON_PREFIX}/bin/pip check")
    assert checked.returncode == 0, checked.stdout
    frozen = image.run("${KERNEL_PYTHON_PREFIX}/bin/pip list --format=freeze").stdout.split()
    assert [each for each in frozen if each.startswith("bordercount")] == [
        f"bordercount=={__version__}+student"
    ]
    pinned = set((ROOT / "constraints.txt").read_text("utf-8").lower().replace("_", "-").split())
    others = {each.lower().replace("_", "-") for each in frozen} - pinned
    assert {each.partition("==")[0] for each in others} == {"bordercount", "pip", "setuptools"}


def test_without_a_name_the_list_of_worksheets_opens(lab, window):
    window.goto(f"{lab.address}/?token={TOKEN}")
    listed = window.locator(".jp-DirListing-itemText")
    expect(listed.get_by_text(f"{NAMES[0]}.ipynb", exact=True)).to_be_visible()
    assert {f"{name}.ipynb" for name in NAMES} <= set(listed.all_inner_texts())


@pytest.mark.parametrize("name", NAMES)
def test_each_worksheet_opens_runs_and_takes_an_answer(image, lab, window, compiled, name):
    notebook = Notebook(window, name, path=image.folder / "exercises" / f"{name}.ipynb")
    listen(notebook, lab.address)
    window.goto(f"{lab.address}/lab/tree/exercises/{name}.ipynb?token={TOKEN}&reset")
    ready(notebook)
    notebook.run_all()
    kinds = {each: one["kind"] for each, one in compiled.items() if each.startswith(f"{name}.")}
    forms = [each for each, kind in kinds.items() if kind != "code"]
    expect(notebook.forms()).to_have_count(len(forms))
    assert window.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    if name == NAMES[0]:
        notebook.give_id(STUDENT)
    expect(window.locator(".bc-who").last).to_contain_text(f"Answers of {STUDENT}")

    chosen = next(each for each, kind in kinds.items() if kind == ANSWERED[name])
    if ANSWERED[name] == "code":
        write(notebook, CODE)
        expect(window.get_by_text("2 of 2 public inputs give what is wanted.")).to_be_visible()
    else:
        student = Forms(window, compiled, STUDENT)
        student.answer(chosen, student.right(chosen))
        student.says(chosen, "✓", f"Saved for {STUDENT}. One try so far.")
    assert window.get_by_text("Would you like to get notified").count() == 0
    assert chosen in notebook.disk["answers"]
    assert notebook.complaints == []
    assert notebook.elsewhere == []


def write(notebook: Notebook, source: str) -> None:
    """Write a function into the cell that has a starter, as one does, and run it."""
    cell = notebook.page.locator(".jp-CodeCell", has_text='exercise("counts.careful_total"')
    cell.locator(".cm-content").click()
    notebook.press("ControlOrMeta+a")
    notebook.page.keyboard.insert_text(source)
    notebook.press("Shift+Enter")


def test_a_student_who_left_every_worksheet_open_is_within_the_limit_that_the_page_sets(lab):
    page = (ROOT / "book" / "hub.md").read_text("utf-8")
    (settings,) = re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)
    memory = yamlfile.parse(settings)["singleuser"]["memory"]
    assert len(lab.sessions("exercises")) == len(NAMES)
    assert lab.memory() < 1e9 * float(memory["limit"].removesuffix("G"))


def test_the_sheet_from_the_image_is_graded(image, run, tmp_path, monkeypatch, compiled):
    monkeypatch.setenv(course.ENVIRONMENT, str(ROOT))
    (tmp_path / "handed-in").mkdir()
    shutil.copy(image.folder / "exercises" / "answers.json", tmp_path / "handed-in")
    ran = run("grade", tmp_path / "handed-in", "--out", tmp_path / "grades")
    assert ran.status == 0, ran.out + ran.err
    with (tmp_path / "grades" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["exercise"]: row for row in csv.DictReader(file)}
    verdicts = {
        compiled[each]["kind"]: row["verdict"]
        for each, row in rows.items()
        if row["verdict"] != "not attempted"
    }
    read = {"estimate": "recorded", "text": "to mark"}
    assert verdicts == {kind: read.get(kind, "right") for kind in ANSWERED.values()}


def published(folder: Path) -> None:
    """Run `make hub` in a repository."""
    (folder / ".venv").mkdir(exist_ok=True)
    (folder / ".venv" / "installed").touch()
    ran = subprocess.run(
        ["make", "hub", f"BIN={Path(sys.executable).parent}"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr


def test_a_hubs_link_pulls_the_worksheets_and_a_newer_one_loses_no_answer(
    image, another_lab, window, compiled, tmp_path
):
    origin = tmp_path / "numbers"
    subprocess.run(["git", "init", "-q", "--bare", origin], check=True)
    teachers = repository(tmp_path / "teacher")
    for each in (*(teachers / "exercises").iterdir(), *(teachers / "solutions").iterdir()):
        if each.stem != "counts":  # there is less to compute
            each.unlink()
    subprocess.run(["git", "remote", "set-url", "origin", origin], cwd=teachers, check=True)
    published(teachers)
    listed = ["git", "ls-tree", "-r", "--name-only", launch.WORKSHEETS]
    files = subprocess.run(listed, cwd=origin, capture_output=True, text=True, check=True).stdout
    assert {"exercises/counts.json", "exercises/counts.ipynb"} < set(files.split())
    assert not re.search(r"^(solutions|tests|src|book|\.)", files, re.M)

    ways = launch.Ways(repository=origin.as_uri(), hub=another_lab.address)
    (link,) = launch.links(ways, "counts")
    here = link.address.replace("/hub/user-redirect", "")  # a hub leads to one's own server
    path = image.folder / origin.name / "exercises" / "counts.ipynb"
    notebook = Notebook(window, "counts", path=path)
    window.goto(f"{here}&token={TOKEN}")
    ready(notebook)
    notebook.run_all()
    notebook.give_id(STUDENT)
    student = Forms(window, compiled, STUDENT)
    chosen = "counts.february_rows"
    student.answer(chosen, "12")
    student.says(chosen, "✓ Recorded", f"Saved for {STUDENT}.")
    notebook.save()

    questions = teachers / "exercises" / "counts.yml"
    text = questions.read_text("utf-8")
    questions.write_text(text.replace("Counting February", "Counting anew"), "utf-8")
    published(teachers)
    window.goto(here)
    ready(notebook)
    expect(window.get_by_role("heading", name="Worksheet: Counting anew")).to_be_visible()
    notebook.run_all()
    expect(notebook.form(chosen.partition(".")[2]).locator("input")).to_have_value("12")
    assert notebook.disk["answers"][chosen]["value"] == "12"
