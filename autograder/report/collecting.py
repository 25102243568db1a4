"""Results and timings of a class, as `autograder grade` left them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classroom import kept
from autograder.course.folders import WORKSHOP
from autograder.errors import FewlabelsError, UsageError
from autograder.feedback.json import from_json
from autograder.model import Score


@dataclass(frozen=True)
class Entry:
    """One submission: its score and its times in seconds."""

    score: Score
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def student(self) -> str:
        return self.score.student


@dataclass(frozen=True)
class Collected:
    """`unread`: student -> why their result could not be read."""

    entries: tuple[Entry, ...]
    unread: Mapping[str, str] = field(default_factory=dict)


def collect(course: Path, assignment: str, progress: Callable[[], None] | None = None) -> Collected:
    """Read all results of an `assignment` in the `course`, by student; `progress` is called after each file.

    Raises UsageError where there is none.
    """
    files = result_files(course, assignment)
    entries: dict[str, Entry] = {}
    unread = {}
    for path in files:
        folder = path.parent.name
        try:
            score = from_json(path.read_text(encoding="utf-8"))
            if score.assignment != assignment or not kept.owns(score.student, folder):
                # links are made of the name that it says
                unread[folder] = f"It is a result of {score.student[:40]!r} in {score.assignment[:40]!r}."
            elif score.student not in entries or folder == kept.file_name(score.student):
                entries[score.student] = Entry(score, _seconds(course, path))
        except (FewlabelsError, OSError, UnicodeDecodeError) as error:
            unread[folder] = str(error)
        if progress is not None:
            progress()
    return Collected(tuple(entries[student] for student in sorted(entries)), unread)


def result_files(course: Path, assignment: str) -> list[Path]:
    """Return the result files of an assignment. Raises UsageError where there is none."""
    folder = course / WORKSHOP / "results"
    files = kept.results(course, assignment)
    if not files:
        raise UsageError(
            f"There are no results of {assignment!r}.",
            remedy=f"Grade it first: autograder grade {assignment} --course {course}",
            file=str(folder),
        )
    return files


def _seconds(course: Path, result: Path) -> dict[str, float]:
    """The times beside a result; none where there is no such file, or no sense in it."""
    path = course / WORKSHOP / "timings" / result.parent.name / result.name
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(name): float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }
