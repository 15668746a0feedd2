"""The instructors' guide has every answer, and nothing that students read has a model answer."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bordercount import answers, exercises, forms, guide, keys, worksheets

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted(path.stem for path in (ROOT / "exercises").glob("*.yml"))
VOID = {"meta", "link", "br", "hr", "img", "input"}


class Outline(HTMLParser):
    """Checks that tags close in order; keeps headings, ids, links and the text."""

    def __init__(self):
        super().__init__()
        self.open, self.levels, self.ids, self.links, self.text = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch(r"h\d", tag):
            self.levels.append(int(tag[1]))
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "src"):
                self.links.append(value)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.text.append(data)


def outline(page):
    found = Outline()
    found.feed(page)
    assert found.open == []
    return found


def squeezed(text):
    return " ".join(text.split())


@pytest.fixture(scope="module")
def page():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORDERCOUNT_COURSE", str(ROOT))
        return guide.rendered()


@pytest.fixture(scope="module")
def text(page):
    return squeezed(" ".join(outline(page).text))


def every(*kinds):
    return [
        pytest.param(name, exercise, id=f"{name}-{exercise.id}")
        for name in CHAPTERS
        for exercise in exercises.load(name).exercises
        if not kinds or exercise.kind in kinds
    ]


@pytest.fixture
def part(page):
    """Return a function that gives the part of the guide on one exercise, as text."""

    def of(name, exercise):
        start = page.index(f'<h3 id="{name}.{exercise.id}">')
        end = min(
            found for mark in ("<h3 ", "</section>") if (found := page.find(mark, start + 1)) > 0
        )
        return squeezed(" ".join(outline(page[start:end]).text))

    return of


def shown(rendered):
    """Return a piece of HTML as text."""
    return squeezed(" ".join(outline(str(rendered)).text))


# --- what is in it --------------------------------------------------------------------------------


def test_every_chapter_and_exercise_stands_in_it_once_in_order(clone, page):
    wanted = [
        each
        for name in exercises.in_order()
        for each in (name, *(f"{name}.{one.id}" for one in exercises.load(name).exercises))
    ]
    assert outline(page).ids == wanted


@pytest.mark.parametrize(("name", "exercise"), every())
def test_an_exercise_has_its_prompt_hints_and_objective(clone, part, name, exercise):
    found = part(name, exercise)
    assert shown(forms.block(exercises.fill(exercise.prompt, exercise.cases[0]))) in found
    assert exercises.load(name).objectives[exercise.objective] in found
    for hint in exercise.hints:
        assert shown(forms.inline(exercises.fill(hint, exercise.cases[0]))) in found


JUDGED = every("choice", "multiple", "number", "match", "order", "estimate")


@pytest.mark.parametrize(("name", "exercise"), JUDGED)
def test_the_answer_of_every_case_its_reason_and_every_mistake_are_there(
    clone, part, name, exercise
):
    found = part(name, exercise)
    for case in exercise.cases:
        key = keys.key(name, exercise, case)
        assert shown(guide.written(exercise, case, key["answer"])) in found
        assert squeezed(key["because"]) in found
        if exercise.kind == "number":
            for wrong in key["mistakes"]:
                assert answers.write_number(int(wrong["value"]), exercise.decimals) in found
    for function, feedback in keys.known_mistakes(name, exercise):
        assert function.__name__ in found
        beginning = re.split(r"\{", squeezed(feedback))[0]
        assert beginning in found


@pytest.mark.parametrize(("name", "exercise"), every("code"))
def test_code_has_a_solution_mistakes_and_the_number_of_hidden_inputs(clone, part, name, exercise):
    found = part(name, exercise)
    hidden = len(keys.hidden_inputs(name, exercise))
    assert f"Hidden inputs, which only the grader tries: {hidden}." in found
    assert squeezed(guide.source(keys.answer_function(name, exercise))) in found
    for function, feedback in keys.known_mistakes(name, exercise):
        assert squeezed(guide.source(function)) in found
        assert squeezed(feedback) in found


@pytest.mark.parametrize(("name", "exercise"), every("text"))
def test_a_text_has_its_rubric_and_model_answer(clone, part, name, exercise):
    found = part(name, exercise)
    for row in exercise.rubric:
        assert squeezed(row.criterion) in found
    for case in exercise.cases:
        model = keys.answer_function(name, exercise)(**case)
        assert len(model.split()) > 10
        assert squeezed(model) in found


# --- how it is made -------------------------------------------------------------------------------


def test_it_asks_no_other_host_and_its_headings_have_no_gaps(page):
    found = outline(page)
    assert all(link.startswith(("#", "data:")) for link in found.links), found.links
    assert {link[1:] for link in found.links if link.startswith("#")} <= set(found.ids)
    assert not re.search(r"@import|url\(|<script", page)
    assert found.levels.count(1) == 1
    assert all(
        after <= before + 1 for before, after in zip(found.levels, found.levels[1:], strict=False)
    )
    assert '<html lang="en">' in page


def test_every_table_has_a_caption_and_headers(page):
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        assert "<caption>" in table
        assert 'scope="col"' in table
        assert not re.search(r"<th[^>]*>\s*</th>", table)


def test_what_authors_write_is_escaped(demo):
    course = demo / "exercises" / "demo.yml"
    text = course.read_text("utf-8").replace("Names a reader", "Names <script>alert(1)</script>")
    course.write_text(text, encoding="utf-8")
    solutions = demo / "solutions" / "demo.py"
    code = solutions.read_text("utf-8").replace('"because"', '"<b>bold</b> & more"')
    code = code.replace("ICE is another agency.", "<i>ICE</i> is another agency.")
    solutions.write_text(code, encoding="utf-8")
    page = guide.rendered()
    outline(page)
    assert "<script" not in page
    assert "&lt;/script&gt;&lt;b&gt;" in page  # the prompt's
    assert "Names &lt;script&gt;" in page
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in page
    assert "&lt;i&gt;ICE&lt;/i&gt;" in page


def test_cases_are_said_in_words():
    assert guide.said({"month": "2024-02", "component": "usbp", "year": 2020}) == (
        "month: February 2024, component: usbp, year: 2020"
    )
    assert guide.said({}) == ""


# --- what students read ---------------------------------------------------------------------------


def runs(text, length=20):
    """Return every run of some words of a text, in lower case and without punctuation."""
    words = re.findall(r"\w+", html.unescape(re.sub(r"<[^>]*>", " ", text)).lower())
    return {" ".join(words[start : start + length]) for start in range(len(words) - length + 1)}


@pytest.mark.parametrize(("name", "exercise"), every("text"))
def test_no_form_page_or_worksheet_has_a_part_of_a_model_answer(clone, name, exercise):
    sources = [path.read_text("utf-8") for path in (ROOT / "book").glob("*.md")]
    read = [*sources, worksheets.worksheet(name)]
    for case in exercise.cases:
        model = runs(keys.answer_function(name, exercise)(**case))
        assert model
        for text in [*read, forms.fieldset(exercise, case)]:
            assert model & runs(text) == set()
        assert keys.key(name, exercise, case)["answer"] is None
    assert "bordercount guide" not in worksheets.worksheet(name)
