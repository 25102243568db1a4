"""`autograder certify ASSIGNMENT`: is the grader right?"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated

import typer

from autograder import atomic
from autograder.certify import journal as journals
from autograder.certify import page, text
from autograder.certify.certificate import Certificate, certificate
from autograder.certify.examples import asked, write
from autograder.certify.fingerprint import fingerprint
from autograder.certify.namings import Namings, of_fingerprints, of_mistakes
from autograder.certify.programs import KINDS, Subject, of_course
from autograder.certify.runs import Look, Trial, planned
from autograder.certify.workers import run
from autograder.classroom import kept
from autograder.cli.app import DONE, PERSON_NEEDED, app, errors, screen
from autograder.cli.progress_bar import bar
from autograder.course import settings
from autograder.course.assignment import Assignment
from autograder.course.folders import WORKSHOP
from autograder.course.settings import Settings
from autograder.errors import UsageError
from autograder.laws import registry
from autograder.runner import Grader, kept_inputs, naming
from autograder.runner.naming import Namer


@app.command()
def certify(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Name of the assignment.")],
    course: Annotated[
        Path, typer.Option(help="The directory with assignments/ and tests/: the checkout of the course.")
    ] = Path(),
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds; the course's own is the first.")] = 10,
    kind: Annotated[
        list[str] | None,
        typer.Option(help=f"Only these programs: {', '.join(KINDS)}; may be given several times."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Only programs or exercises that are called so, for example 'prototypes_*' or train."
        ),
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--every", help="Let all checks look at mutants too, not only until one catches them."),
    ] = False,
    examples: Annotated[
        bool,
        typer.Option(
            "--examples",
            help="Say how many examples each check has to draw, by what it catches; needs mistakes and mutants.",
        ),
    ] = False,
    write_examples: Annotated[
        bool, typer.Option("--write-examples", help="Write these numbers into the files of the checks.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Processes; default: the cores.")] = os.cpu_count() or 1,
    journal: Annotated[
        Path | None, typer.Option(help="Where to keep what is done; default: the user's cache.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what the journal holds.")] = False,
    html: Annotated[
        Path | None,
        typer.Option(help="The page to write; default: COURSE/.autograder/certificates/ASSIGNMENT.html."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the certificate as one JSON object.")
    ] = False,
) -> None:
    """Try the grader: right programs have to pass, wrong ones and mutants of the solution have to fall.

    Programs lie in corpus/ASSIGNMENT/solutions and mistakes; mutants are made from the source notebook, and those that are right all
    the same stand in corpus/ASSIGNMENT/equivalent.toml, each with the idea of its proof. All of them run in the
    sandbox. Ctrl-C keeps what is done: the same command goes on from there, and so does one with more seeds.

    `--seeds 1000 --kind solutions` is the campaign that bounds the rate of false alarms. Exit status 1: something is left.
    """
    if not registry.hidden_installed():
        raise UsageError(
            "The hidden checks are not installed.", remedy='Install the checkout: pip install -e ".[staff]".'
        )
    course = course.resolve()
    unknown = set(kind or ()) - set(KINDS)
    if unknown:
        raise UsageError(f"There are no {', '.join(sorted(unknown))}.", remedy=f"Use {', '.join(KINDS)}.")
    start = time.perf_counter()
    configured = settings.read(course)
    found = of_course(course, assignment, [each for each in KINDS if not kind or each in kind])
    chosen = [each for each in found.all if _wanted(each, only or [])]
    if not chosen:
        raise UsageError(
            "No program is called so.",
            remedy="Look into corpus/ASSIGNMENT/solutions and mistakes, or leave out --only.",
        )
    loaded = registry.load(assignment, hidden=True)
    checks = [(each.exercise, each.name) for each in loaded]
    checked = [
        each
        for each in dict.fromkeys(exercise for exercise, _ in checks)
        if _exercise_wanted(each, only or [], chosen)
    ]
    all_seeds = [configured.seed + i for i in range(seeds)]
    trials = planned(chosen, checked, all_seeds, every=every)
    path = journal or journals.default_path(assignment)
    looks = _run(course, assignment, trials, configured, jobs, path, fresh=fresh, quiet=as_json)
    result = certificate(
        assignment,
        chosen,
        looks,
        [each for each in checks if each[0] in checked and each[0] in found.exercises],
        all_seeds,
        stale=found.stale if not only else (),
        left_out=found.left_out,
        public={f"{each.exercise}/{each.name}" for each in loaded if each.visibility == "public"},
        seconds=round(time.perf_counter() - start, 1),
    )
    if any(each.kind == "mistakes" for each in chosen):
        named, own = _namings(course, found.assignment, configured, checked, quiet=as_json)
        result = replace(result, namings=named, fingerprints=own)
    needed = asked([each for each in loaded if each.exercise in checked], chosen, looks)
    _show(result, chosen, html or course / WORKSHOP / "certificates" / f"{assignment}.html", as_json=as_json)
    if (examples or write_examples) and not as_json:
        screen.print(text.examples(needed))
    if write_examples:
        for file, count in write(needed).items():
            errors.print(f"{count} numbers changed in {file}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(DONE if result.holds else PERSON_NEEDED)


def _namings(
    course: Path, source: Assignment, configured: Settings, exercises: Sequence[str], *, quiet: bool
) -> tuple[Namings, Namings]:
    """Whether mistakes are named as themselves, under the course's own seed; and by `check`, in a student's notebook."""
    from autograder.sandbox.jailed import Sandbox

    checks = registry.load(source.name, hidden=True)
    namer = Namer(naming.of_course(course, source), kept.answers(course, source.name))
    total = sum(len(namer.programs.mistakes.get(each, ())) for each in exercises)
    with Sandbox(simulate_gpu=any(check.gpu for check in checks)) as sandbox:
        # a grader gives the namer what grading gives it, so that both keep the same answers
        planner = Grader(
            source, configured, sandbox, checks=checks, kept=kept_inputs.of_course(course), namer=namer
        ).planner
        session = sandbox.session(configured.limits)
        gpu = session.no_gpu() is None
        session.close()
        with bar("naming", total, quiet) as advance:
            named = of_mistakes(namer, checks, planner, exercises, gpu=gpu, advance=advance)
        with bar("fingerprints", len(exercises), quiet) as advance:
            return named, of_fingerprints(namer, checks, exercises, progress=lambda _: advance())


def _wanted(subject: Subject, only: Sequence[str]) -> bool:
    names = [subject.name, *(exercise for exercise, _ in subject.notebooks)]
    return not only or any(fnmatch(name, pattern) for name in names for pattern in only)


def _exercise_wanted(exercise: str, only: Sequence[str], chosen: Sequence[Subject]) -> bool:
    """`--only train` looks at train alone, also in programs that solve more; a program's name means all that it solves."""
    by_exercise = [
        pattern for pattern in only if any(fnmatch(e, pattern) for each in chosen for e, _ in each.notebooks)
    ]
    return (
        len(by_exercise) < len(only) or not only or any(fnmatch(exercise, pattern) for pattern in by_exercise)
    )


