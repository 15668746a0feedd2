"""Submissions that mean harm, each with what becomes of it.

`f(x)` should return x + 1. An attack that reaches for something returns that where the reach
succeeds, and nothing where it fails: its points tell whether a wall holds.
"""

from dataclasses import dataclass

LOOP = "    while True: pass"


@dataclass(frozen=True)
class Attack:
    """The source, the part of the points that it earns, and words of what its author reads."""

    source: str
    score: float
    said: str


def body(text: str) -> str:
    """Return a function `f` with this body."""
    lines = "\n".join(f"    {line}" for line in text.strip("\n").splitlines())
    return f"def f(x):\n{lines}\n"


def reach(text: str) -> str:
    """Return a function that earns points if this body returns True."""
    lines = "\n".join(f"    {line}" for line in text.strip("\n").splitlines())
    return f"def reached():\n{lines}\n\n\ndef f(x):\n    return x + 1 if reached() else None\n"


def denied(call: str) -> str:
    """Return a function that earns points if a call of the C library does not fail."""
    return reach(f"import ctypes, os\nlibc = ctypes.CDLL(None)\nreturn {call} != -1")


STOPPED = "so it was stopped"
LATE = "longer than 0.5 seconds"
WAITED = "did not come to an end"
ENDED = "ended Python itself"
CRASHED = "made Python itself crash"
MEMORY = "more memory than it may have"
NOTHING = "gave None"
FORBIDDEN = "not allowed here"

