"""Exercises on the built page: answered by keyboard, kept, handed in, and never lost in silence."""

import html
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from accessibility import AXE_NARROW, Reading, judge
from answering import Forms
from playwright.sync_api import Browser, BrowserContext, expect

from bordercount import __version__, answers, sheet

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TELEPHONE = {"width": 320, "height": 640}
WORDS = {"right": "✓ Right.", "partly": "◐ Partly right.", "mistake": "✗ Not yet.",
         "wrong": "✗ Not yet.", "recorded": "✓ Recorded."}  # fmt: skip
PREFIX = "bordercount:bordercount:"
# The theme needs the storage for its settings: it is refused to our script alone.
NO_STORAGE = """{
    const storage = localStorage;
    Object.defineProperty(window, "localStorage", { get() {
        if (!new Error().stack.includes("exercise.js")) return storage;
        throw new DOMException("denied", "SecurityError");
    } });
}"""
FILLED = """() => {
    for (let size = 2 ** 22; size >= 1; size /= 2)
        for (let i = 0; i < 8; i += 1)
            try { localStorage.setItem(`filler${size}-${i}`, "x".repeat(size)); } catch { break; }
}"""

# Every control that can be seen, with its label: too small, or focused without an outline.
CONTROLS = """() => {
    const all = ":is(.bc-exercise, .bc-page) :is(button, input, select, textarea)";
    return [...document.querySelectorAll(all)].filter(it => it.offsetParent).filter(it => {
        const { width, height } = (it.closest("label") ?? it).getBoundingClientRect();
        it.focus();
        return Math.min(width, height) < 24 || getComputedStyle(it).outlineStyle !== "solid";
    }).map(it => it.outerHTML);
}"""
# Whether the bar hides what has the focus.
COVERED = """() => {
    const bar = document.querySelector(".bc-page"), it = document.activeElement;
    if (bar.contains(it) || it === document.body) return false;
    return it.getBoundingClientRect().top >= bar.getBoundingClientRect().top;
}"""


@dataclass
class Chapter(Forms):
    """A chapter that a student reads."""

    def give_id(self, student: str) -> None:
        """Type an id into the bar."""
        self.page.get_by_label("Your id").fill(student)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".bc-name")).to_have_text(f"Answers of {student}")
        self.student = student

    @property
    def ids(self) -> list[str]:
        """The exercises of this page, in their order."""
        forms = self.page.locator(".bc-exercise")
        return forms.evaluate_all("forms => forms.map(form => form.dataset.exercise)")

    def judged(self, name: str, value: Any) -> None:
        """Answer, and wait for what Python's rule says of it, and until it is saved or not."""
        found = answers.judge(self.compiled[name], self.key(name), value)
        self.answer(name, value)
        self.says(name, WORDS[found.state])
        self.says(name, found.feedback)
        saved = self.form(name).locator(".bc-saved")
        expect(saved).to_contain_text(re.compile(r"so far|Download them"))

    def bar(self, text: str) -> None:
        """Wait until the bar says this."""
        expect(self.page.locator(".bc-page > .bc-said[role=status]")).to_contain_text(text)

    def press(self, button: str) -> None:
        """Press a button of the bar or of its dialog."""
        self.page.get_by_role("button", name=button).last.click()

    @property
    def stored(self) -> dict[str, Any]:
        """The student's answers as the browser keeps them."""
        name = f"{PREFIX}sheet:{answers.normal(self.student)}"
        text = self.page.evaluate("name => localStorage.getItem(name)", name)
        return json.loads(text)["answers"] if text else {}

    def download(self, button: str = "Download answers") -> tuple[dict[str, Any], sheet.Sheet]:
        """Return the downloaded file, as JSON and as Python reads it."""
        with self.page.expect_download() as waiting:
            self.press(button)
        assert waiting.value.suggested_filename == "answers.json"
        self.bar("Saved as answers.json in your downloads")
        text = Path(waiting.value.path()).read_text(encoding="utf-8")
        return json.loads(text), sheet.loads(text)

    def open(self, content: str) -> None:
        """Open a file of answers."""
        file = {"name": "a.json", "mimeType": "application/json", "buffer": content.encode()}
        self.page.locator("input[type=file]").set_input_files(file)


Opener = Callable[..., Chapter]


@pytest.fixture
def opened(
    browser: Browser, address: str, site: Path, compiled: dict[str, dict[str, Any]]
) -> Iterator[Opener]:
    """Open chapters, each in a browser of its own unless `beside` names one to share."""
    errors: list[str] = []

    def open_chapter(
        name: str = "counts",
        where: str = address,
        beside: Chapter | None = None,
        script: str = "",
        **options: Any,
    ) -> Chapter:
        base = site.as_uri() if where == "file" else where
        context: BrowserContext
        if beside:
            context = beside.page.context
        else:
            options = {"reduced_motion": "reduce", **options}
            context = stack.enter_context(browser.new_context(**options))
            context.set_default_timeout(10_000)
        page = context.new_page()
        page.add_init_script(script)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{base}/{name}.html")
        if options.get("java_script_enabled", True):
            page.wait_for_function(
                "document.querySelectorAll('.bc-exercise:not([data-live])').length === 0"
                " && document.querySelector('.bc-page')"
            )
        return Chapter(page, compiled, beside.student if beside else "")

    with ExitStack() as stack:
        yield open_chapter
    assert errors == []


def first(chapter: Chapter, kind: str) -> str:
    """Return the page's first exercise of a kind."""
    return next(name for name in chapter.ids if chapter.compiled[name]["kind"] == kind)


def made(student: str, **given: dict[str, Any]) -> str:
    """Return a sheet as a file's text."""
    content = {"format": sheet.FORMAT, "module": "0", "student": student, "answers": given}
    return json.dumps(content)


# --- answering ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "where"), [("counts", "http"), ("terms", "file"), ("story", "http://book.test")]
)
def test_every_exercise_is_answered_wrongly_then_rightly_by_keyboard(opened, address, name, where):
    port = address.rpartition(":")[2]
    place = {"http": address, "file": "file"}.get(where, f"{where}:{port}")
    chapter = opened(name, place)
    if "book.test" in where:
        assert (
            chapter.page.evaluate("[typeof crypto.subtle, typeof navigator.locks]")
            == ["undefined"] * 2
        )
    chapter.give_id("s123")
    given = {}
    for each in chapter.ids:
        kind = chapter.compiled[each]["kind"]
        if kind == "code":
            expect(chapter.form(each).locator("[type=submit]")).to_have_count(0)
            continue
        if kind not in ("text", "estimate"):
            chapter.judged(each, chapter.wrong(each))
            chapter.says(each, "✗ Not yet.", "Saved for s123. One try so far.")
        if kind == "choice":
            chapter.says(each, chapter.key(each)["because"])
        chapter.judged(each, chapter.right(each))
        tries = 1 if kind in ("text", "estimate") else 2
        given[each] = (chapter.right(each), tries)
        if kind == "text":
            chapter.says(each, "✓ Recorded. A person reads this answer.")
        chapter.says(each, "✓", f"{'2 tries' if tries == 2 else 'One try'} so far.")
    stored = {each: (answer["value"], answer["tries"]) for each, answer in chapter.stored.items()}
    assert {each: (tidy(value), tries) for each, (value, tries) in stored.items()} == {
        each: (tidy(value), tries) for each, (value, tries) in given.items()
    }
    expect(chapter.page.locator(".bc-count")).to_contain_text(f"This page: {len(given)} of ")

    chapter.page.reload()
    chapter.page.wait_for_selector(".bc-page")
    for each, (value, _) in given.items():
        found = answers.judge(chapter.compiled[each], chapter.key(each), value)
        chapter.says(each, WORDS[found.state])


def tidy(value: Any) -> Any:
    """Return several choices without their order, which does not count."""
    return sorted(value) if isinstance(value, list) else value


def test_a_number_says_how_it_was_understood_and_what_is_unreadable_is_not_saved(opened):
    chapter = opened()
    chapter.give_id("s1")
    name = first(chapter, "number")
    understood = chapter.form(name).locator(".bc-understood[role=status]")
    unit = chapter.compiled[name]["unit"]
    field = chapter.form(name).locator("input")
    field.press_sequentially("\u22121 2")
    expect(understood).to_contain_text("Write a number in digits")
    field.fill("\u2212\u0661234.4")
    expect(understood).to_have_text(f"Read as \u22121,234 {unit}.")
    for nothing in ("", "   "):
        chapter.answer(name, nothing)
        chapter.says(name, "Nothing is answered yet.", "")
    chapter.answer(name, "14,4")
    chapter.says(name, "? Not understood. Is the comma a decimal mark?", "")
    assert chapter.stored == {}
    chapter.answer(name, "1")
    chapter.says(name, "Would a hint help?", "One try so far.")
    chapter.answer(name, "many")
    chapter.says(name, "Not understood.", "The answer that you gave before stays.")
    assert chapter.stored[name]["value"] == "1"
    assert chapter.stored[name]["tries"] == 1


def test_the_same_answer_again_is_no_further_try_and_fast_clicks_count_once(opened):
    chapter = opened()
    name = first(chapter, "choice")
    form = chapter.form(name)
    form.locator("input").first.check()
    form.locator("[type=submit]").evaluate(
        "button => { for (let i = 0; i < 9; i++) button.click() }"
    )
    chapter.says(name, "✗ Not yet.", "Saved. One try so far.")
    assert chapter.stored[name]["tries"] == 1
    form.locator("input").last.check()
    expect(form.locator(".bc-saved")).to_have_text("Changed since you last checked.")
    form.locator("input").first.check()
    form.locator("[type=submit]").click()
    chapter.says(name, "✗ Not yet.", "Saved. One try so far.")


def test_hints_open_on_request_one_by_one_and_the_focus_is_not_lost(opened):
    chapter = opened()
    name = first(chapter, "number")
    hints = chapter.compiled[name]["cases"][chapter.case(name)]["hints"]
    button = chapter.form(name).locator(".bc-hint")
    shown = chapter.form(name).locator(".bc-hints[aria-live] p")
    button.focus()
    for number, _ in enumerate(hints, start=1):
        expect(shown).to_have_count(number - 1)
        chapter.page.keyboard.press("Enter")
        expect(shown.nth(number - 1)).to_contain_text(f"Hint {number}: ")
    expect(button).to_be_hidden()
    expect(shown.last).to_be_focused()
    assert chapter.stored == {}


def test_an_estimate_reveals_the_value_only_once_one_is_committed_to(opened):
    chapter = opened()
    name = first(chapter, "estimate")
    because = chapter.key(name)["because"]
    expect(chapter.page.get_by_text(because)).to_have_count(0)
    chapter.answer(name, "12")
    chapter.says(name, because, "Saved. One try so far.")


# --- whose answers --------------------------------------------------------------------------------


def test_each_student_has_their_case_and_sees_nothing_of_another(opened):
    chapter = opened()
    varied = [name for name in chapter.ids if len(chapter.compiled[name]["cases"]) > 1]
    assert len(varied) >= 3
    seen = set()
    for student in ("s1", "S2 ", "Zoë", "__proto__"):
        chapter.give_id(student.strip())
        for name in varied:
            seen.add((name, chapter.case(name)))
            chapter.judged(name, chapter.right(name))
            chapter.says(name, "✓ Right.", f"Saved for {student.strip()}.")
        text = first(chapter, "text")
        chapter.answer(text, f"Mine: {student}.")
        chapter.says(text, "Recorded.")
        chapter.form(first(chapter, "number")).locator(".bc-hint").click()
        chapter.press("Not you?")
        expect(chapter.page.get_by_role("dialog")).to_contain_text(f"answers of {student.strip()}")
        chapter.press("Clear them from this computer")
        chapter.bar("Cleared.")
        expect(chapter.page.get_by_label("Your id")).to_have_value("")
        assert (
            chapter.page.evaluate(
                "Object.keys(localStorage).filter(key => key.startsWith('bordercount'))"
            )
            == []
        )
        expect(chapter.form(text).locator("textarea")).to_have_value("")
        expect(chapter.page.locator(".bc-feedback:not(:empty), .bc-hints p")).to_have_count(0)
        expect(chapter.page.locator(".bc-count")).to_contain_text("This page: 0 of")
        chapter.student = ""
    assert len(seen) > len(varied)


