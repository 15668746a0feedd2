"""A JupyterLab on loopback for tests, and a notebook that it keeps on disk."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from labpage import LabNotebook, until
from playwright.sync_api import expect

TOKEN = "only-for-this-test"
# JupyterLab's own requests to other hosts: the news, and the newest version of itself.
NO_NEWS = {"checkForUpdates": False, "fetchNews": "false"}
QUIET = {
    "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    "LabApp.extension_manager": "readonly",
    "LabApp.news_url": "",
}
SETTINGS = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"


@dataclass
class Lab:
    """A JupyterLab: the course that it shows, where its settings are, and its Python."""

    course: Path
    home: Path
    python: str = sys.executable
    port: int = 0
    server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it with settings of its own, on the port that it had before if it had one.

        An environment that is not ours must keep quiet by itself.
        """
        self.port = self.port or free_port()
        flags = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self.port,
            "ServerApp.port_retries": 0,
            "ServerApp.root_dir": self.course,
            "ServerApp.terminals_enabled": False,
            "IdentityProvider.token": TOKEN,
        }
        if self.python == sys.executable:
            flags |= QUIET
            settings = self.home / "settings" / SETTINGS
            settings.parent.mkdir(parents=True, exist_ok=True)
            settings.write_text(json.dumps(NO_NEWS), encoding="utf-8")
        command = [self.python, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        command += [f"--{name}={value}" for name, value in flags.items()]
        with (self.home / "log").open("a") as log:
            self.server = subprocess.Popen(
                command, cwd=self.course, env=self.environment(), stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while self.server.poll() is None and time.monotonic() < deadline:
            try:
                self.ask("GET", "status")
                return
            except OSError:
                time.sleep(0.1)
        log = (self.home / "log").read_text()[-3000:]
        self.stop()
        pytest.fail(f"JupyterLab does not start:\n{log}")

    def environment(self) -> dict[str, str]:
        """Return what the server inherits: nothing of this project's, nor of another Python's."""
        own = self.python == sys.executable
        ours = ("BORDERCOUNT",) if own else ("BORDERCOUNT", "PYTHON", "VIRTUAL_ENV", "JUPYTER")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        folders = {f"JUPYTER_{each}_DIR": each for each in ("CONFIG", "DATA", "RUNTIME")}
        folders |= {f"JUPYTERLAB_{each.upper()}_DIR": each for each in ("settings", "workspaces")}
        folders |= {"IPYTHONDIR": "ipython", "HOME": "."}
        return clean | {name: str(self.home / each) for name, each in folders.items()}

    def stop(self) -> None:
        """End it, and the kernels that it started."""
        self.server.terminate()
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill it, as a machine that goes down does."""
        self.server.kill()
        self.server.wait()

    def ask(self, method: str, path: str) -> Any:
        """Ask the server's own interface, and return what it says."""
        asked = urllib.request.Request(
            f"{self.address}/api/{path}",
            method=method,
            headers={"Authorization": f"token {TOKEN}"},
        )
        with urllib.request.urlopen(asked, timeout=20) as said:
            return json.loads(said.read() or "null")

    def sessions(self, folder: str) -> list[dict[str, Any]]:
        """Return the open notebooks of a folder, with their kernels."""
        found = self.ask("GET", "sessions")
        return [each for each in found if each["path"].startswith(f"{folder}/")]

    def memory(self) -> int:
        """Return the bytes of memory that the server and its kernels take, shared ones once."""
        task = Path(f"/proc/{self.server.pid}/task/{self.server.pid}")
        pids = [str(self.server.pid), *(task / "children").read_text().split()]
        rolled = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
        return sum(1024 * int(re.search(r"^Pss: +(\d+)", text, re.M)[1]) for text in rolled)


@contextlib.contextmanager
def running(lab: Lab) -> Iterator[Lab]:
    """Start a JupyterLab, and end it and no other."""
    lab.start()
    try:
        yield lab
    finally:
        lab.stop()


def free_port() -> int:
    """Return the number of a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Notebook(LabNotebook):
    """A notebook whose server keeps it on disk."""

    path: Path = Path()

    @property
    def disk(self) -> dict[str, Any]:
        """The answer sheet beside the notebook."""
        return json.loads((self.path.parent / "answers.json").read_text(encoding="utf-8"))

    def save(self) -> nbformat.NotebookNode:
        """Save from the menu, and return the file once it holds what is seen."""
        before = self.path.stat().st_mtime_ns
        self.menu("File", "Save Notebook")
        until(lambda: self.path.stat().st_mtime_ns > before)
        until(lambda: self.path.read_text(encoding="utf-8").endswith("}\n"))
        return nbformat.read(self.path, as_version=4)


def ready(notebook: LabNotebook) -> None:
    """Wait until the notebook is open and its kernel idle."""
    expect(notebook.page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible()
    kernel = notebook.page.locator("#jp-main-statusbar").get_by_text("Python 3 (ipykernel) | Idle")
    expect(kernel).to_be_visible()
