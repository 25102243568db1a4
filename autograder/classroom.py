"""Many submissions: found in nbgrader's directories, graded one after another, each result written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from autograder import receipts, whole
from autograder.errors import GraderError, UsageError
from autograder.feedback import html, klass
from autograder.feedback.audience import Audience, Reveal
from autograder.feedback.json import from_json, to_json
from autograder.model import Failure, Graded, Score
from autograder.runner import Grader

SUBMITTED = "submitted"
WORKSHOP = ".autograder"


@dataclass(frozen=True)
class Submission:
    """`path` is None where a student handed in no notebook; `why` says what is there instead."""

    student: str
    path: Path | None
    why: str = ""


def submissions(course: Path, assignment: str, students: Sequence[str] = ()) -> list[Submission]:
    """What was handed in for an assignment, by student. Raises UsageError where nothing was, or a student is unknown."""
    folder = course / SUBMITTED
    found = [
        _submission(each, assignment) for each in sorted(folder.glob(f"*/{assignment}")) if each.is_dir()
    ]
    if not found:
        raise UsageError(
            f"Nobody has submitted {assignment!r}.",
            remedy=f"Put notebooks at {SUBMITTED}/STUDENT/{assignment}/ in the course directory.",
            file=str(folder),
        )
    unknown = set(students) - {each.student for each in found}
    if unknown:
        raise UsageError(
            f"No submission of {', '.join(sorted(unknown))}.",
            remedy="Look into submitted/.",
            file=str(folder),
        )
    return [each for each in found if not students or each.student in students]


def _submission(folder: Path, assignment: str) -> Submission:
    student = folder.parent.name
    if folder.is_symlink() or folder.parent.is_symlink():  # it could lead to what somebody else has handed in
        return Submission(student, None, "there is a link in place of the folder")
    notebooks = sorted(path for path in folder.glob("*.ipynb") if path.is_file() and not path.is_symlink())
    named = [path for path in notebooks if path.stem == assignment]
    if named:
        return Submission(student, named[0])
    if len(notebooks) == 1:
        return Submission(student, notebooks[0])
    why = (
        f"there are {len(notebooks)} notebooks, none of them called {assignment}.ipynb"
        if notebooks
        else "there is no notebook"
    )
    return Submission(student, None, why)


def grade(
    grader: Grader,
    handed_in: Sequence[Submission],
    course: Path,
    progress: Callable[[Graded], None] | None = None,
) -> Iterator[Graded]:
    """Grades in order and writes each result before the next one starts: what is there after Ctrl-C is whole."""
    for each in handed_in:
        graded = _grade(grader, each)
        write(graded, course)
        if progress is not None:
            progress(graded)
        yield graded


def without_writing(grader: Grader, handed_in: Sequence[Submission]) -> Iterator[Graded]:
    """The same results in the same order, for `--dry-run`: nothing is written."""
    for each in handed_in:
        yield _grade(grader, each)


def _grade(grader: Grader, submission: Submission) -> Graded:
    if submission.path is None:
        name = f"{grader.assignment.name}.ipynb"
        remedy = f"Submit the notebook as {name}."
        return grader.ungraded(
            submission.student, Failure("student", f"In the submission {submission.why}.", remedy, file=name)
        )
    return grader.grade(submission.path, submission.student)


def result_path(course: Path, student: str, assignment: str) -> Path:
    return course / WORKSHOP / "results" / student / f"{assignment}.json"


def write(graded: Graded, course: Path) -> Path:
    """Writes the result, and beside it its times and the receipt of what was read."""
    score = graded.score
    path = result_path(course, score.student, score.assignment)
    replace(path, to_json(score))
    times = course / WORKSHOP / "timings" / score.student / f"{score.assignment}.json"
    replace(
        times, json.dumps({name: round(value, 4) for name, value in graded.seconds.items()}, indent=1) + "\n"
    )
    if score.receipt is not None:
        kept = course / WORKSHOP / "receipts" / score.student / f"{score.assignment}.json"
        by = f"fewlabels {score.versions.get('fewlabels', '')}".strip()
        replace(
            kept, receipts.to_json(score.receipt, assignment=score.assignment, by=by, student=score.student)
        )
    return path


def results(course: Path, assignment: str) -> list[Score]:
    """The results of an assignment that are there, by student; one that cannot be read is left out."""
    found = []
    for path in sorted((course / WORKSHOP / "results").glob(f"*/{escape(assignment)}.json")):
        with suppress(GraderError, OSError, UnicodeDecodeError):
            found.append(from_json(path.read_text(encoding="utf-8")))
    return found


def pages(results: Sequence[Graded], course: Path, assignment: str, reveal: Reveal) -> Path:
    """Writes a page per student (for staff and for students) and the class page; returns the class page's path."""
    for graded in results:
        student_pages(graded.score, course, reveal)
    return class_page([each.score for each in results], course, assignment)


def student_pages(score: Score, course: Path, reveal: Reveal) -> None:
    audiences: tuple[Audience, ...] = ("student", "staff")
    for audience in audiences:
        page = html.student_page(score, audience=audience, reveal=reveal)
        replace(_pages(course, score.assignment) / audience / f"{score.student}.html", page)


def class_page(scores: Sequence[Score], course: Path, assignment: str) -> Path:
    links = {score.student: f"staff/{score.student}.html" for score in scores}
    index = _pages(course, assignment) / "index.html"
    replace(index, klass.class_page(scores, assignment, links))
    return index


def _pages(course: Path, assignment: str) -> Path:
    return course / WORKSHOP / "pages" / assignment


def replace(path: Path, text: str) -> None:
    """The whole text or what was there before, also when killed midway."""
    whole.replace(path, text.encode("utf-8"))
