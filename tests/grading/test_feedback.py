"""A student reads what was answered and what the mistake tells, and nobody else's business."""

import re

import pytest

LINKED = re.compile(r"""(src|href)=["'](?!#)""")


def page(klass, name):
    return (klass.out / "feedback" / f"{name}.html").read_text("utf-8")


@pytest.fixture
def graded(klass):
    klass.put("a.json", klass.sheet("s1"))
    wrong = {
        "demo.pick": klass.answer("person"),
        "demo.several": klass.answer(["usbp"]),
        "demo.pairs": klass.answer({"usbp": "at", "ofo": "at"}),
        "demo.sorted": klass.answer(["b", "a", "c"], tries=3),
        "demo.why": klass.answer("<script>alert(1)</script> & more"),
    }
    klass.put("b.json", klass.sheet("s2", wrong))
    klass.grade()
    return klass


def test_the_page_tells_answer_verdict_and_misconception(graded):
    text = page(graded, "s2")
    assert "Your answer: A person" in text
    assert "One person can be met several times. What does CBP count then?" in text
    assert "<li>Border Patrol \u2192 at ports</li>" in text
    assert "3 tries; they cost nothing." in text
    assert "Answers in your own words are still to be read." in text


def test_right_answers_are_explained_and_others_not_given_away(graded):
    assert "An encounter is one event: event." in page(graded, "s1")
    text = page(graded, "s2")
    assert "An encounter is one event" not in text
    assert "Both are parts of CBP" not in text
    assert "CBP&#39;s newest file has" not in page(graded, "s1")
    assert "CBP's newest file has" not in page(graded, "s1")


def test_right_answers_are_shown_only_on_request(graded):
    graded.grade(show_answers=True)
    text = page(graded, "s2")
    assert "<strong>Answer:</strong> An event" in text
    assert "An encounter is one event" in text
    assert "because" not in text  # a model answer to free text is not an answer to show


def test_the_page_is_whole_and_holds_nobody_elses_data(graded):
    text = page(graded, "s2")
    assert not LINKED.search(text)
    assert "s1" not in text
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in text
