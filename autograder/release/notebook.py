"""The source notebook -> the student's: the term's variant, the course's limits, nbgrader's student version, and nothing
that is not theirs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder import __version__, conditions, nbgrader_bridge, settings, variants
from autograder.errors import AssignmentError
from autograder.release import requirements

# What of a cell's and of a notebook's metadata is the course's; the rest says how and where somebody edited it.
CELL_METADATA = ("nbgrader", "tags", "deletable", "editable")
JUPYTER_METADATA = ("source_hidden",)
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def student_version(source: Path, course: Path, assignment: str, variant: int | None) -> dict[str, Any]:
    """The student's notebook as JSON. Raises AssignmentError and CourseError."""
    document = as_json(source)
    decided = settings.read(course)
    versions = {**requirements.pins(course), "fewlabels": __version__}
    for cell in document["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == conditions.GRADE_ID:
            cell["source"] = conditions.restated(cell["source"], decided, versions)
    recipe = variants.read(source)
    if variant is not None:
        picked = recipe.pick(variant)
        for cell in document["cells"]:
            cell["source"] = variants.apply(cell["source"], picked)
    released = nbgrader_bridge.student_version(document, course, assignment, source.stem)
    return stripped(dict(released))


def as_json(path: Path) -> dict[str, Any]:
    """A notebook file of nbformat 4 as JSON, each source in one piece. Raises AssignmentError."""
    return parsed(path.read_bytes(), str(path))


def parsed(data: bytes, file: str) -> dict[str, Any]:
    """The same of a file's bytes."""
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
    """Without outputs, execution counts and metadata of editors; with an id for every cell, the same every time."""
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
    """The bytes of a notebook file: sorted keys, sources by lines as Jupyter writes them."""
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
