"""Of which known mistake a program's answers are. Pure: cells in, names out. `autograder.runner.naming` says by which rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.model import CheckResult
from autograder.runner.naming.aspects import Cells, alike, fingerprint, told_apart

ENOUGH = 3  # calls that tell a mistake from a right program, and different answers in them
MOST_SAID = 2  # sentences of mistakes that have the same answers
SAYS = "This is what a program returns that {}."
IN_PART = "Part of what comes back is that of a program that {}."
ODD = {"grader_fault", "missing", "timed_out", "crashed"}
Cell = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A mistake, what it answers, and where that is wrong. `says` and `vouched` as in `KnownProgram`."""

    name: str
    says: str
    vouched: bool
    cells: Cells
    wrong: frozenset[Cell]


@dataclass(frozen=True)
class Name:
    """What a program was found to do: one sentence, and the mistakes that it stands for.

    aspects   those in which the program is wrong and equals these mistakes
    """

    says: str
    mistakes: tuple[str, ...]
    aspects: frozenset[str]


@dataclass(frozen=True, eq=False)
class Ground:
    """What right programs answer, and where they agree: elsewhere nobody is wrong by being different."""

    right: Cells
    others: tuple[Cells, ...]
    free: frozenset[Cell]

    @classmethod
    def of(cls, right: Sequence[Cells]) -> Ground:
        """Return the ground that right programs lay, the course's own first."""
        first, *others = right
        free = {
            cell
            for other in others
            for cell in {*first, *other}
            if not alike(first.get(cell), other.get(cell))
        }
        return cls(first, tuple(others), frozenset(free))

    def wrong(self, answers: Cells) -> frozenset[Cell]:
        """Return the cells in which a program differs from right ones that agree."""
        every = {*self.right, *answers} - self.free
        return frozenset(cell for cell in every if not alike(self.right.get(cell), answers.get(cell)))

    def own(self, answers: Cells) -> frozenset[Cell]:
        """Return the cells in which right programs differ from each other, and this one from all of them."""
        right = (self.right, *self.others)
        return frozenset(
            cell for cell in self.free if not any(alike(each.get(cell), answers.get(cell)) for each in right)
        )


def worth_asking(results: Iterable[CheckResult]) -> bool:
    """Ask whether an exercise with these results may have a name: a law broke, and nothing went wrong in another way."""
    verdicts = {each.verdict for each in results}
    return bool(verdicts & {"falsified", "raised"}) and not verdicts & ODD


def names(student: Cells, ground: Ground, mistakes: Iterable[Candidate]) -> tuple[Name, ...]:
    """Return what a program is named by: nothing, one sentence, or one each for two parts of what comes back.

    student    what it answers
    ground     what right programs answer
    mistakes   the known ones
    """
    mistakes = [each for each in mistakes if each.says]
    wrong = ground.wrong(student)
    aspects = _aspects(wrong)
    twins = [each for each in mistakes if _equal(each.cells, student)]
    found = _said([each for each in twins if _enough(each, ground, aspects, twin=True)], aspects)
    if found or not aspects:
        return found
    explained = {each: mine for each in mistakes if (mine := _explains(each, student, ground, wrong))}
    whole = [each for each, mine in explained.items() if mine == aspects]
    if whole:
        return _said([each for each in whole if _enough(each, ground, aspects)], aspects)
    return _in_parts(explained, ground, aspects)


def _aspects(cells: Iterable[Cell]) -> frozenset[str]:
    return frozenset(aspect for aspect, _ in cells)


def _explains(each: Candidate, student: Cells, ground: Ground, wrong: frozenset[Cell]) -> frozenset[str]:
    """The aspects in which a program is wrong and equals the mistake in all calls; none where it is right and the mistake is not."""
    mine = each.wrong
    if not _aspects(mine) <= _aspects(wrong):
        return frozenset()
    left = _aspects(mine)
    for cell in {*each.cells, *student} - ground.free:
        if cell[0] in left and not alike(each.cells.get(cell), student.get(cell)):
            left -= {cell[0]}
            if not left:
                break
    return left


def _equal(one: Cells, other: Cells) -> bool:
    return one.keys() == other.keys() and all(alike(one[cell], other[cell]) for cell in one)


def _enough(each: Candidate, ground: Ground, aspects: frozenset[str], *, twin: bool = False) -> bool:
    """Whether answers tell the mistake from right programs clearly and often enough for its sentence.

    twin   every single answer is equal, also those that right programs draw at random: these count, too
    """
    wrong = {cell for cell in each.wrong if cell[0] in aspects}
    right = (ground.right, *ground.others)
    if twin:
        wrong |= ground.own(each.cells)
    clear = [cell for cell in wrong if all(told_apart(each.cells.get(cell), one.get(cell)) for one in right)]
    answers = {fingerprint(each.cells[cell]) for cell in clear}
    if len({number for _, number in clear}) >= ENOUGH and len(answers) >= ENOUGH:
        return True
    return each.vouched and bool(wrong)


def _said(mistakes: Sequence[Candidate], aspects: frozenset[str]) -> tuple[Name, ...]:
    """One name, for mistakes that have the same answers; none where they have too many sentences."""
    sentences = dict.fromkeys(each.says for each in mistakes)
    if not 1 <= len(sentences) <= MOST_SAID:
        return ()
    return (Name(", or that ".join(sentences), tuple(each.name for each in mistakes), aspects),)


def _in_parts(
    explained: Mapping[Candidate, frozenset[str]], ground: Ground, aspects: frozenset[str]
) -> tuple[Name, ...]:
    """Two mistakes that explain all together, each a part of its own; nothing where there is no such pair, or more than one."""
    parts: dict[frozenset[str], list[Candidate]] = {}
    for each, mine in explained.items():
        if _enough(each, ground, mine):
            parts.setdefault(mine, []).append(each)
    pairs = [
        (one, aspects - one) for one in parts if (aspects - one) in parts and min(one) < min(aspects - one)
    ]
    pairs = pairs or [
        (one, other) for one in parts for other in parts if min(one) < min(other) and one | other == aspects
    ]
    if len(pairs) != 1:
        return ()
    found = tuple(_said(parts[part], part) for part in pairs[0])
    return tuple(each for one in found for each in one) if all(found) else ()
