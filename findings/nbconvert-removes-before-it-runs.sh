#!/usr/bin/env bash
# Software   nbconvert 7.17.2, nbclient 0.11.0, ipykernel 7.4.0.
# Guess      `nbconvert --execute` with cells to remove by tag runs the whole notebook, then leaves the tagged cells out of
#            what it writes.
# Behaviour  The cells are removed first and the rest is run without them: what they define is missing. Clearing of outputs
#            is early too: with --execute it clears the old outputs, and the new ones stay.
# Seen       all cells: '42'    tagged cell removed: NameError: name 'answer' is not defined    outputs cleared: '42'
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    nbconvert==7.17.2 nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0
export HOME="$room" PATH="$room/venv/bin:$PATH"
cd "$room"

python - <<'PY'
import sys

import nbformat
from nbclient.exceptions import CellExecutionError
from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

notebook = new_notebook(
    cells=[
        new_code_cell("answer = 42", metadata={"tags": ["solution"]}),
        new_code_cell("print(answer)"),
    ]
)
notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}


def last_output(**settings):
    config = Config({"ExecutePreprocessor": {"enabled": True}} | settings)
    try:
        written, _ = NotebookExporter(config=config).from_notebook_node(notebook)
    except CellExecutionError as error:
        return f"{error.ename}: {error.evalue}"
    return "".join(output.text for output in nbformat.reads(written, as_version=4).cells[-1].outputs).strip()


seen = {
    "all cells": last_output(),
    "tagged cell removed": last_output(TagRemovePreprocessor={"enabled": True, "remove_cell_tags": {"solution"}}),
    "outputs cleared": last_output(ClearOutputPreprocessor={"enabled": True}),
}
for setting, output in seen.items():
    print(f"{setting}: {output!r}")
expected = ["42", "NameError: name 'answer' is not defined", "42"]
sys.exit(0 if list(seen.values()) == expected else "the behaviour has changed")
PY
