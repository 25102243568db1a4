"""A page for each method of the lecture, from the docstrings of its file, docs/methods.toml and docs/results.md."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from docs._generate import mathematics
from docs._generate.api import defined, entry
from docs._generate.docstrings import Parts, Symbol, examples, parts, plain
from docs._generate.evidence import evidence
from docs._generate.exercises import Exercise, exercise
from reference import METHODS, Method

DECLARED: Mapping[str, Any] = tomllib.loads(
    (Path(__file__).parents[1] / "methods.toml").read_text(encoding="utf-8")
)

# "Eq. 1: c_k = ...", "Section 2.2: ...", "Logarithm of eq. 2: ..." and "Compute eq. 1: ..."
_LABEL = re.compile(
    r"((?:[A-Z][a-z]+ (?:of )?)?(?:[Ee]q\.|[Ff]igure|[Ss]ection|[Aa]ppendix|[Aa]lgorithm) [\w.]+?(?: and [\w.]+)?)[:,] (?=\S)"
)
# Where a formula ends: the sentence, or before the shapes, or before an argument with its shape.
_END = re.compile(r"(?<=[^\s.])\.(?= |$)|,? -> \(|, (?=\w+ \(\w*,)|: (?=[a-z]+ )")


def pages() -> dict[str, str]:
    """Return the Markdown of each method's page by the name of its file, without the ending."""
    return {method.file.removesuffix(".py"): page(method) for method in METHODS}


def page(method: Method) -> str:
    """Write the page of one method."""
    name = method.file.removesuffix(".py")
    module = importlib.import_module(f"reference.{name}")
    said = parts(inspect.getdoc(module) or "")
    names = _names(module, said)
    declared = DECLARED[name]
    return "\n\n".join(
        [
            f"# {_title(method)}",
            plain(said.summary),
            _linked(said.citation),
            "## Formulas",
            _formulas(module, said, names),
            "## Symbols and shapes",
            _table(said.symbols, names),
            *(_text(remark, names) for remark in said.remarks),
            "## Example",
            *_examples(module),
            "## Departures from the paper",
            _text(said.departures, names),
            "## Exercises",
            _exercises([exercise(place) for place in declared["exercises"]]),
            "## What it learns",
            evidence(declared["evidence"]),
            "## The code",
            f"`reference/{method.file}`; students do not get it.",
            *(
                entry(module.__name__, each, getattr(module, each), with_examples=False)
                for each in defined(module)
            ),
        ]
    )


def overview() -> str:
    """Write the table of all methods, with links to their pages, and put these into the contents."""
    lines = ["| method | paper | exercises |", "|---|---|---|"]
    for method in METHODS:
        name = method.file.removesuffix(".py")
        asked = [exercise(place) for place in DECLARED[name]["exercises"]]
        there = ", ".join(f"`{each.name}`" for each in asked if each.points is not None)
        lines.append(f"| [{_title(method)}](methods/{name}.md) | {method.paper} | {there or 'planned'} |")
    entries = "\n".join(f"methods/{method.file.removesuffix('.py')}" for method in METHODS)
    return "\n".join(lines) + f"\n\n```{{toctree}}\n:hidden:\n\n{entries}\n```\n"


def _title(method: Method) -> str:
    return method.name[0].upper() + method.name[1:]


def _linked(citation: str) -> str:
    return re.sub(r"arXiv:(\d{4}\.\d{4,5})", r"[arXiv:\1](https://arxiv.org/abs/\1)", plain(citation))


def _names(module: ModuleType, said: Parts) -> set[str]:
    """Return what is a name in the code, so that it is not taken for mathematics."""
    names = set(vars(module))
    for value in vars(module).values():
        if callable(value) and getattr(value, "__module__", None) == module.__name__:
            try:
                names |= set(inspect.signature(value).parameters)
            except ValueError:
                continue
    for symbol in said.symbols:
        names |= set(re.findall(r"[A-Za-z_]\w{3,}", symbol.name))
    return names


# --- formulas and symbols --------------------------------------------------------------------------------------------


def _formulas(module: ModuleType, said: Parts, names: set[str]) -> str:
    """Write the equations, each with the function that computes it.

    They stand in the first sentence of the functions' docstrings, and in the symbol table where a row is a definition. What
    a function says is not said again by the row that names it.
    """
    found = [
        (mathematics.formula(symbol.mathematics), "", symbol.name)
        for symbol in said.symbols
        if _is_definition(symbol.mathematics) or re.search(r" \+ |sum_", symbol.mathematics)
    ]
    for name in defined(module):
        for label, text in _equation(getattr(module, name)):
            found = [each for each in found if each[2].partition("(")[0] != name]
            found.append((mathematics.formula(_code_marked(text, names)), label, name))
    return "\n".join(_formula_line(*each) for each in found)


