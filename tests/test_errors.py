"""Errors say where, what and what to do, and whose fault it is."""

from __future__ import annotations

import inspect

import pytest

from autograder import errors
from autograder.errors import FewlabelsError, NotebookError
from autograder.model import Failure

ALL = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, FewlabelsError)]


@pytest.mark.parametrize(
    ("file", "cell", "expected"),
    [
        ("ada.ipynb", 3, "ada.ipynb, cell 3: It is empty. Fill it."),
        ("ada.ipynb", None, "ada.ipynb: It is empty. Fill it."),
        (None, 0, "cell 0: It is empty. Fill it."),
        (None, None, "It is empty. Fill it."),
    ],
)
def test_an_error_names_file_cell_and_remedy(file: str | None, cell: int | None, expected: str) -> None:
    error = NotebookError("It is empty.", remedy="Fill it.", file=file, cell=cell)
    assert str(error) == expected
    assert error.failure() == Failure("student", "It is empty.", "Fill it.", file, cell)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_has_its_place_in_the_tree(kind: type[FewlabelsError]) -> None:
    lines = str(errors.__doc__).splitlines()
    (line,) = [line for line in lines if line.lstrip("│├└─ ").split()[:1] == [kind.__name__]]
    depth = len(kind.__mro__) - len(FewlabelsError.__mro__)
    assert len(line) - len(line.lstrip("│├└─ ")) == 4 * depth
    above = [
        other
        for other in lines[: lines.index(line)]
        if len(other) - len(other.lstrip("│├└─ ")) == 4 * (depth - 1)
    ]
    assert depth == 0 or above[-1].lstrip("│├└─ ").split()[0] == kind.__mro__[1].__name__


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_blame_is_that_of_the_branch(kind: type[FewlabelsError]) -> None:
    branches = {errors.StudentError: "student", errors.CourseError: "course", errors.GraderError: "grader"}
    for branch, blame in branches.items():
        if issubclass(kind, branch):
            assert kind.blame == blame


def test_a_notebook_shows_one_sentence_and_no_traceback_through_our_files() -> None:
    import subprocess
    import sys

    cell = "from autograder import check; check('class_prototype')"
    program = (
        "from IPython.core.interactiveshell import InteractiveShell as Shell\n"
        f"shell = Shell.instance(colors='nocolor'); shell.run_cell({cell!r})"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "There is no exercise called 'class_prototype'. Did you mean class_prototypes?" in shown
    assert len(shown.strip().splitlines()) == 1
    assert ".py" not in shown
