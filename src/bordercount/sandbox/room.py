"""A room: a warm Python behind the walls of bubblewrap, and what is said to it."""

import contextlib
import importlib.util
import json
import os
import pickle
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bordercount import trial
from bordercount.sandbox import filter as filters
from bordercount.sandbox import zygote
from bordercount.sandbox.zygote import CRASHED, LATE, LENGTH, LOOP, heard_with_channel

MEGABYTE = 1024**2
START = 60.0  # seconds that a room may take to be ready
LEAVE = 2.0  # seconds that a child may take to end when it has written all its lines
NAMESPACES = ("ipc", "mnt", "net", "pid", "uts")
PACKAGES = ("numpy", "pandas", "dateutil")
ZYGOTE = Path(zygote.__file__)
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
FIRST_USER, USERS = 61184, 4336  # ids that systemd, too, keeps for passing use

# bubblewrap ends with the thread that started it, so one that lasts as long as this process does.
starter = ThreadPoolExecutor(1, "bordercount-rooms")


class RoomError(Exception):
    """No room could be made, or one of its walls does not hold; the message says why."""


class RoomDied(RoomError):  # noqa: N818  # it is no fault of ours
    """The room ended in the middle of a job."""


@dataclass(frozen=True)
class Limits:
    """What one answer may use."""

    seconds: float = 2.0  # of computing
    wait: float = 6.0  # seconds that pass
    memory: int = 1024 * MEGABYTE
    output: int = 256 * 1024  # characters of one value
    answers: int = 4 * MEGABYTE  # bytes of all values together

    @property
    def resources(self) -> dict[str, int]:
        """The kernel's limits of a child, by their names in `resource`."""
        return {
            "RLIMIT_AS": self.memory,
            "RLIMIT_FSIZE": 8 * MEGABYTE,
            "RLIMIT_NOFILE": 64,
            "RLIMIT_NPROC": 64,
            "RLIMIT_STACK": 8 * MEGABYTE,
            "RLIMIT_SIGPENDING": 64,
            "RLIMIT_CORE": 0,
            "RLIMIT_MEMLOCK": 0,
            "RLIMIT_MSGQUEUE": 0,
        }


@dataclass(frozen=True)
class Wanted:
    """What a room should hold, and what it must not."""

    tables: Mapping[str, Any] = field(default_factory=dict)
    warm: tuple[str, ...] = ()  # code of the course that runs before any answer
    hidden: tuple[str, ...] = ()  # paths that must not be in sight
    limits: Limits = field(default_factory=Limits)
    ahead: bool = False  # whether children get ready while another room is at work


@dataclass(frozen=True)
class Ended:
    """How a job ended: its lines, and what the zygote or the grader saw of its end."""

    lines: tuple[dict[str, Any], ...]
    why: str  # "", "time", "wait", "crash", "exit", "large" or "malformed"


def python() -> str:
    """Return the path of the interpreter itself, behind any virtual environment."""
    return str(Path(sys._base_executable).resolve())  # type: ignore[attr-defined]


def bound() -> dict[str, str]:
    """Return what is bound into a room: the path there by the path here."""
    found = {
        python(): "",
        str(Path(sys.base_prefix) / "lib"): "",
        str(Path(sys.base_prefix) / "lib64"): "",
        "/usr/lib": "",
        "/usr/lib64": "",
        "/lib": "",
        "/lib64": "",
        "/usr/share/zoneinfo": "",
        str(ZYGOTE): "/room/zygote.py",
        trial.__file__: "/room/trial.py",
    }
    for number, folder in enumerate(packages()):
        found[folder] = f"/packages/{number}"
    return {path: there or path for path, there in found.items() if os.path.exists(path)}


def packages() -> list[str]:
    """Return the folders that the packages lie in which answers may use."""
    found = []
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise RoomError(f"the package {name} is missing")
        found.append(str(Path(spec.origin).resolve().parents[1]))
    return list(dict.fromkeys(found))


def exposed(hidden: tuple[str, ...]) -> list[str]:
    """Return what a room would show of the paths that must not be in sight."""
    faults = []
    for path in map(Path, bound()):
        for each in hidden:
            secret = Path(each).resolve()
            if path.resolve() in (secret, *secret.parents):
                faults.append(f"{each} lies in {path}, which answers can read")
    return faults


