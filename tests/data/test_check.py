"""Checking the tables: each check sees the damage that it is there for."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bordercount.data import check

NAMES = {
    "tables match their description": check.description,
    "built tables have their checksums": check.checksums,
    "no month is missing": check.gaps,
    "fiscal years add up to CBP's totals": check.fiscal_years,
    "Border Patrol and ports add up to the total": check.component_sums,
    "outcomes add up to encounters": check.outcome_sums,
    "overlapping sources agree": check.overlaps,
    "vintages hold the tables' own counts": check.vintages,
}


def edit(course: Path, table: str, change: Callable[[list[str]], list[str]]) -> None:
    """Change the lines of a table, the header included."""
    path = course / "data" / table
    before = path.read_text(encoding="utf-8").splitlines()
    after = change(list(before))
    assert after != before
    path.write_text("\n".join(after) + "\n", encoding="utf-8")


def without(pattern: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [line for line in lines if not re.match(pattern, line)]


def put(pattern: str, new: str) -> Callable[[list[str]], list[str]]:
    """Return a damage to the first line that matches: what matched becomes `new`."""

    def changed(lines: list[str]) -> list[str]:
        number = next(n for n, line in enumerate(lines) if re.search(pattern, line))
        lines[number] = re.sub(pattern, new, lines[number])
        return lines

    return changed


DAMAGES: list[tuple[str, str, str, Callable[[list[str]], list[str]], str]] = [
    ("tables match their description", "a renamed column", "cbp_one.csv",
     put("^month", "period"), r"cbp_one\.csv: .*month"),
    ("tables match their description", "a missing column", "cbp_one.csv",
     lambda lines: [line.split(",")[0] for line in lines], r"cbp_one\.csv: .*appointments"),
    ("tables match their description", "a value outside the list", "encounters.csv",
     put("^2018-10,ofo", "2018-10,coast"), r"encounters\.csv: row 2, .*coast"),
    ("tables match their description", "a month that is none", "cbp_one.csv",
     put("^2023-04", "2023-13"), r"cbp_one\.csv: row 5, .*2023-13"),
    ("tables match their description", "a negative count", "cbp_one.csv",
     put("^2023-04,", "2023-04,-"), r"cbp_one\.csv: row 5, .*minimum"),
    ("tables match their description", "a row twice", "cbp_one.csv",
     lambda lines: [*lines, lines[-1]], r"cbp_one\.csv: row 22, "),
    ("tables match their description", "a table of no description", "new.csv",
     lambda lines: ["month", "2024-02"], r"new\.csv: datapackage\.yaml does not describe it"),
    ("built tables have their checksums", "one digit", "outcomes.csv",
     put("180$", "190"), r"^outcomes\.csv: changed since it was built; renew it with"),
    ("no month is missing", "a month of encounters", "encounters.csv",
     without("2024-02,"), r"^encounters: no row for 2024-02$"),
    ("no month is missing", "a month of OHSS's encounters", "encounters_ohss.csv",
     without("2020-05,"), r"^encounters_ohss: no row for 2020-05$"),
    ("no month is missing", "a month of one publisher", "apprehensions.csv",
     without("2001-07,usbp"), r"^apprehensions of usbp: no row for 2001-07$"),
    ("no month is missing", "a month of appointments", "cbp_one.csv",
     without("2023-07"), r"^cbp_one: no row for 2023-07$"),
    ("no month is missing", "a month of outcomes", "outcomes.csv",
     without("2016-01,"), r"^outcomes: no row for 2016-01$"),
    ("fiscal years add up to CBP's totals", "a group of one month", "encounters.csv",
     without("2023-12,usbp,family_unit,Mexico"),
     r"^encounters: fiscal year 2024 adds up to 2,1\d\d,\d{3}, CBP says 2,135,005$"),
    ("fiscal years add up to CBP's totals", "CBP's total", "facts.csv",
     put("^cbp-total-fy2021,1734686", "cbp-total-fy2021,1734687"),
     r"^encounters: fiscal year 2021 adds up to 1,734,686, CBP says 1,734,687$"),
    ("Border Patrol and ports add up to the total", "a total of OHSS's", "encounters_ohss.csv",
     put("^2014-02,total,42470", "2014-02,total,42500"),
     r"^encounters_ohss: .*2014-02.*: usbp \+ ofo misses the total by 30$"),
    ("Border Patrol and ports add up to the total", "a part of CBP's", "vintages.csv",
     put("^2024-02,ofo,49272,2025-09", "2024-02,ofo,49273,2025-09"),
     r"^vintages: .*2024-02.*: usbp \+ ofo misses the total by 1$"),
    ("outcomes add up to encounters", "an outcome", "outcomes.csv",
     put("^2024-02,border_patrol_release,76950", "2024-02,border_patrol_release,77950"),
     r"^outcomes: 2024-02 adds up to 190,900, encounters are 189,910$"),
    ("overlapping sources agree", "Border Patrol's own table", "apprehensions.csv",
     put("^2019-02,usbp,66883", "2019-02,usbp,66884"),
     r"^USBP's table and CBP's file: 2019-02 differs by 1, more than 0$"),
    ("overlapping sources agree", "OHSS's long series", "apprehensions.csv",
     put("^2024-02,ohss,140640", "2024-02,ohss,140740"),
     r"^OHSS's apprehensions and CBP's file: 2024-02 differs by 99, more than 24$"),
    ("overlapping sources agree", "OHSS's total", "encounters_ohss.csv",
     put("^2024-02,total,189910", "2024-02,total,189810"),
     r"^OHSS's total and CBP's file since 2020: 2024-02 differs by 103, more than 10$"),
    ("overlapping sources agree", "OHSS's long series before CBP's file", "apprehensions.csv",
     put(r"^2012-02,ohss,\d+", "2012-02,ohss,31680"),
     r"^USBP's table and OHSS since 2009: 2012-02 differs by \d+, more than 24$"),
    ("overlapping sources agree", "OHSS's total before it settled", "encounters_ohss.csv",
     put(r"^2019-02,total,\d+", "2019-02,total,76800"),
     r"^OHSS's total and CBP's file: 2019-02 differs by 255, more than 150$"),
    ("overlapping sources agree", "a publisher gone quiet", "apprehensions.csv",
     without(r"20(0[89]|1\d|20)-\d\d,usbp"), r"^USBP's table and CBP's file: no month in common$"),
    ("vintages hold the tables' own counts", "a count", "vintages.csv",
     put("^2024-02,usbp,140641,2025-09", "2024-02,usbp,140642,2025-09"),
     r"^encounters: 2024-02 usbp is not the count that vintages\.csv holds$"),
    ("vintages hold the tables' own counts", "a month", "encounters.csv",
     without("2025-08,"), r"^encounters: 2025-08 total is not the count"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "table", "change", "problem"),
    [pytest.param(n, t, c, p, id=f"{n}: {what}") for n, what, t, c, p in DAMAGES],
)
def test_each_check_sees_the_damage_it_is_for(
    course: Path, name: str, table: str, change: Callable[[list[str]], list[str]], problem: str
) -> None:
    (course / "data" / table).touch()
    edit(course, table, change)
    problems = list(NAMES[name]())
    assert any(re.search(problem, found) for found in problems), problems


def test_every_check_has_a_damage_that_it_sees() -> None:
    assert {name for name, *_ in DAMAGES} == set(NAMES)


def test_a_missing_table_is_a_finding_of_every_check_that_needs_it(course: Path) -> None:
    (course / "data" / "outcomes.csv").unlink()
    found = {finding.check: finding.problems for finding in check.check()}
    assert list(found) == list(NAMES)
    assert found["built tables have their checksums"] == (
        "outcomes.csv: missing; renew it with `bordercount data build`",
    )
    assert any("outcomes.csv" in text for text in found["tables match their description"])
    assert any("not checked: no table" in text for text in found["no month is missing"])
    assert any("not checked: no table" in text for text in found["outcomes add up to encounters"])
    assert found["fiscal years add up to CBP's totals"] == ()


def test_a_check_that_cannot_be_made_says_so_rather_than_pass(course: Path) -> None:
    edit(course, "encounters.csv", put("encounters$", "people"))
    found = {finding.check: finding.problems for finding in check.check()}
    failed = found["fiscal years add up to CBP's totals"]
    assert len(failed) == 1
    assert failed[0].startswith("not checked: ")


def test_the_command_is_content_with_the_committed_tables(
    clone: Path, run: Callable[..., Any]
) -> None:
    ran = run("data", "check")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == [f"ok    {name}" for name in NAMES]


def test_the_command_fails_and_prints_what_it_found(course: Path, run: Callable[..., Any]) -> None:
    edit(course, "cbp_one.csv", without("2023-07"))
    ran = run("data", "check")
    assert (ran.status, ran.err) == (1, "")
    lines = ran.out.splitlines()
    assert "FAIL  no month is missing" in lines
    assert "      cbp_one: no row for 2023-07" in lines
    assert "ok    outcomes add up to encounters" in lines
