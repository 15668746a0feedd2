"""The book's table of contents: the pages of book/_toc.yml, in order and by part."""

from pathlib import Path

from bordercount import yamlfile
from bordercount.errors import BordercountError


class TocError(BordercountError):
    """book/_toc.yml is missing or not in form; the message says what to do."""


def parts(root: Path) -> dict[str, list[str]]:
    """Return the names of the book's pages by the caption of their part; the first page's is "".

    Raises `TocError`.
    """
    path = root / "book" / "_toc.yml"
    try:
        found = yamlfile.parse(path.read_text(encoding="utf-8"))
        listed = {
            part["caption"]: [chapter["file"] for chapter in part["chapters"]]
            for part in found["parts"]
        }
        return {"": [found["root"]], **listed}
    except OSError as error:
        raise TocError(f"{path}: cannot be read: {error.strerror}") from None
    except (yamlfile.YAMLError, KeyError, TypeError) as error:
        raise TocError(f"{path}: not a table of contents with root and parts: {error!r}") from None


def pages(root: Path) -> list[str]:
    """Return the names of the book's pages, in its order. Raises `TocError`."""
    return [name for names in parts(root).values() for name in names]