def _formula_line(formula: str, label: str, name: str) -> str:
    source = [label] if label else []
    source += [f"<code>{name}</code>"] if re.fullmatch(r"[\w.]+", name) else []
    where = f"<span>{' · '.join(source)}</span>" if source else ""
    return f'<div class="formula"><span class="mathematics">{formula}</span>{where}</div>'


def _equation(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the label and the formula of a docstring's first sentence, where it is one."""
    paragraph = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())
    label = _LABEL.match(paragraph)
    text = _END.split(paragraph[label.end() :] if label else paragraph)[0]
    words = [word for word in re.findall(r"(?<!\w)[a-z]{3,}(?![\w(])", text) if word not in mathematics.GREEK]
    few = len(words) <= (6 if label or text.startswith("1/") else 3)
    if few and (_is_definition(text) or _is_term(text, alone=not words, labelled=label is not None)):
        yield (label[1] if label else ""), text


def _is_definition(text: str) -> bool:
    """Whether one thing is said to be another: a = or an arrow stands outside of all brackets, one thing before it."""
    while (flat := re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}", "#", text)) != text:
        text = flat
    left, sign, _ = re.split(r" (=|<-|~) (?=\S)|$", text, maxsplit=1)
    return sign is not None and "," not in left


def _is_term(text: str, *, alone: bool, labelled: bool) -> bool:
    """Whether a text that defines nothing is a formula all the same: alone, without words, or behind "Eq. 1:"."""
    operators = r" [+/-] |\^|sum_|^\[.*\]$"
    return bool(re.search(operators, text)) and (alone or labelled or text.startswith("1/"))


def _code_marked(text: str, names: set[str]) -> str:
    for name in sorted((name for name in names if "_" in name), key=len, reverse=True):
        text = re.sub(rf"(?<![\w`.]){re.escape(name)}(?![\w`])", f"`{name}`", text)
    return text


def _table(symbols: tuple[Symbol, ...], names: set[str]) -> str:
    rows = ["| mathematics | name in the code | shape | |", "|---|---|---|---|"]
    for symbol in symbols:
        cells = [_inert(f'<span class="mathematics">{mathematics.formula(symbol.mathematics)}</span>')]
        cells += [_in_code(symbol.name), _in_code(symbol.shape), _text(symbol.meaning, names)]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _in_code(cell: str) -> str:
    """Put names and shapes in code style, and leave words as words."""
    pieces = re.split(r", (?![^()]*\))", cell)
    return ", ".join(
        f"`{piece}`" if piece and not re.search(r"[a-z]{2,} |^[a-z]+$ ", piece) else plain(piece)
        for piece in pieces
    )


def _text(paragraph: str, names: set[str]) -> str:
    return _inert(mathematics.sentence(paragraph, names))


def _inert(html: str) -> str:
    """Write what Markdown would read as a mark as a character reference, outside of tags."""
    pieces = re.split(r"(<[^>]*>)", html)
    pieces[::2] = [
        re.sub(r"[*_\[\]|~`\\{}$]", lambda mark: f"&#{ord(mark[0])};", piece) for piece in pieces[::2]
    ]
    return "".join(pieces)


# --- examples --------------------------------------------------------------------------------------------------------


def _examples(module: ModuleType) -> Iterator[str]:
    """Write every example of the file with the imports that it needs, so that it runs when pasted."""
    for name in defined(module):
        for block in examples(inspect.getdoc(getattr(module, name)) or ""):
            yield "```pycon\n" + "\n".join([*_imports(module, block), block]) + "\n```"


def _imports(module: ModuleType, block: str) -> list[str]:
    source = "\n".join(re.findall(r"(?m)^(?:>>>|\.\.\.) ?(.*)$", block))
    tree = ast.parse(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - set(dir(builtins))
    made = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    lines, own = [], []
    for name in sorted(used - made):
        value = getattr(module, name, None)
        if inspect.ismodule(value):
            lines.append(f">>> import {name}" if value.__name__ == name else f">>> from torch import {name}")
        elif value is not None:
            own.append(name)
    return [*lines, f">>> from {module.__name__} import {', '.join(own)}"] if own else lines


# --- exercises -------------------------------------------------------------------------------------------------------


def _exercises(asked: list[Exercise]) -> str:
    there = [
        f"- `{each.name}` in `assignments/{each.assignment}`, {each.points:g} point{'s' * (each.points != 1)}"
        for each in asked
        if each.points is not None
    ]
    planned: dict[str, list[str]] = defaultdict(list)
    for each in asked:
        if each.points is None:
            planned[each.assignment].append(f"`{each.name}`")
    there += [f"- planned: {', '.join(names)} in an assignment `{room}`" for room, names in planned.items()]
    return "\n".join(there)
