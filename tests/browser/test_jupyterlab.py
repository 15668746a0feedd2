"""A real JupyterLab on loopback: worksheets open and run, and what is answered is on disk."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from labpage import listen, until
from labserver import TOKEN, Lab, Notebook, ready, running
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, BrowserContext, expect

from bordercount import answers
from bordercount.sheet import MIME

pytestmark = pytest.mark.slow

FORMS = 7  # the exercises of the demo course, but for the one that is code
IMPORT = "from bordercount.widget import exercise, hand_in"
DRAWING = """
import matplotlib.pyplot as plt
from bordercount.explore import explore
from bordercount.figure import figure

def draw(month, component):
    fig, ax = plt.subplots()
    ax.set(title="Encounters", ylabel="encounters")
    ax.plot([1, 2 if component == "usbp" else 3])
    return figure(ax, alt=f"{month}, {component}", tables="encounters")
"""
EXPLORE = """
months, parts = ["2023-02", "2024-02"], ["usbp", "ofo"]
explore(draw, labels={"component": "Component"}, month=months, component=parts)
"""


@pytest.fixture(scope="module")
def lab(demo_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Start JupyterLab on the demo course as students get it: compiled, without solutions."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(demo_course, home / "course")
    shutil.rmtree(home / "course" / "solutions")
    with running(Lab(home / "course", home)) as started:
        yield started


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return one browser profile for all notebooks, so that JupyterLab is loaded once."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as made:
        yield made


@pytest.fixture
def open_notebook(lab: Lab, context: BrowserContext, request: pytest.FixtureRequest):
    """Return a function that opens a notebook in a folder of this test, in a page of its own."""
    folder = lab.course / re.sub(r"\W", "-", request.node.name)
    folder.mkdir()
    pages = []

    def opened(name: str = "worksheet", *sources: str) -> Notebook:
        path = folder / f"{name}.ipynb"
        if sources:
            kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
            cells = [new_code_cell(source) for source in sources]
            nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
        else:
            shutil.copy(lab.course / "exercises" / "demo.ipynb", path)
        page = context.new_page()
        pages.append(page)
        notebook = Notebook(page, "demo", path=path)
        listen(notebook, lab.address)
        workspace = f"{folder.name[-40:]}-{len(pages)}"
        place = f"{lab.address}/lab/workspaces/{workspace}/tree/{folder.name}/{path.name}"
        page.goto(f"{place}?token={TOKEN}")
        ready(notebook)
        return notebook

    yield opened
    for page in pages:
        page.close()
    for each in lab.sessions(folder.name):
        lab.ask("DELETE", f"sessions/{each['id']}")


def right_number(student: str) -> tuple[str, dict[str, str]]:
    """Return the right answer to demo.days in a student's case, and that case."""
    from bordercount import data, measures

    month = ("2022-02", "2023-02", "2024-02")[answers.case_number("demo.days", student, 3)]
    return str(round(measures.per_day(data.load("encounters"), month))), {"month": month}


def test_a_worksheet_opens_and_runs_with_no_further_step(open_notebook):
    notebook = open_notebook()
    notebook.run_all()
    expect(notebook.forms()).to_have_count(FORMS)
    expect(notebook.page.locator(".bc-count").last).to_contain_text("Module: 0 of 8.")
    expect(notebook.page.get_by_text("Not answered yet: write the function")).to_be_visible()
    assert notebook.page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    assert notebook.complaints == []
    assert notebook.elsewhere == []


