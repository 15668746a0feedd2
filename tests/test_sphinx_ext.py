"""The literal build, on a course of two pages: fresh, complete, or failing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

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
    "book/_toc.yml": "format: jb-book\nroot: index\nchapters:\n- file: chapter\n",
    "book/references.bib": "",
    "book/index.md": "# Index\n\nThere were {glue:text}`chapter.md::count:,`.\n",
    "book/chapter.md": HEADER + CHAPTER,
    "data/x.csv": "encounters\n1234\n",
    "exercises/chapter.yml": "title: Count\n",
    "solutions/chapter.py": "",
}


@dataclass
class Course:
    """A small course on disk, with a copy of the package that it is built with."""

    folder: Path

    def build(self) -> subprocess.CompletedProcess[str]:
        """Run the literal command; its output is one text."""
        command = "from jupyter_book.cli.main import main; main()"
        return subprocess.run(
            [sys.executable, "-c", command, "build", "book/"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def page(self, name: str) -> str:
        return (self.folder / "_build/html" / name).read_text(encoding="utf-8")

    def executions(self) -> int:
        return len((self.folder / "executions.txt").read_text().split())

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Return a course that was built once. Tests copy it rather than change it."""
    folder = tmp_path_factory.mktemp("course")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "_config.yml", folder)
    shutil.copytree(
        ROOT / "src/bordercount",
        folder / "src/bordercount",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    course = Course(folder)
    build = course.build()
    assert build.returncode == 0, build.stdout
    return course


def test_the_built_page_shows_the_number(built: Course) -> None:
    assert "1,234" in built.page("chapter.html")
    assert "1,234" in built.page("index.html")
    assert "book.css" in built.page("index.html")


def test_a_second_build_reads_and_runs_nothing(built: Course) -> None:
    before = built.executions()
    build = built.build()
    assert build.returncode == 0
    assert "0 added, 0 changed, 0 removed" in build.stdout
    assert built.executions() == before


def test_a_changed_chapter_renews_the_pages_that_show_its_number(built: Course) -> None:
    built.edit("book/chapter.md", ".split()[1])", ".split()[1]) + 0 * 1 + 1")
    assert built.build().returncode == 0
    assert "1,235" in built.page("index.html")
    built.edit("book/chapter.md", ".split()[1]) + 0 * 1 + 1", ".split()[1])")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("data/x.csv", "1234", "5678", id="table"),
        pytest.param("solutions/chapter.py", "", "# changed\n", id="solution"),
        pytest.param("exercises/chapter.yml", "Count", "Counts", id="exercise"),
        pytest.param("src/bordercount/course.py", '"""Where', '"""Here', id="package"),
        pytest.param("src/bordercount/assets/book.css", "/*", "/* ", id="style"),
    ],
)
def test_a_change_runs_the_chapters_again(built: Course, name: str, old: str, new: str) -> None:
    before = built.executions()
    built.edit(name, old, new)
    build = built.build()
    assert build.returncode == 0, build.stdout
    assert built.executions() == before + 1
    number = (built.folder / "data/x.csv").read_text().split()[1]
    assert f"{int(number):,}" in built.page("chapter.html")
    assert f"{int(number):,}" in built.page("index.html")
    assert len(list((built.folder / "_build/.jupyter_cache").iterdir())) == 1


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
    course.edit("book/index.md", "There were {glue:text}`chapter.md::count:,`.", "")


def misspell_the_role(course: Course) -> None:
    course.edit("book/chapter.md", "{glue:text}", "{gleu:text}")


def lose_a_chapter(course: Course) -> None:
    course.edit("book/_toc.yml", "- file: chapter\n", "- file: chapter\n- file: lost\n")


@pytest.mark.parametrize(
    ("damage", "where", "what"),
    [
        (drop_glue, "chapter.md:22", "'count'"),
        (drop_last_glue, "index.md", "'count'"),
        (drop_header, "chapter.md", "code-cell"),
        (raise_in_a_cell, "chapter.md", "ZeroDivisionError"),
        (switch_off, "chapter.md", "did not run"),
        (misspell_the_role, "chapter.md:22", "gleu:text"),
        (lose_a_chapter, "lost", "lost"),
    ],
)
def test_damage_fails_every_build_until_it_is_mended(
    built: Course, tmp_path: Path, damage: Callable[[Course], None], where: str, what: str
) -> None:
    course = Course(tmp_path / "course")
    shutil.copytree(built.folder, course.folder)
    damage(course)
    for _ in range(2):
        build = course.build()
        assert build.returncode != 0, build.stdout
        verdict = build.stdout.rpartition("The book has blanks:")[2]
        assert where in verdict, build.stdout
        assert what in verdict
