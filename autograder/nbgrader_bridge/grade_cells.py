"""The preprocessor in the place of nbgrader's Execute: results of laws instead of results of test cells."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Float

from autograder.course import settings
from autograder.course.assignment import exercise_of
from autograder.errors import FewlabelsError
from autograder.feedback.audience import Reveal
from autograder.model import Blame, ExerciseResult, Failure, Graded
from autograder.nbgrader_bridge import engine, results
from autograder.nbgrader_bridge.cell_outputs import judged_outputs, points_of, shared, unjudged_outputs
from autograder.nbgrader_bridge.publishing import publish
from autograder.nbgrader_bridge.reading import UNREADABLE, submitted_file
from autograder.nbgrader_bridge.repair_cells import INDEX
from autograder.nbgrader_bridge.results import Place
from autograder.nbgrader_bridge.untrusted import safe_outputs

#: Key in nbconvert's resources: grade id -> points, of the check cells whose result counts.
JUDGED = "fewlabels_judged"


class GradeByLaws(NbGraderPreprocessor):
    """Writes the engine's outputs into the notebook and its points into the check cells."""

    idle_seconds = Float(
        engine.IDLE_SECONDS, help="How long the engine stays in a Jupyter server after it was last needed."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Grade one notebook. Never raises for the sake of one submission: what could not be graded waits for a person."""
        place = Place.of(resources)
        graded = self._graded(place, _failure(nb.metadata.pop(UNREADABLE, None)))
        outputs = {} if graded is None else {result.index: result for result in graded.cells}
        exercises = _exercises(graded)
        reveal = self._reveal()
        checks: dict[str, list[NotebookNode]] = {}
        for cell in nb.cells:
            index = cell.metadata.pop(INDEX, None)
            if cell.cell_type != "code":
                continue
            cell.outputs = safe_outputs(outputs.get(index))
            if utils.is_grade(cell) and not utils.is_solution(cell):
                checks.setdefault(exercise_of(cell.metadata.nbgrader["grade_id"]), []).append(cell)
        resources[JUDGED] = {}
        for name, cells in checks.items():
            points, reason = self._judge(cells, exercises.get(name), reveal)
            resources[JUDGED] |= points
            if reason and exercises:  # otherwise one reason for all of them has been told
                self._tell(place, f"{cells[0].metadata.nbgrader['grade_id']}: {reason}")
        return nb, resources

    def _judge(
        self, cells: list[NotebookNode], result: ExerciseResult | None, reveal: Reveal
    ) -> tuple[dict[str, float], str]:
        """Write the outputs of an exercise's check cells; return their points by grade id, or why there are none."""
        worth = [float(cell.metadata.nbgrader["points"]) for cell in cells]
        points, reason = points_of(result, sum(worth))
        if result is None or points is None:
            for number, cell in enumerate(cells):
                cell.outputs = unjudged_outputs(result if number == 0 else None, reveal)
            return {}, reason
        shares = shared(points, worth)
        for number, (cell, share) in enumerate(zip(cells, shares, strict=True)):
            cell.outputs = judged_outputs(result, share, reveal, follows=number > 0)
        ids = (cell.metadata.nbgrader["grade_id"] for cell in cells)
        return dict(zip(ids, shares, strict=True)), ""

    def _graded(self, place: Place, unreadable: Failure | None) -> Graded | None:
        try:
            graded = self._obtained(place, unreadable)
        except FewlabelsError as error:
            self._tell(place, str(error))
            return None
        except Exception as error:  # a fault of the grader must cost neither this student nor the next
            self.log.error(traceback.format_exc())
            self._tell(place, f"The grader failed ({type(error).__name__}: {error}).")
            return None
        if graded is not None and not results.handed_over():
            self._publish(graded)
        failure = unreadable if graded is None else graded.score.error
        if failure is not None:
            where = "" if failure.file is None else f"{Path(failure.file).name}: "
            self._tell(place, f"{where}{failure.what} {failure.remedy}")
        elif graded is None:
            self._tell(place, "There is no result for this submission.")
        return graded

    def _publish(self, graded: Graded) -> None:
        try:
            publish(graded, Path(self._course.root), self._reveal())
        except Exception as error:  # the points count all the same
            self.log.error(traceback.format_exc())
            self.log.warning("The result could not be written to .autograder/ (%s).", error)

    def _obtained(self, place: Place, unreadable: Failure | None) -> Graded | None:
        course = self._course
        folder = Path(course.format_path(course.submitted_directory, place.student, place.assignment))
        source = Path(course.format_path(course.source_directory, ".", place.assignment))
        return results.graded(
            place,
            course=Path(course.root),
            source=source / f"{place.notebook}.ipynb",
            submitted=submitted_file(folder, place.notebook),
            unreadable=unreadable,
            idle_seconds=self.idle_seconds,
        )

    def _reveal(self) -> Reveal:
        try:
            return settings.read(Path(self._course.root)).reveal
        except FewlabelsError as error:
            self.log.warning("%s Until then students see laws only.", error)
            return "law"

    @property
    def _course(self) -> Any:
        return self.parent.parent.coursedir  # exporter, converter

    def _tell(self, place: Place, reason: str) -> None:
        self.log.warning("%s of %s: %s", place.notebook, place.student, reason)
        results.explain(place, reason)


def _failure(unreadable: Mapping[str, str] | None) -> Failure | None:
    if unreadable is None:
        return None
    blame: Blame = "grader" if unreadable["blame"] == "grader" else "student"
    return Failure(blame, unreadable["what"], unreadable["remedy"], file=unreadable["file"] or None)


def _exercises(graded: Graded | None) -> dict[str, ExerciseResult]:
    """The results that may count; an ungraded submission has none, whatever stands in its score."""
    if graded is None or graded.score.status == "ungraded":
        return {}
    return {exercise.name: exercise for exercise in graded.score.exercises}
