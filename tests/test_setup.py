"""Setting up: what is missing is said in one line, and versions come from no particular index."""

import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from bordercount import __version__

ROOT = Path(__file__).parents[1]


def make(folder, python):
    """Run `make book` in a copy of the Makefile with the interpreter given; return its stderr."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    ran = subprocess.run(
        ["make", "book", f"PYTHON={python}"], cwd=folder, capture_output=True, text=True
    )
    assert ran.returncode != 0
    return [line for line in ran.stderr.splitlines() if not line.startswith("make")]


def interpreter(folder, script):
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_what_is_missing_is_named_in_one_line(tmp_path):
    (line,) = make(tmp_path, "no-such-python")
    assert "Python is missing" in line
    assert "apt-get install python3 python3-venv" in line

    too_old = 'case "$*" in *version_info*) exit 1;; *) echo Python 3.9.2;; esac'
    (line,) = make(tmp_path, interpreter(tmp_path, too_old))
    assert "Python 3.9.2 is too old: install Python 3.11 or later" in line

    without_venv = 'case "$*" in *ensurepip*) exit 1;; *) exit 0;; esac'
    (line,) = make(tmp_path, interpreter(tmp_path, without_venv))
    assert "apt-get install python3-venv" in line
    assert not (tmp_path / ".venv").exists()


def test_constraints_pin_versions_and_name_no_address():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[\w.+!]+", pin)] == []
    assert len(pins) > 100


def test_every_requirement_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(each for extra in extras for each in extra)]
    names = {re.match(r"[\w.-]+", each)[0].lower().replace("_", "-") for each in wanted}
    text = (ROOT / "constraints.txt").read_text("utf-8")
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in text.splitlines()}
    assert names - pinned == {"bordercount"}


@pytest.mark.parametrize("python", ["3.11.0", "3.11.2"])  # the oldest, and that of Debian 12
def test_every_pinned_package_takes_the_oldest_python(python):
    wanted = {each.name: each.metadata.get("Requires-Python") for each in distributions()}
    assert len(wanted) > 100
    assert [name for name, said in wanted.items() if python not in SpecifierSet(said or "")] == []


def test_the_readme_gives_the_commands_that_work_without_make():
    readme = (ROOT / "README.md").read_text("utf-8")
    for command in (
        'pip install -c constraints.txt -e ".[book,test]"',
        "jupyter-book build book/",
        "pytest",
        "make book",
        "make test",
    ):
        assert f"$ {command}" in readme


def test_the_version_stands_in_pyproject_and_what_cites_or_dates_it_names_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert __version__ == project["version"], "install again: pip install -e ."
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["version"] == __version__
    headings = re.findall(r"^## ([\d.]+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert headings[0] == __version__


def test_the_version_is_typed_nowhere_else():
    for folder in ("src", "book", "exercises", "solutions", ".binder"):
        for path in (each for each in (ROOT / folder).rglob("*") if each.is_file()):
            if path.suffix not in (".pyc", ".json", ".png"):
                text = path.read_text("utf-8")
                assert not re.search(rf"(?<![\d.]){re.escape(__version__)}(?![\d.])", text), path


def test_the_workflow_that_publishes_is_one_by_the_schema_and_builds_as_the_readme_says():
    path = ROOT / ".github" / "workflows" / "pages.yml"
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    ran = subprocess.run(
        [*check, "vendor.github-workflows", path], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    commands = [step["run"] for step in workflow["jobs"]["build"]["steps"] if "run" in step]
    readme = (ROOT / "README.md").read_text("utf-8")
    for command in commands:
        assert f"$ {re.match(r'make [a-z]+', command)[0]} " in readme
    assert workflow["jobs"]["deploy"]["needs"] == "build"
