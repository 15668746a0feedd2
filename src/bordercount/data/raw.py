"""Read the raw CBP and DHS files strictly: an error names file, row, column and what is due."""

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from bordercount.data.errors import DataError

MONTHS = {
    "JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6,
    "JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12,
}  # fmt: skip
COMPONENTS = {"U.S. Border Patrol": "usbp", "Office of Field Operations": "ofo"}
DEMOGRAPHICS = {
    "Single Adults": "single_adult",
    "FMUA": "family_unit",
    "UC / Single Minors": "unaccompanied_child",
    "UAC": "unaccompanied_child",
    "Accompanied Minors": "accompanied_minor",
}
CITIZENSHIPS = {name: name for name in ("El Salvador", "Guatemala", "Honduras", "Mexico", "Other")}
TITLES = {"Title 8": 8, "Title 42": 42}
REGIONS = {
    "Southwest Land Border": "southwest",
    "Northern Land Border": "northern",
    "Other": "other",
}
TYPES = {name: name for name in ("Apprehensions", "Inadmissibles", "Expulsions")}

SBO_COLUMNS = (
    "Fiscal Year", "Month Grouping", "Month (abbv)", "Component", "Demographic",
    "Citizenship Grouping", "Title of Authority", "Encounter Type", "Encounter Count",
)  # fmt: skip
NATIONWIDE_COLUMNS = (
    "Fiscal Year", "Month Grouping", "Month (abbv)", "Land Border Region", "State",
    "Demographic", "Citizenship", "Title of Authority", "Encounter Count",
)  # fmt: skip
SOUTHWEST_SECTORS = (
    "big_bend", "del_rio", "el_centro", "el_paso", "laredo", "rio_grande_valley",
    "san_diego", "tucson", "yuma",
)  # fmt: skip
SECTOR_COLUMNS = (
    "month", "livermore", "miami", "new_orleans", "ramey", "blaine", "buffalo", "detroit",
    "grand_forks", "havre", "houlton", "spokane", "swanton", *SOUTHWEST_SECTORS,
    "coastal_border", "northern_border", "southwest_border", "monthly_total", "fy", "cy",
)  # fmt: skip


def content(folder: Path, name: str) -> bytes:
    """Return the bytes of the raw file `name`, which may also lie there gzipped.

    Raises `DataError` when it is missing, empty or not readable as gzip.
    """
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            data = path.read_bytes()
            if path.suffix == ".gz":
                try:
                    data = gzip.decompress(data)
                except (OSError, EOFError, zlib.error) as error:
                    raise DataError(f"{path.name}: damaged gzip file ({error})") from None
            if not data.strip():
                raise DataError(f"{path.name}: empty file; expected a header and rows")
            return data
    raise DataError(
        f"{name}: not found in {folder}; `bordercount data fetch {folder}` downloads it"
    )


def verify(folder: Path, name: str, sha256: str) -> None:
    """Raise `DataError` unless the raw file has the recorded checksum.

    The checksum is of the file as it is published, so of `name` itself where that ends in
    .gz, and of the decompressed bytes where only our copy is compressed.
    """
    path = folder / name
    data = path.read_bytes() if path.is_file() else content(folder, name)
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise DataError(
            f"{name}: sha256 is {found[:12]}…, expected {sha256[:12]}… as data/raw_files.csv "
            "records; the file was changed or cut. If the publisher revised it, add it there "
            "as a new file"
        )


def calendar_month(fiscal_year: int, month: int) -> str:
    """Return the calendar month of a fiscal-year label: (2024, 12) is "2023-12".

    The U.S. fiscal year starts in October, and is named for the year in which it ends.
    """
    return f"{fiscal_year - (month >= 10)}-{month:02d}"


