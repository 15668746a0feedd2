"""Exercises as a page and a notebook show them: `exercise("counts.days")`, `hand_in()`.

A notebook gets a widget, and its answers are saved in answers.json; the book gets the form
alone, which one script brings to life. It needs the standard library, ipywidgets and anywidget.
"""

import html
import json
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from IPython.display import HTML

from bordercount import answers, course, sheet

BOOK = "bordercount"
STATIC = "BORDERCOUNT_STATIC"
Message = Mapping[str, Any]


def static() -> bool:
    """Return whether pages are being built, so that no widget may be made."""
    return bool(os.environ.get(STATIC))


class UnknownExerciseError(LookupError):
    """There is no exercise of that id."""


def chapter(name: str) -> dict[str, Any]:
    """Return a chapter's compiled exercises, computed anew where the solutions are at hand.

    Raises `UnknownExerciseError` for a chapter that is not there, or not compiled.
    """
    return read_chapter(course.root(), name)


@cache
def read_chapter(root: Path, name: str) -> dict[str, Any]:
    """Return a chapter of the course at `root`; it is read once, for it has many exercises."""
    if (root / "solutions" / f"{name}.py").is_file():
        from bordercount import keys  # an author's or instructor's copy has all that this needs

        return keys.compile_chapter(name)
    try:
        return dict(json.loads((root / "exercises" / f"{name}.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UnknownExerciseError(
            f"no compiled exercises of a chapter {name!r} in {root / 'exercises'}"
        ) from None


def find(exercise_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a chapter and its compiled exercise with this id. Raises `UnknownExerciseError`."""
    name, _, short = exercise_id.partition(".")
    found = chapter(name)
    if short not in found["exercises"]:
        known = ", ".join(f"{name}.{each}" for each in found["exercises"])
        raise UnknownExerciseError(f"no exercise {exercise_id!r}; {name} has {known}")
    return found, found["exercises"][short]


def about(compiled_chapter: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form needs to know of the course: book, version, all ids, and their cases."""
    return {
        "book": BOOK,
        "module": compiled_chapter["module"],
        "exercises": compiled_chapter["all"],
        "varied": compiled_chapter["varied"],
    }


def data(name: str, value: Any) -> str:
    """Return JSON for a script to read, which no text in it can end early."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" class="{name}">{text}</script>'


def form(compiled: Mapping[str, Any], case: int, described: Mapping[str, Any]) -> str:
    """Return one compiled exercise as HTML, showing one of its cases."""
    kind = compiled["kind"]
    understood = '<p class="bc-understood" role="status"></p>' if "unit" in compiled else ""
    word = {"estimate": "Commit", "text": "Save"}.get(kind, "Check")
    check = f'<button type="submit">{word}</button> ' if kind != "code" else ""
    hint = (
        '<button type="button" class="bc-hint">Hint</button>'
        if compiled["cases"][case]["hints"]
        else ""
    )
    sent = {
        key: compiled[key]
        for key in ("id", "kind", "unit", "decimals", "tolerance", "cases")
        if key in compiled
    }
    return (
        f'<div class="bc-exercise" data-exercise="{compiled["id"]}" data-case="{case}">'
        '<form novalidate autocomplete="off">'
        f"<fieldset>{compiled['cases'][case]['form']}</fieldset>{understood}"
        f'<div class="bc-actions">{check}{hint}</div>'
        '<div class="bc-hints"></div><div class="bc-feedback" role="status"></div>'
        '<p class="bc-saved" role="status"></p></form>'
        f"{data('bc-data', sent)}{data('bc-course', described)}</div>"
    )


class Desk:
    """Where a notebook's answers go: the sheet in the working directory, and all open widgets."""

    def __init__(self, path: Path) -> None:
        """Open the sheet at `path`; a damaged one is set aside at the first save."""
        self.path = path
        self.widgets: list[Any] = []

    def read(self) -> tuple[sheet.Sheet, str]:
        """Return the sheet as it stands on disk, and what is wrong with it, if anything is."""
        try:
            return sheet.read(self.path), ""
        except sheet.SheetError as error:
            trouble = f"is damaged ({error}). It is set aside under another name when you answer."
        except OSError as error:
            trouble = f"cannot be read: {error.strerror}."
        return sheet.Sheet(), f"{self.path.name} {trouble}"

    @property
    def sheet(self) -> sheet.Sheet:
        """The sheet as it stands on disk; an empty one where it cannot be read."""
        return self.read()[0]

    def state(self) -> dict[str, Any]:
        """Return what widgets show: the student, the answers, and the sheet's trouble."""
        found, trouble = self.read()
        return {
            "student": found.student,
            "answers": {name: each.as_dict() for name, each in found.answers.items()},
            "trouble": trouble,
        }

    def tell(self) -> None:
        """Send the sheet's state to every open widget."""
        state = self.state()
        self.widgets = [widget for widget in self.widgets if widget.comm is not None]
        for widget in self.widgets:
            widget.state = state

    def merge(self, module: str, entries: Mapping[str, Any], student: str) -> None:
        """Save answers that the form of `student` sent; "" is whoever the sheet belongs to.

        Raises `SheetError` for answers that are not in form, once the others are saved, and
        for the form of one student over the sheet of another, whom another notebook let in.
        """
        owner = self.sheet.student
        if student and owner and answers.normal(student) != answers.normal(owner):
            raise sheet.SheetError(f"the answers here are now those of {owner}.")
        read = {name: sheet.read_answer(entry) for name, entry in entries.items()}
        good = {name: answer for name, answer in read.items() if answer is not None}
        sheet.save(self.path, "" if owner else student, module, good)
        if bad := sorted(set(read) - set(good)):
            raise sheet.SheetError(f"not an answer: {', '.join(bad)}.")

    def hear(self, module: str, message: Message) -> str:
        """Do what a form asks, and return what went wrong: nothing, if it is empty."""
        trouble = ""
        try:
            if message["do"] == "merge":
                self.merge(module, message["answers"], message.get("student", ""))
            elif message["do"] == "student":
                sheet.save(self.path, str(message["student"]), module, {})
            elif message["do"] == "forget":
                sheet.forget(self.path)
        except sheet.SheetError as error:
            trouble = f"Not saved: {error}"
        except OSError as error:
            trouble = f"Not saved: {error.strerror}: {error.filename}."
        self.tell()
        return trouble


@cache
def desk() -> Desk:
    """Return the desk of this kernel: answers.json beside the notebook."""
    return Desk(Path.cwd() / "answers.json")


def asset(name: str) -> str:
    """Return the text of one of the package's assets."""
    return (resources.files("bordercount") / "assets" / name).read_text(encoding="utf-8")


def module(render: str) -> str:
    """Return the script as a notebook's widgets load it, with a function that renders one."""
    return f"{asset('exercise.js')}\nexport default {{ render: {render} }};\n"


@cache
def widget_class() -> Any:
    """Return the widget's class. It is made on first use, since importing anywidget takes time."""
    import anywidget
    import traitlets

    class FormWidget(anywidget.AnyWidget):
        """A form in a notebook: its HTML, and the student's state."""

        _esm = module("bordercount.render")
        _css = asset("exercise.css")
        html = traitlets.Unicode().tag(sync=True)
        course = traitlets.Dict().tag(sync=True)
        here: Any = traitlets.List().tag(sync=True)
        state = traitlets.Dict().tag(sync=True)

    return FormWidget


class Form:
    """Something with fields: HTML in the book, a widget that saves answers in a notebook."""

    html = ""
    text = ""

    def __init__(self, described: Mapping[str, Any], here: list[str]) -> None:
        """Keep the course, and the exercises whose progress is shown."""
        self.course = dict(described)
        self.here = here
        self.made: Any = None

    @property
    def widget(self) -> Any:
        """The widget, made when it is first shown in a live notebook, or after it was closed."""
        if self.made is None or self.made.comm is None:
            place = f'<div class="bc-bar{"" if self.here else " bc-compact"}"></div>'
            self.made = widget_class()(
                html=self.html + place, course=self.course, here=self.here, state=desk().state()
            )
            self.made.on_msg(self.hear)
            desk().widgets.append(self.made)
        return self.made

    def hear(self, widget: Any, message: Message, buffers: object) -> None:
        """Answer a form's message."""
        trouble = desk().hear(self.course["module"], message)
        widget.send({"answer": message.get("answer"), "trouble": trouble})

    def bundle(self) -> dict[str, Any]:
        """Return what stands in for the widget where there is none."""
        return {"text/plain": self.text, "text/html": self.html}

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        if static():
            return self.bundle()
        self.widget.state = desk().state()  # another notebook may have written to the sheet
        live = self.widget._repr_mimebundle_()
        return {**(live[0] if isinstance(live, tuple) else live), **self.bundle()}


class Exercise(Form):
    """One exercise."""

    def __init__(self, compiled: Mapping[str, Any], described: Mapping[str, Any]) -> None:
        """Show a compiled exercise."""
        self.compiled = compiled
        super().__init__(described, [])

    @property
    def case(self) -> int:
        """The student's case; in a page the script changes to it."""
        student = "" if static() else desk().sheet.student
        return answers.case_number(self.compiled["id"], student, len(self.compiled["cases"]))

    @property
    def html(self) -> str:  # type: ignore[override]  # it depends on the student
        """The form with the student's case."""
        return form(self.compiled, self.case, self.course)

    @property
    def text(self) -> str:  # type: ignore[override]  # it depends on the student
        """The prompt with the student's case."""
        return str(self.compiled["prompts"][self.case])

    def submit(self, function: Callable[..., Any]) -> HTML:
        """Record the function's source, try it on the public inputs, and return the report.

        The starter as it was given is no answer, and the same function again is no further try.
        """
        from bordercount import trial  # only code answers need pandas

        compiled = self.compiled
        try:
            source = trial.source_of(function, compiled["function"])
        except trial.SourceError as error:
            return HTML(f"<p>{html.escape(str(error))}</p>")
        if trial.untouched(source, compiled["starter"]):
            return HTML("<p>Not answered yet: write the function, then run this cell.</p>")
        before = desk().sheet.answers.get(compiled["id"])
        trouble = ""
        if before is None or before.value != source:
            tries, at = (before.tries + 1, before.at) if before else (1, "")
            given = sheet.Answer(source, {}, tries, sheet.now(after=at)).as_dict()
            asked = {"do": "merge", "answers": {compiled["id"]: given}}
            trouble = desk().hear(self.course["module"], asked)
        found = trial.run(source, compiled["function"], compiled["given"], compiled["inputs"])
        return report(compiled, found, trouble or "Your function is saved.")


class HandIn(Form):
    """The end of a worksheet: progress, and the answers to hand in."""

    def __init__(self, compiled_chapter: Mapping[str, Any]) -> None:
        """Speak of the exercises of one chapter."""
        name = compiled_chapter["chapter"]
        here = [f"{name}.{short}" for short in compiled_chapter["exercises"]]
        super().__init__(about(compiled_chapter), here)

    def bundle(self) -> dict[str, Any]:
        """Return the sheet itself too, so that a notebook that is handed in can be graded."""
        found = desk().sheet
        given = sum(name in found.answers for name in self.here)
        text = (
            f"{given} of {len(self.here)} exercises of this chapter are answered. "
            f"Hand in the file {desk().path}."
        )
        return {
            "text/plain": text,
            "text/html": f"<p>{html.escape(text)}</p>",
            sheet.MIME: json.loads(found.dumps()),
        }


def report(compiled: Mapping[str, Any], found: Sequence[Any], said: str) -> HTML:
    """Return what a student's function gave for each public input, and what it may have missed.

    `said` tells whether it is saved. Hints open on request until all is as wanted.
    """
    from bordercount import trial

    key = answers.decode(compiled["wanted"], compiled["id"])
    rule = compiled["decimals"], compiled["matters"]
    agreed = trial.agrees(key["wanted"], found, *rule)
    known = (
        mistake["feedback"]
        for mistake in key["mistakes"]
        if all(trial.agrees(mistake["outputs"], found, *rule))
    )
    feedback, hints = "", ""
    if not all(agreed):
        feedback = next(known, "")
        hints = "".join(
            f"<details><summary>Hint {number}</summary><p>{hint}</p></details>"
            for number, hint in enumerate(compiled["cases"][0]["hints"], start=1)
        )
    rows = "".join(
        f"<tr><td>{html.escape(', '.join(map(trial.described, arguments)))}</td>"
        f"<td>{html.escape(str(each))}</td>"
        f"<td>{'as wanted' if right else 'not what was wanted'}</td></tr>"
        for arguments, each, right in zip(compiled["inputs"], found, agreed, strict=True)
    )
    return HTML(
        f"<p><strong>{sum(agreed)} of {len(agreed)} public inputs give what is wanted.</strong> "
        f"{html.escape(feedback)} The grader tries {compiled['more']} more. "
        f"{html.escape(said)}</p>"
        '<table><thead><tr><th scope="col">input</th><th scope="col">your function</th>'
        f'<th scope="col">result</th></tr></thead><tbody>{rows}</tbody></table>{hints}'
    )


def exercise(exercise_id: str, function: Callable[..., Any] | None = None) -> Exercise | HTML:
    """Return the exercise with this id, such as "counts.days"; two copies share their state.

    With `function`, answer an exercise of the kind `code`: the function's source is recorded, and
    the report on the public inputs comes back. Raises `UnknownExerciseError` for an unknown id.
    """
    found = one(exercise_id)
    return found if function is None else found.submit(function)


@cache
def one(exercise_id: str) -> Exercise:
    """Return the exercise, the same object each time."""
    found, compiled = find(exercise_id)
    return Exercise(compiled, about(found))


@cache
def hand_in(name: str) -> HandIn:
    """Return the end of a chapter's worksheet; run it again after the last answer.

    Raises `UnknownExerciseError` for a chapter that is not there.
    """
    return HandIn(chapter(name))
