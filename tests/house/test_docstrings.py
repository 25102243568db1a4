"""Public functions say what they do: their docstrings begin with a verb in the imperative, and name many arguments.

The checks themselves are left out: their docstrings are the laws that students read.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAWS_FOR_STUDENTS = ("checks", "hidden")
VERBS = (
    "Add",
    "Allow",
    "Analyse",
    "Answer",
    "Arrange",
    "Ask",
    "Attack",
    "Begin",
    "Bound",
    "Build",
    "Call",
    "Change",
    "Check",
    "Close",
    "Collect",
    "Compare",
    "Compile",
    "Convert",
    "Copy",
    "Count",
    "Decode",
    "Delete",
    "Describe",
    "Do",
    "Download",
    "Draw",
    "Embed",
    "Encode",
    "End",
    "Enter",
    "Exchange",
    "Export",
    "Find",
    "Forget",
    "Fork",
    "Give",
    "Grade",
    "Hand",
    "Have",
    "Hear",
    "Import",
    "Install",
    "Invent",
    "Keep",
    "Kill",
    "Lay",
    "Learn",
    "Leave",
    "Let",
    "List",
    "Load",
    "Lock",
    "Look",
    "Make",
    "Mend",
    "Note",
    "Open",
    "Pack",
    "Plan",
    "Print",
    "Put",
    "Raise",
    "Read",
    "Record",
    "Refuse",
    "Remove",
    "Replace",
    "Report",
    "Require",
    "Return",
    "Rotate",
    "Run",
    "Say",
    "Search",
    "Seed",
    "Send",
    "Serve",
    "Set",
    "Share",
    "Show",
    "Shrink",
    "Stand",
    "Start",
    "Sum",
    "Take",
    "Tell",
    "Turn",
    "Use",
    "Walk",
    "Watch",
    "Work",
    "Write",
    "Yield",
)
GIVEN = ("self", "cls", "draw")  # Hypothesis hands `draw` in; authors of checks do not
MANY = 3

FILES = [
    path
    for path in sorted((ROOT / "autograder").rglob("*.py"))
    if path.relative_to(ROOT / "autograder").parts[0] not in LAWS_FOR_STUDENTS
]


def public(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield (name, function) of the public functions of a file and the methods of its public classes.

    Left out are properties, which say what they are, and commands, whose docstrings are their --help.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If | ast.Try):
            yield from public(node, inside)
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if isinstance(node, ast.ClassDef):
            yield from public(node, f"{inside}{node.name}.")
        elif not any(
            re.search(r"property|command|overload", ast.unparse(each)) for each in node.decorator_list
        ):
            yield f"{inside}{node.name}", node


def functions(path: Path) -> list[tuple[str, ast.FunctionDef]]:
    return list(public(ast.parse(path.read_text(encoding="utf-8"))))


ALL = [(path, functions(path)) for path in FILES]


def wrong_beginning(function: ast.FunctionDef) -> bool:
    word = re.match(r"\w+", ast.get_docstring(function) or "")
    return word is None or word[0] not in VERBS


def unnamed_arguments(function: ast.FunctionDef) -> list[str]:
    """Return the arguments that a docstring does not name, where there are many. Those of a stand-in are the original's."""
    said, given = ast.get_docstring(function) or "", function.args
    each = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    names = [one.arg for one in each if one is not None and one.arg not in GIVEN and one.arg[0] != "_"]
    if len(names) < MANY or said.startswith("Stand in for `"):
        return []
    return [name for name in names if not re.search(rf"\b{name}\b", said)]


def test_a_public_function_says_what_it_does_verb_first() -> None:
    wrong = {
        str(path.relative_to(ROOT)): [name for name, each in found if wrong_beginning(each)]
        for path, found in ALL
    }
    assert {file: names for file, names in wrong.items() if names} == {}


def test_a_public_function_names_its_arguments_where_there_are_many() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {name}": unnamed_arguments(each)
        for path, found in ALL
        for name, each in found
    }
    assert {place: names for place, names in missing.items() if names} == {}


def test_the_verbs_are_sorted_and_all_in_use() -> None:
    used = {
        word[0]
        for _, found in ALL
        for _, function in found
        if (word := re.match(r"\w+", ast.get_docstring(function) or "")) is not None
    }
    assert list(VERBS) == sorted(set(VERBS))
    assert set(VERBS) - used == set()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f(): pass", ["f"]),
        ("def f():\n  'The sum.'", ["f"]),
        ("def f():\n  'Returns the sum.'", ["f"]),
        ("def f():\n  'Return the sum.'", []),
        ("class A:\n  def f(self):\n    'A sum.'\n  @property\n  def g(self):\n    'The sum.'", ["A.f"]),
        ("class _A:\n  def f(self): pass\ndef _g(): pass\n@app.command()\ndef h(): pass", []),
    ],
)
def test_another_beginning_is_found(code: str, found: list[str]) -> None:
    assert [name for name, function in public(ast.parse(code)) if wrong_beginning(function)] == found


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("def f(a, b, *, cd):\n  'Add `a` to b.\\n\\ncd   what'", []),
        ("def f(a, b, *cd):\n  'Add all.'", ["a", "b", "cd"]),
        ("def f(self, a, b):\n  'Add them.'", []),
        ("def f(a, b, c):\n  'Stand in for `torch.add`.'", []),
    ],
)
def test_arguments_without_a_word_are_found(code: str, missing: list[str]) -> None:
    ((_, function),) = public(ast.parse(code))
    assert unnamed_arguments(function) == missing
