"""The measures, against the fact base and against what must hold of any table."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bordercount import measures
from bordercount.data import load

pytestmark = pytest.mark.usefixtures("clone")


@pytest.fixture
def latest() -> pd.DataFrame:
    return load("encounters")


@pytest.fixture
def as_published() -> pd.DataFrame:
    """Counts as one could know them when the article appeared."""
    return measures.vintage(load("vintages"), "2024-03")


@pytest.fixture
def long_series() -> pd.DataFrame:
    """OHSS's Border Patrol counts since October 1999."""
    table = load("apprehensions")
    return table[table["publisher"] == "ohss"]


# --- the fact base -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "month", "change", "percent", "percent_daily"),
    [
        ("2023-02", "2024-02", 33_292, 21.3, 17.1),
        ("2022-02", "2024-02", 23_912, 14.4, 10.5),
        ("2024-01", "2024-02", 13_717, 7.8, 15.2),
        ("2023-12", "2024-01", -125_829, -41.7, -41.7),
    ],
)
def test_february_2024_against_other_months(
    as_published: pd.DataFrame,
    since: str,
    month: str,
    change: int,
    percent: float,
    percent_daily: float,
) -> None:
    assert measures.change(as_published, since, month) == change
    assert round(measures.percent_change(as_published, since, month), 1) == percent
    assert round(measures.percent_change(as_published, since, month, daily=True), 1) == (
        percent_daily
    )


@pytest.mark.parametrize(
    ("month", "rate"),
    [
        ("2022-02", 5_929), ("2023-02", 5_594), ("2024-02", 6_549), ("2023-12", 9_743),
        ("2024-01", 5_684), ("2024-03", 6_109),
    ],
)  # fmt: skip
def test_encounters_per_day(as_published: pd.DataFrame, month: str, rate: int) -> None:
    table = load("encounters") if month == "2024-03" else as_published
    assert abs(measures.per_day(table, month) - rate) <= 1


def test_the_record_survives_the_leap_day(as_published: pd.DataFrame) -> None:
    without = 28 * measures.per_day(as_published, "2024-02")
    assert round(without) == 183_373
    assert without > measures.total(as_published, "2022-02")


@pytest.mark.parametrize(
    ("since", "usbp", "ofo", "usbp_share"),
    [
        ("2022-02", -18_526, 42_438, -0.77),
        ("2023-02", 10_120, 23_163, 0.30),
        ("2024-01", 16_424, -2_707, 1.20),
    ],
)
def test_the_components_of_a_change(
    as_published: pd.DataFrame,
    latest: pd.DataFrame,
    since: str,
    usbp: int,
    ofo: int,
    usbp_share: float,
) -> None:
    # In March 2024 the parts of February 2023 were known as of another date than its total.
    as_published = latest if since == "2023-02" else as_published
    assert measures.change(as_published, since, "2024-02", "usbp") == usbp
    assert measures.change(as_published, since, "2024-02", "ofo") == ofo
    part = measures.contribution(as_published, since, "2024-02", "usbp")
    assert round(part, 2) == usbp_share


def test_the_fall_after_december_was_between_the_ports(as_published: pd.DataFrame) -> None:
    assert measures.change(as_published, "2023-12", "2024-01", "usbp") == -125_565
    assert measures.change(as_published, "2023-12", "2024-01", "ofo") == -264


@pytest.mark.parametrize(
    ("column", "value", "since", "change"),
    [
        ("demographic", "family_unit", "2022-02", 38_420),
        ("demographic", "single_adult", "2022-02", -12_780),
        ("citizenship", "Mexico", "2022-02", -8_856),
        ("citizenship", "Other", "2022-02", 33_803),
        ("citizenship", "Guatemala", "2023-02", 9_566),
    ],
)
def test_who_rose(latest: pd.DataFrame, column: str, value: str, since: str, change: int) -> None:
    assert measures.change(latest[latest[column] == value], since, "2024-02") == change


def test_the_port_count_moved_with_the_appointments(latest: pd.DataFrame) -> None:
    appointments = load("cbp_one").set_index("month")["appointments_processed"]["2024-02"]
    ports = measures.total(latest, "2024-02", "ofo")
    assert (appointments, 1_450 * measures.days("2024-02")) == (42_530, 42_050)
    assert round(100 * appointments / ports) == 86
    months = measures.series(latest, "ofo")["2023-08":"2024-12"]  # type: ignore[misc]
    assert (months.min(), months.max()) == (46_883, 52_811)


