"""The page of `autograder.laws`: everything that the one door for authors of checks hands on."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from types import ModuleType

from docs._generate.api import defined, entry, lines_of, summary, value_of
from docs._generate.docstrings import plain, to_markdown

DOOR = "autograder.laws"


def page(door: ModuleType) -> str:
    """Write the reference of `door`: a section for each module behind it, in the order in which its docstring names them."""
    said = inspect.getdoc(door) or ""
    groups = _groups(door)
    sections = [to_markdown(said)]
    for module in sorted(groups, key=lambda module: _first_mention(said, groups[module])):
        sections += _section(door.__name__, importlib.import_module(module), groups[module])
    return re.sub(r"docs/([\w-]+\.md)", r"[\1](\1)", "\n\n".join(sections))


def _groups(door: ModuleType) -> dict[str, dict[str, str]]:
    """Return for each module behind the door what is handed on of it, and under which name.

    A module that is handed on whole is a group of its own, and so are the modules of a package.
    """
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for name in door.__all__:
        value = getattr(door, name)
        if inspect.ismodule(value):
            groups[value.__name__] |= {f"{name}.{each}": each for each in defined(value)}
        else:
            module, own = _origin(door, name)
            groups[module][name] = own
    return groups


def _origin(module: ModuleType, name: str) -> tuple[str, str]:
    """Follow a name through imports and assignments to the module that defines it, and to its name there."""
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return _origin(importlib.import_module(node.module), alias.name)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and _is_target(node, name):
            return _origin(module, node.value.id)
    return module.__name__, name


def _is_target(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _first_mention(said: str, names: Iterable[str]) -> int:
    places = [said.find(f"`{word}`") for name in names for word in (name, name.partition(".")[0])]
    return min((place for place in places if place >= 0), default=len(said))


def _section(door: str, module: ModuleType, names: dict[str, str]) -> Iterator[str]:
    """Write what is handed on of a module, in the order of its file, below the headings that the file has."""
    lines = lines_of(module)
    headings = _headings(module)
    yield f"## {_title(module.__name__)}\n\n{plain(summary(module))}"
    for name, own in sorted(names.items(), key=lambda item: (lines.get(item[1], 0), item[0] != item[1])):
        passed = [heading for line, heading in headings if line < lines.get(own, 0)]
        if passed:
            yield f"### {passed[-1]}"
            headings = headings[len(passed) :]
        if own != name.rpartition(".")[2]:
            yield f"`{name}` is another name of `{own}`."
        elif callable(value := getattr(module, own)):
            yield entry(door, name, value)
        else:
            yield f":::{{py:data}} {door}.{name}\n\n`{value_of(module, own)}`\n:::"


def _headings(module: ModuleType) -> list[tuple[int, str]]:
    """Return the comments of the form `# --- values ---`, which divide a long file, with their lines."""
    source = inspect.getsource(module).splitlines()
    found = ((number, re.fullmatch(r"# --- (.+?) -+", line)) for number, line in enumerate(source, 1))
    return [(number, match[1][0].upper() + match[1][1:]) for number, match in found if match]


def _title(module: str) -> str:
    words = module.removeprefix(f"{DOOR}.").removeprefix("autograder.").replace("_", " ").split(".")
    return ": ".join(words).capitalize()
