#!/usr/bin/env bash
# Software   otter-grader 7.0.0, numpy 2.4.6.
# Guess      The autograder's setting "seed" seeds the run once. Two cells that draw noise still draw different noise.
# Behaviour  The seed is set again at the top of every cell: each cell draws the same numbers. A test that two samples differ,
#            such as a support and a query set, fails for a right notebook, and only while grading.
# Seen       without a seed: 1.0 of 1    with a seed: 0 of 1
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    otter-grader==7.0.0 numpy==2.4.6 ipykernel==7.4.0
export HOME="$room" PATH="$room/venv/bin:$PATH"
cd "$room"

python - <<'PY'
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from otter.execute import grade_notebook

Path("tests").mkdir()
Path("tests/q1.py").write_text(
    """
OK_FORMAT = True
test = {
    "name": "q1",
    "points": 1,
    "suites": [{"type": "doctest", "cases": [{"code": ">>> bool((support != query).any())\\nTrue"}]}],
}
"""
)
sources = ["import numpy", "support = numpy.random.rand(5)", "query = numpy.random.rand(5)"]
nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), "submission.ipynb")


def score(seed):
    results = grade_notebook(
        "submission.ipynb", tests_glob=["tests/q1.py"], cwd=".", test_dir="tests", seed=seed, force_python3_kernel=True
    )
    return results.total


seen = score(None), score(7)
print(f"without a seed: {seen[0]} of 1")
print(f"with a seed: {seen[1]} of 1")
sys.exit(0 if seen == (1, 0) else "the behaviour has changed")
PY
