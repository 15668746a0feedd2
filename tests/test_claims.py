"""The ledger: every claim against the fact base, and no verdict without its inputs."""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from pybtex.database import parse_file

from bordercount import claims
from bordercount.data import DataError, load
from bordercount.findings import DEFINITIONS, Counts

Expected = tuple[object, str]
EVERY, COUNTS = ("any",), ("first", "article", "latest")
NO: Expected = (None, "not checkable")


def supported(part: int, whole: int) -> str:
    return f"{part} of {whole} sources support it"


# What each claim computes and how it stands, worked out by hand from the fact base: one pair for
# a claim that rests on no count, else one each for first, article and latest.
EXPECTED: dict[str, tuple[Expected, ...]] = {
    "february-record": (("3 of 6", "depends"), ("3 of 6", "depends"), ("6 of 12", "depends")),
    "record-announced": (NO,),
    "talks-topic": ((supported(1, 1), "holds"),),
    "offices-place": (("2 of 4", "depends"),),
    "offices-when": ((supported(1, 1), "holds"),),
    "offices-services": ((supported(1, 2), "depends"),),
    "strategy-words": ((supported(1, 1), "holds"),),
    "harris-role": ((supported(2, 2), "holds"),),
    "commitments-new": ((1_000_000_000, "holds"),),
    "commitments-total": ((5_200_000_000, "holds"),),
    "border-czar": ((supported(1, 1), "holds"),),
    "jobs": (NO,),
    "trained": (NO,),
    "connected": (NO,),
    "meeting-agenda": ((supported(1, 1), "holds"),),
    "election-margin": ((58.05 - 37.24, "depends"),),
    "feb-2024-total": ((189_922, "exact"), (189_922, "exact"), (189_913, "differs")),
    "rise-on-2023": ((34_924, "holds"), (33_292, "holds"), (189_913 - 156_630, "holds")),
    "feb-2023-total": ((154_998, "differs"), (156_630, "truncated"), (156_630, "truncated")),
    "feb-2022-total": ((164_973, "differs"), (166_010, "exact"), (166_010, "exact")),
    "previous-record": (NO, ("3 of 6", "depends"), ("6 of 12", "depends")),
    "record-overall": (("1 of 2", "depends"),) * 3,
    "between-ports-fell": (NO, (-18_526, "holds"), (140_641 - 159_170, "holds")),
    "ports-explain-part": (NO, (42_438 / 23_912, "holds"), (42_432 / 23_903, "holds")),
    "cbp-one-expanded": ((450, "holds"),),
    "dec-2023-total": ((302_034, "rounds"), (302_034, "rounds"), (301_981, "rounds")),
    "december-record": (("3 of 3", "holds"),) * 3,
    "jan-2024-total": ((176_205, "differs"), (176_205, "differs"), (176_195, "differs")),
    "january-fell": ((-125_829, "holds"), (-125_829, "holds"), (176_195 - 301_981, "holds")),
    "february-did-not-fall": ((13_717, "holds"), (13_717, "holds"), (189_913 - 176_195, "holds")),
    "spring-surge": (NO, NO, ("0 of 6", "fails")),
    "top-issue": ((supported(1, 2), "depends"),),
    "senate-bipartisan": ((4, "holds"),),
    "biden-called": ((supported(2, 2), "holds"),),
    "republicans-say": ((supported(2, 2), "holds"),),
    "policies-reversed": ((supported(2, 2), "holds"),),
}
CASES = {
    (name, vintage): expected
    for name, pairs in EXPECTED.items()
    for vintage, expected in zip(EVERY if len(pairs) == 1 else COUNTS, pairs, strict=True)
}
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def judged() -> dict[tuple[str, str], claims.Judgement]:
    """Return the whole ledger by claim and vintage."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORDERCOUNT_COURSE", str(ROOT))
        return {(found.id, found.vintage): found for found in claims.ledger()}


@pytest.mark.parametrize(
    ("name", "vintage"), [pytest.param(*case, id=" ".join(case)) for case in CASES]
)
def test_a_claim_computes_what_the_fact_base_says(
    judged: dict[tuple[str, str], claims.Judgement], name: str, vintage: str
) -> None:
    found, (computed, verdict) = judged[name, vintage], CASES[name, vintage]
    assert found.verdict == verdict
    if isinstance(computed, float):
        assert found.computed == pytest.approx(computed)
    else:
        assert found.computed == computed


def test_no_claim_goes_without_an_expectation(
    judged: dict[tuple[str, str], claims.Judgement],
) -> None:
    assert set(judged) == set(CASES)
    assert len(EXPECTED) >= 20


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (("february-record", "latest"), "True for: Border Patrol and ports together, since 2014;"),
        (("february-record", "latest"), "Not for: Border Patrol alone, by OHSS, since 2000;"),
        (("february-record", "latest"), "people in family units, since 2019. Not for:"),
        (("previous-record", "article"), "Not for: ports alone, since 2014;"),
        (("previous-record", "first"), "Input missing: no count of ofo for 2022-02"),
        (("record-overall", "first"), "Not for: among all months since October 2013."),
        (("spring-surge", "article"), "Input missing: no count of total for 2024-03"),
        (("between-ports-fell", "first"), "Input missing: no count of usbp for 2022-02"),
        (("election-margin", "any"), 'Depends on what margin one calls a "landslide"'),
        (("jobs", "any"), "no audit or table"),
    ],
)
def test_the_note_says_what_a_verdict_turns_on(
    judged: dict[tuple[str, str], claims.Judgement], case: tuple[str, str], words: str
) -> None:
    assert words in judged[case].note


def test_every_claim_that_cannot_be_checked_says_why(
    judged: dict[tuple[str, str], claims.Judgement],
) -> None:
    for found in judged.values():
        if found.verdict in ("not checkable", "depends"):
            assert len(found.note.split()) >= 5, found


# --- the meanings of "the record" ----------------------------------------------------------------


HOLDERS = {
    "Border Patrol and ports together, since 2014": ("2024-02", 189_913),
    "both together, per day, since 2014": ("2024-02", 6_549),
    "both together under Title 8, since 2014": ("2024-02", 189_913),
    "ports alone, since 2014": ("2024-02", 49_272),
    "all borders and airports, since 2014": ("2024-02", 256_071),
    "people in family units, since 2019": ("2024-02", 65_142),
    "Border Patrol alone, by OHSS, since 2000": ("2000-02", 200_620),
    "Border Patrol alone, by its older table, since 2000": ("2000-02", 211_328),
    "Border Patrol alone, by OHSS, since 2002": ("2022-02", 159_170),
    "single adults, since 2019": ("2022-02", 127_080),
    "unaccompanied children, since 2019": ("2022-02", 11_979),
    "citizens of Guatemala, since 2019": ("2019-02", 24_250),
}


@pytest.mark.usefixtures("clone")
def test_each_meaning_of_the_record_has_the_holder_of_the_fact_base() -> None:
    found = {each.name: each.rivals(Counts("latest"), "2024-02") for each in DEFINITIONS}
    holders = {name: (rivals.idxmax(), round(rivals.max())) for name, rivals in found.items()}
    assert holders == HOLDERS
    for each in DEFINITIONS:
        assert found[each.name].index[0] == f"{each.start}-02"


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize(
    ("month", "ordinary"), [("2014-02", 42_470), ("2021-02", 26_834), ("2022-02", 72_857)]
)
def test_the_total_under_title_8_is_the_total_less_the_expulsions(
    month: str, ordinary: int
) -> None:
    (meaning,) = (each for each in DEFINITIONS if "Title 8" in each.name)
    assert meaning.rivals(Counts("latest"), "2024-02")[month] == ordinary


# --- what must change a verdict ------------------------------------------------------------------


def entries(course: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load((course / "data" / "claims.yml").read_text(encoding="utf-8")))


def rewrite(course: Path, changed: object) -> None:
    text = yaml.safe_dump(changed, sort_keys=False)
    (course / "data" / "claims.yml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("feb-2024-total", "189,923"),
        ("feb-2022-total", "166,001"),
        ("feb-2023-total", "158,000"),
        ("dec-2023-total", "303,000"),
    ],
)
def test_a_wrong_printed_figure_differs(course: Path, name: str, wrong: str) -> None:
    changed = entries(course)
    next(entry for entry in changed if entry["id"] == name)["printed"] = wrong
    rewrite(course, changed)
    assert {found.verdict for found in claims.ledger([name])} == {"differs"}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("rise-on-2023", "40,000"),
        ("commitments-total", "$5.2 billion"),
        ("commitments-new", "$2 billion"),
    ],
)
def test_more_than_a_figure_fails_when_it_is_not_more(course: Path, name: str, wrong: str) -> None:
    changed = entries(course)
    next(entry for entry in changed if entry["id"] == name)["printed"] = wrong
    rewrite(course, changed)
    assert {found.verdict for found in claims.ledger([name])} == {"fails"}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (entry["id"], key)
        for entry in yaml.safe_load((ROOT / "data" / "claims.yml").read_text(encoding="utf-8"))
        for key in ("since", "month", "until")
        if str(entry.get("args", {}).get(key, "")).startswith("20")
    ],
)
def test_a_claim_without_its_month_says_so_and_does_not_pass(
    course: Path, name: str, key: str
) -> None:
    """Other tables still hold the month; a claim must not quietly take it from there."""
    month = next(claim for claim in claims.claims() if claim.id == name).args[key]
    without(course, lambda line: line.startswith(f"{month},"))
    for found in claims.ledger([name]):
        assert (found.computed, found.verdict) == (None, "not checkable")
        if found.vintage == "latest":
            assert found.note.startswith("Input missing: ")
            assert month in found.note


def without(course: Path, dropped: Callable[[str], bool]) -> None:
    """Delete rows from the copy of vintages.csv."""
    path = course / "data" / "vintages.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not dropped(line)]
    assert len(kept) < len(lines)
    path.write_text("".join(kept), encoding="utf-8")


@pytest.mark.parametrize("part", ["usbp", "ofo"])
def test_a_record_without_a_part_of_its_month_is_not_settled_by_ohss(
    course: Path, part: str
) -> None:
    without(course, lambda line: line.startswith(f"2024-02,{part},"))
    (found,) = claims.ledger(["february-record"], ["latest"])
    assert found.verdict == "not checkable"
    assert found.note.startswith("Input missing: no count of ")  # a part alone belongs to no total
    assert "for 2024-02" in found.note


def test_a_record_without_a_year_to_compare_says_which(course: Path) -> None:
    without(course, lambda line: line.startswith("2017-02,"))
    path = course / "data" / "encounters_ohss.csv"
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(row for row in rows if not row.startswith("2017-02")), encoding="utf-8")
    (found,) = claims.ledger(["february-record"], ["latest"])
    assert (found.verdict, found.note) == (
        "not checkable",
        "Input missing: no count of total for 2017-02 in this table.",
    )


def test_a_missing_fact_makes_a_claim_not_checkable(course: Path) -> None:
    path = course / "data" / "facts.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("commitments-new,", "commitments-old,"), encoding="utf-8")
    (found,) = claims.ledger(["commitments-new"])
    assert found.verdict == "not checkable"
    assert found.note == "Input missing: facts.csv has no fact 'commitments-new'."


# --- figures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "value", "precision"),
    [
        ("189,922", "189922", "1"),
        ("302,000", "302000", "1000"),
        ("166,010", "166010", "10"),
        ("70,000", "70000", "10000"),
        ("$1 billion", "1000000000", "1000000000"),
        ("$5.2 billion", "5200000000", "100000000"),
        ("4.5 million", "4500000", "100000"),
        ("a million", "1000000", "1000000"),
        ("10 million", "10000000", "10000000"),
        ("14.4", "14.4", "0.1"),
        ("2.50", "2.50", "0.01"),
        ("0", "0", "1"),
        ("100", "100", "100"),
    ],
)
def test_a_printed_figure_has_a_value_and_a_precision(
    printed: str, value: str, precision: str
) -> None:
    assert claims.parse(printed) == (Decimal(value), Decimal(precision))


@pytest.mark.parametrize(
    "text", ["", "a", "many", "about 5", "5 trillion", "NaN", "1e5", "1.2.3", "$", "million", "-"]
)
def test_what_is_not_a_figure_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a figure"):
        claims.parse(text)


@pytest.mark.parametrize(
    ("printed", "computed", "verdict"),
    [
        ("189,922", 189_922, "exact"),
        ("189,922", 189_913, "differs"),
        ("302,000", 301_500, "rounds"),
        ("302,000", 301_499, "differs"),
        ("302,000", 302_499, "rounds"),
        ("302,000", 302_500, "truncated"),
        ("302,000", 302_999, "truncated"),
        ("302,000", 303_000, "differs"),
        ("156,000", 156_630, "truncated"),
        ("14.4", 14.404, "rounds"),
        ("14.4", 14.35, "rounds"),
        ("14.4", 14.449, "rounds"),
        ("14.4", 14.45, "truncated"),
        ("14.4", 14.5, "differs"),
        ("$1 billion", 1_000_000_000, "exact"),
        ("$1 billion", 1_400_000_000, "rounds"),
        ("a million", 1_700_000, "truncated"),
        ("0", 0.4, "rounds"),
        ("11.6", -11.6, "differs"),
    ],
)
def test_a_figure_is_compared_at_the_precision_printed(
    printed: str, computed: float, verdict: str
) -> None:
    assert claims.compare(printed, computed) == verdict


@given(st.integers(1, 10**9), st.integers(0, 6))
def test_a_count_rounded_to_any_precision_is_exact_or_rounds(count: int, places: int) -> None:
    step = Decimal(10) ** places
    printed = f"{int((count / step).quantize(Decimal(1), ROUND_HALF_UP) * step):,}"
    assume(printed != "0")  # a printed zero says nothing of its precision
    verdict = claims.compare(printed, count)
    assert verdict == ("exact" if printed == f"{count:,}" else "rounds")


@given(st.decimals(0, 1000, places=4), st.integers(1, 3))
def test_a_share_printed_to_any_decimal_is_exact_or_rounds(value: Decimal, places: int) -> None:
    printed = str(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    assert claims.compare(printed, float(value)) in ("exact", "rounds")


# --- the file ------------------------------------------------------------------------------------


def claim(**changed: object) -> dict[str, object]:
    """Return a sound claim, changed; a field set to None is left out."""
    sound: dict[str, object] = {
        "id": "x", "paragraph": 1, "paraphrase": "It was so.", "kind": "count",
        "printed": "5", "compute": "total", "args": {"month": "2024-02"},
    }  # fmt: skip
    return {key: value for key, value in {**sound, **changed}.items() if value is not None}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"verdict": "exact"}, "claim x, verdict: Extra inputs are not permitted"),
        ({"kind": "rumour"}, "claim x, kind: Input should be 'count', 'change', 'record'"),
        ({"paraphrase": None}, "claim x, paraphrase: Field required"),
        ({"paragraph": "one"}, "claim x, paragraph: Input should be a valid integer"),
        ({"printed": 5}, "claim x, printed: Input should be a valid string"),
        (
            {"test": "less"},
            "claim x, test: Input should be 'printed', 'more than', 'at least'",
        ),
        ({"because": "no table"}, "claim x, the whole: .*exactly one of compute, evidence and b"),
        ({"compute": None, "args": None}, "claim x, the whole: .*exactly one of compute"),
        ({"compute": "sum"}, "claim x, the whole: .*no function 'sum'; there are: total, change"),
        (
            {"args": {"month": "2024-02", "part": "ofo"}},
            "claim x, the whole: .*total: got an unexpected keyword argument 'part' in args",
        ),
        ({"args": {}}, "claim x, the whole: .*total: missing a required argument: 'month' in args"),
        ({"printed": None}, "claim x, the whole: .*the test 'printed' needs the printed figure"),
        ({"printed": "many"}, "claim x, the whole: .*not a figure: 'many'"),
        ({"id": None}, "claim number 1, id: Field required"),
        (
            {"compute": None, "args": None, "evidence": [{"says": "yes", "source": "s"}]},
            r"claim x, evidence\.0\.supports: Field required",
        ),
    ],
)
def test_a_bad_claim_is_named_with_its_field(
    course: Path, changed: dict[str, object], message: str
) -> None:
    rewrite(course, [claim(**changed)])
    with pytest.raises(DataError, match=rf"claims\.yml: {message}"):
        claims.claims()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "not readable as YAML"),
        ("id: x", "expected a list of claims"),
        ("- one", "claim number 1, the whole: "),
        (None, "not found"),
    ],
)
def test_a_file_that_is_no_ledger_is_refused(course: Path, text: str | None, message: str) -> None:
    path = course / "data" / "claims.yml"
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=rf"claims\.yml: {message}"):
        claims.claims()


def test_an_id_used_twice_is_refused(course: Path) -> None:
    rewrite(course, [claim(), claim(printed="6")])
    with pytest.raises(DataError, match=r"claims\.yml: two claims have the id 'x'"):
        claims.claims()


@pytest.mark.usefixtures("clone")
def test_claims_stand_in_the_order_of_the_article_and_in_its_eleven_paragraphs() -> None:
    paragraphs = [claim.paragraph for claim in claims.claims()]
    assert paragraphs == sorted(paragraphs)
    assert set(paragraphs) <= set(range(1, 12))


@pytest.mark.usefixtures("clone")
def test_a_claim_names_its_sources() -> None:
    known = set(parse_file(str(ROOT / "book" / "references.bib")).entries)
    for found in claims.claims():
        assert found.sources or found.evidence, found.id
        assert len(found.paraphrase.split()) >= 4
        assert {*found.sources, *(each.source for each in found.evidence)} <= known


# --- numbers.csv ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("clone")
def test_every_number_of_the_article_has_a_claim_of_its_own_paragraph_or_a_reason() -> None:
    known = {found.id: found for found in claims.claims()}
    for row in load("numbers").fillna("").itertuples(index=False):
        assert bool(row.claim) != bool(row.exempt), row
        if row.claim:
            found = known[row.claim]
            assert found.paragraph == row.paragraph, row
            year = re.fullmatch(r"20\d\d", row.token) and row.token in found.paraphrase
            assert row.token == found.printed or year, row
        else:
            assert len(row.exempt.split()) >= 4, row


@pytest.mark.usefixtures("clone")
def test_every_printed_figure_is_a_number_of_its_paragraph() -> None:
    listed = set(
        load("numbers")[["paragraph", "token", "claim"]].itertuples(index=False, name=None)
    )
    printed = [found for found in claims.claims() if found.printed]
    assert len(printed) >= 10
    for found in printed:
        assert (found.paragraph, found.printed, found.id) in listed


# --- choosing ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("clone")
def test_the_ledger_takes_any_iterable_of_ids_and_vintages() -> None:
    names = ["feb-2024-total", "jobs"]
    found = claims.ledger(iter(names), iter(["latest", "first"]))
    assert [(each.id, each.vintage) for each in found] == [
        ("feb-2024-total", "latest"), ("feb-2024-total", "first"), ("jobs", "any"),
    ]  # fmt: skip


@pytest.mark.usefixtures("clone")
def test_what_does_not_exist_is_named_with_what_does() -> None:
    with pytest.raises(
        claims.UnknownError, match="no claim 'feb'; the claims are february-record,"
    ):
        claims.ledger(["feb"])
    with pytest.raises(claims.UnknownError, match="no vintage 'new'; the vintages are first, art"):
        claims.ledger(["jobs"], ["new"])


@pytest.mark.usefixtures("clone")
def test_prose_can_use_what_a_claim_computes() -> None:
    assert claims.value("feb-2024-total") == 189_913
    assert claims.value("feb-2024-total", "article") == 189_922
    assert claims.value("spring-surge")["2024-03"] is False
    for name in ("jobs", "no-such-claim"):
        with pytest.raises(claims.UnknownError, match=f"no claim '{name}' that computes a value"):
            claims.value(name)
    with pytest.raises(KeyError, match="2022-02"):
        claims.value("between-ports-fell", "first")
