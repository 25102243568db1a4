"""What has a say in how an exercise is judged, as one number: the code of its checks and of all that they import."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from autograder import fixtures
from autograder.laws import registry
from autograder.runner.submission import versions

OURS = ("autograder", "reference")
# the far side of the boundary, which no check imports
BESIDE = ("autograder.certify.runs", "autograder.sandbox.jailed", "autograder.sandbox.worker.child")


def fingerprint(assignment: str, exercise: str) -> str:
    """Return a digest of all files that decide how an exercise is judged.

    They are those of its checks, of the judging, and of the sandbox's worker.
    """
    checks = [check for check in registry.load(assignment, hidden=True) if check.exercise == exercise]
    modules = [*BESIDE, *_fixtures(), *dict.fromkeys(check.body.__module__ for check in checks)]
    seen: dict[str, str] = {}
    while modules:
        name = modules.pop()
        if name in seen:
            continue
        seen[name], imported = _file(_origin(name))
        modules += imported
    text = repr((sorted(seen.items()), sorted(versions().items())))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _fixtures() -> list[str]:
    """Checks name fixtures and procedures in texts, which no import shows: all of them count."""
    return [f"{fixtures.__name__}.{module.name}" for module in pkgutil.iter_modules(fixtures.__path__)]


def _origin(name: str) -> Path | None:
    """The module's file; which one it is depends on the course in use."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    return Path(spec.origin)


@lru_cache(maxsize=512)
def _file(path: Path | None) -> tuple[str, tuple[str, ...]]:
    """The digest of a module's file, and the modules of ours that it imports."""
    if path is None:
        return "", ()
    raw = path.read_bytes()
    return hashlib.sha256(raw).hexdigest(), tuple(_imported(ast.parse(raw)))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        yield from (name for name in names if name.split(".")[0] in OURS and _is_module(name))


@lru_cache(maxsize=2048)
def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # a name in a module
        return False
