"""Each grader in an environment of its own, made once and used again while what it needs stays."""

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lab import HERE, ROOT

PACKAGES = ("pandas", "numpy")  # which must be the same for all


class SetupError(Exception):
    """An environment could not be made, or does not fit the others; the message says why."""


@dataclass(frozen=True)
class Needs:
    """What pip installs into an environment, and the files that decide what this is."""

    install: tuple[str, ...]
    files: tuple[Path, ...]
    shown: str  # the package whose version a table names


NEEDS = {
    "nbgrader": Needs(("-r", str(HERE / "nbgrader.txt")), (HERE / "nbgrader.txt",), "nbgrader"),
    "otter": Needs(("-r", str(HERE / "otter.txt")), (HERE / "otter.txt",), "otter-grader"),
    "bordercount": Needs(
        ("-c", str(ROOT / "constraints.txt"), "-e", f"{ROOT}[grade]"),
        (ROOT / "constraints.txt", ROOT / "pyproject.toml"),
        "bordercount",
    ),
}


def made(name: str, build: Path) -> Path:
    """Return the folder of an environment, made or renewed if what it needs has changed."""
    needs, folder = NEEDS[name], build / f"{name}-env"
    digest = hashlib.sha256(sys.version.encode())
    for path in needs.files:
        digest.update(path.read_bytes())
    stamp = folder / "installed"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest.hexdigest():
        return folder
    stamp.unlink(missing_ok=True)
    said(name, [sys.executable, "-m", "venv", "--clear", str(folder)])
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    said(name, [str(folder / "bin" / "python"), "-m", "pip", "install", *quiet, *needs.install])
    stamp.write_text(digest.hexdigest(), encoding="utf-8")
    return folder


def said(name: str, command: list[str]) -> str:
    """Return what a command prints. Raises `SetupError` with its last lines if it fails."""
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        lines = (ran.stderr or ran.stdout).strip().splitlines()[-5:]
        raise SetupError(
            f"the environment of {name} could not be made by {' '.join(command)}:\n"
            + "\n".join(lines)
        )
    return ran.stdout


def versions(name: str, folder: Path) -> dict[str, str]:
    """Return the versions of what an environment grades and computes with."""
    names = (NEEDS[name].shown, *PACKAGES)
    code = (
        "import importlib.metadata as m, json, platform, sys;"
        "print(json.dumps({n: m.version(n) for n in sys.argv[1:]}"
        " | {'Python': platform.python_version()}))"
    )
    return json.loads(said(name, [str(folder / "bin" / "python"), "-c", code, *names]))


def same(found: dict[str, dict[str, str]]) -> None:
    """Raise `SetupError` unless all environments compute with the same packages."""
    for package in PACKAGES:
        if len(set(each[package] for each in found.values())) > 1:
            listed = ", ".join(f"{name} {each[package]}" for name, each in found.items())
            raise SetupError(
                f"the environments have different versions of {package}: {listed}; "
                "set that of constraints.txt in nbgrader.txt and otter.txt"
            )
