"""The rule that judges answers, in Python; browser/test_rule.py holds JavaScript to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bordercount import answers
from bordercount.answers import UnreadableError, Verdict, judge, read_number, write_number

NUMBER = {"kind": "number", "decimals": 1, "tolerance": 0}
KEY = {"answer": "144", "mistakes": [{"value": "-144", "feedback": "Which way?"}], "because": "So."}


@pytest.mark.parametrize(
    ("typed", "decimals", "units"),
    [
        ("189,922", 0, 189922),
        ("189922", 0, 189922),
        ("189 922", 0, 189922),
        ("189\u00a0922", 0, 189922),
        ("189\u202f922", 0, 189922),
        ("189'922", 0, 189922),
        ("189\u2019922", 0, 189922),
        ("189_922", 0, 189922),
        (" 189,922.00 ", 0, 189922),
        ("189922.5", 0, 189923),
        ("189922.4999", 0, 189922),
        ("-0.5", 0, -1),
        ("0.05", 1, 1),
        ("0.04", 1, 0),
        ("-0.04", 1, 0),
        ("14.4 %", 1, 144),
        ("14.4%", 1, 144),
        ("\u221214.4", 1, -144),
        ("\u201314.4", 1, -144),
        ("+14.4", 1, 144),
        ("$1,000", 0, 1000),
        ("-$5", 0, -5),
        (".5", 1, 5),
        ("5.", 1, 50),
        ("007", 0, 7),
        ("\u0661\u0662\u0663", 0, 123),
        ("\uff11\uff0c\uff10\uff10\uff10", 0, 1000),
        ("12345678901234567890123456789012345678901234567890", 0, int("1234567890" * 5)),
    ],
)
def test_a_number_is_read_however_it_is_written(typed, decimals, units):
    assert read_number(typed, decimals) == units


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "in digits"),
        ("about 5", "in digits"),
        ("five", "in digits"),
        ("1e5", "in digits"),
        ("1,00", "decimal mark"),
        ("14,4", "decimal mark"),
        ("1,00,000", "in digits"),
        ("1,000 000", "in digits"),
        ("1.2.3", "in digits"),
        ("--5", "in digits"),
        ("NaN", "in digits"),
        ("\u221e", "in digits"),
        (".", "in digits"),
        ("5 5", "in digits"),
        ("9" * 61, "too long"),
    ],
)
def test_what_is_not_a_number_is_told_so(typed, says):
    with pytest.raises(UnreadableError, match=says):
        read_number(typed, 0)


@given(st.integers(-(10**30), 10**30), st.integers(0, 4))
def test_a_number_that_is_written_reads_as_itself(units, decimals):
    assert read_number(write_number(units, decimals), decimals) == units


@pytest.mark.parametrize("value", [None, "", "  ", "\u00a0", "\ufeff"])
def test_nothing_typed_is_not_attempted(value):
    assert judge(NUMBER, KEY, value) == Verdict("not attempted")


@pytest.mark.parametrize(
    ("value", "state", "score"),
    [
        ("14.4", "right", 1.0),
        ("14.40%", "right", 1.0),
        ("14.35", "right", 1.0),
        ("14.34", "wrong", 0.0),
        ("-14.4", "mistake", 0.0),
        ("many", "unreadable", 0.0),
    ],
)
def test_a_number_is_judged_at_its_decimals(value, state, score):
    found = judge(NUMBER, KEY, value)
    assert (found.state, found.score) == (state, score)


def test_the_tolerance_is_counted_in_its_last_decimal_and_includes_its_edge():
    near = {**NUMBER, "tolerance": 2}
    states = [judge(near, KEY, value).state for value in ("14.1", "14.2", "14.6", "14.7")]
    assert states == ["wrong", "right", "right", "wrong"]


def test_a_known_mistake_speaks_and_an_unknown_answer_does_not():
    assert judge(NUMBER, KEY, "-14.4").feedback == "Which way?"
    assert judge(NUMBER, KEY, "15").feedback == ""
    assert judge(NUMBER, KEY, "14.4").feedback == "So."


def test_an_estimate_is_recorded_whatever_it_is_and_says_how_it_was_read():
    found = judge({"kind": "estimate"}, {"because": "It was 5."}, "1 000 000")
    assert found == Verdict("recorded", 1.0, "It was 5.", "1,000,000")
    assert judge({"kind": "estimate"}, {}, "lots").state == "unreadable"


MULTIPLE = {"kind": "multiple"}
SEVERAL = {"answer": ["a", "b"], "mistakes": [{"value": "c", "feedback": "c?"}], "because": "So."}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], Verdict("not attempted")),
        (["b", "a"], Verdict("right", 1.0, "So.")),
        (["a"], Verdict("partly", 0.5)),
        (["a", "b", "c"], Verdict("mistake", 0.5, "c?")),
        (["c"], Verdict("mistake", 0.0, "c?")),
        (["d"], Verdict("wrong", 0.0)),
        (["a", "a"], Verdict("partly", 0.5)),
    ],
)
def test_each_right_choice_counts_and_each_wrong_one_takes_one_away(value, expected):
    assert judge(MULTIPLE, SEVERAL, value) == expected


MATCH = {"kind": "match"}
PAIRS = {
    "answer": {"x": "1", "y": "2"},
    "mistakes": [{"value": {"x": "2", "y": "1"}, "feedback": "Swapped."}],
    "because": "So.",
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, Verdict("not attempted")),
        ({"x": ""}, Verdict("not attempted")),
        ({"x": "1", "y": "2"}, Verdict("right", 1.0, "So.")),
        ({"x": "1"}, Verdict("partly", 0.5)),
        ({"x": "2", "y": "1"}, Verdict("mistake", 0.0, "Swapped.")),
        ({"x": "2"}, Verdict("wrong", 0.0)),
    ],
)
def test_each_right_pair_counts_the_same(value, expected):
    assert judge(MATCH, PAIRS, value) == expected


def test_an_order_is_right_as_a_whole_or_not():
    key = {"answer": ["a", "b"], "mistakes": [{"value": ["b", "a"], "feedback": "Turned."}]}
    assert judge({"kind": "order"}, key, ["a", "b"]).state == "right"
    assert judge({"kind": "order"}, key, ["b", "a"]).feedback == "Turned."
    assert judge({"kind": "order"}, key, ["a"]).state == "wrong"


@pytest.mark.parametrize("kind", ["choice", "number", "multiple", "match", "order", "text"])
@pytest.mark.parametrize("value", [3, 1.5, True, [1], {"x": 1}, [["a"]]])
def test_an_answer_in_the_form_of_another_kind_is_unreadable_and_harmless(kind, value):
    assert judge({"kind": kind}, {**PAIRS, "answer": "144"}, value).state == "unreadable"


def test_the_case_depends_on_the_ids_alone():
    assert answers.case_number("counts.days", " S123 ", 3) == answers.case_number(
        "counts.days", "s123", 3
    )
    decomposed, composed = "Jose\u0301", "JOS\u00c9"
    assert answers.normal(decomposed) == answers.normal(composed)


def test_cases_are_shared_out_evenly():
    drawn = [answers.case_number("counts.days", f"s{number}", 3) for number in range(3000)]
    assert all(900 < drawn.count(case) < 1100 for case in range(3))


def test_half_a_character_in_an_id_does_no_harm():
    assert answers.case_number("counts.days", "\ud800", 3) in range(3)


@given(st.dictionaries(st.text(), st.text()), st.text(min_size=1, alphabet="abc._1"))
def test_a_key_comes_back_from_its_hiding_and_is_not_read_at_a_glance(key, exercise_id):
    hidden = answers.encode(key, exercise_id)
    assert answers.decode(hidden, exercise_id) == key
    assert all(value not in hidden for value in key.values() if len(value) > 6)
