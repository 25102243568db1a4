"""`autograder release ASSIGNMENT`: from the source notebook to the folder that students get."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from autograder import atomic
from autograder.cli.app import DONE, PERSON_NEEDED, app, errors, screen
from autograder.cli.validate import Weights, report, staff_room, validated
from autograder.course import settings
from autograder.course.folders import MANIFEST
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.release.building import Release
    from autograder.release.candidate import Candidate, Known
    from autograder.release.leaks import Finding


@app.command()
def release(
    assignment: Annotated[
        str, typer.Argument(metavar="ASSIGNMENT", help="Name of the assignment, as in assignments/NAME.")
    ],
    course: Annotated[Path, typer.Option(help="The course directory.")] = Path(),
    diff: Annotated[
        bool, typer.Option("--diff", help="Only show what would change, cell by cell; nothing is written.")
    ] = False,
    variant: Annotated[
        int | None,
        typer.Option(
            metavar="SEED",
            min=0,
            help="This term's data, seeds and numbers, as release.toml beside the notebook offers them. It is kept "
            "in autograder.toml, so that grading knows it. Default: what autograder.toml says, or the source as it is.",
        ),
    ] = None,
    despite_submissions: Annotated[
        bool,
        typer.Option(
            "--despite-submissions",
            help="Release although students have submitted and grade ids, points, locked cells or signatures changed. "
            "What they submitted is then graded by the new ones: work for a cell that is gone earns nothing, and "
            "code written for an old signature may fail. Tell them.",
        ),
    ] = False,
    validate: Annotated[bool, typer.Option(help="Run source and stub first: autograder validate.")] = True,
    leak_scan: Annotated[
        bool, typer.Option(help="Look for solutions and staff's files in what students would get.")
    ] = True,
    fingerprints: Annotated[
        bool | None,
        typer.Option(
            help="Let check() name known mistakes: ask the programs of corpus/ in the sandbox, and give students digests of what "
            "mistakes answer. Default: as --validate.",
        ),
    ] = None,
    gradebook: Annotated[
        bool,
        typer.Option(help="Enter the assignment and its points into gradebook.db, for nbgrader's commands."),
    ] = True,
    weights: Weights = None,
) -> None:
    """Make the student version of an assignment, and put it where nbgrader releases from.

    Writes COURSE/release/ASSIGNMENT/ with the notebook, the student wheel, requirements.txt, DATA.md, fingerprints of known
    mistakes and MANIFEST.json: the same bytes for the same source. First it looks for leaks, runs the source (which must earn every point) and the stub (none);
    the old release stands until the new one is whole. nbgrader release_assignment hands it out.
    """
    with staff_room():
        from autograder.release import candidate

        piece = candidate.of(course, assignment, variant)
        standing = candidate.published(piece.final)
        asked = validate if fingerprints is None else fingerprints
        known = _known_mistakes(piece) if asked and not diff else {}
        with errors.status("building ..."):
            built = piece.build(_fingerprints(piece, known) if not diff else _as_they_stand(piece, standing))
    if diff:
        _show_difference(standing, built)
        raise typer.Exit(DONE)
    _one_variant_per_term(piece)
    _keep_the_interface(piece, standing, built, despite_submissions)
    if leak_scan:
        with errors.status("looking for leaks ..."):
            found = piece.leaks(built, known)
        _stop_at_leaks(found)
    if validate:
        steps = validated(piece.validation(weights))
        report(assignment, steps)
        if not all(step.ok for step in steps):
            errors.print("Not released.", style="red")
            raise typer.Exit(PERSON_NEEDED)
    _publish(piece, built, gradebook)
    _tell(piece, standing, built)


def _known_mistakes(piece: Candidate) -> Known:
    with errors.status("asking known mistakes ...") as status:

        def progress(exercise: str) -> None:
            status.update(f"asking known mistakes of {exercise} ...")

        return piece.known_mistakes(lambda text: errors.print(text, markup=False, highlight=False), progress)


def _fingerprints(piece: Candidate, known: Known) -> dict[str, bytes]:
    from autograder.runner.naming import fingerprints, making

    prints = making.prints(known)
    return {fingerprints.file_name(piece.name): fingerprints.written(piece.name, prints)} if prints else {}


def _as_they_stand(piece: Candidate, standing: Mapping[str, bytes]) -> dict[str, bytes]:
    """The fingerprints of the last release: to make them anew takes minutes, and they show no change to a reader."""
    from autograder.runner.naming import fingerprints

    name = fingerprints.file_name(piece.name)
    return {name: standing[name]} if name in standing else {}


def _show_difference(standing: dict[str, bytes], built: Release) -> None:
    from autograder.release import difference, notebook

    name = f"{built.source.stem}.ipynb"
    if not standing:
        screen.print("There is no release yet: everything would be new.")
        return
    changes = difference.of_files(_told(standing), _told(built.files))
    if name in standing:
        changes = [*difference.of_notebooks(notebook.parsed(standing[name], name), built.document), *changes]
    if changes:
        screen.print(difference.rendered(changes))
    screen.print(f"{len(changes) or 'No'} change{'' if len(changes) == 1 else 's'} since the last release.")


def _told(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Without the manifest, which follows from the rest."""
    return {name: data for name, data in files.items() if name != MANIFEST}