def command(way: str, info: int, control: int) -> list[str]:
    """Return the command that starts a room and its zygote."""
    walls = ["--info-fd", f"{info}", "--die-with-parent", "--new-session", "--as-pid-1"]
    walls += ["--clearenv", "--hostname", "room"]
    walls += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    walls += ["--unshare-cgroup-try", "--cap-drop", "ALL"]
    if way == "inside":
        walls += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        walls += ["--unshare-user", "--disable-userns"]
    binds = bound()
    links = {path for path in ("/lib", "/lib64") if os.path.islink(path)}
    made = [Path(there) for there in (*binds.values(), *DEVICES) if there not in links]
    parents = {parent for path in made for parent in path.parents}
    for parent in sorted(parents - {Path("/")}):  # as root, bubblewrap would make them 0700
        walls += ["--dir", f"{parent}"]
    for path, there in binds.items():
        if path in links:
            walls += ["--symlink", os.readlink(path), path]
        else:
            walls += ["--ro-bind", path, there]
    for path in DEVICES:
        walls += ["--dev-bind", path, path]
    walls += ["--remount-ro", "/", "--chdir", "/"]
    for name, value in variables().items():
        walls += ["--setenv", name, value]
    return ["bwrap", *walls, python(), *arguments("/room/zygote.py", control, "/room/trial.py")]


def arguments(script: str, control: int, trial_path: str) -> list[str]:
    """Return what Python is told to become a zygote."""
    return ["-s", "-P", "-B", script, f"{control}", trial_path]


def variables() -> dict[str, str]:
    """Return the environment of a room."""
    folders = [f"/packages/{number}" for number, _ in enumerate(packages())]
    return {
        "HOME": "/",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": ":".join(folders),
    }


def user() -> int:
    """Return an id that nobody has; processes of one id share a limit of their number."""
    return FIRST_USER + os.getpid() % USERS


def ways() -> tuple[str, ...]:
    """Return the ways to start a room that this user has, the best one first."""
    return ("drop", "inside") if os.geteuid() == 0 else ("user",)


