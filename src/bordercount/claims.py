"""The claim ledger: each checkable statement of the article, recomputed and judged."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from inspect import signature
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from bordercount import yamlfile
from bordercount.data import DataError, folder
from bordercount.findings import COUNTLESS, FUNCTIONS, VINTAGES, Counts, UnknownError
from bordercount.printed import compare, parse

__all__ = [
    "ANY", "VINTAGES", "Claim", "Computed", "Judgement", "UnknownError", "Verdict",
    "claims", "compare", "ledger", "parse", "value",
]  # fmt: skip

ANY = "any"  # the vintage of a claim that rests on no count
Kind = Literal["count", "change", "record", "share", "commitment", "forecast", "attribution"]
Verdict = Literal[
    "exact", "rounds", "truncated", "differs", "holds", "fails", "depends", "not checkable"
]
Test = Literal["printed", "more than", "at least", "rise", "fall", "all", "every", "any"]
ON_FIGURES = ("printed", "more than", "at least")  # tests that need the printed figure
Computed = int | float | str | None


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
    test: Literal["printed", "more than", "at least", "rise", "fall", "all", "every", "any"] = (
        "printed"
    )
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
        if (
            self.compute
            and self.test in ("printed", "more than", "at least")
            and self.printed is None
        ):
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


def verdict_on(claim: Claim, value: Any) -> tuple[Computed, Verdict]:
    """Return what to show of a computed value, and the verdict of the claim's test."""
    if isinstance(value, dict):
        true = sum(value.values())
        shown = f"{true} of {len(value)}"
        if claim.depends_on:
            return shown, "depends"
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
    if claim.test == "at least":
        return value, "holds" if Decimal(str(value)) >= parse(str(claim.printed))[0] else "fails"
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
    if claim.depends_on:
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


def claims() -> tuple[Claim, ...]:
    """Return the claims of data/claims.yml, in the order of the article.

    Raises `DataError` naming the claim and the field that is wrong, or an id used twice.
    """
    path = folder() / "claims.yml"
    if not path.is_file():
        raise DataError(f"{path}: not found; it holds the claims")
    try:
        entries = yamlfile.parse(path.read_bytes())
    except yamlfile.YAMLError as error:
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
