"""What all trials say together. Pure: the same trials give the same certificate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.certify.misplaced import Misplaced
from autograder.certify.namings import Namings
from autograder.certify.programs import Kind, Subject
from autograder.certify.runs import Look, Trial

SURE = 0.99  # the share of seeds under which a mistake falls, and of mutants that fall


@dataclass(frozen=True)
class Tally:
    """`good`: solutions that passed, mistakes and mutants that fell. `rest`: names of those that are neither good nor
    proven to be right."""

    total: int
    good: int
    equivalent: int
    rest: tuple[str, ...]

    @property
    def rate(self) -> float | None:
        wrong = self.total - self.equivalent
        return self.good / wrong if wrong else None


@dataclass(frozen=True)
class Alarm:
    """A check that accused a right program."""

    program: str
    exercise: str
    seed: int
    check: str
    verdict: str


@dataclass(frozen=True)
class Caught:
    """How a mistake falls. `needed`: examples after which it has fallen, under the worst of its seeds; None: it did not.

    share     of the seeds under which it falls
    named     share of the seeds under which the check that it names is the one, or one of those, that caught it
    """

    name: str
    caught_by: str
    share: float
    named: float
    needed: int | None


@dataclass(frozen=True)
class CheckView:
    """A check, and what it kills: `alone` counts what nothing else would have caught, among the programs that every check
    has looked at."""

    exercise: str
    name: str
    mistakes: int
    mutants: int
    alone: int
    named: int


@dataclass(frozen=True)
class Certificate:
    """`gradings`: a right program, all its exercises, under one seed. `matrix`: program -> EXERCISE/CHECK -> number of
    the example at which it broke, under the first seed. `whole`: the programs that every check has looked at. `followed`: how often
    an exercise was asked that uses the one a mistake is in; `misplaced`: where it lost points by it. `public`: how many mistakes fall by
    a law that students have, of how many; None: without mistakes. `namings`: in grading;
    `fingerprints`: in a student's own notebook."""

    assignment: str
    seeds: tuple[int, ...]
    tallies: Mapping[Kind, Tally]
    gradings: int
    alarms: tuple[Alarm, ...]
    mistakes: tuple[Caught, ...]
    checks: tuple[CheckView, ...]
    matrix: Mapping[str, Mapping[str, int]]
    whole: frozenset[str]
    faults: tuple[str, ...]
    contradicted: tuple[str, ...]
    stale: tuple[str, ...]
    left_out: tuple[str, ...]
    seconds: float
    trial_seconds: float
    namings: Namings | None = None
    fingerprints: Namings | None = None
    misplaced: tuple[Misplaced, ...] = ()
    followed: int = 0
    public: tuple[int, int] | None = None

    @property
    def alarmed(self) -> int:
        """Gradings with a false alarm."""
        return len({(each.program, each.seed) for each in self.alarms})

    @property
    def bound(self) -> float | None:
        return upper_bound(self.alarmed, self.gradings)

    @property
    def idle(self) -> tuple[CheckView, ...]:
        """Checks that kill nothing that others do not kill as well."""
        return tuple(each for each in self.checks if each.alone == 0)

    @property
    def unsure(self) -> tuple[Caught, ...]:
        """Mistakes that get away under more seeds than they may, or fall by another check than they name."""
        return tuple(each for each in self.mistakes if each.share < SURE or each.named < SURE)

    @property
    def holds(self) -> bool:
        """Whether all that has to be true of the grader is true, as far as it was looked at."""
        rest = [tally for kind, tally in self.tallies.items() if kind != "mutants" and tally.rest]
        mutants = self.tallies.get("mutants")
        enough = mutants is None or mutants.rate is None or mutants.rate >= SURE
        accused = self.fingerprints.accused if self.fingerprints is not None else ()
        wrong = (
            self.alarms,
            self.unsure,
            self.misplaced,
            self.faults,
            self.contradicted,
            self.stale,
            accused,
            rest,
        )
        return enough and not any(wrong)


def upper_bound(alarms: int, gradings: int) -> float | None:
    """Return the rate of false alarms that 95 % confidence leaves; None without gradings.

    3/n where no alarm was seen, else by Clopper and Pearson.
    """
    if gradings == 0:
        return None
    if alarms == 0:
        return min(1.0, 3.0 / gradings)
    from scipy.stats import beta

    return 1.0 if alarms == gradings else float(beta.isf(0.05, alarms + 1, gradings - alarms))


