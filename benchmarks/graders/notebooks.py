"""The five questions as notebooks: the instructor's, for nbgrader and for otter, and hand-ins."""

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from lab import TABLE, Question
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from submissions import Submission

LAB = "lab"
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
READ = f'{TABLE} = pd.read_csv("{TABLE}.csv", dtype={{"month": str}})'


def first_cell(questions: Sequence[Question]) -> str:
    """Return the code before all questions: what they are given, and the table they are about."""
    return "\n".join([*dict.fromkeys(each.given for each in questions), READ])


def nbgrader_source(questions: Sequence[Question]) -> nbformat.NotebookNode:
    """Return the notebook that `nbgrader generate_assignment` makes the release of."""

    def cell(source: str, name: str, **given: Any) -> nbformat.NotebookNode:
        marks = {"grade": False, "locked": True, "solution": False, "task": False, **given}
        return new_code_cell(
            source, metadata={"nbgrader": {"grade_id": name, "schema_version": 3, **marks}}
        )

    cells = [cell(first_cell(questions), "first")]
    for each in questions:
        cells.append(new_markdown_cell(each.prompt))
        solution = f"### BEGIN SOLUTION\n{each.solution}### END SOLUTION"
        cells.append(cell(solution, each.id, solution=True, locked=False))
        for number, test in enumerate(each.asserts):
            if number >= each.shown:
                test = f"### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS"
            cells.append(cell(test, f"{each.id}-{number}", grade=True, points=1))
    return new_notebook(cells=cells, metadata=KERNEL)


def otter_master(questions: Sequence[Question]) -> nbformat.NotebookNode:
    """Return the notebook that `otter assign` makes the release and the autograder of."""
    config = f"# ASSIGNMENT CONFIG\nname: {LAB}\nexport_cell: false\nfiles: [{TABLE}.csv]"
    cells = [new_raw_cell(config), new_code_cell(first_cell(questions))]
    for each in questions:
        cells += [
            new_raw_cell(f"# BEGIN QUESTION\nname: {each.id}\npoints: {len(each.inputs)}"),
            new_markdown_cell(each.prompt),
            new_raw_cell("# BEGIN SOLUTION"),
            new_code_cell(f"# BEGIN SOLUTION\n{each.solution}# END SOLUTION"),
            new_raw_cell("# END SOLUTION"),
            new_raw_cell("# BEGIN TESTS"),
        ]
        for number, test in enumerate(each.asserts):
            hidden = str(number >= each.shown).lower()
            about = f"points: 1\nhidden: {hidden}"
            cells.append(
                new_code_cell(f'""" # BEGIN TEST CONFIG\n{about}\n""" # END TEST CONFIG\n{test}')
            )
        cells += [new_raw_cell("# END TESTS"), new_raw_cell("# END QUESTION")]
    return new_notebook(cells=cells, metadata=KERNEL)


def nbgrader_answer(cell: nbformat.NotebookNode) -> bool:
    """Return whether a cell of nbgrader's release is for an answer."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def otter_answer(cell: nbformat.NotebookNode) -> bool:
    """Return whether a cell of otter's release is for an answer."""
    return "otter_answer_cell" in cell.metadata.get("tags", [])


def write(
    released: Path,
    answers_in: Callable[[nbformat.NotebookNode], bool],
    everyone: Sequence[Submission],
    place: Callable[[Submission], Path],
) -> None:
    """Write a notebook for each submission: the released one, with the code in its answer cells."""
    empty = nbformat.read(released, as_version=4)
    for each in everyone:
        filled = copy.deepcopy(empty)
        cells = [cell for cell in filled.cells if answers_in(cell)]
        for cell, source in zip(cells, each.sources.values(), strict=True):
            cell.source = source
        path = place(each)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(filled, path)
