"""Files are written whole or not at all, under names that every system takes."""

import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bordercount.grading.outputs import (
    MANIFEST,
    OutputError,
    Outputs,
    collating,
    file_names,
    slug,
    zipped,
)  # fmt: skip


def test_after_an_error_the_folder_is_as_it_was(tmp_path):
    with Outputs(tmp_path / "out") as outputs:
        outputs.text("a.txt", "first")
    with pytest.raises(ZeroDivisionError), Outputs(tmp_path / "out") as outputs:
        outputs.text("a.txt", f"{1 / 0}")
    assert (tmp_path / "out" / "a.txt").read_text() == "first"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [MANIFEST, "a.txt"]


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        Outputs(tmp_path / "file" / "out")


def test_a_manifest_that_was_tampered_with_removes_nothing_outside(tmp_path):
    outside = tmp_path / "precious.txt"
    outside.write_text("keep")
    out = tmp_path / "out"
    out.mkdir()
    (out / MANIFEST).write_text(f"../precious.txt\n{outside}\n")
    with Outputs(out) as outputs:
        outputs.text("a.txt", "x")
    assert outside.read_text() == "keep"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("ana@example.org", "ana@example.org"), ("../../etc/passwd", "etc-passwd"),
        ("CON", "CON-"), ("aux.txt", "aux-.txt"), ("com1", "com1-"), ("console", "console"),
        ("", "student"), ("...", "student"), ("a/b\\c:d*e?", "a-b-c-d-e"), ("李小龍", "李小龍"),
        ("name. ", "name"), ("<script>", "script"), ("x" * 300, "x" * 60),
    ],
)  # fmt: skip
def test_a_name_becomes_a_file_name_on_any_system(name, safe):
    assert slug(name) == safe


@given(st.lists(st.text(max_size=70), unique=True, max_size=12))
def test_no_two_students_share_a_file(students):
    names = file_names(students)
    assert len({collating(name) for name in names.values()}) == len(students)
    for name in names.values():
        assert name
        assert not set(name) & set('/\\:*?"<>|\0\n')
        assert name.strip(". ") == name


def test_names_that_collide_on_some_system_are_told_apart():
    names = file_names(["Ana", "ana", "Ren\u00e9", "Rene\u0301", "bo"])
    assert names["bo"] == "bo"
    assert len({collating(name) for name in names.values()}) == 5


def test_a_zip_depends_on_its_contents_alone(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    zipped(first, {"x/a": tmp_path / "a", "b": tmp_path / "b"})
    (tmp_path / "a").touch()
    zipped(second, {"b": tmp_path / "b", "x/a": tmp_path / "a"})
    assert first.read_bytes() == second.read_bytes()
    assert zipfile.ZipFile(first).namelist() == ["b", "x/a"]
