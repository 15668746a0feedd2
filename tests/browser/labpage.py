"""A notebook in a browser, JupyterLab's or JupyterLite's: what the tests of both share."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

SLOW = 20_000
expect.set_options(timeout=SLOW)


@dataclass
class LabNotebook:
    """A notebook in JupyterLab's page, driven as its reader drives it.

    `chapter` is the one whose exercises it holds.
    """

    page: Page
    chapter: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def menu(self, name: str, entry: str) -> None:
        """Choose an entry of a menu."""
        self.page.locator(".lm-MenuBar-itemLabel").get_by_text(name, exact=True).click()
        self.page.locator(".lm-Menu").get_by_text(entry, exact=True).click()

    def run_all(self) -> None:
        """Run all cells from the menu, and wait until the last has run."""
        self.menu("Run", "Run All Cells")
        last = self.page.locator(".jp-Notebook .jp-CodeCell .jp-InputArea-prompt").last
        expect(last).to_have_text(re.compile(r"\[\d+\]:"))

    def restart_kernel(self, entry: str = "Restart Kernel…") -> None:
        """Restart the kernel from the menu, and confirm it."""
        self.menu("Kernel", entry)
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        expect(self.page.locator(".jp-Dialog")).to_have_count(0)

    def forms(self) -> Locator:
        """Return all forms that answer."""
        return self.page.locator(".bc-exercise[data-live=true]")

    def form(self, name: str) -> Locator:
        """Return the form of one exercise, or the forms."""
        return self.page.locator(f'[data-exercise="{self.chapter}.{name}"][data-live=true]')

    def give_id(self, student: str) -> None:
        """Give a student's id in the first bar that asks for it."""
        self.page.locator(".bc-bar input[name=student]").first.focus()
        self.page.keyboard.type(student)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".bc-who").last).to_contain_text(f"Answers of {student}")

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def type_in(self, name: str, text: str) -> None:
        """Type an answer over the one that is there, and give it."""
        self.form(name).locator("[name=answer]").first.focus()
        self.press("ControlOrMeta+a")
        self.page.keyboard.type(text)
        self.press("Enter")

    def output(self, number: int) -> Locator:
        """Return the output of a cell, of those that have one."""
        return self.page.locator(".jp-Notebook .jp-OutputArea-output").nth(number)

    def clear(self) -> None:
        """Say "Not you?", and have the answers cleared, by keyboard."""
        self.page.get_by_role("button", name="Not you?").first.focus()
        self.press("Enter")
        self.page.get_by_role("button", name="Clear them").focus()
        self.press("Enter")
        expect(self.page.locator("dialog")).to_have_count(0)

    def check(self, name: str) -> None:
        """Press the form's button by keyboard."""
        self.form(name).locator("button[type=submit]").focus()
        self.press("Enter")

    def says(self, name: str, feedback: str, saved: str) -> None:
        """Wait for the feedback, and for Python's word on what was saved."""
        expect(self.form(name).locator(".bc-feedback")).to_contain_text(feedback)
        expect(self.form(name).locator(".bc-saved")).to_contain_text(saved)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + SLOW / 1000
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def listen(notebook: LabNotebook, home: str) -> None:
    """Note what the page complains of, and what it asks of another host."""
    page = notebook.page
    socket_home = home.replace("http", "ws", 1)

    def requested(url: str) -> None:
        if not url.startswith((home, socket_home, "data:", "blob:")):
            notebook.elsewhere.append(url)

    page.on("request", lambda request: requested(request.url))
    page.on("websocket", lambda socket: requested(socket.url))
    page.on("pageerror", lambda error: notebook.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: said.type == "error" and notebook.complaints.append(said.text),
    )
