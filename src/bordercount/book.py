"""What the pages show beside prose: openings, glued numbers, ledger, positions, codebook."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from IPython.display import Markdown

from bordercount import claims, exercises, wording
from bordercount import positions as policy
from bordercount import standards as alignment
from bordercount.data import load, package
from bordercount.standards import Standard

VERDICTS = {
    "exact": "the printed figure is the computed value",
    "rounds": "the computed value rounds to the printed figure",
    "truncated": "the computed value was cut, not rounded, to the printed figure",
    "differs": "the printed figure is neither the value nor a rounding of it",
    "holds": "the statement is true of the data or of the sources",
    "fails": "the statement is not true of the data or of the sources, or has not come true",
    "depends": "the statement leaves a choice open, and its truth turns on that choice",
    "not checkable": "nothing at hand can settle it, and the ledger says why",
}
STANCES = {"supports": "For", "opposes": "Against", "mixed": "Partly for, partly against"}
FIRSTS = {
    "control": "puts control first",
    "access": "puts access first",
    "both": "puts control and access together",
}


def opening(chapter: str) -> Markdown:
    """Return a chapter's opening: what the reader will be able to do, needs, and minutes.

    Source: exercises/CHAPTER.yml. Raises `ExerciseError` for a file that is not in form.
    """
    found = exercises.load(chapter)
    goals = "\n".join(f"- {goal}" for goal in found.objectives.values())
    return Markdown(
        ":::{admonition} In this chapter\n:class: bc-opening\n"
        f"After it you will be able to:\n\n{goals}\n\n"
        f"**You need:** {found.needs}\n\n**Time:** about {found.minutes} minutes.\n:::"
    )


def glue(**texts: str) -> None:
    """Keep each text for the prose, which shows it with {glue:text}`NAME`."""
    from myst_nb import glue as keep  # only building the book needs it

    for name, text in texts.items():
        keep(name, text, display=False)


def cited(keys: str | Iterable[str]) -> str:
    """Return a citation of the sources with these keys."""
    names = keys.split() if isinstance(keys, str) else keys
    joined = ",".join(names)
    return f"{{cite}}`{joined}`" if joined else ""


def row(cells: Iterable[object]) -> str:
    """Return one line of a Markdown table."""
    return (
        "| "
        + " | ".join(re.sub(r"\s+", " ", str(each)).replace("|", r"\|") for each in cells)
        + " |"
    )


def markdown_table(caption: str, headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a MyST table under a caption."""
    head = list(headings)
    lines = [row(head), row("---" for _ in head), *(row(cells) for cells in rows)]
    return f":::{{table}} {caption}\n" + "\n".join(lines) + "\n:::"


def shown(computed: claims.Computed) -> str:
    """Return what a claim computed as the book prints it."""
    if computed is None:
        return ""
    if isinstance(computed, str):
        return computed
    whole = float(computed).is_integer()
    return wording.number(computed, 0 if whole else 2, signed=computed < 0)


def ledger(vintage: str = "article", *, printed: bool = False) -> Markdown:
    """Return the ledger in one vintage as a table; with `printed`, only claims with a figure."""
    by_id = {claim.id: claim for claim in claims.claims()}
    judged = [
        found
        for found in claims.ledger(vintages=[vintage])
        if found.printed is not None or not printed
    ]
    rows = (
        (found.paragraph, by_id[found.id].paraphrase, found.printed or "", shown(found.computed),
         f"**{found.verdict}**")
        for found in judged
    )  # fmt: skip
    caption = f"The article's claims, judged by {claims.VINTAGES[vintage]}"
    return Markdown(markdown_table(caption, ("¶", "Claim", "Printed", "Computed", "Verdict"), rows))


def ledger_in_full() -> Markdown:
    """Return every claim with its verdict in each vintage, its notes and its sources."""
    judged: dict[str, list[claims.Judgement]] = {}
    for found in claims.ledger():
        judged.setdefault(found.id, []).append(found)
    parts = []
    for claim in claims.claims():
        lines = [
            f"## {claim.paraphrase}",
            f"`{claim.id}`, paragraph {claim.paragraph}, {claim.kind}.",
        ]
        if claim.printed:
            lines[-1] += f" Printed: {claim.printed}."
        for found in judged[claim.id]:
            when = "" if found.vintage == claims.ANY else f"{claims.VINTAGES[found.vintage]}: "
            value = f" ({shown(found.computed)})" if found.computed is not None else ""
            lines.append(f"- {when}**{found.verdict}**{value}")
        notes = list(dict.fromkeys(found.note for found in judged[claim.id] if found.note))
        sources = [*claim.sources, *(piece.source for piece in claim.evidence)]
        lines.append("")
        lines += [f"{note}\n" for note in notes]
        if sources:
            lines.append(f"Sources: {cited(dict.fromkeys(sources))}.")
        parts.append("\n".join(lines))
    return Markdown("\n\n".join(parts))


