"""Build every tidy table from the raw CBP and DHS files, byte for byte the same each time."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from bordercount.data import package, raw
from bordercount.data.errors import DataError
from bordercount.data.tables import folder, load

T = TypeVar("T", pd.DataFrame, "pd.Series[Any]")

# Where two raw files cover a month, the later one wins. The older file gives the tables the
# months that the later one lacks, and each file's own count stands in vintages.csv.
SOUTHWEST_FILES = (
    "sbo-encounters-fy19-fy22.csv",
    "sbo-encounters-fy22-fy25-nov.csv",
    "sbo-encounters-fy22-fy25-aug.csv",
)
SECTOR_FILE = "usbp_monthly_encounters_fy2000-fy2020.csv.gz"
REGION_FILE = "KHSM_Encounters_USBP_fy25m11.xlsx"
MONTHLY_FILES = (
    "2024_1108_ohss_immigration-enforcement-and-legal-processes-tables-july-2024.xlsx",
    "2024_1206_ohss_immigration-enforcement-and-legal-processes-tables-august-2024.xlsx",
)
OUTCOMES = {
    "total": (3, "Total Encounters"),
    "title_8_repatriation": (4, "T8 repatriations1"),
    "title_42_expulsion": (5, "T42 expulsions2"),
    "migrant_protection_protocols": (6, "Migrant Protection Protocols3"),
    "transfer_to_ice": (7, "Transfers to ICE4"),
    "transfer_to_hhs": (8, "Transfers to HHS5"),
    "border_patrol_release": (9, "USBP Releases6"),
    "port_parole_or_notice": (10, "OFO Paroles7"),
    "other": (11, "Other outcomes8"),
}
SINCE = "2023-01"  # CBP One appointments start later than the other sheets of their workbook
# The first column of total, Border Patrol and ports differs from workbook to workbook: each
# block holds the total and the citizenships that were most frequent when it was issued.
OHSS_COUNTS = {"total": (3, "Total"), "usbp": (15, "Total"), "ofo": (27, "Total")}


def later_wins(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the parts stacked, keeping for each month the rows of the last part that has it."""
    kept: list[pd.DataFrame] = []
    for part in parts:
        kept = [earlier[~earlier["month"].isin(part["month"])] for earlier in kept]
        kept.append(part)
    return pd.concat(kept, ignore_index=True)


def without_gaps(months: pd.Series, name: str) -> None:
    """Raise `DataError` unless the months run from first to last with none missing."""
    have = set(months)
    if not have:
        raise DataError(f"{name}: no month at all")
    due = pd.period_range(min(have), max(have), freq="M").strftime("%Y-%m")
    if missing := sorted(set(due) - have):
        raise DataError(f"{name}: no row for {', '.join(missing)}")


def covers(months: pd.Series, name: str, first: str, last: str) -> None:
    """Raise `DataError` unless the months run from `first` to `last` with none missing."""
    without_gaps(months, name)
    if (found := (min(months), max(months))) != (first, last):
        raise DataError(
            f"{name}: expected the months {first} to {last}, found {found[0]} to {found[1]}"
        )


def long_counts(wide: pd.DataFrame) -> pd.DataFrame:
    """Return a month x component table in long form: month, component, encounters."""
    long = wide.rename_axis("month").reset_index()
    return long.melt("month", var_name="component", value_name="encounters").dropna()


def component_counts(encounters: pd.DataFrame) -> pd.DataFrame:
    """Return Border Patrol, port and total encounters by month, in long form."""
    wide = encounters.pivot_table("encounters", "month", "component", aggfunc="sum")
    return long_counts(wide.assign(total=wide.sum(axis=1)))


class Raw:
    """The raw files of one folder, with what raw_files.csv records about each."""

    def __init__(self, source: Path) -> None:
        """Read the record of the files; `source` is the folder that holds them."""
        if not source.is_dir():
            raise DataError(f"{source}: no such folder of raw files")
        self.folder = source
        self.files = {str(row["file"]): row for row in load("raw_files").to_dict("records")}

    def read(self, reader: Callable[[bytes, str], T], name: str, since: str = "") -> T:
        """Return what `reader` makes of the file, after checking its months and its checksum.

        The months are those that raw_files.csv records, from `since` on if that is given. The
        checksum comes last: what goes before can say what is wrong, a checksum cannot.
        """
        if name not in self.files:
            raise DataError(f"{name}: data/raw_files.csv has no row for this file")
        file = self.files[name]
        found = reader(raw.content(self.folder, name), name)
        months = found["month"] if "month" in found else pd.Series(found.index)
        covers(months, name, since or file["first_month"], file["last_month"])
        raw.verify(self.folder, name, file["sha256"])
        return found

    def vintage(self, name: str, long: pd.DataFrame) -> pd.DataFrame:
        """Return rows of vintages.csv: the counts of one file, with its date and publisher."""
        file = self.files[name]
        return long.assign(as_of=file["as_of"], publisher=file["publisher"], source=name)