def _run(
    course: Path,
    assignment: str,
    trials: Sequence[Trial],
    configured: Settings,
    jobs: int,
    path: Path,
    *,
    fresh: bool,
    quiet: bool,
) -> list[tuple[Trial, Look]]:
    """All trials with what came of them: from the journal where it has them."""
    checks = {name: fingerprint(assignment, name) for name in {each.exercise for each in trials}}
    with journals.Journal(path, fresh=fresh) as journal:
        keys = [f"{checks[each.exercise]}-{each.key}" for each in trials]
        known = {key: seen for key in keys if (seen := journal.get(key)) is not None}
        waiting = list(
            {key: each for key, each in zip(keys, trials, strict=True) if key not in known}.values()
        )
        with bar("certifying", len(waiting), quiet) as advance:
            for trial, seen in run(course, assignment, waiting, configured, jobs):
                key = f"{checks[trial.exercise]}-{trial.key}"
                journal.add(key, seen)
                known[key] = seen
                advance()
        return [(each, known[key]) for key, each in zip(keys, trials, strict=True)]


def _show(result: Certificate, subjects: Sequence[Subject], html: Path, *, as_json: bool) -> None:
    atomic.write_text(html, page.certificate_page(result, subjects))
    if as_json:
        print(json.dumps(text.as_json(result)))
        return
    for part in text.shown(result, subjects):
        screen.print(part, markup=False, highlight=False, soft_wrap=isinstance(part, str))
    screen.print(f"{'Page:':12}{html}", markup=False, highlight=False, soft_wrap=True)
    errors.print(
        "The grader is certified." if result.holds else "Something is left to do.",
        style="green" if result.holds else "red",
    )
