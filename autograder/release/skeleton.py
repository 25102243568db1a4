"""A new assignment that is in order as it stands: one exercise, its laws, right and wrong programs. Then make it yours."""

from __future__ import annotations

import json
import keyword
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.course import folders
from autograder.course.settings import Settings
from autograder.errors import UsageError
from autograder.release import requirements
from autograder.student import graded_with
from autograder.version import __version__

TEMPLATES = Path(__file__).parent / "templates"
WORD = "ASSIGNMENT"  # stands for the name in the templates
NAME = re.compile(r"[a-z][a-z0-9_]*")


def files(name: str, course: Path) -> dict[str, bytes]:
    """Return path in the course -> contents, of a new assignment. Raises UsageError for a name that cannot be one."""
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(
            f"{name!r} cannot be the name of an assignment.",
            remedy="It names folders and Python packages: small letters, digits and _, a letter first.",
        )
    places = folders.layout(course)
    made = {
        f"{folder.format(name=name)}/{path.relative_to(TEMPLATES / kind).as_posix().removesuffix('.txt')}": _filled(
            path, name
        )
        for kind, folder in places.items()
        for path in sorted((TEMPLATES / kind).rglob("*.txt"))
    }
    notebook = json.dumps(_notebook(name, course), indent=1, ensure_ascii=False) + "\n"
    made[f"{places['assignment'].format(name=name)}/{name}.ipynb"] = notebook.encode()
    if not folders.is_checkout(course) and not (course / "nbgrader_config.py").exists():
        made["nbgrader_config.py"] = _filled(TEMPLATES / "nbgrader_config.py.txt", name)
    return made


def write(name: str, course: Path, made: Mapping[str, bytes]) -> None:
    """Write the files `made` (path -> contents) of the assignment `name` into the directory `course`.

    All folders of the assignment are new, or nothing is written. Raises UsageError where one is there.
    """
    parents = {Path(path).parent for path in made if "/" in path}
    folders = sorted(str(each) for each in parents if not parents & set(each.parents))
    there = [folder for folder in folders if (course / folder).exists()]
    if there:
        raise UsageError(
            f"An assignment {name} is there already: {', '.join(there)}.",
            remedy="Take another name, or remove what is left of it.",
            file=str(course),
        )
    with tempfile.TemporaryDirectory(dir=course, prefix=".new-") as aside:
        for path, data in made.items():
            target = Path(aside) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        done: list[Path] = []
        try:
            for each in (*folders, *(path for path in made if "/" not in path)):
                (course / each).parent.mkdir(parents=True, exist_ok=True)
                (Path(aside) / each).rename(course / each)
                done.append(course / each)
        except BaseException:
            for each_done in done:
                shutil.rmtree(each_done) if each_done.is_dir() else each_done.unlink()
            raise


def _filled(path: Path, name: str) -> bytes:
    return path.read_text(encoding="utf-8").replace(WORD, name).encode()


# --- the notebook ----------------------------------------------------------------------------------------------------

TITLE = """\
# {title}

A first notebook of one exercise. Write here what students will be able to do at the end, and why they should want to.

**How this notebook works.** Write your code where it says `# YOUR CODE HERE` and remove the line `raise NotImplementedError()`. The \
cell `check("centred")` calls your function with many inputs and shows you the smallest one that breaks a law."""
IMPORTS = """\
import torch

from autograder import assignment, graded_with

check = assignment("{name}")"""
STATED = "# What your notebook will be graded with. There is nothing to do here; a release writes the course's own limits.\n"
PARAMETERS = """\
# Where training takes long: with True, the notebook loads what was saved. The grader always sets this to True.
skip_training = False"""
DATA = "points = torch.randn(30, 2, generator=torch.Generator().manual_seed(1)) + torch.tensor([3.0, -1.0])"
TEXT = """\
## Exercise 1: centred points (2 points)

Write `centred(points)`. It moves all points by one vector, so that their mean is the origin.

| | shape | |
|---|---|---|
| `points` | (n, d) | floating point, a row for each point, n at least 1 |
| returns | (n, d) | the moved points, of the same dtype |

- The points that are handed over stay as they are."""
SOLUTION = '''\
def centred(points):
    """The points, moved so that their mean is the origin.

    Args:
        points (n, d): a row for each point.

    Returns:
        moved (n, d)
    """
    ### BEGIN SOLUTION
    return points - points.mean(dim=0)
    ### END SOLUTION'''
CHECK = 'check("centred")'
LOOK = """\
print("mean before:", points.mean(dim=0))
print("mean after: ", centred(points).mean(dim=0))"""
END = """\
## Before you submit

*Restart Kernel and Run All Cells*: the notebook runs to the end, and every check passes. Keep the names of functions and
arguments, and do not delete cells."""


def _notebook(name: str, course: Path) -> dict[str, Any]:
    title = name.replace("_", " ").capitalize()
    versions = {"fewlabels": __version__, "torch": requirements.pins(course)["torch"]}
    limits = graded_with.cell(Settings(), versions)
    cells = [
        _cell("markdown", "title", TITLE.format(title=title)),
        _cell("code", "imports", IMPORTS.format(name=name), _marks("imports", locked=True)),
        _cell("code", "graded-with", STATED + limits, _marks(graded_with.GRADE_ID, locked=True)),
        _cell("code", "parameters", PARAMETERS, {"tags": ["parameters"]}),
        _cell("code", "data", DATA, _marks("data", locked=True)),
        _cell("markdown", "centred-text", TEXT),
        _cell("code", "centred", SOLUTION, _marks("centred", solution=True)),
        _cell("code", "centred-checks", CHECK, _marks("centred_checks", grade=True, locked=True, points=2)),
        _cell("code", "centred-look", LOOK),
        _cell("markdown", "before-you-submit", END),
    ]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _marks(grade_id: str, **marks: Any) -> dict[str, Any]:
    plain = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3}
    return {"nbgrader": {**plain, "grade_id": grade_id, **marks}}


def _cell(kind: str, name: str, source: str, metadata: Mapping[str, Any] | None = None) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": dict(metadata or {})}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return {**cell, "source": source.splitlines(keepends=True)}
