"""Points into the grade book, beside what people have put there by hand."""

from __future__ import annotations

import math
from typing import Any
from unittest.mock import patch

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades

from autograder.nbgrader_bridge import results
from autograder.nbgrader_bridge.grade_cells import JUDGED
from autograder.nbgrader_bridge.history import answer, answers_of
from autograder.nbgrader_bridge.results import Place


class SaveGrades(SaveAutoGrades):
    """nbgrader's SaveAutoGrades with three differences.

    A check cell without a result has no points and waits for a person; nbgrader would give full marks or none.
    A mark given by hand waits again only if what it was given for has changed; in nbgrader it does after every run.
    All grades of a notebook are committed together, or none; nbgrader commits cell by cell.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Write the grades of one notebook into the grade book."""
        self._place = Place.of(resources)
        self.student_id, self.assignment_id, self.notebook_id = self._place
        self._judged: dict[str, float] = resources.get(JUDGED, {})
        self._answers = answers_of(nb.cells)
        with Gradebook(resources["nbgrader"]["db_url"]) as self.gradebook:
            for index, cell in enumerate(nb.cells):
                nb.cells[index], resources = self.preprocess_cell(cell, resources, index)
            self.gradebook.db.commit()
        return nb, resources

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        grade_id = cell.metadata.nbgrader["grade_id"]
        grade = self.gradebook.find_grade(grade_id, *reversed(self._place))
        grade.auto_score = self._automatic(cell)
        if grade.manual_score is None:
            grade.needs_manual_grade = grade.auto_score is None
        else:
            why = self._look_again(grade_id, grade.auto_score)
            grade.needs_manual_grade = why is not None
            if why:
                self._tell(f"{grade_id}: {grade.manual_score:g} points were given by hand; {why}")

    def _add_comment(self, cell: NotebookNode, resources: Any) -> None:
        with patch.object(self.gradebook.db, "commit", self.gradebook.db.flush):
            super()._add_comment(cell, resources)

    def _automatic(self, cell: NotebookNode) -> float | None:
        is_check = cell.cell_type == "code" and not utils.is_solution(cell)
        if is_check and cell.metadata.nbgrader["grade_id"] not in self._judged:
            return None
        points: float | None = utils.determine_grade(cell, self.log)[0]
        return points

    def _look_again(self, grade_id: str, automatic: float | None) -> str | None:
        """Why a mark given by hand needs another look; None where it does not."""
        before = getattr(self.parent, "before", {}).get((self._place, grade_id))
        if before is None or before.answer is None:
            return "what for is not known any more."
        if not _equal(before.automatic, automatic):
            return f"the automatic points under them were {_said(before.automatic)} and are {_said(automatic)} now."
        if before.answer != answer(grade_id, self._answers):
            return "what was handed in has changed since."
        return "they have been waiting for a person since." if before.waits else None

    def _tell(self, reason: str) -> None:
        self.log.warning("%s of %s: %s", self._place.notebook, self._place.student, reason)
        results.review(self._place, reason)


def _said(points: float | None) -> str:
    return "none" if points is None else f"{points:g}"


def _equal(before: float | None, now: float | None) -> bool:
    if before is None or now is None:
        return before is now
    return math.isclose(before, now, abs_tol=1e-9)
