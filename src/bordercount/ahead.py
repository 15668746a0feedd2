"""Run the chapters that a build is about to read, several at once, into its execution cache.

myst-nb runs one after the other; each starts a kernel and loads the same libraries. What it finds
in the cache it does not run again. A chapter that raises is not kept: myst-nb runs and reports it.
"""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader

MOST = 4  # kernels at once; each takes some 200 MB


def execute(paths: Iterable[Path], markdown: Any, notebooks: Any) -> int:
    """Run the notebooks among `paths` that the cache lacks; return how many were run.

    `markdown` and `notebooks` are myst-nb's settings of the build.
    """
    if notebooks.execution_mode != "cache":
        return 0
    cache = get_cache(notebooks.execution_cache_path)
    waiting = [
        (path, notebook)
        for path in paths
        if (notebook := read(path, markdown, notebooks)) is not None and not cached(cache, notebook)
    ]
    if len(waiting) < 2:
        return 0

    def run(entry: tuple[Path, Any]) -> tuple[Path, Any]:
        path, notebook = entry
        timeout = notebooks.execution_timeout
        return path, single_nb_execution(notebook, str(path.parent), timeout, allow_errors=False)

    with ThreadPoolExecutor(min(MOST, os.cpu_count() or 1)) as pool:
        for path, result in pool.map(run, waiting):
            if result.err is None:
                data = {"execution_seconds": result.time}
                bundle = CacheBundleIn(result.nb, str(path), data=data)
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    return len(waiting)


def read(path: Path, markdown: Any, notebooks: Any) -> Any:
    """Return a page as the notebook that myst-nb makes of it, or None if it is none."""
    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), markdown, notebooks, text)
    return None if reader is None else reader.read(text)


def cached(cache: Any, notebook: Any) -> bool:
    """Return whether the cache holds the outputs of these very cells."""
    try:
        cache.match_cache_notebook(notebook)
    except KeyError:
        return False
    return True
