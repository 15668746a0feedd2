"""Measures of border counts: pure functions on the tables, from a month's total to its rank.

A table of counts has the columns `month` (such as "2024-02") and `encounters` or
`apprehensions`, and may have `component` ("usbp", "ofo", "total") and others: encounters.csv,
encounters_ohss.csv, apprehensions.csv and any vintage of vintages.csv all serve. A month that a
table lacks raises `KeyError`; nothing is ever filled in.
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

COMPONENTS = ("usbp", "ofo")
NAMES = {
    "usbp": "Border Patrol, between ports",
    "ofo": "Field Operations, at ports",
    "total": "both together",
}


def series(counts: pd.DataFrame, component: str = "total") -> pd.Series:
    """Return the count of `component` by month: integers, indexed by month, in order.

    "total" takes the table's own total where it has one, and otherwise adds Border Patrol (usbp)
    and ports (ofo); a month that lacks one of the two is left out, not added up by half.
    A table without a column `component` is taken as it is. Raises `KeyError` for a component
    that the table lacks.
    """
    column = counted(counts)
    if "component" not in counts:
        return counts.groupby("month")[column].sum()
    wide = counts.groupby(["month", "component"])[column].sum().unstack()
    if component == "total" and set(COMPONENTS) <= set(wide):
        added = wide[list(COMPONENTS)].sum(axis=1, min_count=2)
        found = wide["total"].fillna(added) if "total" in wide else added
    elif component in wide:
        found = wide[component]
    else:
        raise KeyError(
            f"no component {component!r} in this table; it has {', '.join(map(str, wide))}"
        )
    return found.dropna().astype("int64")


def counted(counts: pd.DataFrame) -> str:
    """Return the name of the column that holds the counts."""
    return "encounters" if "encounters" in counts else "apprehensions"


def total(counts: pd.DataFrame, month: str, component: str = "total") -> int:
    """Return the encounters of `component` in `month`. Raises `KeyError` if the table lacks it."""
    rows = counts[counts["month"] == month]
    found = rows[counted(counts)]
    if "component" in counts:
        here = set(rows["component"])
        parts = {component} if component != "total" or "total" in here else set(COMPONENTS)
        found = found[rows["component"].isin(parts)] if parts <= here else found[:0]
    if found.empty:
        raise KeyError(f"no count of {component} for {month} in this table")
    return int(found.sum())


def days(month: str) -> int:
    """Return the number of days in `month`: 29 for "2024-02"."""
    year, number = map(int, month.split("-"))
    return calendar.monthrange(year, number)[1]


def per_day(counts: pd.DataFrame, month: str, component: str = "total") -> float:
    """Return encounters per day in `month`."""
    return total(counts, month, component) / days(month)


def change(counts: pd.DataFrame, since: str, month: str, component: str = "total") -> int:
    """Return by how many encounters `month` is above `since`; negative for a fall."""
    return total(counts, month, component) - total(counts, since, component)


def percent_change(
    counts: pd.DataFrame,
    since: str,
    month: str,
    component: str = "total",
    *,
    daily: bool = False,
) -> float:
    """Return the change from `since` to `month` in percent of `since`; of daily rates if `daily`.

    Raises `ZeroDivisionError` when `since` counts nobody.
    """
    measure = per_day if daily else total
    before, after = measure(counts, since, component), measure(counts, month, component)
    return 100 * (after - before) / before


def share(counts: pd.DataFrame, month: str, component: str) -> float:
    """Return the part of the month's total that `component` makes up, from 0 to 1."""
    return total(counts, month, component) / total(counts, month)


def contribution(counts: pd.DataFrame, since: str, month: str, component: str) -> float:
    """Return the part of the total's change that `component` brought: 1.77 is 177 percent.

    The components' contributions add up to 1; one above 1 means that another component moved
    the other way. Raises `ZeroDivisionError` when the total did not change.
    """
    return change(counts, since, month, component) / change(counts, since, month)


def same_month(counts: pd.DataFrame, month: str, component: str = "total") -> pd.Series:
    """Return the counts of the same calendar month in every year the table has, by month."""
    found = series(counts, component)
    return found[found.index.str.endswith(month[4:])]


