"""The table of contents: its parts and pages, and one line for what is not one."""

from pathlib import Path

import pytest

from bordercount import toc


def test_parts_have_their_captions_and_pages_in_order(clone: Path) -> None:
    parts = toc.parts(clone)
    assert list(parts)[:2] == ["", "Chapters"]
    assert list(parts)[-1] == "For instructors"  # what is printed apart
    assert parts[""] == ["index"]
    assert toc.pages(clone) == [name for names in parts.values() for name in names]
    assert {path.stem for path in (clone / "book").glob("*.md")} == set(toc.pages(clone))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read: No such file"),
        ("root: [", "not a table of contents"),
        ("root: index\n", "not a table of contents with root and parts: KeyError('parts')"),
        ("- index\n", "not a table of contents"),
    ],
)
def test_what_is_no_table_of_contents_is_named(
    tmp_path: Path, text: str | None, message: str
) -> None:
    path = tmp_path / "book" / "_toc.yml"
    path.parent.mkdir()
    if text is not None:
        path.write_text(text)
    with pytest.raises(toc.TocError) as error:
        toc.parts(tmp_path)
    assert str(error.value).startswith(f"{path}: {message}")
