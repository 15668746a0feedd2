"""The rule is one: JavaScript judges thousands of inputs as Python does."""

import json
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from bordercount import answers

pytestmark = pytest.mark.slow

DIGITS = "0123456789\u0660\u0661\u0669\u06f5\u0967\uff11\uff19"
SIGNS = "+-\u2212\u2013\ufe63\uff0d"
GAPS = ",' _\u00a0\u202f\u2009\uff0c\u066c\u2019"
ODD = "%$.eE\u066b\uff05\uff0e\ufeff\u3000\t\x85ab\u0301\U0001d7d8\u221e"

typed_numbers = st.builds(
    lambda *parts: "".join(parts),
    st.sampled_from(["", " ", *SIGNS]),
    st.sampled_from(["", "$", " "]),
    st.text(DIGITS, max_size=4),
    st.lists(st.tuples(st.sampled_from(GAPS), st.text(DIGITS, min_size=2, max_size=4)), max_size=3)
    .map(lambda groups: "".join(gap + digits for gap, digits in groups)),
    st.sampled_from(["", ".", ".5", ".05", ".25", ".449", ".4999999", ".50", "\uff0e5"]),
    st.sampled_from(["", "%", " %", " ", "\u066a"]),
)  # fmt: skip
anything = st.text(DIGITS + SIGNS + GAPS + ODD, max_size=70)
boundaries = st.builds(
    lambda units, nudge: f"{units}.{nudge}",
    st.integers(-20, 20),
    st.sampled_from(["5", "50", "49", "4999", "500001", "0", "05", "15", "25", "35", "45"]),
)
names = st.sampled_from(["a", "b", "c", "d", "__proto__", "constructor", ""])
values = {
    "number": typed_numbers | anything | boundaries,
    "estimate": typed_numbers | anything,
    "choice": names | anything,
    "multiple": st.lists(names, max_size=5),
    "order": st.lists(names, max_size=4),
    "match": st.dictionaries(names, names, max_size=4),
    "text": anything,
}
odd_values = st.none() | st.booleans() | st.integers() | st.lists(st.integers()) | anything


@st.composite
def questions(draw):
    """Return an exercise, its key and an answer, in form or not."""
    kind = draw(st.sampled_from(sorted(values)))
    exercise = {"kind": kind}
    key = {"answer": "x", "mistakes": [], "because": "because"}
    if kind in ("number", "estimate"):
        exercise |= {"decimals": draw(st.integers(0, 3)), "tolerance": draw(st.integers(0, 3))}
        near = st.integers(-200, 200).map(str)
        key["answer"] = draw(near)
        key["mistakes"] = [{"value": draw(near), "feedback": "near"}]
    elif kind == "choice":
        key["answer"] = draw(names)
        key["mistakes"] = [{"value": draw(names), "feedback": "chosen"}]
    elif kind == "multiple":
        key["answer"] = draw(st.lists(names, min_size=1, max_size=3, unique=True))
        key["mistakes"] = [{"value": draw(names), "feedback": "picked"}]
    elif kind == "order":
        key["answer"] = draw(st.permutations(["a", "b", "c"]))
        key["mistakes"] = [{"value": draw(st.permutations(["a", "b", "c"])), "feedback": "order"}]
    elif kind == "match":
        key["answer"] = draw(st.dictionaries(names, names, min_size=1, max_size=3))
        wrong = draw(st.dictionaries(names, names, min_size=1, max_size=2))
        key["mistakes"] = [{"value": wrong, "feedback": "pair"}]
    value = draw(odd_values) if draw(st.integers(0, 9)) == 0 else draw(values[kind])
    return exercise, key, value


@pytest.fixture(scope="module")
def script(browser: Browser):
    """Return a page on which the script is loaded, and nothing mounted."""
    source = (resources.files("bordercount") / "assets" / "exercise.js").read_text("utf-8")
    page = browser.new_page()
    page.evaluate(f"window.rule = (() => {{ {source}; return bordercount; }})()")
    yield page
    page.close()


@settings(max_examples=40)
@given(st.lists(questions(), min_size=100, max_size=150))
def test_both_judge_alike(script, asked):
    theirs = script.evaluate(
        "text => JSON.parse(text).map(asked => rule.judge(...asked))",
        json.dumps(asked),
    )
    for (exercise, key, value), found in zip(asked, theirs, strict=True):
        assert found == vars(answers.judge(exercise, key, value)), (exercise, key, value)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=20), st.text(max_size=80)), min_size=50))
def test_both_give_a_student_the_same_case(script, asked):
    asked = [
        (exercise_id.encode("utf-8", "replace").decode(), student) for exercise_id, student in asked
    ]
    theirs = script.evaluate(
        "text => JSON.parse(text).map(([id, student]) => rule.caseNumber(id, student, 97))",
        json.dumps(asked),
    )
    assert theirs == [answers.case_number(each, student, 97) for each, student in asked]


@given(st.dictionaries(st.text(), st.text() | st.integers(-(2**53) + 1, 2**53 - 1)))
def test_javascript_reads_the_key_that_python_hid(script, key):
    key = json.loads(json.dumps(key).encode("utf-8", "replace"))
    whole = {name: value for name, value in key.items() if not has_half_character(name, value)}
    hidden = answers.encode(whole, "counts.days")
    assert script.evaluate("text => rule.decode(text, 'counts.days')", hidden) == whole


def has_half_character(*texts):
    """Return whether a text holds half of a character, which no file can."""
    return any("\ud800" <= character <= "\udfff" for text in texts for character in str(text))