def build(source: Path) -> dict[str, pd.DataFrame]:
    """Return every tidy table, by name, made from the raw files in `source`.

    Raises `DataError` for a file that is missing, damaged or not as recorded.
    """
    files = Raw(source)
    parts, vintages = [], []
    for name in SOUTHWEST_FILES:
        part = files.read(raw.southwest, name)
        parts.append(part)
        vintages.append(files.vintage(name, component_counts(part)))
    for name in (name for name in files.files if name.startswith("nationwide-")):
        totals = files.read(raw.southwest_totals, name)
        vintages.append(files.vintage(name, long_counts(totals.to_frame("total"))))

    older = files.read(raw.sector_apprehensions, SECTOR_FILE)
    rebuilt = files.read(raw.region_apprehensions, REGION_FILE)
    apprehensions = pd.concat(
        [
            pd.DataFrame({"month": s.index, "publisher": publisher, "apprehensions": s.array})
            for publisher, s in (("usbp", older), ("ohss", rebuilt))
        ]
    )

    for name in MONTHLY_FILES:
        monthly = files.read(ohss_counts, name)
        vintages.append(files.vintage(name, long_counts(monthly)))
    outcomes = [long_outcomes(files.read(ohss_outcomes, name)) for name in MONTHLY_FILES]
    appointments = [files.read(ohss_appointments, name, SINCE) for name in MONTHLY_FILES]
    agree(appointments[0], appointments[1], "CBP One appointments")
    both = outcomes[0].merge(outcomes[1], on=["month", "outcome"], suffixes=("_july", "_august"))

    tables = {
        "encounters": later_wins(parts),
        "apprehensions": apprehensions,
        "encounters_ohss": long_counts(monthly),
        "cbp_one": appointments[-1],
        "outcomes": outcomes[-1],
        "outcome_revisions": both[both["people_july"] != both["people_august"]],
        "vintages": pd.concat([*vintages, press_figures()]),
    }
    return {name: in_order(table) for name, table in tables.items()}


def ohss_counts(data: bytes, name: str) -> pd.DataFrame:
    """Return OHSS's encounters by month: total, usbp and ofo, each rounded to 10."""
    return raw.monthly_sheet(data, name, "SWB Encounters by Citizenship", 4, OHSS_COUNTS)


def ohss_outcomes(data: bytes, name: str) -> pd.DataFrame:
    """Return OHSS's first outcomes by month, each rounded to 10."""
    return raw.monthly_sheet(data, name, "CBP SWB Book-Outs by Agency", 4, OUTCOMES)


def ohss_appointments(data: bytes, name: str) -> pd.DataFrame:
    """Return CBP One appointments processed by month, rounded to 10; none before January 2023."""
    columns = {"appointments_processed": (3, "Total")}
    wide = raw.monthly_sheet(data, name, "CBP One Appointments", 3, columns)
    return wide.rename_axis("month").reset_index().dropna()


def long_outcomes(wide: pd.DataFrame) -> pd.DataFrame:
    """Return month, outcome and people, without the total and the cells marked not applicable."""
    long = wide.drop(columns="total").rename_axis("month").reset_index()
    return long.melt("month", var_name="outcome", value_name="people").dropna()


def agree(earlier: pd.DataFrame, later: pd.DataFrame, what: str) -> None:
    """Raise `DataError` where two files give one month different counts."""
    both = earlier.merge(later, on="month", suffixes=("_earlier", "_later"))
    differ = both[both.iloc[:, 1] != both.iloc[:, 2]]
    if not differ.empty:
        raise DataError(f"{what}: two files differ in {', '.join(differ['month'])}")


def press_figures() -> pd.DataFrame:
    """Return the counts that only press reports of the time hold, in the columns of vintages.csv.

    Source: data/press_figures.csv, kept by hand; each row names the report it was read in.
    """
    columns = ["month", "component", "encounters", "as_of", "publisher", "source"]
    return load("press_figures").assign(publisher="press")[columns]


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table sorted by all that identifies a row, with counts as integers."""
    counts = ("encounters", "apprehensions", "people", "appointments")
    columns = [str(column) for column in table]
    counted = [column for column in columns if column.startswith(counts)]
    keys = [column for column in columns if column not in counted]
    return table.astype(dict.fromkeys(counted, "int64")).sort_values(keys, ignore_index=True)


def write(tables: dict[str, pd.DataFrame]) -> list[Path]:
    """Write the tables to data/ and their checksums to datapackage.yaml; return the paths.

    Each file is written aside and then replaces the old one whole.
    """
    into = folder()
    with tempfile.TemporaryDirectory(dir=into, prefix=".build-") as aside:
        written = [Path(aside) / f"{name}.csv" for name in tables]
        for path, table in zip(written, tables.values(), strict=True):
            table.to_csv(path, index=False, lineterminator="\n")
        codebook = Path(aside) / package.path().name
        codebook.write_text(package.sealed(written), encoding="utf-8", newline="\n")
        for path in (*written, codebook):
            os.replace(path, into / path.name)
    return [into / path.name for path in written]
