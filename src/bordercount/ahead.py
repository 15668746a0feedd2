"""Run the chapters that a build is about to read, several at once, into its execution cache.

myst-nb runs one after the other; each starts a kernel and loads the same libraries. What it finds
in the cache it does not run again. A chapter that raises is not kept: myst-nb runs and reports it.
"""

import asyncio
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import create_nb_reader
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

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

    for path, notebook, seconds in asyncio.run(together(waiting, notebooks.execution_timeout)):
        bundle = CacheBundleIn(notebook, str(path), data={"execution_seconds": seconds})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    return len(waiting)


async def together(waiting: list[tuple[Path, Any]], timeout: int) -> list[tuple[Path, Any, float]]:
    """Run notebooks, a few at once; return those that did not raise, with the seconds taken."""
    places = asyncio.Semaphore(min(MOST, os.cpu_count() or 1))

    async def run(path: Path, notebook: Any) -> tuple[Path, Any, float] | None:
        async with places:
            start = time.perf_counter()
            where = {"metadata": {"path": str(path.parent)}}
            client = NotebookClient(notebook, timeout=timeout, resources=where, record_timing=False)
            try:
                await client.async_execute()
            except (CellExecutionError, CellTimeoutError):
                return None
            return path, notebook, time.perf_counter() - start

    found = await asyncio.gather(*(run(path, notebook) for path, notebook in waiting))
    return [each for each in found if each is not None]


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
