"""What only an ordinary user meets, and only on a small disk. test_fence.py runs this file in such a world."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.classroom import kept
from autograder.feedback.json import from_json
from tests.cli.conftest import RIGHT, notebook
from tests.cli.worlds import DISK

Run = Callable[..., Any]


def score(course: Path, student: str) -> Any:
    return from_json(kept.result(course, student, "tiny").read_text())


@contextmanager
def closed(folder: Path, mode: int = 0o555) -> Iterator[None]:
    before = folder.stat().st_mode & 0o777
    folder.chmod(mode)
    try:
        yield
    finally:
        folder.chmod(before)


@contextmanager
def full(leaving: int) -> Iterator[None]:
    """Nothing but `leaving` bytes are free on the disk."""
    disk = Path(os.environ[DISK])
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with filler.open("wb") as file:
        for _ in range((free - leaving) >> 12):
            file.write(bytes(1 << 12))
    try:
        yield
    finally:
        filler.unlink()


def test_this_user_can_be_refused(tmp_path: Path) -> None:
    assert os.getuid() != 0
    with closed(tmp_path), pytest.raises(PermissionError):
        (tmp_path / "file").touch()


@pytest.mark.parametrize("mode", [0, 0o444])
def test_a_closed_folder_of_a_submission_is_told_as_the_machines_fault(
    run: Run, course: Path, in_process: None, mode: int
) -> None:
    for folder in (course / "submitted" / "bob", course / "submitted" / "bob" / "tiny"):
        with closed(folder, mode):
            done = run("grade", "tiny", "--course", course, "--no-gradebook", "--force")
            page = (course / ".autograder" / "pages" / "tiny" / "index.html").read_text()
        assert done.status == 1
        assert score(course, "ada").score == 4.0
        assert score(course, "bob").score is None
        assert score(course, "bob").error.blame == "grader"
        assert "Permission denied" in page


@pytest.mark.parametrize("place", ["results/bob", "pages/tiny/staff", "journal/bob", "timings/bob"])
def test_a_folder_that_cannot_be_written_makes_its_submissions_wait(
    run: Run, course: Path, in_process: None, place: str
) -> None:
    assert run("grade", "tiny", "--course", course, "--no-gradebook").status == 0
    notebook(course / "submitted" / "bob" / "tiny" / "tiny.ipynb", RIGHT)
    with closed(course / ".autograder" / place):
        done = run("grade", "tiny", "--course", course, "--no-gradebook")
        page = (course / ".autograder" / "pages" / "tiny" / "index.html").read_text()
    assert done.status == 1
    assert "ungraded: Its result could not be made or written (Permission denied" in page
    if place != "results/bob":  # there the old result has to stay
        assert score(course, "bob").score is None
    assert score(course, "ada").score == 4.0
    done = run("grade", "tiny", "--course", course, "--no-gradebook")
    assert (done.status, score(course, "bob").score) == (0, 4.0)


def test_autograded_that_can_only_be_read_makes_all_wait_and_stops_nobody(
    run: Run, course: Path, in_process: None
) -> None:
    (course / "autograded").mkdir()
    with closed(course / "autograded"):
        done = run("grade", "tiny", "--course", course)
        page = (course / ".autograder" / "pages" / "tiny" / "index.html").read_text()
    assert done.status == 1
    assert [score(course, each).score for each in ("ada", "bob")] == [4.0, 2.0]
    for student in ("ada", "bob"):
        assert f"{student}: nbgrader could not enter the result (PermissionError" in done.err
    assert page.count("nbgrader could not enter the result") == 2
    assert run("grade", "tiny", "--course", course).status == 0
    with closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as book:
        assert [book.find_submission("tiny", each).score for each in ("ada", "bob")] == [4.0, 2.0]


def test_a_course_that_can_only_be_read_is_told_before_anything_is_graded(
    run: Run, course: Path, in_process: None
) -> None:
    with closed(course):
        done = run("grade", "tiny", "--course", course, "--no-gradebook")
    assert done.status == 3
    assert "The grader: Nothing can be written here (Permission denied)." in done.err


def test_a_grade_book_that_can_only_be_read_ends_the_run_and_keeps_what_is_done(
    run: Run, course: Path, in_process: None
) -> None:
    assert run("grade", "tiny", "--course", course, "--student", "ada").status == 0
    with closed(course / "gradebook.db", 0o444):
        done = run("grade", "tiny", "--course", course)
    assert done.status == 3
    assert "The grader: The grade book takes no more entries (" in done.err
    assert "Traceback" not in done.err
    assert run("grade", "tiny", "--course", course).status == 0


def test_forgetting_says_what_could_not_be_deleted(run: Run, course: Path, in_process: None) -> None:
    run("grade", "tiny", "--course", course, "--no-gradebook")
    with closed(course / ".autograder" / "results" / "ada"):
        done = run("forget", "ada", "--course", course, "--yes")
    assert done.status == 1
    assert "Could not be deleted (Permission denied)" in done.err
    assert not (course / ".autograder" / "journal" / "ada").exists()
    assert run("forget", "ada", "--course", course, "--yes").status == 0


def test_a_report_names_whose_result_is_closed(run: Run, course: Path, in_process: None) -> None:
    run("grade", "tiny", "--course", course, "--no-gradebook")
    with closed(course / ".autograder" / "results" / "ada", 0):
        done = run("report", "tiny", "--course", course)
    assert done.status == 1
    assert "ada: " in done.err


# --- a full disk


@pytest.mark.parametrize("command", ["report", "export"])
def test_on_a_full_disk_a_command_ends_with_a_sentence(
    run: Run, course: Path, in_process: None, command: str
) -> None:
    run("grade", "tiny", "--course", course, "--no-gradebook")
    more = ["--to", "csv", "--out", course / "points.csv"] if command == "export" else []
    with full(0):
        done = run(command, "tiny", "--course", course, *more)
    assert done.status == 3
    assert "No space left on device" in done.err


def test_a_disk_that_is_full_from_the_start_is_told_at_once(run: Run, course: Path, in_process: None) -> None:
    with full(0):
        done = run("grade", "tiny", "--course", course)
    assert done.status == 3
    assert done.err.splitlines()[-2:] == [
        "The grader: The disk is full: nothing more can be kept.",
        "Make room, or see that it can be written; then run the same command again, which goes on from there.",
    ]


@pytest.mark.parametrize("book", [True, False])
def test_a_disk_that_fills_up_ends_the_run_with_what_is_done_kept(
    run: Run, course: Path, in_process: None, book: bool
) -> None:
    students = [f"student-{number}" for number in range(8)]
    for student in students:
        notebook(course / "submitted" / student / "tiny" / "tiny.ipynb", RIGHT)
    options = ["--course", course, *([] if book else ["--no-gradebook"])]
    assert run("grade", "tiny", *options, "--student", "ada").status == 0
    with full(260_000):
        done = run("grade", "tiny", *options, "--json")
    assert done.status == 3
    assert "nothing more can be kept" in done.err or "takes no more entries" in done.err
    assert "Traceback" not in done.err
    told = [json.loads(line)["student"] for line in done.out.splitlines()]
    assert 1 < len(told) < 10
    assert f"Stopped: {len(told)} of 10 are graded and kept." in done.err
    for student in told:
        assert score(course, student).score == (2.0 if student == "bob" else 4.0)
    written = {each: kept.result(course, each, "tiny").stat().st_mtime_ns for each in told[:-1]}
    assert not list((course / ".autograder").glob("*/*/.*"))
    done = run("grade", "tiny", *options)
    assert done.status == 0
    assert all(kept.result(course, each, "tiny").stat().st_mtime_ns == at for each, at in written.items())
    if book:
        with closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as opened:
            found = {each.student.id: each.score for each in opened.assignment_submissions("tiny")}
        assert found == {"bob": 2.0, **dict.fromkeys(["ada", *students], 4.0)}
