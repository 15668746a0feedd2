"""The committed tables against the fact base, read with the csv module alone."""

import csv
import hashlib
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from bordercount.data import DataError, fact, load

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
CODEBOOK = yaml.safe_load((DATA / "datapackage.yaml").read_text(encoding="utf-8"))
RESOURCES = CODEBOOK["resources"]
TABLES = {found["name"]: found for found in RESOURCES if found["path"].endswith(".csv")}
BUILT = {
    "encounters", "apprehensions", "encounters_ohss", "cbp_one", "outcomes", "outcome_revisions",
    "vintages",
}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counted(name: str, column: str, **wanted: str) -> int:
    """Return the sum of a column over the rows with the wanted values: one or more."""
    found = [
        int(row[column])
        for row in rows(name)
        if all(row[key] == value for key, value in wanted.items())
    ]
    assert found, f"{name} has no row with {wanted}"
    return sum(found)


def encounters(month: str, **wanted: str) -> int:
    return counted("encounters", "encounters", month=month, **wanted)


# --- counts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "total", "usbp", "ofo", "title_42"),
    [
        (2019, 76_545, 66_883, 9_662, 0),
        (2020, 36_687, 30_077, 6_610, 0),
        (2021, 101_099, 97_643, 3_456, 74_265),
        (2022, 166_010, 159_170, 6_840, 93_153),
        (2023, 156_630, 130_521, 26_109, 77_978),
        (2024, 189_913, 140_641, 49_272, 0),
        (2025, 11_714, 8_353, 3_361, 0),
    ],
)
def test_february_in_cbps_file(year: int, total: int, usbp: int, ofo: int, title_42: int) -> None:
    month = f"{year}-02"
    assert encounters(month) == total
    assert encounters(month, component="usbp") == usbp
    assert encounters(month, component="ofo") == ofo
    assert total - encounters(month, title="8") == title_42


@pytest.mark.parametrize(
    ("month", "usbp", "ofo", "total"),
    [
        ("2022-02", 159_170, 6_840, 166_010),
        ("2023-02", 130_521, 26_109, 156_630),
        ("2023-12", 249_740, 52_241, 301_981),
        ("2024-01", 124_215, 51_980, 176_195),
        ("2024-02", 140_641, 49_272, 189_913),
        ("2024-03", 137_473, 51_886, 189_359),
        ("2024-04", 128_895, 50_842, 179_737),
        ("2024-05", 117_905, 52_811, 170_716),
        ("2024-06", 83_532, 46_883, 130_415),
        ("2024-07", 56_400, 47_700, 104_100),
        ("2024-08", 58_009, 49_464, 107_473),
        ("2024-09", 53_858, 47_932, 101_790),
    ],
)
def test_the_months_around_the_article(month: str, usbp: int, ofo: int, total: int) -> None:
    assert encounters(month, component="usbp") == usbp
    assert encounters(month, component="ofo") == ofo
    assert encounters(month) == total


def test_border_patrol_alone_under_title_8() -> None:
    found = [encounters(f"{year}-02", component="usbp", title="8") for year in (2022, 2024)]
    assert found == [68_288, 140_641]


@pytest.mark.parametrize(
    ("year", "total"),
    [
        (2020, 458_088),
        (2021, 1_734_686),
        (2022, 2_378_944),
        (2023, 2_475_669),
        (2024, 2_135_005),
    ],
)
def test_a_fiscal_year_runs_from_october_and_adds_up_to_cbps_total(year: int, total: int) -> None:
    assert total == sum(
        int(row["encounters"])
        for row in rows("encounters")
        if f"{year - 1}-10" <= row["month"] <= f"{year}-09"
    )
    assert fact(f"cbp-total-fy{year}")["value"] == str(total)


@pytest.mark.parametrize(
    ("column", "group", "counts"),
    [
        ("citizenship", "Guatemala", (18_215, 14_220, 23_786)),
        ("citizenship", "Honduras", (14_075, 10_935, 10_190)),
        ("citizenship", "El Salvador", (7_146, 4_719, 4_416)),
        ("citizenship", "Mexico", (71_850, 65_271, 62_994)),
        ("citizenship", "Other", (54_724, 61_485, 88_527)),
        ("demographic", "family_unit", (26_722, 33_584, 65_142)),
        ("demographic", "single_adult", (127_080, 111_995, 114_300)),
        ("demographic", "unaccompanied_child", (11_979, 10_836, 10_350)),
        ("demographic", "accompanied_minor", (229, 215, 121)),
    ],
)
def test_who_was_met_in_february(column: str, group: str, counts: tuple[int, ...]) -> None:
    found = [encounters(f"{year}-02", **{column: group}) for year in (2022, 2023, 2024)]
    assert tuple(found) == counts


