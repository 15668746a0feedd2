"""The literal build, on a course of three pages: fresh, complete, or failing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bordercount import sphinx_ext

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
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
CHAPTER = """
# Count

```{code-cell} ipython3
import os
from pathlib import Path
from myst_nb import glue

assert os.environ["BORDERCOUNT_STATIC"] == "1"
with Path("../executions.txt").open("a") as executions:
    executions.write("once\\n")
glue("count", int(Path("../data/x.csv").read_text().split()[1]), display=False)
```

The count is {glue:text}`count:,`.
"""
FILES = {
    "book/_toc.yml": "format: jb-book\nroot: index\nchapters:\n- file: chapter\n- file: after\n",
    "book/references.bib": "",
    "book/index.md": "# Index\n",
    "book/after.md": "# After\n\nThere were {glue:text}`chapter.md::count:,`.\n",
    "book/chapter.md": HEADER + CHAPTER,
    "data/x.csv": "encounters\n1234\n",
    "exercises/chapter.yml": "title: Count\n",
    "exercises/chapter.ipynb": "{}",
    "solutions/chapter.py": "",
}


@dataclass
class Course:
    """A small course on disk, with a copy of the package that it is built with."""

    folder: Path

    def build(self) -> subprocess.CompletedProcess[str]:
        """Run the literal command; its output is one text."""
        # Where rfc3987_syntax is installed, jsonschema compiles its grammar at every start: 1.7 s.
        command = "import sys; sys.modules['rfc3987_syntax'] = None; "
        command += "from jupyter_book.cli.main import main; main()"
        return subprocess.run(
            [sys.executable, "-c", command, "build", "book/"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def page(self, name: str) -> str:
        """Return the source of a built page."""
        return (self.folder / "_build/html" / name).read_text(encoding="utf-8")

    def executions(self) -> int:
        """Return how often the chapter's cells ran."""
        return len((self.folder / "executions.txt").read_text().split())

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a part of a file that must be there."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Path]:
    """Return a course that was built once, and a copy of it to return to."""
    folder = tmp_path_factory.mktemp("course") / "course"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "_config.yml", folder)
    shutil.copytree(
        ROOT / "src/bordercount",
        folder / "src/bordercount",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    build = Course(folder).build()
    assert build.returncode == 0, build.stdout
    return Course(folder), shutil.copytree(folder, folder.with_name("kept"))


@pytest.fixture
def course(built: tuple[Course, Path]) -> Iterator[Course]:
    """Return the built course; afterwards put it back, in place, for Sphinx knows its path."""
    course, kept = built
    yield course
    shutil.rmtree(course.folder)
    shutil.copytree(kept, course.folder)


def test_the_built_page_shows_the_number(course: Course) -> None:
    assert "1,234" in course.page("chapter.html")
    assert "1,234" in course.page("after.html")
    assert "book.css" in course.page("after.html")


def test_a_second_build_reads_and_runs_nothing(course: Course) -> None:
    before = course.executions()
    build = course.build()
    assert build.returncode == 0
    assert "0 added, 0 changed, 0 removed" in build.stdout
    assert course.executions() == before


def test_a_changed_chapter_renews_the_pages_that_show_its_number(course: Course) -> None:
    course.edit("book/chapter.md", ".split()[1])", ".split()[1]) + 1")
    assert course.build().returncode == 0
    assert "1,235" in course.page("after.html")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("data/x.csv", "1234", "5678", id="table"),
        pytest.param("solutions/chapter.py", "", "# changed\n", id="solution"),
        pytest.param("src/bordercount/course.py", '"""Where', '"""Here', id="package"),
    ],
)
def test_a_change_runs_the_chapters_again(course: Course, name: str, old: str, new: str) -> None:
    before = course.executions()
    course.edit(name, old, new)
    build = course.build()
    assert build.returncode == 0, build.stdout
    assert course.executions() == before + 1
    number = (course.folder / "data/x.csv").read_text().split()[1]
    assert f"{int(number):,}" in course.page("chapter.html")
    assert f"{int(number):,}" in course.page("after.html")
    assert len(list((course.folder / "_build/.jupyter_cache").iterdir())) == 1


def test_a_build_that_was_interrupted_is_not_trusted(course: Course) -> None:
    (course.folder / "_build/.doctrees" / sphinx_ext.UNFINISHED).touch()
    build = course.build()
    assert build.returncode == 0
    assert "3 added" in build.stdout