def _one_variant_per_term(piece: Candidate) -> None:
    kept = piece.settings.variant
    if kept is not None and piece.variant != kept:
        raise UsageError(
            f"{settings.FILE} says variant = {kept}, the command line {piece.variant}.",
            remedy="A term has one variant: grading restores locked cells by it. Change it there, or leave --variant out.",
            file=str(piece.course / settings.FILE),
        )


def _keep_the_interface(piece: Candidate, standing: dict[str, bytes], built: Release, allowed: bool) -> None:
    from autograder.release import interface, notebook

    name = f"{built.source.stem}.ipynb"
    submitted = interface.students(piece.course, piece.name)
    if not submitted or name not in standing:
        return
    changes = interface.changes(notebook.parsed(standing[name], name), built.document)
    if not changes:
        return
    who = f"{len(submitted)} student{'s have' if len(submitted) > 1 else ' has'} submitted"
    errors.print(f"{who}, and what they rely on changed:", style="yellow")
    for change in changes:
        errors.print(f"  {change}", markup=False, highlight=False, soft_wrap=True)
    if not allowed:
        errors.print(
            "Not released. Put it back as it was, or add --despite-submissions (see --help).", style="red"
        )
        raise typer.Exit(PERSON_NEEDED)


def _stop_at_leaks(found: list[Finding]) -> None:
    if not found:
        return
    for finding in found:
        place = finding.file if finding.cell is None else f"{finding.file}, cell {finding.cell}"
        errors.print(place, style="bold", markup=False, highlight=False, soft_wrap=True)
        errors.print(Text(f"  {finding.what}", style="red"), soft_wrap=True)
        errors.print(f"  {finding.remedy}", markup=False, highlight=False, soft_wrap=True)
    leaks = "1 leak" if len(found) == 1 else f"{len(found)} leaks"
    errors.print(f"Not released: {leaks}.", style="red")
    raise typer.Exit(PERSON_NEEDED)


def _publish(piece: Candidate, built: Release, gradebook: bool) -> None:
    from autograder import nbgrader_bridge
    from autograder.release import folder

    with errors.status("releasing ..."), folder.workshop(piece.course, piece.final) as staged:
        if gradebook:
            nbgrader_bridge.enter(piece.course, piece.name, piece.source)
        folder.write(staged, built.files)
        folder.publish(staged, piece.final)
    _keep_the_fingerprints(piece, built)
    _keep_the_variant(piece)


def _keep_the_fingerprints(piece: Candidate, built: Release) -> None:
    """Keep them for formgrader's Generate, which makes the release folder anew."""
    from autograder.classroom import kept
    from autograder.runner.naming import fingerprints

    place = kept.fingerprints(piece.course, piece.name)
    data = built.files.get(fingerprints.file_name(piece.name))
    if data is None:
        place.unlink(missing_ok=True)
    else:
        atomic.write(place, data)


def _keep_the_variant(piece: Candidate) -> None:
    """Write a variant that the settings do not have into autograder.toml, above everything else."""
    if piece.variant is None or piece.settings.variant is not None:
        return
    path = piece.course / settings.FILE
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    atomic.write_text(path, f"variant = {piece.variant}\n{old}")
    screen.print(f"{path}: variant = {piece.variant} now stands there.", markup=False, highlight=False)


def _tell(piece: Candidate, standing: dict[str, bytes], built: Release) -> None:
    same = standing == dict(built.files)
    variant = "" if built.variant is None else f", variant {built.variant}"
    screen.print(f"Released {piece.name}{variant}{', as it was before' if same else ''}:", highlight=False)
    for name, data in built.files.items():
        screen.print(f"  {name:44} {_size(len(data)):>9}", markup=False, highlight=False)
    screen.print(f"  in {piece.final}", markup=False, highlight=False, soft_wrap=True)
    screen.print(
        f"Hand it out: nbgrader release_assignment {re.escape(piece.name)}, or as a folder.", highlight=False
    )


def _size(count: int) -> str:
    return f"{count / 1024:.1f} KiB" if count >= 1024 else f"{count} B"