def test_answers_before_the_id_stay_where_their_case_fits(opened):
    chapter = opened()
    varied = next(name for name in chapter.ids if len(chapter.compiled[name]["cases"]) > 3)
    plain = first(chapter, "choice")
    nobody = chapter.case(varied)
    students = [Chapter(chapter.page, chapter.compiled, f"s{number}") for number in range(99)]
    other = next(each.student for each in students if each.case(varied) != nobody)
    same = next(each.student for each in students if each.case(varied) == nobody)
    for name in (varied, plain):
        chapter.judged(name, chapter.right(name))
    expect(chapter.page.get_by_role("button", name="Not you?")).to_be_visible()
    before = chapter.stored
    chapter.give_id(other)
    chapter.bar("With your id one exercise that you answered asks for another case")
    assert chapter.stored == {plain: before[plain]}
    chapter.says(plain, "✓ Right.")
    expect(chapter.form(varied).locator(".bc-feedback")).to_be_empty()
    expect(chapter.form(varied).locator("input")).to_have_value("")

    chapter.press("Not you?")
    chapter.press("Clear them")
    chapter.student = ""
    for name in (varied, plain):
        chapter.judged(name, chapter.right(name))
    before = chapter.stored
    chapter.give_id(same)
    assert chapter.stored == before
    chapter.says(varied, "✓ Right.")


def test_not_you_offers_the_download_and_escape_leaves_all_as_it_is(opened):
    chapter = opened()
    chapter.give_id("s1")
    name = first(chapter, "choice")
    chapter.judged(name, chapter.right(name))
    chapter.page.get_by_role("button", name="Not you?").focus()
    chapter.page.keyboard.press("Enter")
    dialog = chapter.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Download answers")).to_be_focused()
    with chapter.page.expect_download() as waiting:
        chapter.page.keyboard.press("Enter")
    assert sheet.loads(Path(waiting.value.path()).read_text()).student == "s1"
    chapter.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(chapter.page.get_by_role("button", name="Not you?")).to_be_focused()
    assert list(chapter.stored) == [name]


def test_a_text_half_written_is_not_left_without_asking(opened):
    chapter = opened()
    name = first(chapter, "text")
    chapter.form(name).locator("textarea").focus()
    chapter.page.keyboard.type("Half a sent")
    with chapter.page.expect_event("dialog") as asked:
        chapter.page.evaluate("() => { setTimeout(() => location.reload()); }")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    expect(chapter.form(name).locator("textarea")).to_have_value("Half a sent")
    chapter.answer(name, "All of it.")
    chapter.says(name, "Recorded.", "Saved.")
    chapter.page.reload()
    expect(chapter.form(name).locator("textarea")).to_have_value("All of it.")


# --- tabs and chapters ----------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["http", "http://book.test"])
def test_two_tabs_at_once_lose_nothing_and_show_each_other(opened, address, where):
    port = address.rpartition(":")[2]
    one = opened(where=address if where == "http" else f"{where}:{port}")
    one.give_id("s1")
    other = opened(where=one.page.url.rpartition("/")[0], beside=one)
    number, choice = first(one, "number"), first(one, "choice")
    for chapter, name, value in ((one, number, "1"), (other, choice, other.right(choice))):
        field = chapter.form(name).locator("fieldset [name]")
        if name == number:
            field.fill(value)
        else:
            field.and_(chapter.page.locator(f'[value="{value}"]')).check()
    press = "name => document.querySelector(`[data-exercise='${name}'] [type=submit]`).click()"
    one.page.evaluate(press, number)
    other.page.evaluate(press, choice)
    for chapter in (one, other):
        chapter.says(choice, "✓ Right.")
        chapter.says(number, "✗ Not yet.")
        expect(chapter.page.locator(".bc-count")).to_contain_text("This page: 2 of")
        assert sorted(chapter.stored) == sorted([number, choice])

    # What is being typed here is not written over by what was answered there.
    text = first(one, "text")
    one.form(text).locator("textarea").fill("Half a sent")
    other.answer(text, "All of it.")
    other.says(text, "Recorded.")
    expect(one.form(text).locator(".bc-saved")).to_contain_text("Answered in another window")
    expect(one.form(text).locator("textarea")).to_have_value("Half a sent")

    # One tab clears: the other does not show what is gone, nor write it back.
    other.press("Not you?")
    other.press("Clear them")
    expect(one.form(choice).locator(".bc-feedback")).to_be_empty()
    expect(one.form(text).locator("textarea")).to_have_value("")
    assert one.stored == {}


