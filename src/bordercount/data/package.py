"""The codebook: data/datapackage.yaml, a Frictionless Data Package."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from bordercount.data.errors import DataError
from bordercount.data.tables import folder


def path() -> Path:
    """Return where the descriptor is."""
    return folder() / "datapackage.yaml"


def descriptor() -> dict[str, Any]:
    """Return the whole descriptor as it stands in datapackage.yaml."""
    found = yaml.safe_load(path().read_text(encoding="utf-8"))
    if not isinstance(found, dict) or "resources" not in found:
        raise DataError(f"{path()}: expected a data package with a list `resources`")
    return found


def resource(name: str) -> dict[str, Any]:
    """Return the description of one table. Raises `KeyError` for a table it does not have."""
    for found in descriptor()["resources"]:
        if found["name"] == name:
            return dict(found)
    raise KeyError(f"datapackage.yaml describes no table {name!r}")


def source_line(*names: str) -> str:
    """Return the line that stands under a figure: the tables' publishers, files and dates."""
    lines = [str(resource(name)["source_line"]) for name in names]
    return "Source: " + "; ".join(dict.fromkeys(lines)) + "."


def digest(file: Path) -> str:
    """Return the SHA-256 of a file, as datapackage.yaml writes it."""
    return "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()


def seal(names: Iterable[str]) -> None:
    """Write the checksums of the built tables into datapackage.yaml, leaving all else as it is."""
    text = path().read_text(encoding="utf-8")
    for name in names:
        old = resource(name).get("hash")
        if not old or text.count(old) != 1:
            raise DataError(f"{path()}: the table {name!r} needs one `hash: sha256:…` of its own")
        text = text.replace(old, digest(folder() / f"{name}.csv"))
    aside = path().with_suffix(".aside")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path())
