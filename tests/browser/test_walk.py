"""A whole course in a real browser, against real Jupyter servers: the numbers agree at every station."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.sandbox import student_package
from examples.browser.server import ROOT
from examples.screenshots import fewshot, walked
from examples.walk import Plan, Walk
from tests.nbgrader_bridge import tiny_course

AUTOGRADED = ("formgrader, autograded", "results", "grade book, autograded")
MARKED = (
    "formgrader, marked",
    "grade book, marked",
    "grade book, graded again",
    "feedback",
    "nbgrader export",
    "autograder export",
)


def agree(course: Walk) -> tuple[dict[str, float], dict[str, float]]:
    """The points before and after a person has marked, which are the same at every station."""
    assert set(course.points) == {*AUTOGRADED, *MARKED}
    for stations in (AUTOGRADED, MARKED):
        for station in stations:
            assert course.points[station] == course.points[stations[0]], station
    return course.points[AUTOGRADED[0]], course.points[MARKED[0]]


@pytest.mark.timeout(1200)  # two servers, a kernel, a jail and a browser, beside whatever else runs
def test_a_tiny_course(tmp_path: Path, pictures: Path) -> None:
    tiny_course.make_course(tmp_path / "source")
    (tmp_path / "tiny.py").write_text(tiny_course.CHECKS)
    students = student_package.unpack(tmp_path / "cut")  # what a student installs, and nothing of the staff's
    (students / "autograder" / "checks" / "tiny.py").write_text(tiny_course.CHECKS)

    def bob(released: Path) -> str:
        notebook = nbformat.read(released, as_version=4)
        tiny_course.solve("double")(notebook)
        notebook.cells[-1].source = "Because."
        return nbformat.writes(notebook)

    plan = Plan(
        source=tmp_path / "source" / "assignments" / "tiny" / "tiny.ipynb",
        exercise="add",
        mistake="from autograder import check\n\ndef add(x):\n    return x - 1",
        remedy="from autograder import check\n\ndef add(x):\n    return x + 1",
        classmates={"bob": bob, "broken": lambda _: "{ this was a notebook once"},
        override=("bob", "add_checks", 2.5),
        written=("bob", "written", 0.75),
        checks=tmp_path / "tiny.py",
    )
    course = walked(tmp_path, plan, pictures, student_path=students)

    mistake, mended = course.said
    assert "✗ add: 1 of 2 laws broken" in mistake
    assert "the int -1" in mistake
    assert "✓ add: both laws hold" in mended
    autograded, marked = agree(course)
    assert autograded == {"bob": 4.75, "broken": 0.0, course.student: 3.0}
    assert marked == {**autograded, "bob": 2.5 + 2.0 + 1.25 + 0.75}
    assert len(list(pictures.glob("*.png"))) == 9


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_the_fewshot_course(tmp_path: Path, pictures: Path) -> None:
    course = walked(tmp_path, fewshot(), pictures, student_path=student_package.unpack(tmp_path / "cut"))
    mistake, mended = course.said
    assert "A class whose points all coincide has that point as its prototype." in mistake
    assert "laws hold" in mended
    autograded, marked = agree(course)
    assert autograded["all-right"] > autograded["plain-distance"] > autograded[course.student] > 0
    assert autograded["no-json"] == 0
    assert marked == {
        **autograded,
        "all-right": autograded["all-right"] + 1.5,
        "plain-distance": marked["plain-distance"],
    }
    assert marked["plain-distance"] > autograded["plain-distance"]
    button, command = by_the_button(course), by_the_command(course, tmp_path / "other")
    overridden = {each: points for each, points in command.items() if each not in button}
    assert set(overridden) == {("plain-distance", "class_probabilities_checks")}
    assert button == {each: points for each, points in command.items() if each in button}


Automatic = dict[tuple[str, str], tuple[float | None, bool]]


def by_the_button(course: Walk) -> Automatic:
    return automatic(course.course)


def by_the_command(course: Walk, other: Path) -> Automatic:
    """The same submissions in a course directory of their own, graded by `autograder grade`."""
    for folder in ("assignments", "submitted"):
        shutil.copytree(course.course / folder, other / folder)
    shutil.copy(course.course / "nbgrader_config.py", other)
    command = [sys.executable, "-m", "autograder", "grade", "fewshot", "--course", str(other)]
    assert subprocess.run(command, cwd=ROOT, timeout=1800).returncode == 1  # somebody waits for a person
    for student in course.points["results"]:
        result = Path(".autograder") / "results" / student / "fewshot.json"
        assert (course.course / result).read_bytes() == (other / result).read_bytes()
    return automatic(other)


def automatic(course: Path) -> Automatic:
    """(student, grade id) -> automatic points, and whether a person has to look, where nobody has yet."""
    with closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as book:
        return {
            (submission.student.id, grade.name): (
                grade.auto_score,
                grade.needs_manual_grade,
            )
            for submission in book.assignment_submissions("fewshot")
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.cell_type == "code" and grade.manual_score is None
        }