def test_every_kind_is_answered_by_keyboard_and_saved_beside_the_notebook(open_notebook):
    notebook = open_notebook()
    notebook.run_all()
    cells = notebook.page.locator(".jp-Notebook .jp-Cell").count()
    notebook.give_id("s123")
    number, case = right_number("s123")

    notebook.form("pick").locator("input").first.focus()
    notebook.press("ArrowDown", "Enter")
    notebook.says("pick", "One person can be met several times.", "Saved for s123. One try so far.")
    notebook.press("ArrowUp", "Enter")
    notebook.says("pick", "✓ Right. An encounter is one event", "2 tries so far.")

    notebook.form("several").locator("input").first.focus()
    notebook.press("Space", "Tab", "Tab", "Space", "Enter")
    notebook.says("several", "ICE is another agency.", "One try so far.")
    notebook.press("Space", "Shift+Tab", "Space", "Enter")
    notebook.says("several", "✓ Right.", "2 tries so far.")

    notebook.type_in("days", "many")
    expect(notebook.form("days").locator(".bc-feedback")).to_contain_text("Not understood.")
    notebook.type_in("days", "1")
    notebook.says("days", "Would a hint help?", "One try so far.")
    notebook.type_in("days", f"{int(number):,}")
    notebook.says("days", "✓ Right.", "2 tries so far.")

    # A and B are commands that add cells, wherever JupyterLab is not told otherwise. Ctrl+S is its.
    before = notebook.path.stat().st_mtime_ns
    notebook.press("Control+s")
    until(lambda: notebook.path.stat().st_mtime_ns > before)
    notebook.form("pairs").locator("select").first.focus()
    notebook.press("a", "Tab", "b", "Tab", "Enter")
    notebook.says("pairs", "The two are swapped.", "One try so far.")
    notebook.form("pairs").locator("select").first.focus()
    notebook.press("b", "Tab", "a", "Tab", "Space")
    notebook.says("pairs", "✓ Right.", "2 tries so far.")

    notebook.check("sorted")
    notebook.says("sorted", "Not yet.", "One try so far.")
    notebook.form("sorted").get_by_role("button", name="Move up: 2022").focus()
    notebook.press("Enter")
    expect(notebook.form("sorted").locator(".bc-said")).to_have_text("2022: place 1 of 3.")
    notebook.check("sorted")
    notebook.says("sorted", "✓ Right.", "2 tries so far.")

    notebook.type_in("guess", "150 000")
    notebook.says("guess", "Recorded. CBP's newest file has", "One try so far.")

    notebook.form("why").locator("textarea").focus()
    notebook.page.keyboard.type("dd Because\nit does")
    notebook.press("Tab", "Enter")
    notebook.says("why", "A person reads this answer.", "One try so far.")

    assert notebook.page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert notebook.disk["student"] == "s123"
    found = notebook.disk["answers"]
    assert {name: (each["value"], each["tries"]) for name, each in found.items()} == {
        "demo.pick": ("event", 2),
        "demo.several": (["usbp", "ofo"], 2),
        "demo.days": (f"{int(number):,}", 2),
        "demo.pairs": ({"usbp": "between", "ofo": "at"}, 2),
        "demo.sorted": (["a", "b", "c"], 2),
        "demo.guess": ("150 000", 1),
        "demo.why": ("dd Because\nit does", 1),
    }
    assert found["demo.days"]["case"] == case
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", each["at"]) for each in found.values())
    assert notebook.complaints == []


def test_a_function_is_recorded_tried_and_its_mistake_named(open_notebook):
    starter = 'def total(table, month):\n    """Return the encounters in `month`."""\n    ...\n'
    rows = "def total(table, month):\n    return len(table[table['month'] == month])\n"
    right = "def total(table, month):\n    return table[table['month'] == month].encounters.sum()\n"
    ask = '\nexercise("demo.total_code", total)'
    notebook = open_notebook("code", IMPORT, starter + ask, rows + ask, right + ask)
    notebook.run_all()
    expect(notebook.output(0)).to_contain_text("Not answered yet")
    expect(notebook.output(1)).to_contain_text("0 of 1 public inputs give what is wanted.")
    expect(notebook.output(1)).to_contain_text("You counted rows. What does a row hold?")
    expect(notebook.output(1)).to_contain_text("Hint 1")
    expect(notebook.output(2)).to_contain_text("1 of 1 public inputs give what is wanted.")
    expect(notebook.output(2)).to_contain_text("The grader tries 2 more. Your function is saved.")
    notebook.run_all()
    (name, found), *others = notebook.disk["answers"].items()
    assert (name, found["value"], found["case"], others) == ("demo.total_code", right, {}, [])


