"""What the tests share: the clone, a copy of it to damage, the raw files, the command line."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from bordercount.course import ENVIRONMENT

ROOT = Path(__file__).parents[1]

settings.register_profile("bordercount", deadline=None, max_examples=30)
settings.load_profile("bordercount")


def folder_named_by(variable: str, what: str) -> Path:
    """Return the path that an environment variable names; without one, skip and say how to run."""
    if not (named := os.environ.get(variable)):
        pytest.skip(f"{variable} is not set; set it to the {what} to run this test")
    return Path(named).resolve()


@pytest.fixture(scope="session")
def raw() -> Path:
    """Return the folder of the raw files."""
    return folder_named_by("BORDERCOUNT_RAW", "folder of the raw files")


@pytest.fixture(scope="session")
def article() -> str:
    """Return the text of the article, which is not part of the repository."""
    path = folder_named_by("BORDERCOUNT_ARTICLE", "article's text file")
    return path.read_text(encoding="utf-8")


@pytest.fixture
def clone(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return this repository, and make it the course, wherever pytest was started."""
    monkeypatch.setenv(ENVIRONMENT, str(ROOT))
    return ROOT


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the course's data/ and exercises/, and make it the course."""
    copy = tmp_path / "course"
    for name in ("data", "exercises"):
        shutil.copytree(ROOT / name, copy / name)
    monkeypatch.setenv(ENVIRONMENT, str(copy))
    return copy


@pytest.fixture(scope="session")
def demo_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small course with an exercise of every kind, compiled, with its worksheet."""
    from bordercount import keys, worksheets

    folder = tmp_path_factory.mktemp("demo") / "course"
    shutil.copytree(ROOT / "tests" / "demo", folder)
    shutil.copytree(ROOT / "data", folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, str(folder))
        keys.compile_chapter("demo")
        worksheets.write()
    return folder


@pytest.fixture
def demo(demo_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a copy of the small course, and work in its exercises/ as a fresh kernel does."""
    from bordercount import widget

    copy = tmp_path / "demo"
    shutil.copytree(demo_course, copy)
    monkeypatch.setenv(ENVIRONMENT, str(copy))
    monkeypatch.chdir(copy / "exercises")
    caches = (widget.desk, widget.one, widget.hand_in, widget.read_chapter)
    for each in caches:
        each.cache_clear()
    yield copy
    for each in caches:
        each.cache_clear()


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Return a function that runs `bordercount` with the arguments given."""
    from bordercount import cli

    def runner(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["bordercount", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        printed = capsys.readouterr()
        return Ran(int(exit_.value.code or 0), printed.out, printed.err)

    return runner
