"""The policy options: sourced, heard from more than one side, and kept in balance."""

import re
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from pybtex.database import parse_file

from bordercount import positions
from bordercount.data import DataError

ROOT = Path(__file__).parents[1]
# The rule of balance. Over all options, no side may have more than this many times the other's
# positions, words or sources: neither those for the options against those against them, nor those
# who put control first against those who put access first. Who is in between is on no side.
RATIO = 1.25
SIDES = {"stance": ("supports", "opposes"), "first": ("control", "access")}


def position(**changes):
    said = {"stance": "supports", "who": "A", "first": "control", "says": "Do it."}
    return {**said, "sources": ["ipt-mpp"], "confidence": "V", **changes}


OPTION = {
    "id": "one",
    "title": "Do something",
    "date": "2024-02-07",
    "status": "Proposed.",
    "aim": "Less of it.",
    "means": "Work.",
    "cost": "${commitments-total}, or {cbp-one-daily-slots-2023-07} a day.",
    "objection": "It may not work.",
    "sources": ["ipt-mpp"],
    "positions": [position(), position(stance="opposes", first="access")],
}


@pytest.fixture
def write(course):
    def writer(*options):
        path = course / "data" / "positions.yml"
        path.write_text(yaml.safe_dump(list(options)), encoding="utf-8")
        return path

    return writer


# --- the model ------------------------------------------------------------------------------------


def test_an_option_in_form_is_read_with_its_facts_filled_in(write):
    write(OPTION)
    (found,) = positions.options()
    assert found.cost == "$5.2 billion, or 1,450 a day."
    assert [each.stance for each in found.positions] == ["supports", "opposes"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1450, "1,450"), (170_000_000, "170 million"), (5.2e9, "5.2 billion"), (20e9, "20 billion")],
)
def test_large_amounts_are_printed_in_words(value, expected):
    assert positions.amount(value) == expected


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "One option"}, "option One option, id: "),
        ({"id": None}, "option 1, id: "),
        ({"title": ""}, "option one, title: "),
        ({"cost": None}, "option one, cost: "),
        ({"date": "February"}, "option one, date: "),
        ({"opinion": "ours"}, "option one, opinion: "),
        ({"sources": []}, "option one, sources: "),
        ({"aim": "{nothing}"}, "option one, aim: Value error, facts.csv has no fact 'nothing'"),
        ({"aim": "{article-day}"}, "option one, aim: "),
        ({"positions": [position()]}, "option one, positions: "),
        ({"positions": [position(), position()]}, "all its positions say 'supports'"),
    ],
)
def test_an_error_names_file_option_and_field(write, change, says):
    path = write({**OPTION, **change})
    with pytest.raises(DataError) as raised:
        positions.options()
    assert str(path) in str(raised.value)
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stance": "neutral"}, "stance"),
        ({"first": "freedom"}, "first"),
        ({"who": ""}, "who"),
        ({"says": "word " * 41}, "says: Value error, 41 words; at most 40"),
        ({"sources": []}, "sources"),
        ({"confidence": "U"}, "confidence"),
        ({"right": True}, "right"),
    ],
)
def test_an_error_names_the_position_too(write, change, field):
    write({**OPTION, "positions": [position(), position(**{"stance": "mixed", **change})]})
    with pytest.raises(DataError, match=re.escape(f"option one, positions.1.{field}")):
        positions.options()


def test_an_option_cannot_be_changed(write):
    write(OPTION)
    (found,) = positions.options()
    with pytest.raises(ValueError, match="frozen"):
        found.title = "Another"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "not found; it holds the policy options"),
        ("- [", "not readable as YAML"),
        ("a: 1", "expected a list of options"),
        ("- text", "option 1, the whole"),
    ],
)
def test_a_damaged_file_says_what_was_expected(write, text, says):
    path = write()
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=rf"positions\.yml: {says}"):
        positions.options()


def test_two_options_cannot_share_an_id(write):
    write(OPTION, OPTION)
    with pytest.raises(DataError, match="two options have the id 'one'"):
        positions.options()


def test_the_tally_counts_positions_words_and_sources(write):
    write({**OPTION, "positions": [position(says="One two."), position(stance="opposes")]})
    counts = positions.tally(positions.options(), "stance")
    assert counts["positions"] == {"supports": 1, "opposes": 1}
    assert counts["words"] == {"supports": 2, "opposes": 2}
    assert positions.tally(positions.options(), "first")["sources"] == {"control": 2}


# --- the book's own options ----------------------------------------------------------------------


@pytest.fixture
def options(clone):
    return positions.options()


def test_there_are_several_options_and_each_has_someone_for_and_someone_against(options):
    assert len(options) >= 5
    for option in options:
        assert {"supports", "opposes"} <= {each.stance for each in option.positions}, option.id


def test_each_option_is_heard_from_control_and_from_access(options):
    for option in options:
        assert {"control", "access"} <= {each.first for each in option.positions}, option.id


@pytest.mark.parametrize("field", SIDES)
def test_no_side_says_much_more_than_the_other(options, field):
    for what, counts in positions.tally(options, field).items():
        for one, other in combinations(SIDES[field], 2):
            fewer, more = sorted((counts[one], counts[other]))
            assert more <= RATIO * fewer, (what, dict(counts))


def test_statements_are_of_about_the_same_length(options):
    lengths = [len(each.says.split()) for option in options for each in option.positions]
    assert max(lengths) <= 2 * min(lengths)


def test_every_source_is_in_the_bibliography_and_nobody_speaks_twice_on_an_option(options):
    known = set(parse_file(str(ROOT / "book" / "references.bib")).entries)
    speakers = []
    for option in options:
        assert set(option.sources) <= known, option.id
        for each in option.positions:
            assert set(each.sources) <= known, (option.id, each.who)
            speakers.append((option.id, each.who))
    assert len(speakers) == len(set(speakers))


def test_no_figure_is_typed_but_dates_and_names():
    entries = yaml.safe_load((ROOT / "data" / "positions.yml").read_text("utf-8"))
    said = [each for entry in entries for each in entry["positions"]]
    names = r"\{[^}]*\}|H\.R\. 2|Proclamation \d+|Title \d+|\d+ [A-Z][a-z]+ \d{4}|\b20\d\d\b"
    for each in [*entries, *said]:
        for text in each.values():
            bare = re.sub(names, "", text) if isinstance(text, str) else ""
            assert not re.search(r"\d", bare), text
