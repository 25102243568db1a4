"""Staff are told of cells that were lost, students of what is not there for that reason."""

from __future__ import annotations

from pathlib import Path

from autograder.course.settings import Settings
from autograder.model import CellResult, Crashed, Limits, TimedOut
from autograder.runner import Grader, lost_cells
from autograder.sandbox.jailed import Sandbox
from autograder.sandbox.outcomes import cell_failed
from tests.runner.made_up import DOUBLES, assignment, write_notebook
from tests.runner.test_submission import DOUBLE

LATE = cell_failed(3, TimedOut(10))
GONE = cell_failed(5, Crashed("ended its process (SIGSEGV)"))
FINE = CellResult(0, ({"output_type": "stream", "name": "stdout", "text": "fine"},))


def test_without_lost_cells_nothing_is_said() -> None:
    assert lost_cells.notes([FINE]) == ()


def test_staff_are_told_of_each() -> None:
    assert lost_cells.notes([FINE, LATE, GONE]) == (
        "Cell 3 used up its 10 seconds. It was left out.",
        "Cell 5 ended its process (SIGSEGV). It was left out.",
    )


def test_an_endless_cell_is_named_to_its_student(tmp_path: Path) -> None:
    limits = Limits(cell_seconds=0.5)
    path = write_notebook(
        tmp_path / "made_up.ipynb", "x = 1", "def double(x):\n    return 2 * x\nwhile True: pass"
    )
    with Sandbox() as sandbox:
        grader = Grader(assignment(DOUBLE), Settings(seed=11, limits=limits), sandbox, checks=[DOUBLES])
        score = grader.grade(path, "ada").score
    assert score.notes == ("Cell 1 used up its 0.5 seconds. It was left out.",)
    (cause,) = score.exercises[0].causes
    assert cause.what == "Cell 1 used up its 0.5 seconds. So double is not there."
    assert cause.cell == 1
