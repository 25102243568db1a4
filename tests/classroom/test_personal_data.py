"""All that fewlabels keeps of a student is found and deleted, and nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.classroom.personal_data import forget, traces
from autograder.errors import UsageError
from autograder.report.writing import report
from tests.report.classes import made_up_class, write_class


@pytest.fixture
def course(tmp_path: Path) -> Path:
    scores = made_up_class(3)
    write_class(tmp_path, scores)
    report(tmp_path, "made_up")
    workshop = tmp_path / ".autograder"
    for score in scores:
        page = workshop / "pages" / "made_up" / "student" / f"{score.student}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(score.student)
        (workshop / "receipts" / score.student).mkdir(parents=True)
        (workshop / "receipts" / score.student / "made_up.json").write_text("{}")
        (tmp_path / "submitted" / score.student / "made_up").mkdir(parents=True)
    (workshop / "pages" / "made_up" / "index.html").write_text("<a href='./staff/student-001.html'>")
    (tmp_path / "gradebook.db").write_text("")
    return tmp_path


def left(course: Path, student: str) -> list[str]:
    files = [path for path in (course / ".autograder").rglob("*") if path.is_file()]
    return [
        str(path.relative_to(course))
        for path in files
        if student in str(path) or student in path.read_text(encoding="utf-8")
    ]


def test_everything_of_one_student_goes_and_of_the_others_stays(course: Path) -> None:
    before = {each for each in left(course, "student-000") if "reports" not in each}
    found = traces(course, "student-001")
    forget(found)
    assert left(course, "student-001") == []
    assert set(left(course, "student-000")) == before
    assert {path.name for path in found.nbgrader} == {"student-001", "gradebook.db"}
    assert all(path.exists() for path in found.nbgrader)


def test_a_student_of_whom_nothing_is_kept(tmp_path: Path) -> None:
    assert traces(tmp_path, "nobody").nothing


def test_a_name_that_is_part_of_another_takes_nothing_along(course: Path) -> None:
    found = traces(course, "student-00")
    assert (found.ours, found.shared) == ((), ())


@pytest.mark.parametrize("name", ["", ".", "..", "../ada", "a/b", "a\0b"])
def test_a_path_is_no_student(course: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is no student's id"):
        traces(course, name)
