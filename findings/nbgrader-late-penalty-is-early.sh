#!/usr/bin/env bash
# Software   nbgrader 0.9.6.
# Guess      Under the late policy "zero" a late submission ends with 0, whatever is marked by hand afterwards.
# Behaviour  The penalty is a number, taken from the score at the end of autograding and stored. Points given by hand come
#            later and are never penalised: the late student keeps them all, in the grade book and in the export.
# Seen       after autograding: score 2.0, penalty 2.0    after marking: score 6.0, penalty 2.0, exported 4.0
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
c.LateSubmissionPlugin.penalty_method = "zero"
PY

python - <<'PY'
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

mark = {"schema_version": 3, "grade": True, "task": False}
test = {"grade_id": "test", "points": 2, "solution": False, "locked": True}
essay = {"grade_id": "essay", "points": 4, "solution": True, "locked": False}
cells = [
    new_code_cell("assert 1 + 1 == 2", metadata={"nbgrader": mark | test}),
    new_markdown_cell("Why is the mean a good prototype?", metadata={"nbgrader": mark | essay}),
]
notebook = new_notebook(cells=cells)
notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
Path("source/homework").mkdir(parents=True)
nbformat.write(notebook, "source/homework/exercise.ipynb")
cells[1].source = "It minimises the sum of squared distances."
Path("submitted/student/homework").mkdir(parents=True)
nbformat.write(notebook, "submitted/student/homework/exercise.ipynb")
Path("submitted/student/homework/timestamp.txt").write_text("2026-01-02 12:00:00 UTC")
PY

nbgrader generate_assignment homework --create > log 2>&1 || { cat log; exit 1; }
nbgrader db assignment add homework --duedate "2026-01-01 12:00:00 UTC" > log 2>&1 || { cat log; exit 1; }
nbgrader autograde homework --create > log 2>&1 || { cat log; exit 1; }

python - <<'PY'
from nbgrader.api import Gradebook

with Gradebook("sqlite:///gradebook.db") as book:
    late = book.find_submission("homework", "student")
    print("after autograding: score", late.score, "penalty", late.late_submission_penalty)
    grade = book.find_grade("essay", "exercise", "homework", "student")
    grade.manual_score, grade.needs_manual_grade = 4, False
    book.db.commit()
PY
nbgrader export > log 2>&1 || { cat log; exit 1; }

python - <<'PY'
import csv
import sys

(row,) = csv.DictReader(open("grades.csv"))
seen = [float(row[column]) for column in ("raw_score", "late_submission_penalty", "score")]
print("after marking: score, penalty, exported:", seen)
sys.exit(0 if seen == [6.0, 2.0, 4.0] else "the behaviour has changed")
PY
