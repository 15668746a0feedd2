"""Grading over a real Dask scheduler and two workers gives what one process gives."""

import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest
from classroom import CODE

from bordercount.grading import Options, cluster, grade
from bordercount.grading.cluster import ClusterError

pytestmark = pytest.mark.slow
SLOW = "import time\ndef total(table, month):\n    time.sleep(0.02)\n    return 0\n"


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


class Cluster:
    """A scheduler and workers on loopback, each a process of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.processes = []
        self.scheduler = self.start("scheduler", "--port", str(self.port), "--no-dashboard")
        self.workers = [self.worker(), self.worker()]

    def start(self, what, *told):
        """Start a part of the cluster."""
        with (self.folder / f"{what}{len(self.processes)}.log").open("wb") as log:
            made = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", "--host", "127.0.0.1",
                 *told],
                cwd=self.folder, stdout=log, stderr=log,
            )  # fmt: skip
        self.processes.append(made)
        return made

    def worker(self):
        """Start a worker that takes one batch at a time and is not started again when it dies."""
        return self.start("worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard")

    def end(self):
        """End what still runs."""
        for each in self.processes:
            each.kill()
            each.wait()


@contextmanager
def running(folder):
    """Yield a cluster."""
    made = Cluster(folder)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """Return a cluster that no test harms."""
    with running(tmp_path_factory.mktemp("cluster")) as made:
        yield made


def hand_in(klass, count, source=CODE):
    """Put this many sheets."""
    for number in range(count):
        name = f"s{number:03}"
        klass.put(f"{name}.json", klass.sheet(name, {"demo.total_code": klass.answer(source)}))


def files(klass):
    """Return what a run wrote, and forget it."""
    found = {
        str(path.relative_to(klass.out)): path.read_bytes()
        for path in klass.out.rglob("*")
        if path.is_file()
    }
    shutil.rmtree(klass.out)
    return found


def test_a_cluster_gives_what_one_process_gives(klass, started):
    hand_in(klass, 80)
    klass.put("loop.json", klass.sheet("loop", {"demo.total_code": klass.answer("while True: 1")}))
    klass.grade()
    serial = files(klass)
    klass.grade(dask=started.address)
    assert b"right" in serial["grades.csv"]
    assert files(klass) == serial


def test_a_worker_that_is_killed_midway_changes_nothing(klass, tmp_path):
    hand_in(klass, 100, SLOW)
    klass.grade()
    serial = files(klass)
    with running(tmp_path) as own:
        seen = []

        def progress(what, items, total):
            for item in items:
                seen.append(item)
                if what == "Grading" and len(seen) == total + 30:  # after those read
                    own.workers[0].kill()
                yield item

        grade(Options(klass.submissions, klass.out, dask=own.address), progress)
        assert own.workers[0].wait() != 0
    assert files(klass) == serial


def test_rooms_of_workers_end_with_the_run(klass, started):
    hand_in(klass, 30)
    klass.grade(dask=started.address)
    rooms = [
        child
        for worker in started.workers
        for child in psutil.Process(worker.pid).children(recursive=True)
    ]
    assert not psutil.wait_procs(rooms, timeout=10)[1]


def test_a_scheduler_that_is_lost_ends_the_run_and_writes_nothing(klass, tmp_path):
    hand_in(klass, 100, SLOW)
    with running(tmp_path) as own:

        def progress(what, items, total):
            for number, item in enumerate(items):
                if what == "Grading" and number == 30:
                    own.scheduler.kill()
                yield item

        begun = time.monotonic()
        with pytest.raises(ClusterError, match="was lost"):
            grade(Options(klass.submissions, klass.out, dask=own.address), progress)
        assert time.monotonic() - begun < 90
    assert not (klass.out / "grades.csv").exists()
    klass.grade()
    assert len({row["student"] for row in klass.table()}) == 100


def test_no_scheduler_is_said(klass, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWER", 1)
    hand_in(klass, 1)
    with pytest.raises(ClusterError, match="no Dask scheduler answers"):
        klass.grade(dask=f"tcp://127.0.0.1:{free_port()}")


def test_no_worker_is_said(klass, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "JOIN", 3)
    hand_in(klass, 1)
    with running(tmp_path) as own:
        for each in own.workers:
            each.kill()
            each.wait()
        with pytest.raises(ClusterError, match="no worker has joined"):
            klass.grade(dask=own.address)


def test_another_version_on_a_worker_is_refused(klass, started, monkeypatch):
    hand_in(klass, 1)
    monkeypatch.setattr(cluster, "versions", lambda: "bordercount 99 on Python 3.11")
    with pytest.raises(ClusterError, match="install the same on both"):
        klass.grade(dask=started.address)
