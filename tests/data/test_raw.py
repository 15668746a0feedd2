"""Reading raw files strictly: what is right comes out tidy, what is wrong is named exactly."""

import gzip
import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from bordercount.data import DataError, build, raw

SBO = "\n".join(
    [
        ",".join(raw.SBO_COLUMNS),
        "2024,FYTD,DEC,U.S. Border Patrol,Single Adults,Guatemala,Title 8,Apprehensions,10",
        "2024,FYTD,DEC,Office of Field Operations,FMUA,Mexico,Title 8,Inadmissibles,5",
        "2025 (FYTD),FYTD,JAN,U.S. Border Patrol,UAC,Other,Title 42,Expulsions,3.0",
        "2025 (FYTD),FYTD,JAN,U.S. Border Patrol,UAC,Other,Title 42,Apprehensions,4",
        "2025 (FYTD),FYTD,JAN,Office of Field Operations,Accompanied Minors,Honduras,"
        "Title 8,Inadmissibles,0",
        "",
    ]
)
NATIONWIDE = "\n".join(
    [
        ",".join(raw.NATIONWIDE_COLUMNS),
        "2020,FYTD,OCT,Southwest Land Border,TX,Single Adults,CANADA,Title 8,7",
        "2020,FYTD,OCT,Southwest Land Border,TX,Single Adults,CANADA,Title 42,1",
        "2020,FYTD,OCT,Other,CA,Single Adults,CHINA,Title 8,100",
        "2020,FYTD,NOV,Southwest Land Border,CA,FMUA,MEXICO,Title 8,20",
        "",
    ]
)
SECTORS = "\n".join(
    [
        "|".join(raw.SECTOR_COLUMNS),
        "|".join(["10", *["0"] * 12, *"123456789", "1", "2", "45", "48", "2000", "1999"]),
        "|".join(["2", *["0"] * 12, *"111111111", "1", "2", "9", "12", "2000", "2000"]),
        "",
    ]
)
READERS: dict[str, tuple[str, Callable[[bytes, str], object]]] = {
    "southwest": (SBO, raw.southwest),
    "nationwide": (NATIONWIDE, raw.southwest_totals),
    "sectors": (SECTORS, raw.sector_apprehensions),
}


def read(kind: str, change: Callable[[str], str] = str) -> object:
    """Return what the reader of a kind of file makes of its sample, changed."""
    sample, reader = READERS[kind]
    changed = change(sample)
    assert change is str or changed != sample
    return reader(changed.encode(), "file.csv")


# --- what is right -------------------------------------------------------------------------------


def test_a_southwest_file_becomes_tidy_rows() -> None:
    """Counts written as floats are read, rows that count nobody go, the title decides a group."""
    table = read("southwest")
    assert table.to_numpy().tolist() == [  # type: ignore[attr-defined]
        ["2023-12", "ofo", "family_unit", "Mexico", 8, 5],
        ["2023-12", "usbp", "single_adult", "Guatemala", 8, 10],
        ["2025-01", "usbp", "unaccompanied_child", "Other", 42, 7],
    ]


def test_a_nationwide_file_is_added_up_for_the_southwest_alone() -> None:
    assert read("nationwide").to_dict() == {"2019-10": 8, "2019-11": 20}  # type: ignore[attr-defined]


def test_a_sector_file_gives_its_southwest_row_by_calendar_month() -> None:
    assert read("sectors").to_dict() == {"1999-10": 45, "2000-02": 9}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("label", "month"),
    [
        ((2024, 12), "2023-12"),
        ((2024, 10), "2023-10"),
        ((2024, 9), "2024-09"),
        ((2024, 1), "2024-01"),
    ],
)
def test_a_fiscal_year_label_becomes_a_calendar_month(label: tuple[int, int], month: str) -> None:
    assert raw.calendar_month(*label) == month


# --- what is wrong in a text file ----------------------------------------------------------------


