"""The codebook: found, read, cited under figures, and sealed with checksums."""

import hashlib
from pathlib import Path

import pytest

from bordercount.data import DataError, package


def test_a_table_is_found_by_its_name(clone: Path) -> None:
    assert package.path() == clone / "data" / "datapackage.yaml"
    assert package.resource("cbp_one")["path"] == "cbp_one.csv"


@pytest.mark.usefixtures("clone")
def test_a_table_without_a_description_is_named() -> None:
    with pytest.raises(KeyError, match="describes no table 'cbp'"):
        package.resource("cbp")


@pytest.mark.usefixtures("clone")
def test_the_source_line_names_publisher_and_date_of_each_table_once() -> None:
    line = package.source_line("encounters", "apprehensions", "encounters")
    assert line.startswith("Source: CBP, Southwest Land Border Encounters, files of October 2022")
    assert line.endswith("rounded to 10.")
    assert line.count("Southwest Land Border Encounters") == 1
    assert "; U.S. Border Patrol, monthly table" in line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "not found; it describes the tables"),
        ("- a list", "expected a data package with a list `resources`"),
        ("name: x", "expected a data package with a list `resources`"),
        ("a: [1", "not readable as YAML"),
    ],
)
def test_a_damaged_codebook_says_what_was_expected(
    course: Path, text: str | None, message: str
) -> None:
    file = course / "data" / "datapackage.yaml"
    if text is None:
        file.unlink()
    else:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=rf"datapackage\.yaml: {message}"):
        package.descriptor()


def test_sealing_changes_the_checksums_alone(course: Path, tmp_path: Path) -> None:
    before = package.path().read_text(encoding="utf-8")
    made = tmp_path / "outcomes.csv"
    made.write_text("other bytes\n", encoding="utf-8")
    old = package.resource("outcomes")["hash"]
    new = "sha256:" + hashlib.sha256(b"other bytes\n").hexdigest()
    assert package.sealed([made]) == before.replace(old, new)
    assert package.path().read_text(encoding="utf-8") == before


@pytest.mark.parametrize("name", ["facts.csv", "nothing.csv", "outcomes.csv"])
def test_a_table_without_a_checksum_of_its_own_cannot_be_sealed(
    course: Path, tmp_path: Path, name: str
) -> None:
    codebook = course / "data" / "datapackage.yaml"
    text, shared = codebook.read_text(encoding="utf-8"), package.resource("outcomes")["hash"]
    codebook.write_text(text.replace(package.resource("cbp_one")["hash"], shared), encoding="utf-8")
    (tmp_path / name).write_text("x\n", encoding="utf-8")
    with pytest.raises(DataError, match=rf"{name} needs one `hash: sha256:"):
        package.sealed([tmp_path / name])
