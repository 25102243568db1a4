"""The life of a child: it locks itself down, layer by layer, says that it is ready, and serves.

What it is told comes from the supervisor through the zygote; nothing in it is a secret.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Mapping
from typing import Any, NoReturn

import torch

from autograder.sandbox.frames import Kind, send
from autograder.sandbox.jail import landlock, limits, own_scratch
from autograder.sandbox.scratch import ENTRIES_CAP
from autograder.sandbox.wire import NAME_CAP, encode
from autograder.sandbox.worker.main import NO_TOKEN, serve
from autograder.sandbox.worker.warm import reseed

OPEN_FILES = 256
READABLE = (
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
)
WRITABLE = ("/dev/null", "/dev/full")


def live(
    jail: Mapping[str, Any], bounds: Mapping[str, Any], channel: int, output: int, scratch: str, parent: int
) -> NoReturn:
    """Lock this process down, and answer requests until its socket closes.

    jail      the zygote's settings
    bounds    memory, file, cpu and thread bounds of this submission
    channel   descriptor of the worker's socket
    output    descriptor to which descriptors 1 and 2 go
    scratch   the folder to work in, where it cannot have a file system of its own
    parent    the process that must live on; this one ends with it

    `channel` and `output` are kept, all other descriptors are closed.
    """
    os.setsid()
    limits.die_with(parent)
    sock = socket.socket(fileno=_keep_only(channel, output))
    try:
        _lock_down(jail, bounds, _own_scratch(jail, bounds, parent) or scratch)
    except BaseException as error:
        send(sock, Kind.FAILED, NO_TOKEN, 0, encode(f"{type(error).__name__}: {error}"[:NAME_CAP]))
        os._exit(1)
    serve(sock, jail["cells"])
    os._exit(0)


def _own_scratch(jail: Mapping[str, Any], bounds: Mapping[str, Any], parent: int) -> str | None:
    if not jail["own_scratch"]:
        return None
    made = own_scratch.mount(jail["scratch"], bounds["scratch_bytes"], ENTRIES_CAP)
    limits.die_with(parent)  # the kernel may forget it at a change of credentials
    return made


def _keep_only(channel: int, output: int) -> int:
    """stdin is empty, stdout and stderr are `output`, 3 is the channel, and there is no other descriptor."""
    nothing = os.open("/dev/null", os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2), (channel, 3)):
        os.dup2(source, target)
    limits.close_all_but((0, 1, 2, 3))
    return 3


def _lock_down(jail: Mapping[str, Any], bounds: Mapping[str, Any], scratch: str) -> None:
    _move_into(scratch)
    reseed()
    torch.set_num_threads(1)
    limits.resources(
        memory_bytes=bounds["memory_bytes"],
        cpu_seconds=bounds["cpu_seconds"],
        file_bytes=bounds["file_bytes"],
        open_files=OPEN_FILES,
        processes=bounds["processes"],
    )
    limits.no_new_privileges()
    if jail["landlock"]:
        landlock.restrict(
            read=(*jail["read"], *READABLE), write=(scratch, *WRITABLE), devices=jail["devices"]
        )
    limits.undumpable()
    if jail["filter"]:
        limits.load_filter(jail["filter"])


def _move_into(scratch: str) -> None:
    os.chdir(scratch)
    sys.path.insert(0, "")  # as in a notebook: modules that lie beside it
    places = (
        "HOME",
        "TMPDIR",
        "IPYTHONDIR",
        "MPLCONFIGDIR",
        "TORCHINDUCTOR_CACHE_DIR",
        "TORCH_HOME",
        "XDG_CACHE_HOME",
    )
    os.environ.update(dict.fromkeys(places, scratch))
    tempfile.tempdir = None
