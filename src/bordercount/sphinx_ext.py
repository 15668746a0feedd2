"""The book build's hook: static kernels, fresh numbers, no blanks, and the pages' looks."""

import hashlib
import logging
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

# Neither of these two has types.
from docutils import nodes  # type: ignore[import-untyped]
from docutils.utils.math.latex2mathml import tex2mathml  # type: ignore[import-untyped]
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.logging import WarningStreamHandler
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

import bordercount
from bordercount import ahead, course, launch

PACKAGE = Path(__file__).parent
INPUTS = ("data", "exercises", "solutions")
UNFINISHED = "bordercount-unfinished"

# Warnings that leave a hole in a page. A library's talk on stderr is a warning, too, but no hole.
BLANK = re.compile(
    r"\b(mystnb\.(?!stderr)|myst-nb\.(mime|output)_type"
    r"|myst\.(role_unknown|directive_|substitution)|etoc\.|toc\.not_readable"
    r"|bibtex\.key_not_found)"
)
ANSI = re.compile(r"\x1b\[[0-9;]*m")
ERROR = re.compile(r"[A-Za-z_][\w.]*: ")  # the line of a traceback that names the error


def fingerprint(folders: Iterable[Path]) -> str:
    """Return a short digest of names and contents of every file a number can rest on.

    Hidden files, Python's own caches and the exercises compiled from YAML are left out.
    """
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            ignored = any(part.startswith((".", "__pycache__")) for part in name.parts)
            compiled = folder.name == "exercises" and path.suffix == ".json"
            if path.is_file() and not ignored and not compiled:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(f"{folder.name}/{name.as_posix()} {content}\n".encode())
    return digest.hexdigest()[:16]


