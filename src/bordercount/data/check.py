"""Check the tables: their description, their checksums, and what must always hold among them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from bordercount.data import package
from bordercount.data.build import without_gaps
from bordercount.data.errors import DataError
from bordercount.data.tables import folder, load
from bordercount.measures import series

Problems = Iterator[str]
RENEW = "renew it with `bordercount data build`"


@dataclass(frozen=True)
class Finding:
    """One check by name, with the problems it found: none when it holds."""

    check: str
    problems: tuple[str, ...]


def check() -> list[Finding]:
    """Return what each check of the tables in data/ found, in order."""
    checks: list[tuple[str, Callable[[], Problems]]] = [
        ("tables match their description", description),
        ("built tables have their checksums", checksums),
        ("no month is missing", gaps),
        ("fiscal years add up to CBP's totals", fiscal_years),
        ("Border Patrol and ports add up to the total", component_sums),
        ("outcomes add up to encounters", outcome_sums),
        ("overlapping sources agree", overlaps),
        ("vintages hold the tables' own counts", vintages),
    ]
    return [Finding(name, held(found)) for name, found in checks]


def held(found: Callable[[], Problems]) -> tuple[str, ...]:
    """Return the problems of one check; that it could not be made is one, too."""
    problems: list[str] = []
    try:
        problems.extend(found())
    except (DataError, KeyError, TypeError, ValueError) as error:
        problems.append(f"not checked: {error}; mend what the other checks found first")
    return tuple(problems)


def description() -> Problems:
    """Yield where a table breaks datapackage.yaml: frictionless reads both."""
    from frictionless import Package  # heavy, and only this check needs it

    described = {resource["name"] for resource in package.descriptor()["resources"]}
    for name in sorted({path.stem for path in folder().glob("*.csv")} - described):
        yield f"{name}.csv: datapackage.yaml does not describe it"
    report = Package(str(package.path())).validate()
    for error in report.errors:
        yield str(error.message)
    for task in report.tasks:
        for error in task.errors:
            where = f"row {error.row_number}, " if hasattr(error, "row_number") else ""
            yield f"{task.place}: {where}{error.message}"


def checksums() -> Problems:
    """Yield the built tables that are not as `data build` wrote them."""
    for resource in package.descriptor()["resources"]:
        if "hash" in resource:
            file = folder() / resource["path"]
            if not file.is_file():
                yield f"{file.name}: missing; {RENEW}"
            elif package.digest(file) != resource["hash"]:
                yield f"{file.name}: changed since it was built; {RENEW}"


def gaps() -> Problems:
    """Yield the months that a table leaves out between its first and its last."""
    for name in ("encounters", "encounters_ohss", "cbp_one", "outcomes"):
        yield from missing(load(name)["month"], name)
    for publisher, rows in load("apprehensions").groupby("publisher"):
        yield from missing(rows["month"], f"apprehensions of {publisher}")


def missing(months: pd.Series, name: str) -> Problems:
    """Yield a sentence if the months have a gap."""
    try:
        without_gaps(months, name)
    except DataError as error:
        yield str(error)


def fiscal_years() -> Problems:
    """Yield the fiscal years whose months do not add up to CBP's published total."""
    facts = load("facts").set_index("key")["value"]
    monthly = series(load("encounters"))
    for key, value in facts[facts.index.str.fullmatch(r"cbp-total-fy\d{4}")].items():
        year = int(str(key)[-4:])
        months = pd.period_range(f"{year - 1}-10", f"{year}-09", freq="M").strftime("%Y-%m")
        if (found := monthly.reindex(months).sum()) != int(value):
            yield f"encounters: fiscal year {year} adds up to {found:,.0f}, CBP says {int(value):,}"


def component_sums() -> Problems:
    """Yield the months in which the parts miss the total, or by more than OHSS's rounding."""
    for name, slack in (("encounters_ohss", 10), ("vintages", 0)):
        table = load(name)
        if name == "vintages":
            table = table[table["publisher"] == "CBP"]
        keys = [key for key in ("month", "as_of", "source") if key in table]
        wide = table.pivot(index=keys, columns="component", values="encounters")
        wide = wide.dropna()
        off = (wide["usbp"] + wide["ofo"] - wide["total"]).abs()
        for key, gap in off[off > slack].items():
            yield f"{name}: {key}: usbp + ofo misses the total by {gap:.0f}"


def outcome_sums() -> Problems:
    """Yield the months whose outcomes miss OHSS's encounters by more than rounding explains.

    One month is known to: in February 2019 OHSS marks returns under the Migrant Protection
    Protocols "not applicable", though its total for the fiscal year has them.
    """
    added = load("outcomes").groupby("month")["people"].agg(["sum", "size"])
    total = series(load("encounters_ohss"))
    off = (added["sum"] - total).abs()
    over = off[off > 5 * (added["size"] + 1)]
    for month in over.index.difference(["2019-02"]):
        people = added["sum"][month]
        yield f"outcomes: {month} adds up to {people:,}, encounters are {total[month]:,}"


def overlaps() -> Problems:
    """Yield where two tables count the same thing differently, beyond what is known and said.

    Border Patrol's older table and CBP's file must be equal. OHSS rounds to 10 and rebuilds its
    counts from case records: from fiscal year 2009 its apprehensions are within 24 of either,
    its totals within 150 in fiscal years 2019 and 2020 and within 10 after.
    """
    by_publisher = load("apprehensions").pivot(
        index="month", columns="publisher", values="apprehensions"
    )
    encounters, ohss = load("encounters"), load("encounters_ohss")
    border_patrol, total = series(encounters, "usbp"), series(encounters)
    since_2009 = by_publisher[by_publisher.index >= "2008-10"]
    settled = total[total.index >= "2020-10"]
    pairs = [
        ("USBP's table and CBP's file", by_publisher["usbp"], border_patrol, 0),
        ("USBP's table and OHSS since 2009", since_2009["usbp"], since_2009["ohss"], 24),
        ("OHSS's apprehensions and CBP's file", by_publisher["ohss"], border_patrol, 24),
        ("OHSS's total and CBP's file", series(ohss), total, 150),
        ("OHSS's total and CBP's file since 2020", series(ohss), settled, 10),
    ]
    for what, one, other, slack in pairs:
        gap = (one - other).dropna().abs()
        if gap.empty:
            yield f"{what}: no month in common"
        for month, size in gap[gap > slack].items():
            yield f"{what}: {month} differs by {size:.0f}, more than {slack}"


def vintages() -> Problems:
    """Yield the months of encounters.csv that the vintages of the files it is from do not hold."""
    held = load("vintages")
    held = held[held["source"].str.startswith("sbo-encounters")].sort_values("as_of")
    newest = held.drop_duplicates(["month", "component"], keep="last")
    for component in ("usbp", "ofo", "total"):
        own = series(load("encounters"), component)
        theirs = newest[newest["component"] == component].set_index("month")["encounters"]
        both = own.to_frame("own").join(theirs, how="outer")
        for month in both[both["own"] != both["encounters"]].index:
            yield f"encounters: {month} {component} is not the count that vintages.csv holds"
