"""Which walls this machine offers, found out by doing, and the best jail that can be built of them."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from typing import Literal

from autograder.errors import SandboxUnavailable, UsageError
from autograder.sandbox.jail import bubblewrap, gpu, landlock, seccomp
from autograder.sandbox.jail.view import View, closed_parent, unreadable

FULL = "bubblewrap+landlock+seccomp"
WITHOUT_LANDLOCK = "bubblewrap+seccomp"
WITHOUT_BUBBLEWRAP = "landlock+seccomp"
UNSANDBOXED = "unsandboxed"
NAMES = (FULL, WITHOUT_LANDLOCK, WITHOUT_BUBBLEWRAP, UNSANDBOXED)

FIRST_UID, UIDS = 61_234, 4_000
LANDLOCK_ALONE = 3  # from this ABI on it keeps files from being truncated
PROBE_SECONDS = 20
MEGABYTE = 1 << 20

REMEDY = (
    "Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap libseccomp2) and allow it to make namespaces, or use a "
    "kernel with Landlock (5.19 or newer). To grade without a boundary, which stamps every grade, say --unsandboxed."
)


@dataclass(frozen=True)
class Profile:
    """The layers of one jail. `bubblewrap`: with the rights of root, or in a user namespace. `uid`: whom the zygote
    becomes; None where it stays who we are. `notes`: what a person should know about it."""

    name: str
    bubblewrap: Literal["root", "user"] | None
    landlock: bool
    filter: bytes
    uid: int | None = None
    keep_reading: bool = False
    notes: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()  # nodes that are admitted: those of a GPU
    readable: tuple[str, ...] = ()  # what has to be readable for them


def choose(view: View, wanted: str | None = None) -> Profile:
    """Return the best profile of this machine, or the one called `wanted`.

    Raises `SandboxUnavailable`, with the remedy, where it cannot be had, and `UsageError` for an unknown name.
    """
    if sys.platform != "linux":
        raise SandboxUnavailable(
            "The sandbox is made of parts of Linux.",
            remedy="Grade on Linux (a container or a virtual machine will do).",
        )
    if wanted is not None and wanted not in NAMES:
        raise UsageError(
            f"There is no sandbox profile {wanted!r}.", remedy=f"Choose one of {', '.join(NAMES)}."
        )
    if wanted == UNSANDBOXED:
        return _unsandboxed(view)
    program = seccomp.compiled()
    version = landlock.abi()
    if wanted != WITHOUT_BUBBLEWRAP:
        mode, why = _bubblewrap(view)
        if mode is not None:
            return _in_bubblewrap(view, mode, wanted, version, program)
    else:
        why = "it was not asked for"
    if version >= LANDLOCK_ALONE and wanted in (None, WITHOUT_BUBBLEWRAP):
        return _in_landlock(view, program, f"bubblewrap is not in use: {why}")
    kernel = (
        f"Landlock is at version {version}, {LANDLOCK_ALONE} is needed"
        if version
        else "the kernel has no Landlock"
    )
    raise SandboxUnavailable(f"No boundary for hostile code: bubblewrap: {why}; {kernel}.", remedy=REMEDY)


def admitting_gpu(profile: Profile) -> Profile:
    """Return a profile with the same walls and a door for the machine's GPU (jail/gpu.py)."""
    notes = (*profile.notes, gpu.NOTE)
    return replace(profile, devices=gpu.nodes(), readable=gpu.readable(), notes=notes)


def _in_bubblewrap(
    view: View, mode: Literal["root", "user"], wanted: str | None, version: int, program: bytes
) -> Profile:
    closed = unreadable(view) if mode == "root" else None
    if closed is not None:
        raise SandboxUnavailable(
            f"The sandbox's user cannot read {closed}, which the interpreter needs.",
            remedy=f"Make it readable (chmod -R o+rX {closed}), or install fewlabels in an environment that is.",
        )
    profile = Profile(FULL, mode, True, program, uid=_free_uid() if mode == "root" else None)
    if wanted == FULL and version == 0:
        raise SandboxUnavailable(
            "This kernel has no Landlock.", remedy=f"Use the profile {WITHOUT_LANDLOCK}."
        )
    if wanted == WITHOUT_LANDLOCK or version == 0:
        note = (
            "Landlock is not in use: children of one sandbox are kept apart by names that cannot be guessed."
        )
        profile = replace(profile, name=WITHOUT_LANDLOCK, landlock=False, notes=(note,))
    return profile


def _in_landlock(view: View, program: bytes, why: str) -> Profile:
    note = f"Reduced boundary ({why}): the names of files on this machine can be seen, their contents cannot."
    return replace(_bare(view, program), name=WITHOUT_BUBBLEWRAP, landlock=True, notes=(note,))


def _unsandboxed(view: View) -> Profile:
    try:
        program = seccomp.compiled()
    except SandboxUnavailable:
        program = b""
    note = "There was no boundary: student code could read this machine's files."
    return replace(_bare(view, program), notes=(note,))


def _bare(view: View, program: bytes) -> Profile:
    """Without namespaces. Root becomes somebody else, who may need help to read an interpreter below a closed home."""
    root = os.getuid() == 0
    return Profile(
        UNSANDBOXED,
        None,
        landlock=False,
        filter=program,
        uid=_free_uid() if root else None,
        keep_reading=root and _closed(view),
    )


def _closed(view: View) -> bool:
    scratch = os.path.join(tempfile.gettempdir(), "scratch")
    return (closed_parent((*view.paths, scratch)) or unreadable(view)) is not None


def _bubblewrap(view: View) -> tuple[Literal["root", "user"] | None, str]:
    """How bubblewrap works here, or why it does not."""
    if bubblewrap.program() is None:
        return None, "it is not installed"
    why = ""
    modes: tuple[Literal["root", "user"], ...] = ("root", "user") if os.getuid() == 0 else ("user",)
    for mode in modes:
        why = _probe(view, mode)
        if not why:
            return mode, ""
    return None, why


def _probe(view: View, mode: Literal["root", "user"]) -> str:
    """Run a first process the way the zygote will run; empty when that works, else the reason."""
    become = (
        f"os.setgroups([]); os.setresgid(*[{FIRST_UID}] * 3); os.setresuid(*[{FIRST_UID}] * 3);"
        if mode == "root"
        else ""
    )
    code = f"import os; {become} os.mkdir('{bubblewrap.SCRATCH}/probe'); assert os.getpid() == 1"
    inner = (view.interpreter, "-S", "-s", "-c", code)
    line = bubblewrap.command(view, "/usr/lib", {}, root=mode == "root", scratch_bytes=MEGABYTE, inner=inner)
    try:
        done = subprocess.run(
            line,
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            cwd="/",
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"it does not work here ({error})"
    if done.returncode == 0:
        return ""
    last = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
    return f"it does not work here ({last[0]})"


def _free_uid() -> int:
    """Nobody's uid, and as a rule another one for each grader: the kernel counts a user's threads together."""
    uid = FIRST_UID + os.getpid() % UIDS
    while True:
        try:
            pwd.getpwuid(uid)
        except KeyError:
            return uid
        uid += 1
