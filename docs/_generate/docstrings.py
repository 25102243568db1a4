"""Docstrings as Markdown, and the parts that the docstring of a method's file has.

Docstrings are plain text with four habits: paragraphs, tables with pipes, examples behind >>>, and lists of names whose
meanings stand in a second column. A site that read them as Markdown would make quotations of the examples, and links of
what stands in brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent

_LISTED = re.compile(r"(?P<name>\S+(?:,? \S+)*) {2,}(?P<meaning>\S.*)")
_CODE = re.compile(r"(`[^`]+`|\*\*[^*]+\*\*)")


def to_markdown(docstring: str) -> str:
    """Turn a docstring (as inspect.getdoc gives it) into Markdown that MyST reads."""
    return "\n\n".join(_block(block) for block in re.split(r"\n[ ]*\n", docstring.strip("\n")))


def examples(docstring: str) -> list[str]:
    """Return the blocks of >>> lines, with what they print."""
    blocks = re.split(r"\n[ ]*\n", docstring.strip("\n"))
    return [block for block in blocks if block.lstrip().startswith(">>>")]


def without_examples(docstring: str) -> str:
    """Leave the examples out."""
    blocks = re.split(r"\n[ ]*\n", docstring.strip("\n"))
    return "\n\n".join(block for block in blocks if not block.lstrip().startswith(">>>"))


def plain(text: str) -> str:
    """Escape what Markdown would read as more than text; `code` and **bold** stay."""
    pieces = _CODE.split(text)
    pieces[::2] = [re.sub(r"([\\*\[\]<>{}$|^~])", r"\\\1", piece) for piece in pieces[::2]]
    return "".join(pieces)


def _block(block: str) -> str:
    lines = block.split("\n")
    if lines[0].startswith("|"):
        return block
    if lines[0].lstrip().startswith(">>>"):
        return f"```pycon\n{block}\n```"
    if all(line.startswith("    ") for line in lines):
        return f"```python\n{dedent(block)}\n```"
    if all(line.startswith(("- ", "  ")) for line in lines):
        return plain(block)
    return _listed(lines) or _starting_no_list(plain(block))


def _starting_no_list(block: str) -> str:
    """A line that is broken before a number or a sign starts no list, and no heading."""
    return re.sub(r"(?m)^(\s*)([-+#]|\d+(?=[.)]))(?=\s|[.)])", r"\1\\\2", block)


def _listed(lines: list[str]) -> str | None:
    """Turn lines of the form `name   meaning` into a list; None where a line has another form."""
    items: list[list[str]] = []
    for line in lines:
        if items and line.startswith("    "):
            items[-1][1] += f" {line.strip()}"
        elif found := _LISTED.fullmatch(line):
            items.append([found["name"], found["meaning"]])
        else:
            return None
    names = (", ".join(f"`{name}`" for name in item[0].split(", ")) for item in items)
    return "\n".join(f"- {name}: {plain(item[1])}" for name, item in zip(names, items, strict=True))


@dataclass(frozen=True)
class Symbol:
    """A row of a symbol table: mathematics, name in the code, shape, meaning. Any of them may be empty."""

    mathematics: str
    name: str
    shape: str
    meaning: str


@dataclass(frozen=True)
class Parts:
    """What the docstring of a method's file says, in the order in which all of them say it.

    summary      the first sentence
    citation     papers, with arXiv numbers
    symbols      rows of the table
    remarks      paragraphs between the table and the departures
    departures   how the file differs from the paper, or from the authors' code
    """

    summary: str
    citation: str
    symbols: tuple[Symbol, ...]
    remarks: tuple[str, ...]
    departures: str


def parts(docstring: str) -> Parts:
    """Take the docstring of a method's file apart. Raises ValueError where it has another form."""
    blocks = [
        block
        for block in re.split(r"\n[ ]*\n", docstring.strip("\n"))
        if not block.lstrip().startswith(">>>")
    ]
    tables = [number for number, block in enumerate(blocks) if block.startswith("|")]
    if len(tables) != 1 or not blocks[-1].startswith("**Departures"):
        raise ValueError("a method's docstring has one symbol table and ends with its departures")
    table = tables[0]
    return Parts(
        summary=_joined(blocks[0]),
        citation=_joined(" ".join(blocks[1:table])),
        symbols=tuple(_symbol(line) for line in blocks[table].split("\n")[2:]),
        remarks=tuple(blocks[table + 1 : -1]),
        departures=re.sub(r"^\*\*Departures\.?\*\*\s*", "", blocks[-1]),
    )


def _symbol(line: str) -> Symbol:
    cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
    if len(cells) != 4:
        raise ValueError(f"a row of a symbol table has four cells: {line}")
    return Symbol(*cells)


def _joined(block: str) -> str:
    return re.sub(r"\s+", " ", block)
