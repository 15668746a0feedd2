"""The warm process inside the room: it forks one child for each job and sweeps up after it.

It runs as a script, alone, with the standard library, pandas, and the file of
`bordercount.trial`. It never reads a job: the child does, from a channel of its own. A child is
forked before its job is there, when all that was left of the child before it has ended.
"""

import contextlib
import ctypes
import errno
import fcntl
import gc
import importlib.util
import json
import os
import pickle
import random
import re
import resource
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator, Mapping
from types import FrameType, ModuleType
from typing import Any, NoReturn

LENGTH = struct.Struct(">I")
OK, LATE, CRASHED = 0, 101, 102  # how a child may end by itself
LOOP = "while True:\n    try:\n        while True: pass\n    except BaseException: pass\n"
COMMON = """
def common(table):
    words = [each for each in table if table[each].dtype.kind not in "iufb"]
    word, number = words[0], [each for each in table if table[each].dtype.kind in "iuf"][-1]
    rows = table[(table[word] == table[word].iloc[-1]) & (table[number] > 0)]
    sums = table.groupby(word)[number].sum().sort_values(ascending=False)
    return sums.head(3), int(rows[number].sum()), round(sums.max() / sums.sum(), 1)
"""
VARIABLES = {"HOME", "LC_ALL", "TZ", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED", "PYTHONPATH", "PWD"}
PR_SET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE = 1, 3, 4
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS = 22, 38, 39
CAPABILITY_VERSION = 0x20080522


class TimeLimit(BaseException):
    """The time of an answer is over."""


class Program(ctypes.Structure):
    """A seccomp filter as the kernel takes it."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def received(channel: socket.socket) -> bytes:
    """Return one message of the channel. Raises `EOFError` at its end."""
    (length,) = LENGTH.unpack(exactly(channel, LENGTH.size))
    return exactly(channel, length)


def exactly(channel: socket.socket, count: int) -> bytes:
    """Return `count` bytes of the channel. Raises `EOFError` at its end."""
    found = bytearray()
    while len(found) < count:
        if not (piece := channel.recv(count - len(found))):
            raise EOFError
        found += piece
    return bytes(found)


def heard_with_channel(control: socket.socket) -> tuple[dict[str, Any], socket.socket]:
    """Return the next message of a zygote, and the channel to its next child.

    Raises `EOFError` if the zygote has ended.
    """
    data, channels, _, _ = socket.recv_fds(control, LENGTH.size, 1)
    if not channels:
        raise EOFError
    channel = socket.socket(fileno=channels[0])
    try:
        (length,) = LENGTH.unpack(data + exactly(control, LENGTH.size - len(data)))
        return json.loads(exactly(control, length)), channel
    except BaseException:
        channel.close()
        raise


class Zygote:
    """What the process holds: its channel, its settings, the tables, the code it shares."""

    def __init__(self, control: socket.socket, trial_path: str) -> None:
        """Read the settings, become nobody, and import what answers need."""
        self.control = control
        self.settings: dict[str, Any] = json.loads(received(control))
        self.isolated: bool = self.settings["isolated"]
        self.libc = ctypes.CDLL(None, use_errno=True)
        if self.isolated:
            self.become_nobody()
        import pandas  # noqa: F401  # by nobody, and once: answers find it warm

        self.ahead: bool = self.settings["ahead"]
        self.limits: dict[str, int] = self.settings["limits"]
        self.filter = bytes.fromhex(self.settings["filter"])
        buffer = ctypes.create_string_buffer(self.filter, len(self.filter))
        self.program = Program(len(self.filter) // 8, ctypes.cast(buffer, ctypes.c_char_p))
        self.tables: dict[str, Any] = pickle.loads(received(control))
        self.trial = module("trial", trial_path)
        for given in self.settings["warm"]:  # the course's own code, which imports what it needs
            with contextlib.suppress(Exception):
                exec(given, {"__name__": "answer"})

    def become_nobody(self) -> None:
        """Give up what root has, and die with the grader."""
        if user := self.settings["user"]:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            header = struct.pack("Ii", CAPABILITY_VERSION, 0)
            self.libc.capset(header, bytes(24))
        self.libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        self.libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        self.libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_DFL)

    def begin(self) -> dict[str, Any]:
        """Look around, forget all that no child needs to know, and return what was seen."""
        look = self.settings["look"]
        faults = looked_around(self.libc, self.control.fileno(), look) if self.isolated else []
        nothing = os.open(os.devnull, os.O_RDWR)
        for each in (0, 1, 2):
            os.dup2(nothing, each)
        os.close(nothing)
        self.settings = {}
        self.touch()
        seed()
        gc.collect()
        gc.freeze()
        return {"faults": faults}

    def serve(self) -> None:
        """Fork a child for each job until the grader ends, and tell how the one before ended.

        The grader gets the channel to the next child with that, and sends the most seconds when
        it gives it a job.
        """
        said = self.begin()
        while True:
            mine, theirs = socket.socketpair()
            with theirs:
                data = json.dumps(said).encode()
                told = LENGTH.pack(len(data)) + data
                sent = socket.send_fds(self.control, [told], [theirs.fileno()])
                self.control.sendall(told[sent:])
            child = os.fork()
            if child == 0:
                self.be_child(mine.fileno())
            mine.close()
            try:
                milliseconds = exactly(self.control, 8)
            except EOFError:
                return
            said = self.outcome(child, int.from_bytes(milliseconds, "big") / 1000)

    def outcome(self, child: int, seconds: float) -> dict[str, Any]:
        """Wait for a child, end what it left, and return how it ended."""
        late = not self.waited(child, seconds)
        if late or self.isolated:
            self.end_everything(child)
        status, seen, swept = 0, False, 0
        while True:
            try:
                found, this, used = os.wait4(-1, 0)
            except ChildProcessError:
                break
            if found == child:
                status, cpu, seen = this, used.ru_utime + used.ru_stime, True
            else:
                swept += 1
        code = os.waitstatus_to_exitcode(status) if seen else -signal.SIGKILL
        clean = not late and code >= 0 and not swept
        return {"code": code, "late": late, "cpu": round(cpu, 3) if seen else 0, "clean": clean}

    def waited(self, child: int, seconds: float) -> bool:
        """Wait until a child ends, and return whether it did in time."""
        if not hasattr(os, "pidfd_open"):  # only without isolation
            return self.waited_by_looking(child, seconds)
        watched = os.pidfd_open(child)
        try:
            poll = select.poll()
            poll.register(watched, select.POLLIN)
            poll.register(self.control, select.POLLIN)  # the grader's end
            ready = poll.poll(seconds * 1000)
        finally:
            os.close(watched)
        self.end_with_grader(any(each != watched for each, _ in ready), child)
        return bool(ready)

    def end_with_grader(self, ended: bool, child: int) -> None:
        """End the room, if the grader has ended: nothing but its end comes while a child runs."""
        if ended:
            self.end_everything(child)
            os._exit(OK)

    def waited_by_looking(self, child: int, seconds: float) -> bool:
        """Wait as `waited` does, on systems without pidfd."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                return True
            ready, _, _ = select.select([self.control], [], [], 0.002)
            self.end_with_grader(bool(ready), child)
        return False

    def end_everything(self, child: int) -> None:
        """Kill all other processes of the room; without a room the child alone."""
        with contextlib.suppress(ProcessLookupError):
            if self.isolated and os.getpid() == 1:
                os.kill(-1, signal.SIGKILL)
            elif child:
                os.kill(child, signal.SIGKILL)

    def be_child(self, channel: int) -> NoReturn:
        """Do one job, and end."""
        try:
            os.dup2(channel, 3)
            os.closerange(4, 4096)
            link = socket.socket(fileno=3)
            if self.ahead:
                self.touch()
            job = json.loads(received(link))
            self.confine(job)
            if "probe" in job:
                found = probed(self.libc, job["probe"])
                link.sendall(json.dumps(found).encode() + b"\n")
            else:
                self.run(job, link)
        except BaseException:
            os._exit(CRASHED)
        os._exit(OK)

    def touch(self) -> None:
        """Use a table as answers do, so that this process has its own pages of what that changes."""
        for table in list(self.tables.values())[:1]:
            with contextlib.suppress(Exception):
                function = self.trial.defined(COMMON, "common", "")
                json.dumps(self.trial.plain(function(table.copy())))

    def confine(self, job: Mapping[str, Any]) -> None:
        """Set the limits of a child, and load its filter."""
        for name, value in self.limits.items():
            with contextlib.suppress(*(() if self.isolated else (OSError, ValueError))):
                resource.setrlimit(getattr(resource, name), (value, value))
        cpu = int(job["cpu"])
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
        if self.filter and self.libc.prctl(
            PR_SET_SECCOMP, 2, ctypes.byref(self.program), 0, 0
        ):  # pragma: no cover
            raise OSError(ctypes.get_errno(), "no filter")

    def run(self, job: Mapping[str, Any], link: socket.socket) -> None:
        """Run the answers of a job, and write a line for each, until one hits a limit."""
        dumps, sendall, most = json.dumps, link.sendall, int(job["output"])
        clock = Clock(job["seconds"], job["wait"])
        for number, answer in enumerate(job["answers"]):
            seed()
            outcomes: list[dict[str, Any]] = []
            stopped = ""
            try:
                with clock:
                    for each in outcomes_of(answer, self.trial, self.tables, dumps, most):
                        outcomes.append(each)
            except TimeLimit:
                stopped = clock.why
            except MemoryError:
                stopped = "memory"
            line = dumps({"answer": number, "outcomes": outcomes, "stopped": stopped})
            sendall(line.encode() + b"\n")
            if stopped:
                return


class Clock:
    """Ends an answer after seconds of computing, or of waiting; `why` tells which."""

    def __init__(self, seconds: float, wait: float) -> None:
        """Limit computing to `seconds` and the time that passes to `wait`."""
        self.seconds, self.wait, self.why, self.rings = seconds, wait, "", 0

    def __enter__(self) -> None:
        """Begin."""
        self.why, self.rings = "", 0
        signal.signal(signal.SIGPROF, self.ring)
        signal.signal(signal.SIGALRM, self.ring)
        signal.setitimer(signal.ITIMER_PROF, self.seconds, 0.2)
        signal.setitimer(signal.ITIMER_REAL, self.wait, 0.2)

    def ring(self, number: int, frame: FrameType | None) -> None:
        """End the answer; end the child, if the answer goes on all the same."""
        self.why = self.why or ("time" if number == signal.SIGPROF else "wait")
        self.rings += 1
        if self.rings > 2:
            os._exit(LATE)
        raise TimeLimit

    def __exit__(self, *_: object) -> None:
        """Stop the clock."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def seed() -> None:
    """Make chance the same for each answer, so that a grade can be repeated."""
    import numpy  # as above: never by root

    random.seed(0)
    numpy.random.seed(0)


def outcomes_of(
    answer: Mapping[str, Any], trial: ModuleType, tables: Mapping[str, Any], dumps: Any, most: int
) -> Iterator[dict[str, Any]]:
    """Yield for each input of an answer its value, plain, or the error that it raised."""
    for arguments in answer["inputs"]:
        try:
            function = trial.defined(answer["source"], answer["function"], answer["given"])
            value = trial.plain(function(*(filled(each, tables) for each in arguments)))
            text = dumps(value)
        except (TimeLimit, MemoryError):
            raise
        except BaseException as error:  # whatever a student's code raises is told to the student
            yield described(error)
            continue
        if len(text) > most:
            yield {"error": "large", "detail": ""}
        else:
            yield {"value": value}


def filled(argument: Any, tables: Mapping[str, Any]) -> Any:
    """Return a fresh copy of the table that an argument names, or the argument."""
    if isinstance(argument, dict) and set(argument) == {"table"}:
        return tables[argument["table"]].copy()
    return argument


def described(error: BaseException) -> dict[str, Any]:
    """Return the kind of an error and what it says, without what differs between runs."""
    try:
        text = str(error)
    except BaseException:
        text = ""
    text = re.sub(r"0x[0-9a-fA-F]+", "0x\u2026", str(text)[:300])
    return {"error": type(error).__name__[:60], "detail": text}


def module(name: str, path: str) -> ModuleType:
    """Return the module in a file."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[name] = found
    spec.loader.exec_module(found)
    return found


def probed(libc: ctypes.CDLL, probe: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what a child under the filter can do that it should not."""
    faults = []
    for name, number, arguments, wanted in probe["calls"]:
        mine = os.getpid()
        ctypes.set_errno(0)
        found = libc.syscall(number, *(ctypes.c_long(each) for each in arguments))
        if os.getpid() != mine:
            os._exit(OK)  # the call made a process
        if found != -1 or ctypes.get_errno() != wanted:
            faults.append(f"the call {name} is not refused")
    for name, value in probe["limits"].items():
        if resource.getrlimit(getattr(resource, name))[0] != value:
            faults.append(f"the limit {name} does not hold")
    if open_files() != {0, 1, 2, 3}:
        faults.append("files of others are open in a child")
    return {"faults": faults}


def looked_around(libc: ctypes.CDLL, control: int, wanted: Mapping[str, Any]) -> list[str]:
    """Return which walls of the room are missing, seen from the zygote."""
    faults = []

    def fault(found: bool, what: str) -> None:
        if found:
            faults.append(what)

    fault(os.getpid() != 1, "it is not the first process of a room of its own")
    fault(0 in (*os.getresuid(), *os.getresgid()), "it runs as root")
    fault(bool(os.getgroups()) and 0 in os.getgroups(), "it belongs to the group of root")
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    held = ctypes.create_string_buffer(24)
    fault(libc.capget(header, held) != 0 or any(held.raw), "it has capabilities")
    fault(os.getsid(0) != os.getpid(), "it belongs to the session of others")
    fault(libc.prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1, "it may gain privileges")
    fault(libc.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0, "others may look into it")
    for path in (*wanted["hidden"], "/proc/self", "/sys/kernel", "/dev/shm", "/etc/passwd"):
        fault(os.path.lexists(path), f"{path} is in sight")
    for path in (*wanted["fixed"], "/"):
        fault(not os.statvfs(path).f_flag & os.ST_RDONLY, f"{path} can be written")
    for folder in {os.path.dirname(path) for path in wanted["fixed"]} | {"/", "/tmp", "/var/tmp"}:
        fault(writable(folder), f"files can be made in {folder}")
    fault(bool(set(os.environ) - VARIABLES), "it has foreign variables")
    fault(bool(open_files() - {0, 1, 2, control}), "it has files of others open")
    with socket.socket(socket.AF_INET) as link:
        link.settimeout(1)
        fault(link.connect_ex(("127.0.0.1", wanted["port"])) == 0, "it reaches the network")
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(1)
        address = "\0" + wanted["abstract"]
        fault(link.connect_ex(address) == 0, "it reaches abstract sockets")
    return faults


def writable(folder: str) -> bool:
    """Return whether a file can be made in a folder."""
    try:
        os.close(os.open(f"{folder}/file", os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError:
        return False
    return True


def open_files() -> set[int]:
    """Return the numbers of the files that are open."""
    found = set()
    for number in range(256):
        try:
            fcntl.fcntl(number, fcntl.F_GETFD)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
        else:
            found.add(number)
    return found


def main() -> None:
    """Become the zygote of the room."""
    number, trial_path = int(sys.argv[1]), sys.argv[2]
    zygote = Zygote(socket.socket(fileno=number), trial_path)
    zygote.serve()


if __name__ == "__main__":
    main()
