"""Work over several processes comes back in order, each result once, whatever dies."""

import os
import signal
from pathlib import Path

import pytest

from bordercount.grading import pool

pytestmark = pytest.mark.slow


def double(context, item):
    """Return what one process would; the first worker to meet a mine is killed."""
    folder, mines, always = context
    if item in mines:
        marker = Path(folder) / str(item)
        if always or not marker.exists():
            marker.write_text("")
            if os.getpid() != int((Path(folder) / "parent").read_text()):
                os.kill(os.getpid(), signal.SIGKILL)
    return item * 2


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "parent").write_text(str(os.getpid()))
    return str(tmp_path)


def test_results_come_in_order(folder):
    found = list(pool.ordered(double, (folder, (), False), range(203), jobs=2))
    assert found == [2 * each for each in range(203)]


def test_a_killed_worker_costs_nothing(folder):
    found = list(pool.ordered(double, (folder, (0, 30, 199), False), range(203), jobs=2))
    assert found == [2 * each for each in range(203)]
    assert (Path(folder) / "199").exists()


def test_what_kills_every_worker_is_done_here(folder):
    found = list(pool.ordered(double, (folder, (40,), True), range(60), jobs=2))
    assert found == [2 * each for each in range(60)]


def test_items_are_taken_only_as_they_are_needed(folder):
    taken = []

    def items():
        for each in range(10_000):
            taken.append(each)
            yield each

    results = pool.ordered(double, (folder, (), False), items(), jobs=2)
    next(results)
    assert len(taken) <= 2 * pool.AHEAD * pool.BATCH
    results.close()