def rows(data: bytes, name: str, columns: Sequence[str], sep: str = ",") -> pd.DataFrame:
    """Return the file as text, one column per field, after checking header and row lengths."""
    try:
        # Blank lines are kept, to be refused: skipped, they would shift the row numbers.
        table = pd.read_csv(
            io.BytesIO(data), sep=sep, dtype=str, keep_default_na=False, skip_blank_lines=False
        )
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise DataError(f"{name}: not a readable table ({error}); was the file cut?") from None
    for position, (found, wanted) in enumerate(
        zip([*table.columns, *[None] * len(columns)], columns, strict=False), start=1
    ):
        if found != wanted:
            raise DataError(
                f"{name}: row 1, column {position}: expected the heading {wanted!r}, "
                f"found {found!r}"
            )
    if len(table.columns) > len(columns):
        extra = table.columns[len(columns)]
        raise DataError(f"{name}: row 1: unexpected column {extra!r} after {columns[-1]!r}")
    if not isinstance(table.index, pd.RangeIndex):
        raise DataError(f"{name}: row 2 has more fields than the header's {len(columns)}")
    if table.empty:
        raise DataError(f"{name}: no rows after the header")
    for column in columns:
        require(table[column].notna() & (table[column] != ""), table[column], name, "a value")
    return table


def require(good: pd.Series, values: pd.Series, name: str, expected: str) -> None:
    """Raise `DataError` naming the first row whose value is not good; row 1 is the header."""
    if not good.all():
        position = int((~good.to_numpy()).argmax())
        found = values.iloc[position]
        found = "" if pd.isna(found) else found
        raise DataError(
            f"{name}: row {position + 2}, column {values.name!r}: expected {expected}, "
            f"found {found!r}"
        )


def translate(values: pd.Series, name: str, labels: Mapping[str, object]) -> pd.Series:
    """Return our word for each of the publisher's labels."""
    require(values.isin(list(labels)), values, name, "one of " + ", ".join(labels))
    return values.map(labels)


def counts(values: pd.Series, name: str) -> pd.Series:
    """Return counts as integers: whole and not negative; older CBP files write `9584.0`."""
    require(values.str.fullmatch(r"\d{1,9}(\.0)?"), values, name, "a whole number, zero or more")
    return values.str.removesuffix(".0").astype("int64")


def months(table: pd.DataFrame, name: str) -> pd.Series:
    """Return calendar months from CBP's fiscal-year and month labels."""
    years = table["Fiscal Year"]
    require(years.str.fullmatch(r"20\d\d( \(FYTD\))?"), years, name, "a fiscal year such as 2024")
    numbers = translate(table["Month (abbv)"], name, MONTHS)
    labels = pd.DataFrame({"year": years.str[:4].astype(int), "month": numbers})
    known = {key: calendar_month(*key) for key in set(labels.itertuples(index=False, name=None))}
    return pd.Series(
        [known[key] for key in labels.itertuples(index=False, name=None)], index=table.index
    )


def without_repeats(keys: pd.DataFrame, table: pd.DataFrame, name: str) -> None:
    """Raise `DataError` if a row has the keys of an earlier one: it would be counted twice."""
    month = table["Month (abbv)"]
    require(~keys.duplicated(), month, name, "a combination that no earlier row has")


def southwest(data: bytes, name: str) -> pd.DataFrame:
    """Return a "Southwest Land Border Encounters" file in the columns of encounters.csv.

    Rows that count nobody are left out: only the oldest file writes them.
    """
    table = rows(data, name, SBO_COLUMNS)
    translate(table["Encounter Type"], name, TYPES)
    tidy = pd.DataFrame(
        {
            "month": months(table, name),
            "component": translate(table["Component"], name, COMPONENTS),
            "demographic": translate(table["Demographic"], name, DEMOGRAPHICS),
            "citizenship": translate(table["Citizenship Grouping"], name, CITIZENSHIPS),
            "title": translate(table["Title of Authority"], name, TITLES),
            "encounters": counts(table["Encounter Count"], name),
        }
    )
    # One file labels some Title 42 rows "Apprehensions" and others "Expulsions": the title
    # decides, so the two are one group here.
    keys = [column for column in tidy.columns if column != "encounters"]
    without_repeats(pd.concat([tidy[keys], table["Encounter Type"]], axis=1), table, name)
    return tidy[tidy["encounters"] > 0].groupby(keys, as_index=False).sum()


