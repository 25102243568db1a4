"""What lies beside a submitted notebook: a student's own module, a table, a picture. Read with bounds, never executed.

    helper.py, data/points.csv    taken along: the notebook's cells find them in their working directory
    torch.py, random.py           left: they would hide a module that everybody else imports
    links, sockets, huge files    left

What is left is named, because a cell that fails for want of it looks like a student's mistake otherwise. The saved weights
are no such file: the grader reads them itself (trained_weights.py).
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FILES_CAP = 64
FILE_CAP = 4 << 20  # bytes of one file
TOTAL_CAP = 16 << 20  # bytes of all a student's files together
DEPTH_CAP = 4  # folders and file, one below the other
NAME_CAP = 100  # characters of a name
ENTRIES_CAP = 2_000  # looked at; beyond, nobody sorts what is there
NAMED = 8  # how many files a note names
FINGERPRINTS = ".fingerprints.json"  # how these files end
COURSES_OWN = "the course's own file of this name is there"

# What others put there: nbgrader, Jupyter, Python, and the release that students work in.
PASSED_OVER = (
    "timestamp.txt",
    "__pycache__",
    "MANIFEST.json",
    "DATA.md",
    "requirements.txt",
    "user_info.json",
)
# What the worker imports, at once or later. The interpreter's own modules come from `sys.stdlib_module_names`.
WORKERS = frozenset(
    [
        "IPython",
        "PIL",
        "asttokens",
        "autograder",
        "comm",
        "contourpy",
        "cycler",
        "dateutil",
        "decorator",
        "executing",
        "filelock",
        "fontTools",
        "fsspec",
        "functorch",
        "jedi",
        "jinja2",
        "kiwisolver",
        "markupsafe",
        "matplotlib",
        "matplotlib_inline",
        "mpl_toolkits",
        "mpmath",
        "msgpack",
        "networkx",
        "numpy",
        "packaging",
        "parso",
        "pexpect",
        "prompt_toolkit",
        "ptyprocess",
        "pure_eval",
        "pygments",
        "pyparsing",
        "safetensors",
        "scipy",
        "setuptools",
        "six",
        "stack_data",
        "sympy",
        "torch",
        "torchgen",
        "traitlets",
        "typing_extensions",
        "wcwidth",
        "yaml",
    ]
)

# neither a link nor a pipe that nobody writes into; Windows has no such flags
_OPEN = os.O_RDONLY | sum(
    getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
)


@dataclass(frozen=True)
class Beside:
    """`files`: path, relative to the notebook's folder, -> bytes. `left`: path -> why it was not taken along."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)

    def notes(self) -> tuple[str, ...]:
        """Write a sentence per reason, for a person."""
        by_reason: dict[str, list[str]] = {}
        for name, why in self.left.items():
            by_reason.setdefault(why, []).append(printable(name))
        return tuple(
            f"Not taken along for the notebook's cells: {_listed(names)} ({why})."
            for why, names in by_reason.items()
        )

    def giving_way(self, course: Mapping[str, bytes]) -> Beside:
        """Return the same where the `course` has files of its own: these count, as nbgrader has it."""
        files = {name: data for name, data in self.files.items() if name not in course}
        changed = {name: COURSES_OWN for name, data in self.files.items() if course.get(name, data) != data}
        return Beside(files, {**self.left, **changed})


def read(path: Path, weights: str) -> Beside:
    """Return what lies beside the notebook at `path`; never raises for what a student put there.

    weights   name of the file of trained weights, which is none of these
    """
    files: dict[str, bytes] = {}
    left: dict[str, str] = {}
    total = 0
    for name, entry in _found(path.parent, left):
        if name == weights or name.endswith(".ipynb"):
            continue
        why = _refused(name, entry)
        if why is None and len(files) >= FILES_CAP:
            why = f"no more than {FILES_CAP} files are"
        if why is None:
            data = _bytes(entry.path)
            if data is None:
                why = "it cannot be read"
            elif len(data) > FILE_CAP:
                why = f"it has more than {FILE_CAP >> 20} MiB"
            elif total + len(data) > TOTAL_CAP:
                why = f"together they have more than {TOTAL_CAP >> 20} MiB"
            else:
                total += len(data)
                files[name] = data
                continue
        left[name] = why
    return Beside(files, left)


def refused_name(name: str) -> str | None:
    """Say why a file of this name, relative to the notebook's folder, cannot be there; None where it can."""
    parts = name.split("/")
    if len(parts) > DEPTH_CAP:
        return "it lies too deep"
    if not all(_plain(part) for part in parts):
        return "such a name is not taken"
    module = parts[0].partition(".")[0]
    imported = len(parts) > 1 or parts[0].endswith((".py", ".pyc", ".so"))
    if imported and (module in sys.stdlib_module_names or module in WORKERS):
        return f"it would hide the module {module}; give it another name"
    return None


def printable(text: str) -> str:
    """Return `text` with a sign in place of what would not print."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def _refused(name: str, entry: os.DirEntry[str]) -> str | None:
    try:
        if entry.is_symlink():
            return "it is a link"
        if not entry.is_file(follow_symlinks=False):
            return "it is no file"
        if entry.stat(follow_symlinks=False).st_size > FILE_CAP:
            return f"it has more than {FILE_CAP >> 20} MiB"
    except OSError:
        return "it cannot be read"
    return refused_name(name)


def _found(folder: Path, left: dict[str, str]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """All but folders, by name; what is too deep or too much goes to `left`."""
    pending = [("", str(folder))]
    looked = 0
    while pending:
        below, place = pending.pop(0)
        try:
            with os.scandir(place) as entries:
                some = [entry for entry, _ in zip(entries, range(ENTRIES_CAP + 1), strict=False)]
        except OSError:
            if below:
                left[below.rstrip("/")] = "it cannot be read"
            continue
        looked += len(some)
        if looked > ENTRIES_CAP:
            left[below.rstrip("/") or "all files"] = f"there are more than {ENTRIES_CAP} files"
            return
        for entry in sorted(some, key=lambda each: each.name):
            if entry.name.startswith(".") or entry.name in PASSED_OVER or _is_ours(entry.name):
                continue
            name = below + entry.name
            if not entry.is_dir(follow_symlinks=False):
                yield name, entry
            elif (why := refused_name(name + "/_")) is not None:
                left[name] = why
            else:
                pending.append((name + "/", entry.path))


def _is_ours(name: str) -> bool:
    """Whether it is the wheel that a release hands out, or the fingerprints of known mistakes beside it."""
    return (name.startswith("fewlabels-") and name.endswith(".whl")) or name.endswith(FINGERPRINTS)


def _bytes(path: str) -> bytes | None:
    """The bytes of a regular file, one more than are allowed at most; None where there is none."""
    try:
        descriptor = os.open(path, _OPEN)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(FILE_CAP + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _plain(part: str) -> bool:
    """Whether a name is one that every file system and terminal takes as it is."""
    try:
        part.encode()  # not what some other encoding left behind
    except UnicodeEncodeError:
        return False
    return 0 < len(part) <= NAME_CAP and part.isprintable() and part not in (".", "..") and "\\" not in part


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    shown = [name if len(name) <= NAME_CAP else name[:NAME_CAP] + "..." for name in names[:NAMED]]
    return ", ".join(shown) + (f" and {more} others" if more > 0 else "")
