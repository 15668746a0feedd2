"""What the class misunderstood: counted as the grades go by, shown as one page."""

import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

import bordercount
from bordercount.answers import trim
from bordercount.grading import feedback
from bordercount.grading.csvfile import clean
from bordercount.grading.judging import Graded
from bordercount.grading.marking import Exam, Question, Result

MOST_ANSWERS = 2_000  # different answers counted for one exercise; the rest is counted together
MOST_LETTERS = 400  # of one of them
SHOWN = 8  # answers of one exercise that the page lists
BARS = 12  # misconceptions in the figure
FEW = 8  # students below which figures say little
HARD, SHARP = 0.5, 0.2  # below: most did not get it; it does not tell who knows from who does not
SAME_TEXT = 40  # characters from which equal free text is more than chance
REST = "(other answers)"
VERDICTS = {
    "right": "right",
    "recorded": "recorded",
    "marked": "marked by you",
    "partly": "partly right",
    "mistake": "a known mistake",
    "wrong": "another mistake",
    "unreadable": "not understood",
    "not attempted": "not answered",
    "to mark": "waiting for your points",
    "not run": "not run",
    "to decide": "waiting for your decision",
    "not read": "not read",
}


@dataclass
class Tally:
    """What is counted of one exercise."""

    answered: int = 0
    judged: int = 0
    tries: int = 0
    repeated: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[int, str]] = field(default_factory=Counter)
    mistakes: Counter[str] = field(default_factory=Counter)
    x: float = 0.0  # sums over students: the score, the rest of the score, products
    xx: float = 0.0
    rest: float = 0.0
    rest_rest: float = 0.0
    x_rest: float = 0.0

    def add(self, result: Result, score: float | None, rest: float) -> None:
        """Count one student's result; `rest` is the student's score without this exercise."""
        self.verdicts[result.verdict] += 1
        if result.verdict in ("not attempted", "not read"):
            return
        self.answered += 1
        self.tries += result.tries
        self.repeated += result.tries > 1
        if score is None:
            return
        self.judged += 1
        self.x += score
        self.xx += score * score
        self.rest += rest
        self.rest_rest += rest * rest
        self.x_rest += score * rest

    @property
    def difficulty(self) -> float | None:
        """The mean part of the points among those who answered: 1 is easy. None if nobody did."""
        return self.x / self.judged if self.judged else None

    @property
    def discrimination(self) -> float | None:
        """The correlation of the score with the rest of the score; None where one is constant."""
        n = self.judged
        if n < 2:
            return None
        variances = (self.xx - self.x * self.x / n, self.rest_rest - self.rest * self.rest / n)
        if min(variances) <= 1e-9 * n:
            return None
        return (self.x_rest - self.x * self.rest / n) / math.sqrt(variances[0] * variances[1])


