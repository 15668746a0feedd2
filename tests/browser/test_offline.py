"""The offline zip, unpacked and used where there is no network at all."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from bordercount import exercises, kit, offline, sheet, toc

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in (ROOT / "exercises").glob("*.yml"))
# A machine whose only network is its own loopback; everything else is as it is.
ROOM = ("bwrap", "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent", "--")


@pytest.fixture(scope="module")
def made(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the zip, as the command makes it."""
    out = tmp_path_factory.mktemp("made")
    command = [sys.executable, "-c", "from bordercount.cli import main; main()", "offline"]
    ran = subprocess.run([*command, out, "--site", site], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    (path,) = out.iterdir()
    assert ran.stdout.startswith(f"{path}: ")
    return path


@pytest.fixture(scope="module")
def unpacked(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the zip unpacks to, in a place with a space in its name."""
    home = tmp_path_factory.mktemp("a room")
    with zipfile.ZipFile(made) as found:
        found.extractall(home)
    (folder,) = home.iterdir()
    assert folder.name == made.stem
    return folder


@pytest.fixture(scope="module")
def room(unpacked: Path) -> Path:
    """Return the unpacked folder after its installer ran without a network."""
    if shutil.which("bwrap") is None:
        pytest.skip("a room without a network is made by bwrap; install bubblewrap")
    if subprocess.run([*ROOM, "true"], capture_output=True).returncode:
        pytest.skip("bwrap cannot make a room without a network here")
    ran = without_network(unpacked, sys.executable, "install.py")
    assert ran.returncode == 0, ran.stderr
    assert "Installed." in ran.stdout
    assert "lab exercises" in ran.stdout
    return unpacked


def without_network(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in the room, with no settings, kernels or packages of this machine's user."""
    ours = ("BORDERCOUNT", "PYTHON", "VIRTUAL_ENV", "JUPYTER", "IPYTHON", "PIP")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    home = str(folder.parent / "home")
    places = ("HOME", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR", "XDG_CONFIG_HOME")
    return subprocess.run(
        [*ROOM, *command],
        cwd=folder,
        env={**clean, **dict.fromkeys(places, home)},
        capture_output=True,
        text=True,
    )


def files_in(made: Path) -> dict[str, bytes]:
    """Return the files of the zip by their paths below its one folder."""
    with zipfile.ZipFile(made) as found:
        return {name.partition("/")[2]: found.read(name) for name in found.namelist()}


def test_the_zip_has_book_worksheets_wheels_and_installer_and_no_solution_or_rubric(made):
    files = files_in(made)
    assert made.name == f"bordercount-0.1.0-offline-{offline.system()}.zip"
    wanted = {"START-HERE.txt", "install.py", "made-for.json", "requirements.txt", "LICENSE"}
    wanted |= {f"book/{name}.html" for name in toc.pages(ROOT)}
    wanted |= {f"exercises/{name}.{end}" for name in NAMES for end in ("ipynb", "yml", "json")}
    assert wanted <= set(files)
    tops = {name.split("/")[0] for name in files if "/" in name}
    assert tops == {"book", "data", "exercises", "wheels"}
    for name in NAMES:
        assert b"rubric" not in files[f"exercises/{name}.yml"]
    told = files["START-HERE.txt"].decode()
    assert f"{NAMES[0]}.ipynb" in told
    assert "{" not in told


def test_there_is_a_wheel_of_every_pinned_package_and_none_that_is_not_for_this_machine(made):
    wheels = {
        re.split("-", name.removeprefix("wheels/"))[0].lower()
        for name in files_in(made)
        if name.startswith("wheels/")
    }
    pins = files_in(made)["requirements.txt"].decode().splitlines()[:-1]
    assert {re.sub(r"[-.]", "_", pin.partition("==")[0]).lower() for pin in pins} == wheels


def test_the_room_has_no_network(room):
    devices = without_network(room, "cat", "/proc/net/dev").stdout.splitlines()[2:]
    assert [line.split(":")[0].strip() for line in devices] == ["lo"]


def test_without_a_network_a_worksheet_runs_and_its_answers_can_be_handed_in(room):
    python = room / ".venv" / "bin" / "python"
    modules = [re.sub(r"/|\.py$", ".", each).strip(".") for each in kit.MODULES if ".py" in each]
    names = [f"bordercount.{each}".removesuffix(".__init__") for each in modules]
    ran = without_network(room, python, "-c", f"import {', '.join(names)}")
    assert ran.returncode == 0, ran.stderr
    ran = without_network(
        room, room / ".venv" / "bin" / "jupyter", "execute", "exercises/counts.ipynb", "--inplace"
    )
    assert ran.returncode == 0, ran.stderr
    cells = nbformat.read(room / "exercises" / "counts.ipynb", as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    shown = [each for each in outputs if "application/vnd.jupyter.widget-view+json" in each.data]
    tried = [each for each in exercises.load("counts").exercises if each.kind == "code"]
    assert len(shown) == len(exercises.load("counts").exercises) - len(tried) + 1
    assert outputs[-1].data[sheet.MIME]["format"] == sheet.FORMAT


def test_without_a_network_jupyterlab_is_there_and_all_packages_agree(room):
    python = room / ".venv" / "bin" / "python"
    code = "import jupyterlab, jupyterlab.labapp; print(jupyterlab.__version__)"
    ran = without_network(room, python, "-c", code)
    assert ran.returncode == 0, ran.stderr
    ran = without_network(room, python, "-m", "pip", "check")
    assert ran.returncode == 0, ran.stdout


# --- the book, opened by double-click -----------------------------------------------------------


@pytest.fixture
def reader(browser: Browser) -> Iterator[tuple[Page, list[str], list[str]]]:
    """Return a page, the addresses it asks for, and what it complains of."""
    asked: list[str] = []
    complaints: list[str] = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("requestfailed", lambda request: complaints.append(f"not loaded: {request.url}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        yield page, asked, complaints


def test_every_page_opens_from_the_disk_and_asks_for_nothing_outside_the_zip(unpacked, reader):
    page, asked, complaints = reader
    book = unpacked / "book"
    home = (book.as_uri() + "/", "data:", "blob:")
    known = {path.as_uri() for path in book.rglob("*") if path.is_file()}
    for name in [*toc.pages(ROOT), "search"]:
        page.goto((book / f"{name}.html").as_uri(), wait_until="load")
        links = page.eval_on_selector_all("a[href]", "all => all.map(it => it.href.split('#')[0])")
        inside = {each for each in links if not each.startswith(("https://", "http://"))}
        assert inside - known == set(), name
    page.wait_for_load_state("networkidle")
    assert len(asked) > 100
    assert [url for url in asked if not url.startswith(home)] == []
    assert complaints == []


def test_an_exercise_is_answered_on_the_disk_and_its_answer_is_kept(unpacked, reader):
    page, _, complaints = reader
    page.goto((unpacked / "book" / "terms.html").as_uri())
    form = page.locator(".bc-exercise[data-live]", has=page.locator("input[type=radio]")).first
    form.locator("input").first.check()
    form.locator("[type=submit]").click()
    expect(form.locator(".bc-feedback")).not_to_be_empty()
    expect(form.locator(".bc-saved")).to_contain_text("One try so far")
    said = form.locator(".bc-feedback").inner_text()
    page.reload()
    expect(form.locator("input").first).to_be_checked()
    expect(form.locator(".bc-feedback")).to_have_text(said, use_inner_text=True)
    assert complaints == []


def test_search_finds_a_term_on_the_disk(unpacked, reader):
    page, asked, complaints = reader
    page.goto((unpacked / "book" / "index.html").as_uri())
    page.goto((unpacked / "book" / "search.html").as_uri() + "?q=gotaway")
    results = page.locator("#search-results ul.search a")
    expect(results.filter(has_text="Glossary").first).to_be_visible()
    results.filter(has_text="Glossary").first.click()
    expect(page).to_have_url(re.compile(r"/book/glossary\.html"))
    assert complaints == []
    assert [url for url in asked if not url.startswith("file:")] == []