def test_guatemalas_february_2024_by_component() -> None:
    found = [
        encounters("2024-02", citizenship="Guatemala", component=part) for part in ("usbp", "ofo")
    ]
    assert found == [23_222, 564]


OHSS_FEBRUARIES = [
    200_620, 150_620, 95_650, 97_020, 110_820, 113_780, 125_030, 79_270, 73_480, 49_210, 42_790,
    28_790, 31_580, 35_040, 36_400, 24_380, 26_070, 18_750, 26_670, 66_880, 30_080, 97_640,
    159_170, 130_520, 140_640,
]  # fmt: skip


@pytest.mark.parametrize(("year", "count"), list(enumerate(OHSS_FEBRUARIES, start=2000)))
def test_border_patrols_february_by_ohss(year: int, count: int) -> None:
    month = f"{year}-02"
    assert counted("apprehensions", "apprehensions", publisher="ohss", month=month) == count


@pytest.mark.parametrize(
    ("publisher", "month", "count"),
    [
        ("usbp", "2000-02", 211_328),
        ("usbp", "2000-03", 220_063),
        ("usbp", "2000-04", 180_050),
        ("usbp", "2000-01", 185_979),
        ("usbp", "2001-02", 152_229),
        ("ohss", "2000-01", 175_380),
        ("ohss", "2000-03", 209_310),
        ("ohss", "2000-04", 170_620),
        ("ohss", "2022-03", 211_180),
        ("ohss", "2022-05", 224_370),
        ("ohss", "2022-12", 222_020),
        ("ohss", "2023-09", 218_760),
        ("ohss", "2023-12", 249_740),
    ],
)
def test_two_publishers_of_border_patrols_counts(publisher: str, month: str, count: int) -> None:
    assert counted("apprehensions", "apprehensions", publisher=publisher, month=month) == count


def test_the_publishers_differ_on_fiscal_year_2000() -> None:
    found = {
        publisher: sum(
            int(row["apprehensions"])
            for row in rows("apprehensions")
            if row["publisher"] == publisher and "1999-10" <= row["month"] <= "2000-09"
        )
        for publisher in ("usbp", "ohss")
    }
    assert found == {"usbp": 1_643_679, "ohss": 1_643_679 - 77_259}


@pytest.mark.parametrize(
    ("year", "total", "usbp", "ofo"),
    [
        (2014, 42_470, 36_400, 6_070),
        (2015, 32_550, 24_380, 8_180),
        (2016, 38_070, 26_070, 12_000),
        (2017, 23_560, 18_750, 4_800),
        (2018, 36_690, 26_670, 10_020),
    ],
)
def test_february_by_ohss(year: int, total: int, usbp: int, ofo: int) -> None:
    for component, count in (("total", total), ("usbp", usbp), ("ofo", ofo)):
        wanted = {"month": f"{year}-02", "component": component}
        assert counted("encounters_ohss", "encounters", **wanted) == count


@pytest.mark.parametrize(
    ("month", "count"), [("2023-12", 45_540), ("2024-01", 45_440), ("2024-02", 42_530)]
)
def test_appointments_processed(month: str, count: int) -> None:
    assert counted("cbp_one", "appointments_processed", month=month) == count


@pytest.mark.parametrize(
    ("outcome", "people"),
    [
        ("title_42_expulsion", (93_150, 77_980, None)),
        ("title_8_repatriation", (6_000, 6_670, 27_840)),
        ("migrant_protection_protocols", (910, None, None)),
        ("transfer_to_ice", (18_660, 26_420, 31_120)),
        ("transfer_to_hhs", (9_570, 8_790, 9_000)),
        ("border_patrol_release", (35_880, 14_800, 76_950)),
        ("port_parole_or_notice", (1_470, 21_730, 44_780)),
        ("other", (360, 250, 210)),
    ],
)
def test_first_outcomes_of_february(outcome: str, people: tuple[int | None, ...]) -> None:
    """A dash in the fact base is a row that the table does not have, not a zero."""
    found = {
        row["month"]: int(row["people"]) for row in rows("outcomes") if row["outcome"] == outcome
    }
    assert tuple(found.get(f"{year}-02") for year in (2022, 2023, 2024)) == people


