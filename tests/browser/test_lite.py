"""The worksheets in the browser alone: the site is built, and boots with no other host there.

Pyodide's compiled packages are at none of the indexes that tests reach: no cell here needs pandas.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from labpage import LabNotebook, listen
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import served

from bordercount import answers, exercises, lite, sheet

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow

BOOT = 180_000  # it takes ten to twenty seconds on a machine with nothing else to do
CHAPTER = "terms"
SHARE = "title_42_share"  # a number, with a case for each student
FUNCTION = "calendar_month"
STUDENT = "s123"


@pytest.fixture(scope="session")
def lite_site() -> Path:
    """Return the folder of the built site. `BORDERCOUNT_LITE` names one, to spare the build."""
    if built := os.environ.get("BORDERCOUNT_LITE"):
        return Path(built).resolve()
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    python = Path(sys.executable)
    command = ["make", "lite", "--old-file=.venv/installed", f"BIN={python.parent}"]
    build = subprocess.run(
        [*command, f"PYTHON={python}"], cwd=ROOT, capture_output=True, text=True, timeout=900
    )
    assert build.returncode == 0, build.stdout[-3000:] + build.stderr[-3000:]
    return ROOT / "_build" / "lite"


@pytest.fixture(scope="module")
def home(lite_site: Path) -> Iterator[str]:
    """Serve the site on loopback, below a folder as the book links to it; return its address."""
    with served(lite_site.parent) as address:
        yield f"{address}/{lite_site.name}"


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return one browser profile, which keeps the student's files."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as made:
        yield made


@pytest.fixture(scope="module")
def asked(context: BrowserContext) -> list[str]:
    """Return the addresses that pages and kernels ask for, as they ask."""
    found: list[str] = []
    context.on("request", lambda request: found.append(request.url))
    return found


@pytest.fixture(scope="module")
def worksheet(context: BrowserContext, home: str, asked: list[str]) -> LabNotebook:
    """Return a worksheet, opened by its link, whose cells have run."""
    page = context.new_page()
    notebook = LabNotebook(page, CHAPTER)
    listen(notebook, home)
    page.goto(f"{home}/lab/index.html?path=exercises/{CHAPTER}.ipynb")
    run_all(notebook)
    return notebook


def run_all(notebook: LabNotebook) -> None:
    """Run all cells as soon as the kernel is there."""
    expect(notebook.page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible(timeout=BOOT)
    kernel = notebook.page.locator("#jp-main-statusbar").get_by_text("Python (Pyodide) | Idle")
    expect(kernel).to_be_visible(timeout=BOOT)
    notebook.run_all()


def run_in_new_cell(page: Page, source: str) -> str:
    """Write a cell below the others, run it, and return what it printed."""
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    cells.last.locator(".cm-content").click()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    page.keyboard.insert_text(source)
    page.keyboard.press("ControlOrMeta+Enter")
    expect(cells.last.locator(".jp-InputArea-prompt")).to_have_text(re.compile(r"\[\d+\]:"))
    return cells.last.locator(".jp-OutputArea-output").inner_text()


def compiled(lite_site: Path, name: str) -> dict:
    """Return an exercise as the site has it."""
    chapter = json.loads((lite_site / "files" / "exercises" / f"{CHAPTER}.json").read_text("utf-8"))
    return chapter["exercises"][name]


def test_the_site_has_every_worksheet_and_no_answer_in_clear_text(lite_site, clone):
    files = lite_site / "files"
    names = {path.relative_to(files).as_posix() for path in files.rglob("*") if path.is_file()}
    ours = {f"exercises/{name}.{kind}" for name in exercises.names() for kind in ("ipynb", "json")}
    assert {name for name in names if name.startswith("exercises/")} == ours
    assert {"data/encounters.csv", "data/vintages.csv"} <= names
    assert not [name for name in names if "solution" in name or name.endswith((".py", ".yml"))]
    for name in ours:
        assert "rubric" not in json.loads((files / name).read_text("utf-8"))


def test_a_kernel_starts_with_nothing_from_another_host(lite_site):
    folder = lite_site / "static" / "pyodide"
    packages = json.loads((folder / lite.LOCK).read_text("utf-8"))["packages"]
    settings = (lite_site / lite.SETTINGS).read_bytes()
    start = lite.closure(lite.preloaded(settings), packages)
    assert {"bordercount", "anywidget", "ipywidgets", "ipython"} <= start
    assert [name for name in start if not (folder / packages[name]["file_name"]).is_file()] == []
    assert packages["numpy"]["file_name"].startswith(f"{lite.PUBLIC}/numpy-")
    kernel = lite_site / "extensions" / "@jupyterlite" / "pyodide-kernel-extension" / "static"
    schema = json.loads((kernel / "schema" / "kernel.v0.schema.json").read_text("utf-8"))
    assert schema["properties"]["pyodideUrl"]["default"] == f"{lite.PUBLIC}/{lite.CORE[0]}"


def test_a_worksheet_opens_by_its_link_and_runs_with_no_further_step(worksheet, home, asked):
    page = worksheet.page
    expect(worksheet.forms()).to_have_count(9)  # the tenth is a function
    expect(page.locator(".bc-count").last).to_contain_text("This worksheet: 0 of 10 answered.")
    expect(page.get_by_text("Not answered yet: write the function")).to_be_attached()
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    host = home.rpartition("/")[0]
    assert [url for url in asked if not url.startswith((host, "data:", "blob:"))] == []
    assert [said for said in worksheet.complaints if "404" not in said] == []


def test_an_answer_is_checked_saved_downloaded_and_back_after_a_reload(worksheet, lite_site):
    exercise = compiled(lite_site, SHARE)
    case = exercise["cases"][answers.case_number(exercise["id"], STUDENT, len(exercise["cases"]))]
    key = answers.decode(case["key"], exercise["id"])
    mistake = key["mistakes"][0]
    worksheet.give_id(STUDENT)
    worksheet.type_in(SHARE, answers.write_number(int(mistake["value"]), exercise["decimals"]))
    worksheet.says(SHARE, mistake["feedback"], f"Saved for {STUDENT}. One try so far.")
    right = answers.write_number(int(key["answer"]), exercise["decimals"])
    worksheet.type_in(SHARE, right)
    worksheet.says(SHARE, "✓ Right.", "2 tries so far.")

    worksheet.menu("File", "Save Notebook")
    worksheet.page.reload()
    run_all(worksheet)
    expect(worksheet.form(SHARE).locator("input")).to_have_value(right)
    expect(worksheet.form(SHARE).locator(".bc-feedback")).to_contain_text("✓ Right.")
    expect(worksheet.page.locator(".bc-who").last).to_contain_text(f"Answers of {STUDENT}")

    with worksheet.page.expect_download() as download:
        worksheet.page.get_by_role("button", name="Hand in").focus()
        worksheet.press("Enter")
    handed_in = sheet.read(download.value.path())
    assert (download.value.suggested_filename, handed_in.student) == ("answers.json", STUDENT)
    given = handed_in.answers[exercise["id"]]
    assert (given.value, given.tries, given.case) == (right, 2, case["case"])


def test_a_function_is_tried_and_recorded(worksheet):
    source = (
        "def calendar_month(fiscal_year, month):\n"
        "    year = fiscal_year - (month > 9)\n"
        '    return f"{year}-{month:02d}"\n\n\n'
        f'exercise("{CHAPTER}.{FUNCTION}", {FUNCTION})'
    )
    said = run_in_new_cell(worksheet.page, source)
    assert "3 of 3 public inputs give what is wanted." in said
    assert "Your function is saved." in said
    kept = run_in_new_cell(worksheet.page, 'print(open("answers.json").read())')
    assert "fiscal_year - (month > 9)" in sheet.loads(kept).answers[f"{CHAPTER}.{FUNCTION}"].value


def test_a_worksheet_is_answered_on_a_narrow_screen(browser, home):
    with browser.new_context(viewport={"width": 320, "height": 640}) as telephone:
        notebook = LabNotebook(telephone.new_page(), CHAPTER)
        notebook.page.goto(f"{home}/notebooks/index.html?path=exercises/{CHAPTER}.ipynb")
        first = notebook.page.locator(".jp-Notebook .jp-CodeCell .cm-content").first
        first.click(timeout=BOOT)
        notebook.press(*["Shift+Enter"] * 3)  # the import, the prompt, the form
        form = notebook.form("port_share")
        expect(form).to_be_visible(timeout=BOOT)
        notebook.type_in("port_share", "12")
        notebook.says("port_share", "Recorded.", "Saved. One try so far.")
        box = form.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 320
        assert notebook.page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("module", ["pandas", "bordercount.data", "bordercount.measures"])
def test_what_needs_pandas_asks_pyodides_distribution_for_it(worksheet, asked, module):
    before = len(asked)
    said = run_in_new_cell(worksheet.page, f"import {module}")
    assert "pandas" in said
    wanted = {url.rpartition("/")[2].partition("-")[0] for url in asked[before:]}
    assert {"numpy", "pandas"} <= wanted
    assert all(url.startswith(lite.PUBLIC) for url in asked[before:] if "127.0.0.1" not in url)
