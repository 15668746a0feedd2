"""The standards: only codes whose wording was read, each served by a goal that exists."""

import re
from pathlib import Path

import pytest
import yaml

from bordercount import book, exercises, standards
from bordercount.standards import StandardsError

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted(path.stem for path in (ROOT / "exercises").glob("*.yml"))
# What was confirmed: code and wording read together, at an address that can be named. Not here,
# and so not allowed: C3 D1.3-D1.5, D2.Civ.12 and 14, D2.Eco.7 and 8, D2.His, D3.4, D4.4-D4.8;
# RI.11-12.8; RH.11-12.10; CSTA 3B; the letters of ISTE 1.3; every code of Advanced Placement.
CONFIRMED = {
    "C3": "D1.1.9-12 D1.2.9-12 D2.Civ.2.9-12 D2.Civ.5.9-12 D3.1.9-12 D3.2.9-12 D3.3.9-12 "
    "D4.1.9-12 D4.2.9-12 D4.3.9-12",
    "RH": "RH.11-12.1 RH.11-12.2 RH.11-12.4 RH.11-12.6 RH.11-12.7 RH.11-12.8 RH.11-12.9",
    "RI": "RI.11-12.1 RI.11-12.6 RI.11-12.7",
    "WHST": "WHST.11-12.1 WHST.11-12.1.B",
    "SL": "SL.11-12.2 SL.11-12.3",
    "Mathematics": "HSN-Q.A.1 HSN-Q.A.2 HSN-Q.A.3 HSS-ID.A.1 HSS-ID.A.3 HSS-ID.B.5 HSS-ID.B.6 "
    "HSS-ID.C.9 HSS-IC.B.3 HSS-IC.B.6 7.RP.A.3",
    "CSTA": "2-DA-08 2-DA-09 2-IC-23 3A-DA-11 3A-DA-12 3A-IC-24 3A-IC-29 1B-DA-06 1B-DA-07",
    "ISTE": "1.3",
}
NAMED = {
    "ACRL": {
        "Authority Is Constructed and Contextual",
        "Information Creation as a Process",
        "Information Has Value",
        "Research as Inquiry",
    },
    "GAISE": {
        "Formulate a statistical question",
        "Collect or consider data",
        "Analyse the data",
        "Interpret results",
    },
}

pytestmark = pytest.mark.usefixtures("clone")


def test_only_confirmed_codes_are_named() -> None:
    for each in standards.load().standards:
        allowed = NAMED.get(each.framework) or set(CONFIRMED[each.framework].split())
        assert each.code in allowed, each.code


def test_every_framework_has_standards() -> None:
    found = standards.load()
    assert {each.framework for each in found.standards} == set(found.frameworks)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_goal_of_every_chapter_supports_some_standard(chapter: str) -> None:
    served = {goal for each in standards.load().standards for goal in each.serves}
    goals = {f"{chapter}.{objective}" for objective in exercises.load(chapter).objectives}
    assert goals <= served


def test_the_page_has_every_code_with_its_goals_confidence_and_source() -> None:
    text = str(book.standards().data)
    for each in standards.load().standards:
        (row,) = (line for line in text.splitlines() if line.startswith(f"| **{each.code}** "))
        assert f"({each.confidence}: [" in row
        assert all(f"({address})" in row for address in each.source)
        for chapter, _, objective in (goal.partition(".") for goal in each.serves):
            assert f"{{doc}}`{chapter}`" in row
            assert exercises.load(chapter).objectives[objective] in row


def test_the_page_promises_support_and_no_more() -> None:
    text = (ROOT / "book" / "standards.md").read_text("utf-8") + str(book.standards().data)
    assert "can support" in text
    assert re.findall(r"\b(meets|certified|aligned|adopted|endorsed)\b", text) == []


# --- a file that is not in form ------------------------------------------------------------------

ONE = {
    "framework": "RH",
    "code": "RH.1",
    "paraphrase": "Cite.",
    "source": ["https://example.org/a"],
    "confidence": "high",
    "serves": ["counts.vintages"],
}


def write(course: Path, *entries: object) -> Path:
    path = course / "data" / "standards.yml"
    content = {"frameworks": {"RH": "Reading"}, "standards": list(entries)}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"confidence": "low"}, "RH.1, confidence: "),
        ({"source": ["a book"]}, "RH.1, source.0: "),
        ({"source": []}, "RH.1, source: "),
        ({"serves": []}, "RH.1, serves: "),
        ({"serves": ["vintages"]}, "RH.1, serves.0: "),
        ({"serves": ["counts.none"]}, "RH.1, serves: no chapter has the objective 'counts.none'"),
        ({"framework": "C3"}, "RH.1, framework: no title for 'C3' under frameworks"),
        ({"paraphrase": ""}, "RH.1, paraphrase: "),
        ({"surprise": 1}, "RH.1, surprise: "),
    ],
)
def test_an_error_names_file_code_and_field(course: Path, change: dict[str, object], says: str):
    path = write(course, {**ONE, **change})
    with pytest.raises(StandardsError) as raised:
        standards.load()
    assert str(raised.value).startswith(f"{path}: {says}")


def test_a_code_used_twice_a_broken_file_and_a_missing_one_are_named(course: Path) -> None:
    path = write(course, ONE, ONE)
    with pytest.raises(StandardsError, match=r"RH\.1, code: used twice"):
        standards.load()
    write(course, {"paraphrase": "No code."})
    with pytest.raises(StandardsError, match="standard 1, framework: Field required"):
        standards.load()
    path.write_text("frameworks: [", encoding="utf-8")
    with pytest.raises(StandardsError, match=r"standards\.yml: not readable as YAML"):
        standards.load()
    path.unlink()
    with pytest.raises(StandardsError, match=r"standards\.yml: not found"):
        standards.load()
