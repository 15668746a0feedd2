"""A class period: thirty students on one small server, and notebooks that are killed midway."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from answering import Forms
from labserver import TOKEN, Lab, Notebook, free_port, ready, running
from playwright.sync_api import Browser, BrowserContext, expect

from bordercount import sheet

pytestmark = pytest.mark.slow

STUDENTS = 30
CHAPTERS = ("story", "counts", "records")
KINDS = ("choice", "number", "match", "text")
NOTEBOOKS = 4


# --- thirty browsers on the static book ----------------------------------------------------------


@pytest.fixture(scope="module")
def small_server(site: Path) -> Iterator[str]:
    """Serve the book as a teacher's laptop would, by Python's own file server."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    server = subprocess.Popen(
        command, cwd=site, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait()


@dataclass
class Seat:
    """A student at a computer of their own, in a browser profile of its own."""

    context: BrowserContext
    address: str
    compiled: dict[str, dict[str, Any]]
    student: str

    def arrive(self) -> None:
        """Open the chapter's page, and do not wait for it."""
        self.forms = Forms(self.context.new_page(), self.compiled, self.student)
        self.forms.page.goto(self.address, wait_until="commit")

    def wait(self) -> None:
        """Wait until every exercise of the page is ready."""
        self.forms.page.wait_for_function(
            "document.querySelector('.bc-page')"
            " && !document.querySelector('.bc-exercise:not([data-live])')"
        )

    def give_id(self) -> None:
        """Say who it is."""
        self.forms.page.get_by_label("Your id").fill(self.student)
        self.forms.page.keyboard.press("Enter")
        expect(self.forms.page.locator(".bc-name")).to_have_text(f"Answers of {self.student}")

    def answer(self, name: str) -> None:
        """Give the right answer, or some words, and wait until it is kept."""
        self.forms.answer(name, self.forms.right(name))
        self.forms.says(name, "✓", f"Saved for {self.student}. One try so far.")

    def download(self) -> sheet.Sheet:
        """Return the sheet that is downloaded."""
        with self.forms.page.expect_download() as waiting:
            self.forms.page.get_by_role("button", name="Download answers").click()
        return sheet.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))


def test_thirty_students_on_one_small_server_lose_nothing(
    browser: Browser, small_server: str, compiled: dict[str, dict[str, Any]]
) -> None:
    errors: list[str] = []
    with ExitStack() as stack:
        seats = []
        for number in range(STUDENTS):
            context = stack.enter_context(browser.new_context(reduced_motion="reduce"))
            context.set_default_timeout(60_000)
            context.on("weberror", lambda error: errors.append(str(error.error)))
            page = f"{small_server}/{CHAPTERS[number % len(CHAPTERS)]}.html"
            seats.append(Seat(context, page, compiled, f"s{number:02d}"))
        for step in (Seat.arrive, Seat.wait, Seat.give_id):
            for seat in seats:
                step(seat)

        given: dict[str, list[str]] = {seat.student: [] for seat in seats}
        for kind in KINDS:
            for number, seat in enumerate(seats):
                chapter = CHAPTERS[number % len(CHAPTERS)]
                of_kind = (name for name in compiled if name.startswith(f"{chapter}."))
                name = next((each for each in of_kind if compiled[each]["kind"] == kind), None)
                if name:
                    seat.answer(name)
                    given[seat.student].append(name)
                if number == STUDENTS // 2 and kind == "match":  # a tab is closed midway
                    seat.forms.page.close()
                    seat.arrive()
                    seat.wait()

        for seat in seats:
            handed_in = seat.download()
            assert handed_in.student == seat.student
            assert set(handed_in.answers) == set(given[seat.student])
            for name, answer in handed_in.answers.items():
                assert answer.value == seat.forms.right(name)
    assert errors == []
    assert sum(map(len, given.values())) >= 3 * STUDENTS


# --- notebooks that are killed midway ------------------------------------------------------------


