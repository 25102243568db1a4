"""Is the assignment in order? The source earns every point, the stub none, each exercise stands alone, nothing shows.

Everything runs as a submission would: in the sandbox, with the course's limits, seed and variant.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.course import assignment as assignments
from autograder.course.assignment import Assignment
from autograder.course.settings import Settings
from autograder.errors import CourseError
from autograder.laws import registry
from autograder.model import ExerciseResult, Graded, Limits, Notebook
from autograder.release.leaks import Secrets, scan
from autograder.release.notebook import written
from autograder.release.standalone import alone
from autograder.runner import Grader
from autograder.runner.kept_inputs import KeptInputs
from autograder.sandbox.jailed import Sandbox, Usage
from autograder.sandbox.transport import Transport
from autograder.submission.notebook import parse

NOT_DONE = "NotImplementedError"
CLOSE_TO_LIMIT = 0.8  # of a limit: a slower machine would be over it


@dataclass
class Step:
    """One thing that was looked at. `troubles`: what is wrong, each with what to do; `says`: what was found."""

    name: str
    says: str = ""
    troubles: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.troubles


class Validation:
    """Looks at one assignment, step by step.

    stub     the student's notebook, as JSON
    weights  trained weights that staff hand in with the source, where the assignment wants some
    kept     where inputs lie that were drawn before
    """

    def __init__(
        self,
        assignment: Assignment,
        settings: Settings,
        source: Path,
        stub: Mapping[str, Any],
        check_files: Sequence[Path],
        secrets: Secrets,
        weights: Path | None = None,
        kept: KeptInputs | None = None,
    ) -> None:
        self.assignment = assignment
        self.settings = settings
        self.source = source
        self.stub = stub
        self.check_files = check_files
        self.secrets = secrets
        self.weights = weights
        self.kept = kept
        self.checks = registry.load(assignment.name, hidden=registry.hidden_installed())
        self.solutions = {
            cell.grade_id: cell.source
            for cell in assignment.notebook.code
            if cell.solution and not cell.grade and cell.grade_id is not None
        }

    @property
    def steps(self) -> int:
        return 5 + len(self._standing_alone())

    def run(self, sandbox: Sandbox, progress: Callable[[str], None]) -> list[Step]:
        """Run all steps; `progress` is told what comes next."""
        progress("grade ids and checks")
        matched = self._matched()
        progress("what checks show")
        shown = self._shown()
        if not matched.ok:
            return [matched, shown]
        watching = _Watching(sandbox)
        grader = Grader(self.assignment, self.settings, watching, checks=self.checks, kept=self.kept)
        progress("drawing inputs")
        grader.prepare()
        progress("the source")
        graded = self._graded(grader, self.assignment.notebook, self.weights)
        steps = [matched, shown, self._source(graded), self._costs(graded, watching.usage)]
        progress("the stub")
        steps.append(self._stub(self._graded(grader, parse(written(self.stub), self.source.name), None)))
        steps.append(self._alone(grader, progress))
        return steps

    # --- what is looked at -----------------------------------------------------------------------------------------

    def _matched(self) -> Step:
        step = Step("every grade id has checks, every check a grade id")
        try:
            assignments.match(self.assignment, self.checks)
        except CourseError as error:
            step.troubles.append(str(error))
        step.troubles += [
            f'{place}: {exercise} does not say where students can read. Write READ = "Exercise ... of this notebook" into the file.'
            for exercise, place in registry.without_read(self.checks).items()
        ]
        step.troubles += _called_by_another_name(self.assignment)
        graded = [exercise for exercise in self.assignment.exercises if not exercise.manual]
        step.says = (
            f"{len(graded)} exercises, {len(self.checks)} checks, {self.assignment.max_score:g} points"
        )
        return step

    def _shown(self) -> Step:
        """The files of public checks, as students can read them, hold no code of a solution or of staff's checks."""
        files = {f"checks/{path.parent.name}/{path.name}": path.read_bytes() for path in self.check_files}
        found = scan(files, self.secrets)
        step = Step("public checks show no hidden formula", f"{len(files)} files")
        step.troubles = [str(each) for each in found]
        return step

    def _source(self, graded: Graded) -> Step:
        step = Step("the source earns every point")
        if graded.score.error is not None:
            step.troubles.append(f"{graded.score.error.what} {graded.score.error.remedy}")
            return step
        automatic = [each for each in graded.score.exercises if not each.manual]
        earned = sum(each.points for each in automatic)
        step.says = f"{earned:g} of {sum(each.max_points for each in automatic):g}"
        for exercise in automatic:
            if exercise.points < exercise.max_points or exercise.blame is not None:
                step.troubles.append(f"{exercise.name}: {_why(exercise)}")
        for cell in graded.cells:
            if cell.raised is not None:
                raised = f"{cell.raised.type}: {cell.raised.message}"
                step.troubles.append(f"{self.source.name}, cell {cell.index} raises {raised}")
        return step

    def _stub(self, graded: Graded) -> Step:
        step = Step(f"the stub earns nothing and stops with {NOT_DONE}")
        if graded.score.error is not None:
            step.troubles.append(f"{graded.score.error.what} {graded.score.error.remedy}")
            return step
        for exercise in graded.score.exercises:
            if exercise.manual:
                continue
            if exercise.points:
                step.troubles.append(
                    f"{exercise.name}: {exercise.points:g} points for a stub. {_held(exercise)}"
                )
            elif exercise.name in self.solutions and not _not_done(exercise):
                step.troubles.append(
                    f"{exercise.name}: it does not say {NOT_DONE}, but: {_why(exercise)} "
                    "Put the solution's region where calling the function reaches it first."
                )
        step.says = f"{graded.score.score:g} points"
        return step

    def _costs(self, graded: Graded, usage: Usage) -> Step:
        """Time of the cells and memory of the whole run, against the course's limits."""
        limits = self.settings.limits
        mib, cap = usage.rss_bytes / 2**20, limits.memory_bytes / 2**20
        step = Step("run time and memory")
        step.says = (
            f"cells {graded.seconds.get('cells', 0.0):.1f} s, all {graded.seconds.get('total', 0.0):.1f} s, "
            f"{usage.cpu_seconds:.1f} s of CPU (limit {limits.submission_seconds:g}), "
            f"{mib:.0f} MiB (limit {cap:.0f})"
        )
        if usage.cpu_seconds > CLOSE_TO_LIMIT * limits.submission_seconds:
            step.troubles.append(
                "Nearly all of the time is used up. Make it cheaper, or raise submission_seconds."
            )
        if mib > CLOSE_TO_LIMIT * cap:
            step.troubles.append("Nearly all of the memory is used up. Make it smaller, or raise memory_mib.")
        for cell in graded.cells:
            if cell.timed_out:
                step.troubles.append(
                    f"{self.source.name}, cell {cell.index} takes over {limits.cell_seconds:g} s."
                )
        return step

    def _alone(self, whole: Grader, progress: Callable[[str], None]) -> Step:
        step = Step("each exercise earns its points alone, the others being stubs")
        exercises = self._standing_alone()
        for name in exercises:
            progress(f"{name} alone")
            mine = [check for check in self.checks if check.exercise == name]
            grader = Grader(self.assignment, self.settings, whole.boundary, checks=mine)
            grader.planner = whole.planner  # nothing is drawn twice
            graded = self._graded(grader, self._only(name), None)
            result = next((each for each in graded.score.exercises if each.name == name), None)
            if result is None or result.points < result.max_points:
                why = _why(result) if result is not None else str(graded.score.error)
                step.troubles.append(f"{name}: {why} Do its checks need another exercise?")
        step.says = f"{len(exercises)} exercises"
        return step

    # --- how ---------------------------------------------------------------------------------------------------------

    def _standing_alone(self) -> list[str]:
        """The exercises that have a solution cell of their own."""
        return [each.name for each in self.assignment.exercises if each.name in self.solutions]

    def _only(self, exercise: str) -> Notebook:
        code = alone(exercise, self.solutions)
        stub = parse(written(self.stub), self.source.name)
        cells = (replace(cell, source=code) if cell.grade_id == exercise else cell for cell in stub.cells)
        return replace(stub, cells=tuple(cells))

    def _graded(self, grader: Grader, notebook: Notebook, weights: Path | None) -> Graded:
        """As a submission in a folder of its own."""
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / f"{self.assignment.name}.ipynb"
            path.write_bytes(_as_file(notebook))
            if weights is not None:
                (path.parent / f"{self.assignment.name}.safetensors").write_bytes(weights.read_bytes())
            return grader.grade(path, "validation")


