"""What a result depends on, as digests: whether it is still good is told by comparing them.

`of_check`  the check as it is written, and all that it uses of check files and of reference/, statement by statement:
            a changed check leaves the others of its file alone. Comments and layout do not count.
`of_engine` everything else that can move a verdict: the code of the grader, the versions of what it is built on.
`of_drawing` the part of it that inputs come from.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import autograder
from autograder.laws.registry import Check

ROOMS = ("autograder.checks", "autograder.hidden", "reference")
# Rooms whose code can move a verdict, and rooms that show or keep results; tests/house sees that no room is on neither list.
# The check files have digests of their own.
MAKERS = frozenset(
    {
        "course",
        "datasets",
        "environment",
        "errors",
        "fixtures",
        "laws",
        "model",
        "runner",
        "sandbox",
        "simulated_cuda",
        "submission",
    }
)
BYSTANDERS = frozenset(
    {
        "__main__",
        "atomic",
        "certify",
        "checks",
        "classroom",
        "cli",
        "exports",
        "feedback",
        "hidden",
        "nbgrader_bridge",
        "release",
        "report",
        "student",
        "version",
    }
)
DRAWERS = ("laws", "fixtures", "datasets", "model.py", "runner/drawing.py")  # what inputs are made of
PACKAGE = Path(autograder.__file__).parent


def of_check(check: Check, course: object = None) -> str:
    """Return the digest of one check; of `course`, the thresholds, where it asks for them."""
    said = repr(course) if "course" in check.runner_parameters else ""
    texts = sorted(_used(check.body.__module__, check.body.__name__))
    made = repr(
        (
            check.law,
            check.visibility,
            check.weight,
            check.essential,
            check.precondition,
            check.examples,
            check.seconds,
        )
    )
    return _hash(check.exercise, check.name, said, made, *texts)


def has_source(check: Check) -> bool:
    """Ask whether `of_check` has seen all of a check: a function of a file, decorated where it stands.

    What was put together otherwise may share its text with others that draw other inputs.
    """
    statement = _statements(check.body.__module__).get(check.body.__name__)
    at_top_level = check.body.__qualname__ == check.body.__name__
    return at_top_level and isinstance(statement, ast.FunctionDef) and bool(statement.decorator_list)


@cache
def of_engine() -> str:
    """Return the digest of the code that draws, asks, judges and runs student code."""
    return _of_files(
        path
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).with_suffix("").parts[0] in MAKERS and "__pycache__" not in path.parts
    )


@cache
def of_drawing() -> str:
    """Return the digest of the code that inputs come from, check files apart."""
    places = [PACKAGE / name for name in DRAWERS]
    return _of_files(
        file for place in places for file in ([place] if place.is_file() else place.rglob("*.py"))
    )


@cache
def of_public_checks(assignment: str) -> str:
    """Return the digest of the files of an assignment's public checks, as they are imported."""
    module = importlib.import_module(f"autograder.checks.{assignment}")
    path = Path(str(module.__file__))
    files = path.parent.rglob("*.py") if path.name == "__init__.py" else [path]
    return _hash(
        *(f"{each.relative_to(path.parent)}\n{each.read_text(encoding='utf-8')}" for each in sorted(files))
    )


def _of_files(files: Iterable[Path]) -> str:
    return _hash(
        *(f"{path.relative_to(PACKAGE)}\n{path.read_text(encoding='utf-8')}" for path in sorted(files))
    )


def forget() -> None:
    """Read check files anew: somebody has changed them."""
    _used.cache_clear()
    _statements.cache_clear()
    of_public_checks.cache_clear()


def _hash(*texts: str) -> str:
    whole = hashlib.sha256()
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        whole.update(len(raw).to_bytes(8, "big") + raw)
    return whole.hexdigest()


@cache
def _used(module: str, name: str) -> frozenset[str]:
    """The statements that `name` of a check file stands for: its own, and those of what they name, in turn."""
    found: dict[tuple[str, str], str] = {}
    pending = [(module, name)]
    while pending:
        where = pending.pop()
        if where in found:
            continue
        statements = _statements(where[0])
        statement = statements.get(where[1])
        if statement is None:
            continue
        found[where] = f"{where[0]}.{where[1]}\n{ast.unparse(statement)}"
        if isinstance(statement, ast.ImportFrom | ast.Import):
            pending.extend(_imported(statement, where[1]))
        else:
            pending.extend((where[0], each) for each in _names(statement) if each in statements)
    return frozenset(found.values())


def _names(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _imported(statement: ast.Import | ast.ImportFrom, name: str) -> Iterator[tuple[str, str]]:
    """Where an imported name comes from, if that is a check file or reference/; a module stands for all its names."""
    if not isinstance(statement, ast.ImportFrom) or statement.module is None:
        return
    if not statement.module.startswith(ROOMS):
        return
    original = next(alias.name for alias in statement.names if (alias.asname or alias.name) == name)
    if original in _statements(statement.module):
        yield statement.module, original
    else:
        module = f"{statement.module}.{original}"
        yield from ((module, each) for each in _statements(module))


@cache
def _statements(module: str) -> Mapping[str, ast.stmt]:
    """Name -> the top-level statement that gives it; empty where there is no source."""
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        spec = None
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return {}
    return _by_name(Path(spec.origin).read_text(encoding="utf-8"))


def _by_name(source: str) -> dict[str, ast.stmt]:
    found: dict[str, ast.stmt] = {}
    for number, statement in enumerate(ast.parse(source).body):
        for name in _given(statement) or (f"#{number}",):
            found[name] = statement
    return found


def _given(statement: ast.stmt) -> tuple[str, ...]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return (statement.name,)
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return tuple(alias.asname or alias.name.split(".")[0] for alias in statement.names)
    targets = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    return tuple(node.id for node in targets if isinstance(node.ctx, ast.Store))
