"""The notebooks that students open: exercises/NAME.ipynb, written from exercises/NAME.yml."""

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from bordercount import exercises, parcels
from bordercount.exercises import AnyExercise, Chapter, Code, fill
from bordercount.forms import KINDS

Cell = dict[str, Any]


def worksheet(name: str) -> str:
    """Return the worksheet of a chapter as the text of an .ipynb file, without outputs.

    Each prompt stands in a Markdown cell too, for readers that show no widgets. A question with
    several cases shows the student's own in its widget.
    """
    chapter = exercises.load(name)
    cells = [markdown(f"{name}-start", opening(name, chapter)), start(name)]
    for number, exercise in enumerate(chapter.exercises, start=1):
        cells += question(name, number, exercise)
    cells += [
        markdown(f"{name}-end", "## Hand in\n\nRun the next cell last: it shows how far you are."),
        code(f"{name}-hand-in", f'hand_in("{name}")'),
    ]
    notebook = new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    return str(nbformat.writes(notebook, version=4)) + "\n"


def opening(name: str, chapter: Chapter) -> str:
    """Return the first cell's text."""
    return (
        f"# Worksheet: {chapter.title}\n\n"
        "Run all cells first (menu *Run*, *Run All Cells*). "
        "Then answer in the forms: each answer is saved at once in `answers.json`, beside this "
        "notebook, and is back when you run the cells again."
    )


def start(name: str) -> Cell:
    """Return the cell that imports what the others use."""
    return code(f"{name}-import", "from bordercount.widget import exercise, hand_in")


def question(name: str, number: int, exercise: AnyExercise) -> list[Cell]:
    """Return the cells of one exercise."""
    full = f"{name}.{exercise.id}"
    prompt = fill(exercise.prompt, exercise.cases[0])
    if len(exercise.cases) > 1:
        prompt += f"\n\n*One of {len(exercise.cases)} cases: your own stands in the form below.*"
    heading = f"## Exercise {number}: {KINDS[exercise.kind]}"
    cells = [markdown(f"{name}-{exercise.id}-prompt", f"{heading}\n\n{prompt}")]
    if isinstance(exercise, Code):
        given = f"{exercise.given.strip()}\n\n" if exercise.given.strip() else ""
        source = f'{given}{exercise.starter.strip()}\n\n\nexercise("{full}", {exercise.function})'
        return [*cells, code(f"{name}-{exercise.id}", source)]
    return [*cells, code(f"{name}-{exercise.id}", f'exercise("{full}")')]


def markdown(cell_id: str, text: str) -> Cell:
    """Return a Markdown cell with a stable id."""
    made: Cell = new_markdown_cell(text, id=identified(cell_id))
    return made


def code(cell_id: str, source: str) -> Cell:
    """Return a code cell with a stable id."""
    made: Cell = new_code_cell(source, id=identified(cell_id))
    return made


def identified(cell_id: str) -> str:
    """Return a cell id as notebooks allow it: letters, digits, - and _, at most 64 of them."""
    return cell_id.replace(".", "-")[:64]


def write() -> list[Path]:
    """Write every chapter's worksheet, all of them or none, and return the paths."""
    folder = exercises.folder()
    made = {f"{name}.ipynb": worksheet(name).encode() for name in exercises.names()}
    parcels.write(folder, made)
    return [folder / name for name in made]
