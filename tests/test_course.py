"""Finding the course from anywhere inside it."""

from pathlib import Path

import pytest

from bordercount import course


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(course.ENVIRONMENT, raising=False)
    (tmp_path / "exercises").mkdir()
    (tmp_path / "book" / "deep").mkdir(parents=True)
    return tmp_path.resolve()


@pytest.mark.parametrize("start", [".", "book", "book/deep", "exercises"])
def test_the_course_is_found_at_or_above_the_working_directory(
    folder: Path, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    monkeypatch.chdir(folder / start)
    assert course.root() == folder


def test_the_nearest_course_wins(folder: Path) -> None:
    (folder / "book" / "exercises").mkdir()
    assert course.root(folder / "book" / "deep") == folder / "book"


def test_the_environment_overrides_the_search(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv(course.ENVIRONMENT, str(folder))
    assert course.root(tmp_path_factory.mktemp("elsewhere")) == folder


def test_an_environment_that_names_no_course_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(course.ENVIRONMENT, str(folder / "book"))
    with pytest.raises(course.CourseNotFoundError, match=r"BORDERCOUNT_COURSE names .*book,"):
        course.root(folder)


def test_outside_a_course_the_error_says_where_it_looked_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(course.ENVIRONMENT, raising=False)
    with pytest.raises(course.CourseNotFoundError) as error:
        course.root(tmp_path)
    assert str(tmp_path.resolve()) in str(error.value)
    assert "set BORDERCOUNT_COURSE" in str(error.value)


def test_a_browser_that_keeps_no_files_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(course.ENVIRONMENT, raising=False)
    monkeypatch.setattr("sys.platform", "emscripten")
    with pytest.raises(course.CourseNotFoundError, match="over https, and not in a private window"):
        course.root(tmp_path)
