"""Programs that a grader is judged by: right ones and wrong ones, as small files, made into submissions.

A program is a Python file in percent format. Its docstring says what it does; each cell `# %% EXERCISE` replaces the
solution of that exercise in the source notebook:

    \"\"\"Divides the class sums by n_way instead of by the class size.

    caught by: class_prototypes/constant_class_gives_that_constant
    named: divides the class sums by n_way, not by the size of the class
    \"\"\"


    # %% class_prototypes
    def class_prototypes(embeddings, labels):
        ...
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.errors import CourseError
from autograder.model import Cell, Notebook

CELL = re.compile(r"^# %% *(\S+) *$", re.MULTILINE)
NAMED = re.compile(r"^named: (\S.*)$", re.MULTILINE)
VERB = re.compile(r"[A-Z][a-z]+s\b")
CAUGHT = re.compile(r"^caught by: (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Program:
    """`cells`: exercise -> code. `caught_by`: EXERCISE/CHECK that must catch it, for a mistake."""

    name: str
    says: str
    cells: Mapping[str, str]
    caught_by: str | None = None

    @property
    def sentence(self) -> tuple[str, bool]:
        """What a program does that makes this mistake, to follow "a program that", and whether it was written for that.

        It is the line `named:` of the docstring, else its first sentence, where that begins with a verb; "" where neither is
        there, or the line says "nothing".

        >>> Program("twice", "Applies softmax twice.", {}).sentence
        ('applies softmax twice', False)
        """
        named = NAMED.search(self.says)
        if named is not None:
            return ("" if named[1] == "nothing" else named[1].rstrip("."), True)
        first = " ".join(self.says.split("\n\n")[0].split()).rstrip(".")
        if VERB.match(first) is None or ". " in first:
            return "", False
        return first[0].lower() + first[1:], False


def read(path: Path) -> Program:
    """Read a program. Raises CourseError that names the file and what it lacks."""
    text = path.read_text(encoding="utf-8")
    parts = CELL.split(text)
    says = _docstring(parts[0])
    cells = dict(zip(parts[1::2], (part.strip() + "\n" for part in parts[2::2]), strict=True))
    if not says or not cells:
        raise CourseError(
            "A program needs a docstring and at least one cell.",
            remedy="See autograder/course/corpus.py.",
            file=str(path),
        )
    caught = CAUGHT.search(says)
    return Program(path.stem, says, cells, caught.group(1) if caught else None)


def _docstring(head: str) -> str:
    try:
        return ast.get_docstring(ast.parse(head)) or ""
    except SyntaxError:
        return ""


def read_all(folder: Path) -> tuple[Program, ...]:
    """Read all programs of a folder, in the order of their names. Raises as `read` does."""
    return tuple(read(path) for path in sorted(folder.glob("*.py")))


def as_notebook(source: Notebook, cells: Mapping[str, str]) -> Notebook:
    """Return the source notebook with these solutions in place of its own, as cells that can be run.

    Raises CourseError for an exercise that has no solution cell.
    """
    _known(cells, (cell.grade_id for cell in source.cells if cell.solution))
    made = [_with(cell, cells.get(cell.grade_id or "", cell.source)) for cell in source.cells]
    return Notebook(source.path, tuple(made), source.kernel)


def as_submission(source: Path, cells: Mapping[str, str]) -> dict[str, Any]:
    """Return an nbformat document of the same, ready to be written into submitted/.

    Raises CourseError for an exercise that has no solution cell.
    """
    import nbformat  # takes seconds, where all of jsonschema is installed

    document = nbformat.read(source, as_version=4)
    marks = [cell.metadata.get("nbgrader", {}) for cell in document.cells]
    ids = [mark.get("grade_id") if mark.get("solution") else None for mark in marks]
    _known(cells, ids)
    made = copy.deepcopy(document)
    for cell, grade_id in zip(made.cells, ids, strict=True):
        cell.source = cells.get(grade_id or "", cell.source)
    return dict(made)


def _with(cell: Cell, source: str) -> Cell:
    return replace(cell, source=source)


def _known(cells: Mapping[str, str], grade_ids: Iterable[str | None]) -> None:
    unknown = set(cells) - set(grade_ids)
    if unknown:
        raise CourseError(
            f"There is no solution cell called {', '.join(sorted(unknown))}.",
            remedy="Name the cell after its exercise.",
        )
