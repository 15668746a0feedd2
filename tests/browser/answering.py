"""Exercises answered with nothing but keys, on a page or in a notebook."""

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from bordercount import answers


@dataclass
class Forms:
    """The forms of a page, and who answers in them."""

    page: Page
    compiled: dict[str, dict[str, Any]]
    student: str = ""

    def form(self, name: str) -> Locator:
        """Return the exercise with this id."""
        return self.page.locator(f'.bc-exercise[data-exercise="{name}"]')

    def case(self, name: str) -> int:
        """Return which case this student gets."""
        return answers.case_number(name, self.student, len(self.compiled[name]["cases"]))

    def key(self, name: str) -> dict[str, Any]:
        """Return the key of the student's case."""
        return answers.decode(self.compiled[name]["cases"][self.case(name)]["key"], name)

    def right(self, name: str) -> Any:
        """Return the right answer as a student gives it; to what has none, some answer."""
        return self.typed(name, self.key(name)["answer"])

    def wrong(self, name: str) -> Any:
        """Return the first known mistake as a student makes it."""
        value = self.key(name)["mistakes"][0]["value"]
        return [value] if self.compiled[name]["kind"] == "multiple" else self.typed(name, value)

    def typed(self, name: str, value: Any) -> Any:
        """Return a canonical value as it is typed."""
        if value is None:
            return "In my own words."
        exercise = self.compiled[name]
        number = exercise["kind"] in ("number", "estimate")
        return answers.write_number(int(value), exercise["decimals"]) if number else value

    def answer(self, name: str, value: Any) -> None:
        """Give an answer with nothing but keys, from the form's first field on."""
        kind = self.compiled[name]["kind"]
        press = self.page.keyboard.press
        fields = self.form(name).locator("fieldset [name]")
        if kind in ("number", "estimate", "text"):
            fields.focus()
            press("ControlOrMeta+A")
            self.page.keyboard.insert_text(value)
            press("Enter" if kind != "text" else "Tab")
        elif kind == "choice":
            values = fields.evaluate_all("all => all.map(each => each.value)")
            checked = self.form(name).locator("input:checked")
            start = checked if checked.count() else fields.first
            start.focus()
            press("Space")
            steps = (values.index(value) - values.index(start.input_value())) % len(values)
            for _ in range(steps):
                press("ArrowDown")
            press("Enter")
        elif kind == "multiple":
            fields.first.focus()
            for each in fields.all():
                expect(each).to_be_focused()
                if each.is_checked() != (each.input_value() in value):
                    press("Space")
                press("Tab")
            press("Shift+Tab")
            press("Enter")
        elif kind == "match":
            fields.first.focus()
            for each in fields.all():
                expect(each).to_be_focused()
                options = each.locator("option").evaluate_all("all => all.map(o => o.value)")
                press("Home")
                for _ in range(options.index(value.get(each.get_attribute("name"), ""))):
                    press("ArrowDown")
                press("Tab")
            press("Space")
        elif kind == "order":
            for place, item in enumerate(value):
                row = self.form(name).locator(f'li[data-item="{item}"]')
                row.get_by_role("button", name="Move up").focus()
                for _ in range(self.order(name).index(item) - place):
                    press("Enter")
            row.get_by_role("button", name="Move down").focus()
            press("Tab")
        if kind in ("text", "order"):
            expect(self.form(name).locator("[type=submit]")).to_be_focused()
            press("Enter")

    def order(self, name: str) -> list[str]:
        """Return the items in the order in which they stand."""
        rows = self.form(name).locator("li[data-item]")
        return rows.evaluate_all("rows => rows.map(row => row.dataset.item)")

    def says(self, name: str, text: str | re.Pattern[str], saved: str | None = None) -> None:
        """Wait until the form says this, in a region that screen readers read out."""
        expect(self.form(name).locator(".bc-feedback[role=status]")).to_contain_text(text)
        if saved is not None:
            expect(self.form(name).locator(".bc-saved[role=status]")).to_contain_text(saved)