# --- vintages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "component", "count", "as_of", "source"),
    [
        ("2018-02", "total", 36_751, "2021-01", "cbp-enf-jan21"),
        ("2021-02", "total", 100_441, "2021-03", "goodauthority-season"),
        ("2022-02", "total", 164_973, "2022-03", "cbp-feb22"),
        ("2022-02", "total", 165_902, "2022-07", "tcs-jul22"),
        ("2023-02", "usbp", 128_877, "2023-03", "cbp-feb23"),
        ("2023-02", "ofo", 26_121, "2023-03", "wola-20230317"),
        ("2023-02", "total", 154_998, "2023-03", "cbp-feb23"),
        ("2023-02", "usbp", 130_024, "2023-04", "laredobuzz-mar23"),
        ("2023-12", "usbp", 249_785, "2024-01", "justnews-dec23"),
        ("2023-12", "ofo", 52_249, "2024-01", "justnews-dec23"),
        ("2023-12", "total", 302_034, "2024-01", "justnews-dec23"),
        ("2024-01", "usbp", 124_220, "2024-02", "hotair-jan24"),
        ("2024-01", "ofo", 51_985, "2024-02", "house-jan24"),
        ("2024-01", "total", 176_205, "2024-02", "house-jan24"),
        ("2024-02", "usbp", 140_644, "2024-03", "justnews-feb24"),
        ("2024-02", "ofo", 49_278, "2024-03", "justnews-feb24"),
        ("2024-02", "total", 189_922, "2024-03", "justnews-feb24"),
        ("2024-02", "usbp", 140_638, "2024-04", "ap-mar24"),
        ("2024-03", "usbp", 137_480, "2024-04", "ap-mar24"),
        ("2024-03", "total", 189_372, "2024-04", "fair-mar24"),
    ],
)
def test_a_count_as_the_press_first_gave_it(
    month: str, component: str, count: int, as_of: str, source: str
) -> None:
    wanted = {"month": month, "component": component, "as_of": as_of, "source": source}
    assert counted("vintages", "encounters", publisher="press", **wanted) == count
    assert counted("press_figures", "encounters", **wanted) == count


def test_every_press_figure_stands_in_the_vintages_and_no_other_does() -> None:
    keys = ("month", "component", "encounters", "as_of", "source")
    press = [tuple(row[key] for key in keys) for row in rows("press_figures")]
    held = [
        tuple(row[key] for key in keys) for row in rows("vintages") if row["publisher"] == "press"
    ]
    assert sorted(press) == sorted(held)
    assert len(press) == 20


@pytest.mark.parametrize(
    ("month", "counts"),
    [
        (
            "2023-10",
            {"2023-11": 240_988, "2023-12": 240_986, "2024-10": 240_927, "2025-12": 240_927},
        ),
        ("2023-11", {"2023-12": 242_418, "2024-10": 242_399, "2025-12": 242_399}),
        ("2024-10", {"2024-12": 106_335, "2025-09": 106_321}),
        ("2024-11", {"2024-12": 94_190, "2025-09": 94_186}),
    ],
)
def test_a_count_revised_from_file_to_file(month: str, counts: dict[str, int]) -> None:
    for as_of, count in counts.items():
        wanted = {"month": month, "component": "total", "as_of": as_of, "publisher": "CBP"}
        assert {
            int(row["encounters"])
            for row in rows("vintages")
            if all(row[key] == value for key, value in wanted.items())
        } == {count}


@pytest.mark.parametrize(
    ("month", "count"),
    [
        ("2022-02", 166_010),
        ("2023-02", 156_630),
        ("2023-12", 301_981),
        ("2024-01", 176_195),
        ("2024-02", 189_913),
    ],
)
def test_a_settled_month_is_the_same_in_every_file_of_cbp(month: str, count: int) -> None:
    found = [
        int(row["encounters"])
        for row in rows("vintages")
        if (row["month"], row["component"], row["publisher"]) == (month, "total", "CBP")
    ]
    assert len(found) >= 3
    assert set(found) == {count}


# --- form ----------------------------------------------------------------------------------------


def test_every_table_is_described_and_every_description_has_its_table() -> None:
    assert sorted(TABLES) == sorted(file.stem for file in DATA.glob("*.csv"))
    for found in RESOURCES:
        assert Path(found["path"]).stem == found["name"]
        assert (DATA / found["path"]).is_file()


@pytest.mark.parametrize("name", TABLES)
def test_the_described_columns_are_the_tables_own(name: str) -> None:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert [field["name"] for field in TABLES[name]["schema"]["fields"]] == header


@pytest.mark.parametrize("name", TABLES)
def test_every_table_and_column_is_explained(name: str) -> None:
    table = TABLES[name]
    for what in (table, *table["schema"]["fields"]):
        assert len(what["description"].split()) >= 5, what
        assert what["title"]
        assert "TODO" not in what["description"]
    assert all(source["title"] for source in table["sources"])


@pytest.mark.parametrize(
    "name", [name for name in TABLES if "primaryKey" in TABLES[name]["schema"]]
)
def test_no_two_rows_say_the_same_thing(name: str) -> None:
    key = TABLES[name]["schema"]["primaryKey"]
    found = [tuple(row[column] for column in key) for row in rows(name)]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", sorted(BUILT))
