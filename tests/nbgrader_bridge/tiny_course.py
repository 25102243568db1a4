"""A made-up course of three small exercises and one written answer, with a real grade book."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback

from autograder.model import CellResult, CheckResult, ExerciseResult, Failure, Graded, Score, Verdict
from autograder.nbgrader_bridge import Recorded, prepared, record
from autograder.nbgrader_bridge.configuration import Course, course_config

POINTS = {"add": 3.0, "double": 2.0, "greet": 2.5}
CONFIG = """
from autograder.nbgrader_bridge import configure
c = get_config()
c.CourseDirectory.source_directory = "assignments"
configure(c)
"""

SOLVED = {"add": "return x + 1", "double": "return 2 * x", "greet": "return [x, x]"}

CHECKS = '''
from hypothesis import strategies as st
from autograder.laws.vocabulary import Violation, Law, function
from autograder.laws.registry import check

def of(name, right):
    asked = function(name, "x")

    def comes_out(x):
        """What was asked for comes out."""
        return Law((asked(x),), lambda out: None if out == right(x) else Violation("It is something else."))

    def whatever_comes_out(x):
        """Something comes out."""
        return Law((asked(x),), lambda out: None if out is not None else Violation("Nothing came out."))

    for law in (comes_out, whatever_comes_out):
        law.__module__ = __name__
        check(asked, x=st.integers(0, 9), examples=4)(law)

of("add", lambda x: x + 1)
of("double", lambda x: 2 * x)
of("greet", lambda x: [x, x])
'''

Edit = Callable[[nbformat.NotebookNode], None]


class Mark(NamedTuple):
    automatic: float | None
    manual: float | None
    waits: bool


def labelled(cell: nbformat.NotebookNode, grade_id: str, **flags: Any) -> nbformat.NotebookNode:
    label = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    cell.metadata["nbgrader"] = {**label, "grade_id": grade_id, **flags}
    return cell


def source_notebook(points: Mapping[str, float] = POINTS) -> nbformat.NotebookNode:
    cells = [
        new_markdown_cell("# Tiny\n<div style='color: red'>The course may write HTML.</div>", id="title")
    ]
    for name in points:
        body = f"def {name}(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"
        cells.append(labelled(new_code_cell(body, id=f"s-{name}"), name, solution=True))
        check = new_code_cell(f'check("{name}")', id=f"c-{name}")
        cells.append(labelled(check, f"{name}_checks", grade=True, locked=True, points=points[name]))
    written = new_markdown_cell("Why?\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION", id="w")
    cells.append(labelled(written, "written", grade=True, solution=True, points=1.0))
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


def result(name: str, points: float, **changes: Any) -> ExerciseResult:
    verdict: Verdict = "holds" if points == POINTS[name] else "falsified"
    check = CheckResult(name="law", law=f"{name} does it.", visibility="public", weight=1, verdict=verdict)
    exercise = ExerciseResult(name=name, points=points, max_points=POINTS[name], blame=None, checks=(check,))
    return replace(exercise, **changes)


def score_of(student: str, exercises: tuple[ExerciseResult, ...], **changes: Any) -> Score:
    score = Score(
        assignment="tiny",
        student=student,
        status="pending",
        score=sum(exercise.points for exercise in exercises),
        max_score=8.5,
        pending_points=1.0,
        seed=1,
        sandbox="none",
        device="cpu",
        versions={},
        exercises=exercises,
    )
    return replace(score, **changes)


def graded_as(
    student: str,
    add: float = 3.0,
    double: float = 2.0,
    greet: float = 2.5,
    cells: tuple[CellResult, ...] = (),
    **changes: Any,
) -> Graded:
    points = {"add": add, "double": double, "greet": greet}
    exercises = tuple(result(name, points[name]) for name in points)
    return Graded(score_of(student, exercises, **changes), cells=cells)


def ungraded(student: str, blame: Any = "grader") -> Graded:
    failure = Failure(blame=blame, what="It broke.", remedy="Try again.")
    return graded_as(student, 0, 0, 0, status="ungraded", score=None, error=failure)


def solve(*names: str) -> Edit:
    def edit(notebook: nbformat.NotebookNode) -> None:
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in names:
                cell.source = f"import sys\nprint('hm', file=sys.stderr)\ndef {name}(x):\n    {SOLVED[name]}"
            elif name in SOLVED:
                cell.source = f"def {name}(x):\n    return 'wrong'"

    return edit


@dataclass(frozen=True)
class TinyCourse:
    root: Path

    @property
    def db_url(self) -> str:
        return f"sqlite:///{self.root / 'gradebook.db'}"

    def folder(self, student: str) -> Path:
        folder = self.root / "submitted" / student / "tiny"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def submit(self, student: str, edit: Edit | None = None, file: str = "tiny.ipynb") -> Path:
        """Hands in the student version, after `edit`."""
        notebook = nbformat.read(self.root / "release" / "tiny" / "tiny.ipynb", as_version=4)
        if edit is not None:
            edit(notebook)
        path = self.folder(student) / file
        path.write_text(nbformat.writes(notebook), encoding="utf-8")
        return path

    def record(self, *results: Graded, **options: Any) -> dict[str, Recorded]:
        by_student = {graded.score.student: graded for graded in results}
        return {done.student: done for done in record(self.root, "tiny", by_student, **options)}

    def nbgrader_autograde(self, *results: Graded, prepare: bool = True, student: str = "*") -> None:
        """nbgrader's own converter with the course's own configuration, as `nbgrader autograde --force` runs it.

        prepare     hand over `results`; otherwise the engine grades
        """
        config = course_config(self.root)
        course = Course(config=config, root=str(self.root), assignment_id="tiny", student_id=student)
        log = logging.Logger("quiet")
        log.addHandler(logging.NullHandler())
        handed = {(each.score.student, "tiny", "tiny"): each for each in results}
        with prepared(handed) if prepare else nullcontext():
            Autograde(coursedir=course, config=config, log=log, force=True).start()

    def nbgrader_feedback(self) -> None:
        config = course_config(self.root)
        course = Course(config=config, root=str(self.root), assignment_id="tiny")
        GenerateFeedback(coursedir=course, config=config, force=True).start()

    def marks(self, student: str) -> dict[str, Mark]:
        with closing(Gradebook(self.db_url)) as book:
            [notebook] = book.find_submission("tiny", student).notebooks
            return {
                grade.name: Mark(grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                for grade in notebook.grades
            }

    def mark_by_hand(self, student: str, grade_id: str, score: float) -> None:
        """As formgrader does it."""
        with closing(Gradebook(self.db_url)) as book:
            grade = book.find_grade(grade_id, "tiny", "tiny", student)
            grade.manual_score = score
            grade.needs_manual_grade = False
            book.db.commit()

    def autograded(self, student: str) -> nbformat.NotebookNode:
        return nbformat.read(self.root / "autograded" / student / "tiny" / "tiny.ipynb", as_version=4)

    def autograded_cell(self, student: str, grade_id: str) -> nbformat.NotebookNode:
        cells = self.autograded(student).cells
        [cell] = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id]
        return cell


def make_course(root: Path, *, source: str = "assignments", config: str = CONFIG) -> TinyCourse:
    folder = root / source / "tiny"
    folder.mkdir(parents=True)
    nbformat.write(source_notebook(), folder / "tiny.ipynb")
    if config:
        (root / "nbgrader_config.py").write_text(config)
    return TinyCourse(root)
