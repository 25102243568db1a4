#!/usr/bin/env bash
# Software   nbgrader 0.9.6, ipykernel 7.4.0.
# Guess      Two test cells with the same source, the same right answer and no error get the same points: full ones.
# Behaviour  Anything on stderr makes a test cell worth 0, and Python shows a warning once per place. The cell that happens
#            to call the function first loses all its points, its twin below keeps them.
# Seen       first 0.0    second 1.0
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check nbgrader==0.9.6 ipykernel==7.4.0
export HOME="$room" PATH="$room/venv/bin:$PATH"
cd "$room"

cat > nbgrader_config.py <<'PY'
c = get_config()
c.CourseDirectory.course_id = "course"
PY
cat > distances.py <<'PY'
import warnings


def squared(x):
    warnings.warn("squared() takes a faster path from version 2 on")
    return x * x
PY

python - <<'PY'
from pathlib import Path
from shutil import copy

import nbformat
from nbformat.v4 import new_code_cell, new_notebook


def locked(grade_id, source, **more):
    mark = {"grade_id": grade_id, "schema_version": 3, "grade": False, "solution": False, "locked": True, "task": False}
    return new_code_cell(source, metadata={"nbgrader": mark | more})


cells = [locked("imports", "from distances import squared")]
cells += [locked(name, "assert squared(3) == 9", grade=True, points=1) for name in ("first", "second")]
notebook = new_notebook(cells=cells)
notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
for folder in ("source/homework", "submitted/student/homework"):
    Path(folder).mkdir(parents=True)
    nbformat.write(notebook, f"{folder}/exercise.ipynb")
    copy("distances.py", folder)
PY

nbgrader generate_assignment homework --create > log 2>&1 || { cat log; exit 1; }
nbgrader autograde homework --create > log 2>&1 || { cat log; exit 1; }

python - <<'PY'
import sys

from nbgrader.api import Gradebook

with Gradebook("sqlite:///gradebook.db") as book:
    notebook = book.find_submission_notebook("exercise", "homework", "student")
    seen = {grade.name: grade.auto_score for grade in notebook.grades}
print("points of 1 for the same cell, twice:", seen)
sys.exit(0 if seen == {"first": 0.0, "second": 1.0} else "the behaviour has changed")
PY
