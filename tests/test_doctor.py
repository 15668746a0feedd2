"""What `bordercount doctor` finds, and what it says to do."""

import sys
from pathlib import Path

import pytest

import bordercount
from bordercount import doctor
from bordercount.course import ENVIRONMENT

ROOT = Path(__file__).parents[1]


def found(what):
    """Return the finding about something."""
    return next(each for each in doctor.examine() if each.what == what)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return a folder that is a course of one chapter, and an empty PATH."""
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "one.yml").write_text("")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def program(place, name, text):
    """Put a program on the PATH that prints this text."""
    path = place / "bin" / name
    path.write_text(f"#!{sys.executable}\nprint({text!r})\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("printed", "state"),
    [
        ("Jupyter Book      : 1.0.4.post1\nMyST-NB : 1.4.0", "ok"),
        ("v2.0.1", "no"),
        ("2.1.0", "no"),
        ("hello", "unknown"),
    ],
)
def test_jupyter_book_2_is_recognised(place, printed, state):
    program(place, "jupyter-book", printed)
    finding = found("the command jupyter-book")
    assert finding.state == state
    if state == "no":
        assert "builds nothing" in finding.found
        assert "this book needs version 1" in finding.remedy


def test_a_broken_jupyter_book_is_a_finding(place):
    (place / "bin" / "jupyter-book").write_text("#!/nowhere/python\n")
    (place / "bin" / "jupyter-book").chmod(0o755)
    assert found("the command jupyter-book").state == "no"


def test_what_is_missing_is_said_with_what_to_do(place):
    assert found("the command jupyter-book").remedy.startswith("pip install")
    assert "apt-get install chromium" in found("a browser for PDFs and tests").remedy
    functions = found("to run students' functions")
    assert functions.state == "no"
    assert "apt-get install bubblewrap" in functions.found


def test_a_package_that_is_missing_names_its_extra(place, monkeypatch):
    monkeypatch.setattr(doctor, "version_of", lambda name: "" if name == "distributed" else "1")
    finding = found("to grade over a Dask cluster")
    assert (finding.state, finding.found) == ("no", "distributed missing")
    assert '".[scale]"' in finding.remedy


def test_worksheets_need_their_compiled_exercises(place):
    assert "unpack the student bundle again" in found("worksheets").remedy
    (place / "solutions").mkdir()
    assert found("worksheets").remedy == "bordercount compile"
    (place / "exercises" / "one.json").write_text("{}")
    assert found("worksheets").state == "ok"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ('repository:\n  url: "" # unset\n', "no"),
        ("title: x\n", "no"),
        ("repository:\n  url: https://github.com/example/course\n", "ok"),
        ("repository:\n  url: example.org\n", "no"),
        ("repository: [\n", "no"),
    ],
)
def test_launch_buttons_need_the_address_of_the_repository(place, text, state):
    (place / "_config.yml").write_text(text)
    finding = found("launch buttons (Binder, hub)")
    assert finding.state == state
    assert ("_config.yml" in finding.remedy) == (state == "no")


def test_outside_a_course_it_says_where_to_go(tmp_path, monkeypatch):
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.chdir(tmp_path)
    assert ENVIRONMENT in found("the course").remedy
    assert not any(each.what == "worksheets" for each in doctor.examine())


@pytest.mark.slow
def test_the_walls_of_the_sandbox_are_listed(clone):
    walls = [each for each in doctor.examine() if each.what.strip() == "wall"]
    assert any("network" in each.found for each in walls)


def test_it_prints_every_finding_and_its_remedy(place, run):
    ran = run("doctor")
    assert ran.status == 0
    assert f"bordercount: {bordercount.__version__}" in ran.out
    assert "do: " in ran.out


def test_one_version_stands_everywhere():
    """The package's version is the project's; what cites or dates it names the same."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert bordercount.__version__ == project["version"]
    assert f"version: {project['version']}" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert project["version"] in (ROOT / "CHANGELOG.md").read_text("utf-8")
