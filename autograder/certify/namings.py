"""Is every known mistake named as itself? Each is asked as a submission with it would be, and the name compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.laws.registry import Check
from autograder.runner import plans
from autograder.runner.naming import Namer, making, probes
from autograder.runner.naming.deciding import names
from autograder.runner.naming.making import Made
from autograder.runner.naming.probes import Probes
from autograder.runner.naming.programs import KnownProgram
from autograder.runner.plans import Planner
from autograder.sandbox.transport import Batch


@dataclass(frozen=True)
class Namings:
    """Names of mistakes: those that are named as themselves, or beside one with the same answers; by another; not at all.

    silent    those of the unnamed that have no sentence, on purpose
    accused   right programs that get a name
    """

    named: tuple[str, ...]
    misnamed: tuple[str, ...]
    unnamed: tuple[str, ...]
    silent: tuple[str, ...] = ()
    accused: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return len(self.named) + len(self.misnamed) + len(self.unnamed)

    @property
    def share(self) -> float:
        return len(self.named) / self.total if self.total else 1.0


def of_mistakes(
    namer: Namer,
    checks: Sequence[Check],
    planner: Planner,
    exercises: Iterable[str],
    *,
    gpu: bool,
    advance: Callable[[], None] = lambda: None,
) -> Namings:
    """Ask for the name of every mistake of `exercises`.

    namer     knows the programs, and where to run them
    checks    of all exercises
    planner   has their inputs
    gpu       whether there is a GPU, or a simulated one
    advance   is called for each mistake
    """
    named, misnamed, unnamed, silent = list[str](), list[str](), list[str](), list[str]()
    for exercise in exercises:
        if not namer.programs.mistakes.get(exercise):
            continue
        mine = [check for check in checks if check.exercise == exercise]
        wanted = probes.of_exercise(mine, planner, hidden=True, gpu=gpu)
        ground, mistakes = namer.ground(exercise, wanted)
        for each in mistakes:
            found = [name for one in names(each.cells, ground, mistakes) for name in one.mistakes]
            (named if each.name in found else misnamed if found else unnamed).append(each.name)
            if not each.says:
                silent.append(each.name)
            advance()
    return Namings(tuple(named), tuple(misnamed), tuple(unnamed), tuple(silent))


def of_fingerprints(
    namer: Namer,
    checks: Sequence[Check],
    exercises: Iterable[str],
    *,
    progress: Callable[[str], None] = lambda exercise: None,
) -> Namings:
    """Ask for the name that `check` gives to every mistake and to every right program of `exercises`.

    Each program is asked once more what the fingerprints ask, and nothing else, as in a student's kernel.

    namer      knows the programs, and where to run them
    checks     of all exercises
    progress   is told the exercise that comes next
    """
    named, misnamed, unnamed, silent, accused = (
        list[str](),
        list[str](),
        list[str](),
        list[str](),
        list[str](),
    )
    public = [each for each in checks if each.visibility == "public"]
    made = making.of_assignment(namer, public, plans.of_students(), progress, exercises)
    for exercise in exercises:
        for each in namer.programs.mistakes.get(exercise, ()):
            found = _said(namer, made, exercise, each)
            (unnamed if found is None else named if each.name in found else misnamed).append(each.name)
            if not each.says:
                silent.append(each.name)
        accused += [
            f"{each.name}, {exercise}"
            for each in namer.programs.right.get(exercise, ())
            if _said(namer, made, exercise, each) is not None
        ]
    return Namings(tuple(named), tuple(misnamed), tuple(unnamed), tuple(silent), tuple(accused))


def _said(
    namer: Namer, made: Mapping[str, Made], exercise: str, program: KnownProgram
) -> tuple[str, ...] | None:
    """The mistakes that a program is named by; None where it has no name."""
    mine = made.get(exercise)
    if mine is None:
        return None
    found = namer.answers(program, Probes((Batch(mine.prints.calls),)))
    if not mine.prints.says(found):
        return None
    return tuple(name for mark, _ in mine.prints.opened(found) for name in mine.owners[mark.tag])
