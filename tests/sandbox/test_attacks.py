"""Submissions that mean harm cost their own points, and the next submission is unharmed."""

import ctypes
import os
import socket
import threading
import uuid
from multiprocessing.shared_memory import SharedMemory

import pytest
from attacks import ENDINGS, EXHAUSTIONS, FORGERIES, NETWORK, NOTES, PATCHES, ZYGOTE, body, reach
from workbench import HONEST, Bench

from bordercount.grading.functions import Checks
from bordercount.sandbox import Limits

pytestmark = pytest.mark.slow
EVERY = ENDINGS | EXHAUSTIONS | PATCHES | FORGERIES | ZYGOTE | NETWORK
SECRET = f"the secret {uuid.uuid4().hex}"
libc = ctypes.CDLL(None)


@pytest.mark.parametrize("name", EVERY)
def test_an_attack_costs_its_own_points_and_no_others(bench, name):
    attack = EVERY[name]
    verdict = bench.verdict(attack.source)
    assert verdict.score == attack.score
    assert attack.said in verdict.feedback
    assert bench.verdict(HONEST).state == "right"


@pytest.mark.parametrize("name", NOTES)
def test_nothing_is_left_for_the_next_submission(bench, name):
    leave, find = NOTES[name]
    bench.verdict(body(f"{leave}\nreturn x + 1"))
    assert bench.verdict(reach(find)).score == 0
    assert bench.verdict(HONEST).state == "right"


@pytest.mark.parametrize("name", ["segmentation fault", "os._exit", "endless loop", "memory"])
def test_an_answer_that_dies_costs_that_answer_alone(bench, name):
    found = bench.verdicts({"before": HONEST, "dies": EVERY[name].source, "after": HONEST})
    assert [found[each].state for each in ("before", "dies", "after")] == [
        "right",
        "wrong",
        "right",
    ]
    assert EVERY[name].said in found["dies"].feedback


def test_an_answer_can_forge_no_other_answer_that_it_could_not_give(bench):
    """It may write what it likes for its submission, but it has never seen what is right."""
    forger = body(
        "import json, os\nfor number in range(3):\n"
        "    line = {'answer': number, 'outcomes': [{'value': 1}] * 3, 'stopped': ''}\n"
        "    os.write(3, json.dumps(line).encode() + b'\\n')\nos._exit(0)"
    )
    found = bench.verdicts({"one": forger, "two": HONEST, "three": HONEST})
    assert all(each.score == 0 for each in found.values())
    assert bench.verdict(HONEST).state == "right"


@pytest.fixture(scope="module")
def prizes(tmp_path_factory):
    """What an attack would like to read: a file, a variable, memory, keys, an open file, sockets."""
    folder = tmp_path_factory.mktemp("prizes")
    path = folder / "solutions.py"
    path.write_text(SECRET)
    os.environ["BORDERCOUNT_PRIZE"] = SECRET
    shared = SharedMemory(create=True, size=4096)
    shared.buf[: len(SECRET)] = SECRET.encode()
    segment = libc.shmget(815, 4096, 0o1666)
    libc.syscall(248, b"user", b"bordercount-prize", SECRET.encode(), len(SECRET), -3)
    with path.open() as file, socket.socket() as door, socket.socket(socket.AF_UNIX) as other:
        os.set_inheritable(file.fileno(), True)
        door.bind(("127.0.0.1", 0))
        door.listen()
        other.bind("\0bordercount-prize")
        other.listen()
        made = Bench([str(folder)])
        yield {
            "path": str(path),
            "made": made,
            "shared": shared.name,
            "port": door.getsockname()[1],
        }
        made.functions.close()
    libc.shmctl(segment, 0, None)
    shared.close()
    shared.unlink()
    del os.environ["BORDERCOUNT_PRIZE"]