def prepare(app: Sphinx, config: Config) -> None:
    """Name the execution cache after the inputs, and distrust a build that did not finish.

    The name is a setting that Sphinx compares with the last build's, so a changed table, solution
    or module re-reads every page and finds an empty cache. Runs before Sphinx loads that build.
    """
    root = course.root(Path(app.srcdir))
    name = fingerprint([*(root / folder for folder in INPUTS), PACKAGE])
    caches = Path(app.outdir).parent / ".jupyter_cache"
    for older in caches.glob("*/"):
        if older.name != name:
            shutil.rmtree(older)
    config["nb_execution_cache_path"] = str(caches / name)
    config.templates_path.insert(0, str(PACKAGE / "templates"))
    config.html_static_path.append(str(PACKAGE / "assets"))
    config["html_favicon"] = str(PACKAGE / "assets" / "favicon.svg")
    config["html_theme_options"]["extra_footer"] = f"<p>Bordercount {bordercount.__version__}</p>"
    config["bordercount_ways"] = ways(root)
    if (Path(app.doctreedir) / UNFINISHED).exists():
        (Path(app.doctreedir) / ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def ways(root: Path) -> launch.Ways:
    """Return the ways to a worksheet that the course offers. Raises `SystemExit`: see `Watch`."""
    try:
        return launch.offered(root)
    except launch.AddressError as error:
        raise SystemExit(str(error)) from None


def begin(app: Sphinx) -> None:
    """Mark the build as unfinished and, where all pages are read anew, drop all glued values."""
    Path(app.doctreedir).mkdir(parents=True, exist_ok=True)
    (Path(app.doctreedir) / UNFINISHED).touch()
    if app.fresh_env_used:
        shutil.rmtree(glue_folder(app.env), ignore_errors=True)


def glue_folder(env: BuildEnvironment) -> Path:
    """Return the folder where myst-nb keeps what each chapter glued."""
    return Path(env.mystnb_config.output_folder)  # type: ignore[attr-defined]  # myst-nb adds it


def forget_glue(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Delete what a chapter glued before it is read again.

    Where it glues nothing any more, myst-nb keeps the file, and other pages go on showing it.
    """
    (glue_folder(env) / f"{docname}.glue.json").unlink(missing_ok=True)


def run_ahead(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Run the chapters that are about to be read, several at once."""
    paths = [Path(env.doc2path(docname)) for docname in sorted(docnames)]
    ahead.execute(paths, env.myst_config, env.mystnb_config)  # type: ignore[attr-defined]  # its own


def forget_pages(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Delete the pages of chapters that left the book; return the chapters to read again for it."""
    for docname in removed:
        (Path(app.outdir) / f"{docname}.html").unlink(missing_ok=True)
    return sorted(env.found_docs) if removed else []


def rewrite_all(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return every page once a notebook was read: any page may show what that one glued."""
    return sorted(env.found_docs) if NbMetadataCollector.new_exec_data(env) else []


class Watch:
    """The build's conscience: collects what would leave a blank, and stops the build for it."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self.blanks: list[str] = []
        self.raised: set[str] = set()
        self.warned = False

    def note(self, record: logging.LogRecord) -> bool:
        """Keep a warning that means a blank; return True, so that every warning is still shown."""
        message = ANSI.sub("", record.getMessage()).replace("WARNING: ", "").strip()
        kind = f"{getattr(record, 'type', '')}.{getattr(record, 'subtype', '')}"
        page = (getattr(record, "location", None) or "").rpartition(".md")[0]
        self.warned = True
        if BLANK.search(f"{message} {kind}") and page not in self.raised:
            first, *traceback = message.splitlines()
            errors = [line for line in traceback if ERROR.match(line)]
            self.blanks.append(": ".join([first, *errors[-1:]]))
            if traceback:  # a cell raised: what that page lacks besides is no news
                self.raised.add(page)
        return True

    def stop_on_blanks(self) -> None:
        """Raise `SystemExit` that names every blank by file, line and key, if there are any.

        Not an exception: Jupyter Book would bury the list under its traceback.
        """
        if self.blanks:
            raise SystemExit("\n".join(["The book has blanks:", *self.blanks]))

    def after_reading(self, app: Sphinx, env: BuildEnvironment) -> None:
        """Stop before any page is written. A notebook that was never run is a blank, too."""
        for docname in sorted(env.found_docs):
            is_notebook = "kernelspec" in env.metadata[docname]
            if is_notebook and not NbMetadataCollector.get_exec_data(env, docname):
                self.blanks.append(f"{env.doc2path(docname)}: the chapter's cells did not run")
        self.stop_on_blanks()

    def at_the_end(self, app: Sphinx, exception: Exception | None) -> None:
        """Stop for what only writing showed; otherwise the next build may trust this one."""
        if exception is None:
            self.stop_on_blanks()
            strict = app.keep_going or app.warningiserror
            if not (strict and self.warned):
                (Path(app.doctreedir) / UNFINISHED).unlink(missing_ok=True)


def visit_math(self: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
    """Write a formula as MathML, which needs no script. Raises `MathError` where it is no LaTeX."""
    block = isinstance(node, nodes.math_block)
    tag = "div" if block else "span"
    number = get_node_equation_number(self, node) if block and node["number"] else None
    self.body += [
        self.starttag(node, tag, "", CLASS="math notranslate"),
        f'<span class="eqno">({number})</span>' if number else "",
        tex2mathml(node.astext(), as_block=block),
        f"</{tag}>",
    ]
    raise nodes.SkipNode


def offer(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Link to the chapter's worksheet, below the title of a page that has one, and to the sources.

    Only where _config.yml says where they are.
    """
    found: launch.Ways = app.config.bordercount_ways
    if (course.root(Path(app.srcdir)) / "exercises" / f"{page}.ipynb").is_file():
        links = launch.links(found, page, context["pathto"](launch.LITE, 1))
        context["body"] = context["body"].replace("</h1>", f"</h1>{launch.line(links)}", 1)
    if found.repository:
        button = {"type": "link", "url": found.repository, "icon": "fas fa-code-branch"}
        words = {"tooltip": "Source repository", "label": "source-repository-button"}
        context["header_buttons"].append(button | words)


def publish_lite(app: Sphinx, exception: Exception | None) -> None:
    """Put the JupyterLite site that `make lite` built beside the pages, or take an old one away."""
    site = Path(app.outdir) / Path(launch.LITE).parts[0]
    built = course.root(Path(app.srcdir)) / "_build" / site.name
    if exception or app.builder.name != "html" or listing(built) == listing(site):
        return
    shutil.rmtree(site, ignore_errors=True)
    if built.is_dir():
        shutil.copytree(built, site)


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of each file in a folder, by its path."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in paths
    }


def mend(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Give exercises their script and style, on the pages that have some.

    And give bibliography entries the role that their list asks for; docutils' own is deprecated.
    """
    body = context.get("body", "")
    context["body"] = body.replace('role="doc-biblioentry"', 'role="listitem"')
    if "bc-exercise" in body or "bc-explore" in body:
        app.add_css_file("exercise.css", priority=910)
        app.add_js_file("exercise.js", loading_method="async", priority=910)


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect everything; return what Sphinx asks of an extension."""
    os.environ["BORDERCOUNT_STATIC"] = "1"  # kernels inherit it
    watch = Watch()
    for handler in logging.getLogger("sphinx").handlers:
        if isinstance(handler, WarningStreamHandler):
            handler.addFilter(watch.note)
    app.connect("config-inited", prepare, priority=900)  # after extensions added their own
    app.connect("builder-inited", begin, priority=900)  # after myst-nb set its folder
    app.connect("env-purge-doc", forget_glue)
    app.connect("env-get-outdated", forget_pages)
    app.connect("env-before-read-docs", run_ahead)
    app.connect("env-updated", rewrite_all)
    app.connect("env-check-consistency", watch.after_reading)
    app.connect("build-finished", watch.at_the_end, priority=900)
    app.connect("build-finished", publish_lite)
    app.connect("html-page-context", mend)
    app.connect("html-page-context", offer)
    app.add_config_value("bordercount_ways", launch.Ways(), "html", launch.Ways)
    app.add_html_math_renderer("bordercount", (visit_math, None), (visit_math, None))
    app.add_css_file("book.css", priority=900)  # after the theme's
    return {"parallel_read_safe": False, "parallel_write_safe": True}