def southwest_totals(data: bytes, name: str) -> pd.Series:
    """Return the monthly southwest total of a "Nationwide Encounters" file, indexed by month."""
    table = rows(data, name, NATIONWIDE_COLUMNS)
    translate(table["Demographic"], name, DEMOGRAPHICS)
    translate(table["Title of Authority"], name, TITLES)
    region = translate(table["Land Border Region"], name, REGIONS)
    without_repeats(table.drop(columns="Encounter Count"), table, name)
    tidy = pd.DataFrame(
        {"month": months(table, name), "encounters": counts(table["Encounter Count"], name)}
    )
    return tidy[region == "southwest"].groupby("month")["encounters"].sum()


def sector_apprehensions(data: bytes, name: str) -> pd.Series:
    """Return Border Patrol's southwest apprehensions by month, from its table by sector.

    Raises `DataError` where the nine southwest sectors do not add up to the printed row.
    """
    table = rows(data, name, SECTOR_COLUMNS, sep="|")
    month = table["month"]
    require(month.str.fullmatch(r"[1-9]|1[0-2]"), month, name, "a month from 1 to 12")
    printed = counts(table["southwest_border"], name)
    added = sum((counts(table[sector], name) for sector in SOUTHWEST_SECTORS), start=0 * printed)
    require(printed == added, table["southwest_border"], name, "the sum of the nine sectors")
    fiscal = table["fy"]
    require(fiscal.str.fullmatch(r"20\d\d"), fiscal, name, "a fiscal year such as 2020")
    require(~table.duplicated(["fy", "month"]), month, name, "a month that no earlier row has")
    index = [
        calendar_month(int(year), int(number)) for year, number in zip(fiscal, month, strict=True)
    ]
    return pd.Series(printed.to_numpy(), index=index).sort_index()


def sheet(data: bytes, name: str, title: str) -> list[tuple[object, ...]]:
    """Return the rows of one worksheet of a workbook."""
    import openpyxl  # only rebuilding tables needs it

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        titles = book.sheetnames
        read = book[title].iter_rows(values_only=True) if title in titles else ()
        found = [tuple(row) for row in read]
        book.close()
    except Exception as error:  # openpyxl raises many kinds for a damaged workbook
        raise DataError(f"{name}: not a readable workbook ({error})") from None
    if title not in titles:
        raise DataError(f"{name}: no sheet {title!r}; found {', '.join(titles)}")
    return found


def cell_count(value: object, where: str) -> int | None:
    """Return a workbook's count, or None for the publisher's X (not applicable)."""
    if value == "X":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise DataError(f"{where}: expected a whole number, zero or more, or X, found {value!r}")
    return value