@pytest.mark.parametrize(
    ("step", "years", "daily", "median", "falls"),
    [
        ((1, 2), range(2000, 2025), False, 19.5, [2017]),
        ((1, 2), range(2000, 2025), True, 27.7, [2017]),
        ((1, 2), range(2010, 2024), False, 16.8, [2017]),
        ((1, 2), range(2014, 2024), False, 8.7, [2017]),
        ((2, 3), range(2000, 2025), False, 32.7, [2017, 2024]),
        ((2, 3), range(2000, 2025), True, 19.8, [2000, 2003, 2017, 2020, 2024]),
    ],
)
def test_seasonal_changes(
    long_series: pd.DataFrame,
    step: tuple[int, int],
    years: range,
    daily: bool,
    median: float,
    falls: list[int],
) -> None:
    found = measures.seasonal_changes(long_series, step, years, daily=daily)
    assert list(found.index) == list(years)
    assert round(found.median(), 1) == median
    assert list(found[found < 0].index) == falls


def test_a_step_over_new_year_starts_in_the_year_before(long_series: pd.DataFrame) -> None:
    found = measures.seasonal_changes(long_series, (12, 1), range(2014, 2025))
    assert list(found[found > 0].index) == [2021]
    assert found[2024] == measures.percent_change(long_series, "2023-12", "2024-01")


@pytest.mark.parametrize("daily", [False, True])
def test_border_patrols_february_is_fourth_since_2000(
    long_series: pd.DataFrame, daily: bool
) -> None:
    ranks = {
        year: measures.rank(long_series, f"{year}-02", start=2000, daily=daily)
        for year in (2000, 2001, 2022, 2024)
    }
    assert ranks == {2000: 1, 2001: 2, 2022: 2, 2024: 4}


def test_the_first_year_decides_a_record(long_series: pd.DataFrame) -> None:
    assert measures.rank(long_series, "2022-02", start=2002) == 1
    assert measures.rank(long_series, "2022-02", start=2000) == 2


def test_rivals_are_the_same_month_from_the_start_to_its_own_year(
    long_series: pd.DataFrame,
) -> None:
    found = measures.rivals(long_series, "2022-02", start=2020)
    assert found.to_dict() == {"2020-02": 30_080, "2021-02": 97_640, "2022-02": 159_170}
    daily = measures.rivals(long_series, "2020-02", start=2020, daily=True)
    assert daily["2020-02"] == 30_080 / 29


@pytest.mark.parametrize(("component", "raw", "daily"), [("usbp", 7, 8), ("total", 16, 19)])
def test_february_2024_among_the_37_months_from_february_2021(
    latest: pd.DataFrame, component: str, raw: int, daily: int
) -> None:
    months = list(pd.period_range("2021-02", "2024-02", freq="M").strftime("%Y-%m"))
    for measure, expected in ((measures.total, raw), (measures.per_day, daily)):
        values = sorted(measure(latest, month, component) for month in months)
        assert values.index(measure(latest, "2024-02", component)) + 1 == expected
    assert len(months) == 37


@pytest.mark.parametrize(
    ("year", "percent"), [(2019, 12.6), (2020, 18.0), (2021, 3.4), (2022, 4.1), (2024, 25.9)]
)
def test_the_ports_share_of_february(latest: pd.DataFrame, year: int, percent: float) -> None:
    assert round(100 * measures.share(latest, f"{year}-02", "ofo"), 1) == percent


@pytest.mark.parametrize(
    ("month", "component", "first", "last", "percent"),
    [
        ("2022-02", "total", 164_973, 166_010, 0.6),
        ("2023-02", "total", 154_998, 156_630, 1.1),
        ("2023-02", "usbp", 128_877, 130_521, 1.3),
        ("2024-02", "total", 189_922, 189_913, -0.0),
    ],
)
def test_revision_from_first_to_latest(
    month: str, component: str, first: int, last: int, percent: float
) -> None:
    found = measures.revision(load("vintages"), month, component)
    assert (found.first, found.latest) == (first, last)
    assert found.change == last - first
    assert round(found.percent, 1) == percent
    assert found.first_as_of <= found.latest_as_of