def verdicts() -> Markdown:
    """Return the verdicts with their meanings as a table."""
    return Markdown(
        markdown_table("The verdicts of the ledger", ("Verdict", "Meaning"), VERDICTS.items())
    )


def positions(*ids: str) -> Markdown:
    """Return the policy options with these ids (all, if none is given), each side beside the other.

    Each is a section of the third level. Raises `DataError` for a damaged positions.yml,
    `KeyError` for an id that it lacks.
    """
    known = {option.id: option for option in policy.options()}
    return Markdown("\n\n".join(discussed(known[name]) for name in ids or known))


def discussed(option: policy.Option) -> str:
    """Return one option: what it is, then who is for it, who is against, who is in between."""
    parts = [
        f"### {option.title}",
        f"{option.status} {cited(option.sources)}",
        f"- **Aim:** {option.aim}\n- **Means:** {option.means}\n- **Cost:** {option.cost}\n"
        f"- **Best objection:** {option.objection}",
        "::::{grid} 1 1 2 2\n:gutter: 3\n:class-container: bc-positions",
    ]
    for stance, label in STANCES.items():
        if said := [statement(each) for each in option.positions if each.stance == stance]:
            parts.append(f":::{{grid-item-card}} {label}\n" + "\n".join(said) + "\n:::")
    return "\n\n".join([*parts, "::::"])


def statement(position: policy.Position) -> str:
    """Return who says what, as one item of a list, with its sources."""
    read = "; from a secondary copy" if position.confidence == "S" else ""
    return (
        f"- **{position.who}** ({FIRSTS[position.first]}{read}): "
        f"{position.says} {cited(position.sources)}"
    )


def timeline() -> Markdown:
    """Return the policy timeline of events.csv as a table with its sources."""
    events = load("events")[["date", "event", "kind", "source"]]
    rows = (
        (wording.day(date), event, kind, cited(source))
        for date, event, kind, source in events.to_numpy()
    )
    return Markdown(markdown_table("Policy timeline", ("Date", "Event", "Kind", "Source"), rows))


def standards() -> Markdown:
    """Return a table of the standards for each framework, with the objectives that serve them.

    Source: data/standards.yml. Raises `StandardsError` for a file that is not in form.
    """
    found = alignment.load()
    headings = ("Standard, in our words", "Goals that can support it")
    parts = [
        markdown_table(
            title,
            headings,
            [asked_and_served(each) for each in found.standards if each.framework == framework],
        )
        for framework, title in found.frameworks.items()
    ]
    return Markdown("\n\n".join(parts))


def asked_and_served(standard: Standard) -> tuple[str, str]:
    """Return what a standard asks, with where that was read, and the goals of each chapter."""
    read = ", ".join(f"[{urlsplit(url).hostname}]({url})" for url in standard.source)
    asked = f"**{standard.code}** {standard.paraphrase} ({standard.confidence}: {read})"
    goals: dict[str, list[str]] = {}
    for chapter, _, objective in (each.partition(".") for each in standard.serves):
        goals.setdefault(chapter, []).append(exercises.load(chapter).objectives[objective])
    served = (f"{{doc}}`{chapter}`: {' '.join(found)}" for chapter, found in goals.items())
    return asked, "<br>".join(served)


def codebook() -> Markdown:
    """Return every table with its columns, types, units and sources, from datapackage.yaml."""
    return Markdown("\n\n".join(described(table) for table in package.descriptor()["resources"]))


def described(table: dict[str, Any]) -> str:
    """Return one table's part of the codebook."""
    path = table["path"]
    file = f"{{download}}`data/{path} <../data/{path}>`"
    parts = [f"## {table['title']}", file, table["description"]]
    if "schema" in table:
        parts[1] += f", {wording.number(len(load(table['name'])))} rows."
        rows = (
            (f"`{field['name']}`", field["type"], field["description"], allowed(field))
            for field in table["schema"]["fields"]
        )
        headings = ("Column", "Type", "Meaning", "Values")
        parts.append(markdown_table(f"Columns of {path}", headings, rows))
    sources = "; ".join(
        f"[{source['title']}]({source['path']})"
        if str(source.get("path", "")).startswith("https://")
        else source["title"]
        for source in table["sources"]
    )
    return "\n\n".join([*parts, f"Source: {sources}."])


def allowed(field: dict[str, Any]) -> str:
    """Return the values that a column may have, or an example."""
    if choices := field.get("constraints", {}).get("enum"):
        return ", ".join(f"`{choice}`" for choice in choices)
    return f"for example `{field['example']}`" if "example" in field else ""