def rivals(
    counts: pd.DataFrame,
    month: str,
    component: str = "total",
    *,
    start: int,
    daily: bool = False,
) -> pd.Series:
    """Return the counts that compete with `month`, its own among them, by month.

    They are the same calendar month of every year from `start` up to the year of `month` itself:
    a record is judged by what came before it. With `daily`, encounters per day. Raises `KeyError`
    if the table lacks one of the years, `ValueError` for a month before `start`.
    """
    if int(month[:4]) < start:
        raise ValueError(f"{month} is before {start}, the first year to compare it with")
    found = same_month(counts, month, component)
    due = [f"{year}{month[4:]}" for year in range(start, int(month[:4]) + 1)]
    if missing := [each for each in due if each not in found.index]:
        raise KeyError(f"no count of {component} for {', '.join(missing)} in this table")
    return pd.Series({each: int(found[each]) / (days(each) if daily else 1) for each in due})


def rank(
    counts: pd.DataFrame,
    month: str,
    component: str = "total",
    *,
    start: int,
    daily: bool = False,
) -> int:
    """Return the rank of `month` among its `rivals`: 1 is the highest. Ties share the better."""
    found = rivals(counts, month, component, start=start, daily=daily)
    return 1 + int((found > found[month]).sum())


def seasonal_changes(
    counts: pd.DataFrame,
    step: tuple[int, int],
    years: Iterable[int],
    component: str = "total",
    *,
    daily: bool = False,
) -> pd.Series:
    """Return the percent change from one calendar month to the next, indexed by year.

    `step` is a pair of month numbers, (1, 2) for January to February; a step from 12 to 1
    starts in the year before. Raises `KeyError` for a year that the table lacks.
    """
    first, second = step
    return pd.Series(
        {
            year: percent_change(
                counts,
                f"{year - (first > second)}-{first:02d}",
                f"{year}-{second:02d}",
                component,
                daily=daily,
            )
            for year in years
        }
    )


@dataclass(frozen=True)
class Revision:
    """One month's count as first known and as it stands now, with the dates of both."""

    first: int
    first_as_of: str
    latest: int
    latest_as_of: str

    @property
    def change(self) -> int:
        """The latest count less the first."""
        return self.latest - self.first

    @property
    def percent(self) -> float:
        """The change in percent of the first count."""
        return 100 * self.change / self.first


def revision(vintages: pd.DataFrame, month: str, component: str = "total") -> Revision:
    """Return how the count of `month` was revised, from the rows of vintages.csv.

    OHSS's rounded counts are left out: they are another publisher's series, not a revision.
    Raises `KeyError` for a month or component without a vintage.
    """
    rows = vintages[
        (vintages["month"] == month)
        & (vintages["component"] == component)
        & (vintages["publisher"] != "OHSS")
    ].sort_values("as_of", kind="stable")
    if rows.empty:
        raise KeyError(f"no vintage of {component} for {month}")
    first, latest = rows.iloc[0], rows.iloc[-1]
    return Revision(
        int(first["encounters"]), str(first["as_of"]),
        int(latest["encounters"]), str(latest["as_of"]),
    )  # fmt: skip


def vintage(vintages: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return one vintage of CBP's counts: month, component, encounters, as_of, source.

    `name` is "first" (each month as published in the month after it), "latest" (as the newest
    file has it) or a month such as "2024-03" (as one could know it then). A part is kept only
    if it belongs to the total beside it: of the same date, or adding up to it. OHSS's rounded
    counts are left out. Raises `ValueError` for another name.
    """
    rows = vintages[vintages["publisher"] != "OHSS"].sort_values("as_of", kind="stable")
    if name == "first":
        known = rows[rows["as_of"] == rows["month"].map(month_after)]
    elif name == "latest":
        known = rows
    elif re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", name):
        known = rows[rows["as_of"] <= name]
    else:
        raise ValueError(f"no vintage {name!r}: expected first, latest or a month such as 2024-03")
    keys = ["month", "component"]
    newest = known.drop_duplicates(keys, keep="last")
    counted, dated = (
        newest.pivot(index="month", columns="component", values=column).reindex(
            columns=[*COMPONENTS, "total"]
        )
        for column in ("encounters", "as_of")
    )
    belongs = dated.eq(dated["total"], axis=0)
    belongs |= (counted["usbp"] + counted["ofo"]).eq(counted["total"]).to_numpy()[:, None]
    kept = np.array([belongs.loc[month, part] for month, part in newest[keys].to_numpy()], bool)
    columns = [*keys, "encounters", "as_of", "source"]
    return newest[kept].sort_values(keys, ignore_index=True)[columns]


def month_after(month: str) -> str:
    """Return the next calendar month: "2024-01" after "2023-12"."""
    return str(pd.Period(month, freq="M") + 1)
