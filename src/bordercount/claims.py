"""The claim ledger: each checkable statement of the article, recomputed and judged."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import cached_property, wraps
from inspect import signature
from typing import Any, Literal

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from bordercount import measures
from bordercount.data import DataError, fact, folder, load

VINTAGES = {
    "first": "each month as CBP first published it",
    "article": "what could be known in March 2024, when the article appeared",
    "latest": "as CBP's newest file has it",
}
ARTICLE_MONTH = "2024-03"
ANY = "any"  # the vintage of a claim that rests on no count
Kind = Literal["count", "change", "record", "share", "commitment", "forecast", "attribution"]
Verdict = Literal[
    "exact", "rounds", "truncated", "differs", "holds", "fails", "depends", "not checkable"
]
Computed = int | float | str | None


class UnknownError(LookupError):
    """A claim or vintage that the ledger does not have."""


class Evidence(BaseModel):
    """What one source says about a claim, and whether that supports it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    says: str
    source: str
    supports: bool


class Claim(BaseModel):
    """One checkable statement of the article, in our words, and how it is judged.

    A claim is judged in one of three ways: by a value that `compute` names and `test` compares,
    by what sources say (`evidence`), or not at all (`because` gives the reason).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    paragraph: int
    paraphrase: str
    kind: Kind
    printed: str | None = None
    compute: str | None = None
    args: dict[str, Any] = {}
    test: Literal["printed", "more than", "rise", "fall", "all", "every", "any"] = "printed"
    depends_on: str | None = None
    evidence: tuple[Evidence, ...] = ()
    because: str | None = None
    sources: tuple[str, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def one_way_to_judge(self) -> "Claim":
        """Refuse a claim that could be judged in two ways, or in none."""
        if (self.compute is not None) + bool(self.evidence) + (self.because is not None) != 1:
            raise ValueError("give exactly one of compute, evidence and because")
        if self.compute and self.compute not in FUNCTIONS:
            raise ValueError(f"no function {self.compute!r}; there are: {', '.join(FUNCTIONS)}")
        if self.compute:
            try:
                signature(FUNCTIONS[self.compute]).bind(None, **self.args)
            except TypeError as error:
                raise ValueError(f"{self.compute}: {error} in args") from None
        if self.printed is not None:
            parse(self.printed)
        if self.compute and self.test in ("printed", "more than") and self.printed is None:
            raise ValueError(f"the test {self.test!r} needs the printed figure")
        return self


@dataclass(frozen=True)
class Judgement:
    """A claim judged in one vintage."""

    id: str
    paragraph: int
    printed: str | None
    kind: str
    vintage: str
    computed: Computed
    verdict: Verdict
    note: str

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as they stand in `bordercount claims --json`."""
        return asdict(self)


# --- what claims compute -------------------------------------------------------------------------


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


# --- how a claim is judged -----------------------------------------------------------------------

SCALES = {None: Decimal(1), "million": Decimal(10**6), "billion": Decimal(10**9)}


FIGURE = re.compile(
    r"\$?(?:(?P<whole>[0-9]+)(?:\.(?P<decimals>[0-9]+))?|a(?= ))(?: (?P<scale>million|billion))?"
)


def parse(printed: str) -> tuple[Decimal, Decimal]:
    """Return a printed figure's value and precision: "302,000" is 302000, to the thousand.

    The precision is the place of the last digit that is not a zero at the end of a whole number.
    Raises `ValueError` for what is not a figure.
    """
    found = FIGURE.fullmatch(printed.replace(",", ""))
    if not found:
        raise ValueError(f"not a figure: {printed!r}")
    whole, decimals, scale = found["whole"] or "1", found["decimals"] or "", SCALES[found["scale"]]
    places = -len(decimals) or len(whole) - len(whole.rstrip("0") or whole)
    return Decimal(f"{whole}.{decimals}") * scale, Decimal(10) ** places * scale


def compare(printed: str, computed: float) -> Verdict:
    """Return how a printed figure stands to the computed value.

    "exact"; "rounds" if the value rounds to it at the precision printed; "truncated" if it was
    cut there instead; else "differs".
    """
    figure, precision = parse(printed)
    value = Decimal(str(computed))
    if value == figure:
        return "exact"
    if (value / precision).quantize(Decimal(1), ROUND_HALF_UP) * precision == figure:
        return "rounds"
    if (value / precision).quantize(Decimal(1), ROUND_DOWN) * precision == figure:
        return "truncated"
    return "differs"


