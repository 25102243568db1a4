"""A grader that is killed in the middle of a class leaves no process and no half-written file, and what it finished counts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.classroom.writing import result_path
from autograder.course.folders import WORKSHOP
from autograder.feedback.json import from_json
from tests.hostile import course
from tests.sandbox.sessions import descendants, living, soon

ROOT = Path(__file__).resolve().parents[2]
STUDENTS = 40

GRADER = """
import sys
from pathlib import Path
from autograder.classroom.handed_in import submissions
from autograder.classroom.run import grade
from autograder.sandbox.jailed import Sandbox
from tests.hostile import course

folder = Path(sys.argv[1])
with Sandbox() as sandbox:
    grader = course.grader(sandbox)
    for graded in grade(grader, submissions(folder, course.NAME), folder):
        print(graded.score.student, flush=True)
"""


@pytest.mark.parametrize("finished", [1, 3])
def test_a_killed_grader_leaves_whole_results_and_no_process(tmp_path: Path, finished: int) -> None:
    for number in range(STUDENTS):
        course.hand_in(tmp_path / "submitted" / f"s{number:02}" / course.NAME, course.document())
    line = [sys.executable, "-c", GRADER, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        told = [grader.stdout.readline().strip() for _ in range(finished)]
        below = descendants(grader.pid)
        assert len(below) >= 2  # bubblewrap and a zygote, or a zygote and a child
        grader.send_signal(signal.SIGKILL)
    assert soon(lambda: not living(below)), living(below)
    workshop = tmp_path / WORKSHOP
    assert told == [f"s{number:02}" for number in range(finished)]
    for path in workshop.rglob("*"):
        if path.is_file():
            assert path.suffix in (".json", ".html"), path
            assert path.suffix == ".json" or path.read_text().rstrip().endswith("</html>")
            assert path.suffix == ".html" or json.loads(path.read_text())
    for student in told:
        result = from_json(result_path(tmp_path, student, course.NAME).read_text())
        assert (result.status, result.student) == ("graded", student)
    assert len(list((workshop / "results").iterdir())) < STUDENTS


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from autograder.atomic import write_text

path, text = Path(sys.argv[1]), "x" * 5_000_000
os.write(1, b"go")
while True:
    write_text(path, text)
"""


def test_a_result_is_whole_or_not_there(tmp_path: Path) -> None:
    """Killed while it writes large files without end: what is there is whole, and nothing lies beside it."""
    path = tmp_path / "folder" / "result.json"
    for _ in range(4):
        line = [sys.executable, "-c", KILLED_WHILE_WRITING, str(path)]
        with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.read(2) == b"go"
            soon(path.exists, 5.0)
            writer.send_signal(signal.SIGKILL)
        for each in path.parent.iterdir():
            assert each.stat().st_size == 5_000_000, each