def without_column(position: int, sep: str = ",") -> Callable[[str], str]:
    """Return a damage: the column is missing from every row."""

    def cut(text: str) -> str:
        lines = [line.split(sep) for line in text.splitlines()]
        return "".join(sep.join(line[:position] + line[position + 1 :]) + "\n" for line in lines)

    return cut


def reordered(text: str) -> str:
    lines = [line.split(",") for line in text.splitlines()]
    return "".join(",".join([line[1], line[0], *line[2:]]) + "\n" for line in lines)


def emptied(text: str) -> str:
    head, *lines = text.splitlines()
    return "\n".join([head, lines[0], *(line.rsplit(",", 1)[0] + "," for line in lines[1:])])


def swap(old: str, new: str) -> Callable[[str], str]:
    """Return a damage: the first `old` becomes `new`."""
    return lambda text: text.replace(old, new, 1)


ONE_OF_MONTHS = "expected one of JAN, FEB, MAR, APR, MAY, JUN, JUL, AUG, SEP, OCT, NOV, DEC, found"
WRONG = [
    ("southwest", "a missing column", without_column(4),
     "row 1, column 5: expected the heading 'Demographic', found 'Citizenship Grouping'"),
    ("southwest", "the last column missing", without_column(8),
     "row 1, column 9: expected the heading 'Encounter Count', found None"),
    ("southwest", "a renamed column", swap("Component", "Agency"),
     "row 1, column 4: expected the heading 'Component', found 'Agency'"),
    ("southwest", "re-ordered columns", reordered,
     "row 1, column 1: expected the heading 'Fiscal Year', found 'Month Grouping'"),
    ("southwest", "a column twice", swap("Month Grouping", "Fiscal Year"),
     "row 1, column 2: expected the heading 'Month Grouping', found 'Fiscal Year.1'"),
    ("southwest", "an extra column", lambda t: re.sub(r"$", ",x", t.strip(), flags=re.M),
     "row 1: unexpected column 'x' after 'Encounter Count'"),
    ("southwest", "more fields than headings", 
     lambda t: t.replace("\n", ",x\n").replace(",x", "", 1),
     "row 2 has more fields than the header's 9"),
    ("southwest", "one row with more fields", swap(",5\n", ",5,6\n"),
     "not a readable table (Error tokenizing data. C error: Expected 9 fields in line 3, saw 10"),
    ("southwest", "a truncated column", emptied,
     "row 3, column 'Encounter Count': expected a value, found ''"),
    ("southwest", "a short row", swap(",Title 8,Inadmissibles,5", ",Title 8"),
     "row 3, column 'Encounter Type': expected a value, found ''"),
    ("southwest", "a file cut in a row", lambda t: t[: t.index(",Title 42")],
     "row 4, column 'Title of Authority': expected a value, found ''"),
    ("southwest", "a blank line", swap("\n2024,FYTD,DEC,Off", "\n\n2024,FYTD,DEC,Off"),
     "row 3, column 'Fiscal Year': expected a value, found ''"),
    ("southwest", "an unknown fiscal year", swap("2025 (FYTD)", "FY25"),
     "row 4, column 'Fiscal Year': expected a fiscal year such as 2024, found 'FY25'"),
    ("southwest", "an unknown month", swap(",JAN,", ",January,"),
     f"row 4, column 'Month (abbv)': {ONE_OF_MONTHS} 'January'"),
    ("southwest", "an unknown component", swap("U.S. Border Patrol", "USBP"),
     "row 2, column 'Component': expected one of U.S. Border Patrol, Office of Field Operations, "
     "found 'USBP'"),
    ("southwest", "an unknown demographic group", swap("FMUA", "Families"),
     "row 3, column 'Demographic': expected one of Single Adults, FMUA, UC / Single Minors, UAC, "
     "Accompanied Minors, found 'Families'"),
    ("southwest", "an unknown citizenship", swap("Guatemala", "Cuba"),
     "row 2, column 'Citizenship Grouping': expected one of El Salvador, Guatemala, Honduras, "
     "Mexico, Other, found 'Cuba'"),
    ("southwest", "an unknown title", swap("Title 42", "Title 24"),
     "row 4, column 'Title of Authority': expected one of Title 8, Title 42, found 'Title 24'"),
    ("southwest", "an unknown type", swap("Inadmissibles", "Paroles"),
     "row 3, column 'Encounter Type': expected one of Apprehensions, Inadmissibles, Expulsions, "
     "found 'Paroles'"),
    ("southwest", "a negative count", swap(",5\n", ",-5\n"),
     "row 3, column 'Encounter Count': expected a whole number, zero or more, found '-5'"),
    ("southwest", "half a person", swap(",5\n", ",5.5\n"),
     "row 3, column 'Encounter Count': expected a whole number, zero or more, found '5.5'"),
    ("southwest", "a word for a count", swap(",5\n", ",five\n"),
     "row 3, column 'Encounter Count': expected a whole number, zero or more, found 'five'"),
    ("southwest", "a count with separators", swap(",5\n", ',"5,000"\n'),
     "row 3, column 'Encounter Count': expected a whole number, zero or more, found '5,000'"),
    ("southwest", "a count beyond all people", swap(",5\n", ",50000000000000000000\n"),
     "row 3, column 'Encounter Count': expected a whole number, zero or more, found '50000000000"),
    ("southwest", "a row twice", lambda t: t + t.splitlines()[1] + "\n",
     "row 7, column 'Month (abbv)': expected a combination that no earlier row has, found 'DEC'"),
    ("southwest", "a header alone", lambda t: t.splitlines()[0] + "\n", "no rows after the header"),
    ("southwest", "an open quotation mark", swap("FMUA", '"FMUA'), "not a readable table"),
    ("nationwide", "a missing column", without_column(3),
     "row 1, column 4: expected the heading 'Land Border Region', found 'State'"),
    ("nationwide", "an unknown region", swap("Other", "Coast"),
     "row 4, column 'Land Border Region': expected one of Southwest Land Border, Northern Land "
     "Border, Other, found 'Coast'"),
    ("nationwide", "a negative count", swap(",100\n", ",-100\n"),
     "row 4, column 'Encounter Count': expected a whole number, zero or more, found '-100'"),
    ("nationwide", "a row twice", lambda t: t + t.splitlines()[2].rsplit(",", 1)[0] + ",9\n",
     "row 6, column 'Month (abbv)': expected a combination that no earlier row has, found 'OCT'"),
    ("sectors", "a renamed column", swap("yuma", "san_luis"),
     "row 1, column 22: expected the heading 'yuma', found 'san_luis'"),
    ("sectors", "a month out of range", swap("\n10|", "\n13|"),
     "row 2, column 'month': expected a month from 1 to 12, found '13'"),
    ("sectors", "a year out of range", swap("|48|2000|", "|48|200|"),
     "row 2, column 'fy': expected a fiscal year such as 2020, found '200'"),
    ("sectors", "sectors that miss the sum", swap("|45|", "|46|"),
     "row 2, column 'southwest_border': expected the sum of the nine sectors, found '46'"),
    ("sectors", "a month twice", lambda t: t + t.splitlines()[1] + "\n",
     "row 4, column 'month': expected a month that no earlier row has, found '10'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "damage", "message"),
    [pytest.param(kind, change, text, id=f"{kind}: {name}") for kind, name, change, text in WRONG],
)
def test_damage_is_named_with_file_row_column_and_what_was_expected(
    kind: str, damage: Callable[[str], str], message: str
) -> None:
    with pytest.raises(DataError) as error:
        read(kind, damage)
    assert str(error.value).startswith(f"file.csv: {message}")


# --- what is wrong with a file as such -----------------------------------------------------------


@pytest.mark.parametrize("name", ["file.csv", "file.csv.gz"])
def test_a_file_is_read_plain_or_gzipped(tmp_path: Path, name: str) -> None:
    body = SBO.encode()
    (tmp_path / name).write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
    assert raw.content(tmp_path, "file.csv") == body


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("other.csv", b"x", r"file\.csv: not found in .*; `bordercount data fetch"),
        ("file.csv", b"", r"file\.csv: empty file; expected a header and rows"),
        ("file.csv", b" \n\n", r"file\.csv: empty file; expected a header and rows"),
        ("file.csv.gz", gzip.compress(b""), r"file\.csv\.gz: empty file"),
        ("file.csv.gz", b"plain", r"file\.csv\.gz: damaged gzip file \(Not a gzipped file"),
        ("file.csv.gz", gzip.compress(SBO.encode())[:80], r"file\.csv\.gz: damaged gzip file"),
        (
            "file.csv.gz",
            gzip.compress(b"x")[:10] + b"\xff" * 20,
            r"file\.csv\.gz: damaged gzip file \(Error -3",
        ),
    ],
)
def test_a_file_that_gives_no_text_is_named(
    tmp_path: Path, name: str, body: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(DataError, match=message):
        raw.content(tmp_path, "file.csv")


def test_the_checksum_is_of_the_file_as_it_is_published(tmp_path: Path) -> None:
    body = SBO.encode()
    sha256 = hashlib.sha256(body).hexdigest()
    (tmp_path / "ours.csv.gz").write_bytes(gzip.compress(body))
    raw.verify(tmp_path, "ours.csv", sha256)
    with pytest.raises(DataError, match=r"ours\.csv\.gz: sha256 is .*…, expected .*…"):
        raw.verify(tmp_path, "ours.csv.gz", sha256)


# --- workbooks -----------------------------------------------------------------------------------

Cells = list[list[object]]


def workbook(title: str, cells: Cells) -> bytes:
    """Return the bytes of a workbook with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in cells:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def appointments() -> Cells:
    return [
        ["Return to Table of Contents"],
        ["CBP One Appointments"],
        ["Fiscal Year", "Month", "Total", "Cuba"],
        [2023, "Total", 300, 1],
        [None, "December", "X", "X"],
        [None, "January", 100, 1],
        [None, "February", 210, 1],
        ["2024 YTD", "Total", 50, 1],
        [None, "October", 50, 1],
        ["X Not applicable."],
    ]


def regions() -> Cells:
    return [
        ["Fiscal\nYear", "Month", "Region", "Quantity"],
        [2000, "01 October", "Coastal Border", 740],
        [2000, "01 October", "Southwest Land Border", 87820],
        [2000, "05 February", "Southwest Land Border", 200620],
    ]


SHEETS: dict[str, tuple[Callable[[], Cells], Callable[[bytes, str], object]]] = {
    "CBP One Appointments": (appointments, build.ohss_appointments),
    "Monthly Region": (regions, raw.region_apprehensions),
}


def test_a_monthly_sheet_is_read_by_fiscal_year_without_cells_not_applicable() -> None:
    table = build.ohss_appointments(workbook("CBP One Appointments", appointments()), "file.xlsx")
    assert table.set_index("month")["appointments_processed"].to_dict() == {
        "2023-01": 100, "2023-02": 210, "2023-10": 50,
    }  # fmt: skip


def test_the_region_sheet_gives_the_southwest_by_calendar_month() -> None:
    found = raw.region_apprehensions(workbook("Monthly Region", regions()), "file.xlsx")
    assert found.to_dict() == {"1999-10": 87_820, "2000-02": 200_620}


WHOLE = "expected a whole number, zero or more, or X, found"
ONE, TWO = "CBP One Appointments", "Monthly Region"


@pytest.mark.parametrize(
    ("title", "row", "column", "value", "message"),
    [
        (ONE, 3, 3, "Sum", "row 3, column 3: expected the heading 'Total', found 'Sum'"),
        (ONE, 3, 1, None, "row 3, column 1: expected the heading 'Fiscal Year', found None"),
        (ONE, 6, 3, "many", f"row 6, column 3, 'Total': {WHOLE} 'many'"),
        (ONE, 6, 3, -5, f"row 6, column 3, 'Total': {WHOLE} -5"),
        (ONE, 6, 3, 1.5, f"row 6, column 3, 'Total': {WHOLE} 1.5"),
        (ONE, 6, 3, None, f"row 6, column 3, 'Total': {WHOLE} None"),
        (ONE, 6, 2, "Januar", None),
        (ONE, 6, 2, "Winter", "row 6: expected a month after a fiscal year, found 'Winter'"),
        (ONE, 7, 2, "January", "row 7: a second row for 2023-01"),
        (ONE, 4, 1, "FY23", "row 4: expected a fiscal year, found 'FY23'"),
        (ONE, 4, 2, "March", "row 4: expected a month after a fiscal year, found 'March'"),
        (ONE, 6, 3, 1000, "the months of fiscal year 2023 add up to 1210 in "
         "appointments_processed, the sheet's total is 300"),
        (TWO, 1, 4, "Count", "row 1: expected ['Fiscal Year', 'Month', 'Region', 'Quantity'], "
         "found ['Fiscal Year', 'Month', 'Region', 'Count']"),
        (TWO, 3, 2, "13 Oct", None),
        (TWO, 3, 2, "Oct", "row 3: expected a fiscal year and month, found 2000, 'Oct'"),
        (TWO, 3, 1, "2000", "row 3: expected a fiscal year and month, found '2000', '01 October'"),
        (TWO, 2, 3, "Gulf", "row 2, column 'Region': unknown region 'Gulf'"),
        (TWO, 3, 4, "?", f"row 3, column 'Quantity': {WHOLE} '?'"),
        (TWO, 3, 4, "X", "row 3, column 'Quantity': expected a count, found 'X'"),
        (TWO, 4, 2, "01 October", "row 4: a second row for 1999-10"),
    ],
)  # fmt: skip
def test_a_damaged_cell_is_named_with_sheet_row_and_column(
    title: str, row: int, column: int, value: object, message: str | None
) -> None:
    made, reader = SHEETS[title]
    cells = made()
    cells[row - 1][column - 1] = value
    data = workbook(title, cells)
    if message is None:  # still one meaning: nothing to refuse
        reader(data, "file.xlsx")
        return
    with pytest.raises(DataError) as error:
        reader(data, "file.xlsx")
    assert str(error.value).startswith(f"file.xlsx: sheet {title!r}")
    assert message in str(error.value)


@pytest.mark.parametrize("title", SHEETS)
def test_a_renamed_sheet_is_missed_by_name(title: str) -> None:
    made, reader = SHEETS[title]
    with pytest.raises(DataError, match=rf"file\.xlsx: no sheet '{title}'; found Old"):
        reader(workbook("Old", made()), "file.xlsx")


@pytest.mark.parametrize("title", SHEETS)
@pytest.mark.parametrize("kept", [0, 1, 3])
def test_an_emptied_sheet_is_refused(title: str, kept: int) -> None:
    made, reader = SHEETS[title]
    if title == "Monthly Region" and kept == 3:
        return  # two months are a sheet
    with pytest.raises(DataError, match=rf"file\.xlsx: sheet '{title}'"):
        reader(workbook(title, made()[:kept]), "file.xlsx")


@pytest.mark.parametrize("title", SHEETS)
@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_a_cut_workbook_is_refused(title: str, part: float) -> None:
    made, reader = SHEETS[title]
    data = workbook(title, made())
    with pytest.raises(DataError, match=r"file\.xlsx: not a readable workbook"):
        reader(data[: int(part * len(data))], "file.xlsx")


def test_a_workbook_with_changed_bytes_inside_is_refused() -> None:
    data = bytearray(workbook("Monthly Region", regions()))
    sheet = data.index(b"xl/worksheets/sheet1.xml")
    for position in range(sheet + 60, sheet + 120):
        data[position] ^= 0x55
    with pytest.raises(DataError, match=r"file\.xlsx: not a readable workbook"):
        raw.region_apprehensions(bytes(data), "file.xlsx")
