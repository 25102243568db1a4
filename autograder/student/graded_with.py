"""`graded_with(...)`: the limits and versions that a notebook will be graded with, stated in the notebook itself.

A locked cell calls it with plain numbers and texts, so that a reader sees them, the student's kernel can compare them with what
is installed, and `autograder check` can read them from the file without running it.
"""

from __future__ import annotations

import ast
import importlib.metadata
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.version import InvalidVersion, Version

from autograder.course.settings import Settings
from autograder.environment import JAIL
from autograder.model import Notebook
from autograder.version import __version__

GRADE_ID = "graded_with"
LIMITS = ("cell_seconds", "call_seconds", "submission_seconds", "memory_mib")
OWN = "fewlabels"


@dataclass(frozen=True)
class Conditions:
    """Limits by name, and versions by package."""

    limits: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def graded_with(
    *,
    cell_seconds: float | None = None,
    call_seconds: float | None = None,
    submission_seconds: float | None = None,
    memory_mib: float | None = None,
    **versions: str,
) -> None:
    """Say what this notebook will be graded with, and where this machine differs.

    cell_seconds, call_seconds, submission_seconds  deadlines of a cell, of a call of a function, of everything together
    memory_mib                                      memory of the notebook
    versions                                        package -> version, `python` among them
    """
    if os.environ.get(JAIL):
        return
    given = (cell_seconds, call_seconds, submission_seconds, memory_mib)
    limits = {name: value for name, value in zip(LIMITS, given, strict=True) if value is not None}
    stated = Conditions(limits, versions)
    print("\n".join([*said(stated), *differences(stated)]))


def restated(source: str, settings: Settings, versions: Mapping[str, str]) -> str:
    """Return a cell's text, with the call of `graded_with` in it saying a course's settings.

    source     the text; without such a call it is returned as it is
    settings   the course's
    versions   package -> version; of the packages that the call names
    """
    call = _call(source)
    if call is None:
        return source
    named = [keyword.arg for keyword in call.keywords if keyword.arg and keyword.arg not in LIMITS]
    lines = source.split("\n")  # as `ast` counts them
    first, last = call.lineno - 1, (call.end_lineno or call.lineno) - 1
    before = lines[first].encode()[: call.col_offset].decode()
    after = lines[last].encode()[call.end_col_offset :].decode()
    kept = {name: versions[name] for name in named if name in versions}
    said_anew = before + cell(settings, kept) + after
    return "\n".join([*lines[:first], said_anew, *lines[last + 1 :]])


def cell(settings: Settings, versions: Mapping[str, str]) -> str:
    """Write the locked cell, for a course's settings."""
    limits = settings.limits
    values = (
        limits.cell_seconds,
        limits.call_seconds,
        limits.submission_seconds,
        limits.memory_bytes / 2**20,
    )
    lines = [f"    {name}={value:g}," for name, value in zip(LIMITS, values, strict=True)]
    lines += [f'    {name}="{version}",' for name, version in versions.items()]
    return "\n".join(["graded_with(", *lines, ")"])


def stated(notebook: Notebook) -> Conditions | None:
    """Return what a notebook's cell says, read and not run; None where no cell does."""
    for each in notebook.code:
        if (call := _call(each.source)) is not None:
            return _literal(call)
    return None


def _call(source: str) -> ast.Call | None:
    if "graded_with(" not in source:
        return None
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return None
    calls = (node for node in nodes if isinstance(node, ast.Call))
    return next((node for node in calls if getattr(node.func, "id", None) == "graded_with"), None)


def _literal(call: ast.Call) -> Conditions:
    found: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg is not None and isinstance(keyword.value, ast.Constant):
            found[keyword.arg] = keyword.value.value
    limits = {name: float(found[name]) for name in LIMITS if isinstance(found.get(name), int | float)}
    versions = {name: value for name, value in found.items() if isinstance(value, str)}
    return Conditions(limits, versions)


def said(conditions: Conditions) -> list[str]:
    """Put the conditions into words, a line each."""
    units = {
        "cell_seconds": "{:g} s for a cell",
        "call_seconds": "{:g} s for a call of one of your functions",
        "submission_seconds": "{:g} s for everything",
        "memory_mib": "{:g} MiB of memory",
    }
    limits = [units[name].format(value) for name, value in conditions.limits.items()]
    versions = [f"{name} {version}" for name, version in conditions.versions.items()]
    lines = ["Your notebook will be graded with"]
    lines += [f"  {', '.join(part)}" for part in (limits, versions) if part]
    return lines if len(lines) > 1 else []


def differences(conditions: Conditions) -> list[str]:
    """Say where this machine differs, a line each; a wheel older than the grader's first."""
    lines = []
    wanted = conditions.versions.get(OWN)
    if wanted is not None and _older(__version__, wanted):
        lines.append(
            f"The {OWN} installed here is {__version__}, older than the grader's {wanted}: its checks may say less. "
            "Install the wheel that came with the assignment: pip install --upgrade the file, then restart the kernel."
        )
    elif wanted is not None and wanted != __version__:
        lines.append(f"The {OWN} installed here is {__version__}, another than the grader's {wanted}.")
    for name, version in conditions.versions.items():
        here = _installed(name)
        if name != OWN and here != version:
            lines.append(f"{name} is {here or 'not installed'} here.")
    return lines


def _installed(package: str) -> str | None:
    if package == "python":
        return platform.python_version()
    try:
        return importlib.metadata.version(package).split("+")[0]  # torch says where it was built for
    except importlib.metadata.PackageNotFoundError:
        return None


def _older(one: str, other: str) -> bool:
    try:
        return Version(one) < Version(other)
    except InvalidVersion:
        return False
