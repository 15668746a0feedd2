"""Chapters run side by side into the build's cache; what raises is left to the build to report."""

import pytest
from myst_nb.core.config import NbParserConfig
from myst_parser.config.main import MdParserConfig

from bordercount import ahead

HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""
CELL = "```{code-cell} ipython3\n%s\n```\n"

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(tmp_path):
    cache = str(tmp_path / "cache")
    return NbParserConfig(execution_mode="cache", execution_cache_path=cache)


def page(folder, name, code):
    path = folder / f"{name}.md"
    path.write_text(HEADER + CELL % code, encoding="utf-8")
    return path


def test_what_the_cache_lacks_is_run_once(tmp_path, settings):
    pages = [page(tmp_path, name, f"print({name!r})") for name in ("one", "two", "three")]
    plain = tmp_path / "plain.md"
    plain.write_text("# No notebook\n", encoding="utf-8")
    assert ahead.execute([*pages, plain], MdParserConfig(), settings) == 3
    assert ahead.execute([*pages, plain], MdParserConfig(), settings) == 0
    pages[0].write_text(HEADER + CELL % "print('new')", encoding="utf-8")
    page(tmp_path, "two", "print('newer')")
    assert ahead.execute(pages, MdParserConfig(), settings) == 2


def test_what_raises_is_not_kept(tmp_path, settings):
    pages = [page(tmp_path, "good", "print(1)"), page(tmp_path, "bad", "1 / 0")]
    assert ahead.execute(pages, MdParserConfig(), settings) == 2
    cache = ahead.get_cache(settings.execution_cache_path)
    good, bad = (ahead.read(path, MdParserConfig(), settings) for path in pages)
    assert ahead.cached(cache, good)
    assert not ahead.cached(cache, bad)


def test_nothing_is_run_where_the_build_does_not_cache(tmp_path, settings):
    pages = [page(tmp_path, name, "print(1)") for name in ("one", "two")]
    assert ahead.execute(pages, MdParserConfig(), NbParserConfig(execution_mode="off")) == 0
