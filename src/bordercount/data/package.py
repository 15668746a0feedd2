"""The codebook: data/datapackage.yaml, a Frictionless Data Package."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from bordercount import yamlfile
from bordercount.data.errors import DataError
from bordercount.data.tables import folder


def path() -> Path:
    """Return where the descriptor is."""
    return folder() / "datapackage.yaml"


def descriptor() -> dict[str, Any]:
    """Return the whole descriptor as it stands in datapackage.yaml."""
    try:
        return parsed(path().read_bytes(), path())
    except FileNotFoundError:
        raise DataError(f"{path()}: not found; it describes the tables") from None


@lru_cache(maxsize=4)
def parsed(text: bytes, file: Path) -> dict[str, Any]:
    """Return the descriptor that a text holds, parsed once: every figure asks for it."""
    try:
        found = yamlfile.parse(text)
    except yamlfile.YAMLError as error:
        raise DataError(f"{file}: not readable as YAML: {error}") from None
    if not isinstance(found, dict) or "resources" not in found:
        raise DataError(f"{file}: expected a data package with a list `resources`")
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


def sealed(files: Iterable[Path]) -> str:
    """Return the text of datapackage.yaml with the checksums of these tables, else as it is."""
    text = path().read_text(encoding="utf-8")
    hashes = {found["path"]: str(found.get("hash", "")) for found in descriptor()["resources"]}
    for file in files:
        old = hashes.get(file.name)
        if not old or text.count(old) != 1:
            raise DataError(f"{path()}: {file.name} needs one `hash: sha256:…` of its own")
        text = text.replace(old, digest(file))
    return text
