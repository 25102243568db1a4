#!/usr/bin/env bash
# Software   nbgrader 0.9.6, with torch 2.13.0 and numpy 2.4.6.
# Guess      A test cell may end in a number between 0 and its points: partial credit. A tensor or a numpy scalar of the
#            same value counts the same, or is refused with an error.
# Behaviour  The printed form of the result goes through float(). What does not read as a float, "tensor(0.)" or
#            "np.float64(0.0)", is no partial credit, and a cell without an error gets all its points: nothing becomes full.
# Seen       0.0 -> 0.0    torch.tensor(0.0) -> 1.0    numpy.float64(0.0) -> 1.0
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    nbgrader==0.9.6 ipykernel==7.4.0 torch==2.13.0 numpy==2.4.6
export HOME="$room" PATH="$room/venv/bin:$PATH"
cd "$room"

cat > nbgrader_config.py <<'PY'
c = get_config()
c.CourseDirectory.course_id = "course"
PY

python - <<'PY'
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook


def locked(grade_id, source, **more):
    mark = {"grade_id": grade_id, "schema_version": 3, "grade": False, "solution": False, "locked": True, "task": False}
    return new_code_cell(source, metadata={"nbgrader": mark | more})


results = {"float": "0.0", "tensor": "torch.tensor(0.0)", "numpy": "numpy.float64(0.0)"}
cells = [locked("imports", "import numpy, torch")]
cells += [locked(name, source, grade=True, points=1) for name, source in results.items()]
notebook = new_notebook(cells=cells)
notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
for folder in ("source/homework", "submitted/student/homework"):
    Path(folder).mkdir(parents=True)
    nbformat.write(notebook, f"{folder}/exercise.ipynb")
PY

nbgrader generate_assignment homework --create > log 2>&1 || { cat log; exit 1; }
nbgrader autograde homework --create > log 2>&1 || { cat log; exit 1; }

python - <<'PY'
import sys

from nbgrader.api import Gradebook

with Gradebook("sqlite:///gradebook.db") as book:
    notebook = book.find_submission_notebook("exercise", "homework", "student")
    seen = {grade.name: grade.auto_score for grade in notebook.grades}
print("points of 1 for a result of zero:", seen)
sys.exit(0 if seen == {"float": 0.0, "tensor": 1.0, "numpy": 1.0} else "the behaviour has changed")
PY
