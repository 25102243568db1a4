"""What earlier gradings found, by content: only what has changed is graded again.

A result is good for as long as all that it came from is the same: the submitted files, the course's locked cells, seed and
limits, versions, the boundary, the grader's own code, whether there is follow-on marking; and, per exercise, the code of its
checks (`runner.digests`), with follow-on marking also of the exercises before it. Points are none of that: they are counted anew
each time.

    DIR/.autograder/journal/NAME/ASSIGNMENT.json.gz     written in one step, like every result
    DIR/.autograder/journal/NAME/ASSIGNMENT.entered     the digest of what stands in the grade book
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from autograder import atomic
from autograder.classroom import kept
from autograder.classroom.handed_in import Submission
from autograder.classroom.writing import page_paths
from autograder.feedback.json import from_json, to_json
from autograder.model import CellResult, Graded, Raised
from autograder.runner import Grader, Known, digests
from autograder.runner.submission import versions
from autograder.submission import beside, notebook, trained_weights
from autograder.submission.receipts import sha256

SCHEMA = 1
PIECE = 1 << 20


class Journal:
    """The journal of one assignment of a course. `force`: nothing is known, all is graded again and kept."""

    def __init__(self, course: Path, grader: Grader, *, force: bool = False) -> None:
        self._course = course
        self._grader = grader
        self._force = force
        self._exercises = _exercises(grader)
        self._common = _digest(
            [
                SCHEMA,
                grader.assignment.name,
                [
                    [cell.grade_id, cell.kind, cell.locked, cell.solution, cell.source]
                    for cell in grader.assignment.notebook.cells
                ],
                grader.settings.seed,
                grader.settings.follow_on,
                asdict(grader.settings.limits),
                dict(versions()),
                grader.boundary.name,
                getattr(grader.boundary, "device", "cpu"),
                {name: sha256(data) for name, data in grader.assignment.files.items()},
                digests.of_engine(),
            ]
        )
        self._points = _digest(
            [
                [asdict(exercise) for exercise in grader.assignment.exercises],
                grader.settings.reveal,
                dict(grader.settings.read),
            ]
        )
        self._seen: dict[str, str] = {}  # student -> digest of what was handed in

    def known(self, submission: Submission) -> Known | None:
        """Return what of an earlier grading of this submission is still good; None where nothing is."""
        if submission.path is None:
            return None
        self._seen[submission.student] = handed_in = _content(submission.path)
        entry = None if self._force else self._read(submission.student)
        if entry is None or (entry["common"], entry["handed_in"]) != (self._common, handed_in):
            return None
        good = {name for name, digest in entry["exercises"].items() if self._exercises.get(name) == digest}
        good_ones = [each for each in entry["score"].exercises if each.name in good]
        results = {each.name: each.checks for each in good_ones}
        causes = {each.name: each.causes for each in good_ones}
        named = {each.name: each.named for each in good_ones}
        return Known(results, entry["cells"], entry["score"].sandbox, causes, named)

    def renewed(self, handed_in: Iterable[Submission]) -> bool:
        """Ask whether there are earlier results that no longer count, because of something that all of them hang on."""
        if self._force:
            return False
        for each in handed_in:
            path = self._path(each.student, ".json.gz")
            if path.is_file():
                entry = self._read(each.student)
                return entry is None or entry["common"] != self._common
        return False

    def lacks(self, submission: Submission) -> bool:
        """Ask, at a glance, whether a submission is surely to be graded; where not, `whole` looks closely."""
        return submission.path is not None and (
            self._force or not os.path.isfile(self._path(submission.student, ".json.gz"))
        )

    def whole(self, submission: Submission) -> Graded | None:
        """Return an earlier result of which nothing at all has changed, points and pages included.

        None where there is none.
        """
        if submission.path is None or not all(map(os.path.isfile, self._pages(submission.student))):
            return None
        entry = None if self._force else self._read(submission.student)
        now = (self._common, _content(submission.path), self._exercises, self._points)
        if entry is None or (entry["common"], entry["handed_in"], entry["exercises"], entry["points"]) != now:
            return None
        if not self._stands(submission.student, entry["result"]):
            return None
        return Graded(entry["score"], entry["cells"])

    def keep(self, graded: Graded) -> None:
        """Keep a result, also one that says what is wrong with a file.

        A result that is no student's fault is not kept: it is found again each time.
        """
        student = graded.score.student
        handed_in = self._seen.pop(student, None)
        error = graded.score.error
        if handed_in is None or (error is not None and error.blame != "student"):
            return
        entry = {
            "schema": SCHEMA,
            "common": self._common,
            "handed_in": handed_in,
            "exercises": self._exercises,
            "points": self._points,
            "result": to_json(graded.score),
            "cells": [_cell_to_plain(cell) for cell in graded.cells],
        }
        raw = json.dumps(entry, sort_keys=True).encode()
        path = self._path(student, ".json.gz")
        packed = gzip.compress(raw, 1, mtime=0)
        if _bytes(path) != packed:
            atomic.write_text(path, packed)

    # --- the grade book --------------------------------------------------------------------------------------------------

    def entered(self, graded: Graded, circumstances: str) -> bool:
        """Ask whether just this result was entered into the grade book before, under the same `circumstances`: what decides points
        there beside it (times, rules about being late, marks given by hand), as the grade book says it."""
        path = self._path(graded.score.student, ".entered")
        return not self._force and _bytes(path) == _entered(graded, circumstances).encode()

    def note_entered(self, graded: Graded, circumstances: str) -> None:
        """Note that this result was entered into the grade book, under these circumstances."""
        atomic.write_text(self._path(graded.score.student, ".entered"), _entered(graded, circumstances))

    # --- files -------------------------------------------------------------------------------------------------------

    def _pages(self, student: str) -> list[Path]:
        return page_paths(self._course, student, self._grader.assignment.name)

    def _stands(self, student: str, result: str) -> bool:
        """Whether the result that stands is this one; a later one says what could not be written."""
        return _bytes(kept.result(self._course, student, self._grader.assignment.name)) == result.encode()

    def _path(self, student: str, suffix: str) -> Path:
        return kept.journal(self._course, student, self._grader.assignment.name, suffix)

    def _read(self, student: str) -> dict[str, Any] | None:
        """An entry, checked; None where there is none that can be read, which costs no more than grading again."""
        try:
            entry: dict[str, Any] = json.loads(gzip.decompress(self._path(student, ".json.gz").read_bytes()))
            if entry["schema"] != SCHEMA:
                return None
            entry["score"] = from_json(entry["result"])
            entry["cells"] = tuple(_cell_from_plain(cell) for cell in entry["cells"])
        except Exception:  # whatever is in there, it was not written by us
            return None
        return entry


def _exercises(grader: Grader) -> dict[str, str]:
    """Exercise -> the digest of its checks; with follow-on marking of the earlier ones, too, by which it is decided who uses what."""
    found: dict[str, str] = {}
    for name, checks in groupby(grader.checks, key=lambda check: check.exercise):
        mine = [digests.of_check(check, grader.planner.of_course(check)) for check in checks]
        if grader.namer is not None:
            mine.append(grader.namer.digest(name))
        found[name] = _digest([*mine, *(found.values() if grader.settings.follow_on else ())])
    return found


def _bytes(path: Path) -> bytes | None:
    """What a file holds; None where there is none, or it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _digest(plain: Any) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _entered(graded: Graded, circumstances: str) -> str:
    cells = [_cell_to_plain(cell) for cell in graded.cells]
    return _digest([to_json(graded.score), cells, circumstances])