@dataclass
class Desk:
    """A student at a notebook of their own, in a browser profile of its own."""

    context: BrowserContext
    lab: Lab
    student: str

    def open(self) -> None:
        """Open the worksheet in a new tab, in this student's folder."""
        path = self.lab.course / self.student / "demo.ipynb"
        self.notebook = Notebook(self.context.new_page(), "demo", path=path)
        place = f"{self.lab.address}/lab/workspaces/{self.student}/tree/{self.student}/demo.ipynb"
        self.notebook.page.goto(f"{place}?token={TOKEN}&reset")

    def run_all(self) -> None:
        """Run all cells, once the kernel is there."""
        ready(self.notebook)
        self.notebook.run_all()

    def answer(self, name: str, text: str) -> None:
        """Give a number, and wait until Python says that it is saved."""
        self.notebook.type_in(name, text)
        saved = self.notebook.form(name).locator(".bc-saved")
        expect(saved).to_contain_text(f"Saved for {self.student}.")

    def kernel(self) -> int:
        """Return the process id of the kernel: the process that works in this folder."""
        (found,) = (
            int(process.name)
            for process in Path("/proc").glob("[0-9]*")
            if works_in(process, self.notebook.path.parent)
        )
        return found


def works_in(process: Path, folder: Path) -> bool:
    """Return whether a process works in a folder; one that just ended works in none."""
    try:
        return os.readlink(process / "cwd") == str(folder)
    except OSError:
        return False


@pytest.fixture
def desks(browser: Browser, demo_course: Path, tmp_path: Path) -> Iterator[list[Desk]]:
    """Return students at their notebooks, all of one server, all cells run."""
    course = tmp_path / "course"
    shutil.copytree(demo_course, course)
    shutil.rmtree(course / "solutions")
    with running(Lab(course, tmp_path)) as lab, ExitStack() as stack:
        seated = []
        for number in range(NOTEBOOKS):
            student = f"s{number}"
            (course / student).mkdir()
            shutil.copy(course / "exercises" / "demo.ipynb", course / student)
            window = {"width": 1280, "height": 900}
            context = stack.enter_context(browser.new_context(viewport=window))
            seated.append(Desk(context, lab, student))
            seated[-1].open()
        for desk in seated:
            desk.run_all()
            desk.notebook.give_id(desk.student)
        yield seated


def test_what_was_answered_before_a_tab_a_kernel_or_the_server_died_is_back(
    desks: list[Desk],
) -> None:
    for number, desk in enumerate(desks):
        desk.answer("guess", f"{100 + number}")
    tab, kernel, *_ = desks
    lab = tab.lab

    tab.notebook.page.close()
    os.kill(kernel.kernel(), signal.SIGKILL)
    tab.open()
    kernel.notebook.page.get_by_role("dialog").get_by_text("appears to have died").wait_for()
    kernel.notebook.press("Enter")
    for desk in (tab, kernel):
        desk.run_all()
        desk.answer("days", "7")

    lab.kill()
    for number, desk in enumerate(desks):
        assert desk.notebook.disk["answers"]["demo.guess"]["value"] == f"{100 + number}"
    desks[-1].notebook.type_in("guess", "1")
    desks[-1].notebook.says("guess", "Recorded.", "Not saved: run this cell again")
    for desk in desks:
        desk.notebook.page.close()
    lab.start()
    for desk in desks:
        desk.open()
    for number, desk in enumerate(desks):
        desk.run_all()
        expect(desk.notebook.form("guess").locator("input")).to_have_value(f"{100 + number}")
        days = "7" if desk in (tab, kernel) else ""
        expect(desk.notebook.form("days").locator("input")).to_have_value(days)
        desk.answer("days", "8")
        sheet_now = desk.notebook.disk
        assert (sheet_now["student"], sorted(sheet_now["answers"])) == (
            desk.student,
            ["demo.days", "demo.guess"],
        )
        assert sheet_now["answers"]["demo.days"]["tries"] == (2 if days else 1)
