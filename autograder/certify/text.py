"""A certificate for a terminal, and as one JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from autograder.certify.certificate import Certificate, Tally
from autograder.certify.examples import Asked
from autograder.certify.namings import Namings
from autograder.certify.programs import KINDS, Subject

SCHEMA = 1
GOOD = {"solutions": "pass", "mistakes": "fall", "mutants": "fall"}


def percent(share: float | None, digits: int = 1) -> str:
    """Write a share in [0, 1] as a percentage; "-" for None."""
    return "-" if share is None else f"{100 * share:.{digits}f} %"


def sentences(result: Certificate) -> list[str]:
    """Say in words what the figures mean."""
    said = []
    if result.bound is not None:
        said.append(
            f"{result.alarmed} false alarms in {result.gradings} gradings of right programs "
            f"({len(result.seeds)} seed{'s' if len(result.seeds) > 1 else ''}): with 95 % confidence the rate is below {percent(result.bound, 3)}"
            f"{f' (3/{result.gradings})' if not result.alarmed else ''}."
        )
    if result.mistakes:
        shares = [each.share for each in result.mistakes]
        said.append(
            f"The mistake that gets away most often falls under {percent(min(shares))} of the seeds; "
            f"all mistakes have fallen after {max(each.needed or 0 for each in result.mistakes)} examples."
        )
    if result.public is not None:
        caught, total = result.public
        said.append(
            f"{caught} of {total} mistakes ({percent(caught / total)}) fall by a law that students have."
        )
    if result.followed:
        said.append(
            f"Exercises that use the one a mistake is in were asked {result.followed} times; points were lost there, "
            f"where the mistake is not: {len(result.misplaced)} times."
        )
    namings = result.namings
    if namings is not None:
        said.append(
            f"{len(namings.named)} of {namings.total} mistakes ({percent(namings.share)}) are named as themselves, or with one "
            f"that has the same answers; {len(namings.misnamed)} by another; {len(namings.unnamed)} not at all, "
            f"{len(namings.silent)} of these on purpose."
        )
    own = result.fingerprints
    if own is not None:
        said.append(
            f"In a student's own notebook {len(own.named)} of {own.total} ({percent(own.share)}) are named so; "
            f"{len(own.misnamed)} by another; {len(own.accused)} right programs have a name."
        )
    if result.left_out:
        said.append(f"Left out, because no code solves it: {', '.join(result.left_out)}.")
    said.append(
        f"{result.seconds:.0f} s for this run; all trials together took {result.trial_seconds:.0f} s of CPU time, "
        "those that the journal knew included."
    )
    return said


def shown(result: Certificate, subjects: Sequence[Subject]) -> Iterator[Table | str]:
    """List the parts of the answer, one below the other: tables, and lines that are not to be wrapped."""
    yield _summary(result)
    yield from sentences(result)
    yield from _left(result, subjects)
    yield from _idle(result)


def _summary(result: Certificate) -> Table:
    table = Table("programs", "total", "as they should", "right all the same", "rate", "rest")
    for kind, tally in result.tallies.items():
        good = f"{tally.good} {GOOD[kind]}"
        table.add_row(
            kind,
            str(tally.total),
            good,
            str(tally.equivalent or ""),
            percent(tally.rate),
            str(len(tally.rest)),
        )
    return table


def examples(found: Sequence[Asked]) -> Table:
    """Return a table of the examples that checks draw and need, those that could draw fewer first."""
    table = Table("check", "relied on by", "fallen after", "draws", "enough")
    for each in sorted(found, key=lambda each: each.enough - each.now):
        name = f"{each.check.exercise}/{each.check.name}"
        table.add_row(name, str(each.relied), str(each.needed), str(each.now), str(each.enough))
    now, enough = (sum(getattr(each, name) for each in found) for name in ("now", "enough"))
    table.add_row("together", "", "", str(now), str(enough))
    return table


def _left(result: Certificate, subjects: Sequence[Subject]) -> Iterator[str]:
    """What somebody has to look at, each with what is known about it."""
    entries = {each.name: each.says for each in subjects if each.kind == "mutants"}
    mutants, own = result.tallies.get("mutants"), result.fingerprints
    lists = {
        "Right programs that were accused": [
            f"{a.program}: {a.exercise}/{a.check} {a.verdict} (seed {a.seed})" for a in result.alarms
        ],
        "Mistakes that get away, or fall by another check than they name": [
            f"{each.name}: falls under {percent(each.share)} of the seeds, by {each.caught_by} under {percent(each.named)}"
            for each in result.unsure
        ],
        "Points lost in another exercise than the one that the mistake is in": [
            f"{each.program}: {each.exercise}/{check}" for each in result.misplaced for check in each.checks
        ],
        "Mistakes that are named by another": result.namings.misnamed if result.namings else (),
        "Mistakes that are named by another in a student's own notebook": own.misnamed if own else (),
        "Right programs that have a name in a student's own notebook": own.accused if own else (),
        "Checks that failed by themselves": result.faults,
        "Proven to be right, and accused all the same": result.contradicted,
        "Proofs of mutants that are not there any more": result.stale,
        "Mutants that survive, as entries of equivalent.toml": [
            entries[name] for name in (mutants.rest if mutants else ())
        ],
    }
    for title, items in lists.items():
        if items:
            yield f"\n{title}"
            yield from items


def _idle(result: Certificate) -> Iterator[str]:
    """Named exercise by exercise; only where all checks have looked at some wrong program."""
    if not result.whole & set(result.matrix):
        return
    yield f"\nChecks that kill nothing that others do not kill as well: {len(result.idle)} of {len(result.checks)}"
    for exercise in dict.fromkeys(each.exercise for each in result.idle):
        yield f"  {exercise}: {', '.join(each.name for each in result.idle if each.exercise == exercise)}"


def _namings(found: Namings | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"share": found.share, **{name: list(each) for name, each in vars(found).items()}}


def as_json(result: Certificate) -> dict[str, Any]:
    """Return the result as plain data, schema 1; rates and shares lie between 0 and 1."""
    wrong = [result.tallies[kind] for kind in ("mistakes", "mutants") if kind in result.tallies]
    caught, all_wrong = sum(each.good for each in wrong), sum(each.total - each.equivalent for each in wrong)
    empty = Tally(0, 0, 0, ())
    return {
        "schema": SCHEMA,
        "assignment": result.assignment,
        "certified": result.holds,
        **{kind: _tally(kind, result.tallies.get(kind, empty)) for kind in KINDS},
        "true_positive_rate": caught / all_wrong if all_wrong else None,
        "true_negative_rate": 1 - result.alarmed / result.gradings if result.gradings else None,
        "false_alarms": result.alarmed,
        "gradings": result.gradings,
        "false_alarm_bound": result.bound,
        "alarms": [vars(each) for each in result.alarms],
        "seeds": len(result.seeds),
        "first_seed": result.seeds[0],
        "examples_needed": {each.name: each.needed for each in result.mistakes},
        "share_of_seeds": {each.name: each.share for each in result.mistakes if each.share < 1},
        "kills": _kills(result.matrix),
        "misplaced_losses": [
            {"program": each.program, "exercise": each.exercise, "checks": list(each.checks)}
            for each in result.misplaced
        ],
        "mistakes_caught_by_public_laws": result.public and result.public[0],
        "later_exercises_asked": result.followed,
        "namings": _namings(result.namings),
        "fingerprints": _namings(result.fingerprints),
        "idle_checks": [f"{each.exercise}/{each.name}" for each in result.idle],
        "faults": list(result.faults),
        "contradicted": list(result.contradicted),
        "stale": list(result.stale),
        "left_out": list(result.left_out),
        "seconds": result.seconds,
        "cpu_seconds": result.trial_seconds,
    }


def _tally(kind: str, tally: Tally) -> dict[str, Any]:
    word = "passed" if kind == "solutions" else "caught"
    return {"total": tally.total, word: tally.good, "equivalent": tally.equivalent, "rest": list(tally.rest)}


def _kills(matrix: Mapping[str, Mapping[str, int]]) -> dict[str, list[str]]:
    """EXERCISE/CHECK -> the programs that it catches."""
    found: dict[str, list[str]] = {}
    for program, broken in matrix.items():
        for check in broken:
            found.setdefault(check, []).append(program)
    return found
