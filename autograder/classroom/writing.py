"""Results and pages on disk: each file is written whole or not at all."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import sys
import time
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from autograder import atomic
from autograder.classroom import kept
from autograder.classroom.kept import AUDIENCES
from autograder.classroom.late import unknown_times
from autograder.course.folders import WORKSHOP
from autograder.errors import GraderError
from autograder.feedback import class_page, html
from autograder.feedback.audience import Audience, Reveal
from autograder.feedback.json import from_json, to_json
from autograder.model import CheckResult, Failure, Graded, Score
from autograder.submission import receipts

ABANDONED_SECONDS = 3600.0
result_path = kept.result


def write(graded: Graded, course: Path) -> Path:
    """Write a result, and beside it its times and the receipt of what was read; return the result's path."""
    score = graded.score
    of = (course, score.student, score.assignment)
    times = {name: round(value, 4) for name, value in graded.seconds.items()}
    atomic.write_text(kept.timings(*of), json.dumps(times, indent=1) + "\n")
    if score.receipt is not None:
        by = f"fewlabels {score.versions.get('fewlabels', '')}".strip()
        atomic.write_text(
            kept.receipt(*of),
            receipts.to_json(score.receipt, assignment=score.assignment, by=by, student=score.student),
        )
    return write_result(score, course)  # last: where it stands, all of it is there


def write_result(score: Score, course: Path) -> Path:
    """Write a result alone; return its path."""
    path = kept.result(course, score.student, score.assignment)
    atomic.write_text(path, to_json(score))
    return path


def written(course: Path, assignment: str, but: Container[str] = ()) -> list[Score]:
    """Read the results of an `assignment` that are there in the `course`, by student.

    Those of the students in `but` are left out, and so is one that cannot be read.
    """
    found: dict[str, Score] = {}
    for path in kept.results(course, assignment):
        with suppress(GraderError, OSError, UnicodeDecodeError):
            score = from_json(path.read_text(encoding="utf-8"))
            folder = path.parent.name
            if score.student in but or not kept.owns(score.student, folder):
                continue
            if score.student not in found or folder == kept.file_name(score.student):
                found[score.student] = score
    return [found[student] for student in sorted(found)]


def render(score: Score, reveal: Reveal) -> dict[Audience, str]:
    """Return audience -> the page of one submission."""
    return {audience: html.student_page(score, audience=audience, reveal=reveal) for audience in AUDIENCES}


def write_pages(rendered: Mapping[Audience, str], student: str, course: Path, assignment: str) -> None:
    """Write the pages of one submission.

    rendered              audience -> page
    student, assignment   whose, and of what
    course                where
    """
    for audience, page in rendered.items():
        atomic.write_text(kept.page(course, student, assignment, audience), page)


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

    It shows the `scores` of the `assignment`, and links to those of its students' pages that are there.
    """
    links = {
        score.student: kept.page_link(score.student)
        for score in scores
        if os.path.isfile(kept.page(course, score.student, assignment, "staff"))
    }
    times = unknown_times(course, assignment)
    try:
        text = class_page.class_page(scores, assignment, links, times)
    except Exception:  # one that cannot be shown hides nobody else
        text = class_page.class_page(
            [_showable(score, assignment) for score in scores], assignment, links, times
        )
    index = kept.pages(course, assignment) / "index.html"
    atomic.write_text(index, text)
    return index


def _showable(score: Score, assignment: str) -> Score:
    try:
        class_page.class_page([score], assignment, {})
    except Exception as error:
        why = Failure(
            "grader", f"The result cannot be shown ({type(error).__name__}: {error}).", "Report it."
        )
        return dataclasses.replace(
            score, status="ungraded", score=None, max_score=0.0, error=why, exercises=(), notes=()
        )
    return score


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
    return [kept.page(course, student, assignment, audience) for audience in AUDIENCES]


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
