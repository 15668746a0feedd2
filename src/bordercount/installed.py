"""What is installed: the packages of each extra and whether they load, and what Jupyter sees.

Nothing here needs more than the standard library until it is called, and a package is loaded in
another process, which it may break as it likes.
"""

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CORE = "core"  # what is no extra's
AUTHORS = "test"  # the extra that has all others
PATIENCE = 120  # seconds for loading everything, and for a program that says its version
SLOW = f"not loaded within {PATIENCE} seconds"  # which says more of the computer than of it
FRONTENDS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
LOADER = """
import importlib, json, sys
for name in sys.argv[1:]:
    said = ""
    try:
        importlib.import_module(name)
    except BaseException as error:
        said = f"{type(error).__name__}: {error}"
    print("\\n" + json.dumps([name, said]), flush=True)
"""


@dataclass(frozen=True)
class Package:
    """A distribution that is wanted: its version, "" if it is absent, and what is wrong with it."""

    name: str
    version: str
    trouble: str = ""


def project(root: Path | None) -> Mapping[str, Any]:
    """Return the project as pyproject.toml of the course describes it, else as it was installed.

    What was installed says nothing of extras that were added since.
    """
    try:
        found = tomllib.loads(((root or Path()) / "pyproject.toml").read_text(encoding="utf-8"))
        if found["project"]["name"] == "bordercount":
            return dict(found["project"])
    except (OSError, KeyError, ValueError):
        pass  # a students' copy has none
    installed = importlib.metadata.metadata("bordercount")
    lines = importlib.metadata.requires("bordercount") or []
    extras: dict[str, list[str]] = {name: [] for name in installed.get_all("Provides-Extra") or ()}
    plain: list[str] = []
    for line in lines:
        wanted, _, marker = line.partition(";")
        named = re.search(r"extra == ['\"]([\w-]+)['\"]", marker)
        (extras[named[1]] if named else plain).append(wanted.strip())
    return {
        "version": installed["Version"],
        "requires-python": installed["Requires-Python"],
        "dependencies": plain,
        "optional-dependencies": extras,
    }


def extras(described: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the requirements of each extra and of the core, one extra's in another left out."""
    found = {CORE: described["dependencies"], **described["optional-dependencies"]}
    return {
        extra: [line for line in lines if not line.startswith("bordercount")]
        for extra, lines in found.items()
        if extra != AUTHORS
    }


def packages(requirements: Mapping[str, Iterable[str]]) -> dict[str, list[Package]]:
    """Return of each extra its packages as they are here; those that are here are loaded, too."""
    from packaging.requirements import Requirement

    wanted = {extra: [Requirement(line) for line in lines] for extra, lines in requirements.items()}
    needed = {
        extra: [each for each in found if each.marker is None or each.marker.evaluate()]
        for extra, found in wanted.items()
    }
    versions = {each.name: version(each.name) for found in needed.values() for each in found}
    modules = {name: top_level(name) for name, number in versions.items() if number}
    said = loaded(sorted({module for found in modules.values() for module in found}))

    def package(each: Requirement) -> Package:
        number = versions[each.name]
        trouble = next((said[name] for name in modules.get(each.name, ()) if said[name]), "")
        if number and not modules[each.name]:
            trouble = "its files are missing"
        elif number and not each.specifier.contains(number, prereleases=True):
            trouble = f"version {number}, where {each.specifier} is needed"
        return Package(each.name, number, " ".join(trouble.split()))

    return {extra: [package(each) for each in found] for extra, found in needed.items()}


def version(name: str) -> str:
    """Return the version of a distribution, or "" if it is absent."""
    try:
        return importlib.metadata.version(name) or ""
    except importlib.metadata.PackageNotFoundError:
        return ""


def top_level(name: str) -> list[str]:
    """Return the names by which a distribution is imported, of the files that are still there."""
    found = set()
    for path in importlib.metadata.files(name) or ():
        first, *rest = path.parts
        named = rest == ["__init__.py"] or (not rest and path.suffix == ".py")
        if named and Path(str(path.locate())).is_file():
            found.add(first.removesuffix(".py"))
    return sorted(name for name in found if not name.startswith("_"))


def loaded(names: list[str]) -> dict[str, str]:
    """Return what each module says when it is imported, in a process of its own: "" if nothing.

    Where time runs out, the rest is `SLOW`.
    """
    said: dict[str, str] = {}
    while left := [name for name in names if name not in said]:
        try:
            ran = subprocess.run(
                [sys.executable, "-P", "-c", LOADER, *left],
                capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return said | dict.fromkeys(left, SLOW)
        lines = [line for line in ran.stdout.splitlines() if line.startswith('["')]
        said |= {name: error for name, error in map(json.loads, lines) if name in left}
        if fatal := [name for name in left if name not in said][:1]:
            said[fatal[0]] = f"it ends Python (status {ran.returncode})"
    return said


def jupyter_book() -> tuple[str, str]:
    """Return the program `jupyter-book` that a terminal starts, and its version, "" if not known.

    The version is read from the files beside it: version 2 would start Node to tell it.
    """
    program = shutil.which("jupyter-book")
    if program is None:
        return "", ""
    folders = list(Path(program).parents)[1:2] + list(Path(program).resolve().parents)[1:2]
    for folder in folders:
        for pattern in ("lib/python*/site-packages", "Lib/site-packages"):
            for found in folder.glob(f"{pattern}/jupyter_book-*.dist-info"):
                return program, found.name.split("-")[1].removesuffix(".dist")
    for folder in Path(program).resolve().parents:
        if (folder / "package.json").is_file():  # installed by npm
            return program, str(read_json(folder / "package.json").get("version", ""))
    return program, ""


def frontends() -> dict[str, str]:
    """Return what is wrong with each part that shows widgets in JupyterLab, "" if nothing."""
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    settings = [Path(folder) / "labconfig" for folder in jupyter_config_path()]
    settings += [Path(folder) / "settings" for folder in jupyter_path("lab")]
    disabled: dict[str, bool] = {}
    for folder in reversed(settings):
        found = read_json(folder / "page_config.json").get("disabledExtensions", {})
        disabled |= found if isinstance(found, dict) else dict.fromkeys(found, True)
    said = {}
    for name in FRONTENDS:
        there = any(
            (Path(folder) / name / "package.json").is_file()
            for folder in jupyter_path("labextensions")
        )
        off = any(on and each.partition(":")[0] == name for each, on in disabled.items())
        said[name] = "missing" if not there else "disabled" if off else ""
    return said


def kernel() -> str:
    """Return what is wrong with the kernel that worksheets ask for, "" if nothing."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return "there is none"
    program = spec.argv[0]
    if shutil.which(program) is None:
        return f"{Path(spec.resource_dir) / 'kernel.json'} starts {program}, which is not there"
    return ""


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file, an empty one if there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
