"""The worksheets are what the questions make of them, and fit to open."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from bordercount import exercises, worksheets

ROOT = Path(__file__).parents[1]
NAMES = sorted(path.stem for path in (ROOT / "exercises").glob("*.yml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_committed_worksheet_is_fresh(clone, name):
    path = clone / "exercises" / f"{name}.ipynb"
    assert path.is_file(), f"no {path.name}: write it with `bordercount worksheets`"
    found, wanted = path.read_text(encoding="utf-8"), worksheets.worksheet(name)
    assert found == wanted, f"{path.name} is not what {name}.yml makes: `bordercount worksheets`"


def test_no_worksheet_is_left_over():
    assert sorted(path.stem for path in (ROOT / "exercises").glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_questions_have_the_order_of_the_page_so_that_both_number_them_alike(clone, name):
    page = (clone / "book" / f"{name}.md").read_text(encoding="utf-8")
    placed = re.findall(rf'exercise\("{name}\.(\w+)"', page)
    assert [each.id for each in exercises.load(name).exercises] == placed


@pytest.fixture(params=["demo", *NAMES])
def made(request, demo, monkeypatch):
    """Return a chapter's questions and the notebook that is made of them."""
    if request.param != "demo":
        monkeypatch.setenv("BORDERCOUNT_COURSE", str(ROOT))
    text = worksheets.worksheet(request.param)
    return exercises.load(request.param), nbformat.reads(text, as_version=4)


def test_a_worksheet_is_a_valid_notebook_without_outputs(made):
    _, notebook = made
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    for cell in code:
        ast.parse(cell.source)


def test_each_exercise_has_its_prompt_in_words_and_its_cell(made):
    chapter, notebook = made
    cells = {cell.id: cell for cell in notebook.cells}
    name = notebook.cells[0].id.removesuffix("-start")
    for exercise in chapter.exercises:
        prompt = cells[f"{name}-{exercise.id}-prompt"]
        assert prompt.cell_type == "markdown"
        assert exercises.fill(exercise.prompt, exercise.cases[0]) in prompt.source
        assert f'exercise("{name}.{exercise.id}"' in cells[f"{name}-{exercise.id}"].source
    assert len(cells) == 2 * len(chapter.exercises) + 4


def test_a_worksheet_ends_with_the_hand_in(made):
    _, notebook = made
    name = notebook.cells[0].id.removesuffix("-start")
    assert notebook.cells[-1].source == f'hand_in("{name}")'


def test_a_function_to_write_starts_with_what_is_given(demo):
    notebook = nbformat.reads(worksheets.worksheet("demo"), as_version=4)
    (source,) = [cell.source for cell in notebook.cells if cell.id == "demo-total_code"]
    assert source.startswith("import math\n\ndef total(table, month):\n")
    assert source.endswith('\n\n\nexercise("demo.total_code", total)')


def test_writing_replaces_each_worksheet_and_leaves_nothing_else(demo):
    folder = demo / "exercises"
    before = sorted(folder.iterdir())
    (folder / "demo.ipynb").write_text("{}")
    assert worksheets.write() == [folder / "demo.ipynb"]
    assert (folder / "demo.ipynb").read_text(encoding="utf-8") == worksheets.worksheet("demo")
    assert sorted(folder.iterdir()) == before
