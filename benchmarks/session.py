"""What a student's session on a hub takes: memory of server and kernel, start, room on disk.

    python benchmarks/session.py [--course DIR] [--users 8]

It starts Jupyter servers on loopback, each with the kernel of a student who runs a worksheet,
then loads a table and draws it. Run it with the Python of the environment to be measured, such as
the classroom image's, on a course with compiled exercises (its own, if solutions are at hand).
Linux alone: memory is read from /proc. PSS counts a page that processes share once, in parts.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_client import BlockingKernelClient

TOKEN = "only-for-this-measurement"
MB = 1_000_000
DRAWING = """
from bordercount import data, measures
from bordercount.figure import style
import matplotlib.pyplot as plt, seaborn as sns
style()
encounters = data.load("encounters")
sns.lineplot(encounters.groupby("month")["encounters"].sum())
plt.gcf().canvas.draw()
"""


@dataclass
class Session:
    """A student's server, and the kernel that it started."""

    server: subprocess.Popen[bytes]
    address: str
    folder: Path
    started: float
    kernel: BlockingKernelClient | None = None

    def ask(self, method: str, path: str) -> object:
        """Ask the server's own interface."""
        headers = {"Authorization": f"token {TOKEN}"}
        asked = urllib.request.Request(f"{self.address}/api/{path}", method=method, headers=headers)
        with urllib.request.urlopen(asked, timeout=20) as said:
            return json.loads(said.read() or "null")

    def start_kernel(self) -> None:
        """Start a kernel and wait until it answers."""
        made = self.ask("POST", "kernels")
        self.kernel = BlockingKernelClient()
        self.kernel.load_connection_file(str(self.folder / f"kernel-{made['id']}.json"))
        self.kernel.start_channels(hb=False)
        self.kernel.wait_for_ready(60)

    def run(self, source: str) -> None:
        """Run code in the kernel. Raises `RuntimeError` where the code fails."""
        reply = self.kernel.execute_interactive(source, timeout=120, output_hook=lambda _: None)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))

    def memory(self) -> tuple[int, int]:
        """Return the bytes of memory of server and kernel: resident, and proportional."""
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text()
        found = [memory_of(int(pid)) for pid in (self.server.pid, *children.split())]
        return sum(rss for rss, _ in found), sum(pss for _, pss in found)


def memory_of(pid: int) -> tuple[int, int]:
    """Return the resident and the proportional bytes of a process."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    kb = {key: int(value) for key, value in re.findall(r"^(Rss|Pss):\s+(\d+) kB", text, re.M)}
    return 1024 * kb["Rss"], 1024 * kb["Pss"]


@contextlib.contextmanager
def served(course: Path, home: Path) -> Iterator[Session]:
    """Start a server as a hub does for a student, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.root_dir": course,
        "IdentityProvider.token": TOKEN,
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in flags.items()]
    home.mkdir()
    own = {f"JUPYTER_{each}_DIR": str(home) for each in ("CONFIG", "DATA", "RUNTIME")}
    before = time.monotonic()
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
    session = Session(server, f"http://127.0.0.1:{port}", home, before)
    try:
        while server.poll() is None:
            with contextlib.suppress(OSError):
                session.ask("GET", "status")
                break
            time.sleep(0.05)
        session.started = time.monotonic() - before
        yield session
    finally:
        if session.kernel:
            session.kernel.stop_channels()
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def worksheet(course: Path, name: str) -> list[str]:
    """Return the code cells of a worksheet."""
    cells = json.loads((course / "exercises" / f"{name}.ipynb").read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def line(what: str, session: Session) -> str:
    """Return a line of the report."""
    rss, pss = session.memory()
    return f"{what:34}{rss / MB:6.0f} MB{pss / MB:6.0f} MB"


def on_disk(folder: Path) -> int:
    """Return the bytes that the files of a folder hold."""
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--course", type=Path, default=Path.cwd(), help="folder of the course")
    parser.add_argument("--chapter", default="counts", help="worksheet that is run")
    parser.add_argument("--users", type=int, default=8, help="sessions at once")
    asked = parser.parse_args()
    course = asked.course.resolve()
    cells = worksheet(course, asked.chapter)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(served(course, Path(folder, "0")))]
        (first,) = sessions
        print(f"{'one session':34}   RSS      PSS")
        print(line("server", first))
        first.start_kernel()
        print(line("and a kernel", first))
        for cell in (f"import os; os.chdir({str(course / 'exercises')!r})", *cells):
            first.run(cell)
        print(line(f"and the worksheet of {asked.chapter}", first))
        first.run(DRAWING)
        print(line("and a table, loaded and drawn", first))
        print(f"{'server answers after':34}{first.started:6.1f} s")

        for number in range(1, asked.users):
            sessions.append(stack.enter_context(served(course, Path(folder, str(number)))))
            sessions[-1].start_kernel()
            for cell in (f"import os; os.chdir({str(course / 'exercises')!r})", *cells, DRAWING):
                sessions[-1].run(cell)
        found = [each.memory() for each in sessions]
        print(f"\n{f'{asked.users} sessions at once, each':34}   RSS      PSS")
        print(
            f"{'mean':34}{sum(rss for rss, _ in found) / len(found) / MB:6.0f} MB"
            f"{sum(pss for _, pss in found) / len(found) / MB:6.0f} MB"
        )
    print(f"\n{'environment on disk':34}{on_disk(Path(sysconfig.get_path('data'))) / MB:6.0f} MB")
    print(f"{'course on disk':34}{on_disk(course) / MB:6.1f} MB")


if __name__ == "__main__":
    main()