def certificate(
    assignment: str,
    subjects: Sequence[Subject],
    looks: Iterable[tuple[Trial, Look]],
    checks: Sequence[tuple[str, str]],
    seeds: Sequence[int],
    *,
    stale: Sequence[str] = (),
    left_out: Sequence[str] = (),
    public: Collection[str] = (),
    seconds: float = 0.0,
) -> Certificate:
    """Put together what the trials say of the grader.

    subjects   the programs, by kind and name
    looks      each trial with what came of it
    checks     (exercise, name) of all checks, in their order
    seeds      the course's own first
    stale      proofs of mutants that do not exist
    left_out   exercises that no code solves
    public     EXERCISE/CHECK of those that students have
    seconds    how long all of it took

    `assignment` is the name that the certificate bears.
    """
    by_program: dict[tuple[Kind, str], list[tuple[Trial, Look]]] = defaultdict(list)
    behind: list[tuple[Trial, Look]] = []
    for trial, seen in looks:
        (by_program[trial.kind, trial.name] if trial.later is None else behind).append((trial, seen))
    mine = [each for each in subjects if (each.kind, each.name) in by_program]
    right = [each for each in mine if each.kind == "solutions" or each.proof is not None]
    alarms = [alarm for each in right for alarm in _alarms(by_program[each.kind, each.name])]
    solutions = {each.program for each in alarms} & {each.name for each in mine if each.kind == "solutions"}
    mistakes = tuple(
        _caught(each, by_program[each.kind, each.name]) for each in mine if each.kind == "mistakes"
    )
    fallen = {each.name for each in mistakes if each.share >= SURE}
    fallen |= {
        each.name for each in mine if each.kind == "mutants" and _fell(by_program[each.kind, each.name])
    }
    contradicted = tuple(each.name for each in mine if each.proof is not None and each.name in fallen)
    matrix = {
        each.name: _broken(by_program[each.kind, each.name], seeds[0])
        for each in mine
        if each.kind != "solutions" and each.proof is None
    }
    whole = frozenset(each.name for each in mine if _whole(by_program[each.kind, each.name], seeds[0]))
    return Certificate(
        assignment=assignment,
        seeds=tuple(seeds),
        tallies={kind: _tally(kind, mine, fallen, solutions) for kind in dict.fromkeys(each.kind for each in mine)},
        gradings=len({(each.name, trial.seed) for each in mine if each.kind == "solutions"
                      for trial, _ in by_program[each.kind, each.name]}),
        alarms=tuple(each for each in alarms if each.program not in contradicted),
        mistakes=mistakes,
        checks=tuple(_view(exercise, name, mine, matrix, whole) for exercise, name in checks),
        matrix=matrix,
        whole=whole,
        faults=tuple(_faults(by_program)),
        contradicted=contradicted,
        stale=tuple(stale),
        left_out=tuple(left_out),
        seconds=seconds,
        trial_seconds=round(sum(seen.seconds for mine in (*by_program.values(), behind) for _, seen in mine), 1),
        misplaced=tuple(Misplaced(each.name, each.exercise, tuple(seen.fell)) for each, seen in behind if seen.fell),
        followed=len(behind),
        public=_by_public_laws([each.name for each in mine if each.kind == "mistakes"], matrix, public),
    )  # fmt: skip


def _by_public_laws(
    mistakes: Sequence[str], matrix: Mapping[str, Mapping[str, int]], public: Collection[str]
) -> tuple[int, int] | None:
    caught = sum(not matrix[each].keys().isdisjoint(public) for each in mistakes)
    return (caught, len(mistakes)) if mistakes and public else None


def _alarms(looks: Sequence[tuple[Trial, Look]]) -> list[Alarm]:
    return [
        Alarm(trial.name, trial.exercise, trial.seed, check, verdict)
        for trial, seen in looks
        for check, (verdict, _) in seen.fell.items()
    ]


def _accused(seen: Look) -> Mapping[str, int]:
    """check -> at which example; a check that failed by itself accuses nobody."""
    return {check: at for check, (verdict, at) in seen.fell.items() if verdict != "grader_fault"}


def _fell(looks: Sequence[tuple[Trial, Look]]) -> bool:
    return any(_accused(seen) for _, seen in looks)


def _broken(looks: Sequence[tuple[Trial, Look]], seed: int) -> dict[str, int]:
    found = [(trial, seen) for trial, seen in looks if trial.seed == seed]
    return {f"{trial.exercise}/{check}": at for trial, seen in found for check, at in _accused(seen).items()}


def _whole(looks: Sequence[tuple[Trial, Look]], seed: int) -> bool:
    return all(trial.every for trial, _ in looks if trial.seed == seed)


def _caught(subject: Subject, looks: Sequence[tuple[Trial, Look]]) -> Caught:
    named = str(subject.named).split("/")[-1]
    accused = [_accused(seen) for _, seen in looks]
    fallen = [each for each in accused if each]
    needed = max((min(each.values()) for each in fallen), default=0) if len(fallen) == len(accused) else None
    share = len(fallen) / len(accused)
    return Caught(
        subject.name, str(subject.named), share, sum(named in each for each in accused) / len(accused), needed
    )


def _tally(kind: Kind, subjects: Sequence[Subject], fallen: set[str], alarmed: set[str]) -> Tally:
    mine = [each for each in subjects if each.kind == kind]
    if kind == "solutions":
        return Tally(
            len(mine), len(mine) - len(alarmed), 0, tuple(each.name for each in mine if each.name in alarmed)
        )
    proven = [each for each in mine if each.proof is not None and each.name not in fallen]
    good = [each for each in mine if each.name in fallen]
    rest = tuple(each.name for each in mine if each.name not in fallen and each.proof is None)
    return Tally(len(mine), len(good), len(proven), rest)


def _view(
    exercise: str,
    name: str,
    subjects: Sequence[Subject],
    matrix: Mapping[str, Mapping[str, int]],
    whole: frozenset[str],
) -> CheckView:
    key = f"{exercise}/{name}"
    kinds = {each.name: each.kind for each in subjects}
    kills = [program for program, broken in matrix.items() if key in broken]
    return CheckView(
        exercise,
        name,
        sum(kinds[each] == "mistakes" for each in kills),
        sum(kinds[each] == "mutants" for each in kills),
        sum(len(matrix[each]) == 1 for each in kills if each in whole),
        sum(each.named == key for each in subjects),
    )


def _faults(looks: Mapping[tuple[Kind, str], Sequence[tuple[Trial, Look]]]) -> Iterable[str]:
    for (kind, name), mine in looks.items():
        for trial, seen in mine:
            for check, (verdict, _) in seen.fell.items():
                if verdict == "grader_fault" and kind != "solutions":
                    yield f"{trial.exercise}/{check} failed by itself on {name} (seed {trial.seed})"
