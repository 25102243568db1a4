"""The Markdown of this repository, taken apart: links, headings, code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
# docs/methods is written when the site is built; _build is where it goes.
GENERATED = (ROOT / "docs" / "methods", ROOT / "docs" / "_build")
ROOMS = (
    "docs",
    "assignments",
    "autograder",
    "benchmarks",
    "corpus",
    "examples",
    "findings",
    "tests",
    ".github",
)


def pages() -> list[Path]:
    """Return every page that is written by hand."""
    found = [*ROOT.glob("*.md"), *(path for room in ROOMS for path in (ROOT / room).rglob("*.md"))]
    return sorted(path for path in found if not any(path.is_relative_to(folder) for folder in GENERATED))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line of the page where it stands."""

    language: str
    text: str
    line: int


def links(text: str) -> list[str]:
    """Return the targets of links and pictures, those of HTML as well."""
    found = []
    for token in _tokens(text):
        for part in (token, *(token.children or ())):
            found += [str(part.attrs[key]) for key in ("href", "src") if key in part.attrs]
            if part.type in ("html_inline", "html_block"):
                found += re.findall(r"""(?:href|src)=["']([^"']+)["']""", part.content)
    return found


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    found: set[str] = set()
    tokens = _tokens(text)
    for heading, inline in pairwise(tokens):
        if heading.type != "heading_open":
            continue
        words = "".join(part.content for part in inline.children or ())
        plain = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        number = next(n for n in range(1000) if (f"{plain}-{n}" if n else plain) not in found)
        found.add(f"{plain}-{number}" if number else plain)
    return found


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks."""
    fences = [token for token in _tokens(text) if token.type == "fence"]
    return [Block(token.info.partition(" ")[0], token.content, (token.map or [0])[0] + 1) for token in fences]


def inline_code(text: str) -> list[str]:
    """Return what stands between backticks."""
    return [code for _, code in inline_code_with_context(text)]


def inline_code_with_context(text: str) -> list[tuple[str, str]]:
    """Return what stands between backticks, each with the text before it."""
    return [
        (before.content if before else "", code.content)
        for token in _tokens(text)
        for before, code in pairwise([None, *(token.children or [])])
        if code is not None and code.type == "code_inline"
    ]


@cache
def _tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)
