"""What lies beside a notebook is in the child's working directory, in every child, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom.executors import Sequential
from autograder.classroom.handed_in import Submission
from autograder.classroom.run import tasks
from autograder.classroom.work import perform
from autograder.course.assignment import Exercise
from autograder.course.settings import Settings
from autograder.errors import SandboxBroken
from autograder.model import Limits, Returned
from autograder.runner import Grader
from autograder.sandbox.jailed import Jailed, Sandbox
from tests.runner.made_up import DOUBLES, assignment, write_notebook
from tests.sandbox.sessions import QUICK, call, notebook

FILES = {
    "helper.py": b"def twice(x):\n    return 2 * x",
    "data/points.csv": b"1,2\n",
    "binary": bytes(range(256)),
    "empty.txt": b"",
    "pack/__init__.py": b"from .inner import three",
    "pack/inner.py": b"three = 3",
}
USES = (
    "from helper import twice\nfrom pack import three",
    "def f(x):\n    return twice(three), open('data/points.csv').read(), open('binary', 'rb').read() == bytes(range(256))",
)


def value(session: Jailed) -> Any:
    outcome = call(session, "f", x=1)
    assert isinstance(outcome, Returned), outcome
    return outcome.value


def test_cells_find_modules_data_and_folders(jailed: Jailed) -> None:
    cells = jailed.run(replace(notebook(*USES), files=FILES))
    assert [cell.raised for cell in cells] == [None, None]
    assert value(jailed) == (6, "1,2\n", True)


def test_a_fresh_child_finds_them_again_as_they_were(jailed: Jailed) -> None:
    spoils = "open('helper.py', 'w').write('def twice(x): return 0')"
    jailed.run(replace(notebook(*USES, "def g(x): " + spoils), files=FILES))
    call(jailed, "g", x=1)
    jailed.renew()
    assert value(jailed) == (6, "1,2\n", True)


def test_no_other_submission_finds_them(sandbox: Sandbox) -> None:
    for files, there in ((FILES, True), ({}, False)):
        session = sandbox.session(QUICK)
        session.run(replace(notebook("import os\ndef f(x): return sorted(os.listdir())"), files=files))
        assert ("helper.py" in value(session)) is there
        session.close()


def test_as_much_as_may_come_along_fits_and_costs_the_submission_nothing(sandbox: Sandbox) -> None:
    from autograder.course.assignment import DECLARED_CAP
    from autograder.submission.beside import TOTAL_CAP

    much = {f"part-{number}": bytes(1 << 20) for number in range((TOTAL_CAP + DECLARED_CAP) >> 20)}
    session = sandbox.session(Limits())
    session.run(replace(notebook("import os\ndef f(x): return len(os.listdir())"), files=much))
    assert value(session) == len(much)
    session.close()


def test_files_that_cannot_be_written_are_the_graders_fault(sandbox: Sandbox) -> None:
    session = sandbox.session(QUICK)
    with pytest.raises(SandboxBroken, match="could not be written"):
        session.run(replace(notebook("1"), files={"x" * 300: b""}))
    session.close()


def test_a_submission_with_a_module_of_its_own_has_its_points_wherever_it_is_graded(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    folder = tmp_path / "ada" / "made_up"
    folder.mkdir(parents=True)
    path = write_notebook(folder / "made_up.ipynb", "from helper import double\nfrom given import one")
    (folder / "helper.py").write_text("from given import one\ndef double(x):\n    return 2 * one * x")
    (folder / "random.py").write_text("1 / 0")
    source = replace(
        assignment(Exercise("double", "double_checks", 3.0, manual=False)), files={"given.py": b"one = 1"}
    )
    grader = Grader(source, Settings(seed=11), sandbox, checks=(DOUBLES,))
    scores = []
    for carries in (False, True):
        executor = replace(Sequential(grader), carries=carries)
        (task,) = tasks([Submission("ada", path)], executor)
        assert (task.folder is None) is carries
        scores.append(perform(grader, task).graded.score)
    assert scores[0] == scores[1]
    assert scores[0].score == 3.0
    assert any("random.py (it would hide the module random" in note for note in scores[0].notes)
    assert scores[0].receipt is not None
    assert [each.name for each in scores[0].receipt.files] == ["made_up.ipynb", "helper.py"]
