"""What works on this computer, what does not, and what to do about it.

Findings are about what is here; ways in are what people do with the module, each with the findings
that it needs. Whatever is broken here is a finding, never an error.
"""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import bordercount
from bordercount import chromium, course, installed
from bordercount.course import CourseNotFoundError
from bordercount.errors import BordercountError

INSTALL = 'pip install -c constraints.txt -e ".[{}]"'
# Each extra, and what the finding about it is called.
EXTRAS = {
    installed.CORE: "packages that everything needs",
    "book": "packages that build the book",
    "grade": "packages that grade and make bundles",
    "lab": "packages that open worksheets",
    "print": "packages that print",
    "data": "packages that rebuild tables",
    "scale": "packages that grade on a cluster",
    "hub": "packages of the image for a hub",
}
SOURCES = ("book/*.md", "data/*", "exercises/*.yml", "solutions/*.py", "_config.yml")


State = Literal["ok", "absent", "broken", "works", "closed", "unknown"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is, in words, and what to do if it is not well."""

    what: str
    state: State
    found: str
    remedy: str = ""
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """A way to use the module: how to go, what it needs, and what cannot be known here."""

    how: str
    needs: tuple[str, ...]
    beyond: str = ""


CORE = EXTRAS[installed.CORE]
WAYS = {
    "read the built book": Way("open _build/html/index.html", ("built book",)),
    "build the book": Way(
        "jupyter-book build book/", ("sources", CORE, EXTRAS["book"], "jupyter-book")
    ),
    "open worksheets in JupyterLab": Way(
        "jupyter lab exercises",
        ("exercises", "worksheets", CORE, EXTRAS["lab"], "widgets in JupyterLab", "kernel"),
    ),
    "grade": Way(
        "bordercount grade SUBMISSIONS --out grades",
        ("exercises", "solutions", CORE, EXTRAS["grade"]),
    ),
    "run students' functions": Way(
        "grading does it", ("exercises", "solutions", CORE, EXTRAS["grade"], "sandbox")
    ),
    "in the browser alone": Way(
        "put _build/lite, or the book that was built after it, on a web server",
        ("worksheets for the browser",),
        "whether a reader's browser reaches Pyodide's public server, which has the packages "
        "unless the site was made with them",
    ),
    "in a room with no network": Way("hand out the zip in _build", ("offline bundle",)),
    "on paper": Way("print what is in _build/print", ("printed pages",)),
    "on Binder": Way(
        "follow the link on a chapter's page",
        ("address of the repository", "classroom image"),
        "whether Binder reaches the repository, and builds what lies there",
    ),
    "on a JupyterHub": Way(
        "follow the link on a chapter's page",
        ("address of the repository", "address of the hub"),
        "whether the hub has nbgitpuller and the packages, and reaches the repository",
    ),
}


def findings() -> list[Finding]:
    """Return what is here, one finding after the other."""
    root = course_root()
    checks: list[tuple[Iterable[str], Callable[[], Finding | Iterable[Finding]]]] = [
        (["Python"], python),
        (["bordercount"], lambda: package(root)),
        (EXTRAS.values(), lambda: packages(root)),
        (["jupyter-book"], lambda: jupyter_book(root)),
        (["widgets in JupyterLab"], widgets),
        (["kernel"], kernel),
        (["programs"], programs),
        (["sandbox"], lambda: sandbox(root)),
        (["course"], lambda: where(root)),
    ]
    if root:
        checks += [
            (["exercises"], lambda: exercises(root)),
            (["worksheets"], lambda: worksheets(root)),
            (["solutions"], lambda: solutions(root)),
            (["sources"], lambda: sources(root)),
            (["address of the repository", "address of the hub"], lambda: addresses(root)),
            (["what was made"], lambda: made(root)),
        ]
    return [finding for names, check in checks for finding in held(names, check)]


def held(
    names: Iterable[str], check: Callable[[], Finding | Iterable[Finding]]
) -> Iterable[Finding]:
    """Return what a check finds; that it could not be made is found of all that it looks at."""
    try:
        found = check()
        return [found] if isinstance(found, Finding) else list(found)
    except BordercountError as error:
        said, remedy = str(error), "mend the file that is named"
    except Exception as error:  # a broken installation breaks anywhere
        said = f"{type(error).__name__}: {error}"
        remedy = f"{INSTALL.format('book,grade,lab')}, in a fresh environment"
    return [Finding(name, "broken", " ".join(said.split()), remedy) for name in names]


def ways(found: Iterable[Finding]) -> list[Finding]:
    """Return of each way in whether it works here, by the findings that it needs.

    Outside a course, all that needs one is closed.
    """
    known = {each.what: each for each in found}
    return [judged(what, way, known) for what, way in WAYS.items()]


def judged(what: str, way: Way, known: Mapping[str, Finding]) -> Finding:
    """Return whether one way in works: all that it needs is well, and nothing lies beyond."""
    needs = [known.get(need, known["course"]) for need in way.needs]
    for need in needs:
        if need.state != "ok":
            state: State = "unknown" if need.state == "unknown" else "closed"
            return Finding(what, state, f"{need.what}: {need.found}", need.remedy)
    if way.beyond:
        return Finding(what, "unknown", f"{way.how}; not known here: {way.beyond}")
    remedy = next((need.remedy for need in needs if need.remedy), "")
    return Finding(what, "works", way.how, remedy)


def well(found: Iterable[Finding]) -> bool:
    """Return whether nothing is broken and there is a course; what is absent may be a choice."""
    return not any(
        each.state == "broken" or (each.what == "course" and each.state == "absent")
        for each in found
    )


# --- what is installed ----------------------------------------------------------------------------


def python() -> Finding:
    """Return which Python runs."""
    number = platform.python_version()
    inside = "" if sys.prefix == sys.base_prefix else f", in {sys.prefix}"
    return Finding("Python", "ok", f"{number} on {platform.system()}{inside}")


def package(root: Path | None) -> Finding:
    """Return whether the package that runs is the one of this course, and as it was installed."""
    number, what = bordercount.__version__, "bordercount"
    remedy = INSTALL.format("book,grade,lab")
    described = installed.project(root).get("version", number)
    if described != number:
        said = f"installed as {number}, and the course says {described}"
        return Finding(what, "broken", said, remedy)
    own = root / "src" / "bordercount" if root else None
    here = Path(bordercount.__file__).resolve().parent
    if own and own.is_dir() and own.resolve() != here:
        return Finding(what, "broken", f"{here} runs, not the {own} of this course", remedy)
    return Finding(what, "ok", number)


def packages(root: Path | None) -> Iterable[Finding]:
    """Yield of each extra whether its packages are here, and load."""
    wanted = installed.extras(installed.project(root))
    for extra, found in installed.packages(wanted).items():
        what = EXTRAS.get(extra, f"packages of the extra {extra}")
        remedy = INSTALL.format("book" if extra == installed.CORE else extra)
        slow = [each.name for each in found if each.trouble == installed.SLOW]
        if broken := [each for each in found if each.trouble not in ("", installed.SLOW)]:
            said = "; ".join(f"{each.name}: {each.trouble}" for each in broken)
            names = " ".join(each.name for each in broken)
            again = f"pip install -c constraints.txt --force-reinstall {names}"
            yield Finding(what, "broken", said, again)
        elif absent := [each.name for each in found if not each.version]:
            yield Finding(what, "absent", f"no {', '.join(absent)}", remedy)
        elif slow:
            again = "close other programs, and run bordercount doctor again"
            yield Finding(what, "unknown", f"{', '.join(slow)}: {installed.SLOW}", again)
        else:
            said = ", ".join(f"{each.name} {each.version}" for each in found)
            yield Finding(what, "ok", said)


def jupyter_book(root: Path | None) -> Finding:
    """Return whether the `jupyter-book` that a terminal starts can build this book.

    Version 2 ignores _config.yml; what it leaves is a log, and no page.
    """
    what, (program, number) = "jupyter-book", installed.jupyter_book()
    remedy = INSTALL.format("book")
    own = installed.version("jupyter-book")
    if own.startswith("1."):
        here = Path(sys.executable).parent
        remedy = f"activate this environment, or type {here / 'jupyter-book'} build book/"
        if not program:
            said = f"{own}, in this environment, where a terminal does not find it"
            return Finding(what, "ok", said, remedy)
    if not program:
        return Finding(what, "absent", "a terminal does not find it", remedy)
    if not number:
        return Finding(what, "broken", f"{program} has no version that can be read", remedy)
    if not number.startswith("1."):
        said = f"{program} is version {number}, which builds nothing of this book, says EISDIR, "
        return Finding(what, "broken", f"{said}and reports success: it must be version 1", remedy)
    if root and left_by_version_2(root):
        said = f"{number}; but version 2 made the last build, which left a log and no page"
        return Finding(what, "ok", said, "jupyter-book build book/")
    return Finding(what, "ok", number)


def left_by_version_2(root: Path) -> bool:
    """Return whether the last build was one of Jupyter Book 2, which leaves this alone."""
    made = root / "_build"
    return (made / "logs/myst.build.json").is_file() and not (made / "html/index.html").is_file()


def widgets() -> Finding:
    """Return whether JupyterLab shows the exercises' forms."""
    what = "widgets in JupyterLab"
    if not installed.version("jupyterlab"):
        return Finding(what, "absent", "no JupyterLab", INSTALL.format("lab"))
    if wrong := {name: said for name, said in installed.frontends().items() if said}:
        said = ", ".join(f"{name} is {said}" for name, said in wrong.items())
        remedies = {
            "missing": "pip install -c constraints.txt --force-reinstall "
            "jupyterlab-widgets anywidget",
            "disabled": f"jupyter labextension enable {' '.join(wrong)}",
        }
        return Finding(what, "broken", said, remedies[next(iter(wrong.values()))])
    return Finding(what, "ok", ", ".join(installed.FRONTENDS))


def kernel() -> Finding:
    """Return whether a worksheet finds the Python that runs it."""
    if not installed.version("jupyterlab"):
        return Finding("kernel", "absent", "no JupyterLab", INSTALL.format("lab"))
    if said := installed.kernel():
        remedy = "python -m ipykernel install --sys-prefix"
        return Finding("kernel", "broken", said, remedy)
    return Finding("kernel", "ok", "python3")


def programs() -> Iterable[Finding]:
    """Yield the programs that some commands need."""
    for name, purpose in (("make", "the short commands"), ("git", "getting and keeping changes")):
        if shutil.which(name):
            yield Finding(name, "ok", f"for {purpose}")
        else:
            yield Finding(name, "absent", f"it is for {purpose}", f"apt-get install {name}")
    try:
        yield Finding("Chromium", "ok", chromium.path())
    except BordercountError:
        said = "it prints, and the browser's tests need it"
        yield Finding("Chromium", "absent", said, "apt-get install chromium")


def sandbox(root: Path | None) -> Finding:
    """Return whether students' functions can be run; `more` names the walls that were tried."""
    from bordercount.sandbox import Wanted, examined

    hidden = (os.fspath(root / "solutions"),) if root else ()
    lines = list(examined(Wanted(hidden=hidden)))
    if lines[-1].holds:
        return Finding("sandbox", "ok", "its walls hold", more=tuple(each.what for each in lines))
    remedy = "all else is graded; --exercises=-kind:code leaves functions out of the points"
    return Finding("sandbox", "absent", lines[-1].what, remedy)


# --- the course -----------------------------------------------------------------------------------


def course_root() -> Path | None:
    """Return the folder of the course, if there is one."""
    try:
        return course.root()
    except CourseNotFoundError:
        return None


def where(root: Path | None) -> Finding:
    """Return where the course is."""
    if root:
        return Finding("course", "ok", str(root))
    remedy = f"go to the folder of the course, or set {course.ENVIRONMENT} to it"
    return Finding("course", "absent", "no folder with exercises/ here or above", remedy)


def exercises(root: Path) -> Finding:
    """Return whether the questions can be read, and forms find the answers that they need.

    Where the solutions are, a form computes its answers; elsewhere they were compiled before.
    """
    from bordercount import exercises as questions

    names = questions.names()
    chapters = {name: questions.load(name).exercises for name in names}
    said = f"{sum(map(len, chapters.values()))} in {len(names)} chapters"
    if (root / "solutions").is_dir():
        return Finding("exercises", "ok", said)
    for name, wanted in chapters.items():
        compiled = installed.read_json(root / "exercises" / f"{name}.json").get("exercises", {})
        if set(compiled) != {each.id for each in wanted}:
            said = f"{name}.json is missing or not that of {name}.yml, and there are no solutions"
            return Finding("exercises", "broken", said, "unpack the students' bundle again")
    return Finding("exercises", "ok", f"{said}, compiled")


def worksheets(root: Path) -> Finding:
    """Return whether each chapter has its worksheet; a course can be graded without."""
    from bordercount import exercises as questions

    names = questions.names()
    if lost := [each for each in names if not (root / "exercises" / f"{each}.ipynb").is_file()]:
        said = f"none of {', '.join(lost)}"
        return Finding("worksheets", "absent", said, "bordercount worksheets")
    return Finding("worksheets", "ok", f"one for each of {len(names)} chapters")


def solutions(root: Path) -> Finding:
    """Return whether the answers are here, which students' copies lack."""
    from bordercount import exercises as questions

    lost = [each for each in questions.names() if not (root / f"solutions/{each}.py").is_file()]
    if not lost:
        return Finding("solutions", "ok", "here: keep this copy from students")
    remedy = "work in the repository or in the instructors' bundle"
    if (root / "solutions").is_dir():
        return Finding("solutions", "broken", f"none of {', '.join(lost)}", remedy)
    return Finding("solutions", "absent", "none: this is a students' copy", remedy)


def sources(root: Path) -> Finding:
    """Return whether the book's pages are all here."""
    from bordercount import toc

    if not (root / "book").is_dir():
        remedy = "work in the repository or in the instructors' bundle"
        return Finding("sources", "absent", "no book/: this is a students' copy", remedy)
    pages = toc.pages(root)
    if lost := [each for each in pages if not (root / "book" / f"{each}.md").is_file()]:
        said = f"book/_toc.yml names {', '.join(lost)}, and there is no such page"
        return Finding("sources", "broken", said, "mend book/_toc.yml")
    return Finding("sources", "ok", f"{len(pages)} pages")


def addresses(root: Path) -> Iterable[Finding]:
    """Yield the addresses that _config.yml names; until they are set, no page links there."""
    from bordercount import launch

    found = launch.offered(root)
    for what, address, said, key in (
        ("address of the repository", found.repository,
         "not set, so no page links to it, to Binder or to a hub", "repository: url"),
        ("address of the hub", found.hub, "not set, so no page links to one",
         "repository: url, and launch_buttons: jupyterhub_url"),
    ):  # fmt: skip
        if address:
            yield Finding(what, "ok", address)
        else:
            yield Finding(what, "absent", said, f"set {key} in _config.yml, and build again")


def made(root: Path) -> Iterable[Finding]:
    """Yield what other ways in need, and whether it is here."""
    yield built_book(root)
    for what, pattern, remedy in (
        ("worksheets for the browser", "_build/lite/lab/index.html", "make lite"),
        ("offline bundle", "_build/*-offline-*.zip", "make offline"),
        ("printed pages", "_build/print/*.pdf", "make print"),
        ("classroom image", ".binder/runtime.txt", "take .binder/ from the repository"),
    ):
        if found := sorted(root.glob(pattern)):
            yield Finding(what, "ok", str(found[0]))
        else:
            yield Finding(what, "absent", f"no {pattern}", remedy)


def built_book(root: Path) -> Finding:
    """Return whether the book is built, and newer than what it is built from."""
    what, page, command = "built book", root / "_build/html/index.html", "jupyter-book build book/"
    if not page.is_file():
        return Finding(what, "absent", "not built yet", command)
    inputs = [path for pattern in SOURCES for path in root.glob(pattern) if path.is_file()]
    newest = max(inputs, key=lambda path: path.stat().st_mtime, default=page)
    if newest.stat().st_mtime > page.stat().st_mtime:
        said = f"{page}, older than {newest.relative_to(root)}"
        return Finding(what, "ok", said, f"{command}  (to renew it)")
    return Finding(what, "ok", str(page))