class Room:
    """One room, and the channel to its zygote. Close it, or leave its `with`."""

    def __init__(self, way: str, wanted: Wanted) -> None:
        """Build it: `way` is one of `ways()`, or "none" for no walls at all. Raises `RoomError`."""
        self.way, self.wanted = way, wanted
        self.spoilt = False  # whether it must not be used again
        self.channel: socket.socket | None = None  # to the child that waits for a job
        self.filter = filters.build() if way != "none" else None
        self.watched = -1
        self.process: subprocess.Popen[bytes] | None = None
        if way != "none" and (faults := exposed(wanted.hidden)):
            raise RoomError("; ".join(faults))
        self.control, theirs = socket.socketpair()
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the room
        try:
            with theirs:
                starter.submit(self.start, theirs.fileno()).result()
            self.greet()
        except (OSError, EOFError, ValueError, subprocess.SubprocessError) as error:
            told = self.told() or str(error)
            self.close()
            raise RoomError(f"no room: {told}") from None
        except BaseException:
            self.close()
            raise

    def start(self, control: int) -> None:
        """Start the zygote, behind walls or without."""
        inside, outside = os.pipe()
        options: dict[str, Any] = {}
        if self.way == "none":
            told = [sys.executable, *arguments(str(ZYGOTE), control, trial.__file__)]
            options = {"env": {**variables(), "PYTHONPATH": ":".join(packages())}}
        else:
            told = command(self.way, outside, control)
        if self.way == "drop":
            options = {"user": user(), "group": user(), "extra_groups": []}
        with open(inside, "rb") as file:
            try:
                self.process = subprocess.Popen(
                    told,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=self.errors,
                    pass_fds=(control, outside),
                    cwd="/",
                    **options,
                )
            finally:
                os.close(outside)
            if self.way != "none":
                self.hold(file.read())

    def hold(self, info: bytes) -> None:
        """Keep a hold of the zygote, and see that it is in namespaces of its own."""
        try:
            found = json.loads(info)
        except ValueError:
            raise OSError("bubblewrap did not start") from None
        self.watched = os.pidfd_open(found["child-pid"])
        for name in NAMESPACES:
            mine = os.stat(f"/proc/self/ns/{name}").st_ino
            if found.get(f"{name}-namespace", mine) == mine:
                raise RoomError(f"the room shares the {name} namespace")

    def greet(self) -> None:
        """Tell the zygote what it needs, and hear whether it sees a wall missing."""
        self.control.settimeout(START)
        with outside_doors() as doors:
            fixed = [each for each in bound().values() if not os.path.islink(each)]
            told = {
                "isolated": self.filter is not None,
                "user": user() if self.way == "inside" else 0,
                "filter": self.filter.program.hex() if self.filter else "",
                "limits": self.wanted.limits.resources if self.filter else {},
                "ahead": self.wanted.ahead,
                "warm": self.wanted.warm,
                "look": {"hidden": self.wanted.hidden, "fixed": fixed, **doors},
            }
            for data in (json.dumps(told).encode(), pickle.dumps(dict(self.wanted.tables))):
                self.control.sendall(LENGTH.pack(len(data)) + data)
            said, self.channel = heard_with_channel(self.control)
            faults = said["faults"]
        if faults:
            raise RoomError("; ".join(faults))

    def told(self) -> str:
        """Return the last line that bubblewrap or the zygote wrote."""
        with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
            if self.process:
                self.process.wait(1)
            self.errors.seek(0)
            lines = self.errors.read()[-4000:].decode("utf-8", "replace").split("\n")
            return next((line.strip() for line in reversed(lines) if line.strip()), "")
        return ""

    def __enter__(self) -> "Room":
        """Return the room."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the room."""
        self.close()

    def close(self) -> None:
        """End everything in the room, and wait until it has ended."""
        self.control.close()
        if self.channel:
            self.channel.close()
        if self.watched >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.watched, signal.SIGKILL)
            ended(self.watched, 5)
            os.close(self.watched)
            self.watched = -1
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(2)
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
        self.errors.close()

    def job(self, told: Mapping[str, Any], seconds: float, silence: float) -> Ended:
        """Give a child one job; return its lines, one for each answer, and how it ended.

        Raises `RoomDied`. The zygote ends the child after `seconds`; the grader a moment later, or
        when no line came for seconds of `silence`, and then the room is spoilt. A child that wrote
        all its lines is not waited for: `ready` does that before the next.
        """
        if not self.ready():
            raise RoomDied("it is spoilt")
        assert self.channel is not None
        with self.channel as mine:
            self.channel = None
            try:
                self.control.sendall(int(seconds * 1000).to_bytes(8, "big"))
            except OSError as error:
                raise RoomDied(str(error)) from None
            data = json.dumps(told).encode()
            mine.settimeout(silence)
            with contextlib.suppress(OSError):  # a child that is gone already says why below
                mine.sendall(LENGTH.pack(len(data)) + data)
            count = len(told.get("answers", ["probe"]))
            lines, fault = heard(mine, count, self.wanted.limits.answers, seconds + 2, silence)
        if fault:
            self.spoilt = True
            return Ended(lines, fault)
        if len(lines) == count:
            return Ended(lines, "")
        return Ended(lines, reason(self.end(seconds + 2), told["cpu"]))

    def ready(self) -> bool:
        """Wait for the end of the child that had the last job; return whether another is there.

        Raises `RoomDied`.
        """
        if self.channel is None and not self.spoilt:
            self.end(LEAVE)
        return not self.spoilt

    def end(self, seconds: float) -> dict[str, Any]:
        """Return how a child ended; after `seconds` of waiting the room has died."""
        try:
            self.control.settimeout(seconds)
            end, self.channel = heard_with_channel(self.control)
        except (OSError, EOFError) as error:
            raise RoomDied(str(error)) from None
        self.spoilt = not end["clean"]
        return end

    def probe(self) -> list[str]:
        """Return what a child can do in this room that it should not, by trying it."""
        assert self.filter is not None
        limits = {**self.wanted.limits.resources, "RLIMIT_CPU": 2}
        told = {"cpu": 2, "probe": {"calls": self.filter.calls, "limits": limits}}
        found = self.job(told, 5, 5)
        faults = [f"the probe ended: {found.why}"] if found.why else []
        faults += [str(each) for line in found.lines for each in line["faults"]]
        if not found.lines and not faults:
            faults = ["a call made a process"]
        self.ready()
        self.spoilt = False  # whatever it is, it is told
        answer = {"source": LOOP, "function": "f", "given": "", "inputs": [[]]}
        loop = {"cpu": 2, "seconds": 20, "wait": 20, "output": 9, "answers": [answer]}
        begun = time.monotonic()
        if self.job(loop, 0.3, 5).why != "wait" or time.monotonic() - begun > 2:
            faults.append("an endless loop does not end in time")
        self.spoilt = False  # it was we who ended the loop
        return faults


