"""The system calls that student code does without: a filter, compiled on the trusted side to the bytes of a BPF program.

Denied calls fail with EPERM (an exception that an honest student can read) rather than kill. `pyseccomp` binds the
system's libseccomp; the child needs neither, only one prctl (jail/limits.py).
"""

from __future__ import annotations

import errno
import os
import struct
from functools import cache
from types import ModuleType

from autograder.errors import SandboxBroken, SandboxUnavailable

PROCESSES = "fork vfork execve execveat ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp"
SIGNALS = "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal pidfd_getfd"
NETWORK = "socket connect bind listen accept accept4"
MOUNTS = (
    "mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr unshare setns "
    "open_by_handle_at name_to_handle_at fanotify_init fanotify_mark quotactl quotactl_fd mknod mknodat"
)
IDENTITY = "setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset"
MEMORY = (
    "shmget shmat shmctl msgget semget mq_open memfd_secret userfaultfd vmsplice migrate_pages move_pages mbind "
    "set_mempolicy set_mempolicy_home_node remap_file_pages"
)
KERNEL = (
    "bpf perf_event_open keyctl add_key request_key io_uring_setup io_uring_enter io_uring_register init_module "
    "finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct settimeofday clock_settime adjtimex "
    "clock_adjtime sethostname setdomainname syslog iopl ioperm modify_ldt lookup_dcookie vhangup personality uselib ustat "
    "sysfs "
    "_sysctl setpriority ioprio_set seccomp chown fchown lchown fchownat setxattr lsetxattr fsetxattr removexattr "
    "lremovexattr fremovexattr"
)
# Counted per user or per machine, so that one child could use up everybody's; a watch also tells names of foreign files.
SHARED = "inotify_init inotify_init1 inotify_add_watch io_setup io_submit io_destroy io_cancel io_getevents sync syncfs"
DENIED = " ".join((PROCESSES, SIGNALS, NETWORK, MOUNTS, IDENTITY, MEMORY, KERNEL, SHARED)).split()

# Without effect, but reported as done, so that shutil.copy works: a directory's mode is the zygote's business.
PRETENDED = ["chmod", "fchmod", "fchmodat", "utime", "utimes", "utimensat", "futimesat", "flock"]

CLONE_THREAD = 0x10000
PRCTL_DENIED = (1, 4, 35, 36, 62, 0x59616D61)  # PDEATHSIG, DUMPABLE, MM, CHILD_SUBREAPER, SCHED_CORE, PTRACER
# F_SETOWN, F_SETSIG, F_SETOWN_EX let the kernel send any signal to any process; F_SETLEASE stops whoever opens the file.
FCNTL_DENIED = (8, 10, 15, 1024)
IOCTL_DENIED = (0x5412, 0x541C, 0x8901, 0x8902)  # TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP
OTHERS_DENIED = ("prlimit64", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr")
SOCK_STREAM, SOCK_TYPE_MASK = 1, 0xF
LOW = 0xFFFFFFFF  # the kernel looks at the lower half of an int argument only, and so must the filter

FIRST_UNKNOWN = (
    449  # calls from here on are younger than this list; numbers are common to all architectures since 424
)
X32_BIT = 0x40000000


@cache
def compiled() -> bytes:
    """Compile the filter to BPF instructions. Raises `SandboxUnavailable` where libseccomp is missing."""
    library = _library()
    rules = library.SyscallFilter(library.ALLOW)
    rules.set_attr(library.Attr.ACT_BADARCH, library.KILL_PROCESS)  # int 0x80 and x32
    unknown: list[str] = []

    def deny(name: str, *arguments: object, action: int = library.ERRNO(errno.EPERM)) -> None:
        try:
            rules.add_rule(action, name, *arguments)
        except (OSError, ValueError):
            unknown.append(name)

    def low(index: int, value: int) -> object:
        return library.Arg(index, library.MASKED_EQ, LOW, value)

    for name in DENIED:
        deny(name)
    for name in PRETENDED:
        deny(name, action=library.ERRNO(0))
    for name in ("clone3", "memfd_create"):  # libc falls back; memfd's pages would escape RLIMIT_AS
        deny(name, action=library.ERRNO(errno.ENOSYS))
    deny("clone", library.Arg(0, library.MASKED_EQ, CLONE_THREAD, 0))
    for option in PRCTL_DENIED:
        deny("prctl", low(0, option))
    for command in FCNTL_DENIED:
        deny("fcntl", low(1, command))
    for request in IOCTL_DENIED:
        deny("ioctl", low(1, request))
    for name in OTHERS_DENIED:
        deny(name, library.Arg(0, library.NE, 0))
    # A datagram socket could be sent to a socket of the host; an asyncio loop needs a pair of streams.
    deny("socketpair", library.Arg(0, library.NE, 1))
    for kind in set(range(SOCK_TYPE_MASK + 1)) - {SOCK_STREAM}:
        deny("socketpair", library.Arg(1, library.MASKED_EQ, SOCK_TYPE_MASK, kind))
    _refuse_gaps(unknown)
    return _deny_unknown() + _exported(rules)


def _library() -> ModuleType:
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError):
        raise SandboxUnavailable(
            "libseccomp, which compiles the filter of system calls, was not found.",
            remedy="Install it (Debian, Ubuntu: apt-get install libseccomp2) and the extra `staff` of this package.",
        ) from None
    return pyseccomp  # type: ignore[no-any-return]


def _refuse_gaps(unknown: list[str]) -> None:
    """Old libseccomps lack young names; those that the boundary rests on must not be among them."""
    vital = {
        *PROCESSES.split(),
        *SIGNALS.split(),
        *NETWORK.split(),
        "clone",
        "clone3",
        "prctl",
        "fcntl",
        "socketpair",
    }
    gaps = sorted(vital.intersection(unknown) - {"process_mrelease", "process_madvise"})
    if gaps:
        raise SandboxBroken(
            f"The installed libseccomp cannot deny {', '.join(gaps)}.",
            remedy="Install libseccomp 2.5 or newer.",
        )


def _deny_unknown() -> bytes:
    """ENOSYS for calls younger than the list; everything else goes on to libseccomp's own program."""

    def instruction(code: int, when: int, otherwise: int, constant: int) -> bytes:
        return struct.pack("=HBBI", code, when, otherwise, constant)

    load_number, jump_if_ge, give = 0x20, 0x35, 0x06
    return b"".join(
        (
            instruction(load_number, 0, 0, 0),
            instruction(jump_if_ge, 2, 0, X32_BIT),
            instruction(jump_if_ge, 0, 1, FIRST_UNKNOWN),
            instruction(give, 0, 0, 0x00050000 | errno.ENOSYS),
        )
    )


def _exported(rules: object) -> bytes:
    with os.fdopen(os.memfd_create("filter"), "w+b") as file:
        rules.export_bpf(file)  # type: ignore[attr-defined]
        file.seek(0)
        return file.read()
