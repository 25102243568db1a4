"""Results and pages on disk: each file is written whole or not at all."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
import time
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from glob import escape
from pathlib import Path

from autograder.classroom import atomic
from autograder.classroom.late import unknown_times
from autograder.course.folders import WORKSHOP
from autograder.errors import GraderError
from autograder.feedback import class_page, html
from autograder.feedback.audience import Audience, Reveal
from autograder.feedback.json import from_json, to_json
from autograder.model import CheckResult, Graded, Score
from autograder.submission import receipts

ABANDONED_SECONDS = 3600.0
AUDIENCES: tuple[Audience, ...] = ("student", "staff")


def result_path(course: Path, student: str, assignment: str) -> Path:
    """Return where the result of a `student` for an `assignment` lies in the `course`. It need not exist."""
    return course / WORKSHOP / "results" / student / f"{assignment}.json"


def write(graded: Graded, course: Path) -> Path:
    """Write the result, and beside it its times and the receipt of what was read; return its path."""
    score = graded.score
    path = result_path(course, score.student, score.assignment)
    atomic.write_text(path, to_json(score))
    times = course / WORKSHOP / "timings" / score.student / f"{score.assignment}.json"
    atomic.write_text(
        times, json.dumps({name: round(value, 4) for name, value in graded.seconds.items()}, indent=1) + "\n"
    )
    if score.receipt is not None:
        by = f"fewlabels {score.versions.get('fewlabels', '')}".strip()
        atomic.write_text(
            course / WORKSHOP / "receipts" / score.student / f"{score.assignment}.json",
            receipts.to_json(score.receipt, assignment=score.assignment, by=by, student=score.student),
        )
    return path


def written(course: Path, assignment: str, but: Container[str] = ()) -> list[Score]:
    """Read the results of an `assignment` that are there in the `course`, by student.

    Those of the students in `but` are left out, and so is one that cannot be read.
    """
    found = []
    for path in sorted((course / WORKSHOP / "results").glob(f"*/{escape(assignment)}.json")):
        if path.parent.name in but:
            continue
        with suppress(GraderError, OSError, UnicodeDecodeError):
            found.append(from_json(path.read_text(encoding="utf-8")))
    return found


def render(score: Score, reveal: Reveal) -> dict[Audience, str]:
    """Return audience -> the page of one submission."""
    return {audience: html.student_page(score, audience=audience, reveal=reveal) for audience in AUDIENCES}


def write_pages(rendered: Mapping[Audience, str], student: str, course: Path, assignment: str) -> None:
    """Write the pages of one submission.

    rendered              audience -> page
    student, assignment   whose, and of what
    course                where
    """
    paths = dict(zip(AUDIENCES, page_paths(course, student, assignment), strict=True))
    for audience, page in rendered.items():
        atomic.write_text(paths[audience], page)


def outline(score: Score) -> Score:
    """Return what the page of a class says of a submission: all but counterexamples, so that thousands fit into memory."""

    def short(check: CheckResult) -> CheckResult:
        return dataclasses.replace(check, law=sys.intern(check.law), counterexample=None)

    exercises = (
        dataclasses.replace(each, checks=tuple(short(check) for check in each.checks))
        for each in score.exercises
    )
    return dataclasses.replace(score, exercises=tuple(exercises))


def write_class_page(scores: Sequence[Score], course: Path, assignment: str) -> Path:
    """Write the page of the class into the `course`; return its path.

    It shows the `scores` of the `assignment`, and links to its students' pages.
    """
    links = {score.student: f"staff/{score.student}.html" for score in scores}
    index = _pages(course, assignment) / "index.html"
    atomic.write_text(
        index, class_page.class_page(scores, assignment, links, unknown_times(course, assignment))
    )
    return index


def pages(results: Sequence[Graded], course: Path, assignment: str, reveal: Reveal) -> Path:
    """Write a page per student (for staff and for students) and the class page; return the class page's path.

    results      the class
    course       where
    assignment   of what
    reveal       what students see of hidden checks
    """
    for graded in results:
        write_pages(render(graded.score, reveal), graded.score.student, course, assignment)
    return write_class_page([each.score for each in results], course, assignment)


def page_paths(course: Path, student: str, assignment: str) -> list[Path]:
    """Return where the pages of a `student` for an `assignment` lie in the `course`, by audience."""
    return [_pages(course, assignment) / audience / f"{student}.html" for audience in AUDIENCES]


def _pages(course: Path, assignment: str) -> Path:
    return course / WORKSHOP / "pages" / assignment


def sweep(course: Path) -> None:
    """Remove what graders left half-written when they were killed.

    What is so young that a grader may be at it stays.
    """
    workshop = course / WORKSHOP
    for pattern in ("recording/*", "*/*/.*", "*/*/*/.*"):
        for path in workshop.glob(pattern):
            with suppress(OSError):
                if time.time() - path.lstat().st_mtime < ABANDONED_SECONDS:
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()
