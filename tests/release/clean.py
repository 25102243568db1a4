"""The clean release of fewshot, made once, and notebooks and wheels that differ from it by one thing."""

from __future__ import annotations

import ast
import base64
import copy
import io
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

from autograder.release import candidate, wheel
from autograder.release.candidate import Candidate
from autograder.release.leaks import Finding, everything
from autograder.release.notebook import written

ROOT = Path(__file__).parents[2]
NAME = "fewshot.ipynb"
PLACE = 3  # of a planted cell

Document = dict[str, Any]


@lru_cache
def fewshot() -> Candidate:
    return candidate.of(ROOT, "fewshot")


@lru_cache
def _stub() -> Document:
    """The student's notebook without what no planted leak needs: the whole of it is scanned once, not each time."""
    stub = dict(fewshot().stub)
    return stub | {"cells": [each for each in stub["cells"] if "nbgrader" in each["metadata"]]}


@lru_cache
def solution(exercise: str) -> str:
    """The code of a solution cell, with its markers."""
    (cell,) = [cell for cell in fewshot().assignment.notebook.cells if cell.grade_id == exercise]
    return cell.source


def bare(exercise: str) -> str:
    """The same without markers, docstring and comments."""
    module = ast.parse(solution(exercise))
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.unparse(module)


def released() -> Document:
    """The student's notebook, to be spoilt."""
    return copy.deepcopy(_stub())


def cell(document: Document, name: str) -> dict[str, Any]:
    """The cell with an id."""
    return next(each for each in document["cells"] if each["id"] == name)


def with_cell(source: str, kind: str = "code", **changes: Any) -> Document:
    """The student's notebook with one cell more, called `planted`."""
    document = released()
    made: dict[str, Any] = {"cell_type": kind, "id": "planted", "metadata": {}, "source": source}
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    document["cells"].insert(PLACE, made | changes)
    return document


def findings(
    document: Document | None = None, *, source: Document | None = None, files: dict[str, bytes] | None = None
) -> list[Finding]:
    """What the scan says of a release: a student's notebook, a source notebook, other files."""
    student = document if document is not None else released()
    given = ({NAME: written(student)} if document is not None else {}) | (files or {})
    piece = fewshot()
    return everything(NAME, source or piece.document, NAME, student, given, piece.checks, piece.secrets)


def source_with(change: Callable[[Document], None]) -> Document:
    document = copy.deepcopy(dict(fewshot().document))
    change(document)
    return document


def wheel_with(**files: str) -> dict[str, bytes]:
    """A wheel of one right file and these: a__b for a/b.py."""
    inside = {
        "fewlabels-0.1.0.dist-info/METADATA": b"Metadata-Version: 2.4\nName: fewlabels\nVersion: 0.1.0\n",
        "autograder/__init__.py": b"",
    }
    inside |= {f"{name.replace('__', '/')}.py": text.encode() for name, text in files.items()}
    name, data = wheel.packed(inside)
    return {name: data}


def png(
    text: str = "", *, compressed: bool = False, international: bool = False, behind: bytes = b""
) -> bytes:
    """A small image with a text chunk, and bytes behind its end."""
    chunks = PngImagePlugin.PngInfo()
    if international:
        chunks.add_itxt("Comment", text, zip=compressed)
    elif text:
        chunks.add_text("Comment", text, zip=compressed)
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG", pnginfo=chunks)
    return buffer.getvalue() + behind


def attached(data: bytes, mime: str = "image/png") -> Document:
    """The student's notebook with an image in a markdown cell."""
    picture = {"picture": {mime: base64.b64encode(data).decode()}}
    return with_cell("![](attachment:picture)", "markdown", attachments=picture)


class Renamed(ast.NodeTransformer):
    """Every name of the program's own is another one."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def of(self, name: str) -> str:
        return self.names.setdefault(name, f"zz{len(self.names)}")

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = node.id if node.id in ("torch", "F", "nn", "len", "range", "float") else self.of(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self.of(node.arg)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self.of(node.name)
        return self.generic_visit(node)


def renamed(code: str) -> str:
    return ast.unparse(Renamed().visit(ast.parse(code)))
