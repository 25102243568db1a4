"""An exercise's result as the two outputs of its check cell: for people, and for nbgrader."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.feedback.audience import Reveal, exercise_seen_by
from autograder.model import ExerciseResult
from autograder.nbgrader_bridge.untrusted import written

NOT_JUDGED = "This exercise was not graded automatically. That costs nothing: a person will look at it."


def points_of(result: ExerciseResult | None, registered: float) -> tuple[float | None, str]:
    """Return (points, "") where the result may count, and (None, why a person has to look) where it may not.

    registered  the most points that the grade book gives; a result worked out for another number cannot count
    """
    if result is None:
        return None, "There is no result for it."
    if result.blame in ("course", "grader"):
        return None, result.note or f"The {result.blame} is at fault."
    if result.manual:
        return None, "It is graded by hand."
    if not math.isclose(result.max_points, registered, abs_tol=1e-9):
        return None, (
            f"It is worth {result.max_points:g} points in the source notebook and {registered:g} in the grade "
            "book. Run nbgrader generate_assignment --force, then grade again."
        )
    if not -1e-9 <= result.points <= registered + 1e-9:  # NaN is caught here, too
        return None, f"{result.points!r} of {registered:g} points is no result."
    return min(max(float(result.points), 0.0), registered), ""


def shared(points: float, worth: Sequence[float]) -> list[float]:
    """Share `points` out over cells that are worth so much each.

    Every cell earns the same part of its worth, and together they have all points.
    """
    total = sum(worth)
    shares = [points * each / total if total else 0.0 for each in worth[:-1]]
    return [*shares, min(max(points - sum(shares), 0.0), worth[-1])]


def judged_outputs(
    result: ExerciseResult, points: float, reveal: Reveal, *, follows: bool = False
) -> list[NotebookNode]:
    """Return the outputs of a cell that is judged: what people see of `result`, and the number of `points`.

    That number is what nbgrader's `determine_grade` takes for the points.

    reveal    what a student sees of hidden checks
    follows   the cell follows another check cell of the exercise, which shows the laws
    """
    number = new_output("execute_result", data={"text/plain": repr(points)}, execution_count=None)
    if follows:
        said = f"{result.name} is shown above; this cell has its share of the points."
        return [new_output("stream", name="stdout", text=written(said)), number]
    return [_shown(result, reveal), number]


def unjudged_outputs(result: ExerciseResult | None, reveal: Reveal) -> list[NotebookNode]:
    """Return the outputs of a cell that waits for a person, with an error at the end.

    The error is there because nbgrader gives a cell without outputs full marks.
    """
    told = [] if result is None else [_shown(result, reveal)]
    return [*told, new_output("error", ename="NotGraded", evalue=NOT_JUDGED, traceback=[NOT_JUDGED])]


def _shown(result: ExerciseResult, reveal: Reveal) -> NotebookNode:
    # Autograded notebooks become the students' feedback: they show what a student may see.
    text = _as_text(exercise_seen_by(result, "student", reveal))
    try:
        from autograder.feedback.html import exercise_fragment
    except ImportError:  # Jinja2 is an extra
        fragment = f"<pre>{html.escape(text)}</pre>"
    else:
        fragment = exercise_fragment(result, audience="student", reveal=reveal)
    return new_output("display_data", data={"text/html": written(fragment), "text/plain": written(text)})


def _as_text(result: ExerciseResult) -> str:
    lines = [f"{result.name}: {result.points:g} of {result.max_points:g} points"]
    if result.note:
        lines.append(result.note)
    for check in result.checks:
        if check.verdict != "holds":
            lines.append(f"- {check.law} ({check.verdict.replace('_', ' ')})")
            lines.extend(f"  {line}" for line in check.message.splitlines())
    return "\n".join(lines)