def _content(submitted: Path) -> str:
    """The digest of what was handed in: the notebook, the weights beside it, and what its cells find there."""
    whole = hashlib.sha256(submitted.name.encode("utf-8", "surrogateescape"))
    weights = submitted.parent / f"{submitted.parent.name}.safetensors"
    for path in (submitted, weights):
        for piece in _pieces(path):
            whole.update(piece)
        whole.update(b"\0end of file")
    others = beside.read(submitted, weights.name)
    taken = {name: sha256(data) for name, data in others.files.items()}
    whole.update(_digest([taken, dict(others.left)]).encode())
    return whole.hexdigest()


def _pieces(path: Path) -> Iterable[bytes]:
    """The bytes of a file up to the largest that anybody reads; then its size, so that more is not the same."""
    try:
        with path.open("rb") as file:
            for _ in range(max(notebook.FILE_CAP, trained_weights.SIZE_CAP) // PIECE + 1):
                piece = file.read(PIECE)
                if not piece:
                    return
                yield piece
        yield str(path.stat().st_size).encode()
    except OSError as error:
        yield f"{type(error).__name__}".encode()


# --- what cells put out --------------------------------------------------------------------------------------------------


def _cell_to_plain(cell: CellResult) -> list[Any]:
    raised = None if cell.raised is None else [cell.raised.type, cell.raised.message, cell.raised.where]
    return [cell.index, list(cell.outputs), raised, cell.timed_out, cell.crashed]


def _cell_from_plain(plain: Sequence[Any]) -> CellResult:
    index, outputs, raised, timed_out, crashed = plain
    return CellResult(index, tuple(outputs), None if raised is None else Raised(*raised), timed_out, crashed)
