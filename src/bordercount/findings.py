"""What the article's claims compute, each from the counts of one vintage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, wraps
from typing import Any

import pandas as pd

from bordercount import measures
from bordercount.data import fact, load
from bordercount.errors import BordercountError

VINTAGES = {
    "first": "each month as CBP first published it",
    "article": "what could be known in March 2024, when the article appeared",
    "latest": "as CBP's newest file has it",
}
ARTICLE_MONTH = "2024-03"


class UnknownError(BordercountError):
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


@dataclass(frozen=True)
class Definition:
    """One meaning of "the record": which counts compete, since when, and in which unit.

    `counts` takes them from a vintage. `newest` says that only CBP's newest file tells them
    apart, so that no other vintage can judge this meaning.
    """

    series: str
    start: int
    counts: Callable[[Counts], pd.DataFrame]
    part: str = "total"
    daily: bool = False
    newest: bool = False

    @property
    def name(self) -> str:
        """The meaning in words, with its first year."""
        return f"{self.series}, since {self.start}"

    def rivals(self, counts: Counts, month: str) -> pd.Series:
        """Return what competes with `month`, as `measures.rivals` does.

        Raises `KeyError` for a month that the vintage itself does not count.
        """
        counts.has(month, self.part)
        return measures.rivals(
            self.counts(counts), month, self.part, start=self.start, daily=self.daily
        )


def both(counts: Counts) -> pd.DataFrame:
    """Return Border Patrol and ports together and apart, since October 2013."""
    return counts.history


def border_patrol(publisher: str) -> Callable[[Counts], pd.DataFrame]:
    """Return what takes Border Patrol's series since October 1999, by one publisher."""
    return lambda counts: counts.border_patrol(publisher)


def group(column: str, value: str) -> Callable[[Counts], pd.DataFrame]:
    """Return what takes the encounters with one group of people, since October 2018."""

    def of_group(counts: Counts) -> pd.DataFrame:
        table = load("encounters")
        return table[table[column] == value].drop(columns="component")

    return of_group


def ordinary(counts: Counts) -> pd.DataFrame:
    """Return the total under Title 8, by month since October 2013: all but the expulsions."""
    table = load("encounters")
    expelled = measures.series(table[table["title"] == EXPULSIONS].drop(columns="component"))
    found = measures.series(counts.history).sub(expelled, fill_value=0).astype("int64")
    return found.rename_axis("month").rename("encounters").reset_index()


def nationwide(counts: Counts) -> pd.DataFrame:
    """Return the encounters of all borders and airports in each February of facts.csv."""
    facts = load("facts")
    found = facts[facts["key"].str.fullmatch(r"nationwide-\d{4}-02")]
    return pd.DataFrame({"month": found["date"], "encounters": found["value"].astype("int64")})


EXPULSIONS = 42  # the title of the law
BORDER_PATROL = "Border Patrol alone"
# What "the February record" may mean: the ledger judges by this list, the book shows it.
DEFINITIONS = (
    Definition("Border Patrol and ports together", 2014, both),
    Definition("both together, per day", 2014, both, daily=True),
    Definition("both together under Title 8", 2014, ordinary, newest=True),
    Definition("ports alone", 2014, both, "ofo"),
    Definition("all borders and airports", 2014, nationwide, newest=True),
    Definition("people in family units", 2019, group("demographic", "family_unit"), newest=True),
    Definition(f"{BORDER_PATROL}, by OHSS", 2000, border_patrol("ohss"), "usbp"),
    Definition(f"{BORDER_PATROL}, by its older table", 2000, border_patrol("usbp"), "usbp"),
    Definition(f"{BORDER_PATROL}, by OHSS", 2002, border_patrol("ohss"), "usbp"),
    Definition("single adults", 2019, group("demographic", "single_adult"), newest=True),
    Definition(
        "unaccompanied children", 2019, group("demographic", "unaccompanied_child"), newest=True
    ),
    Definition("citizens of Guatemala", 2019, group("citizenship", "Guatemala"), newest=True),
)


def february_records(counts: Counts, month: str) -> dict[str, bool]:
    """Return, for each meaning of "the February record", whether `month` held it in its year.

    Meanings that the vintage cannot judge are left out.
    """
    judged = [each for each in DEFINITIONS if counts.vintage == "latest" or not each.newest]
    found = {each.name: each.rivals(counts, month) for each in judged}
    return {name: bool(rivals[month] == rivals.max()) for name, rivals in found.items()}


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
    "among": among,
    "highest_months": highest_months,
    "later_above": later_above,
    "fact": known_fact,
    "fact_change": fact_change,
    "part_of": part_of,
}
COUNTLESS = {"fact", "fact_change", "part_of"}  # these rest on no count, so on no vintage
