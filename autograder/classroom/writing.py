"""Results and pages on disk: each file is written whole or not at all."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from autograder.feedback import html, klass
from autograder.feedback.json import to_json
from autograder.model import CheckResult, Graded, Score

WORKSHOP = ".autograder"
WRITING = "writing"
ABANDONED_SECONDS = 3600.0
AUDIENCES = ("student", "staff")


def result_path(course: Path, student: str, assignment: str) -> Path:
    return course / WORKSHOP / "results" / student / f"{assignment}.json"


def write(graded: Graded, course: Path) -> Path:
    """Writes the result, and its times beside it."""
    score = graded.score
    path = result_path(course, score.student, score.assignment)
    replace(path, to_json(score))
    times = course / WORKSHOP / "timings" / score.student / f"{score.assignment}.json"
    replace(
        times, json.dumps({name: round(value, 4) for name, value in graded.seconds.items()}, indent=1) + "\n"
    )
    return path


def render(score: Score, reveal: str) -> dict[str, str]:
    """audience -> the page of one submission."""
    return {
        audience: html.student_page(score, audience=audience, reveal=reveal)  # type: ignore[arg-type]
        for audience in AUDIENCES
    }


def write_pages(rendered: Mapping[str, str], student: str, course: Path, assignment: str) -> None:
    folder = _pages(course, assignment)
    for audience, page in rendered.items():
        replace(folder / audience / f"{student}.html", page)


def outline(score: Score) -> Score:
    """What the page of a class says of a submission: all but counterexamples, so that thousands fit into memory."""

    def short(check: CheckResult) -> CheckResult:
        return dataclasses.replace(check, law=sys.intern(check.law), counterexample=None)

    exercises = (
        dataclasses.replace(each, checks=tuple(short(check) for check in each.checks))
        for each in score.exercises
    )
    return dataclasses.replace(score, exercises=tuple(exercises))


def write_class_page(scores: Sequence[Score], course: Path, assignment: str) -> Path:
    """Writes the page of the class, which links to its students' pages; returns its path."""
    links = {score.student: f"staff/{score.student}.html" for score in scores}
    index = _pages(course, assignment) / "index.html"
    replace(index, klass.class_page(scores, assignment, links))
    return index


def pages(results: Sequence[Graded], course: Path, assignment: str, reveal: str) -> Path:
    """Writes a page per student (for staff and for students) and the class page; returns the class page's path."""
    for graded in results:
        write_pages(render(graded.score, reveal), graded.score.student, course, assignment)
    return write_class_page([each.score for each in results], course, assignment)


def _pages(course: Path, assignment: str) -> Path:
    return course / WORKSHOP / "pages" / assignment


def replace(path: Path, text: str | bytes) -> None:
    """The whole text or what was there before, also when killed midway."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=_beside(path), prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8") if isinstance(text, str) else text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sweep(course: Path) -> None:
    """Removes what graders left half-written when they were killed; not what is so young that one may be at it."""
    for folder in (WRITING, "recording"):
        for path in (course / WORKSHOP / folder).glob("*"):
            with suppress(OSError):
                if time.time() - path.lstat().st_mtime < ABANDONED_SECONDS:
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()


def _beside(path: Path) -> Path:
    """Where a file is written before it is moved to `path`: on the same disk, and in the workshop apart from results."""
    workshop = next((parent for parent in path.parents if parent.name == WORKSHOP), None)
    if workshop is None:
        return path.parent
    folder = workshop / WRITING
    folder.mkdir(exist_ok=True)
    return folder