class _Watching:
    """A boundary that remembers what the last submission used."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.name = sandbox.name
        self._sandbox = sandbox
        self._last: Any = None

    def session(self, limits: Limits) -> Transport:
        self._last = self._sandbox.session(limits)
        return self._last  # type: ignore[no-any-return]

    @property
    def usage(self) -> Usage:
        return self._last.usage if self._last is not None else Usage()


def _as_file(notebook: Notebook) -> bytes:
    """The notebook as a file: sources, grade ids and tags are all that grading reads."""
    cells = [
        {
            "cell_type": cell.kind,
            "source": cell.source,
            "metadata": {
                "tags": list(cell.tags),
                "nbgrader": {
                    "grade_id": cell.grade_id,
                    "grade": cell.grade,
                    "solution": cell.solution,
                    "locked": cell.locked,
                    "task": cell.task,
                    "points": cell.points,
                },
            },
        }
        for cell in notebook.cells
    ]
    kernel = {"kernelspec": {"name": notebook.kernel}}
    return written({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def _why(exercise: ExerciseResult) -> str:
    """The first law that does not hold, and what is said about it."""
    broken = next((check for check in exercise.checks if check.verdict != "holds"), None)
    return exercise.note if broken is None else f"{broken.name} {broken.verdict}: {broken.message}"


def _held(exercise: ExerciseResult) -> str:
    held = [check.name for check in exercise.checks if check.credit > 0]
    return f"These hold without a solution: {', '.join(held)}. Make one of the first laws a rung (precondition=True)."


def _not_done(exercise: ExerciseResult) -> bool:
    told = [check for check in exercise.checks if check.verdict not in ("holds", "skipped")]
    texts = [
        check.message + (check.counterexample.returned if check.counterexample else "") for check in told
    ]
    return bool(told) and all(NOT_DONE in text for text in texts[:1])


def _called_by_another_name(assignment: Assignment) -> list[str]:
    """What is wrong with how the notebook names its assignment, where another one has an exercise of the same name."""
    if assignment.named not in (None, assignment.name):
        return [
            f"{assignment.file}: a locked cell says assignment({assignment.named!r}), but this is {assignment.name}. "
            "check(...) would ask the laws of the other one; write the name of this one."
        ]
    if assignment.named is not None:
        return []
    shared = {
        exercise.name: [name for name in registry.owners(exercise.name) if name != assignment.name]
        for exercise in assignment.exercises
        if not exercise.manual
    }
    return [
        f"{assignment.file}: {', '.join(others)} {'has' if len(others) == 1 else 'have'} an exercise {exercise}, too. "
        f'Say whose laws are meant, in a locked cell at the top: check = assignment("{assignment.name}").'
        for exercise, others in shared.items()
        if others
    ]
