"""The files beside a notebook that its cells use, told before it is submitted: which go along, and which will not be there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from autograder.model import Notebook
from autograder.student.fitness import Finding
from autograder.submission import beside


def inspect(path: Path, document: Notebook, weights: str) -> list[Finding]:
    """List the files beside the notebook (`document`, at `path`) that its code names.

    weights   name of the file of trained weights, which the grader reads by itself

    A file that nothing names is nobody's business: notebooks lie in folders that hold much else. Where the course hands such a
    file out, it is there in grading anyway; so none of these is serious, but for one that is used and will not be taken along.
    """
    code = "\n".join(cell.source for cell in document.code)
    found = beside.read(path, weights)
    return [*_left(found, code), *_taken(found, code)]


def _taken(found: beside.Beside, code: str) -> Iterator[Finding]:
    names = [name for name in sorted(found.files) if _used(name, code)]
    if names:
        listed = ", ".join(map(beside.printable, names))
        yield Finding(
            f"The notebook uses what lies beside it: {listed}.",
            "If it is yours, submit it together with the notebook, in the same folder.",
            serious=False,
        )


def _left(found: beside.Beside, code: str) -> Iterator[Finding]:
    for name, why in sorted(found.left.items()):
        if _used(name, code):
            yield Finding(
                f"The notebook uses {beside.printable(name)}, which will not be there in grading ({why}).",
                "Put what you need of it into a cell, or make it smaller or name it differently; what the course handed "
                "out is there anyway.",
                serious=False,
            )


def _used(name: str, code: str) -> bool:
    """Whether the code names the file, or imports it."""
    last = name.rsplit("/", 1)[-1]
    if re.search(rf"(?<![\w.]){re.escape(last)}(?!\w)", code):
        return True
    module = name.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
    if not name.endswith(".py") or not all(part.isidentifier() for part in module.split(".")):
        return False
    return re.search(rf"^\s*(?:import|from)\s[^#\n]*\b{re.escape(module)}\b", code, re.MULTILINE) is not None
