"""A scratch that nobody else can see or fill: a file system of the child's own, in namespaces of its own.

Without it children of one sandbox share a tmpfs, and a child that keeps deleted files open can fill it for all. It also makes the
kernel count threads and pending signals for each child apart. Imported inside the jail: standard library only.
"""

from __future__ import annotations

import ctypes
import os

from autograder.sandbox.jail import limits

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MS_NOSUID, MS_NODEV = 2, 4
NAME = "submission"


def mount(place: str, size: int, entries: int) -> str | None:
    """Put a file system over the directory `place`, for this process alone; return an empty folder in it.

    size      how many bytes it holds
    entries   how many files and folders it holds

    Returns None, and changes nothing, where the kernel gives no namespaces to ordinary users. Call with one thread.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    limits.dumpable()  # its files in /proc belong to root otherwise
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0:
        limits.undumpable()
        return None
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")
    options = f"size={size},nr_inodes={entries},mode=333,uid={uid},gid={gid}".encode()
    if libc.mount(b"scratch", place.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, options) < 0:
        raise OSError(ctypes.get_errno(), f"mount of the scratch: {os.strerror(ctypes.get_errno())}")
    limits.drop_capabilities()
    limits.undumpable()
    own = os.path.join(place, NAME)
    os.mkdir(own, 0o700)
    return own


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