def test_a_tab_that_did_not_hear_of_a_new_student_does_not_write_into_their_sheet(opened):
    chapter = opened()
    chapter.give_id("s1")
    name = first(chapter, "choice")
    chapter.judged(name, chapter.wrong(name))
    # Storage events do not reach the window that writes: as in a window that slept.
    chapter.page.evaluate(f"localStorage.setItem('{PREFIX}student', 's2')")
    chapter.answer(name, chapter.right(name))
    expect(chapter.form(name).locator(".bc-saved")).to_have_text(
        "Not saved: the answers here are now those of s2."
    )
    assert chapter.stored[name]["tries"] == 1
    chapter.student = "s2"
    assert chapter.stored == {}
    expect(chapter.form(name).locator(".bc-feedback")).to_be_empty()


def test_progress_counts_the_module_over_all_chapters_and_survives_going_back(opened):
    chapter = opened()
    chapter.give_id("s1")
    name = first(chapter, "choice")
    chapter.judged(name, chapter.right(name))
    total = len(chapter.compiled)
    count = chapter.page.locator(".bc-count")
    expect(count).to_contain_text(f"Module: 1 of {total}.")
    chapter.page.goto(chapter.page.url.replace("counts", "terms"))
    expect(count).to_contain_text(f"This page: 0 of 10 answered. Module: 1 of {total}.")
    expect(chapter.page.locator(".bc-name")).to_have_text("Answers of s1")
    there = first(chapter, "choice")
    chapter.judged(there, chapter.right(there))
    chapter.page.go_back()
    expect(count).to_contain_text(f"Module: 2 of {total}.")
    chapter.says(name, "✓ Right.")


# --- files ----------------------------------------------------------------------------------------


def test_a_download_is_a_sheet_and_opened_elsewhere_it_merges(opened):
    chapter = opened()
    chapter.give_id("Zoë")
    name, number = first(chapter, "choice"), first(chapter, "number")
    chapter.judged(name, chapter.wrong(name))
    chapter.judged(name, chapter.right(name))
    content, read = chapter.download()
    assert content["module"] == __version__
    assert (read.student, list(read.answers)) == ("Zoë", [name])
    assert read.answers[name].as_dict() == content["answers"][name] == chapter.stored[name]
    assert (read.answers[name].tries, read.answers[name].value) == (2, chapter.right(name))

    elsewhere = opened()
    elsewhere.judged(number, elsewhere.right(number))  # before the id: another case, perhaps
    elsewhere.open(json.dumps(content))
    elsewhere.bar("Opened 1 answer;")
    elsewhere.student = "Zoë"
    elsewhere.says(name, "✓ Right.")
    expect(elsewhere.page.locator(".bc-name")).to_have_text("Answers of Zoë")
    old = {**content["answers"][name], "value": chapter.wrong(name), "at": "2020-01-01T00:00:00Z"}
    elsewhere.open(made("zoë ", **{name: old, "counts.gone": old}))
    elsewhere.bar("Opened 2 answers;")
    elsewhere.says(name, "✓ Right.")
    assert elsewhere.stored[name]["value"] == chapter.right(name)
    assert elsewhere.stored["counts.gone"] == old
    elsewhere.answer(name, chapter.wrong(name))
    elsewhere.says(name, "✗ Not yet.", "3 tries so far.")


def test_a_file_that_is_not_this_students_sheet_changes_nothing(opened):
    refused = {
        "{": "it is not JSON",
        "null": "its format is not bordercount-answers/1",
        '{"format": "bordercount-answers/1", "student": 1, "answers": {}}': "is damaged",
        made("s2"): "These are the answers of s2. Choose \u201cNot you?\u201d first",
        "[" * 200_000: "not an answer sheet",
        '"' + "x" * 5_000_001 + '"': "too large",
    }
    chapter = opened()
    chapter.give_id("s1")
    name = first(chapter, "choice")
    chapter.judged(name, chapter.right(name))
    before = chapter.stored
    for content, says in refused.items():
        chapter.open(content)
        chapter.bar(says)
        assert chapter.stored == before
        chapter.says(name, "✓ Right.")


