"""Work spread over a Dask cluster; a worker that is lost costs time and nothing else."""

import logging
import pickle
import sys
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

import bordercount
from bordercount.grading.errors import GradingError
from bordercount.grading.pool import AHEAD, BATCH, batches

Context = TypeVar("Context")
Item = TypeVar("Item")
Made = TypeVar("Made")
Work = Callable[[Context, Item], Made]
ANSWER = 15  # seconds for the scheduler to answer
JOIN = 15  # seconds for a worker to join it
ATTEMPTS = 3  # how often work may be lost with its workers
IDLE = 30.0  # seconds after which a worker lets go of what its context holds


class ClusterError(GradingError):
    """The cluster cannot be used, or was lost; the message says what to do."""


@dataclass
class Held:
    """In a worker: what the items of one run share, and the clock that ends it."""

    run: str = ""
    work: Callable[[Any, Any], Any] | None = None
    context: Any = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    clock: threading.Timer | None = None


held = Held()


def several(run: str, parcel: bytes, items: list[Any]) -> list[Any]:
    """Do a batch in a worker, one batch at a time. Raises `ClusterError` for another version."""
    with held.lock:
        if held.clock:
            held.clock.cancel()
        if held.run != run:
            let_go()
            version, rest = pickle.loads(parcel)
            if version != versions():
                raise ClusterError(
                    f"a worker runs {versions()}, and this is {version}; install the same on both"
                )
            held.work, held.context = pickle.loads(rest)
            held.run = run
        assert held.work is not None
        made = [held.work(held.context, item) for item in items]
        held.clock = threading.Timer(IDLE, forget, (run,))
        held.clock.daemon = True
        held.clock.start()
        return made


def let_go() -> None:
    """Close what a context holds, if it holds something that is to be closed."""
    if close := getattr(held.context, "close", None):
        close()
    held.run, held.work, held.context = "", None, None


def forget(run: str) -> None:
    """Let go of a run's context in this worker, if it is still the one it holds."""
    with held.lock:
        if held.run == run:
            let_go()


def versions() -> str:
    """Return what must be the same on both sides."""
    python = ".".join(map(str, sys.version_info[:2]))
    return f"bordercount {bordercount.__version__} on Python {python}"


def ordered(
    work: Work[Context, Item, Made], context: Context, items: Iterable[Item], address: str
) -> Iterator[Made]:
    """Yield `work(context, item)` for each item, in their order, over the workers of a cluster.

    `address` is the scheduler's. Whatever happens to a worker, each result comes once. Raises
    `ClusterError` if there is no cluster, or no worker, or if it is lost.
    """
    try:
        from distributed import Client, KilledWorker
    except ModuleNotFoundError:
        raise ClusterError("--dask needs: pip install 'bordercount[scale]'") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # errors are told once, below
    run = uuid.uuid4().hex
    parcel = pickle.dumps((versions(), pickle.dumps((work, context))))
    try:
        client: Any = Client(address, timeout=ANSWER, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=JOIN)
            yield from spread(client, run, parcel, batches(items, BATCH))
        except (TimeoutError, CancelledError, OSError, RuntimeError, KilledWorker) as error:
            if isinstance(error, TimeoutError) and client.status == "running":
                raise ClusterError(f"no worker has joined the scheduler at {address}") from None
            raise ClusterError(
                f"the Dask cluster at {address} was lost ({type(error).__name__}); "
                "nothing was written; run the command again"
            ) from None
        finally:
            if client.status == "running":
                # A cluster that is just lost cannot hear it; its workers let go by themselves.
                with suppress(TimeoutError, CancelledError, OSError, RuntimeError):
                    client.run(forget, run)


def spread(client: Any, run: str, parcel: bytes, rest: Iterator[list[Any]]) -> Iterator[Any]:
    """Yield the results of batches in order; what was lost with its workers is done again."""
    from distributed import KilledWorker

    executor = client.get_executor(pure=False)
    shared = client.scatter(parcel, broadcast=True, hash=False)
    waiting: deque[tuple[list[Any], Future[list[Any]]]] = deque()
    lost = 0

    def submit(batch: list[Any]) -> "Future[list[Any]]":
        found: Future[list[Any]] = executor.submit(several, run, shared, batch)
        return found

    while True:
        under_way = max(1, len(client.nthreads())) * AHEAD
        for batch in islice(rest, max(0, under_way - len(waiting))):
            waiting.append((batch, submit(batch)))
        if not waiting:
            return
        try:
            made = waiting[0][1].result()
        except (CancelledError, OSError, RuntimeError, KilledWorker) as error:
            lost += 1
            if lost >= ATTEMPTS or client.status != "running":
                raise error from None
            client.wait_for_workers(1, timeout=JOIN)
            shared = client.scatter(parcel, broadcast=True, hash=False)
            waiting = deque((batch, submit(batch)) for batch, _ in waiting)
            continue
        waiting.popleft()
        yield from made
