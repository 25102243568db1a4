"""Submissions are found where nbgrader puts them, and every result is written whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from autograder import atomic
from autograder.classroom.handed_in import Submission, submissions
from autograder.classroom.run import grade
from autograder.classroom.writing import pages, result_path, sweep, write
from autograder.course.assignment import Exercise
from autograder.course.settings import Settings
from autograder.errors import UsageError
from autograder.feedback.json import from_json, to_json
from autograder.model import Graded
from autograder.runner import Grader
from tests.runner.made_up import DOUBLES, InThisProcess, assignment, write_notebook

RIGHT = "def double(x):\n    return 2 * x"


def hand_in(course: Path, student: str, name: str = "made_up.ipynb", source: str = RIGHT) -> Path:
    folder = course / "submitted" / student / "made_up"
    folder.mkdir(parents=True, exist_ok=True)
    return write_notebook(folder / name, source)


@pytest.fixture
def grader() -> Grader:
    exercise = Exercise("double", "double_checks", 3.0, manual=False)
    return Grader(assignment(exercise), Settings(seed=11), InThisProcess(), checks=(DOUBLES,))


# --- finding


def test_submissions_are_found_by_student_in_order(tmp_path: Path) -> None:
    paths = {student: hand_in(tmp_path, student) for student in ("grace", "ada", "zoë")}
    hand_in(tmp_path, "ada", "scratch.ipynb")
    (tmp_path / "submitted" / "grace" / "other").mkdir()
    (tmp_path / "submitted" / "made_up").write_text("no folder")
    found = submissions(tmp_path, "made_up")
    assert found == [Submission(name, paths[name]) for name in ("ada", "grace", "zoë")]


def test_a_notebook_under_another_name_is_taken_where_it_is_the_only_one(tmp_path: Path) -> None:
    path = hand_in(tmp_path, "ada", "made_up (1).ipynb")
    assert submissions(tmp_path, "made_up") == [Submission("ada", path)]


def test_what_is_there_instead_of_a_notebook_is_said(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada", "a.ipynb")
    hand_in(tmp_path, "ada", "b.ipynb")
    (tmp_path / "submitted" / "grace" / "made_up").mkdir(parents=True)
    (tmp_path / "submitted" / "grace" / "made_up" / "made_up.pdf").write_text("")
    assert submissions(tmp_path, "made_up") == [
        Submission("ada", None, "there are 2 notebooks, none of them called made_up.ipynb"),
        Submission("grace", None, "there is no notebook"),
    ]


def test_a_link_is_no_notebook(tmp_path: Path) -> None:
    secret = write_notebook(tmp_path / "solution.ipynb", RIGHT)
    folder = tmp_path / "submitted" / "mallory" / "made_up"
    folder.mkdir(parents=True)
    (folder / "made_up.ipynb").symlink_to(secret)
    (folder / "folder.ipynb").mkdir()
    assert submissions(tmp_path, "made_up") == [Submission("mallory", None, "there is no notebook")]


def test_a_folder_that_is_a_link_is_no_submission(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada")
    (tmp_path / "submitted" / "mallory").mkdir()
    (tmp_path / "submitted" / "mallory" / "made_up").symlink_to(tmp_path / "submitted" / "ada" / "made_up")
    (tmp_path / "submitted" / "oscar").symlink_to(tmp_path / "submitted" / "ada")
    found = {each.student: each for each in submissions(tmp_path, "made_up")}
    for student in ("mallory", "oscar"):
        assert found[student] == Submission(student, None, "there is a link in place of the folder")


def test_some_students(tmp_path: Path) -> None:
    for student in ("ada", "grace", "zoë"):
        hand_in(tmp_path, student)
    assert [each.student for each in submissions(tmp_path, "made_up", ["zoë", "ada"])] == [
        "ada",
        "zoë",
    ]


def test_a_student_who_has_not_submitted_is_named(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada")
    with pytest.raises(UsageError) as caught:
        submissions(tmp_path, "made_up", ["ada", "linus", "bob"])
    assert (
        str(caught.value) == f"{tmp_path / 'submitted'}: No submission of bob, linus. Look into submitted/."
    )


def test_nobody_has_submitted(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        submissions(tmp_path, "made_up")
    assert str(caught.value) == (
        f"{tmp_path / 'submitted'}: Nobody has submitted 'made_up'. "
        "Put notebooks at submitted/STUDENT/made_up/ in the course directory."
    )


# --- grading


def test_every_result_is_written_before_the_next_one_starts(tmp_path: Path, grader: Grader) -> None:
    for student in ("ada", "grace"):
        hand_in(tmp_path, student)
    told: list[str] = []
    running = grade(
        grader,
        submissions(tmp_path, "made_up"),
        tmp_path,
        lambda graded: told.append(graded.score.student),
    )
    first = next(running)
    path = result_path(tmp_path, "ada", "made_up")
    assert path == tmp_path / ".autograder" / "results" / "ada" / "made_up.json"
    assert path.read_text() == to_json(first.score)
    assert from_json(path.read_text()).score == 3.0
    assert not result_path(tmp_path, "grace", "made_up").exists()
    assert [each.score.student for each in running] == ["grace"]
    assert told == ["ada", "grace"]


def test_times_lie_beside_the_result_and_not_in_it(tmp_path: Path, grader: Grader) -> None:
    hand_in(tmp_path, "ada")
    texts = []
    for _ in range(2):
        list(grade(grader, submissions(tmp_path, "made_up"), tmp_path))
        texts.append(result_path(tmp_path, "ada", "made_up").read_bytes())
    assert texts[0] == texts[1]
    times = json.loads((tmp_path / ".autograder" / "timings" / "ada" / "made_up.json").read_text())
    assert set(times) == {"cells", "checks", "total"}


def test_who_handed_in_no_notebook_is_ungraded_and_stops_nobody(tmp_path: Path, grader: Grader) -> None:
    (tmp_path / "submitted" / "ada" / "made_up").mkdir(parents=True)
    hand_in(tmp_path, "grace", source="def double(:")
    hand_in(tmp_path, "zoë")
    results = [each.score for each in grade(grader, submissions(tmp_path, "made_up"), tmp_path)]
    assert [(each.student, each.status, each.score) for each in results] == [
        ("ada", "ungraded", None),
        ("grace", "graded", 0.0),
        ("zoë", "graded", 3.0),
    ]
    assert results[0].error is not None
    assert (
        results[0].error.blame,
        results[0].error.what,
        results[0].error.remedy,
        results[0].error.file,
    ) == (
        "student",
        "In the submission there is no notebook.",
        "Submit the notebook as made_up.ipynb.",
        "made_up.ipynb",
    )


# --- pages


def test_a_page_for_students_one_for_staff_and_one_for_the_class(tmp_path: Path, grader: Grader) -> None:
    for student in ("ada", "zoë"):
        hand_in(tmp_path, student)
    results = list(grade(grader, submissions(tmp_path, "made_up"), tmp_path))
    index = pages(results, tmp_path, "made_up", "counterexample")
    folder = tmp_path / ".autograder" / "pages" / "made_up"
    assert index == folder / "index.html"
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert found == ["index.html", "staff/ada.html", "staff/zoë.html", "student/ada.html", "student/zoë.html"]
    text = index.read_text(encoding="utf-8")
    assert 'href="./staff/ada.html"' in text
    for path in found:
        assert (folder / path).read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


# --- writing


def test_a_text_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "result.json"
    atomic.write_text(path, "one")
    atomic.write_text(path, "zwei: ü")
    assert path.read_text(encoding="utf-8") == "zwei: ü"
    assert path.stat().st_mode & 0o777 == 0o644
    assert os.listdir(path.parent) == ["result.json"]


@pytest.mark.parametrize("ends", [KeyboardInterrupt, OSError("No space left on device"), MemoryError])
@pytest.mark.parametrize("step", ["replace", "chmod", "fdopen"])
def test_what_ends_midway_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: BaseException, step: str
) -> None:
    path = tmp_path / "result.json"
    atomic.write_text(path, "whole")

    def ended(*_: object, **__: object) -> None:
        raise ends

    monkeypatch.setattr(os, step, ended)
    with pytest.raises(type(ends) if isinstance(ends, BaseException) else ends):  # type: ignore[arg-type]
        atomic.write_text(path, "half")
    monkeypatch.undo()
    assert path.read_text() == "whole"
    assert os.listdir(tmp_path) == ["result.json"]


def test_a_text_that_cannot_be_encoded_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    atomic.write_text(path, "whole")
    with pytest.raises(UnicodeEncodeError):
        atomic.write_text(path, "half \udc80")
    assert path.read_text() == "whole"
    assert os.listdir(tmp_path) == ["result.json"]


def test_a_result_is_read_while_it_is_written_anew(tmp_path: Path, grader: Grader) -> None:
    """A reader that opened the old file reads it to its end: nothing is ever cut under its hands."""
    hand_in(tmp_path, "ada")
    (graded,) = grade(grader, submissions(tmp_path, "made_up"), tmp_path)
    path = result_path(tmp_path, "ada", "made_up")
    with path.open(encoding="utf-8") as reading:
        head = reading.read(10)
        write(Graded(graded.score, seconds={"total": 1.0}), tmp_path)
        assert from_json(head + reading.read()) == graded.score


def test_what_killed_graders_left_is_swept_and_what_is_young_is_not(tmp_path: Path) -> None:
    folder = tmp_path / ".autograder" / "results" / "ada"
    old, young = (folder / name for name in (".tiny.json.old", ".tiny.json.young"))
    tree = tmp_path / ".autograder" / "recording" / "abc"
    tree.mkdir(parents=True)
    (tree / "notebook").touch()
    folder.mkdir(parents=True)
    for path in (old, young):
        path.touch()
    for path in (old, tree):
        os.utime(path, (0, 0))
    sweep(tmp_path)
    assert (old.exists(), young.exists(), tree.exists()) == (False, True, False)
