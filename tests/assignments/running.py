"""Runs a source notebook from top to bottom, as a student or as the grader would."""

from __future__ import annotations

import os
from copy import deepcopy
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.environment import JAIL

ROOT = Path(__file__).parents[2]


def run(
    source: NotebookNode, folder: Path, *, skip_training: bool, graded: bool, probe: str = ""
) -> NotebookNode:
    """Executes a copy of the notebook in `folder`, then `probe`, whose output is that of the last cell.

    In a `graded` run `check` does nothing, as in the grader's sandbox.
    """
    notebook = deepcopy(source)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = f"skip_training = {skip_training}"
    notebook.cells.append(nbformat.v4.new_code_cell(probe, id="probe"))
    paths = [os.environ.get("PYTHONPATH", ""), str(ROOT)]
    # One thread: on a busy machine two wait for each other most of the time.
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "OMP_NUM_THREADS": "1"}
    if graded:
        env[JAIL] = "1"
    resources = {"metadata": {"path": str(folder)}}
    return NotebookClient(notebook, timeout=900, resources=resources).execute(env=env)
