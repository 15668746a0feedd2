"""Fetching raw files by name and checksum, from a small server on loopback."""

import gzip
import hashlib
import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from bordercount import cli
from bordercount.data import DataError
from bordercount.data.fetch import fetch

FILES = {
    "plain.csv": b"a,b\n1,2\n",
    "packed.csv.gz": gzip.compress(b"a|b\n3|4\n", mtime=0),
}


class Shelf(http.server.BaseHTTPRequestHandler):
    """A server of `FILES` that remembers what it was asked for."""

    asked: list[str]

    def do_GET(self) -> None:
        name = self.path.removeprefix("/")
        self.asked.append(name)
        body = FILES.get(name)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def asked() -> list[str]:
    """Return what the server was asked for, in order."""
    return []


@pytest.fixture
def address(asked: list[str]) -> Iterator[str]:
    handler = type("Handler", (Shelf,), {"asked": asked})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def record(address: str) -> Callable[..., pd.DataFrame]:
    """Return a function that makes the record of the files named."""

    def made(*names: str, **changed: str) -> pd.DataFrame:
        rows = [
            {
                "file": name,
                "sha256": hashlib.sha256(FILES.get(name, b"")).hexdigest(),
                "address": f"{address}/{name}",
                **changed,
            }
            for name in names
        ]
        return pd.DataFrame(rows)

    return made


def test_files_are_downloaded_as_they_are_published(
    record: Callable[..., pd.DataFrame], tmp_path: Path, asked: list[str]
) -> None:
    into = tmp_path / "new" / "raw"
    paths = list(fetch(record(*FILES), into))
    assert paths == [into / name for name in FILES]
    assert {path.name: path.read_bytes() for path in into.iterdir()} == FILES
    assert asked == list(FILES)


@pytest.mark.parametrize("name", ["plain.csv", "plain.csv.gz"])
def test_what_is_there_plain_or_gzipped_is_not_asked_for(
    record: Callable[..., pd.DataFrame], tmp_path: Path, asked: list[str], name: str
) -> None:
    body = FILES["plain.csv"]
    (tmp_path / name).write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
    list(fetch(record("plain.csv"), tmp_path))
    assert asked == []
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("damage", [b"", b"a,b\n1,3\n"])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_downloaded_again(
    record: Callable[..., pd.DataFrame],
    tmp_path: Path,
    asked: list[str],
    name: str,
    damage: bytes,
) -> None:
    (tmp_path / name).write_bytes(damage)
    list(fetch(record(name), tmp_path))
    assert (tmp_path / name).read_bytes() == FILES[name]
    assert asked == [name]


def test_a_damaged_copy_in_gzip_is_passed_over(
    record: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    packed = bytearray(gzip.compress(FILES["plain.csv"] * 50))
    packed[15] ^= 0xFF
    (tmp_path / "plain.csv.gz").write_bytes(packed)
    list(fetch(record("plain.csv"), tmp_path))
    assert (tmp_path / "plain.csv").read_bytes() == FILES["plain.csv"]


def test_a_file_with_another_checksum_is_refused_and_nothing_is_left(
    record: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"plain\.csv: not downloaded from http://127.*hash"):
        list(fetch(record("plain.csv", sha256="0" * 64), tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_named_and_nothing_is_left(
    record: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"absent\.csv: not downloaded from .*404.*by hand"):
        list(fetch(record("absent.csv"), tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_down_is_an_error_that_names_the_address(
    record: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/plain.csv"
    with pytest.raises(DataError, match=r"plain\.csv: not downloaded from http://127.*Check the n"):
        list(fetch(record("plain.csv", address=address), tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_what_came_before_the_error_stays(
    record: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    with pytest.raises(DataError):
        list(fetch(record("plain.csv", "absent.csv"), tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["plain.csv"]


def test_a_folder_that_cannot_be_made_is_named(
    record: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    (tmp_path / "raw").write_text("a file")
    with pytest.raises(DataError, match="raw: cannot be written: a file stands"):
        list(fetch(record("plain.csv"), tmp_path / "raw"))


@pytest.mark.parametrize("terminal", [False, True])
def test_the_command_reports_each_file(
    record: Callable[..., pd.DataFrame],
    course: Path,
    tmp_path: Path,
    run: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
) -> None:
    monkeypatch.setattr(cli, "err", Console(stderr=True, force_terminal=terminal))
    files = record(*FILES).assign(publisher="CBP", as_of="2024-01")
    files.to_csv(course / "data" / "raw_files.csv", index=False)
    ran = run("data", "fetch", tmp_path / "raw")
    assert (ran.status, "downloading" in ran.err) == (0, terminal)
    assert ran.out.splitlines() == ["1 of 2: plain.csv", "2 of 2: packed.csv.gz"]


def test_the_commands_error_is_one_line(
    record: Callable[..., pd.DataFrame], course: Path, tmp_path: Path, run: Callable[..., object]
) -> None:
    files = record("absent.csv").assign(publisher="CBP", as_of="2024-01")
    files.to_csv(course / "data" / "raw_files.csv", index=False)
    ran = run("data", "fetch", tmp_path / "raw")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("bordercount: absent.csv: not downloaded")
