"""Zip files whose bytes depend on what is in them alone, and files written whole or not at all."""

import io
import os
import zipfile

import pytest

from bordercount import parcels

FILES = {"b.txt": b"b", "a/ä.txt": b"a" * 1000, "x-1.dist-info/RECORD": b"r", "y.txt": b""}


def test_the_order_in_which_files_are_named_changes_nothing():
    turned = dict(reversed(FILES.items()))
    assert parcels.packed(FILES, "top") == parcels.packed(turned, "top")


def test_entries_are_sorted_and_say_nothing_of_the_machine(monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")  # which zipfile would otherwise write down
    with zipfile.ZipFile(io.BytesIO(parcels.packed(FILES))) as made:
        assert made.namelist() == ["a/ä.txt", "b.txt", "y.txt", "x-1.dist-info/RECORD"]
        for entry in made.infolist():
            assert entry.date_time == parcels.EPOCH
            assert entry.create_system == parcels.UNIX
            assert entry.external_attr >> 16 == 0o100644
            assert entry.compress_type == zipfile.ZIP_STORED


def test_what_was_packed_is_unpacked():
    assert parcels.unpacked(parcels.packed(FILES)) == FILES
    assert set(parcels.unpacked(parcels.packed(FILES, "top"))) == {f"top/{name}" for name in FILES}


def test_files_are_written_and_replaced_and_nothing_else_is_left(tmp_path):
    out = tmp_path / "new" / "out"
    parcels.write(out, {"a.zip": b"1", "b.zip": b"2"})
    parcels.write(out, {"a.zip": b"3", "b.zip": b"4"})
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        "a.zip": b"3",
        "b.zip": b"4",
    }


def test_if_one_cannot_be_written_the_other_stays_as_it_was(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"old")
    (tmp_path / "b.zip").mkdir()
    with pytest.raises(parcels.WriteError, match=r"b\.zip: cannot be written: a folder"):
        parcels.write(tmp_path, {"a.zip": b"new", "b.zip": b"new"})
    assert (tmp_path / "a.zip").read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["a.zip", "b.zip"]
