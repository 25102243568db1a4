"""What the jail shows of this machine, read-only: the interpreter, its libraries, fonts. Never a checkout, a course, a home."""

from __future__ import annotations

import importlib.util
import os
import site
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import SandboxUnavailable

SYSTEM = (
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libx32",
    "/usr/share/fonts",
    "/usr/share/fontconfig",
    "/usr/share/zoneinfo",
    "/usr/local/share/fonts",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/fonts",
    "/etc/alternatives",
    "/sys/devices/system/cpu",
)
NEEDED = ("torch", "numpy", "IPython", "matplotlib", "msgpack")


@dataclass(frozen=True)
class View:
    """`interpreter` is executed with `sites` on its path; `paths` are all that has to be readable for that."""

    interpreter: str
    sites: tuple[str, ...]
    paths: tuple[str, ...]


def view() -> View:
    """Look up the interpreter that runs this process, as the jail needs it.

    Raises `SandboxUnavailable`, which says why the jail cannot have it.
    """
    interpreter = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    sites = tuple(dict.fromkeys(os.path.realpath(path) for path in _sites() if os.path.isdir(path)))
    bases = [os.path.realpath(prefix) for prefix in (sys.base_prefix, sys.base_exec_prefix)]
    libraries = [os.path.join(base, name) for base in bases for name in ("lib", "lib64")]
    virtual = [os.path.join(os.path.realpath(sys.prefix), "lib")]
    wanted = [*SYSTEM, *libraries, *virtual, *sites, interpreter]
    paths = _outermost([path for path in wanted if os.path.exists(path)])
    _find_needed(paths)
    return View(interpreter, sites, paths)


def unreadable(view: View) -> str | None:
    """Return a path of the view that a stranger on this machine may not read; None where there is none.

    Parents do not count: bubblewrap makes its own.
    """
    samples = [view.interpreter, os.__file__, *(_origin(name) for name in NEEDED), *view.sites]
    for sample in filter(None, samples):
        path = os.path.realpath(sample)
        root = next((each for each in view.paths if _below(path, each)), path)
        while True:
            if not _open_to_all(path):
                return path
            if path in (root, "/"):
                break
            path = os.path.dirname(path)
    return None


def closed_parent(paths: Iterable[str]) -> str | None:
    """Return a directory above `paths` that a stranger may not pass: a home, as a rule. None where there is none."""
    for path in paths:
        for parent in Path(path).parents:
            if not os.stat(parent).st_mode & stat.S_IXOTH:
                return str(parent)
    return None


def _sites() -> list[str]:
    user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [*user, *site.getsitepackages()]


def _outermost(paths: list[str]) -> tuple[str, ...]:
    """Without those that lie below another; a symlink (/lib) stays beside what it points to."""
    unique = sorted(dict.fromkeys(paths))
    return tuple(
        path for path in unique if not any(path != other and _below(path, other) for other in unique)
    )


def _find_needed(paths: tuple[str, ...]) -> None:
    for name in NEEDED:
        origin = _origin(name)
        if origin is None:
            raise SandboxUnavailable(
                f"The package {name} is not installed beside this interpreter.",
                remedy="Install fewlabels with its extra `staff` into one environment and run it from there.",
            )
        if not any(_below(origin, path) for path in paths):
            raise SandboxUnavailable(
                f"The package {name} lies in {origin}, outside of what the sandbox shows.",
                remedy="Install it into the environment (site-packages) of this interpreter rather than through PYTHONPATH.",
            )


def _origin(name: str) -> str | None:
    spec = importlib.util.find_spec(name)
    return os.path.realpath(spec.origin) if spec is not None and spec.origin else None


def _below(path: str, parent: str) -> bool:
    return path == parent or path.startswith(parent.rstrip("/") + "/")


def _open_to_all(path: str) -> bool:
    mode = os.stat(path).st_mode
    wanted = stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(mode) else 0)
    return mode & wanted == wanted
