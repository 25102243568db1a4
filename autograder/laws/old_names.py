"""Names that version 0.1 had, for check files that a course already has: `from autograder.registry import check` still works.

Nothing of ours imports them. New check files import from `autograder.laws`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

MOVED = {
    "autograder.registry": "autograder.laws.registry",
    "autograder.tolerances": "autograder.laws.tolerances",
    "autograder.strategies": "autograder.laws.strategies",
    "autograder.trained": "autograder.submission.trained_weights",
    "autograder.wording": "autograder.laws.wording",
    "autograder.props": "autograder.fixtures",
}


class _Alias(Loader):
    """The module that lies elsewhere now, under the name it had."""

    def __init__(self, moved: str) -> None:
        self._moved = moved

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(self._moved)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # it ran under its own name, and keeps it


class _Finder(MetaPathFinder):
    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        for old, new in MOVED.items():
            if fullname == old or fullname.startswith(f"{old}."):
                return ModuleSpec(fullname, _Alias(new + fullname.removeprefix(old)))
        return None


def provide() -> None:
    """Make the old names importable."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
