"""Building the tables: byte for byte from the raw files, and not at all from damaged ones."""

import calendar
import csv
import gzip
import io
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from bordercount.data import DataError, build, load

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
SBO = "sbo-encounters-fy19-fy22.csv"
NEWEST = "sbo-encounters-fy22-fy25-aug.csv"
NATIONWIDE = "nationwide-encounters-fy20-fy23-state.csv"
JULY, AUGUST = build.MONTHLY_FILES


def committed(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- from the raw files --------------------------------------------------------------------------


def test_the_raw_files_give_each_table_byte_for_byte(
    raw: Path, course: Path, run: Callable[..., Any]
) -> None:
    built = [path for path in (course / "data").glob("*.csv") if path.stem in BUILT]
    assert len(built) == len(BUILT)
    for path in built:
        path.write_text("month\n", encoding="utf-8")
    ran = run("data", "build", "--raw", raw)
    assert (ran.status, ran.err) == (0, "")
    assert "encounters.csv: 3,525 rows" in ran.out.splitlines()
    assert snapshot(course / "data") == snapshot(DATA)


BUILT = {
    "encounters", "apprehensions", "encounters_ohss", "cbp_one", "outcomes", "outcome_revisions",
    "vintages",
}  # fmt: skip


def text_rows(folder: Path, name: str) -> Iterable[dict[str, str]]:
    """Yield the rows of a raw text file, read with nothing of ours."""
    sep = "|" if name.startswith("usbp") else ","
    path = folder / name
    if path.is_file() and path.suffix != ".gz":
        text = path.read_text(encoding="utf-8-sig")
    else:
        packed = path if path.is_file() else folder / f"{name}.gz"
        text = gzip.decompress(packed.read_bytes()).decode("utf-8-sig")
    yield from csv.DictReader(io.StringIO(text), delimiter=sep)


def month_of(row: dict[str, str]) -> str:
    """Return the calendar month of a row of CBP's: October to December are of the year before."""
    year, month = int(row["Fiscal Year"][:4]), row["Month (abbv)"]
    number = [name.upper() for name in calendar.month_abbr].index(month)
    return f"{year - 1 if number > 9 else year}-{number:02d}"


PARTS = {"U.S. Border Patrol": "usbp", "Office of Field Operations": "ofo"}


def southwest_sums(folder: Path, name: str) -> Counter[tuple[str, str]]:
    """Return the counts of a southwest file by month and component."""
    found: Counter[tuple[str, str]] = Counter()
    for row in text_rows(folder, name):
        found[month_of(row), PARTS[row["Component"]]] += int(float(row["Encounter Count"]))
    return found


@pytest.fixture(scope="module")
def southwest(raw: Path) -> dict[str, Counter[tuple[str, str]]]:
    """Return independent sums of each southwest file."""
    return {name: southwest_sums(raw, name) for name in build.SOUTHWEST_FILES}


def test_encounters_are_the_raw_sums_month_by_month_and_part_by_part(
    southwest: dict[str, Counter[tuple[str, str]]],
) -> None:
    """The newest file wins from October 2021; before that there is only the oldest."""
    expected = {key: n for key, n in southwest[SBO].items() if key[0] < "2021-10"}
    expected |= southwest[NEWEST]
    found: Counter[tuple[str, str]] = Counter()
    for row in committed("encounters"):
        found[row["month"], row["component"]] += int(row["encounters"])
    assert dict(found) == expected
    assert len(found) == 2 * 83


def test_encounters_are_the_raw_sums_group_by_group(raw: Path) -> None:
    groups = {"Single Adults": "single_adult", "FMUA": "family_unit"}
    groups |= {"Accompanied Minors": "accompanied_minor"}
    expected: Counter[tuple[str, ...]] = Counter()
    for name in (SBO, NEWEST):
        for row in text_rows(raw, name):
            month = month_of(row)
            if name == NEWEST or month < "2021-10":
                group = groups.get(row["Demographic"], "unaccompanied_child")
                citizenship, title = row["Citizenship Grouping"], row["Title of Authority"][6:]
                key = (month, PARTS[row["Component"]], group, citizenship, title)
                expected[key] += int(float(row["Encounter Count"]))
    found = {
        tuple(list(row.values())[:5]): int(row["encounters"]) for row in committed("encounters")
    }
    assert found == {key: count for key, count in expected.items() if count}


def test_overlapping_files_agree_or_their_difference_stands_in_the_vintages(
    raw: Path, southwest: dict[str, Counter[tuple[str, str]]]
) -> None:
    """Every month of every raw file has its own count in vintages.csv; nothing else has one."""
    counts: dict[tuple[str, str, str], int] = {}
    for name, sums in southwest.items():
        for (month, part), count in sums.items():
            counts[month, part, name] = count
            total = (month, "total", name)
            counts[total] = counts.get(total, 0) + count
    files = [path.name.removesuffix(".gz") for path in raw.glob("nationwide-*")]
    assert len(files) == 6
    for name in files:
        for row in text_rows(raw, name):
            if row["Land Border Region"] == "Southwest Land Border":
                total = (month_of(row), "total", name)
                counts[total] = counts.get(total, 0) + int(row["Encounter Count"])
    held = {
        (row["month"], row["component"], row["source"]): int(row["encounters"])
        for row in committed("vintages")
        if row["publisher"] == "CBP"
    }
    assert held == counts

    by_month: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for (month, part, _), count in counts.items():
        by_month[month, part].add(count)
    differ = {key for key, found in by_month.items() if len(found) > 1}
    assert {month for month, part in differ if part == "total" and month < "2024-10"} == {
        "2023-10", "2023-11",
    }  # fmt: skip
    assert ("2024-02", "total") not in differ


def test_apprehensions_are_the_raw_columns(raw: Path) -> None:
    expected = {
        (f"{row['cy']}-{int(row['month']):02d}", "usbp"): int(row["southwest_border"])
        for row in text_rows(raw, build.SECTOR_FILE)
    }
    for year, month, region, count in worksheet(raw / build.REGION_FILE, "Monthly Region")[1:]:
        if region == "Southwest Land Border":
            number = (int(month[:2]) + 8) % 12 + 1  # the file numbers October 01
            expected[f"{year - (number > 9)}-{number:02d}", "ohss"] = count
    found = {
        (row["month"], row["publisher"]): int(row["apprehensions"])
        for row in committed("apprehensions")
    }
    assert found == expected


def worksheet(path: Path, title: str) -> list[tuple[Any, ...]]:
    """Return the rows of one sheet."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    found = list(book[title].iter_rows(values_only=True))
    book.close()
    return found


def monthly(path: Path, title: str, columns: dict[str, int]) -> dict[tuple[str, str], int]:
    """Return the counts of a monthly sheet by month and key: columns are counted from 1."""
    found, year = {}, 0
    for row in worksheet(path, title):
        if row[1] == "Total":
            year = int(str(row[0])[:4])
        elif row[1] in calendar.month_name[1:]:
            number = list(calendar.month_name).index(row[1])
            for key, column in columns.items():
                if row[column - 1] != "X":
                    found[f"{year - (number > 9)}-{number:02d}", key] = row[column - 1]
    return found


def test_the_august_workbook_is_the_table_and_differs_from_july_as_recorded(raw: Path) -> None:
    columns = {
        "title_8_repatriation": 4, "title_42_expulsion": 5, "migrant_protection_protocols": 6,
        "transfer_to_ice": 7, "transfer_to_hhs": 8, "border_patrol_release": 9,
        "port_parole_or_notice": 10, "other": 11,
    }  # fmt: skip
    july, august = (
        monthly(raw / name, "CBP SWB Book-Outs by Agency", columns) for name in (JULY, AUGUST)
    )
    held = {(row["month"], row["outcome"]): int(row["people"]) for row in committed("outcomes")}
    assert held == august
    revised = {
        (row["month"], row["outcome"]): (int(row["people_july"]), int(row["people_august"]))
        for row in committed("outcome_revisions")
    }
    assert revised == {key: (july[key], august[key]) for key in july if july[key] != august[key]}
    assert set(july) - set(august) == set()


def test_both_workbooks_counts_stand_in_the_vintages_and_augusts_in_the_table(raw: Path) -> None:
    columns = {"total": 3, "usbp": 15, "ofo": 27}
    held: dict[str, dict[tuple[str, str], int]] = {JULY: {}, AUGUST: {}}
    for row in committed("vintages"):
        if row["publisher"] == "OHSS":
            held[row["source"]][row["month"], row["component"]] = int(row["encounters"])
    for name in (JULY, AUGUST):
        assert held[name] == monthly(raw / name, "SWB Encounters by Citizenship", columns)
    table = {
        (row["month"], row["component"]): int(row["encounters"])
        for row in committed("encounters_ohss")
    }
    assert table == held[AUGUST]


def test_both_workbooks_have_the_same_appointments(raw: Path) -> None:
    july, august = (
        monthly(raw / name, "CBP One Appointments", {"n": 3}) for name in (JULY, AUGUST)
    )
    held = {(row["month"], "n"): int(row["appointments_processed"]) for row in committed("cbp_one")}
    assert held == august
    assert july == {key: count for key, count in august.items() if key in july}


# --- from damaged ones ---------------------------------------------------------------------------


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes: a leftover shows, too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    } | {f"{path.relative_to(folder)}/": b"" for path in folder.rglob("*") if path.is_dir()}


Damage = Callable[[bytes], bytes | None]


def text(change: Callable[[str], str]) -> Damage:
    """Return a damage to a text file."""

    def damaged(data: bytes) -> bytes:
        before = data.decode("utf-8")
        after = change(before)
        assert after != before
        return after.encode("utf-8")

    return damaged


def column(change: Callable[[list[str]], list[str]]) -> Damage:
    """Return a damage to every row of a file without quoted commas."""

    def changed(before: str) -> str:
        return "".join(",".join(change(row.split(","))) + "\n" for row in before.splitlines())

    return text(changed)


def line(number: int, change: Callable[[str], str]) -> Damage:
    """Return a damage to one line, counted from 1 as the messages count rows."""

    def damaged(before: str) -> str:
        lines = before.splitlines(keepends=True)
        lines[number - 1] = change(lines[number - 1])
        return "".join(lines)

    return text(damaged)


def cell(number: int, column: int, value: str) -> Damage:
    """Return a damage to one cell, both counted from 1."""

    def changed(before: str) -> str:
        cells = before.rstrip("\r\n").split(",")
        cells[column - 1] = value
        return ",".join(cells) + "\n"

    return line(number, changed)


def member(name: str, change: Callable[[str], str]) -> Damage:
    """Return a damage to one part of a workbook."""

    def damaged(data: bytes) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
            for part in old.namelist():
                body = old.read(part)
                if part == name:
                    before = body.decode("utf-8")
                    body = change(before).encode("utf-8")
                    assert body.decode("utf-8") != before
                new.writestr(part, body)
        return made.getvalue()

    return damaged


def moved(sheet: str) -> str:
    """Return the sheet with the heading in C4 put into D4, and the other way round."""
    pair = re.search(r'(<c r="C4"[^>]*><v>)(\d+)(</v></c><c r="D4"[^>]*><v>)(\d+)(</v>)', sheet)
    assert pair
    head, c, between, d, tail = pair.groups()
    return sheet.replace(pair[0], head + d + between + c + tail)


def in_words(sheet: str) -> str:
    """Return the sheet with a word in C6, the total of October 2013."""
    return re.sub(
        r'<c r="C6"[^>]*><v>\d+</v></c>',
        '<c r="C6" t="inlineStr"><is><t>about 41,000</t></is></c>',
        sheet,
    )


SHEET = "sheet 'SWB Encounters by Citizenship'"
DAMAGES: list[tuple[str, str, Damage, str]] = [
    ("a missing column", SBO, column(lambda c: c[:3] + c[4:]),
     "row 1, column 4: expected the heading 'Component', found 'Demographic'"),
    ("a renamed column", SBO, line(1, lambda s: s.replace("Encounter Count", "Count")),
     "row 1, column 9: expected the heading 'Encounter Count', found 'Count'"),
    ("re-ordered columns", SBO, column(lambda c: [c[1], c[0], *c[2:]]),
     "row 1, column 1: expected the heading 'Fiscal Year', found 'Month Grouping'"),
    ("an extra column", SBO, column(lambda c: [*c, "1"]),
     "row 1: unexpected column '1' after 'Encounter Count'"),
    ("a truncated column", SBO, column(lambda c: [*c[:8], c[8] if c[8][0] == "E" else ""]),
     "row 2, column 'Encounter Count': expected a value, found ''"),
    ("a short row", SBO, line(99, lambda s: s.rsplit(",", 2)[0] + "\n"),
     "row 99, column 'Encounter Type': expected a value, found ''"),
    ("a file cut in the middle", NEWEST, lambda data: data[: len(data) // 2],
     "row 979, column 'Encounter Count': expected a value, found ''"),
    ("a file cut at a line end", NEWEST, lambda data: data[: data.index(b"\n2025") + 1],
     "expected the months 2021-10 to 2025-08, found 2021-10 to 2024-09"),
    ("an unknown month", SBO, cell(50, 3, "SEPT"), 
     "row 50, column 'Month (abbv)': expected one of JAN, FEB"),
    ("an unknown component", SBO, cell(60, 4, "Coast Guard"),
     "row 60, column 'Component': expected one of U.S. Border Patrol, Office of Field Operations, "
     "found 'Coast Guard'"),
    ("an unknown demographic", SBO, cell(70, 5, "Seniors"),
     "row 70, column 'Demographic': expected one of Single Adults"),
    ("an unknown title", NATIONWIDE, cell(80, 8, "Title 9"),
     "row 80, column 'Title of Authority': expected one of Title 8, Title 42, found 'Title 9'"),
    ("an unknown region", NATIONWIDE, cell(90, 4, "Gulf"),
     "row 90, column 'Land Border Region': expected one of Southwest Land Border"),
    ("a negative count", SBO, cell(3, 9, "-9584.0"),
     "row 3, column 'Encounter Count': expected a whole number, zero or more, found '-9584.0'"),
    ("a count that is not whole", NATIONWIDE, cell(3, 9, "2.5"),
     "row 3, column 'Encounter Count': expected a whole number, zero or more, found '2.5'"),
    ("an empty file", SBO, lambda data: b"", "empty file; expected a header and rows"),
    ("a header alone", SBO, lambda data: data[: data.index(b"\n") + 1], "no rows after the header"),
    ("a row twice", SBO, text(lambda s: s + s.splitlines()[1] + "\n"),
     "row 2266, column 'Month (abbv)': expected a combination that no earlier row has, "
     "found 'AUG'"),
    ("a digit changed", SBO, cell(3, 9, "9585.0"), "sha256 is "),
    ("a month's rows missing", NEWEST,
     text(lambda s: "".join(x for x in s.splitlines(True) if not x.startswith("2024,FYTD,FEB"))),
     "no row for 2024-02"),
    ("a missing file", NATIONWIDE, lambda data: None, "not found in"),
    ("damaged gzip", f"{NATIONWIDE}.gz", lambda data: data[:2000] + b"\xff" * 90 + data[2090:],
     "damaged gzip file"),
    ("cut gzip", build.SECTOR_FILE, lambda data: data[:5000], "damaged gzip file"),
    ("a damaged workbook", build.REGION_FILE, lambda data: data[:9999], "not a readable workbook"),
    ("a renamed sheet", build.REGION_FILE,
     member("xl/workbook.xml", lambda s: s.replace("Monthly Region", "Regions")),
     "no sheet 'Monthly Region'; found Annual Count"),
    ("a heading moved in a sheet", JULY, member("xl/worksheets/sheet3.xml", moved),
     f"{SHEET}, row 4, column 3: expected the heading 'Total', found 'Mexico'"),
    ("a cell in words", JULY, member("xl/worksheets/sheet3.xml", in_words),
     f"{SHEET}, row 6, column 3, 'Total': expected a whole number, zero or more, or X, found"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [pytest.param(name, damage, message, id=what) for what, name, damage, message in DAMAGES],
)
def test_a_damaged_raw_file_stops_the_build_and_leaves_the_tables_alone(
    raw: Path,
    course: Path,
    tmp_path: Path,
    run: Callable[..., Any],
    name: str,
    damage: Damage,
    message: str,
) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    for path in raw.iterdir():
        if path.name not in (name, f"{name}.gz"):
            (folder / path.name).symlink_to(path)
    whole = raw / name
    body = (
        whole.read_bytes()
        if whole.is_file()
        else gzip.decompress((raw / f"{name}.gz").read_bytes())
    )
    if (damaged := damage(body)) is not None:
        (folder / name).write_bytes(damaged)
    before = snapshot(course)

    ran = run("data", "build", "--raw", folder)

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"bordercount: {name}: ")
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert snapshot(course) == before


def test_a_folder_that_is_not_there_is_named(
    course: Path, tmp_path: Path, run: Callable[..., Any]
) -> None:
    ran = run("data", "build", "--raw", tmp_path / "nowhere")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.endswith("nowhere: no such folder of raw files\n")


def test_a_file_without_a_record_is_named(course: Path, tmp_path: Path) -> None:
    record = course / "data" / "raw_files.csv"
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    record.write_text("".join(x for x in lines if not x.startswith(SBO)), encoding="utf-8")
    with pytest.raises(DataError, match=rf"{SBO}: data/raw_files.csv has no row for this file"):
        build.build(tmp_path)


# --- the pieces ----------------------------------------------------------------------------------


def test_the_later_file_wins_each_month_it_has() -> None:
    older = pd.DataFrame({"month": ["2024-01", "2024-02", "2024-02"], "n": [1, 2, 3]})
    newer = pd.DataFrame({"month": ["2024-02", "2024-03"], "n": [9, 8]})
    stacked = build.later_wins([older, newer])
    assert stacked.to_numpy().tolist() == [["2024-01", 1], ["2024-02", 9], ["2024-03", 8]]


@pytest.mark.parametrize(
    ("months", "message"),
    [
        (["2023-11", "2024-02"], "file: no row for 2023-12, 2024-01"),
        ([], "file: no month at all"),
        (["2023-12", "2024-01"], "file: expected the months 2023-11 to 2024-02, found 2023-12 to"),
        (
            ["2023-10", "2023-11", "2023-12", "2024-01", "2024-02"],
            "file: expected the months 2023-11 to 2024-02, found 2023-10 to 2024-02",
        ),
    ],
)
def test_a_file_must_have_its_months_and_no_others(months: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        build.covers(pd.Series(months, dtype=str), "file", "2023-11", "2024-02")


def test_two_files_that_differ_are_named_by_month() -> None:
    earlier = pd.DataFrame({"month": ["2024-01", "2024-02"], "n": [1, 2]})
    build.agree(earlier, earlier.iloc[:1], "counts")
    with pytest.raises(DataError, match=r"counts: two files differ in 2024-02$"):
        build.agree(earlier, earlier.assign(n=[1, 3]), "counts")


def test_a_table_is_sorted_by_its_keys_whatever_order_it_comes_in() -> None:
    table = pd.DataFrame(
        {
            "month": ["2024-02", "2024-01", "2024-01"],
            "component": list("abc"),
            "encounters": [1.0, 2, 3],
        }
    )
    tidy = build.in_order(table.sample(frac=1, random_state=1))
    assert tidy.to_numpy().tolist() == [
        ["2024-01", "b", 2],
        ["2024-01", "c", 3],
        ["2024-02", "a", 1],
    ]


def test_writing_replaces_a_table_and_its_checksum_and_nothing_else(course: Path) -> None:
    before = snapshot(course / "data")
    table = load("cbp_one").iloc[:-1]
    assert build.write({"cbp_one": table}) == [course / "data" / "cbp_one.csv"]
    after = snapshot(course / "data")
    assert {name for name in after if after[name] != before.get(name)} == {
        "cbp_one.csv", "datapackage.yaml",
    }  # fmt: skip
    assert set(after) == set(before)
    assert after["cbp_one.csv"] == b"".join(before["cbp_one.csv"].splitlines(True)[:-1])
    assert len(after["datapackage.yaml"]) == len(before["datapackage.yaml"])


def test_a_write_that_fails_leaves_every_table_as_it_was(course: Path) -> None:
    before = snapshot(course / "data")
    with pytest.raises(DataError, match=r"new\.csv needs one `hash"):
        build.write({"cbp_one": load("cbp_one").iloc[:-1], "new": load("cbp_one")})
    assert snapshot(course / "data") == before
