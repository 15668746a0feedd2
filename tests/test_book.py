"""What the pages show beside prose."""

import re
from pathlib import Path

import pytest
from IPython.lib.pretty import pretty
from myst_nb.core.variables import format_plain_text

from bordercount import book, claims, positions
from bordercount.data import load, package
from bordercount.exercises import ExerciseError

pytestmark = pytest.mark.usefixtures("clone")


def rows(table: str) -> list[list[str]]:
    """Return the cells of each row of a MyST table, headings first."""
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    return [[cell.strip() for cell in row] for row in cells if set("".join(row)) - set("- ")]


# --- openings ------------------------------------------------------------------------------------

OPENING = """\
title: Counting
minutes: 45
needs: nothing.
objectives: {load: Load a table., count: Count its rows.}
exercises:
  - {id: one, kind: estimate, objective: load, prompt: Guess., unit: rows}
  - {id: two, kind: estimate, objective: count, prompt: Again., unit: rows}
"""


def chapter(course: Path, text: str) -> str:
    (course / "exercises" / "new.yml").write_text(text, encoding="utf-8")
    return str(book.opening("new").data)


def test_an_opening_says_what_you_will_do_need_and_how_long_it_takes(course: Path) -> None:
    text = chapter(course, OPENING)
    assert "- Load a table.\n- Count its rows.\n" in text
    assert "**You need:** nothing." in text
    assert "**Time:** about 45 minutes." in text
    assert text.startswith(":::{admonition} In this chapter\n:class: bc-opening\n")
    assert text.endswith(":::")


@pytest.mark.parametrize("field", ["objectives", "needs", "minutes"])
def test_an_opening_without_a_field_names_file_and_field(course: Path, field: str) -> None:
    text = re.sub(rf"^{field}:.*\n", "", OPENING, flags=re.MULTILINE)
    assert text != OPENING
    with pytest.raises(ExerciseError, match=rf"new\.yml: {field}: Field required"):
        chapter(course, text)


def test_a_chapter_without_its_file_is_named(course: Path) -> None:
    with pytest.raises(ExerciseError, match=r"no .*absent\.yml"):
        book.opening("absent")


def test_every_chapter_of_the_book_has_an_opening(clone: Path) -> None:
    chapters = sorted(path.stem for path in (clone / "exercises").glob("*.yml"))
    assert len(chapters) >= 3
    for name in chapters:
        assert "you will be able to" in str(book.opening(name).data)


# --- glue ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["189,913", "it's", "2024", "\u221218,526", '"so" he\'s', "14.40"])
def test_prose_shows_a_glued_text_as_it_is_without_quotation_marks(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    kept: dict[str, object] = {}
    monkeypatch.setattr("myst_nb.glue", lambda name, value, display: kept.update({name: value}))
    book.glue(found=text)
    assert format_plain_text(pretty(kept["found"]), "") == text


# --- Markdown ------------------------------------------------------------------------------------


def test_a_cell_cannot_break_its_table() -> None:
    text = book.markdown_table("Caption", ["a", "b"], [["x | y", "two\nlines"]])
    assert text.startswith(":::{table} Caption\n| a | b |\n| --- | --- |\n")
    assert rows(text)[1] == [r"x \| y", "two lines"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("ohss-khsm", "{cite}`ohss-khsm`"),
        ("a b", "{cite}`a,b`"),
        (["a", "b"], "{cite}`a,b`"),
        ("", ""),
        ([], ""),
    ],
)
def test_sources_are_cited_by_key(keys: str | list[str], expected: str) -> None:
    assert book.cited(keys) == expected


@pytest.mark.parametrize(
    ("computed", "expected"),
    [
        (None, ""),
        ("3 of 7", "3 of 7"),
        (189_922, "189,922"),
        (-18_526, "\u221218,526"),
        (1.7747, "1.77"),
        (5_200_000_000, "5,200,000,000"),
    ],
)
def test_a_computed_value_is_shown_in_words_or_with_separators(
    computed: claims.Computed, expected: str
) -> None:
    assert book.shown(computed) == expected


# --- the ledger ----------------------------------------------------------------------------------


@pytest.mark.parametrize("vintage", claims.VINTAGES)
def test_the_ledger_shows_every_claim_once_in_one_vintage(vintage: str) -> None:
    table = str(book.ledger(vintage).data)
    _, *found = rows(table)
    judged = claims.ledger(vintages=[vintage])
    assert [row[4] for row in found] == [f"**{each.verdict}**" for each in judged]
    assert claims.VINTAGES[vintage] in table.splitlines()[0]


