"""What a student installs: the package's student side as a wheel, and the versions it runs with."""

import importlib.metadata
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from bordercount import parcels
from bordercount.errors import BordercountError

# What worksheets run on, and what chapters show as code. What makes, judges or grades exercises is
# the instructor's half, and so are the claims and what builds the tables.
MODULES = (
    "__init__.py",
    "answers.py",
    "assets/exercise.css",
    "assets/exercise.js",
    "course.py",
    "data/__init__.py",
    "data/errors.py",
    "data/package.py",
    "data/tables.py",
    "errors.py",
    "explore.py",
    "figure.py",
    "measures.py",
    "sheet.py",
    "trial.py",
    "widget.py",
    "wording.py",
    "yamlfile.py",
)
# A student's laptop, whatever it runs; Python is the one that constraints.txt was made on.
LAPTOPS: tuple[dict[str, str], ...] = tuple(
    {
        "os_name": name,
        "sys_platform": platform,
        "platform_system": system,
        "python_version": "3.11",
        "python_full_version": "3.11.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    for name, platform, system in (
        ("posix", "linux", "Linux"),
        ("posix", "darwin", "Darwin"),
        ("nt", "win32", "Windows"),
    )
)


class KitError(BordercountError):
    """The kit cannot be made; the message says what is missing."""


def wheel(root: Path, project: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return the student side of the package at `root` as a wheel: its file name, and its bytes.

    `project` is what pyproject.toml holds. The version is marked, so that it is never taken for
    the whole package, and there is no command line.
    """
    from hatchling.builders.wheel import WheelBuilder
    from hatchling.metadata.core import ProjectMetadata
    from hatchling.plugin.manager import PluginManager

    kept = ("name", "description", "requires-python", "license", "license-files", "dependencies")
    config = {
        "project": {
            **{key: project["project"][key] for key in kept},
            "version": f"{project['project']['version']}+student",
        },
        "tool": {"hatch": {"build": {"ignore-vcs": True, "targets": {"wheel": chosen()}}}},
    }
    plugins = PluginManager()
    metadata = ProjectMetadata(str(root), plugins, config)
    builder = WheelBuilder(str(root), plugins, config, metadata)
    with TemporaryDirectory() as folder:
        path = Path(next(iter(builder.build(directory=folder, versions=["standard"]))))
        return path.name, parcels.packed(parcels.unpacked(path.read_bytes()))


def chosen() -> dict[str, Any]:
    """Return what tells the builder to take the student's modules and no other file."""
    return {"only-include": [f"src/bordercount/{name}" for name in MODULES], "sources": ["src"]}


def requirements(project: Mapping[str, Any], constraints: str) -> list[str]:
    """Return the lines of constraints.txt that a student's worksheets rest on, sorted.

    What rests on what is read from the packages installed here. Raises `KitError` if one that
    pyproject.toml names is not.
    """
    pinned = {
        canonicalize_name(line.partition("==")[0]): line
        for line in constraints.splitlines()
        if "==" in line and not line.startswith("#")
    }
    extras = project["project"]["optional-dependencies"]
    roots = [Requirement(each) for each in (*project["project"]["dependencies"], *extras["lab"])]
    for root in roots:
        if not installed(root.name):
            raise KitError(
                f"{root.name} is not installed, so that it cannot be seen what it rests on; "
                "pip install -c constraints.txt -e '.[grade,lab]'"
            )
    return [pinned[name] for name in sorted(closure(roots)) if name in pinned]


def installed(name: str) -> bool:
    """Return whether a distribution of this name is installed."""
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def closure(roots: Iterable[Requirement]) -> set[NormalizedName]:
    """Return the names of these distributions and of all that they need on any laptop."""
    seen: set[tuple[NormalizedName, str]] = set()
    waiting = [(each.name, extra) for each in roots for extra in ("", *each.extras)]
    while waiting:
        given, extra = waiting.pop()
        name = canonicalize_name(given)
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        if not installed(name):  # one that other systems alone need
            continue
        for each in map(Requirement, importlib.metadata.requires(name) or ()):
            if needed(each, extra):
                waiting += [(each.name, wanted) for wanted in ("", *each.extras)]
    return {name for name, _ in seen}


def needed(requirement: Requirement, extra: str) -> bool:
    """Return whether a requirement holds on some laptop, with this extra of its distribution."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**each, "extra": extra}) for each in LAPTOPS)