# --- vintages ------------------------------------------------------------------------------------


def test_the_first_vintage_is_never_dated_after_the_latest() -> None:
    first = measures.vintage(load("vintages"), "first")
    latest = measures.vintage(load("vintages"), "latest")
    both = first.merge(latest, on=["month", "component"])
    assert len(both) > 15
    assert (both["as_of_x"] <= both["as_of_y"]).all()
    assert (first["as_of"] == first["month"].map(measures.month_after)).all()


@pytest.mark.parametrize("name", ["first", "latest", "2024-03", "2022-11"])
def test_the_parts_of_every_vintage_add_up_to_its_total(name: str) -> None:
    table = measures.vintage(load("vintages"), name)
    wide = table.pivot(index="month", columns="component", values="encounters").dropna()
    assert not wide.empty
    assert (wide["usbp"] + wide["ofo"] == wide["total"]).all()


def test_a_vintage_knows_nothing_of_what_came_later() -> None:
    known = measures.vintage(load("vintages"), "2024-03")
    assert (known["as_of"] <= "2024-03").all()
    assert measures.total(known, "2024-02") == 189_922
    with pytest.raises(KeyError, match="2024-03"):
        measures.total(known, "2024-03")


def test_a_part_of_another_date_than_its_total_is_left_out() -> None:
    rows = [
        ("2022-02", "total", 100, "2022-03", "CBP", "a"),
        ("2022-02", "usbp", 60, "2022-04", "CBP", "b"),
        ("2022-02", "ofo", 41, "2022-04", "CBP", "b"),
    ]
    columns = ["month", "component", "encounters", "as_of", "publisher", "source"]
    table = pd.DataFrame(rows, columns=columns)
    assert list(measures.vintage(table, "latest")["component"]) == ["total"]


@pytest.mark.parametrize("name", ["2001-01", "first"])
def test_a_vintage_may_know_nothing_or_one_part_only(name: str) -> None:
    table = load("vintages")
    totals = table[(table["component"] == "total") & (table["month"] == "2022-02")]
    assert set(measures.vintage(totals, name)["month"]) == (
        {"2022-02"} if name == "first" else set()
    )


def test_an_unknown_vintage_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="'newest': expected first, latest or a month"):
        measures.vintage(load("vintages"), "newest")


# --- what is missing -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "component"), [("1999-02", "total"), ("2024-02", "coast"), ("2030-01", "usbp")]
)
def test_a_missing_month_or_component_is_named(
    latest: pd.DataFrame, month: str, component: str
) -> None:
    with pytest.raises(KeyError, match=f"{component} for {month}"):
        measures.total(latest, month, component)


def test_a_missing_component_of_a_series_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="'total' in this table; it has usbp"):
        measures.series(table_of({"2024-02": (5, None)}))


def test_a_month_that_lacks_one_part_is_not_added_up_by_half() -> None:
    table = table_of({"2024-01": (5, 2), "2024-02": (6, None)})
    assert measures.series(table).to_dict() == {"2024-01": 7}
    with pytest.raises(KeyError, match="2024-02"):
        measures.total(table, "2024-02")


def test_a_printed_total_serves_where_a_part_is_missing() -> None:
    table = table_of({"2024-01": (5, 2), "2024-02": (6, None)})
    table.loc[len(table)] = ["2024-02", "total", 9]
    assert measures.series(table).to_dict() == {"2024-01": 7, "2024-02": 9}


def test_a_rank_needs_every_year_from_the_first(latest: pd.DataFrame) -> None:
    with pytest.raises(KeyError, match="2018-02"):
        measures.rank(latest, "2024-02", start=2018)


def test_a_rank_before_the_first_year_makes_no_sense(latest: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="2019-02 is before 2020"):
        measures.rank(latest, "2019-02", start=2020)


def test_a_revision_of_an_unknown_month_is_refused() -> None:
    with pytest.raises(KeyError, match="no vintage of total for 1990-01"):
        measures.revision(load("vintages"), "1990-01")


def test_a_change_from_nobody_has_no_percentage() -> None:
    with pytest.raises(ZeroDivisionError):
        measures.percent_change(
            table_of({"2024-01": (0, 0), "2024-02": (1, 1)}), "2024-01", "2024-02"
        )


