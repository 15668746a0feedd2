"""What `bordercount doctor` finds, which ways in it holds for open, and what it says to do."""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import bordercount
from bordercount import doctor, installed
from bordercount.course import ENVIRONMENT
from bordercount.doctor import WAYS, Finding

ROOT = Path(__file__).parents[1]
ALL_WELL = [
    Finding(need, "ok", "here") for need in {need for way in WAYS.values() for need in way.needs}
]


def named(found: Iterable[Finding], what: str) -> Finding:
    """Return the finding about something."""
    return next(each for each in found if each.what == what)


@pytest.fixture(scope="session")
def loaded() -> dict[str, list[installed.Package]]:
    """Return the packages that are here, which takes seconds to find out."""
    return installed.packages(installed.extras(installed.project(ROOT)))


@pytest.fixture
def small(demo: Path, loaded: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the small course, made to look like the whole: sources, configuration, no build."""
    monkeypatch.setattr(installed, "packages", lambda wanted: loaded)
    (demo / "book").mkdir()
    toc = "format: jb-book\nroot: index\nparts: [{caption: One, chapters: [{file: demo}]}]\n"
    (demo / "book" / "_toc.yml").write_text(toc)
    for name in ("index", "demo"):
        (demo / "book" / f"{name}.md").write_text(f"# {name}\n")
    shutil.copy(ROOT / "_config.yml", demo)
    return demo


# --- the ways in ----------------------------------------------------------------------------------


def test_every_way_works_or_is_beyond_this_computer_when_all_is_well() -> None:
    found = doctor.ways([*ALL_WELL, Finding("course", "ok", "here")])
    assert [each.what for each in found] == list(WAYS)
    for each in found:
        assert each.state == ("unknown" if WAYS[each.what].beyond else "works")
        assert WAYS[each.what].how in each.found
    assert {each.what for each in found if each.state == "unknown"} == {
        "in the browser alone",
        "on Binder",
        "on a JupyterHub",
    }


def test_on_a_busy_computer_packages_and_their_ways_are_not_known(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = {"print": [installed.Package("playwright", "1", installed.SLOW)]}
    monkeypatch.setattr(installed, "packages", lambda wanted: slow)
    (packages,) = doctor.packages(small)
    assert (packages.state, "playwright" in packages.found) == ("unknown", True)
    assert "again" in packages.remedy
    kept = [each for each in ALL_WELL if each.what != "printed pages"]
    lacking = Finding("printed pages", "unknown", "not so", "again")
    found = doctor.ways([*kept, lacking, Finding("course", "ok", "here")])
    assert named(found, "on paper").state == "unknown"


@pytest.mark.parametrize("what", WAYS)
@pytest.mark.parametrize("state", ["absent", "broken"])
def test_a_way_is_closed_by_each_thing_that_it_needs(what: str, state: Any) -> None:
    for need in WAYS[what].needs:
        kept = [each for each in ALL_WELL if each.what != need]
        lacking = Finding(need, state, "not so", "do this")
        way = named(doctor.ways([*kept, lacking, Finding("course", "ok", "here")]), what)
        assert (way.state, way.found, way.remedy) == ("closed", f"{need}: not so", "do this")


def test_what_ways_need_is_what_is_looked_at(small: Path) -> None:
    found = doctor.findings()
    assert {need for way in WAYS.values() for need in way.needs} <= {each.what for each in found}
    assert len({each.what for each in found}) == len(found)


def test_outside_a_course_every_way_is_closed_and_the_remedy_is_to_go_there(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ENVIRONMENT)
    monkeypatch.chdir(tmp_path)
    found = doctor.findings()
    assert ENVIRONMENT in named(found, "course").remedy
    for each in doctor.ways(found):
        assert each.state == "closed"
        assert each.remedy == named(found, "course").remedy
    assert not doctor.well(found)


# --- the course -----------------------------------------------------------------------------------


def test_an_authors_copy_computes_what_a_students_copy_must_have_compiled(small: Path) -> None:
    compiled = small / "exercises" / "demo.json"
    said = f"{len(json.loads(compiled.read_text())['exercises'])} in 1 chapters"
    compiled.unlink()
    assert doctor.exercises(small) == Finding("exercises", "ok", said)
    shutil.rmtree(small / "solutions")
    finding = doctor.exercises(small)
    assert (finding.state, finding.remedy) == ("broken", "unpack the students' bundle again")
    assert doctor.solutions(small).state == "absent"


def test_compiled_exercises_of_other_questions_are_noticed(small: Path) -> None:
    shutil.rmtree(small / "solutions")
    assert doctor.exercises(small).state == "ok"
    path = small / "exercises" / "demo.json"
    found = json.loads(path.read_text("utf-8"))
    found["exercises"].popitem()
    path.write_text(json.dumps(found), "utf-8")
    assert "demo.json is missing or not that of demo.yml" in doctor.exercises(small).found


def test_a_missing_worksheet_solution_or_page_is_named_with_what_to_do(small: Path) -> None:
    assert doctor.worksheets(small).state == "ok"
    (small / "exercises" / "demo.ipynb").unlink()
    assert doctor.worksheets(small).remedy == "bordercount worksheets"
    found = doctor.ways(doctor.findings())
    assert named(found, "open worksheets in JupyterLab").found == "worksheets: none of demo"
    assert "worksheet" not in named(found, "grade").found
    (small / "solutions" / "demo.py").unlink()
    assert doctor.solutions(small).found == "none of demo"
    assert doctor.sources(small) == Finding("sources", "ok", "2 pages")
    (small / "book" / "demo.md").unlink()
    assert "names demo, and there is no such page" in doctor.sources(small).found


@pytest.mark.parametrize(
    ("file", "needs"),
    [
        ("exercises/demo.yml", ["exercises"]),
        ("book/_toc.yml", ["sources"]),
        ("_config.yml", ["address of the repository", "address of the hub"]),
    ],
)
def test_a_file_that_cannot_be_read_breaks_its_findings_and_no_others(
    small: Path, file: str, needs: list[str]
) -> None:
    before = {each.what for each in doctor.findings() if each.state == "broken"}
    (small / file).write_text("a: [\n")
    found = doctor.findings()
    assert {each.what for each in found if each.state == "broken"} == {*before, *needs}
    assert "\n" not in named(found, needs[0]).found
    assert not doctor.well(found)


@pytest.mark.parametrize(
    ("text", "repository", "hub"),
    [
        ('repository:\n  url: "" # unset\n', "absent", "absent"),
        ("title: x\n", "absent", "absent"),
        ("repository: {url: https://example.org/a/b}\n", "ok", "absent"),
        (
            "repository: {url: https://example.org/a/b}\n"
            "launch_buttons: {jupyterhub_url: https://hub.example.org}\n",
            "ok",
            "ok",
        ),
        ("repository:\n  url: example.org\n", "broken", "broken"),
    ],
)
def test_buttons_need_the_addresses(small: Path, text: str, repository: str, hub: str) -> None:
    (small / "_config.yml").write_text(text)
    found = doctor.findings()
    for what, state in (("address of the repository", repository), ("address of the hub", hub)):
        assert named(found, what).state == state
        if state == "absent":
            assert "_config.yml" in named(found, what).remedy


def test_what_was_made_is_found_and_what_was_not_has_its_command(small: Path) -> None:
    made = {
        "built book": ("_build/html/index.html", "jupyter-book build book/"),
        "worksheets for the browser": ("_build/lite/lab/index.html", "make lite"),
        "offline bundle": ("_build/bordercount-1-offline-linux.zip", "make offline"),
        "printed pages": ("_build/print/worksheet-demo.pdf", "make print"),
    }
    for what, (name, command) in made.items():
        assert named(doctor.made(small), what).remedy == command
        (small / name).parent.mkdir(parents=True, exist_ok=True)
        (small / name).write_text("")
        assert named(doctor.made(small), what).state == "ok"


def test_a_book_older_than_its_sources_says_what_changed(small: Path) -> None:
    page = small / "_build" / "html" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("")
    assert doctor.built_book(small).remedy == ""
    changed = small / "solutions" / "demo.py"
    os.utime(changed, (page.stat().st_mtime + 60,) * 2)
    finding = doctor.built_book(small)
    assert finding.found.endswith("older than solutions/demo.py")
    assert finding.remedy.startswith("jupyter-book build book/")


# --- what is installed ----------------------------------------------------------------------------


@pytest.fixture
def other_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that puts the jupyter-book of another environment on the PATH."""

    def put(version: str) -> None:
        env = tmp_path / version
        (env / "bin").mkdir(parents=True)
        (env / "bin" / "jupyter-book").write_text("#!/bin/sh\n")
        (env / "bin" / "jupyter-book").chmod(0o755)
        (env / "lib/python3.12/site-packages" / f"jupyter_book-{version}.dist-info").mkdir(
            parents=True
        )
        monkeypatch.setenv("PATH", str(env / "bin"))

    return put


def test_jupyter_book_2_on_the_path_closes_the_build_and_names_its_symptom(
    small: Path, other_book: Callable[[str], None]
) -> None:
    other_book("2.1.7")
    found = doctor.findings()
    finding = named(found, "jupyter-book")
    assert finding.state == "broken"
    assert "is version 2.1.7" in finding.found
    assert "EISDIR" in finding.found
    assert str(Path(sys.executable).parent / "jupyter-book") in finding.remedy
    assert named(doctor.ways(found), "build the book").state == "closed"
    other_book("1.0.2")
    assert doctor.jupyter_book(small) == Finding("jupyter-book", "ok", "1.0.2")


def test_what_jupyter_book_2_left_is_recognised(
    small: Path, other_book: Callable[[str], None]
) -> None:
    other_book("1.0.4")
    log = small / "_build" / "logs" / "myst.build.json"
    log.parent.mkdir(parents=True)
    log.write_text("{}")
    finding = doctor.jupyter_book(small)
    assert (finding.state, finding.remedy) == ("ok", "jupyter-book build book/")
    assert "version 2 made the last build, which left a log and no page" in finding.found
    (small / "_build" / "html").mkdir()
    (small / "_build" / "html" / "index.html").write_text("")
    assert doctor.jupyter_book(small).found == "1.0.4"


def test_jupyter_book_that_no_terminal_finds_is_here_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = doctor.jupyter_book(None)
    assert (finding.state, finding.remedy.split()[-2:]) == ("ok", ["build", "book/"])
    monkeypatch.setattr(installed, "version", lambda name: "")
    assert doctor.jupyter_book(None).state == "absent"


def test_a_package_that_does_not_load_closes_the_ways_that_need_it(
    clone: Path, tmp_path: Path
) -> None:
    (tmp_path / "nbformat").mkdir()
    (tmp_path / "nbformat" / "__init__.py").write_text("raise ImportError('half installed')\n")
    report = asked([sys.executable], {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT / 'src'}"})
    grading = "packages that grade and make bundles"
    assert report[grading][0] == "broken"
    assert "nbformat: ImportError: half installed" in report[grading][1]
    assert "--force-reinstall nbformat" in report[grading][2]
    assert report["grade"][:2] == ["closed", f"{grading}: {report[grading][1]}"]
    assert report["well"] is False


def test_a_python_with_no_package_at_all_gets_a_report(clone: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "bare")
    (site,) = (tmp_path / "bare").glob("lib/python*/site-packages")
    record = Path(str(installed.importlib.metadata.distribution("bordercount")._path))  # type: ignore[attr-defined]
    shutil.copytree(record, site / record.name)
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    report = asked([str(tmp_path / "bare/bin/python")], {**clean, "PYTHONPATH": str(ROOT / "src")})
    assert report["course"][0] == "ok"
    assert report["packages that everything needs"][0] == "broken"
    assert report["grade"][0] == "closed"
    assert "pip install -c constraints.txt" in report["grade"][2]


def asked(python: list[str], variables: dict[str, str]) -> dict[str, Any]:
    """Return what doctor reports when another process runs it: state, words, remedy by name."""
    code = (
        "import json\nfrom bordercount import doctor\nfound = doctor.findings()\n"
        "every = [*found, *doctor.ways(found)]\n"
        "report = {each.what: [each.state, each.found, each.remedy] for each in every}\n"
        "print(json.dumps({**report, 'well': doctor.well(found)}))"
    )
    ran = subprocess.run(
        [*python, "-c", code], env=variables, capture_output=True, text=True, cwd=ROOT
    )
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


def test_a_package_of_another_folder_or_version_is_noticed(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small / "src" / "bordercount").mkdir(parents=True)
    finding = doctor.package(small)
    assert (finding.state, "of this course" in finding.found) == ("broken", True)
    assert doctor.package(ROOT).state == "ok"
    shutil.rmtree(small / "src")
    text = '[project]\nname = "bordercount"\nversion = "99.0"\ndependencies = []\n'
    (small / "pyproject.toml").write_text(text)
    assert "the course says 99.0" in doctor.package(small).found


def test_without_programs_their_packages_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = list(doctor.programs())
    assert [each.state for each in found] == ["absent"] * 3
    assert [each.remedy for each in found] == [
        f"apt-get install {name}" for name in ("make", "git", "chromium")
    ]
    functions = doctor.sandbox(None)
    assert functions.state == "absent"
    assert "apt-get install bubblewrap" in functions.found


# --- the report -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_it_prints_every_finding_every_way_and_every_wall(
    clone: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", f"{here}{os.pathsep}{os.environ['PATH']}")
    ran = run("doctor")
    assert (ran.status, ran.err) == (0, "")
    assert f"ok      bordercount: {bordercount.__version__}" in ran.out
    for way in WAYS:
        assert f" {way}: " in ran.out
    for open_here in ("build the book", "open worksheets in JupyterLab", "grade"):
        assert f"works   {open_here}: {WAYS[open_here].how}" in ran.out
    assert "- no way to the network" in ran.out
    assert "to do: set repository: url in _config.yml" in ran.out


def test_the_exit_status_tells_what_is_broken_from_what_is_absent(
    small: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for state, status in (("ok", 0), ("absent", 0), ("broken", 1)):
        found = [*ALL_WELL, Finding("course", "ok", "here"), Finding("x", state, "y", "[z]")]
        monkeypatch.setattr(doctor, "findings", lambda found=found: found)
        ran = run("doctor")
        assert ran.status == status
        assert f"{state:8}x: y\n        to do: [z]\n" in ran.out
