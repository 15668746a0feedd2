"""The offline zip: what it takes of the book, which Python its wheels want, what can go wrong."""

import io
import sys
import zipfile
from pathlib import Path

import pytest

from bordercount import launch, offline
from bordercount.release import ReleaseError


def wheel(requires: str) -> bytes:
    """Return a wheel that asks for these versions of Python."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as files:
        line = f"Requires-Python: {requires}\n" if requires else ""
        files.writestr("a/vendored.dist-info/METADATA", "Name: b\nRequires-Python: >=9\n")
        files.writestr("a-1.dist-info/METADATA", f"Metadata-Version: 2.1\nName: a\n{line}\n")
    return made.getvalue()


def test_the_oldest_python_is_the_first_that_all_wheels_accept() -> None:
    release = "{}.{}".format(*sys.version_info)
    assert offline.oldest([wheel(""), wheel(">=3.8")]) == f"{release}.0"
    wanted = f"{release}.{sys.version_info.micro}"
    assert offline.oldest([wheel(">=3.8"), wheel(f">={wanted}"), wheel("")]) == wanted


def test_of_the_book_its_pages_and_what_they_ask_for_are_packed(tmp_path: Path) -> None:
    for name in ("a.html", "search.html", "searchindex.js", "_static/a.css", "_downloads/1/t.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    wanted = {f"book/{path.relative_to(tmp_path).as_posix()}": path.read_bytes()
              for path in tmp_path.rglob("*.*")}  # fmt: skip
    for name in ("old.html", "answers.json", ".buildinfo", "lite/index.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("secret")
    assert offline.book(tmp_path, ["a"]) == wanted


def test_links_to_worksheets_on_a_server_are_left_out(tmp_path: Path) -> None:
    for name in offline.SEARCH:
        (tmp_path / name).touch()
    line = launch.line([launch.Link("in your browser alone", "lite/lab/index.html?path=a.ipynb")])
    (tmp_path / "a.html").write_text(f"<h1>A</h1>{line}<p>Text.</p>")
    assert offline.book(tmp_path, ["a"])["book/a.html"] == b"<h1>A</h1><p>Text.</p>"


def test_a_book_that_is_not_built_is_an_error_that_says_how(
    clone: Path, tmp_path: Path, run
) -> None:
    ran = run("offline", tmp_path / "out", "--site", tmp_path / "site")
    assert (ran.status, ran.out) == (2, "")
    path = tmp_path / "site" / "index.html"
    assert ran.err == f"bordercount: {path} is missing; build the book first: make book\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_wheels_that_pip_cannot_get_are_an_error_with_its_reason(monkeypatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(ReleaseError, match=r"is the network there\? It says: .*no-such-package"):
        offline.wheels(["no-such-package==1"])
