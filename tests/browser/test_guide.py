"""The instructors' guide in a browser, and its absence from the built book."""

import html
import re
from pathlib import Path

import pytest
from accessibility import AXE_NARROW, Reading, judge

from bordercount import exercises, guide, keys

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORDERCOUNT_COURSE", str(ROOT))
        return guide.write(path=tmp_path_factory.mktemp("guide") / "guide.html")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_asked_of_another_host(browser, written, theme):
    reading, asked = Reading(), []
    with browser.new_context(color_scheme=theme) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(written.as_uri())
        judge(page, reading, theme)
    assert (reading.violations, reading.contrast) == ([], [])
    assert {url for url in asked if not url.startswith("data:")} == {written.as_uri()}


def test_a_telephone_shows_it_without_scrolling_sideways(browser, written):
    reading = Reading()
    with browser.new_context(viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        page.goto(written.as_uri())
        judge(page, reading, "telephone", AXE_NARROW)
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(width) <= 0
    assert reading.violations == []


def test_no_file_of_the_site_is_the_guide_or_tells_a_model_answer(site, monkeypatch):
    monkeypatch.setenv("BORDERCOUNT_COURSE", str(ROOT))
    models = [
        " ".join(html.unescape(keys.answer_function(name, exercise)(**case)).split())
        for name in exercises.names()
        for exercise in exercises.load(name).exercises
        if exercise.kind == "text"
        for case in exercise.cases
    ]
    assert models
    kinds = {".html", ".js", ".json", ".txt", ".md", ".ipynb"}
    for path in (path for path in site.rglob("*") if path.suffix in kinds):
        text = path.read_text(encoding="utf-8", errors="replace")
        assert "This file holds the answers." not in text, path
        plain = re.sub(r"\s+", " ", html.unescape(text))
        assert [model for model in models if model[:60] in plain] == [], path