@pytest.mark.parametrize("name", ["b.css", "deep/b.py", "exercises.json", "b.json"])
def test_the_fingerprint_covers_every_source(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.py").write_text("1")
    before = sphinx_ext.fingerprint([tmp_path])
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("2")
    between = sphinx_ext.fingerprint([tmp_path])
    (tmp_path / name).write_text("3")
    assert len({before, between, sphinx_ext.fingerprint([tmp_path])}) == 3


@pytest.mark.parametrize("name", ["a.json", ".a.yml.swp", "__pycache__/a.pyc", ".tox/a.py"])
def test_the_fingerprint_ignores_what_a_command_makes(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "exercises"
    folder.mkdir()
    before = sphinx_ext.fingerprint([folder])
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("2")
    assert sphinx_ext.fingerprint([folder]) == before


# --- ways to the worksheet ---------------------------------------------------------------------

BINDER = "https://mybinder.org/v2/gh/a-class/nu%2Bm/main?urlpath=lab%2Ftree%2Fexercises%2F"


def name_the_repository(course: Course, url: str = "https://github.com/a-class/nu+m") -> None:
    course.edit("_config.yml", '  url: ""', f'  url: "{url}"')


def test_without_an_address_no_page_links_to_a_worksheet_or_the_repository(course: Course) -> None:
    for name in ("index.html", "chapter.html", "after.html"):
        assert "bc-launch" not in course.page(name)
        assert "mybinder" not in course.page(name)
        assert "source-repository-button" not in course.page(name)
        assert "dropdown-launch-buttons" not in course.page(name)


def test_with_an_address_a_chapter_links_to_its_worksheet_and_runs_no_cell_for_it(
    course: Course,
) -> None:
    before = course.executions()
    name_the_repository(course)
    course.edit("_config.yml", 'jupyterhub_url: ""', "jupyterhub_url: https://hub.school.test/")
    build = course.build()
    assert build.returncode == 0, build.stdout
    page = course.page("chapter.html")
    assert f'href="{BINDER}chapter.ipynb"' in page
    assert 'href="https://hub.school.test/hub/user-redirect/git-pull?repo=https%3A%2F%2F' in page
    assert page.index("</h1>") < page.index("bc-launch") < page.index("The count is")
    assert "mybinder.org/v2/gh/a-class/nu+m/main?urlpath=lab/tree/book/" not in page
    assert "lite/lab" not in page
    assert course.executions() == before
    for name in ("index.html", "after.html", "search.html"):
        assert "mybinder" not in course.page(name)
        assert "hub.school.test" not in course.page(name)
        assert 'href="https://github.com/a-class/nu+m"' in course.page(name)


def test_the_browser_alone_is_offered_while_its_site_is_there(course: Course) -> None:
    page = course.folder / "_build" / "lite" / "lab" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("JupyterLite")
    (page.parents[1] / "old.json").write_text("{}")
    assert course.build().returncode == 0
    assert 'href="lite/lab/index.html?path=exercises%2Fchapter.ipynb"' in course.page(
        "chapter.html"
    )
    assert "lite/lab" not in course.page("after.html")
    assert course.page("lite/lab/index.html") == "JupyterLite"

    page.write_text("A newer JupyterLite")
    (page.parents[1] / "old.json").unlink()
    assert course.build().returncode == 0
    assert course.page("lite/lab/index.html") == "A newer JupyterLite"
    assert not (course.folder / "_build/html/lite/old.json").exists()

    shutil.rmtree(page.parents[1])
    assert course.build().returncode == 0
    assert "lite/lab" not in course.page("chapter.html")
    assert not (course.folder / "_build/html/lite").exists()


def test_a_wrong_address_stops_the_build_in_one_line(course: Course) -> None:
    name_the_repository(course, "a-class/numbers")
    build = course.build()
    assert build.returncode != 0
    said = "_config.yml: repository: url is 'a-class/numbers'; write https://github.com/OWNER/NAME"
    assert [line for line in build.stdout.splitlines() if said in line]
    assert "Traceback" not in build.stdout


# --- damage ------------------------------------------------------------------------------------


def drop_header(course: Course) -> None:
    course.edit("book/chapter.md", HEADER, "")


def drop_glue(course: Course) -> None:
    course.edit("book/chapter.md", 'glue("count"', 'glue("kount"')


def drop_last_glue(course: Course) -> None:
    course.edit("book/chapter.md", CHAPTER, "\n```{code-cell} ipython3\n1\n```\n")


def raise_in_a_cell(course: Course) -> None:
    course.edit("book/chapter.md", "import os\n", "import os\n1 / 0\n")


def switch_off(course: Course) -> None:
    off = "mystnb:\n  execution_mode: 'off'\n---\n"
    course.edit("book/chapter.md", "name: python3\n---\n", f"name: python3\n{off}")
    course.edit("book/chapter.md", "The count is {glue:text}`count:,`.", "")
    course.edit("book/after.md", "There were {glue:text}`chapter.md::count:,`.", "")


def misspell_the_role(course: Course) -> None:
    course.edit("book/chapter.md", "{glue:text}", "{gleu:text}")


def lose_a_chapter(course: Course) -> None:
    course.edit("book/_toc.yml", "- file: chapter\n", "- file: chapter\n- file: lost\n")


@pytest.mark.parametrize(
    ("damage", "where", "what"),
    [
        (drop_glue, "chapter.md:25", "'count'"),
        (drop_last_glue, "after.md", "'count'"),
        (drop_header, "chapter.md", "code-cell"),
        (raise_in_a_cell, "chapter.md", "ZeroDivisionError"),
    ],
)
def test_damage_fails_every_build_until_it_is_mended(
    course: Course, damage: Callable[[Course], None], where: str, what: str
) -> None:
    damage(course)
    for _ in range(2):
        assert_incomplete(course, where, what)


@pytest.mark.parametrize(
    ("damage", "where", "what"),
    [
        (switch_off, "chapter.md", "did not run"),
        (misspell_the_role, "chapter.md:25", "gleu:text"),
        (lose_a_chapter, "lost", "lost"),
    ],
)
def test_other_blanks_fail_the_build(
    course: Course, damage: Callable[[Course], None], where: str, what: str
) -> None:
    damage(course)
    assert_incomplete(course, where, what)


def assert_incomplete(course: Course, where: str, what: str) -> None:
    build = course.build()
    assert build.returncode != 0, build.stdout
    verdict = build.stdout.rpartition("The book has blanks:")[2]
    assert where in verdict, build.stdout
    assert what in verdict