ENDINGS = {
    "endless loop": Attack(body("while True: pass"), 0, LATE),
    "endless loop in C": Attack(body("return sum(iter(int, 1))"), 0, STOPPED),
    "swallows every exception": Attack(
        body("while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
        0,
        LATE,
    ),
    "ignores signals": Attack(
        body(
            "import signal\nfor each in signal.valid_signals():\n    try:\n"
            "        signal.signal(each, signal.SIG_IGN)\n    except OSError: pass\n"
            "while True: pass"
        ),
        0,
        STOPPED,
    ),
    "blocks signals": Attack(
        body(
            "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
            "while True: pass"
        ),
        0,
        STOPPED,
    ),
    "stops the clock and sleeps": Attack(
        body(
            "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0)\n"
            "signal.setitimer(signal.ITIMER_PROF, 0)\ntime.sleep(60)"
        ),
        0,
        WAITED,
    ),
    "sleeps": Attack(body("import time\ntime.sleep(60)"), 0, WAITED),
    "loops while it is read": Attack("while True: pass", 0, LATE),
    "sys.exit": Attack(body("import sys\nsys.exit(0)"), 0, ENDED),
    "quits while it is read": Attack("raise SystemExit", 0, ENDED),
    "os._exit": Attack(body("import os\nos._exit(0)"), 0, ENDED),
    "abort": Attack(body("import os\nos.abort()"), 0, CRASHED),
    "segmentation fault": Attack(body("import ctypes\nctypes.string_at(0)"), 0, CRASHED),
    "deep recursion": Attack(body("return f(x)"), 0, "called itself again and again"),
    "recursion beyond the stack": Attack(
        body("import sys\nsys.setrecursionlimit(10**9)\nreturn f(x)"), 0, STOPPED
    ),
    "brackets beyond the parser": Attack(
        "x = " + "(" * 5000 + ")" * 5000 + "\n" + body("return x"), 0, "could not read"
    ),
    "raises what cannot be shown": Attack(
        "class E(Exception):\n    def __str__(self): raise ValueError\n" + body("raise E"),
        0,
        "stopped with an error: E",
    ),
    "raises what shows itself for ever": Attack(
        "class E(Exception):\n    def __str__(self):\n        while True: pass\n" + body("raise E"),
        0,
        LATE,
    ),
}

EXHAUSTIONS = {
    "memory": Attack(body("return [0] * 10**10"), 0, MEMORY),
    "memory, bit by bit": Attack(
        body("a = []\nwhile True: a.append(bytearray(10**6))"), 0, STOPPED
    ),
    "mapped memory": Attack(
        body("import mmap\na = []\nwhile True: a.append(mmap.mmap(-1, 2**28))"), 0, "stopped"
    ),
    "a memory file": Attack(reach("import os\nreturn os.memfd_create('x') > 0"), 0, FORBIDDEN),
    "descriptors": Attack(
        body("a = []\nwhile True: a.append(open('/dev/null'))"), 0, "Too many open files"
    ),
    "pipes": Attack(body("import os\nwhile True: os.pipe()"), 0, "Too many open files"),
    "output": Attack(body("return 'x' * 10**7"), 0, "more than can be compared"),
    "a list without end": Attack(body("return [0] * 10**5"), 0, "more than can be compared"),
    "a value deeper than any": Attack(
        body("a = []\nfor _ in range(200): a = [a]\nreturn a"), 0, "more than can be compared"
    ),
    "a whole number beyond any": Attack(body("return 10 ** 4000"), 0, "gave 1000"),
    "a number longer than text": Attack(body("return 10 ** 10**5"), 0, "stopped with an error"),
    "printing": Attack(body("while True: print('x' * 10**6)"), 0, LATE),
    "disk": Attack(body("open('/big', 'wb').write(bytes(10**7))"), 0, "write a file"),
    "disk, in every folder": Attack(
        reach(
            "import os, sys\nfor top in ['/', '/tmp', '/var/tmp', '/dev', '/dev/shm', *sys.path]:\n"
            "    try:\n        open(top + '/x', 'w')\n        return True\n"
            "    except OSError: pass\nreturn False"
        ),
        0,
        NOTHING,
    ),
    "inodes": Attack(
        reach(
            "import os\nfor i in range(5000):\n    for make in (os.mkdir, os.mkfifo):\n"
            "        try:\n            make(f'/x{i}')\n            return True\n"
            "        except OSError: pass\nreturn False"
        ),
        0,
        NOTHING,
    ),
    "threads": Attack(
        body(
            "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()"
        ),
        0,
        "start new thread",
    ),
    "threads that compute": Attack(
        body(
            "import threading\ndef g():\n    while True: pass\n"
            "threading.Thread(target=g).start()\nthreading.Event().wait()"
        ),
        0,
        STOPPED,
    ),
    "processes": Attack(body("import os\nwhile True: os.fork()"), 0, FORBIDDEN),
    "a program": Attack(body("import subprocess\nsubprocess.run(['true'])"), 0, FORBIDDEN),
    "spawned processes": Attack(
        reach("import os\nreturn os.posix_spawn('/bin/true', ['true'], {}) > 0"), 0, FORBIDDEN
    ),
    "vfork": Attack(denied("libc.vfork()"), 0, NOTHING),
    "asynchronous input and output": Attack(
        denied("libc.syscall(206, 65000, ctypes.byref(ctypes.c_ulong()))"), 0, NOTHING
    ),
    "longer than any answer": Attack("#" * 300_000 + "\n" + body("return x + 1"), 0, "too long"),
}

PATCHES = {
    "builtins": Attack(
        "import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.all = lambda x: True\n"
        "builtins.isinstance = lambda a, b: True\n" + body("return 0"),
        0,
        CRASHED,
    ),
    "json": Attack(
        "import json\njson.dumps = lambda *a, **k: '{}'\njson.loads = lambda *a, **k: 2\n"
        "json.JSONEncoder.encode = lambda *a: '2'\n" + body("return 0"),
        0,
        "",
    ),
    "pandas and numpy": Attack(
        "import numpy, pandas\npandas.Series.__eq__ = lambda *a: True\n"
        "pandas.DataFrame.equals = lambda *a: True\nnumpy.isclose = lambda *a: True\n"
        + body("return pandas.Series([x])"),
        0,
        "gave a Series",
    ),
    "the rule": Attack(
        "import sys\nt = sys.modules['trial']\nt.same = t.close = lambda *a: True\n"
        "t.agrees = lambda w, *a: [True] * len(w)\n" + body("return 0"),
        0,
        "gave 0",
    ),
    "equals everything": Attack(
        "class E:\n    def __eq__(self, other): return True\n    __hash__ = None\n"
        + body("return E()"),
        0,
        "of type E",
    ),
    "a number that equals everything": Attack(
        "class E(int):\n    def __eq__(self, other): return True\n    __hash__ = int.__hash__\n"
        "    def __sub__(self, other): return 0\n    __rsub__ = __sub__\n" + body("return E(0)"),
        0,
        "gave 0",
    ),
    "a text that equals everything": Attack(
        "class E(str):\n    def __eq__(self, other): return True\n    __hash__ = str.__hash__\n"
        + body("return E('2')"),
        0,
        "gave '2'",
    ),
    "not a number": Attack(body("return float('nan')"), 0, "gave nan"),
    "infinity": Attack(body("return float('inf')"), 0, "gave inf"),
    "true for one": Attack("def f(x):\n    return True\n", 0, "gave True"),
}

FORGERIES = {
    "a line of its own": Attack(
        body(
            "import json, os\nline = {'answer': 0, 'outcomes': [{'value': 7}] * 3, 'stopped': ''}\n"
            "os.write(3, json.dumps(line).encode() + b'\\n')\nos._exit(0)"
        ),
        0,
        "gave 7",
    ),
    "a verdict": Attack(
        body(
            'import os\nos.write(3, b\'{"answer": 0, "outcomes": [], "score": 1, '
            '"state": "right", "stopped": ""}\\n\')\nos._exit(0)'
        ),
        0,
        ENDED,
    ),
    "what is no JSON": Attack(body("import os\nos.write(3, b'right\\n')"), 0, "could not be read"),
    "what is no object": Attack(body("import os\nos.write(3, b'[1]\\n')"), 0, "could not be read"),
    "half a line": Attack(
        body("import os\nos.write(3, b'{\"answer\"')\nos._exit(0)"), 0, "could not"
    ),
    "brackets": Attack(body("import os\nos.write(3, b'[' * 10**5 + b'\\n')"), 0, "could not"),
    "a flood": Attack(
        body("import os\nwhile True: os.write(3, b'{}' * 10**4 + b'\\n')"), 0, "could not be read"
    ),
    "a line without end": Attack(
        body("import os\nwhile True: os.write(3, b'x' * 10**5)"), 0, "more than can be compared"
    ),
    "drops": Attack(
        body(
            "import os, signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0)\n"
            "while True:\n    os.write(3, b' ')\n    time.sleep(0.5)"
        ),
        0,
        "",
    ),
    "another's number": Attack(
        body(
            'import os\nos.write(3, b\'{"answer": true, "outcomes": [{"value": 2}, '
            '{"value": 3}, {"value": 4}], "stopped": ""}\\n\')\nos._exit(0)'
        ),
        0,
        ENDED,
    ),
    "a closed channel": Attack(body("import os\nos.close(3)\nreturn x + 1"), 0, ""),
    "messages to the grader": Attack(
        reach(
            "import os\nfor number in range(4, 1024):\n    try:\n        os.write(number, bytes(64))\n"
            "        return True\n    except OSError: pass\nreturn False"
        ),
        0,
        NOTHING,
    ),
}

ZYGOTE = {
    "kill": Attack(reach("import os\nos.kill(1, 9)\nreturn True"), 0, FORBIDDEN),
    "kill all": Attack(reach("import os\nos.kill(-1, 9)\nreturn True"), 0, FORBIDDEN),
    "kill the parent": Attack(
        reach("import os\nos.kill(os.getppid(), 19)\nreturn True"), 0, FORBIDDEN
    ),
    "tgkill": Attack(denied("libc.syscall(234, 1, 1, 9)"), 0, NOTHING),
    "queued signal": Attack(denied("libc.sigqueue(1, 9, 0)"), 0, NOTHING),
    "a signal by descriptor": Attack(reach("import os\nreturn os.pidfd_open(1) > 0"), 0, FORBIDDEN),
    "ptrace": Attack(denied("libc.ptrace(16, 1, 0, 0)"), 0, NOTHING),
    "ptrace, seized": Attack(denied("libc.ptrace(0x4206, 1, 0, 0)"), 0, NOTHING),
    "its memory": Attack(denied("libc.process_vm_readv(1, 0, 0, 0, 0, 0)"), 0, NOTHING),
    "its limits": Attack(
        reach("import resource\nresource.prlimit(1, resource.RLIMIT_CPU, (1, 1))\nreturn True"),
        0,
        FORBIDDEN,
    ),
    "its processors": Attack(
        reach("import os\nos.sched_setaffinity(1, {0})\nreturn True"), 0, FORBIDDEN
    ),
    "its priority": Attack(
        reach("import os\nos.setpriority(os.PRIO_PROCESS, 1, 19)\nreturn True"), 0, FORBIDDEN
    ),
    "its limits, widened": Attack(
        reach("import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))\nreturn True"),
        0,
        "stopped with an error",
    ),
    "namespaces": Attack(denied("libc.unshare(0x10000000)"), 0, NOTHING),
    "mounts": Attack(denied("libc.mount(b'none', b'/dev', b'tmpfs', 0, 0)"), 0, NOTHING),
    "a new filter": Attack(
        reach(
            "import ctypes\nlibc = ctypes.CDLL(None)\n"
            "return libc.prctl(38, 0, 0, 0, 0) == 0 or libc.prctl(39, 0, 0, 0, 0) != 1"
        ),
        0,
        NOTHING,
    ),
    "becoming root": Attack(denied("libc.setuid(0)"), 0, NOTHING),
    "calls younger than the filter": Attack(
        denied("libc.syscall(463, -100, 0, 0, 0, 0, 0)"), 0, NOTHING
    ),
    "calls of 32 bits": Attack(
        body(
            "import ctypes, mmap\n"
            "code = mmap.mmap(-1, 4096, prot=7)\n"
            "code.write(bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3]))\n"  # getpid, the old way
            "at = ctypes.addressof(ctypes.c_char.from_buffer(code))\n"
            "return x + 1 if ctypes.CFUNCTYPE(ctypes.c_int)(at)() > 0 else None"
        ),
        0,
        CRASHED,
    ),
}

NETWORK = {
    "a socket": Attack(reach("import socket\nsocket.socket()\nreturn True"), 0, FORBIDDEN),
    "a local socket": Attack(
        reach("import socket\nsocket.socket(socket.AF_UNIX)\nreturn True"), 0, FORBIDDEN
    ),
    "a pair of sockets": Attack(
        reach("import socket\nsocket.socketpair()\nreturn True"), 0, FORBIDDEN
    ),
    "the kernel's socket": Attack(
        reach("import socket\nsocket.socket(socket.AF_NETLINK)\nreturn True"), 0, FORBIDDEN
    ),
    "a page": Attack(
        reach("import urllib.request\nurllib.request.urlopen('http://127.0.0.1')\nreturn True"),
        0,
        "stopped with an error",
    ),
    "io_uring": Attack(
        denied("libc.syscall(425, 1, ctypes.create_string_buffer(120))"), 0, NOTHING
    ),
}

# What one submission leaves, and how the next would find it.
NOTES = {
    "a file": (
        "import os\nfor folder in ('/', '/tmp', '/dev', '/dev/shm', '/room', '/packages/0'):\n"
        "    try: open(folder + '/note', 'w').write('x')\n    except OSError: pass",
        "import os\nreturn any(os.path.exists(folder + '/note') for folder in "
        "('/', '/tmp', '/dev', '/dev/shm', '/room', '/packages/0'))",
    ),
    "a variable": ("import os\nos.environ['NOTE'] = 'x'", "import os\nreturn 'NOTE' in os.environ"),
    "a module": (
        "import pandas, sys\npandas.note = 1\nsys.modules['note'] = pandas",
        "import pandas, sys\nreturn hasattr(pandas, 'note') or 'note' in sys.modules",
    ),
    "a builtin": (
        "import builtins\nbuiltins.note = 1",
        "return 'note' in dir(__builtins__) or 'note' in __builtins__",
    ),
    "shared memory": (
        "import ctypes\nctypes.CDLL(None).shmget(4711, 4096, 0o1666)",
        "import ctypes\nreturn ctypes.CDLL(None).shmget(4711, 0, 0) != -1",
    ),
    "a semaphore": (
        "import ctypes\nctypes.CDLL(None).semget(4711, 1, 0o1666)",
        "import ctypes\nreturn ctypes.CDLL(None).semget(4711, 0, 0) != -1",
    ),
    "a message queue": (
        "import ctypes\nctypes.CDLL(None).msgget(4711, 0o1666)",
        "import ctypes\nreturn ctypes.CDLL(None).msgget(4711, 0) != -1",
    ),
    "a key": (
        "import ctypes\nctypes.CDLL(None).syscall(248, b'user', b'note', b'x', 1, -4)",
        "import ctypes\nreturn ctypes.CDLL(None).syscall(249, b'user', b'note', 0, -4) != -1",
    ),
    "an attribute": (
        "import os\nfor path in ('/', '/dev/null', '/room/trial.py'):\n"
        "    try: os.setxattr(path, 'user.note', b'x')\n    except OSError: pass",
        "import os\nfor path in ('/', '/dev/null', '/room/trial.py'):\n"
        "    try:\n        if os.listxattr(path): return True\n    except OSError: pass\nreturn False",
    ),
    "a time": (
        "import os\nfor path in ('/', '/dev/null', '/dev/zero', '/room/trial.py'):\n"
        "    try: os.utime(path, (86400, 86400))\n    except OSError: pass\n"
        "    try: os.utime(path)\n    except OSError: pass",
        "import os\nreturn any(os.stat(path).st_mtime == 86400 for path in ('/dev/null', '/'))",
    ),
    "a mode": (
        "import os\nfor path in ('/', '/dev/null'):\n"
        "    try: os.chmod(path, 0o700)\n    except OSError: pass",
        "import os\nreturn any(os.stat(path).st_mode & 0o777 == 0o700 for path in ('/', '/dev/null'))",
    ),
    "a folder to be in": ("import os\nos.chdir('/room')", "import os\nreturn os.getcwd() != '/'"),
    "a mask": ("import os\nos.umask(0o123)", "import os\nreturn os.umask(0) == 0o123"),
    "a process": (
        "import os\ntry:\n    if os.fork() == 0:\n        import time\n        time.sleep(60)\n"
        "except OSError: pass",
        "import os\ntry:\n    os.kill(2, 0)\n    return True\nexcept OSError: return False",
    ),
    "a thread": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        "import threading\nreturn threading.active_count() > 1",
    ),
}
