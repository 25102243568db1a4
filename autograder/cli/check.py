"""`autograder check NOTEBOOK`: a student's notebook against the public laws, before it is submitted."""

from __future__ import annotations

import json as plain_json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from autograder.cli.app import DONE, INTERRUPTED, PERSON_NEEDED, app, errors, screen
from autograder.cli.progress_bar import bar
from autograder.course.assignment import CHECKS_SUFFIX, Assignment, Exercise
from autograder.course.settings import Settings
from autograder.errors import UsageError
from autograder.feedback import json
from autograder.feedback.phrases import plural
from autograder.feedback.sanitise import shown
from autograder.feedback.text import student_text
from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.model import Graded, Notebook, Score
from autograder.runner import Grader
from autograder.student import graded_with, neighbours
from autograder.student.fitness import Finding, inspect, ran
from autograder.student.in_kernel import SEED, shipped_inputs
from autograder.student.local_run import Here
from autograder.student.named import BesideNotebook
from autograder.student.slow_calls import ON_TERMINAL, Patience, Stopped
from autograder.submission import notebook, receipts
from autograder.version import __version__


@app.command()
def check(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="NOTEBOOK", exists=True, dir_okay=False, help="The notebook, as it would be submitted."
        ),
    ],
    assignment: Annotated[
        str | None, typer.Option(help="Name of the assignment; default: the file's name.")
    ] = None,
    receipt: Annotated[
        bool,
        typer.Option("--receipt", help="Keep a receipt beside the notebook: what was read, with checksums."),
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Also the hidden checks (staff only; always sandboxed).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Run a notebook from top to bottom and check it, as it would be graded but with the public laws only.

    The cells run in this process, with training skipped. Says whether the notebook is fit to be submitted: whether cells are
    missing, doubled or changed, and whether all of them run; each cause once, with what follows from it. Exit status 1 means that it is not, or that a law
    does not hold.
    """
    name = assignment or path.stem
    if name not in registry.assignments():
        raise UsageError(
            f"There are no checks for an assignment called {name!r}.",
            remedy=f"Say which one it is: --assignment {' or '.join(registry.assignments())}.",
        )
    document = notebook.read(path)
    public = registry.load(name)
    try:
        graded = _graded(name, path.resolve(), document, every)
    except Stopped as stop:
        _say(str(stop))
        raise typer.Exit(INTERRUPTED) from None
    score = graded.score
    found = [] if score.error is not None else _found(path, document, public, graded)
    fit = score.error is None and not any(each.serious for each in found)
    kept = _keep(score, path) if receipt else None
    if as_json:
        print(_as_json(score, found, fit, kept), end="")
    else:
        _tell(score, document, found, fit, None if every else registry.asked_in_grading(name))
        if kept is not None:
            screen.print(f"Receipt: {kept}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(DONE if fit and _all_hold(score) else PERSON_NEEDED)


def _found(path: Path, document: Notebook, public: Sequence[Check], graded: Graded) -> list[Finding]:
    """What is to be mended first, then what is good to know."""
    beside = neighbours.inspect(path, document, f"{graded.score.assignment}.safetensors")
    found = [*ran(graded.cells, document, graded.score.exercises), *inspect(document, public), *beside]
    return sorted(found, key=lambda each: not each.serious)


def _graded(name: str, path: Path, document: Notebook, every: bool) -> Graded:
    source = _as_assignment(name, document, hidden=every)
    asked = {each.name for each in source.exercises}
    checks = [each for each in registry.load(name, hidden=every) if each.exercise in asked]
    with ExitStack() as opened:
        boundary: Any
        patience: Patience | None = None
        cells = len(document.code)
        # the cells run twice where a law broke: its smallest input is tried again in a fresh namespace
        advance = opened.enter_context(bar("checking", len(checks) + (0 if every else cells)))
        if every:
            boundary = opened.enter_context(_sandbox(any(each.gpu for each in checks)))
        else:
            patience = opened.enter_context(Patience(ON_TERMINAL, tell=_teller()))
            boundary = Here(path.parent, patience, advance)
        namer = None if every else BesideNotebook(path.parent)
        grader = Grader(
            source, Settings(seed=SEED), boundary, checks=checks, kept=shipped_inputs(), namer=namer
        )

        def judged(_: Check) -> None:
            advance()

        try:
            return grader.grade(path, path.stem, judged)
        except Stopped:
            raise
        except KeyboardInterrupt:
            raise Stopped("the check" if patience is None else patience.last) from None


def _teller() -> Callable[[str], None]:
    stream = sys.stderr  # now: while the notebook runs, sys.stderr is its own
    return lambda text: print(text, file=stream, flush=True)


def _say(text: str) -> None:
    errors.print(text, style="yellow", markup=False, highlight=False)


def _sandbox(simulate_gpu: bool) -> Any:
    from autograder.sandbox.jailed import Sandbox

    if not registry.hidden_installed():
        raise UsageError(
            "The hidden checks are not installed.", remedy="Leave out --all, or install the staff's checkout."
        )
    return Sandbox(simulate_gpu=simulate_gpu)


def _as_assignment(name: str, document: Notebook, *, hidden: bool) -> Assignment:
    """The exercises as the notebook itself names them: there is no course directory beside a student's notebook."""
    exercises = []
    known = dict.fromkeys(each.exercise for each in registry.load(name, hidden=hidden))
    for exercise in known:
        cell = document.graded(exercise + CHECKS_SUFFIX)
        worth = cell.points if cell is not None and cell.points is not None else 1.0
        exercises.append(Exercise(exercise, exercise + CHECKS_SUFFIX, worth, manual=False))
    # its own cells are the only ones to compare with, so none is restored
    return Assignment(name, replace(document, cells=()), tuple(exercises))


def _all_hold(score: Score) -> bool:
    checks = [each for exercise in score.exercises for each in exercise.checks]
    return score.error is None and bool(checks) and all(each.verdict == "holds" for each in checks)


def _keep(score: Score, path: Path) -> Path:
    """Write the receipt beside the notebook."""
    assert score.receipt is not None
    kept = path.with_name(f"{path.stem}.receipt.json")
    text = receipts.to_json(score.receipt, assignment=score.assignment, by=f"fewlabels {__version__}")
    kept.write_text(text, encoding="utf-8")
    return kept


def _as_json(score: Score, found: Sequence[Finding], fit: bool, kept: Path | None) -> str:
    """The result, and what only this command says: whether the notebook is fit to be submitted."""
    whole = plain_json.loads(json.to_json(score))
    whole["submission"] = {
        "fit": fit,
        "findings": [asdict(each) for each in found],
        "receipt": None if kept is None else str(kept),
    }
    return plain_json.dumps(whole, indent=2, ensure_ascii=True) + "\n"


def _tell(
    score: Score, document: Notebook, found: Sequence[Finding], fit: bool, more: Mapping[str, int] | None
) -> None:
    screen.print(student_text(score, complete=False, more=more))
    if more is not None:
        screen.print("These are the public laws; the grader asks more of the same functions.", style="dim")
    stated = graded_with.stated(document)
    for line in [] if stated is None else graded_with.differences(stated):
        _say(line)
    screen.print()
    serious = [each for each in found if each.serious]
    if fit:
        broken = sum(check.verdict != "holds" for exercise in score.exercises for check in exercise.checks)
        rest = f", though {plural(broken, 'law does', 'laws do')} not hold yet" if broken else ""
        screen.print(f"✓ Fit to be submitted{rest}.", style="bold green", markup=False, highlight=False)
    elif score.error is None:
        said = f"✗ Not fit to be submitted yet: {plural(len(serious), 'thing')} to mend."
        screen.print(said, style="bold red", markup=False, highlight=False)
    for each in found:
        mark = "✗" if each.serious else "!"
        screen.print(f"  {mark} {shown(each.what, 500)}", markup=False, highlight=False)
        if each.remedy:
            screen.print(f"    {each.remedy}", style="dim", markup=False, highlight=False)
        for line in _folded(each):
            screen.print(f"      {shown(line, 500)}", style="dim", markup=False, highlight=False)


FOLDED = 4  # consequences of one cause that are written out


def _folded(each: Finding) -> list[str]:
    """What comes of it, the first few in words."""
    lines = [f"so: {line}" for line in each.follows[:FOLDED]]
    more = len(each.follows) - len(lines)
    return [*lines, f"so: {plural(more, 'more of that kind', 'more of that kind')}."] if more else lines
