"""The policy options, each with what people on its sides say: data/positions.yml."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from bordercount import wording, yamlfile
from bordercount.data import DataError, fact, folder

Stance = Literal["supports", "opposes", "mixed"]
First = Literal["control", "access", "both"]
LONGEST = 40  # words of one statement
SCALES = ((10**9, "billion"), (10**6, "million"))


def amount(value: float) -> str:
    """Return a number of facts.csv in print: 5200000000 is "5.2 billion", 1450 is "1,450"."""
    for scale, word in SCALES:
        if value >= scale:
            scaled = value / scale
            return f"{wording.number(scaled, 0 if scaled.is_integer() else 1)} {word}"
    return wording.number(value)


def filled(text: str) -> str:
    """Return the text on one line, with each {KEY} replaced by that number of facts.csv.

    Raises `ValueError` for a key that facts.csv lacks and for a fact that is no number.
    """

    def printed(found: re.Match[str]) -> str:
        try:
            return amount(float(fact(found[1])["value"]))
        except KeyError as missing:
            raise ValueError(missing.args[0]) from None

    return re.sub(r"\{([^{}]*)\}", printed, " ".join(text.split()))


Words = Annotated[str, AfterValidator(filled), Field(min_length=1)]
Sources = Annotated[tuple[str, ...], Field(min_length=1)]


class Strict(BaseModel):
    """A model that takes the fields it names and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Position(Strict):
    """What somebody says of an option, in our words, and what they put first."""

    stance: Stance
    who: Words
    first: First
    says: Words
    sources: Sources
    confidence: Literal["V", "S", "C"]

    @field_validator("says")
    @classmethod
    def short(cls, says: str) -> str:
        """Refuse a statement that is longer than the others may be."""
        if (words := len(says.split())) > LONGEST:
            raise ValueError(f"{words} words; at most {LONGEST}, so that no side says more")
        return says


class Option(Strict):
    """One thing that could be done, with its price, its best objection, and who says what."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Words
    date: date
    status: Words
    aim: Words
    means: Words
    cost: Words
    objection: Words
    sources: Sources
    positions: Annotated[tuple[Position, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def heard_from_two_sides(self) -> "Option":
        """Refuse an option that all support, or all oppose."""
        if len(found := {each.stance for each in self.positions}) < 2:
            raise ValueError(f"all its positions say {found.pop()!r}; give another side, too")
        return self


def options() -> tuple[Option, ...]:
    """Return the options of data/positions.yml in its order.

    Raises `DataError` naming file, option and field, or an id used twice.
    """
    path = folder() / "positions.yml"
    if not path.is_file():
        raise DataError(f"{path}: not found; it holds the policy options")
    try:
        entries = yamlfile.parse(path.read_bytes())
    except yamlfile.YAMLError as error:
        raise DataError(f"{path}: not readable as YAML: {error}") from None
    if not isinstance(entries, list):
        raise DataError(f"{path}: expected a list of options")
    found: dict[str, Option] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            option = Option.model_validate(entry)
        except ValidationError as error:
            raise DataError(f"{path}: option {described(error, entry, number)}") from None
        if option.id in found:
            raise DataError(f"{path}: two options have the id {option.id!r}")
        found[option.id] = option
    return tuple(found.values())


def described(error: ValidationError, entry: Any, number: int) -> str:
    """Return the first error with the option and the field it is in."""
    first = error.errors()[0]
    name = entry.get("id") if isinstance(entry, dict) else None
    field = ".".join(map(str, first["loc"])) or "the whole"
    return f"{name or number}, {field}: {first['msg']}"


def tally(found: Iterable[Option], field: Literal["stance", "first"]) -> dict[str, Counter[str]]:
    """Return positions, words and sources of each stance, or of what statements put first.

    The counters are named "positions", "words" and "sources".
    """
    counts: dict[str, Counter[str]] = {
        "positions": Counter(),
        "words": Counter(),
        "sources": Counter(),
    }
    for position in (each for option in found for each in option.positions):
        name = getattr(position, field)
        counts["positions"][name] += 1
        counts["words"][name] += len(position.says.split())
        counts["sources"][name] += len(position.sources)
    return counts