def test_a_built_table_is_sorted_and_written_plainly(name: str) -> None:
    raw = (DATA / f"{name}.csv").read_bytes()
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    raw.decode("ascii" if name != "vintages" else "utf-8")
    months = [row["month"] for row in rows(name)]
    assert months == sorted(months)


@pytest.mark.parametrize(
    ("name", "groups", "first", "last"),
    [
        ("encounters", ["component"], "2018-10", "2025-08"),
        ("encounters_ohss", ["component"], "2013-10", "2024-08"),
        ("apprehensions", ["publisher"], "1999-10", None),
        ("cbp_one", [], "2023-01", "2024-08"),
        ("outcomes", [], "2013-10", "2024-08"),
    ],
)
def test_no_month_is_missing(name: str, groups: list[str], first: str, last: str | None) -> None:
    found: dict[tuple[str, ...], set[str]] = {}
    for row in rows(name):
        found.setdefault(tuple(row[group] for group in groups), set()).add(row["month"])
    for months in found.values():
        ordered = sorted(months)
        assert ordered[0] == first
        assert last is None or ordered[-1] == last
        numbers = [12 * int(month[:4]) + int(month[5:]) for month in ordered]
        assert all(after - before == 1 for before, after in pairwise(numbers))


def test_the_long_series_end_where_their_publishers_stopped() -> None:
    for publisher, last in (("usbp", "2020-09"), ("ohss", "2024-11")):
        months = [row["month"] for row in rows("apprehensions") if row["publisher"] == publisher]
        assert max(months) == last


@pytest.mark.parametrize("name", sorted(BUILT))
def test_a_built_table_has_the_checksum_in_its_description(name: str) -> None:
    digest = hashlib.sha256((DATA / f"{name}.csv").read_bytes()).hexdigest()
    assert TABLES[name]["hash"] == f"sha256:{digest}"


def test_only_built_tables_carry_a_checksum() -> None:
    assert {name for name, table in TABLES.items() if "hash" in table} == BUILT


# --- sources -------------------------------------------------------------------------------------


def cited() -> Iterable[tuple[str, str]]:
    """Yield each place that cites a source, with the key."""
    for name in ("press_figures", "facts", "events"):
        for number, row in enumerate(rows(name), start=2):
            for key in row["source"].split():
                yield f"{name}.csv, row {number}", key
    for claim in yaml.safe_load((DATA / "claims.yml").read_text(encoding="utf-8")):
        evidence = [piece["source"] for piece in claim.get("evidence", [])]
        for key in (*claim.get("sources", []), *evidence):
            yield f"claims.yml, {claim['id']}", key
    for option in yaml.safe_load((DATA / "positions.yml").read_text(encoding="utf-8")):
        said = [key for position in option["positions"] for key in position["sources"]]
        for key in (*option["sources"], *said):
            yield f"positions.yml, {option['id']}", key


def test_every_source_is_in_the_books_bibliography() -> None:
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    known = set(re.findall(r"^@\w+\{([^,\s]+),", bibliography, flags=re.MULTILINE))
    assert len(known) > 20
    assert [(where, key) for where, key in cited() if key not in known] == []


@pytest.mark.parametrize("name", ["press_figures", "facts", "events"])
def test_every_row_kept_by_hand_names_its_source_and_how_sure_it_is(name: str) -> None:
    for row in rows(name):
        assert row["source"].split()
        assert row["confidence"] in {"V", "S", "C"}


# --- load and fact -------------------------------------------------------------------------------


@pytest.mark.usefixtures("clone")
def test_load_keeps_months_as_text_and_counts_as_integers() -> None:
    table = load("encounters")
    assert table["month"].iloc[0] == "2018-10"
    assert str(table["encounters"].dtype) == "int64"


@pytest.mark.usefixtures("clone")
def test_a_table_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(DataError, match=r"no table 'encounter' in .*: apprehensions, cbp_one"):
        load("encounter")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"encounters\.csv is empty; renew it with `bordercount data build`"),
        (b"a,b\n1,2\n1,2,3\n", r"encounters\.csv: not a readable table .*line 3"),
        (b"a,b\n1,\xff\xfe\n", r"encounters\.csv: not a readable table .*utf-8"),
    ],
)
def test_a_table_that_cannot_be_read_is_named(course: Path, content: bytes, message: str) -> None:
    (course / "data" / "encounters.csv").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load("encounters")


@pytest.mark.usefixtures("clone")
def test_a_fact_has_its_unit_and_source() -> None:
    found = fact("cbp-one-daily-slots-2023-07")
    assert (found["value"], found["unit"]) == ("1450", "appointments a day")
    assert "cbp-one-1450" in found["source"].split()


@pytest.mark.usefixtures("clone")
def test_an_unknown_fact_is_named() -> None:
    with pytest.raises(KeyError, match="no fact 'cbp-one'"):
        fact("cbp-one")
