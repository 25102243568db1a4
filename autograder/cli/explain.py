"""`autograder explain ASSIGNMENT STUDENT EXERCISE/CHECK`: one check of one submission, replayed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group
from rich.panel import Panel
from rich.syntax import Syntax
from rich.text import Text

from autograder.classroom import kept
from autograder.classroom.handed_in import submissions
from autograder.cli.app import CANNOT_GRADE, DONE, PERSON_NEEDED, app, errors, screen
from autograder.course import assignment as assignments
from autograder.course import settings
from autograder.course.assignment import Assignment
from autograder.course.settings import Settings
from autograder.errors import FewlabelsError, UsageError
from autograder.feedback import json
from autograder.feedback.phrases import BECAUSE, BEGIN, BROKEN, ESSENTIAL, RULE, TO_DO, counts
from autograder.feedback.sanitise import one_name, shown
from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.model import Cause, CheckResult, Graded
from autograder.runner import Grader, kept_inputs
from autograder.runner.follow_on import lost
from autograder.runner.kept_inputs import KeptInputs
from autograder.sandbox.jailed import Sandbox


@app.command()
def explain(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Name of the assignment.")],
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="Whose submission.")],
    which: Annotated[
        str,
        typer.Argument(metavar="EXERCISE/CHECK", help="For example class_prototypes/labels_are_only_names."),
    ],
    course: Annotated[Path, typer.Option(help="The course directory.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Run one check of one submission again, and show the smallest input found that breaks its law.

    For a question like "why did I lose this point?": the submission runs anew in the sandbox, and what is shown has just
    happened. The snippet can be pasted behind the notebook's cells.
    """
    course = course.resolve()
    source = assignments.of_course(course, assignment)
    check = _find(assignment, which)
    (submission,) = submissions(course, assignment, [student])
    if submission.path is None:
        raise UsageError(
            f"{one_name(student)} has not submitted {assignment}: {submission.why}.",
            remedy="Nothing to explain.",
        )
    decided = settings.read(course)
    inputs = kept_inputs.of_course(course, writes=False)
    with Sandbox(simulate_gpu=check.gpu) as sandbox, errors.status("replaying ..."):
        alone = Grader(source, decided, sandbox, checks=[check], kept=inputs).grade(submission.path, student)
        graded = _with_what_follows(alone, check, source, decided, sandbox, submission.path, inputs)
        graded = _with_names(graded, kept.result(course, student, assignment))
    if as_json:
        print(json.to_json(graded.score))
    else:
        _show(graded, check)
    raise typer.Exit(_status(graded))


def _find(assignment: str, which: str) -> Check:
    exercise, _, name = which.partition("/")
    checks = registry.load(assignment, hidden=registry.hidden_installed())
    for check in checks:
        if (check.exercise, check.name) == (exercise, name):
            return replace(check, precondition=False)
    known = [check.name for check in checks if check.exercise == exercise]
    remedy = (
        f"{exercise} has: {', '.join(known)}."
        if known
        else f"Exercises: {', '.join(dict.fromkeys(c.exercise for c in checks))}."
    )
    raise UsageError(f"There is no check {which!r}.", remedy=remedy)


def _with_names(graded: Graded, path: Path) -> Graded:
    """With what grading found the exercise to be, where it looked at the very same files: one check alone cannot tell."""
    try:
        before = json.from_json(path.read_text(encoding="utf-8"))
    except (OSError, FewlabelsError):
        return graded
    if before.receipt is None or before.receipt != graded.score.receipt:
        return graded
    named = {each.name: each.named for each in before.exercises}
    exercises = tuple(
        replace(each, named=named.get(each.name, ()) if each.checks else ())
        for each in graded.score.exercises
    )
    return replace(graded, score=replace(graded.score, exercises=exercises))


def _with_what_follows(
    alone: Graded,
    check: Check,
    source: Assignment,
    decided: Settings,
    sandbox: Sandbox,
    path: Path,
    inputs: KeptInputs,
) -> Graded:
    """The replay, and what to tell of it where the exercise uses earlier ones that do not hold: follow-on marking."""
    if not decided.follow_on or not any(lost(each.checks) for each in alone.score.exercises):
        return alone
    known = registry.load(source.name, hidden=registry.hidden_installed())
    order = list(dict.fromkeys(each.exercise for each in known))
    earlier = [each for each in known if order.index(each.exercise) < order.index(check.exercise)]
    grader = Grader(source, decided, sandbox, checks=[*earlier, check], kept=inputs)
    whole = grader.grade(path, alone.score.student)
    told = {
        each.name: tuple(cause for cause in each.causes if cause.kind == "follow_on")
        for each in whole.score.exercises
    }
    exercises = tuple(
        replace(each, causes=(*told.get(each.name, ()), *each.causes)) if each.checks else each
        for each in alone.score.exercises
    )
    return replace(alone, score=replace(alone.score, exercises=exercises))


def _result(graded: Graded) -> CheckResult | None:
    found = [each for exercise in graded.score.exercises for each in exercise.checks]
    return found[0] if found else None


def _status(graded: Graded) -> int:
    result = _result(graded)
    if result is None or graded.score.error is not None:
        return PERSON_NEEDED
    return CANNOT_GRADE if result.verdict == "grader_fault" else DONE


def _facts(result: CheckResult, check: Check) -> tuple[str, ...]:
    """What is to be known of the check, in words: its verdict, who sees it, what it weighs."""
    facts = (
        result.verdict,
        f"{check.visibility} check",
        ESSENTIAL if check.essential else "",
        counts(check.weight),
    )
    return tuple(fact for fact in facts if fact)


def _of_cause(cause: Cause) -> tuple[tuple[str, str], ...]:
    what = cause.what or (BEGIN if cause.kind == "not_started" else "")
    return (BECAUSE, what), (TO_DO, cause.remedy)


def _show(graded: Graded, check: Check) -> None:
    result = _result(graded)
    error = graded.score.error
    if error is not None or result is None:
        screen.print(f"Not judged: {error.what if error else 'no result.'}", markup=False)
        return
    parts: list[object] = [
        Text(result.law),
        Text(", ".join(_facts(result, check)), style="bold"),
    ]
    if result.message:
        parts.append(Text(shown(result.message)))
    causes = [cause for exercise in graded.score.exercises if exercise.checks for cause in exercise.causes]
    for cause in causes:
        parts += [Text(f"{label}: {shown(text)}") for label, text in _of_cause(cause) if text]
    if result.verdict in BROKEN:
        named = [each.says for one in graded.score.exercises if one.checks for each in one.named]
        parts += [Text(shown(says), style="bold") for says in named]
    found = result.counterexample
    if found is not None:
        for name, value in {
            **found.arguments,
            "returned": found.returned,
            "had to be": found.expected,
        }.items():
            if value:
                parts += [Text(f"\n{name}", style="bold"), Text(value)]
        parts += [
            Text("\nPaste behind the notebook's cells:", style="bold"),
            Syntax(found.snippet, "python", word_wrap=True),
        ]
    parts.append(Text(f"\n{RULE}", style="dim"))
    title = Text(f"{one_name(graded.score.student)}: {check.exercise}/{check.name}")
    screen.print(Panel(Group(*parts), title=title))  # type: ignore[arg-type]