def test_odd_answers_in_a_sheet_are_left_out_or_said_to_be_unreadable(opened):
    chapter = opened()
    chapter.give_id("s1")
    good = {"value": "x", "case": {}, "tries": 1, "at": "2026-01-01T00:00:00Z"}
    choice, order, match = (first(chapter, kind) for kind in ("choice", "order", "match"))
    odd = {
        choice: {**good, "value": {"constructor": "x"}},
        order: {**good, "value": ["unknown", "unknown"]},
        match: {**good, "value": {"unknown": "unknown", "toString": "x"}},
        first(chapter, "estimate"): {**good, "value": 12},
        first(chapter, "number"): {**good, "tries": "5"},
        first(chapter, "multiple"): {**good, "at": "tomorrow"},
        first(chapter, "text"): {**good, "case": {"deep": [[]]}},
        "__proto__": {**good, choice: good},
        "none": None,
    }
    chapter.open(made("s1", **odd).replace('"constructor"', '"__proto__"'))
    chapter.bar("Opened 4 answers; of each exercise the newest counts. 5 could not be read")
    chapter.says(choice, "Not understood. This answer does not have the form of its kind.")
    assert sorted(chapter.stored) == sorted([choice, order, match, "__proto__"])
    assert chapter.page.evaluate("Object.keys(Object.prototype)") == []
    expect(chapter.page.locator(".bc-count")).to_contain_text("This page: 3 of")
    for name in (choice, order, match):
        chapter.judged(name, chapter.right(name))
        chapter.says(name, "✓ Right.", "2 tries so far.")
    _, read = chapter.download()
    assert read.answers[choice].value == chapter.right(choice)


def test_hand_in_asks_for_the_id_and_says_what_is_not_answered(opened):
    chapter = opened()
    name = first(chapter, "choice")
    chapter.judged(name, chapter.right(name))
    chapter.press("Hand in")
    chapter.bar("Give your id first")
    expect(chapter.page.get_by_label("Your id")).to_be_focused()
    chapter.page.keyboard.type("s1")
    chapter.page.keyboard.press("Enter")
    chapter.student = "s1"
    expect(chapter.page.locator(".bc-name")).to_be_visible()
    _, read = chapter.download("Hand in")
    assert (read.student, list(read.answers)) == ("s1", [name])
    missing = len(chapter.ids) - 1
    chapter.bar(f"On this page {missing} exercises are not answered yet: 1 2 3 ")
    third = chapter.ids[2]
    chapter.page.locator(".bc-said").get_by_role("button", name="Exercise 3: ").click()
    expect(chapter.form(third).locator("[name]").first).to_be_focused()
    assert first(chapter, "text") in chapter.ids
    for each in chapter.ids:
        if each != name and chapter.compiled[each]["kind"] != "code":
            chapter.answer(each, chapter.right(each))
            chapter.says(each, "✓")
    chapter.download("Hand in")
    chapter.bar("On this page 1 exercise is not answered yet: ")
    chapter.page.locator(".bc-said").get_by_role("button", name="write a function").wait_for()


# --- storage that fails ---------------------------------------------------------------------------


def test_without_storage_it_says_so_and_answers_can_be_downloaded(opened):
    chapter = opened("terms", script=NO_STORAGE)
    chapter.bar("This browser does not keep answers here")
    chapter.give_id("s1")
    name = first(chapter, "number")
    chapter.judged(name, chapter.right(name))
    chapter.says(name, "✓ Right.", "Download them before you leave.")
    expect(chapter.page.locator(".bc-count")).to_contain_text("This page: 1 of 10")
    _, read = chapter.download()
    assert (read.student, read.answers[name].value) == ("s1", chapter.right(name))
    chapter.open(made("s1"))
    chapter.says(name, "✓ Right.")


