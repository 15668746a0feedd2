"""A student's feedback page: what was answered, the verdict, and what the mistake tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import bordercount
from bordercount import answers, forms
from bordercount.grading.csvfile import clean
from bordercount.grading.judging import Graded
from bordercount.grading.marking import Exam, Question, Result

COURSE = "Bordercount"
LONGEST = 20_000  # characters of one answer that a page shows
MOST_PARTS = 50
VERDICTS = {
    "right": ("right", "good"),
    "recorded": ("recorded", "good"),
    "marked": ("read and marked", "good"),
    "partly": ("partly right", "bad"),
    "mistake": ("not yet", "bad"),
    "wrong": ("not yet", "bad"),
    "unreadable": ("not understood", "bad"),
    "not attempted": ("not answered", ""),
    "to mark": ("not read yet", ""),
    "not run": ("not run yet", ""),
    "to decide": ("open", ""),
}
WAITING = {
    "to mark": "Answers in your own words are still to be read.",
    "not run": "Functions are still to be run.",
    "to decide": "Some answers are waiting for your instructor.",
    "not read": "No answer sheet could be read in what you handed in. Ask your instructor.",
}
OPEN_CASE = (
    "Your instructor has a question about this answer: "
    "it is to a question that this id does not get."
)


@cache
def environment() -> Environment:
    """Return the templates; every text is escaped."""
    return Environment(
        loader=PackageLoader("bordercount"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )


@cache
def css() -> Markup:
    """Return the style of the grader's pages."""
    loader = environment().loader
    assert loader is not None
    return Markup(loader.get_source(environment(), "grading.css")[0])


@dataclass(frozen=True)
class Chapter:
    """One chapter of a feedback page."""

    id: str
    title: str
    points: str
    most: int
    pieces: list[Markup]


class Pages:
    """Makes feedback pages. What many students share is rendered once."""

    def __init__(self, exam: Exam, titles: Mapping[str, str], show_answers: bool = False) -> None:
        """Make pages for an exam; `show_answers` prints the right answers too."""
        self.exam = exam
        self.titles = titles
        self.show_answers = show_answers
        self.rendered: dict[Any, Markup] = {}
        self.chapters: dict[str, list[str]] = {}
        for name in exam.questions:
            self.chapters.setdefault(name.partition(".")[0], []).append(name)
        self.page_template = environment().get_template("feedback.html")
        self.item_template = environment().get_template("feedback_item.html")

    def page(self, graded: Graded) -> str:
        """Return one student's page, as HTML that needs nothing else."""
        results = {each.exercise: each for each in graded.results}
        chapters = [
            Chapter(
                name,
                self.titles.get(name, name),
                decimal(sum((results[each].points or Decimal(0) for each in ids), Decimal(0))),
                sum(self.exam.questions[each].points for each in ids),
                [self.item(self.exam.questions[each], results[each], graded.held) for each in ids],
            )
            for name, ids in self.chapters.items()
        ]
        return self.page_template.render(
            course=COURSE,
            version=bordercount.__version__,
            css=css(),
            student=clean(graded.student),
            name=clean(graded.name),
            points=decimal(graded.points),
            most=self.exam.points,
            pending=" ".join(WAITING[each] for each in graded.pending),
            held=graded.held,
            chapters=chapters,
        )

    def item(self, question: Question, result: Result, held: bool) -> Markup:
        """Return one exercise's part of the page."""
        value = str(result.value) if isinstance(result.value, str | list | dict) else None
        if value is not None and len(value) > 200:
            return self.made(question, result, held)
        key = (
            question.id, result.case, result.verdict, result.points, result.feedback, value,
            result.tries, held,
        )  # fmt: skip
        if key not in self.rendered:
            if len(self.rendered) > 50_000:
                self.rendered.clear()
            self.rendered[key] = self.made(question, result, held)
        return self.rendered[key]

    def made(self, question: Question, result: Result, held: bool) -> Markup:
        """Render one exercise's part of the page."""
        verdict, tone = VERDICTS[result.verdict]
        if result.verdict == "mistake" and result.points:
            verdict = VERDICTS["partly"][0]
        key = question.keys[result.case]
        feedback = result.feedback
        if result.verdict == "to decide" and not held:
            feedback = OPEN_CASE
        certain = result.verdict == "right" or (
            self.show_answers and question.kind not in ("text", "code")
        )
        return Markup(
            self.item_template.render(
                id=question.id,
                verdict=verdict,
                tone=tone,
                points="\u2013" if result.points is None else decimal(result.points),
                most=question.points,
                prompt=prompt(question.prompts[result.case]),
                given=given(question, result),
                lines=question.kind in ("text", "code"),
                understood=result.understood,
                feedback="" if feedback == key["because"] else feedback,
                why=key["because"] if certain else "",
                answer=right(question, result.case) if self.show_answers else [],
                tries=result.tries,
            )
        )


@cache
def prompt(text: str) -> Markup:
    """Return a question as HTML. It is the course's own text."""
    return Markup(forms.block(text))


def decimal(points: Decimal) -> str:
    """Return points without needless zeros: 2, 1.5, 0.33."""
    text = f"{points:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def given(question: Question, result: Result) -> list[str]:
    """Return a student's answer as a reader sees it, its parts one by one; empty if none is."""
    if result.value is None or answers.empty(result.value):
        return []
    return parts(question, result.value, result.case)


def parts(question: Question, value: Any, case: int) -> list[str]:
    """Return an answer's parts in words: option names replaced by their texts."""
    texts = question.options[case]

    def named(name: object) -> str:
        return shortened(texts.get(str(name), str(name)))

    if isinstance(value, str):
        return [named(value) if question.kind == "choice" else shortened(value)]
    if isinstance(value, list):
        return [named(each) for each in value[:MOST_PARTS]]
    pairs = list(value.items())[:MOST_PARTS]
    return [f"{named(item)} \u2192 {named(target)}" for item, target in pairs]


def shortened(text: str) -> str:
    """Return a text that a page can show: no controls, not endless."""
    text = clean(text)
    if len(text) > LONGEST:
        return f"{text[:LONGEST]} [cut here: {len(text):,} characters in all]"
    return text


def right(question: Question, case: int) -> list[str]:
    """Return the right answer of a case in words, its parts one by one; empty for text and code."""
    answer = question.keys[case]["answer"]
    if answer is None:
        return []
    if question.kind in ("number", "estimate"):
        number = answers.write_number(int(answer), question.rule.get("decimals", 0))
        return [f"{number} {question.unit}"]
    return parts(question, answer, case)