# --- what holds of any table ---------------------------------------------------------------------


def table_of(counts: dict[str, tuple[int, int | None]]) -> pd.DataFrame:
    """Return a table of Border Patrol's and the ports' counts by month."""
    rows = [
        (month, component, count)
        for month, parts in counts.items()
        for component, count in zip(measures.COMPONENTS, parts, strict=True)
        if count is not None
    ]
    return pd.DataFrame(rows, columns=["month", "component", "encounters"])


NUMBERS = st.integers(0, 10**6)
FEBRUARIES = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=8).map(
    lambda pairs: table_of({f"{2010 + i}-02": pair for i, pair in enumerate(pairs)})
)


@given(FEBRUARIES)
def test_shares_of_the_components_add_up_to_one(table: pd.DataFrame) -> None:
    if measures.total(table, "2010-02") == 0:
        return
    shares = [measures.share(table, "2010-02", part) for part in measures.COMPONENTS]
    assert sum(shares) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in shares)


@given(FEBRUARIES)
def test_contributions_add_up_to_one_and_changes_to_the_change(table: pd.DataFrame) -> None:
    months = ("2010-02", "2011-02")
    change = measures.change(table, *months)
    assert sum(measures.change(table, *months, part) for part in measures.COMPONENTS) == change
    if change:
        parts = [measures.contribution(table, *months, part) for part in measures.COMPONENTS]
        assert sum(parts) == pytest.approx(1, abs=1e-6)


@given(FEBRUARIES)
def test_a_change_back_is_the_change_reversed(table: pd.DataFrame) -> None:
    there = measures.change(table, "2010-02", "2011-02")
    assert measures.change(table, "2011-02", "2010-02") == -there


@given(FEBRUARIES, st.randoms(use_true_random=False))
def test_rank_and_series_do_not_depend_on_row_order(table: pd.DataFrame, random: object) -> None:
    order = list(range(len(table)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = table.iloc[order].reset_index(drop=True)
    month = table["month"].max()
    assert measures.rank(shuffled, month, start=2010) == measures.rank(table, month, start=2010)
    assert measures.series(shuffled).equals(measures.series(table))


@given(FEBRUARIES)
def test_a_rank_counts_the_years_above(table: pd.DataFrame) -> None:
    month = table["month"].max()
    totals = table.groupby("month")["encounters"].sum()
    above = int((totals > totals[month]).sum())
    assert measures.rank(table, month, start=2010) == 1 + above


@given(st.integers(1999, 2030), st.integers(1, 12), NUMBERS)
def test_the_daily_rate_times_the_days_is_the_count(year: int, number: int, count: int) -> None:
    month = f"{year}-{number:02d}"
    rate = measures.per_day(table_of({month: (count, 0)}), month)
    assert rate * measures.days(month) == pytest.approx(count)
    assert measures.days(month) == pd.Period(month).days_in_month


@given(FEBRUARIES)
def test_the_same_month_of_other_years_is_all_that_is_compared(table: pd.DataFrame) -> None:
    july = table.assign(month=table["month"].str[:4] + "-07")
    both = pd.concat([table, july])
    assert measures.same_month(both, "2010-02").equals(measures.series(table))


@given(
    st.lists(
        st.tuples(st.sampled_from(["2023-11", "2023-12", "2024-01"]), NUMBERS),
        min_size=1,
        unique_by=lambda pair: pair[0],
    )
)
def test_a_revision_runs_from_the_oldest_count_to_the_newest(pairs: list[tuple[str, int]]) -> None:
    rows = [("2023-10", "total", count, as_of, "CBP", "x") for as_of, count in pairs]
    rows.append(("2023-10", "total", 10, "2024-09", "OHSS", "y"))
    columns = ["month", "component", "encounters", "as_of", "publisher", "source"]
    found = measures.revision(pd.DataFrame(rows, columns=columns), "2023-10")
    assert (found.first, found.latest) == (min(pairs)[1], max(pairs)[1])
    assert found.change == max(pairs)[1] - min(pairs)[1]


@pytest.mark.parametrize(
    ("month", "after"), [("2023-12", "2024-01"), ("2024-02", "2024-03"), ("1999-10", "1999-11")]
)
def test_the_month_after(month: str, after: str) -> None:
    assert measures.month_after(month) == after
