"""What the kernel refuses to a child: the calls that reach out of it, or outlive it."""

import errno
import struct
import tempfile
from dataclasses import dataclass
from typing import Any

CLONE_THREAD = 0x10000
PROCESSES = "fork vfork execve execveat"
OTHERS = (
    "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_send_signal "
    "pidfd_getfd ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp "
    "sched_setaffinity sched_setscheduler sched_setparam sched_setattr setpriority ioprio_set "
    "move_pages migrate_pages personality modify_ldt"
)
OUTLASTING = (
    "shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl "
    "mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr "
    "add_key keyctl request_key memfd_create memfd_secret setxattr lsetxattr fsetxattr "
    "removexattr lremovexattr fremovexattr utimensat utimes utime futimesat"
)
NETWORK = "socket socketpair bind connect listen accept accept4"
KERNEL = (
    "mount umount2 pivot_root chroot unshare setns fsopen fsmount fsconfig fspick open_tree "
    "move_mount mount_setattr name_to_handle_at open_by_handle_at io_uring_setup io_uring_enter "
    "io_uring_register io_setup io_submit bpf perf_event_open userfaultfd fanotify_init "
    "init_module finit_module delete_module kexec_load kexec_file_load clock_settime "
    "clock_adjtime settimeofday adjtimex reboot swapon swapoff acct quotactl quotactl_fd syslog "
    "sethostname setdomainname vhangup"
)
REFUSED = tuple(" ".join((PROCESSES, OTHERS, OUTLASTING, NETWORK, KERNEL)).split())
# Calls from here on are younger than the list (Linux 6.5): unknown to the kernel, says the filter.
UNKNOWN = 451
LOAD, AT_LEAST, RETURN, ERROR = 0x20, 0x35, 0x06, 0x00050000  # of the kernel's filter language


class FilterError(Exception):
    """No filter can be made here; the message says what is missing."""


@dataclass(frozen=True)
class Filter:
    """A filter as the kernel takes it, and calls that show that it is there.

    Each call has a name, its number, arguments that do no harm, and the error it must give.
    """

    program: bytes
    calls: tuple[tuple[str, int, tuple[int, ...], int], ...]


def build() -> Filter:
    """Return the filter for this machine. Raises `FilterError`."""
    try:
        import pyseccomp as seccomp
    except (ImportError, OSError, RuntimeError) as error:
        raise FilterError(
            f"the filter cannot be made ({error}); install libseccomp2 "
            "(Debian, Ubuntu: apt-get install libseccomp2) and: pip install 'bordercount[grade]'"
        ) from None
    made = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse = seccomp.ERRNO(errno.EPERM)
    calls: list[tuple[str, int, tuple[int, ...], int]] = []
    for name in REFUSED:
        if (number := known(seccomp, name)) >= 0:
            made.add_rule(refuse, name)
            calls.append((name, number, (-1, 0, 0, 0, 0), errno.EPERM))
    made.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_THREAD, 0))
    calls.append(("clone", known(seccomp, "clone"), (17, 0, 0, 0, 0), errno.EPERM))  # as fork does
    if (number := known(seccomp, "clone3")) >= 0:  # glibc then takes clone
        made.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
        calls.append(("clone3", number, (0, 0, 0, 0, 0), errno.ENOSYS))
    made.add_rule(refuse, "prlimit64", seccomp.Arg(0, seccomp.NE, 0))
    calls.append(("prlimit64", known(seccomp, "prlimit64"), (1, 0, 0, 0, 0), errno.EPERM))
    calls.append((f"number {UNKNOWN}", UNKNOWN, (-1, 0, 0, 0, 0), errno.ENOSYS))
    with tempfile.TemporaryFile() as file:
        made.export_bpf(file)
        file.seek(0)
        return Filter(younger_refused() + file.read(), tuple(calls))


def younger_refused() -> bytes:
    """Return the start of a filter: to calls younger than its list the kernel says ENOSYS."""
    steps = (
        (LOAD, 0, 0, 0),  # the number of the call
        (AT_LEAST, 0, 1, UNKNOWN),  # below it, go on after the next step
        (RETURN, 0, 0, ERROR | errno.ENOSYS),
    )
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def known(seccomp: Any, name: str) -> int:
    """Return the number of a call, negative for one that this system does not know."""
    try:
        return int(seccomp.resolve_syscall(seccomp.system_arch(), name))
    except (OSError, ValueError):
        return -1
