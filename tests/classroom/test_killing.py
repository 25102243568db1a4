"""Killed at any point, the next run ends with the same bytes as one that nobody disturbed. So do two at once."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom.handed_in import submissions
from autograder.classroom.journal import Journal
from autograder.classroom.run import results
from autograder.nbgrader_bridge import recorder
from autograder.runner import Grader
from tests.classroom.conftest import RIGHT, TRIPLE, hand_in
from tests.nbgrader_bridge.tiny_course import CONFIG, source_notebook

Make = Callable[..., Grader]
POINTS = {"double": 3.0, "triple": 2.0}
CLASS = {"ada": (RIGHT, TRIPLE), "bob": ("def double(x):\n    return x", TRIPLE)}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    import nbformat

    root = tmp_path / "course"
    source = root / "assignments" / "made_up"
    source.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    nbformat.write(source_notebook(POINTS), source / "made_up.ipynb")
    for student, sources in CLASS.items():
        hand_in(root, student, *sources)
    return root


def grade(course: Path, grader: Grader) -> None:
    """What `autograder grade` does with each result."""
    journal = Journal(course, grader)
    with recorder(course, "made_up") as book:
        for done in results(grader, submissions(course, "made_up"), course, journal=journal):
            student = done.graded.score.student
            if not (journal.entered(done.graded, book.circumstances(student)) and book.knows(student)):
                assert book.enter(student, done.graded).failure is None
                journal.note_entered(done.graded, book.circumstances(student))


def state(course: Path) -> dict[str, Any]:
    """All that a run leaves behind: files by content, and the grade book's grades. Times and ids apart."""
    kept = ("results", "pages", "journal")
    paths = [each for name in kept for each in (course / ".autograder" / name).rglob("*")]
    paths += (course / "autograded").rglob("*.ipynb")
    files = {str(each.relative_to(course)): each.read_bytes() for each in paths if each.is_file()}
    with sqlite3.connect(course / "gradebook.db") as book:
        query = "select auto_score, manual_score, needs_manual_grade from grade order by auto_score"
        grades = book.execute(query).fetchall()
        students = book.execute("select id from student order by id").fetchall()
    return {
        **{name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "": (grades, students),
    }


def killed_after(steps: int, work: Callable[[], None]) -> bool:
    """Does the work in a child that is killed before its step number `steps`; whether it came so far.

    A step is whatever changes the disk: a file put in place, a directory moved or made, a transaction committed.
    """
    child = os.fork()
    if child == 0:
        try:
            _kill_at(steps)
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def _kill_at(steps: int) -> None:
    import sqlalchemy.orm

    left = [steps]

    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*arguments, **options)

        return step

    for name in ("replace", "rename", "mkdir", "rmdir", "unlink"):
        setattr(os, name, counted(getattr(os, name)))
    sqlalchemy.orm.Session.commit = counted(sqlalchemy.orm.Session.commit)  # type: ignore[method-assign]


@pytest.fixture
def undisturbed(course: Path, make_grader: Make, tmp_path: Path) -> dict[str, Any]:
    import shutil

    twin = tmp_path / "undisturbed" / "course"
    shutil.copytree(course, twin)
    grade(twin, make_grader())
    return state(twin)


def steps() -> Iterator[int]:
    """Each run is killed a little later than the one before; what that one has done, it need not do."""
    return count(1, 2)


def test_killed_at_many_points_the_next_run_ends_with_the_same_bytes(
    course: Path, make_grader: Make, undisturbed: dict[str, Any]
) -> None:
    """One course, killed again and again, each time at another step; then a run that is left alone."""
    kills = 0
    for step in steps():
        if not killed_after(step, lambda: grade(course, make_grader())):
            break
        kills += 1
        assert kills < 40, "it never comes to an end"
    assert kills >= 10
    grade(course, make_grader())
    assert state(course) == undisturbed


def test_two_graders_at_once_do_no_harm(course: Path, make_grader: Make, undisturbed: dict[str, Any]) -> None:
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                grade(course, make_grader())
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    assert state(course) == undisturbed
