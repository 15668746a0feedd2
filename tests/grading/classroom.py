"""What the grading tests share: a small course, sheets made by hand, a run and its tables."""

import csv
import io
import json
import zipfile
from pathlib import Path

from bordercount.answers import write_number
from bordercount.grading import Options, grade, marking

AT = "2026-03-02T15:04:05Z"


class Class:
    """Makes sheets for the small course, and grades them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.submissions = folder / "submissions"
        self.out = folder / "grades"
        self.exam = marking.exam()

    def right(self, student: str) -> dict:
        """Return the right answers of a student's own cases, but for code, which needs a room."""
        given = {}
        for name, question in self.exam.questions.items():
            case = question.case_of(student)
            answer = question.keys[case]["answer"]
            if question.kind in ("number", "estimate"):
                answer = write_number(int(answer), question.rule["decimals"])
            elif question.kind == "text":
                answer = "It matters to readers who have to decide."
            elif question.kind == "code":
                continue
            given[name] = {
                "value": answer,
                "case": dict(question.cases[case]),
                "tries": 1,
                "at": AT,
            }
        return given

    def sheet(self, student: str, answers: dict | None = None, **changes) -> str:
        """Return an answers.json: right, but for the answers given here."""
        entries = self.right(student) | (answers or {})
        content = {
            "format": "bordercount-answers/1", "module": "0.1.0", "student": student,
            "answers": entries, **changes,
        }  # fmt: skip
        return json.dumps(content, ensure_ascii=False)

    def answer(self, value, case=None, tries=1, at=AT) -> dict:
        """Return one entry of a sheet."""
        return {"value": value, "case": case or {}, "tries": tries, "at": at}

    def put(self, name: str, content: str | bytes) -> Path:
        """Write a file of the hand-in."""
        path = self.submissions / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        path.write_bytes(data)
        return path

    def grade(self, submissions: Path | None = None, **options):
        """Grade the hand-in, and return the summary."""
        return grade(Options(submissions or self.submissions, self.out, **options))

    def table(self, name: str = "grades.csv") -> list[dict[str, str]]:
        """Return one of the tables that the last run wrote."""
        return list(csv.DictReader(io.StringIO((self.out / name).read_text("utf-8-sig"))))

    def of(self, student: str) -> dict[str, dict[str, str]]:
        """Return a student's rows of grades.csv, by exercise."""
        return {row["exercise"]: row for row in self.table() if row["student"] == student}

    def points(self, student: str) -> float:
        """Return the points that a student has."""
        return sum(float(row["points"] or 0) for row in self.of(student).values())

    def problems(self) -> list[tuple[str, str]]:
        """Return student and kind of each row of problems.csv."""
        return [(row["student"], row["problem"]) for row in self.table("problems.csv")]


FULL = 6.0  # what all right answers are worth that no person has to judge and no room to run
CODE = """def total(table, month):
    return table.loc[table["month"] == month, "encounters"].sum()
"""  # is worth one point


def zipped(files: dict[str, str | bytes], **attributes) -> bytes:
    """Return a zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(info, key, value)
            archive.writestr(info, content)
    return out.getvalue()
