"""Imports go down only, and what runs beside student code imports nothing that knows an answer."""

from __future__ import annotations

import ast
import sys
from collections.abc import Container, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from autograder.runner import digests

ROOT = Path(__file__).parents[2]
FLOORS = {  # one above the highest room that it imports from
    "atomic": 0,
    "environment": 0,
    "model": 0,
    "simulated_cuda": 0,
    "version": 0,
    "errors": 1,
    "fixtures": 2,
    "datasets": 2,
    "laws": 2,
    "submission": 2,
    "checks": 3,
    "course": 3,
    "feedback": 3,
    "sandbox": 3,
    "exports": 4,
    "hidden": 4,
    "runner": 4,
    "certify": 5,
    "classroom": 5,
    "student": 5,
    "nbgrader_bridge": 6,
    "report": 6,
    "release": 7,
    "cli": 8,
    "__main__": 9,
}
BESIDE_STUDENTS = (
    "sandbox/worker",
    "fixtures",
    "simulated_cuda",
    "sandbox/wire.py",
    "sandbox/outcomes.py",
    "model.py",
    "environment.py",
)
ALLOWED_BESIDE = {
    "autograder.environment",
    "autograder.errors",
    "autograder.model",
    "autograder.fixtures",
    "autograder.sandbox",
    "autograder.simulated_cuda",
    "torch",
    "torchgen",
    "numpy",
    "msgpack",
    "IPython",
    "traitlets",
    "matplotlib",
    "matplotlib_inline",
    "platformdirs",  # the cache of device rules, in a student's own kernel; the jail sees none
}


def modules(folder: str) -> list[Path]:
    path = ROOT / folder
    return [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path, *, for_types: bool = True) -> Iterator[str]:
    """The full names of everything that a module imports, also inside functions.

    for_types   False: without what only a type checker imports
    """
    tree = parsed(path)
    left_out = set() if for_types else _only_for_types(tree)
    for node in ast.walk(tree):
        if node in left_out:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _only_for_types(tree: ast.Module) -> set[ast.AST]:
    guards = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    ]
    return {inner for guard in guards for statement in guard.body for inner in ast.walk(statement)}


def room(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if parts[0] == "autograder" and len(parts) > 1 else None


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "autograder").with_suffix("").parts[0]


# the lazy door to `check` opens upwards, on purpose
FILES = [path for path in modules("autograder") if path != ROOT / "autograder" / "__init__.py"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path: Path) -> None:
    mine = room_of(path)
    others = {name: room(name) for name in imported(path)}
    upwards = [
        name
        for name, other in others.items()
        if other not in (None, mine) and FLOORS[str(other)] >= FLOORS[mine]
    ]
    assert upwards == []


def test_a_room_stands_right_above_the_highest_that_it_imports_from() -> None:
    below: dict[str, set[int]] = {name: {-1} for name in FLOORS}
    for path in FILES:
        others = map(room, imported(path))
        below[room_of(path)] |= {FLOORS[other] for other in others if other not in (None, room_of(path))}
    assert {name: max(floors) + 1 for name, floors in below.items()} == FLOORS


def test_no_file_is_part_of_a_circle() -> None:
    names = {_module(path): path for path in FILES}
    graph = {
        name: {found for each in imported(path, for_types=False) if (found := _known(each, names)) != name}
        for name, path in names.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"These import each other: {' <- '.join(error.args[1])}")


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _known(name: str, names: Container[str]) -> str:
    """The module of ours that `name` stands for, or stands in; itself, where it is none of ours."""
    while name not in names and "." in name:
        name = name.rpartition(".")[0]
    return name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_staff_package_imports_the_reference(path: Path) -> None:
    if path.is_relative_to(ROOT / "autograder" / "hidden"):
        return
    names = list(imported(path))
    assert [name for name in names if name.split(".")[0] == "reference"] == []
    assert [name for name in names if name.startswith("autograder.hidden")] == []


def test_only_the_bridge_imports_nbgrader() -> None:
    bridge = ROOT / "autograder" / "nbgrader_bridge"
    outside = [path for path in FILES if not path.is_relative_to(bridge)]
    assert [
        path for path in outside if any(name.split(".")[0] == "nbgrader" for name in imported(path))
    ] == []


@pytest.mark.parametrize("path", modules("reference"), ids=lambda path: path.name)
def test_the_reference_imports_nothing_of_ours(path: Path) -> None:
    known = {"torch", "numpy", "reference", "__future__"} | set(sys.stdlib_module_names)
    assert [name for name in imported(path) if name.split(".")[0] not in known] == []


@pytest.mark.parametrize("folder", BESIDE_STUDENTS)
def test_beside_student_code_nothing_knows_an_answer(folder: str) -> None:
    for path in modules(f"autograder/{folder}"):
        for name in imported(path):
            top = name.split(".")[0]
            allowed = (
                top in set(sys.stdlib_module_names) | ALLOWED_BESIDE
                or ".".join(name.split(".")[:2]) in ALLOWED_BESIDE
            )
            assert allowed, f"{path.relative_to(ROOT)} imports {name}"


def test_every_room_is_on_the_map() -> None:
    present = {path.stem for path in (ROOT / "autograder").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert present - {"__init__", "__pycache__"} == set(FLOORS)
    drawn = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [name for name in FLOORS if name != "__main__" and f"{name}" not in drawn] == []


def test_every_room_says_whether_it_makes_results() -> None:
    assert set(FLOORS) == digests.MAKERS | digests.BYSTANDERS
    assert set() == digests.MAKERS & digests.BYSTANDERS
