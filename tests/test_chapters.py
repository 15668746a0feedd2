"""Every chapter runs, and its cells still give what its golden notebook holds.

A golden notebook is the chapter's cells with their outputs, drawings left out. After a change on
purpose renew them: `make golden`.
"""

import re
from pathlib import Path

import jupytext
import nbformat
import pytest
from pytest_notebook.nb_regression import NBRegressionError

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"
CHAPTERS = sorted(
    path.stem for path in (ROOT / "book").glob("*.md") if "kernelspec:" in path.read_text("utf-8")
)
# A drawing's bytes depend on the fonts of the machine; what it says stands in its alt text. The
# hidden keys of an exercise have tests of their own.
LEFT_OUT = (
    (r"(?s)<svg.*?</svg>", "<svg/>"),
    (r"(?s)<script type=.application/json.*?</script>", "<script/>"),
)
IGNORED = (
    "/metadata",
    "/nbformat_minor",
    "/cells/*/metadata",
    "/cells/*/id",
    "/cells/*/execution_count",
    "/cells/*/outputs/*/execution_count",
)

pytestmark = pytest.mark.slow


def cells(notebook):
    return [(cell["cell_type"], cell["source"]) for cell in notebook["cells"]]


def shortened(notebook):
    """Return the notebook without what golden notebooks leave out."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            for pattern, instead in LEFT_OUT if "text/html" in data else ():
                data["text/html"] = re.sub(pattern, instead, data["text/html"])
    return notebook


@pytest.fixture
def regression(nb_regression, monkeypatch):
    monkeypatch.setenv("BORDERCOUNT_STATIC", "1")
    monkeypatch.chdir(ROOT / "book")
    nb_regression.force_regen = False
    nb_regression.exec_cwd = str(ROOT / "book")
    nb_regression.exec_timeout = 120
    nb_regression.diff_ignore = IGNORED
    nb_regression.diff_replace = tuple(
        ("/cells/*/outputs/*/data/text/html", *replacement) for replacement in LEFT_OUT
    )
    nb_regression.diff_use_color = False
    return nb_regression


def renew(chapter, regression):
    """Write the golden notebook from the chapter, run afresh."""
    path = GOLDEN / f"{chapter}.ipynb"
    notebook = jupytext.read(ROOT / "book" / f"{chapter}.md")
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"{chapter}-{number}"
    notebook["metadata"] = {"kernelspec": notebook["metadata"]["kernelspec"]}
    nbformat.write(notebook, path)
    ran = regression.check(str(path), raise_errors=False).nb_final
    ran["metadata"].pop("language_info", None)
    for cell in ran["cells"]:
        cell["metadata"].pop("execution", None)
    nbformat.write(shortened(ran), path)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_gives_what_its_golden_notebook_holds(chapter, regression, request):
    if request.config.getoption("nb_force_regen"):
        renew(chapter, regression)
    golden = nbformat.read(GOLDEN / f"{chapter}.ipynb", as_version=4)
    source = jupytext.read(ROOT / "book" / f"{chapter}.md")
    assert cells(golden) == cells(source), f"the cells of {chapter}.md changed: `make golden`"
    regression.check(str(GOLDEN / f"{chapter}.ipynb"))


def test_every_golden_notebook_has_its_chapter():
    assert sorted(path.stem for path in GOLDEN.glob("*.ipynb")) == CHAPTERS


def test_a_changed_output_is_noticed(regression, tmp_path):
    notebook = nbformat.read(GOLDEN / "timeline.ipynb", as_version=4)
    outputs = [
        output["data"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if "text/markdown" in output.get("data", {})
    ]
    outputs[0]["text/markdown"] = outputs[0]["text/markdown"].replace("2020", "2019", 1)
    path = tmp_path / "timeline.ipynb"
    nbformat.write(notebook, path)
    with pytest.raises(NBRegressionError):
        regression.check(str(path))