def test_the_ledger_can_show_printed_figures_alone() -> None:
    _, *found = rows(str(book.ledger(printed=True).data))
    assert all(row[2] for row in found)
    assert len(found) == sum(claim.printed is not None for claim in claims.claims())


def test_the_ledger_in_full_has_every_claim_note_and_source() -> None:
    text = str(book.ledger_in_full().data)
    for claim in claims.claims():
        assert f"## {claim.paraphrase}" in text
        for key in (*claim.sources, *(piece.source for piece in claim.evidence)):
            assert key in text
    for judged in claims.ledger():
        assert f"**{judged.verdict}**" in text
        assert judged.note in text


def test_every_verdict_that_a_claim_can_have_is_explained() -> None:
    assert tuple(book.VERDICTS) == claims.Verdict.__args__  # type: ignore[attr-defined]
    assert [row[0] for row in rows(str(book.verdicts().data))[1:]] == list(book.VERDICTS)


# --- policy options ------------------------------------------------------------------------------


def test_the_options_show_each_statement_with_its_speaker_and_sources_side_by_side() -> None:
    text = str(book.positions().data)
    for option in positions.options():
        assert f"### {option.title}\n" in text
        assert f"- **Best objection:** {option.objection}\n" in text
        for each in option.positions:
            assert f"- **{each.who}** ({book.FIRSTS[each.first]}" in text
            assert f"{each.says} {{cite}}`{','.join(each.sources)}`\n" in text
    assert text.count("::::{grid} 1 1 2 2\n") == text.count("\n::::\n") + 1


def test_options_can_be_shown_one_by_one_and_a_side_without_a_voice_is_left_out() -> None:
    text = str(book.positions("house-bill").data)
    assert text.startswith("### Pass the House bill")
    assert ":::{grid-item-card} For\n- **House Republican leaders** (puts control first): " in text
    assert ":::{grid-item-card} Against\n" in text
    assert "Partly" not in text
    with pytest.raises(KeyError, match="no-such-option"):
        book.positions("no-such-option")


def test_a_statement_from_a_secondary_copy_says_so() -> None:
    text = str(book.positions("senate-bill").data)
    assert "union** (puts control first; from a secondary copy): " in text


def test_every_stance_and_what_is_put_first_has_a_name() -> None:
    assert tuple(book.STANCES) == positions.Stance.__args__  # type: ignore[attr-defined]
    assert tuple(book.FIRSTS) == positions.First.__args__  # type: ignore[attr-defined]


# --- back matter ---------------------------------------------------------------------------------


def test_the_timeline_has_every_event_with_its_date_in_words_and_sources() -> None:
    found = rows(str(book.timeline().data))
    events = load("events")
    assert found[0] == ["Date", "Event", "Kind", "Source"]
    assert [row[1] for row in found[1:]] == [event.replace("|", r"\|") for event in events["event"]]
    assert found[1][0] == "20 December 2018"
    assert found[1][3] == "{cite}`ipt-mpp`"
    assert list(events["date"]) == sorted(events["date"])


def test_the_codebook_offers_every_table_and_describes_every_column(clone: Path) -> None:
    text = str(book.codebook().data)
    for table in package.descriptor()["resources"]:
        assert f"## {table['title']}" in text
        assert f"{{download}}`data/{table['path']} <../data/{table['path']}>`" in text
        assert (clone / "data" / table["path"]).is_file()
        assert f"Source: {table['sources'][0]['title'][:9]}" in text.replace("[", "")
        if "schema" not in table:
            continue
        assert f"{len(load(table['name'])):,} rows." in text
        part = text[text.index(f"Columns of {table['path']}") :]
        listed = [row[0] for row in rows(part[: part.index("\n:::")])][1:]
        assert listed == [f"`{field['name']}`" for field in table["schema"]["fields"]]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({"constraints": {"enum": ["usbp", "ofo"]}}, "`usbp`, `ofo`"),
        ({"constraints": {"minimum": 1}, "example": 9584}, "for example `9584`"),
        ({}, ""),
    ],
)
def test_a_column_shows_its_values_or_an_example(field: dict[str, object], expected: str) -> None:
    assert book.allowed(field) == expected
