"""The Python in the pages is right.

A block that brings all its names along is run; where a comment says which exception a line raises, it has to raise it. A
block that does not is a fragment: it is compiled, and its names have to be there in the file that the page speaks of.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import importlib.util
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.docs import pages
from tests.docs.pages import Block

# What the pages with fragments speak of: where their names come from.
CHECK_FILE = "autograder.checks.fewshot.prototypes"
OURS = ("autograder", "reference", "benchmarks", "examples", "tests", "docs")


def found(language: str) -> list[Any]:
    return [
        pytest.param(pages.name_of(page), block, id=f"{pages.name_of(page)}:{block.line}")
        for page in pages.pages()
        for block in pages.blocks(page.read_text(encoding="utf-8"))
        if block.language == language
    ]


@pytest.mark.parametrize(("page", "block"), found("python"))
def test_python_runs_or_is_a_fragment_whose_names_exist(page: str, block: Block) -> None:
    missing = unbound(block.text)
    if not missing and not _foreign(block.text):
        run(block.text)
    elif missing == {"c"}:
        assert unknown_settings(block.text) == []
    elif missing:
        known = vars(importlib.import_module(CHECK_FILE)) if page == "docs/writing-a-check.md" else {}
        assert missing - {"torch", "np"} <= set(known)


@pytest.mark.parametrize(("page", "block"), found("toml"))
def test_toml_is_toml(page: str, block: Block) -> None:
    tomllib.loads(block.text)


def unbound(code: str) -> set[str]:
    """Return the names that a block uses and does not define. Raises SyntaxError where it does not compile."""
    tree = ast.parse(code)
    compile(tree, "block", "exec")
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)} | set(_defined(tree))
    return {node.id for node in names if isinstance(node.ctx, ast.Load)} - bound - set(dir(builtins))


def _defined(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]


def _foreign(code: str) -> bool:
    """Whether a block imports another project's package that is not installed: a cluster's, for instance."""
    imports = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        name
        for node in imports
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else _names(node))
    }
    tops = {str(name).partition(".")[0] for name in names} - set(OURS)
    return any(importlib.util.find_spec(top) is None for top in tops)


def _names(node: ast.Import) -> list[str]:
    return [alias.name for alias in node.names]


def run(code: str) -> None:
    """Run a block, and expect the exception that a comment of it names."""
    expected = re.search(r"#\s*(\w+(?:Error|Exception))\b", code)
    raises = pytest.raises(getattr(builtins, expected[1])) if expected else contextlib.nullcontext()
    with contextlib.redirect_stdout(io.StringIO()), raises:
        exec(compile(code, "block", "exec"), {"__name__": "__main__"})


def unknown_settings(code: str) -> list[str]:
    """Return the settings `c.CLASS.NAME` of nbgrader's configuration that no class of nbgrader has."""
    from nbgrader.apps import NbGraderApp
    from nbgrader.exchange.default.exchange import Exchange

    classes: Mapping[str, Any] = {
        each.__name__: each for each in (*NbGraderApp().all_configurable_classes(), Exchange)
    }
    settings = re.findall(r"^c\.(\w+)\.(\w+) =", code, re.MULTILINE)
    assert settings
    return [
        f"{owner}.{name}"
        for owner, name in settings
        if owner not in classes or not hasattr(classes[owner], name)
    ]


@pytest.mark.parametrize("code", ["import torch\ntorch.nothing_of_this_name", "1 / 0", "raise SystemExit(1)"])
def test_a_block_that_fails_is_found(code: str) -> None:
    with pytest.raises((AttributeError, ZeroDivisionError, SystemExit)):
        run(code)


def test_a_block_has_to_raise_what_its_comment_says() -> None:
    run("int('x')  # ValueError: no number")
    with pytest.raises(pytest.fail.Exception):
        run("int('1')  # ValueError: no number")


def test_unbound_names_are_those_that_a_block_does_not_bring_along() -> None:
    assert unbound("import a.b\nfor x in a.b: print(x, y)\ndef f(z): return z + w\n") == {"y", "w"}
    with pytest.raises(SyntaxError):
        unbound("def f(:")


def test_a_setting_that_nbgrader_does_not_have_is_found() -> None:
    assert unknown_settings('c.Exchange.root = "/x"\nc.Exchange.rot = 1\nc.Nobody.x = 1') == [
        "Exchange.rot",
        "Nobody.x",
    ]
