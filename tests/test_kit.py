"""What a student installs: the student side of the package, and the versions it runs with."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from bordercount import kit, parcels

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONSTRAINTS = (ROOT / "constraints.txt").read_text("utf-8")
# The widget compiles exercises where solutions are at hand, which a student does not have.
INSTRUCTORS_ALONE = {("widget.py", "keys")}


@pytest.fixture(scope="module")
def wheel():
    return kit.wheel(ROOT, PROJECT)


@pytest.fixture(scope="module")
def pins():
    return kit.requirements(PROJECT, CONSTRAINTS)


def test_the_wheel_holds_the_students_modules_and_no_other_file(wheel):
    name, built = wheel
    assert name == f"bordercount-{PROJECT['project']['version']}+student-py3-none-any.whl"
    files = parcels.unpacked(built)
    modules = {each for each in files if ".dist-info/" not in each}
    assert modules == {f"bordercount/{each}" for each in kit.MODULES}
    described = {each.partition(".dist-info/")[2] for each in set(files) - modules}
    assert described == {"METADATA", "RECORD", "WHEEL", "licenses/LICENSE"}
    for each in modules:
        assert files[each] == (ROOT / "src" / each).read_bytes()


def test_the_wheel_is_the_same_whatever_the_builder_was_told_of_time(wheel, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert kit.wheel(ROOT, PROJECT) == wheel


def imported(path):
    """Yield the names of the package's modules that a module imports, wherever it does."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bordercount"):
            inner = node.module.split(".")[1:]
            yield from [inner[0]] if inner else [each.name for each in node.names]


@pytest.mark.parametrize("name", [each for each in kit.MODULES if each.endswith(".py")])
def test_a_students_module_imports_students_modules_alone(name):
    students = {re.split(r"[./]", each)[0] for each in kit.MODULES} | {"__version__"}
    others = set(imported(ROOT / "src" / "bordercount" / name)) - students
    assert {(name, other) for other in others} <= INSTRUCTORS_ALONE


def test_versions_are_those_of_the_constraints(pins):
    assert set(pins) <= set(CONSTRAINTS.splitlines())
    assert len(pins) == len(set(pins)) > 50


@pytest.mark.parametrize(
    "name", ["anywidget", "ipywidgets", "pandas", "seaborn", "jupyterlab", "numpy", "PyYAML"]
)
def test_what_worksheets_run_on_is_pinned(pins, name):
    assert name in {each.partition("==")[0] for each in pins}


def test_what_other_systems_alone_need_is_pinned_too(pins):
    assert any(each.startswith("colorama==") for each in pins)


@pytest.mark.parametrize(
    "name", ["jupyter-book", "Sphinx", "pytest", "ruff", "typer", "hatchling", "pydantic"]
)
def test_what_only_books_tests_and_grades_need_is_not(pins, name):
    assert f"{name}==" in CONSTRAINTS
    assert name not in {each.partition("==")[0] for each in pins}


def test_a_requirement_that_is_not_installed_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(kit, "installed", lambda name: name != "jupyterlab")
    with pytest.raises(kit.KitError, match=r"jupyterlab is not installed.*pip install -c"):
        kit.requirements(PROJECT, CONSTRAINTS)


@pytest.mark.parametrize(
    ("requirement", "extra", "needed"),
    [
        ("a", "", True),
        ("a; sys_platform == 'win32'", "", True),
        ("a; platform_system == 'Darwin'", "", True),
        ("a; os_name == 'java'", "", False),
        ("a; python_version < '3.11'", "", False),
        ("a; extra == 'x'", "", False),
        ("a; extra == 'x'", "x", True),
    ],
)
def test_a_requirement_holds_if_some_laptop_needs_it(requirement, extra, needed):
    assert kit.needed(Requirement(requirement), extra) is needed