def reason(end: Mapping[str, Any], cpu: float) -> str:
    """Return why a child ended, from what the zygote saw; "" when it did its job."""
    if end["late"]:
        return "wait"
    if end["code"] in (LATE, -signal.SIGXCPU) or end["cpu"] >= cpu:
        return "time"
    if end["code"] < 0 or end["code"] == CRASHED:
        return "crash"
    return "exit" if end["code"] else ""


def heard(
    channel: socket.socket, count: int, most: int, seconds: float, silence: float
) -> tuple[tuple[dict[str, Any], ...], str]:
    """Return the first `count` lines that a child writes, and what is wrong with them.

    Nothing is believed of them but that they are JSON objects, and no more than `most` bytes.
    """
    end = time.monotonic() + seconds
    data = bytearray()
    lines: list[dict[str, Any]] = []
    while True:
        channel.settimeout(max(0.01, min(silence, end - time.monotonic())))
        try:
            piece = channel.recv(65536)
        except TimeoutError:
            return tuple(lines), "wait"
        except ConnectionError:
            piece = b""
        if not piece:
            return tuple(lines), "malformed" if data else ""
        most -= len(piece)
        if most < 0 or time.monotonic() > end:
            return tuple(lines), "large" if most < 0 else "wait"
        data += piece
        if b"\n" not in piece:
            continue
        *whole, rest = bytes(data).split(b"\n")
        data = bytearray(rest)
        for line in whole:
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                return tuple(lines), "malformed"
            if not isinstance(found, dict):
                return tuple(lines), "malformed"
            lines.append(found)
            if len(lines) == count:
                return tuple(lines), ""


@contextlib.contextmanager
def outside_doors() -> Iterator[dict[str, Any]]:
    """Yield a port and an abstract socket that nobody in a room should reach."""
    name = f"bordercount-{uuid.uuid4().hex}"
    with socket.socket(socket.AF_INET) as door, socket.socket(socket.AF_UNIX) as other:
        door.bind(("127.0.0.1", 0))
        door.listen()
        found = {"port": door.getsockname()[1], "abstract": name}
        with contextlib.suppress(OSError):  # there are none outside Linux
            other.bind(f"\0{name}")
            other.listen()
        yield found


def ended(process: int, seconds: float) -> bool:
    """Return whether the process behind a pidfd ends in `seconds`."""
    with selectors.DefaultSelector() as selector:
        selector.register(process, selectors.EVENT_READ)
        return bool(selector.select(seconds))


def reason_against() -> str:
    """Return why there can be no room on this system; "" when it can be tried."""
    if sys.platform != "linux":
        return f"functions run on Linux only, and this is {sys.platform}"
    if not shutil.which("bwrap"):
        return (
            "bubblewrap is not installed (Debian, Ubuntu: apt-get install bubblewrap; "
            "Fedora: dnf install bubblewrap)"
        )
    return ""


def tested(wanted: Wanted) -> Room:
    """Return a room whose every wall was seen to hold. Raises `RoomError` if there is none."""
    if why := reason_against():
        raise RoomError(why)
    told = []
    for way in ways():
        room = None
        try:
            room = Room(way, wanted)
            if not (faults := room.probe()):
                return room
            raise RoomError("; ".join(faults))
        except (RoomError, filters.FilterError) as error:
            told.append(f"{way}: {error}")
            if room is not None:
                room.close()
    raise RoomError("the self-test refused the sandbox: " + " | ".join(told))
