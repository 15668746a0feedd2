"""The grader's pages in a real browser: accessible in both themes, whole, and narrow enough."""

import pytest
from accessibility import AXE_NARROW, Reading, judge
from classroom import Class

pytestmark = pytest.mark.slow


@pytest.fixture
def graded(demo, tmp_path):
    """Return a small class, graded, with all that a page may have to show."""
    klass = Class(tmp_path)
    wrong = {
        "demo.pick": klass.answer("person"),
        "demo.pairs": klass.answer({"usbp": "at", "ofo": "at"}),
        "demo.sorted": klass.answer(["b", "a", "c"], tries=3),
        "demo.why": klass.answer("word" * 200),
    }
    for number in range(9):
        klass.put(f"{number}.json", klass.sheet(f"s{number}", wrong if number % 2 else {}))
    klass.grade(show_answers=True)
    return klass


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["feedback/s1.html", "feedback/s2.html", "report.html"])
def test_pages_are_accessible_whole_and_fit_a_narrow_screen(graded, browser, scheme, name):
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((graded.out / name).as_uri())
    reading = Reading()
    judge(page, reading, name)
    page.set_viewport_size({"width": 320, "height": 700})
    judge(page, reading, f"{name} at 320 px", AXE_NARROW)
    assert reading.violations == []
    assert reading.contrast == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert asked == [(graded.out / name).as_uri()]
    context.close()