def test_answers_are_back_after_a_restart_and_after_a_reload(open_notebook):
    notebook = open_notebook()
    notebook.run_all()
    notebook.give_id("s1")
    number, _ = right_number("s1")
    notebook.type_in("days", number)
    notebook.says("days", "✓ Right.", "Saved for s1.")
    notebook.form("why").locator("textarea").focus()
    notebook.page.keyboard.type("It does.")
    notebook.check("why")
    notebook.says("why", "Recorded.", "Saved for s1.")

    def are_back() -> None:
        expect(notebook.forms()).to_have_count(FORMS)
        expect(notebook.page.locator(".bc-who").last).to_contain_text("Answers of s1")
        expect(notebook.form("days").locator("input")).to_have_value(number)
        expect(notebook.form("days").locator(".bc-feedback")).to_contain_text("✓ Right.")
        expect(notebook.form("why").locator("textarea")).to_have_value("It does.")

    notebook.restart_kernel("Restart Kernel and Run All Cells…")
    expect(notebook.page.locator(".bc-saved:not(:empty)")).to_have_count(0)  # these are new forms
    are_back()
    notebook.run_all()
    notebook.type_in("days", "1")
    notebook.says("days", "Not yet.", "2 tries so far.")
    notebook.type_in("days", number)
    notebook.says("days", "✓ Right.", "3 tries so far.")
    notebook.save()
    notebook.page.reload()
    ready(notebook)
    are_back()
    notebook.type_in("days", "1")
    notebook.says("days", "Not yet.", "4 tries so far.")


def test_two_kernels_at_once_lose_nothing(open_notebook):
    one, other = open_notebook("one"), open_notebook("other")
    one.run_all()
    one.give_id("s1")
    other.run_all()
    for each, name in ((one, "days"), (other, "guess")):
        each.form(name).locator("input").focus()
        each.page.keyboard.type("12")
    one.press("Enter")
    other.press("Enter")
    one.says("days", "Not yet.", "Saved for s1.")
    other.says("guess", "Recorded.", "Saved for s1.")
    assert sorted(one.disk["answers"]) == ["demo.days", "demo.guess"]
    one.run_all()
    expect(one.form("guess").locator("input")).to_have_value("12")

    # Someone else sits down at the other notebook: the first does not write into their sheet.
    other.clear()
    other.give_id("s2")
    one.type_in("days", "13")
    expect(one.form("days").locator(".bc-saved")).to_contain_text("are now those of s2")
    expect(one.page.locator(".bc-who").last).to_contain_text("Answers of s2")
    expect(one.form("guess").locator("input")).to_have_value("")
    assert (one.disk["student"], one.disk["answers"]) == ("s2", {})


def test_two_copies_of_an_exercise_share_their_state(open_notebook):
    notebook = open_notebook("copies", IMPORT, *['exercise("demo.pick")'] * 2)
    notebook.run_all()
    copies = notebook.form("pick")
    expect(copies).to_have_count(2)
    copies.last.locator("input").first.focus()
    notebook.press("Space", "Enter")
    for each in (copies.first, copies.last):
        expect(each.locator(".bc-feedback")).to_contain_text("✓ Right.")
        expect(each.locator("input:checked")).to_have_value("event")
    expect(copies.last.locator(".bc-saved")).to_contain_text("Saved. One try so far.")
    copies.first.locator("input:checked").focus()
    notebook.press("ArrowDown", "Enter")
    expect(copies.first.locator(".bc-saved")).to_contain_text("Saved. 2 tries so far.")
    expect(copies.last.locator("input:checked")).to_have_value("person")


