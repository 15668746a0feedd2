"""CSV files as spreadsheets and learning systems write them, and as they must be written back."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bordercount.grading.errors import GradingError

LARGEST = 100_000_000  # bytes
FAMILIAR = 400  # characters up to which cells are remembered
LONGEST_CELL = 32_000  # characters; a spreadsheet cuts at 32,767
MARK = "\ufeff"  # without it a spreadsheet takes UTF-8 for the Latin of its system
UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")

MADE_SAFE = re.compile(f"'*(?:{FORMULA.pattern})")  # one that looks safe already gets a mark too


class CsvError(GradingError):
    """A CSV file cannot be used; the message names file, row and column."""


@dataclass(frozen=True)
class CsvFile:
    """A CSV file: its rows as they stand, and how it was written."""

    name: str
    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"

    def records(self) -> list[dict[str, str]]:
        """Return the rows as mappings from heading to cell; a missing cell is empty."""
        return [
            {name: row[place] if place < len(row) else "" for place, name in enumerate(self.header)}
            for row in self.rows
        ]

    def column(self, *names: str) -> int | None:
        """Return the place of the first of these headings, case and spaces apart, or None."""
        plain = [folded(each) for each in self.header]
        return next((plain.index(folded(name)) for name in names if folded(name) in plain), None)

    def encoded(self, rows: Iterable[Sequence[str]]) -> bytes:
        """Return the header and these rows, written as the file was."""
        lines = [row_text(row, self.delimiter, self.newline) for row in (self.header, *rows)]
        return "".join(lines).encode(self.encoding, "replace")


def folded(heading: str) -> str:
    """Return a heading as it is compared."""
    return " ".join(heading.replace("\ufeff", "").split()).casefold()


def clean(text: str) -> str:
    """Return the text without characters that no file should hold: controls, half characters."""
    return UNSAFE.sub("\ufffd", text)


def cell(value: object) -> str:
    """Return a value as a CSV cell that no spreadsheet runs as a formula, or cuts unseen."""
    if isinstance(value, int | float):
        return str(value)
    text = "" if value is None else str(value)
    return familiar(text) if len(text) <= FAMILIAR else safe(text)


def safe(text: str) -> str:
    """Return a text as a cell."""
    text = clean(text)
    if len(text) > LONGEST_CELL:
        text = f"{text[:LONGEST_CELL]} [cut here: {len(text):,} characters in all]"
    return f"'{text}" if MADE_SAFE.match(text) else text


familiar = lru_cache(maxsize=4096)(safe)  # rubrics and ids come back in line after line


def bare(text: str) -> str:
    """Return a cell's text as it was before `cell` made it safe."""
    return text[1:] if text.startswith("'") and MADE_SAFE.match(text[1:]) else text


def returned(text: str) -> str:
    """Return a text as it comes back from a CSV file that it was written to."""
    return bare(cell(text)).strip()


def unpadded(text: str) -> str:
    """Return a number without its leading zeros, as a spreadsheet saves it; else the text."""
    return (text.lstrip("0") or "0") if text.isascii() and text.isdigit() else text


def row_text(cells: Iterable[str], delimiter: str, newline: str) -> str:
    """Return one line of a CSV file.

    The writer quotes a carriage return only if its lines end with one; unquoted it would begin a
    row, and a formula with it.
    """
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n") + newline


def line(values: Iterable[object]) -> str:
    """Return one line of a CSV file, its cells made safe."""
    return row_text(map(cell, values), ",", "\n")


def text(header: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return a CSV file as text: these columns of the rows, cells made safe."""
    return MARK + line(header) + "".join(line(row.get(name) for name in header) for row in rows)


def decoded(content: bytes, name: str) -> tuple[str, str]:
    """Return a file's text and its encoding: UTF-8, UTF-16 with its mark, or Windows' Latin."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise CsvError(f"{name}: not text in UTF-8, UTF-16 or Windows-1252; save it as CSV UTF-8")


def read(path: Path) -> CsvFile:
    """Return a CSV file. Raises `CsvError` for one that is missing, damaged, or no CSV."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise CsvError(f"{path}: cannot be read: {error.strerror}") from None
    return parse(content, str(path))


def parse(content: bytes, name: str) -> CsvFile:
    """Return the CSV file that the bytes are. Raises `CsvError`.

    The separator is the one of comma, semicolon and tab that stands most often in the first line
    outside quotes.
    """
    if len(content) > LARGEST:
        raise CsvError(f"{name}: larger than {LARGEST:,} bytes")
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CsvError(f"{name}: not a text file; export it as CSV")
    found, encoding = decoded(content, name)
    first = re.sub(r'"[^"]*"', "", found.lstrip("\ufeff").split("\n", 1)[0])
    delimiter = max(",;\t", key=first.count)
    newline = "\r\n" if "\r\n" in found else "\n"
    csv.field_size_limit(LARGEST)
    try:
        rows = list(csv.reader(io.StringIO(found, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise CsvError(f"{name}: not readable as CSV: {error}") from None
    if not rows or not any(map(str.strip, rows[0])):
        raise CsvError(f"{name}: no header in its first line")
    return CsvFile(name, rows[0], rows[1:], delimiter, encoding, newline)
