"""Imports go down only, and what runs beside student code imports nothing that knows an answer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = {
    "model": 0,
    "errors": 0,
    "simulated_cuda": 0,
    "props": 0,
    "whole": 0,
    "notebook": 1,
    "receipts": 1,
    "trained": 1,
    "twins": 2,
    "datasets": 1,
    "strategies": 1,
    "sandbox": 1,
    "settings": 1,
    "variants": 1,
    "laws": 2,
    "tolerances": 2,
    "registry": 2,
    "wording": 2,
    "checks": 3,
    "hidden": 3,
    "assignment": 4,
    "runner": 4,
    "scoring": 4,
    "feedback": 4,
    "conditions": 5,
    "inspection": 5,
    "patience": 5,
    "selfcheck": 5,
    "corpus": 5,
    "gpu_check": 5,
    "classroom": 5,
    "release": 5,
    "exports": 5,
    "certify": 5,
    "forgetting": 5,
    "regrading": 5,
    "nbgrader_bridge": 5,
    "report": 5,
    "cli": 5,
    "__main__": 5,
}
BESIDE_STUDENTS = (
    "sandbox/worker",
    "props",
    "simulated_cuda",
    "sandbox/wire.py",
    "sandbox/outcomes.py",
    "model.py",
)
ALLOWED_BESIDE = {
    "autograder.model",
    "autograder.props",
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
}


def modules(folder: str) -> list[Path]:
    path = ROOT / folder
    return [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The full names of everything that a module imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            assert node.level == 0, f"{path}: imports are absolute"
            if node.module == "autograder":
                yield from (f"autograder.{alias.name}" for alias in node.names)
            else:
                yield node.module


def room(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if parts[0] == "autograder" and len(parts) > 1 else None


@pytest.mark.parametrize("path", modules("autograder"), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path: Path) -> None:
    mine = path.relative_to(ROOT / "autograder").with_suffix("").parts[0]
    if mine == "__init__":
        return  # the lazy door to `check`
    upwards = [
        name
        for name in imported(path)
        if (other := room(name)) not in (None, mine, "__version__") and LAYERS[str(other)] > LAYERS[mine]
    ]
    assert upwards == []


@pytest.mark.parametrize("path", modules("autograder"), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_staff_wing_imports_the_reference(path: Path) -> None:
    if path.is_relative_to(ROOT / "autograder" / "hidden"):
        return
    names = list(imported(path))
    assert [name for name in names if name.split(".")[0] == "reference"] == []
    assert [name for name in names if name.startswith("autograder.hidden")] == []


def test_only_the_bridge_imports_nbgrader() -> None:
    bridge = ROOT / "autograder" / "nbgrader_bridge"
    outside = [path for path in modules("autograder") if not path.is_relative_to(bridge)]
    assert [
        path for path in outside if any(name.split(".")[0] == "nbgrader" for name in imported(path))
    ] == []


@pytest.mark.parametrize("path", modules("reference"), ids=lambda path: path.name)
def test_the_reference_imports_nothing_of_ours(path: Path) -> None:
    known = {"torch", "numpy", "reference", "__future__"}
    standard = __import__("sys").stdlib_module_names
    assert [name for name in imported(path) if name.split(".")[0] not in known | set(standard)] == []


@pytest.mark.parametrize("folder", BESIDE_STUDENTS)
def test_beside_student_code_nothing_knows_an_answer(folder: str) -> None:
    standard = set(__import__("sys").stdlib_module_names)
    for path in modules(f"autograder/{folder}"):
        for name in imported(path):
            top = name.split(".")[0]
            allowed = top in standard | ALLOWED_BESIDE or ".".join(name.split(".")[:2]) in ALLOWED_BESIDE
            assert allowed, f"{path.relative_to(ROOT)} imports {name}"


def test_every_room_is_on_the_map() -> None:
    present = {path.stem for path in (ROOT / "autograder").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert present - {"__init__", "__pycache__"} == set(LAYERS)
    drawn = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [name for name in LAYERS if name != "__main__" and f"{name}" not in drawn] == []
