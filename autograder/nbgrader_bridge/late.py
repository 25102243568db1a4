"""What being late costs: nbgrader's plugin point, with the policy of `[late]` in autograder.toml."""

from __future__ import annotations

from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin

from autograder.course import settings
from autograder.course.settings import Late


class LatePenalty(LateSubmissionPlugin):
    """A share of the points that the assignment gives, for every day that was begun after the deadline.

    It is worked out by Autograde, and again by Generate feedback, when marks given by hand have come in. nbgrader never
    takes more than the submission has. Without `[late]` nbgrader's own `penalty_method` holds.
    """

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Return the points to take off a late submission; None for none.

        student_id           whose it is
        score                its points
        total_seconds_late   how long after the deadline it came
        """
        preprocessor = self.parent  # AssignLatePenalties, whose parents are the exporter and the converter
        late = settings.read(Path(preprocessor.parent.parent.coursedir.root)).late
        if late is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)  # type: ignore[no-any-return]
        notebook = preprocessor.gradebook.find_notebook(preprocessor.notebook_id, preprocessor.assignment_id)
        return penalty_of(late, total_seconds_late, float(notebook.max_score))


def penalty_of(late: Late, seconds: float, max_points: float) -> float:
    """Return the points to take off an assignment of `max_points` that came `seconds` after the deadline, by the rule `late`."""
    return round(late.share(seconds) * max_points, 4)