def verdict_on(claim: Claim, value: Any) -> tuple[Computed, Verdict]:
    """Return what to show of a computed value, and the verdict of the claim's test."""
    if isinstance(value, dict):
        true = sum(value.values())
        shown = f"{true} of {len(value)}"
        if claim.test == "any":
            return shown, "holds" if true else "fails"
        if true == len(value):
            return shown, "holds"
        return shown, "depends" if true and claim.test == "all" else "fails"
    if claim.depends_on:
        return value, "depends"
    if claim.test == "rise":
        return value, "holds" if value > 0 else "fails"
    if claim.test == "fall":
        return value, "holds" if value < 0 else "fails"
    if claim.test == "more than":
        return value, "holds" if Decimal(str(value)) > parse(str(claim.printed))[0] else "fails"
    return value, compare(str(claim.printed), value)


def explain(claim: Claim, value: Any) -> str:
    """Return the claim's note, after what a "depends" turns on."""
    parts = [claim.note]
    if isinstance(value, dict) and claim.test != "every":
        for word, held in (("True for", True), ("Not for", False)):
            if named := [name for name, true in value.items() if true is held]:
                parts.insert(-1, f"{word}: {'; '.join(named)}.")
    elif claim.depends_on:
        parts.insert(0, f"Depends on {claim.depends_on}.")
    return " ".join(part for part in parts if part)


def judge(claim: Claim, counts: Counts) -> Judgement:
    """Return the claim's judgement in one vintage.

    A claim whose input the vintage lacks is "not checkable", with the missing count named.
    """
    vintage = counts.vintage if rests_on_counts(claim) else ANY

    def judgement(computed: Computed, verdict: Verdict, note: str) -> Judgement:
        return Judgement(
            claim.id, claim.paragraph, claim.printed, claim.kind, vintage, computed, verdict, note
        )  # fmt: skip

    if claim.because is not None:
        return judgement(None, "not checkable", " ".join(filter(None, [claim.because, claim.note])))
    if claim.evidence:
        supporting = sum(piece.supports for piece in claim.evidence)
        verdict: Verdict = "depends" if supporting else "fails"
        if supporting == len(claim.evidence):
            verdict = "holds"
        said = " ".join(piece.says for piece in claim.evidence)
        shown = f"{supporting} of {len(claim.evidence)} sources support it"
        return judgement(shown, verdict, " ".join(filter(None, [said, claim.note])))
    try:
        value = FUNCTIONS[str(claim.compute)](counts, **claim.args)
    except KeyError as missing:
        return judgement(None, "not checkable", f"Input missing: {missing.args[0]}.")
    computed, verdict = verdict_on(claim, value)
    return judgement(computed, verdict, explain(claim, value))


def rests_on_counts(claim: Claim) -> bool:
    """Return whether the claim's verdict can differ from vintage to vintage."""
    return claim.compute is not None and claim.compute not in COUNTLESS


# --- the ledger ----------------------------------------------------------------------------------


def claims() -> tuple[Claim, ...]:
    """Return the claims of data/claims.yml, in the order of the article.

    Raises `DataError` naming the claim and the field that is wrong, or an id used twice.
    """
    path = folder() / "claims.yml"
    if not path.is_file():
        raise DataError(f"{path}: not found; it holds the claims")
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise DataError(f"{path}: not readable as YAML: {error}") from None
    if not isinstance(entries, list):
        raise DataError(f"{path}: expected a list of claims")
    found: dict[str, Claim] = {}
    for number, entry in enumerate(entries, start=1):
        name = (
            entry.get("id", f"number {number}") if isinstance(entry, dict) else f"number {number}"
        )
        try:
            claim = Claim.model_validate(entry)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "the whole"
            raise DataError(f"{path}: claim {name}, {field}: {first['msg']}") from None
        if claim.id in found:
            raise DataError(f"{path}: two claims have the id {claim.id!r}")
        found[claim.id] = claim
    return tuple(found.values())


def ledger(ids: Iterable[str] = (), vintages: Iterable[str] = tuple(VINTAGES)) -> list[Judgement]:
    """Return the judgements of the claims named (all, if none is) in each of the vintages.

    A claim that rests on no count is judged once, in the vintage "any". Raises `UnknownError`
    for an id or a vintage that does not exist.
    """
    ids, known = tuple(ids), {claim.id: claim for claim in claims()}
    if unknown := [name for name in ids if name not in known]:
        raise UnknownError(
            f"no claim {', '.join(map(repr, unknown))}; the claims are {', '.join(known)}"
        )
    chosen = [known[name] for name in ids] if ids else list(known.values())
    counts = [Counts(name) for name in vintages]
    return [
        judge(claim, each)
        for claim in chosen
        for each in (counts if rests_on_counts(claim) else counts[:1])
    ]


def value(name: str, vintage: str = "latest") -> Any:
    """Return what a claim computes in a vintage, for prose and figures to use.

    Raises `UnknownError` for an unknown claim or vintage, `KeyError` for a missing input.
    """
    known = {claim.id: claim for claim in claims()}
    if name not in known or known[name].compute is None:
        raise UnknownError(f"no claim {name!r} that computes a value")
    return FUNCTIONS[str(known[name].compute)](Counts(vintage), **known[name].args)
