"""What a child takes upon itself before student code runs: resource limits and the prctl switches.

Imported inside the jail: standard library only.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Iterable
from functools import cache

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
SIGNALS = 256

CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION_3 = 0x20080522


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong)
    libc.prctl.restype = ctypes.c_int
    return libc


def prctl(option: int, argument: int = 0) -> None:
    """Call prctl(2) with `option` and `argument`. Raises OSError where it fails."""
    _checked(_libc().prctl(option, argument, 0, 0, 0), f"prctl({option})")


def die_with(parent: int) -> None:
    """Have this process killed (SIGKILL) when the thread that started it ends; `parent` is who that should still be.

    The kernel forgets this at a change of uid: call it after `become`.
    """
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def no_new_privileges() -> None:
    """Give up, for good, all privileges that executing a file could grant."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def undumpable() -> None:
    """Close this process's /proc/PID/mem, environ and fd, and ptrace, to others of the same uid."""
    prctl(PR_SET_DUMPABLE, 0)


def dumpable() -> None:
    """Open again what `undumpable` closes."""
    prctl(PR_SET_DUMPABLE, 1)


def load_filter(program: bytes) -> None:
    """Install a compiled seccomp filter (jail/seccomp.py) for good."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

    wrapped = Program(len(program) // 8, program)
    code = _libc().prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(wrapped), 0, 0)
    _checked(code, "prctl(PR_SET_SECCOMP)")


def become(uid: int, *, keep_reading: bool = False) -> None:
    """Change from root to `uid` for good.

    `keep_reading` keeps the one capability that reads what permissions deny; Landlock still says which paths.
    """
    if keep_reading:
        prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if keep_reading:
        _keep_only(CAP_DAC_READ_SEARCH)


def drop_capabilities() -> None:
    """Give up all capabilities for good."""
    _set_capabilities(0)


def _keep_only(capability: int) -> None:
    _set_capabilities(1 << capability)


def _set_capabilities(low: int) -> None:
    # effective, permitted, inheritable; the same of the upper half
    words = (ctypes.c_uint32 * 6)(low, low, 0, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _checked(_libc().capset(header, words), "capset")


def resources(
    *, memory_bytes: int | None, cpu_seconds: int, file_bytes: int, open_files: int, processes: int | None
) -> None:
    """Bound what this process may use, for good: soft limits equal hard ones.

    memory_bytes   on top of what the process has mapped already (torch's libraries); None: no bound, for CUDA maps far
                   more than it uses
    cpu_seconds    CPU time of the whole process
    file_bytes     size of one file
    open_files     descriptors
    processes      processes and threads; None: no bound
    """
    caps = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: SIGNALS,  # counted per user: timers of all children, and of the person who grades
        resource.RLIMIT_NOFILE: open_files,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_CPU: cpu_seconds,
    }
    if memory_bytes is not None:
        caps[resource.RLIMIT_AS] = mapped_bytes() + memory_bytes
    if processes is not None:
        caps[resource.RLIMIT_NPROC] = processes  # fork is denied by seccomp: this bounds threads
    for name, cap in caps.items():
        resource.setrlimit(name, (cap, cap))


def mapped_bytes() -> int:
    """Return the size of this process's address space, in bytes."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def close_all_but(kept: Iterable[int]) -> None:
    """Close all descriptors but those that are `kept`."""
    low = 0
    for descriptor in [*sorted(kept), os.sysconf("SC_OPEN_MAX")]:
        if low < descriptor:  # os.closerange(0, 0) closes everything: it passes -1 on to the kernel
            os.closerange(low, descriptor)
        low = descriptor + 1


def first_for_the_oom_killer() -> None:
    """Make this process the first that the kernel kills when memory runs out."""
    with open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")


def _checked(code: int, what: str) -> None:
    if code < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
