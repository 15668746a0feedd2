"""The self-test refuses a room that lacks a wall, whichever it is."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bordercount.sandbox import RoomError, Runner, Wanted, examined
from bordercount.sandbox import filter as filters
from bordercount.sandbox import room as rooms

pytestmark = pytest.mark.slow


def without(*flags):
    """Return what takes flags out of bubblewrap's command."""

    def change(command):
        at = command.index(flags[0])
        assert tuple(command[at : at + len(flags)]) == flags
        return command[:at] + command[at + len(flags) :]

    return change


def with_more(*flags):
    """Return what adds flags to bubblewrap's command, before the root is closed."""

    def change(command):
        at = command.index("--remount-ro")
        return command[:at] + list(flags) + command[at:]

    return change


def writable(command):
    """Return the command with its folders bound so that they can be written."""
    return ["--bind" if each == "--ro-bind" else each for each in command]


WALLS = {
    "network": (without("--unshare-net"), "shares the net namespace"),
    "processes": (without("--unshare-pid"), "shares the pid namespace|no room"),
    "shared memory": (without("--unshare-ipc"), "shares the ipc namespace"),
    "host name": (without("--unshare-uts", "--unshare-cgroup-try"), "shares the uts|no room"),
    "first process": (without("--as-pid-1"), "not the first process"),
    "session": (without("--new-session"), "session of others"),
    "environment": (without("--clearenv"), "foreign variables"),
    "closed root": (without("--remount-ro", "/"), "can be written"),
    "closed folders": (writable, "can be written"),
    "process files": (with_more("--proc", "/proc"), "/proc/self is in sight|no room"),
    "devices": (with_more("--dev", "/dev"), "/dev/shm is in sight"),
    "system files": (with_more("--ro-bind", "/etc", "/etc"), "/etc/passwd is in sight"),
    "scratch": (with_more("--perms", "1777", "--tmpfs", "/tmp"), "files can be made in /tmp"),
}


@pytest.mark.parametrize("name", WALLS)
def test_a_room_without_a_wall_is_refused(monkeypatch, name):
    change, said = WALLS[name]
    build = rooms.command
    monkeypatch.setenv("BORDERCOUNT_LEAK", "x")
    monkeypatch.setattr(rooms, "command", lambda *a: change(build(*a)))
    with pytest.raises(RoomError, match=said):
        rooms.tested(Wanted())


ZYGOTE = {
    "becomes nobody": ("            os.setuid(user)\n", "            pass\n", "runs as root"),
    "leaves root's groups": ("            os.setgid(user)\n", "            pass\n", "runs as root"),
    "hides its memory": ("PR_SET_DUMPABLE, 0,", "PR_SET_DUMPABLE, 1,", "look into it"),
    "loads the filter": ("PR_SET_SECCOMP, 2,", "PR_SET_SECCOMP + 10**6, 2,", "probe ended|refused"),
    "sets limits": (
        "resource.setrlimit(getattr(resource, name), (value, value))",
        "pass",
        "limit RLIMIT_AS does not hold",
    ),
    "limits the processor": ("resource.RLIMIT_CPU, (cpu, cpu + 1)", "resource.RLIMIT_CPU, (-1, -1)", "CPU"),
    "ends what is late": (
        "        if late or self.isolated:\n", "        if False:\n", "does not end in time|timed out"
    ),
    "closes other files": ("            os.closerange(4, 4096)\n", "            pass\n", "open in a child"),
}  # fmt: skip


@pytest.mark.parametrize("name", ZYGOTE)
def test_a_zygote_that_forgets_a_wall_is_refused(monkeypatch, tmp_path, name):
    there, instead, said = ZYGOTE[name]
    with rooms.tested(Wanted()) as room:
        if "root" in said and room.way != "inside":
            pytest.skip("here the room is started by a user who is nobody already")
    source = rooms.ZYGOTE.read_text()
    assert source.count(there) == 1
    changed = tmp_path / "zygote.py"
    changed.write_text(source.replace(there, instead))
    monkeypatch.setattr(rooms, "ZYGOTE", changed)
    with pytest.raises(RoomError, match=said):
        rooms.tested(Wanted())


# Of the calls refused these are not refused by the kernel itself to who has no privilege.
CALLS = (
    *("fork", "clone", "execve", "memfd_create", "socket", "socketpair", "shmget", "semget"),
    *("msgget", "mq_open", "add_key", "keyctl", "ptrace", "kill", "tgkill", "pidfd_open"),
    *("setxattr", "utimensat", "sched_setaffinity", "io_setup", "personality"),
)


@pytest.mark.parametrize("name", CALLS)
def test_a_filter_that_lets_a_call_through_is_refused(monkeypatch, name):
    whole = filters.build()
    monkeypatch.setattr(filters, "REFUSED", tuple(each for each in filters.REFUSED if each != name))
    if name == "clone":
        monkeypatch.setattr(filters, "CLONE_THREAD", 0x11)
    partial = filters.build()
    assert partial.program != whole.program
    monkeypatch.setattr(filters, "build", lambda: replace(whole, program=partial.program))
    with pytest.raises(RoomError, match=f"the call {name}|made a process"):
        rooms.tested(Wanted())


def test_calls_younger_than_the_filter_must_be_refused(monkeypatch):
    whole = filters.build()
    open_end = whole.program[len(filters.younger_refused()) :]
    monkeypatch.setattr(filters, "build", lambda: replace(whole, program=open_end))
    if os.uname().release.split(".") < ["6", "5"]:
        pytest.skip("this kernel has no such call")
    with pytest.raises(RoomError, match="number 451"):
        rooms.tested(Wanted())


def test_a_path_in_sight_is_refused(tmp_path, monkeypatch):
    (tmp_path / "solutions").mkdir()
    tmp_path.chmod(0o755)
    build = rooms.command
    seen = with_more("--ro-bind", str(tmp_path), "/course")
    monkeypatch.setattr(rooms, "command", lambda *a: seen(build(*a)))
    with pytest.raises(RoomError, match="solutions is in sight"):
        rooms.tested(Wanted(hidden=("/course/solutions",)))


def test_a_course_inside_pythons_own_folder_is_refused():
    inside = Path(os.__file__).parent / "json"
    with pytest.raises(RoomError, match="which answers can read"):
        rooms.tested(Wanted(hidden=(str(inside),)))


def test_a_file_that_is_open_in_the_room_is_refused(monkeypatch, tmp_path):
    (tmp_path / "grades.csv").write_text("")
    start = rooms.subprocess.Popen
    with (tmp_path / "grades.csv").open() as file:
        monkeypatch.setattr(
            rooms.subprocess, "Popen",
            lambda *a, pass_fds, **k: start(*a, pass_fds=(*pass_fds, file.fileno()), **k),
        )  # fmt: skip
        with pytest.raises(RoomError, match="files of others open"):
            rooms.tested(Wanted())


def test_without_bubblewrap_the_reason_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RoomError, match="apt-get install bubblewrap"):
        rooms.tested(Wanted())
    (line,) = examined(Wanted())
    assert not line.holds


def test_elsewhere_than_on_linux_the_reason_says_so(monkeypatch):
    monkeypatch.setattr(rooms.sys, "platform", "darwin")
    with pytest.raises(RoomError, match="Linux only"):
        Runner(Wanted())


def test_the_self_test_says_what_holds():
    lines = list(examined(Wanted()))
    assert all(line.holds for line in lines)
    assert any("network" in line.what for line in lines)


def test_a_closed_room_leaves_no_process():
    room = rooms.tested(Wanted())
    number = room.process.pid
    room.close()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
