"""Answers of exercises/five.yml, the inputs that students do not see, and two mistakes of each."""

import pandas as pd

from bordercount.keys import inputs, mistake

TABLE = {"table": "encounters"}


def total(table, month, component):
    """The sum of the rows of that month and component."""
    rows = table[table["month"] == month]
    if component != "all":
        rows = rows[rows["component"] == component]
    return int(rows["encounters"].sum())


@inputs("total")
def _both_components():
    return [[TABLE, "2023-05", "all"]]


@mistake("total", "You counted rows. What does a row hold?")
def _counted_rows(table, month, component):
    return len(table[(table["month"] == month) & (table["component"] == component)])


@mistake("total", "That is both components, whichever was asked for.")
def _always_both(table, month, component):
    return int(table.loc[table["month"] == month, "encounters"].sum())


def share(table, month, component):
    """The part's sum by the month's sum, in percent."""
    rows = table[table["month"] == month]
    whole = rows["encounters"].sum()
    part = rows.loc[rows["component"] == component, "encounters"].sum()
    return float(100 * part / whole) if whole else 0.0


@inputs("share")
def _lacking_month():
    return [[TABLE, "2018-09", "usbp"]]


@mistake("share", "That is a fraction. How many percent is it?")
def _fraction(table, month, component):
    return share(table, month, component) / 100


@mistake("share", "That is the share of the rows. What does a row hold?")
def _share_of_rows(table, month, component):
    rows = table[table["month"] == month]
    return 100 * len(rows[rows["component"] == component]) / len(rows) if len(rows) else 0.0


def busiest(table, year):
    """The month with the largest sum of its rows."""
    rows = table[table["month"].str.startswith(year)]
    return rows.groupby("month")["encounters"].sum().idxmax()


@inputs("busiest")
def _year_with_a_large_row():
    return [[TABLE, "2021"]]


@mistake("busiest", "That is the month of the largest row. How many rows has a month?")
def _largest_row(table, year):
    rows = table[table["month"].str.startswith(year)]
    return rows.loc[rows["encounters"].idxmax(), "month"]


@mistake("busiest", "That is the month with the fewest encounters.")
def _quietest(table, year):
    rows = table[table["month"].str.startswith(year)]
    return rows.groupby("month")["encounters"].sum().idxmin()


def groups(table, month, least):
    """Sums by citizenship, without those that are too small."""
    sums = table[table["month"] == month].groupby("citizenship")["encounters"].sum()
    return sums[sums >= least]


@inputs("groups")
def _exactly_least():
    return [[TABLE, "2024-02", 10190]]


@mistake("groups", "One citizenship has exactly that many. Does it belong to them?")
def _more_than_least(table, month, least):
    sums = table[table["month"] == month].groupby("citizenship")["encounters"].sum()
    return sums[sums > least]


@mistake("groups", "Some of these have fewer. What does `least` say?")
def _every_group(table, month, least):
    return table[table["month"] == month].groupby("citizenship")["encounters"].sum()


def change(table, since, month):
    """From one month's daily rate to the other's, in percent of the first."""
    sums = table.groupby("month")["encounters"].sum()
    before = sums[since] / pd.Period(since).days_in_month
    after = sums[month] / pd.Period(month).days_in_month
    return float(100 * (after - before) / before)


@inputs("change")
def _months_of_unequal_length():
    return [[TABLE, "2024-01", "2024-02"]]


@mistake("change", "You compared whole months. How many days has each?")
def _whole_months(table, since, month):
    sums = table.groupby("month")["encounters"].sum()
    return float(100 * (sums[month] - sums[since]) / sums[since])


@mistake("change", "Percent of what? Divide by where the change began.")
def _percent_of_the_later(table, since, month):
    sums = table.groupby("month")["encounters"].sum()
    before = sums[since] / pd.Period(since).days_in_month
    after = sums[month] / pd.Period(month).days_in_month
    return float(100 * (after - before) / after)
