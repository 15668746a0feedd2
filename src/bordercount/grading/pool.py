"""Work in order over several processes; a worker that is killed costs time and nothing else."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import wait
from typing import Any, Generic, TypeVar

Context = TypeVar("Context")
Item = TypeVar("Item")
Made = TypeVar("Made")
Work = Callable[[Context, Item], Made]
BATCH = 25  # items that travel together
AHEAD = 3  # batches under way for each process, so that memory does not grow with the class
ATTEMPTS = 3  # how often a batch may lose its worker before this process does it itself

held: list[Any] = []  # in a worker: the work and its context


@dataclass
class Batch(Generic[Item, Made]):
    """Items under way together."""

    items: list[Item]
    future: "Future[list[Made]] | None" = None
    attempts: int = 0


def begin(work: Work[Context, Item, Made], context: Context) -> None:
    """Keep in a new worker what all its items share, and see that it ends with its parent."""
    held[:] = [work, context]
    threading.Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    """End this process when the one that started it has ended, however it did."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


@contextmanager
def deaf_children() -> Iterator[None]:
    """Let processes that start meanwhile not hear Ctrl+C: it is for this one, with which they end.

    Here it is heard a moment later.
    """
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def several(items: list[Item]) -> list[Any]:
    """Do a batch in a worker."""
    work, context = held
    return [work(context, item) for item in items]


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of `size`, the last one shorter."""
    rest = iter(items)
    while taken := list(islice(rest, size)):
        yield taken


def ordered(
    work: Work[Context, Item, Made], context: Context, items: Iterable[Item], jobs: int = 1
) -> Iterator[Made]:
    """Yield `work(context, item)` for each item, in their order, over `jobs` processes.

    `work`, context and items must pickle. Whatever happens to a worker, each result comes once.
    """
    if jobs <= 1:
        yield from (work(context, item) for item in items)
        return

    def start() -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            jobs, multiprocessing.get_context("spawn"), begin, (work, context)
        )

    def submit(batch: Batch[Item, Made]) -> None:
        batch.attempts += 1
        with deaf_children():  # submitting may start a worker
            batch.future = executor.submit(several, batch.items)

    executor = start()
    waiting: deque[Batch[Item, Made]] = deque()
    rest = batches(items, BATCH)
    try:
        while True:
            for items_ahead in islice(rest, max(0, jobs * AHEAD - len(waiting))):
                waiting.append(Batch(items_ahead))
            if not waiting:
                return
            try:
                for batch in waiting:
                    if batch.future is None:
                        submit(batch)
                first = waiting[0]
                assert first.future is not None
                made = first.future.result()
            except BrokenProcessPool:
                executor.shutdown(wait=False, cancel_futures=True)
                executor = start()
                for batch in waiting:
                    if batch.future and (not batch.future.done() or batch.future.exception()):
                        batch.future = None
                if waiting[0].future is None and waiting[0].attempts >= ATTEMPTS:
                    yield from (work(context, item) for item in waiting.popleft().items)
                continue
            waiting.popleft()
            yield from made
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