class Report:
    """Counts results, and makes the class report of them."""

    def __init__(
        self,
        exam: Exam,
        titles: Mapping[str, str],
        objectives: Mapping[tuple[str, str], str],
    ) -> None:
        """Begin; `objectives` gives the text of each chapter's objectives."""
        self.exam = exam
        self.titles = titles
        self.objectives = objectives
        self.tallies = {name: Tally() for name in exam.questions}
        self.notes: list[str] = []
        self.students = 0
        self.complete = 0
        self.points: list[float] = []
        self.same: dict[tuple[str, bytes], list[str]] = defaultdict(list)

    def add(self, graded: Graded) -> None:
        """Count one student."""
        self.students += 1
        if graded.held:
            return
        self.complete += not graded.pending
        if "not read" not in graded.pending:
            self.points.append(float(graded.points))
        scores = [
            None
            if each.points is None
            else float(each.points) / self.exam.questions[each.exercise].points
            for each in graded.results
        ]
        total = sum(score for score in scores if score is not None)
        for result, score in zip(graded.results, scores, strict=True):
            tally = self.tallies[result.exercise]
            tally.add(result, score, total - (score or 0.0))
            if result.value is not None and result.verdict not in ("not attempted", "to decide"):
                self.count_answer(tally, result, graded.student)

    def count_answer(self, tally: Tally, result: Result, student: str) -> None:
        """Count what was answered, which misconception it shows, and equal free text."""
        if self.exam.questions[result.exercise].kind in ("text", "code"):
            text = " ".join(str(result.value).split())
            if len(text) >= SAME_TEXT:
                key = hashlib.sha256(text.casefold().encode("utf-8", "replace")).digest()[:12]
                self.same[result.exercise, key].append(student)
            if result.verdict == "mistake":
                tally.mistakes[result.feedback] += 1
            return
        answer = (result.case, result.answer[:MOST_LETTERS])
        if answer not in tally.answers and len(tally.answers) >= MOST_ANSWERS:
            answer = (0, REST)
        tally.answers[answer] += 1
        if result.verdict == "mistake":
            tally.mistakes[result.feedback] += 1

    def page(self, waiting: Sequence[str] = ()) -> str:
        """Return the report as a page that needs nothing else; it begins with what waits."""
        return feedback.environment().get_template("report.html").render(
            course=feedback.COURSE,
            version=bordercount.__version__,
            css=feedback.css(),
            notes=self.notes,
            waiting=waiting,
            chapters=dict.fromkeys(name.partition(".")[0] for name in self.exam.questions),
            students=self.students,
            complete=self.complete,
            few=FEW if len(self.points) < FEW else 0,
            most=self.exam.points,
            spread=self.spread(),
            figures=self.figures(),
            rows=[self.row(each) for each in self.exam.questions.values()],
            mistakes=self.misconceptions(),
            objectives=self.by_objective(),
            details=[self.detail(each) for each in self.exam.questions.values()],
            same=self.same_texts(),
        )  # fmt: skip

    def figures(self) -> list[Markup]:
        """Return the figures; none for a group so small that tables say it better."""
        if len(self.points) < FEW:
            return []
        from bordercount.grading import plots  # loading what draws takes a second

        source = f"{self.students} students; only what is judged so far counts."
        spread = self.spread()
        alt = (
            f"Histogram of points per student. The lowest is {spread['lowest']}, the median "
            f"{spread['median']}, the highest {spread['highest']} of {self.exam.points}."
        )
        made = [plots.points(self.points, self.exam.points, alt, source)]
        judged = {
            name: tally.difficulty
            for name, tally in self.tallies.items()
            if tally.difficulty is not None and self.exam.questions[name].kind != "estimate"
        }
        if judged:
            ordered = sorted(judged, key=lambda name: (judged[name], name))
            low, high = ordered[0], ordered[-1]
            alt = (
                f"Bars of the mean score of {len(judged)} exercises. The lowest is {low} with "
                f"{percent(judged[low])}, the highest {high} with {percent(judged[high])}."
            )
            made.append(plots.difficulty(judged, alt, source))
        if met := self.misconceptions()[:BARS]:
            counts = {f"{place}. {one['id']}": one["count"] for place, one in enumerate(met, 1)}
            alt = (
                f"Bars of the {len(met)} known misconceptions met most often. The first belongs "
                f"to {met[0]['id']} and was met {met[0]['count']} times; the table has their words."
            )
            made.append(plots.mistakes(counts, alt, source))
        return [Markup(each.html) for each in made]

    def spread(self) -> dict[str, str]:
        """Return the lowest, middle and highest points of the class."""
        ordered = sorted(self.points)
        if not ordered:
            return {}
        half = len(ordered) // 2
        middle = ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
        return {
            name: f"{value:.2f}".rstrip("0").rstrip(".")
            for name, value in (
                ("lowest", ordered[0]),
                ("median", middle),
                ("highest", ordered[-1]),
            )
        }

    def row(self, question: Question) -> dict[str, Any]:
        """Return one exercise's line in the table of all."""
        tally = self.tallies[question.id]
        counted = question.kind != "estimate"
        difficulty = tally.difficulty if counted else None
        discrimination = tally.discrimination if counted else None
        notes = []
        if difficulty is not None and difficulty < HARD:
            notes.append("hard")
        if discrimination is not None and discrimination < SHARP and tally.judged >= FEW:
            notes.append("does not tell who knows")
        return {
            "id": question.id,
            "anchor": question.id.replace(".", "-"),
            "kind": question.kind,
            "answered": tally.answered,
            "difficulty": percent(difficulty),
            "discrimination": "" if discrimination is None else f"{discrimination:.2f}",
            "tries": f"{tally.tries / tally.answered:.1f}" if tally.answered else "",
            "repeated": percent(tally.repeated / tally.answered) if tally.answered else "",
            "notes": ", ".join(notes),
        }

    def misconceptions(self) -> list[dict[str, Any]]:
        """Return the misconceptions that were met, the most frequent first."""
        found = [
            (count, name, said)
            for name, tally in self.tallies.items()
            for said, count in tally.mistakes.items()
        ]
        found.sort(key=lambda each: (-each[0], each[1], each[2]))
        return [
            {
                "count": count,
                "share": percent(count / self.tallies[name].answered),
                "id": name,
                "objective": self.objective(self.exam.questions[name]),
                "said": said,
            }
            for count, name, said in found
        ]

    def objective(self, question: Question) -> str:
        """Return the text of the objective that an exercise serves."""
        key = (question.id.partition(".")[0], question.objective)
        return self.objectives.get(key, question.objective)

    def by_objective(self) -> list[dict[str, Any]]:
        """Return of each chapter and objective how far the class has come."""
        sums: dict[tuple[str, str], list[float]] = {}
        for question in self.exam.questions.values():
            tally = self.tallies[question.id]
            key = (question.id.partition(".")[0], question.objective)
            row = sums.setdefault(key, [0, 0.0, 0, 0])
            row[0] += 1
            if question.kind != "estimate":
                row[1] += tally.x
                row[2] += tally.judged
                row[3] += sum(tally.mistakes.values())
        return [
            {
                "chapter": self.titles.get(chapter, chapter),
                "objective": self.objectives.get((chapter, name), name),
                "exercises": int(count),
                "answers": int(judged),
                "share": percent(score / judged) if judged else "",
                "mistakes": int(mistakes),
            }
            for (chapter, name), (count, score, judged, mistakes) in sums.items()
        ]

    def detail(self, question: Question) -> dict[str, Any]:
        """Return what was answered to one exercise, the most frequent first."""
        tally = self.tallies[question.id]
        rows = []
        ordered = sorted(tally.answers.items(), key=lambda each: (-each[1], each[0]))
        for (case, answer), count in ordered[:SHOWN]:
            case_text = ", ".join(f"{k}: {v}" for k, v in question.cases[case].items())
            rows.append(
                {
                    "answer": clean(readable(question, case, answer)),
                    "case": "" if answer == REST else case_text,
                    "count": count,
                }
            )
        hidden = sum(count for _, count in ordered[SHOWN:])
        return {
            "id": question.id,
            "anchor": question.id.replace(".", "-"),
            "prompt": feedback.prompt(question.prompts[0]),
            "varied": len(question.cases) > 1,
            "rows": rows,
            "hidden": hidden,
            "verdicts": ", ".join(
                f"{word}: {tally.verdicts[verdict]}"
                for verdict, word in VERDICTS.items()
                if tally.verdicts[verdict]
            ),
        }

    def same_texts(self) -> list[dict[str, Any]]:
        """Return answers in students' own words that are equal, apart from spaces and case."""
        found = [
            {"id": name, "students": [clean(each) for each in sorted(students)]}
            for (name, _), students in self.same.items()
            if len(students) > 1
        ]
        return sorted(found, key=lambda each: (str(each["id"]), each["students"]))


def percent(part: float | None) -> str:
    """Return a part as whole percent, or nothing."""
    return "" if part is None else f"{100 * part:.0f}%"


def readable(question: Question, case: int, answer: str) -> str:
    """Return a counted answer as a reader sees it, option names replaced by their texts."""
    texts = question.options[case]
    if question.kind in ("number", "estimate"):
        return trim(answer)
    if answer in texts:
        return texts[answer]
    try:
        given = json.loads(answer)
    except ValueError:  # it was long, and cut
        given = None
    if isinstance(given, list | dict):
        return "; ".join(feedback.parts(question, given, case))
    for name in sorted(texts, key=len, reverse=True):
        answer = answer.replace(f'"{name}"', f"\u201c{texts[name]}\u201d")
    return answer
