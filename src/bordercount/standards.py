"""The teaching standards that the chapters can support: data/standards.yml."""

from typing import Annotated, Literal

from pydantic import Field, ValidationError

from bordercount import exercises, yamlfile
from bordercount.data import folder
from bordercount.errors import BordercountError
from bordercount.exercises import Strict

Filled = Annotated[str, Field(min_length=1)]
Address = Annotated[str, Field(pattern=r"^https?://\S+$")]
Objective = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z0-9-]+$")]


class StandardsError(BordercountError):
    """The file of standards is not what it should be; the message names file, code and field."""


class Standard(Strict):
    """One standard: its code, what it asks in our words, where that was read, what serves it.

    `confidence` is "high" where code and wording were read together in a good copy, "medium"
    where only in part or in a secondary copy. `serves` lists objectives as CHAPTER.OBJECTIVE.
    """

    framework: Filled
    code: Filled
    paraphrase: Filled
    source: Annotated[tuple[Address, ...], Field(min_length=1)]
    confidence: Literal["high", "medium"]
    serves: Annotated[tuple[Objective, ...], Field(min_length=1)]


class Standards(Strict):
    """Frameworks, each by a short name with its title, and their standards."""

    frameworks: dict[str, Filled]
    standards: tuple[Standard, ...]


def load() -> Standards:
    """Return the standards of data/standards.yml, in the order of the file.

    Raises `StandardsError` naming the code and the field, also for a code used twice, a framework
    without a title, and an objective that no chapter has.
    """
    path = folder() / "standards.yml"
    try:
        found = yamlfile.parse(path.read_bytes())
        standards = Standards.model_validate(found)
    except FileNotFoundError:
        raise StandardsError(f"{path}: not found; it holds the standards") from None
    except yamlfile.YAMLError as error:
        raise StandardsError(f"{path}: not readable as YAML: {error}") from None
    except ValidationError as error:
        place, message = list(error.errors()[0]["loc"]), error.errors()[0]["msg"]
        where = ""
        if place[:1] == ["standards"] and len(place) > 1:
            entry = found["standards"][place[1]]
            code = entry.get("code") if isinstance(entry, dict) else None
            where, place = f"{code or f'standard {int(place[1]) + 1}'}, ", place[2:]
        field = ".".join(map(str, place)) or "the whole"
        raise StandardsError(f"{path}: {where}{field}: {message}") from None
    if unfit := misfit(standards):
        raise StandardsError(f"{path}: {unfit}")
    return standards


def misfit(standards: Standards) -> str:
    """Return what does not fit together, with code and field; nothing if all fits."""
    known = {
        f"{name}.{objective}"
        for name in exercises.names()
        for objective in exercises.load(name).objectives
    }
    seen = set()
    for each in standards.standards:
        if each.framework not in standards.frameworks:
            return f"{each.code}, framework: no title for {each.framework!r} under frameworks"
        if (each.framework, each.code) in seen:
            return f"{each.code}, code: used twice"
        seen.add((each.framework, each.code))
        for objective in each.serves:
            if objective not in known:
                return f"{each.code}, serves: no chapter has the objective {objective!r}"
    return ""
