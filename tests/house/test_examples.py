"""The examples in docstrings of the package run; in `autograder.laws` no function is without one.

Those of reference/ run in tests/docs and tests/reference.
"""

from __future__ import annotations

import ast
import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = sorted((ROOT / "autograder").rglob("*.py"))
LAWS = [path for path in PACKAGE if path.is_relative_to(ROOT / "autograder" / "laws")]
ABOUT_FILES = ("old_names.py", "registry.py")  # functions that import and look up: most have nothing to show


def docstrings(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, docstring) of a file and of everything in it. A decorator may hide a function from doctest's finder."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield getattr(node, "name", path.stem), ast.get_docstring(node) or ""


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def found(path: Path) -> list[doctest.DocTest]:
    if ">>>" not in path.read_text(encoding="utf-8"):
        return []
    names = dict(vars(importlib.import_module(module_of(path))))
    parser = doctest.DocTestParser()
    tests = [
        parser.get_doctest(said + "\n", names, f"{module_of(path)}.{name}", str(path), 0)
        for name, said in docstrings(path)
    ]
    return [test for test in tests if test.examples]


EXAMPLES = [pytest.param(test, id=test.name) for path in PACKAGE for test in found(path)]


@pytest.mark.parametrize("test", EXAMPLES)
def test_an_example_gives_what_it_says(test: doctest.DocTest) -> None:
    assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("path", [path for path in LAWS if path.name not in ABOUT_FILES], ids=module_of)
def test_every_function_for_authors_of_checks_has_an_example(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    public = [node for node in functions if not node.name.startswith("_")]
    assert [node.name for node in public if ">>>" not in (ast.get_docstring(node) or "")] == []


def test_an_example_that_is_wrong_is_found() -> None:
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(wrong, out=lambda text: None).failed == 1