def test_a_full_storage_is_said_and_what_stood_in_it_stays(opened):
    chapter = opened()
    chapter.give_id("s1")
    name, text = first(chapter, "choice"), first(chapter, "text")
    chapter.judged(name, chapter.right(name))
    chapter.page.evaluate(FILLED)
    chapter.answer(text, "Too much. " * 500)
    chapter.says(text, "Recorded.", "This browser\u2019s storage is full")
    chapter.bar("This browser\u2019s storage is full")
    assert list(chapter.stored) == [name]
    _, read = chapter.download()
    assert sorted(read.answers) == sorted([name, text])

    chapter.page.reload()
    chapter.bar("This browser\u2019s storage is full")
    chapter.says(name, "✓ Right.")
    expect(chapter.page.locator(".bc-name")).to_have_text("Answers of s1")
    chapter.page.evaluate(
        "Object.keys(localStorage).filter(k => k.startsWith('filler'))"
        ".forEach(k => localStorage.removeItem(k))"
    )
    chapter.answer(text, "Now it fits.")
    chapter.says(text, "Recorded.", "Saved for s1.")
    assert sorted(chapter.stored) == sorted([name, text])
    expect(chapter.page.locator(".bc-page > .bc-said")).to_be_empty()


def test_a_damaged_store_is_set_aside_and_said(opened):
    chapter = opened()
    chapter.give_id("s1")
    name = first(chapter, "choice")
    damaged = ["{", "null", '{"format": "other"}']
    for content in damaged:
        chapter.page.evaluate(
            "([name, text]) => localStorage.setItem(name, text)", [f"{PREFIX}sheet:s1", content]
        )
        chapter.page.reload()
        chapter.bar("The answers kept in this browser were damaged. They are set aside")
    aside = "Object.entries(localStorage).filter(([key]) => key.includes(':damaged:s1:'))"
    assert sorted(text for _, text in chapter.page.evaluate(aside)) == sorted(damaged)
    chapter.judged(name, chapter.right(name))
    chapter.says(name, "✓ Right.", "Saved for s1.")
    assert list(chapter.stored) == [name]


# --- looks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(opened, theme):
    chapter = opened(color_scheme=theme)
    reading = Reading()
    parts = [".bc-exercise", ".bc-page"]
    wrong, right = first(chapter, "multiple"), first(chapter, "choice")
    chapter.judged(right, chapter.right(right))
    chapter.judged(wrong, chapter.wrong(wrong))
    number = first(chapter, "number")
    chapter.answer(number, "many")
    chapter.form(number).locator(".bc-hint").click()
    chapter.answer(first(chapter, "estimate"), "12")
    chapter.press("Hand in")
    judge(chapter.page, reading, "answered, asked for the id", parts=parts)
    chapter.give_id("s1")
    chapter.download("Hand in")
    chapter.form(wrong).scroll_into_view_if_needed()
    judge(chapter.page, reading, "handed in", parts=parts)
    chapter.press("Not you?")
    judge(chapter.page, reading, "dialog", parts=parts)
    assert (reading.violations, reading.contrast) == ([], [])


def test_a_telephone_shows_all_without_scrolling_sideways_or_hiding_the_focus(opened):
    chapter = opened(viewport=TELEPHONE)
    page, reading = chapter.page, Reading()
    chapter.give_id("an-id-of-some-length-" * 4)
    name = first(chapter, "multiple")
    chapter.judged(name, chapter.wrong(name))
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0
    expect(page.get_by_role("button", name="Hand in")).to_be_hidden()
    page.keyboard.press("Tab")
    assert page.evaluate(CONTROLS) == []
    # The focus moved by Tab is never under the bar.
    page.locator(".bc-exercise [name]").first.focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        assert not page.evaluate(COVERED), page.evaluate("document.activeElement.outerHTML")
    bar = page.locator(".bc-page").bounding_box()
    assert bar["y"] + bar["height"] == TELEPHONE["height"]
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Hand in").click()
    chapter.bar("On this page 9 exercises are not answered yet")
    assert page.evaluate(overflow) <= 0
    judge(page, reading, "telephone", AXE_NARROW)
    assert reading.violations == []
    page.get_by_role("button", name="More").click()
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    last = page.locator("footer").last.bounding_box()
    assert last["y"] + last["height"] <= page.locator(".bc-page").bounding_box()["y"] + 1