def monthly_sheet(
    data: bytes, name: str, title: str, header_row: int, columns: Mapping[str, tuple[int, str]]
) -> pd.DataFrame:
    """Return columns of an OHSS monthly sheet, indexed by calendar month.

    `columns` maps our name to the sheet's column (counted from 1) and the heading expected
    there. Each fiscal year opens with a row of its totals; in the columns headed "Total..." the
    months must add up to it, but for the rounding of each cell to 10. (Single outcomes need
    not: OHSS's year of some has people that none of its months has.)
    """
    table = sheet(data, name, title)
    where = f"{name}: sheet {title!r}"
    headings = table[header_row - 1] if len(table) >= header_row else ()
    for position, heading in {1: "Fiscal Year", 2: "Month", **dict(columns.values())}.items():
        if (there := cell(headings, position)) != heading:
            raise DataError(
                f"{where}, row {header_row}, column {position}: expected the heading "
                f"{heading!r}, found {there!r}"
            )

    found: dict[str, dict[str, int | None]] = {}
    totals: dict[int, dict[str, int | None]] = {}
    year = None
    for number, row in enumerate(table[header_row:], start=header_row + 1):
        label, name_of_month = cell(row, 1), cell(row, 2)
        here = f"{where}, row {number}"
        if name_of_month is None:
            continue  # a note or source below the table
        values = {
            key: cell_count(cell(row, position), f"{here}, column {position}, {heading!r}")
            for key, (position, heading) in columns.items()
        }
        if name_of_month == "Total":
            if not (fiscal := re.fullmatch(r"(20\d\d)( YTD)?", str(label))):
                raise DataError(f"{here}: expected a fiscal year, found {label!r}")
            year = int(fiscal[1])
            totals[year] = values
        else:
            month = MONTHS.get(str(name_of_month)[:3].upper())
            if month is None or year is None:
                raise DataError(
                    f"{here}: expected a month after a fiscal year, found {name_of_month!r}"
                )
            if (due := calendar_month(year, month)) in found:
                raise DataError(f"{here}: a second row for {due}")
            found[due] = {"year": year, **values}
    if not found:
        raise DataError(f"{where} has no monthly rows")
    frame = pd.DataFrame.from_dict(found, orient="index")
    months_add_up(
        frame, totals, [k for k, (_, v) in columns.items() if v.startswith("Total")], where
    )
    return frame.drop(columns="year")


def cell(row: Sequence[object], position: int) -> object:
    """Return a row's cell by its column, counted from 1: None if the row ends before it."""
    return row[position - 1] if position <= len(row) else None


def months_add_up(
    frame: pd.DataFrame,
    totals: Mapping[int, Mapping[str, int | None]],
    keys: Sequence[str],
    where: str,
) -> None:
    """Raise `DataError` where a fiscal year's months miss its total by more than rounding."""
    for year, total in totals.items():
        months = frame[frame["year"] == year]
        for key in keys:
            added, printed = months[key].sum(), total[key]
            if printed is not None and abs(added - printed) > 5 * (len(months) + 1):
                raise DataError(
                    f"{where}: the months of fiscal year {year} add up to {added:.0f} in {key}, "
                    f"the sheet's total is {printed}"
                )


def region_apprehensions(data: bytes, name: str) -> pd.Series:
    """Return OHSS's southwest apprehensions by Border Patrol, by month, rounded to 10."""
    title = "Monthly Region"
    table = sheet(data, name, title)
    wanted = ["Fiscal Year", "Month", "Region", "Quantity"]
    headings = [str(heading).replace("\n", " ") for heading in table[0]] if table else []
    if headings != wanted:
        raise DataError(f"{name}: sheet {title!r}, row 1: expected {wanted}, found {headings}")
    found = {}
    for number, row in enumerate(table[1:], start=2):
        year, month, region, quantity = (cell(row, position) for position in range(1, 5))
        where = f"{name}: sheet {title!r}, row {number}"
        label = MONTHS.get(str(month)[3:6].upper())
        if not isinstance(year, int) or label is None:
            raise DataError(f"{where}: expected a fiscal year and month, found {year!r}, {month!r}")
        if region not in {"Southwest Land Border", "Northern Land Border", "Coastal Border"}:
            raise DataError(f"{where}, column 'Region': unknown region {region!r}")
        count = cell_count(quantity, f"{where}, column 'Quantity'")
        if region == "Southwest Land Border":
            if count is None:
                raise DataError(f"{where}, column 'Quantity': expected a count, found 'X'")
            if (due := calendar_month(year, label)) in found:
                raise DataError(f"{where}: a second row for {due}")
            found[due] = count
    if not found:
        raise DataError(f"{name}: sheet {title!r} has no southwest rows")
    return pd.Series(found).sort_index()
