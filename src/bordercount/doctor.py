"""What is installed here, which ways of using the module will work, and what to do for the rest."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import bordercount
from bordercount import chromium, course, launch
from bordercount.course import CourseNotFoundError

State = Literal["ok", "no", "unknown"]
# What each extra is for, and the packages that show whether it is there.
EXTRAS = {
    "book": ("build the book", ("jupyter-book", "pydantic", "typer")),
    "lab": ("open worksheets", ("jupyterlab", "ipywidgets", "anywidget")),
    "grade": ("grade, and make bundles", ("hatchling", "nbformat", "rich")),
    "data": ("rebuild and check tables", ("frictionless", "openpyxl", "pooch")),
    "scale": ("grade over a Dask cluster", ("distributed",)),
    "print": ("print the book as PDF", ("playwright", "pypdf")),
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what it is, how it is, and what to do if it is not well."""

    what: str
    state: State
    found: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Yield what is installed here, then which ways of using the module will work.

    A broken installation is a finding, never an error.
    """
    yield Finding("Python", "ok", ".".join(map(str, sys.version_info[:3])))
    yield Finding("bordercount", "ok", bordercount.__version__)
    for extra in EXTRAS:
        yield installed(extra)
    yield jupyter_book()
    root = course_root()
    yield root_finding(root)
    if root:
        yield exercises_finding(root)
        yield repository(root)
        yield built(root, "book", "_build/html/index.html", "jupyter-book build book/")
        yield built(root, "browser-only worksheets", "_build/lite/lab/index.html", "make lite")
    yield browser()
    yield from sandbox()


def version_of(package: str) -> str:
    """Return the version of a distribution, or nothing."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def installed(extra: str) -> Finding:
    """Return whether an extra is installed."""
    purpose, packages = EXTRAS[extra]
    missing = [each for each in packages if not version_of(each)]
    if missing:
        return Finding(
            f"to {purpose}",
            "no",
            f"{', '.join(missing)} missing",
            f'pip install -c constraints.txt -e ".[{extra}]"',
        )
    return Finding(f"to {purpose}", "ok", f"{packages[0]} {version_of(packages[0])}")


def jupyter_book() -> Finding:
    """Return whether the jupyter-book that a terminal would start can build this book.

    Version 2 ignores the configuration of this book, builds nothing, and reports success.
    """
    program = shutil.which("jupyter-book")
    remedy = 'pip install -c constraints.txt -e ".[book]", in the environment that you work in'
    if not program:
        return Finding("the command jupyter-book", "no", "not on the PATH", remedy)
    try:
        ran = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("the command jupyter-book", "no", f"{program}: {error}", remedy)
    told = f"{ran.stdout}\n{ran.stderr}"
    numbers = re.search(r"Jupyter Book\s*:\s*(\d+)\.(\S+)|^v?(\d+)\.(\S+)", told, re.M)
    major = (numbers[1] or numbers[3]) if numbers else ""
    if major == "1":
        return Finding("the command jupyter-book", "ok", "version 1")
    if major:
        return Finding(
            "the command jupyter-book",
            "no",
            f"{program} is version {major}, which ignores this book and builds nothing (EISDIR)",
            f"{remedy}: this book needs version 1",
        )
    return Finding("the command jupyter-book", "unknown", f"{program} does not say its version")


def course_root() -> Path | None:
    """Return the folder of the course, if there is one."""
    try:
        return course.root()
    except CourseNotFoundError:
        return None


def root_finding(root: Path | None) -> Finding:
    """Return where the course is."""
    if root is None:
        remedy = f"work in the course's folder, or set {course.ENVIRONMENT} to it"
        return Finding("the course", "no", "no folder with exercises/ here or above", remedy)
    return Finding("the course", "ok", str(root))


def exercises_finding(root: Path) -> Finding:
    """Return whether worksheets will find their exercises."""
    folder = root / "exercises"
    names = [path.stem for path in folder.glob("*.yml")]
    missing = [name for name in names if not (folder / f"{name}.json").is_file()]
    if not names:
        return Finding("worksheets", "no", f"no questions in {folder}")
    if missing and not (root / "solutions").is_dir():
        remedy = "unpack the student bundle again"
        return Finding("worksheets", "no", f"{missing[0]}.json missing, and no solutions/", remedy)
    if missing:
        return Finding("worksheets", "no", f"{len(missing)} not compiled", "bordercount compile")
    return Finding("worksheets", "ok", f"{len(names)} chapters")


def repository(root: Path) -> Finding:
    """Return whether launch buttons can be made."""
    what = "launch buttons (Binder, hub)"
    remedy = "set repository: url: in _config.yml to where students can reach it, and build again"
    try:
        found = launch.offered(root)
    except Exception as error:  # whatever is broken in that file
        return Finding(what, "no", " ".join(str(error).split()), "mend _config.yml")
    if not found.repository:
        return Finding(what, "no", "absent: no address of the repository is set", remedy)
    return Finding(what, "ok", found.repository)


def built(root: Path, what: str, path: str, command: str) -> Finding:
    """Return whether something was built."""
    if (root / path).is_file():
        return Finding(f"the {what}, built", "ok", path)
    return Finding(f"the {what}, built", "no", "not yet", command)


def browser() -> Finding:
    """Return whether there is a browser that prints PDFs and runs the tests."""
    what = "a browser for PDFs and tests"
    try:
        return Finding(what, "ok", str(chromium.path()))
    except chromium.ChromiumError as error:
        return Finding(what, "no", str(error), "install Chromium (apt-get install chromium)")


def sandbox() -> Iterator[Finding]:
    """Yield whether students' functions can be run, and each wall that was tried for it."""
    what = "to run students' functions"
    remedy = "all else is graded; --exercises=-kind:code leaves them out of the points"
    root = course_root()
    hidden = (os.fspath(root / "solutions"),) if root else ()
    try:
        from bordercount.sandbox import Wanted, examined

        lines = list(examined(Wanted(hidden=hidden)))
    except Exception as error:  # whatever is broken here, it is a finding
        yield Finding(what, "no", f"{type(error).__name__}: {error}", remedy)
        return
    if not lines[-1].holds:
        yield Finding(what, "no", lines[-1].what, remedy)
        return
    yield Finding(what, "ok", "the sandbox holds")
    for line in lines:
        yield Finding("  wall", "ok", line.what)
