"""The source notebook -> the student's: the term's variant, the course's limits, nbgrader's student version, and nothing
that is not theirs."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autograder import nbgrader_bridge
from autograder.course import variants
from autograder.course.settings import Settings
from autograder.course.variants import Recipe
from autograder.errors import AssignmentError
from autograder.student import graded_with
from autograder.version import __version__

# What of a cell's and of a notebook's metadata is the course's; the rest says how and where somebody edited it.
CELL_METADATA = ("nbgrader", "tags", "deletable", "editable")
JUPYTER_METADATA = ("source_hidden",)
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def student_version(
    document: Mapping[str, Any], course: Path, assignment: str, notebook: str
) -> dict[str, Any]:
    """Return the student's notebook as JSON: nbgrader's student version, without what editors left.

    document     the source as the term's variant has it
    course       the course directory
    assignment   the assignment's name
    notebook     its file name without extension
    """
    released = nbgrader_bridge.student_version(copy.deepcopy(dict(document)), course, assignment, notebook)
    return stripped(dict(released))


def varied(document: Mapping[str, Any], recipe: Recipe, variant: int | None) -> dict[str, Any]:
    """Return the source notebook `document` as `variant` has it: with the texts that `recipe` picks for this seed."""
    picked = recipe.pick(variant)
    return _changed(document, lambda cell: variants.apply(cell["source"], picked))


def stated(document: Mapping[str, Any], settings: Settings, pins: Mapping[str, str]) -> dict[str, Any]:
    """Return the notebook `document` with the course's own limits and versions in its cell `graded_with`.

    settings   the course's, with the limits
    pins       package -> version
    """
    versions = {**pins, "fewlabels": __version__}

    def source(cell: Mapping[str, Any]) -> str:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") != graded_with.GRADE_ID:
            return str(cell["source"])
        return graded_with.restated(cell["source"], settings, versions)

    return _changed(document, source)


def _changed(document: Mapping[str, Any], source: Callable[[Mapping[str, Any]], str]) -> dict[str, Any]:
    return {**document, "cells": [{**cell, "source": source(cell)} for cell in document["cells"]]}


def as_json(path: Path) -> dict[str, Any]:
    """Read a notebook file of nbformat 4 as JSON, each source in one piece. Raises AssignmentError."""
    return parsed(path.read_bytes(), str(path))


def parsed(data: bytes, file: str) -> dict[str, Any]:
    """Read the bytes of such a file as `as_json` does; `file` is what messages call it."""
    try:
        document = json.loads(data)
    except ValueError:
        document = None
    if not isinstance(document, dict) or document.get("nbformat") != 4:
        raise AssignmentError(
            "The file is no notebook of format 4.", remedy="Open it in Jupyter and save it.", file=file
        )
    for cell in document["cells"]:
        cell["source"] = _text(cell["source"])
    return document


def stripped(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a notebook without outputs, execution counts and metadata of editors.

    Every cell has an id, the same every time.
    """
    cells: list[dict[str, Any]] = []
    taken: set[str] = set()
    for index, cell in enumerate(document["cells"]):
        cells.append(_stripped(cell, _id(cell, index, taken)))
    return {
        "cells": cells,
        "metadata": _notebook_metadata(document.get("metadata", {})),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def written(document: Mapping[str, Any]) -> bytes:
    """Return the bytes of a notebook file: sorted keys, sources by lines as Jupyter writes them."""
    cells = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in document["cells"]]
    text = json.dumps({**document, "cells": cells}, sort_keys=True, indent=1, ensure_ascii=False)
    return (text + "\n").encode()


def _stripped(cell: Mapping[str, Any], name: str) -> dict[str, Any]:
    metadata = {key: cell["metadata"][key] for key in CELL_METADATA if key in cell["metadata"]}
    jupyter = cell["metadata"].get("jupyter", {})
    kept = {key: jupyter[key] for key in JUPYTER_METADATA if key in jupyter}
    made: dict[str, Any] = {
        "cell_type": cell["cell_type"],
        "id": name,
        "metadata": {**metadata, **({"jupyter": kept} if kept else {})},
        "source": _text(cell["source"]),
    }
    if cell["cell_type"] == "code":
        made |= {"outputs": [], "execution_count": None}
    if cell.get("attachments"):
        made["attachments"] = cell["attachments"]
    return made


def _id(cell: Mapping[str, Any], index: int, taken: set[str]) -> str:
    """The cell's own id where it has a proper one, otherwise its grade id or its number."""
    own = cell.get("id")
    grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
    for name in (own, grade_id, f"cell-{index}"):
        if isinstance(name, str) and CELL_ID.fullmatch(name) and name not in taken:
            taken.add(name)
            return name
    return _id({"metadata": {}, "id": f"cell-{index}-again"}, index, taken)


def _notebook_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    kernel = metadata.get("kernelspec", {})
    name = kernel.get("name", "python3")
    return {
        "kernelspec": {
            "display_name": kernel.get("display_name", "Python 3 (ipykernel)"),
            "language": kernel.get("language", "python"),
            "name": name,
        },
        "language_info": {"name": metadata.get("language_info", {}).get("name", "python")},
    }


def _text(source: Any) -> str:
    return "".join(source) if isinstance(source, list) else str(source)