READS = {
    "the file": "return bool(open({path!r}).read())",
    "the file's name": "import os\nreturn os.path.lexists({path!r})",
    "the file, from the root of a process": (
        "import glob\nreturn any(open(each).read() for each in glob.glob('/proc/*/root' + {path!r}))"
    ),
    "the environment": "import os\nreturn 'BORDERCOUNT_PRIZE' in os.environ",
    "the environment of processes": (
        "import os\nfor number in range(1, 100):\n    try:\n"
        "        open(f'/proc/{{number}}/environ').read()\n        return True\n"
        "    except OSError: pass\nreturn False"
    ),
    "the memory of processes": "return bool(open('/proc/1/mem', 'rb'))",
    "the kernel's files": (
        "import os\nreturn any(os.path.exists(each) for each in ('/proc/self', '/sys/kernel', "
        "'/etc/passwd', '/dev/mem', '/dev/kmsg', '/home', '/root/.ssh', '/var/lib'))"
    ),
    "open files": (
        "import os, stat\nfor number in range(1024):\n    try: found = os.fstat(number)\n"
        "    except OSError: continue\n"
        "    null = stat.S_ISCHR(found.st_mode) and found.st_rdev == os.makedev(1, 3)\n"
        "    if not null and number != 3: return True\nreturn False"
    ),
    "shared memory": (
        "from multiprocessing.shared_memory import SharedMemory\n"
        "return bool(SharedMemory({shared!r}).buf[0])"
    ),
    "shared memory of System V": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nreturn libc.shmget(815, 0, 0) != -1 or "
        "any(libc.shmat(number, 0, 0o10000) != -1 for number in range(64))"
    ),
    "a key": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nreturn any(libc.syscall(250, 10, ring, b'user', "
        "b'bordercount-prize', 0) > 0 for ring in (-1, -2, -3, -4, -5))"
    ),
    "the network": "import socket\nreturn socket.create_connection(('127.0.0.1', {port})) is not None",
    "an abstract socket": (
        "import socket\nlink = socket.socket(socket.AF_UNIX)\n"
        "link.connect('\\0bordercount-prize')\nreturn True"
    ),
    "a network outside": (
        "import socket\nreturn socket.create_connection(('192.0.2.1', 80), 0.2) is not None"
    ),
}


@pytest.mark.parametrize("name", READS)
def test_no_prize_is_in_reach(prizes, name):
    attack = reach(READS[name].format(**{key: prizes[key] for key in ("path", "shared", "port")}))
    assert prizes["made"].verdict(attack).score == 0
    assert prizes["made"].verdict(HONEST).state == "right"


def test_what_is_right_is_nowhere_in_the_memory_of_a_child():
    """It reads all memory around its own objects, page by page, as far as there is any."""
    scan = body(
        """
import ctypes, os
libc = ctypes.CDLL(None)
read, write = os.pipe()
wanted = ' '.join(['the', 'secret', '']).encode()
seen = 0
for top in {id(each) >> 28 for each in (object(), f, [], 'x', os, x, 2.5)}:
    for page in range(top << 28, (top + 1) << 28, 4096):
        if libc.write(write, ctypes.c_void_p(page), 4096) == 4096:
            seen += 1
            data = os.read(read, 4096)
            at = data.find(wanted)
            if at >= 0 and data[at + 11 : at + 43].isalnum():
                return data[at : at + 43].decode()
return seen
"""
    )
    wanted = Checks("f", "", ((1,),), 1, (SECRET,), (((), SECRET),), 0, ())
    own = Bench(limits=Limits(seconds=30, wait=60))
    (outcome,) = own.functions.run({"one": (wanted, scan)})["one"].outcomes
    own.functions.close()
    assert isinstance(outcome.value, int), outcome
    assert outcome.value > 1000  # it did read


def test_installed_packages_and_tables_cannot_be_written(prizes):
    attack = reach(
        "import os, sys\nfor top in {*sys.path, '/room', '/usr/lib', sys.base_prefix}:\n"
        "    for folder, _, names in os.walk(top):\n        for name in names[:3]:\n"
        "            for do in (lambda p: open(p, 'ab'), os.remove, lambda p: os.rename(p, p + 'x'), "
        "lambda p: os.chmod(p, 0o777), lambda p: os.link(p, '/x'), lambda p: os.truncate(p, 0)):\n"
        "                try:\n                    do(os.path.join(folder, name))\n"
        "                    return True\n                except OSError: pass\n"
        "        if len(folder) > 60: break\nreturn False"
    )
    assert prizes["made"].verdict(attack).score == 0
    assert prizes["made"].verdict(HONEST).state == "right"


def test_rooms_of_threads_and_of_what_they_leave_do_not_meet():
    """Two rooms at once, each with an attack in it, each give their own honest answer after it."""
    found = []

    def use(name):
        own = Bench()
        own.verdict(EVERY[name].source)
        found.append(own.verdict(HONEST).state)
        own.functions.close()

    threads = [threading.Thread(target=use, args=(name,)) for name in ("memory", "processes")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == ["right", "right"]


def test_nothing_is_left_of_a_room_that_was_closed():
    own = Bench()
    watched = own.functions.runner.rooms[0].process.pid
    own.verdict(EVERY["endless loop"].source)
    own.functions.close()
    with pytest.raises(ProcessLookupError):
        os.kill(watched, 0)