def test_a_form_without_its_kernel_says_that_nothing_is_saved(open_notebook):
    notebook = open_notebook("gone", IMPORT, 'exercise("demo.guess")')
    notebook.run_all()
    notebook.restart_kernel()
    notebook.type_in("guess", "12")
    notebook.says("guess", "Recorded.", "Not saved: run this cell again")
    notebook.run_all()
    notebook.type_in("guess", "13")
    notebook.says("guess", "Recorded.", "Saved. One try so far.")
    notebook.menu("Kernel", "Shut Down Kernel")
    expect(notebook.page.locator("#jp-main-statusbar").get_by_text("No Kernel")).to_be_visible()
    notebook.type_in("guess", "14")
    notebook.says("guess", "Recorded.", "Not saved: run this cell again")
    assert notebook.disk["answers"]["demo.guess"]["value"] == "13"
    assert notebook.complaints == []


def test_an_answer_given_while_another_cell_runs_is_said_to_be_saved_in_the_end(open_notebook):
    busy = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)"
    notebook = open_notebook("busy", IMPORT, 'exercise("demo.guess")', busy)
    notebook.menu("Run", "Run All Cells")
    notebook.type_in("guess", "12")
    notebook.says("guess", "Recorded.", "or wait if another cell is still running")
    (notebook.path.parent / "go").touch()
    notebook.says("guess", "Recorded.", "Saved. One try so far.")
    assert notebook.disk["answers"]["demo.guess"]["value"] == "12"


def test_what_is_handed_in_as_a_notebook_carries_the_sheet(open_notebook):
    notebook = open_notebook()
    notebook.run_all()
    notebook.give_id("s1")
    notebook.type_in("guess", "12")
    notebook.says("guess", "Recorded.", "Saved for s1.")
    expect(notebook.page.locator(".bc-count").last).to_contain_text("1 of 8 answered")
    notebook.run_all()
    expect(notebook.forms()).to_have_count(FORMS)
    saved = notebook.save()
    (output,) = saved.cells[-1].outputs
    assert output.data[MIME] == notebook.disk
    assert "1 of 8 exercises" in output.data["text/plain"]
    assert "1 of 8 exercises" in output.data["text/html"]


def test_each_control_of_explore_changes_the_figure(open_notebook):
    notebook = open_notebook("explore", DRAWING, EXPLORE)
    notebook.run_all()
    figure = notebook.page.locator(".bc-plot")
    expect(figure).to_have_attribute("aria-label", "2023-02, usbp")
    notebook.page.get_by_label("month").focus()
    notebook.press("ArrowDown")
    expect(figure).to_have_attribute("aria-label", "2024-02, usbp")
    notebook.page.get_by_label("Component").select_option("ofo")
    expect(figure).to_have_attribute("aria-label", "2024-02, ofo")
    expect(figure).to_have_count(1)


def test_not_you_sets_the_answers_aside_and_empties_the_forms(open_notebook):
    notebook = open_notebook()
    notebook.run_all()
    notebook.give_id("s1")
    notebook.type_in("guess", "12")
    notebook.says("guess", "Recorded.", "Saved for s1.")
    notebook.form("why").locator("textarea").fill("A draft that nobody else may read.")
    notebook.clear()
    expect(notebook.page.locator(".bc-bar input[name=student]").first).to_be_visible()
    expect(notebook.form("guess").locator("input")).to_have_value("")
    expect(notebook.form("guess").locator(".bc-feedback")).to_be_empty()
    expect(notebook.form("why").locator("textarea")).to_have_value("")
    assert not (notebook.path.parent / "answers.json").exists()
    (aside,) = notebook.path.parent.glob("answers.s1.*.json")
    assert json.loads(aside.read_text())["answers"]["demo.guess"]["value"] == "12"