def test_without_scripts_it_reads_well_and_nothing_is_dead(opened):
    page = opened(java_script_enabled=False).page
    expect(page.locator(".bc-exercise .bc-prompt")).to_have_count(10)
    for prompt in page.locator(".bc-exercise .bc-prompt").all():
        expect(prompt).to_be_visible()
    for field in page.locator(".bc-exercise [name]").all():
        expect(field).to_be_visible()
    expect(page.locator(".bc-exercise button:visible")).to_have_count(0)
    expect(page.locator(".bc-order li").first).to_be_visible()


def test_on_paper_there_are_fields_and_no_buttons(opened):
    chapter = opened()
    name = first(chapter, "choice")
    chapter.judged(name, chapter.wrong(name))
    chapter.page.emulate_media(media="print")
    assert chapter.page.locator(".bc-exercise, .bc-bar").locator("button:visible").count() == 0
    expect(chapter.form(name).locator(".bc-feedback")).to_be_hidden()
    expect(chapter.page.locator(".bc-bar")).to_be_hidden()
    match = chapter.form(first(chapter, "match"))
    options = match.locator("select").first.locator("option").all_text_contents()[1:]
    expect(match.locator(".bc-targets")).to_be_visible()
    for option in options:
        expect(match.locator(".bc-targets")).to_contain_text(option)
    for field in chapter.page.locator(".bc-exercise [name]").all():
        expect(field).to_be_visible()


def test_motion_is_left_out_on_request_and_forced_colours_are_usable(opened):
    chapter = opened(forced_colors="active")
    name = first(chapter, "choice")
    animation = "it => getComputedStyle(it).animationName"
    chapter.judged(name, chapter.right(name))
    feedback = chapter.form(name).locator(".bc-feedback")
    assert feedback.evaluate(animation) == "none"
    check = chapter.form(name).locator("[type=submit]")
    check.focus()
    style = check.evaluate(
        """it => {
            const { color, backgroundColor, outlineStyle } = getComputedStyle(it);
            return [color, backgroundColor, outlineStyle];
        }"""
    )
    assert style[0] != style[1]
    assert style[2] == "solid"
    chapter.page.emulate_media(reduced_motion="no-preference")
    assert feedback.evaluate(animation) == "bc-appear"


# --- what a page carries --------------------------------------------------------------------------


def test_no_file_of_the_site_tells_an_answer_or_a_feedback(site, compiled):
    kinds = {".html", ".js", ".json", ".txt", ".md", ".ipynb"}
    paths = [path for path in site.rglob("*") if path.suffix in kinds]
    files = {path: path.read_text(encoding="utf-8", errors="replace") for path in paths}
    assert len(files) > 10
    texts = {path: re.sub(r"\s+", " ", html.unescape(text)) for path, text in files.items()}
    for exercise in compiled.values():
        for case in exercise["cases"]:
            key = answers.decode(case["key"], exercise["id"])
            secrets = [key["because"], *(each["feedback"] for each in key["mistakes"])]
            told = [(path, secret) for path, text in texts.items() for secret in secrets
                    if secret and (secret in text or json.dumps(secret)[1:-1] in text)]  # fmt: skip
            assert told == []
    for path in site.glob("*.html"):
        for name, block in re.findall(
            r'<div class="bc-exercise" data-exercise="([^"]+)"(.*?)class="bc-course"',
            files[path],
            re.S,
        ):
            for case in compiled[name]["cases"]:
                answer = answers.decode(case["key"], name)["answer"]
                if compiled[name]["kind"] in ("number", "estimate") and len(answer) > 3:
                    shown = answers.write_number(int(answer), compiled[name]["decimals"])
                    assert shown not in block, name
                    assert f'"{answer}"' not in block, name


def test_pages_and_our_own_files_are_small(site):
    sizes = {path.name: path.stat().st_size for path in site.glob("*.html")}
    assert max(sizes.values()) < 1_500_000, sizes
    ours = [site / "_static" / name for name in ("exercise.js", "exercise.css")]
    assert sum(path.stat().st_size for path in ours) < 60_000
