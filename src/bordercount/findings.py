"""What the article's claims compute, each from the counts of one vintage."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property, wraps
from typing import Any

import pandas as pd

from bordercount import measures
from bordercount.data import fact, load

VINTAGES = {
    "first": "each month as CBP first published it",
    "article": "what could be known in March 2024, when the article appeared",
    "latest": "as CBP's newest file has it",
}
ARTICLE_MONTH = "2024-03"


class UnknownError(LookupError):
    """A claim or vintage that the ledger does not have."""


class Counts:
    """The counts that a claim may use: one vintage of CBP's, and the longer series behind it."""

    def __init__(self, vintage: str) -> None:
        """Choose the vintage. Raises `UnknownError` for one that does not exist."""
        if vintage not in VINTAGES:
            raise UnknownError(f"no vintage {vintage!r}; the vintages are {', '.join(VINTAGES)}")
        self.vintage = vintage

    @cached_property
    def table(self) -> pd.DataFrame:
        """Month, component and encounters, of months that this vintage knows."""
        name = ARTICLE_MONTH if self.vintage == "article" else self.vintage
        return measures.vintage(load("vintages"), name)

    @cached_property
    def history(self) -> pd.DataFrame:
        """The same, with OHSS's counts since October 2013 for months that CBP's files lack."""
        return filled(self.table, load("encounters_ohss"))

    def has(self, month: str, component: str = "total") -> None:
        """Raise `KeyError` unless the vintage itself counts `month`: no other series may do so."""
        measures.total(self.table, month, component)

    def border_patrol(self, publisher: str) -> pd.DataFrame:
        """Border Patrol alone since October 1999: the vintage, and the publisher's older months.

        Months that neither has are OHSS's.
        """
        own = self.table[self.table["component"] == "usbp"]
        older = load("apprehensions").rename(columns={"apprehensions": "encounters"})
        older = older.assign(component="usbp")
        chosen = older["publisher"] == publisher
        return filled(own, older[chosen], older[~chosen])


def filled(*tables: pd.DataFrame) -> pd.DataFrame:
    """Return for each month and component the count of the first table that has one."""
    keys = ["month", "component"]
    return pd.concat(tables)[[*keys, "encounters"]].drop_duplicates(keys, keep="first")


def february_records(counts: Counts, month: str) -> dict[str, bool]:
    """Return, for each meaning of "the February record", whether `month` holds it."""
    both = counts.history
    ohss, usbp = counts.border_patrol("ohss"), counts.border_patrol("usbp")

    def first(table: pd.DataFrame, part: str, start: int, daily: bool = False) -> bool:
        counts.has(month, part)
        return measures.rank(table, month, part, start=start, daily=daily) == 1

    return {
        "Border Patrol and ports together, since 2014": first(both, "total", 2014),
        "both together, per day, since 2014": first(both, "total", 2014, True),
        "ports alone, since 2014": first(both, "ofo", 2014),
        "Border Patrol alone, since 2014": first(both, "usbp", 2014),
        "Border Patrol alone, since 2000, by OHSS": first(ohss, "usbp", 2000),
        "Border Patrol alone, per day, since 2000, by OHSS": first(ohss, "usbp", 2000, True),
        "Border Patrol alone, since 2000, by its older table": first(usbp, "usbp", 2000),
    }


def previous_february_records(counts: Counts, month: str) -> dict[str, bool]:
    """Return, for each series, whether `month` held the February record in its own year."""
    counts.has(month)
    return {
        "Border Patrol and ports together, since 2014": (
            measures.rank(counts.history, month, start=2014) == 1
        ),
        "Border Patrol alone, since 2000, by OHSS": (
            measures.rank(counts.border_patrol("ohss"), month, "usbp", start=2000) == 1
        ),
    }


def among(counts: Counts, month: str) -> dict[str, bool]:
    """Return whether `month` is the highest of its calendar month, and of all months, so far."""
    counts.has(month)
    series = measures.series(counts.history)
    so_far = series[series.index <= month]
    return {
        "among Februaries since 2014": measures.rank(counts.history, month, start=2014) == 1,
        "among all months since October 2013": bool(so_far.idxmax() == month),
    }


def highest_months(counts: Counts, month: str) -> dict[str, bool]:
    """Return, for each series, whether `month` is the highest of all months up to it."""
    tables = {
        "Border Patrol and ports together, since October 2013": (counts.history, "total"),
        "Border Patrol alone, since October 1999, by OHSS": (
            counts.border_patrol("ohss"), "usbp",
        ),
        "Border Patrol alone, since October 1999, by its older table": (
            counts.border_patrol("usbp"), "usbp",
        ),
    }  # fmt: skip
    found = {}
    for name, (table, component) in tables.items():
        series = measures.series(table, component)
        counts.has(month, component)
        found[name] = bool(series[series.index <= month].idxmax() == month)
    return found


def later_above(counts: Counts, month: str, until: str) -> dict[str, bool]:
    """Return, for each month after `month` up to `until`, whether its total was higher."""
    after = pd.period_range(month, until, freq="M").strftime("%Y-%m")[1:]
    return {later: measures.change(counts.table, month, later) > 0 for later in after}


def known_fact(counts: Counts, key: str) -> float | str:
    """Return the value of a fact of facts.csv: a number, or a date as text."""
    value = str(fact(key)["value"])
    return value if value.count("-") == 2 else plain(Decimal(value))


def fact_change(counts: Counts, since: str, key: str) -> float:
    """Return the fact `key` less the fact `since`, both numbers of facts.csv."""
    return plain(Decimal(str(fact(key)["value"])) - Decimal(str(fact(since)["value"])))


def plain(number: Decimal) -> int | float:
    """Return the number as an integer if it is whole, as a float if not."""
    return int(number) if number == number.to_integral_value() else float(number)


def part_of(counts: Counts, part: str, whole: str) -> dict[str, bool]:
    """Return for each of `whole` things whether it is one of the `part`, by two facts' numbers."""
    of, among_them = int(fact(whole)["value"]), int(fact(part)["value"])
    return {str(number): number <= among_them for number in range(1, of + 1)}


def on_table(measure: Callable[..., float]) -> Callable[..., float]:
    """Return a measure that takes the counts' own vintage."""

    @wraps(measure)
    def measured(counts: Counts, **args: Any) -> float:
        return measure(counts.table, **args)

    return measured


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "total": on_table(measures.total),
    "change": on_table(measures.change),
    "percent_change": on_table(measures.percent_change),
    "contribution": on_table(measures.contribution),
    "february_records": february_records,
    "previous_february_records": previous_february_records,
    "among": among,
    "highest_months": highest_months,
    "later_above": later_above,
    "fact": known_fact,
    "fact_change": fact_change,
    "part_of": part_of,
}
COUNTLESS = {"fact", "fact_change", "part_of"}  # these rest on no count, so on no vintage
