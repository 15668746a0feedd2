"""A student's feedback page: what was answered, the verdict, and what the mistake tells."""

import html
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
MOST_FRAMES = 5_000
CHOSEN = ("choice", "multiple", "match", "order")  # what is typed differs in form, too
MOST_SHARED = 400  # characters of an answer that is worth keeping for the next student
PLACE = "\ue000"  # in a frame: where the answer goes
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
    "not read": ("not read", ""),
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
        self.answers: dict[tuple[str, int, str], str] = {}
        self.frames: dict[tuple[object, ...], tuple[str, str]] = {}
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
        """Return one exercise's part of the page: a frame that many share, around the answer."""
        key = (
            question.id, result.case, result.verdict, result.points, result.feedback, result.tries,
            held,
        )  # fmt: skip
        if key not in self.frames:
            if len(self.frames) >= MOST_FRAMES:
                self.frames.clear()
            before, after = self.frame(question, result, held).split(PLACE)
            self.frames[key] = (before, after)
        before, after = self.frames[key]
        return Markup(before + self.answer(question, result) + after)

    def answer(self, question: Question, result: Result) -> str:
        """Return a student's answer as HTML, the same for all who gave the same."""
        if result.value is None or question.kind not in CHOSEN:
            return answered(question, result)
        key = (question.id, result.case, result.answer)
        if len(result.answer) > MOST_SHARED:
            return answered(question, result)
        if key not in self.answers:
            if len(self.answers) >= MOST_FRAMES:
                self.answers.clear()
            self.answers[key] = answered(question, result)
        return self.answers[key]

    def frame(self, question: Question, result: Result, held: bool) -> str:
        """Render one exercise's part of the page, with a place for the answer."""
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
        return self.item_template.render(
            id=question.id,
            verdict=verdict,
            tone=tone,
            points="\u2013" if result.points is None else decimal(result.points),
            most=question.points,
            prompt=prompt(question.prompts[result.case]),
            answered=PLACE,
            feedback="" if feedback == key["because"] else feedback.replace(PLACE, ""),
            why=key["because"] if certain else "",
            answer=right(question, result.case) if self.show_answers else [],
            tries=result.tries,
        )


def answered(question: Question, result: Result) -> str:
    """Return a student's answer as HTML, escaped; nothing, if there is none to show."""
    if result.value is None or answers.empty(result.value):
        return ""
    given = [html.escape(each) for each in parts(question, result.value, result.case)]
    if len(given) > 1:
        return f"<p>Your answer:</p>\n<ul><li>{'</li><li>'.join(given)}</li></ul>\n"
    if question.kind in ("text", "code"):
        return f"<p>Your answer:</p>\n<pre>{given[0]}</pre>\n"
    read = result.understood
    read = f" (read as {html.escape(read)})" if read and read != given[0] else ""
    return f"<p>Your answer: {given[0]}{read}</p>\n"


@cache
def prompt(text: str) -> Markup:
    """Return a question as HTML. It is the course's own text."""
    return Markup(forms.block(text))


def decimal(points: Decimal) -> str:
    """Return points without needless zeros: 2, 1.5, 0.33."""
    text = f"{points:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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
