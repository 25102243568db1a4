"""Makes fingerprints: asks all known programs, chooses few small calls that tell them apart, and marks what they answer.

A mark is made only of what any machine can see as well. Each program is asked twice: as the checks ask, and again with the calls in
reverse order and all floats a few roundings beside; an aspect that then changes is in no mark. And a mark that a right program
opens, or another mistake that it does not stand for, is thrown away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from autograder.laws.registry import Check
from autograder.model import Call, Tensor
from autograder.runner.naming import probes
from autograder.runner.naming.aspects import Cells, alike, fingerprint, told_apart
from autograder.runner.naming.deciding import ENOUGH, MOST_SAID, Cell
from autograder.runner.naming.fingerprints import Fingerprints, Mark, Prints, marked
from autograder.runner.naming.namer import Namer
from autograder.runner.naming.probes import Probes
from autograder.runner.naming.programs import KnownProgram
from autograder.runner.naming.sketches import ABSENT, Sketch, sketch
from autograder.runner.plans import Planner
from autograder.sandbox.transport import Batch

FEW = 16  # calls of an exercise: `check` makes them all where a law broke
CALL_BYTES, ALL_BYTES = 48 << 10, 96 << 10
WANTED = ENOUGH + 2  # calls that tell a mistake from right programs, where there are so many
BESIDE = {np.dtype(np.float32): 2.0**-20, np.dtype(np.float64): 2.0**-40}  # by this part of a number
STEADY = 1 / 16  # of a step of the grid: so far a number may move when the inputs move
AGREED = 1 / 8  # so far right programs may lie apart
CLEAR = 2.0  # steps by which a wrong answer lies beside the right one
MANY_FREE = 1 / 4  # of the calls: where right programs differ in more, they differ on purpose
UNWANTED = 8  # a call that shakes a mistake is as bad as this many that it tells apart are good


@dataclass(frozen=True, eq=False)
class Asked:
    """One program's answers to all calls, or to the chosen ones: as asked first, and as asked the second time."""

    program: KnownProgram
    cells: Cells
    again: Cells

    @cached_property
    def first(self) -> Mapping[Cell, Sketch]:
        return {cell: sketch(piece) for cell, piece in self.cells.items()}

    @cached_property
    def second(self) -> Mapping[Cell, Sketch]:
        return {cell: sketch(piece) for cell, piece in self.again.items()}

    @cached_property
    def shaken(self) -> frozenset[Cell]:
        """Where the program does not say the same both times."""
        every = {*self.first, *self.second}
        return frozenset(
            cell for cell in every if not self.shows(cell).near(self.second.get(cell, ABSENT), STEADY)
        )

    def shows(self, cell: Cell) -> Sketch:
        """Return what it answers in a cell, as a sketch."""
        return self.first.get(cell, ABSENT)

    def of(self, chosen: Sequence[int]) -> Asked:
        """Return the answers to these calls, numbered anew."""
        place = {number: index for index, number in enumerate(chosen)}
        first, again = (
            {(aspect, place[at]): piece for (aspect, at), piece in found.items() if at in place}
            for found in (self.cells, self.again)
        )
        return Asked(self.program, first, again)


@dataclass(frozen=True, eq=False)
class Known:
    """What all known programs of an exercise answer.

    free      aspects in which right programs differ from each other in many calls, as where they draw at random
    """

    right: tuple[Asked, ...]
    mistakes: tuple[Asked, ...]
    free: frozenset[str] = frozenset()

    def agreed(self, cell: Cell) -> bool:
        """Ask whether right programs say the same in a cell, each both times."""
        first = self.right[0].shows(cell)
        return not any(cell in each.shaken or not first.near(each.shows(cell), AGREED) for each in self.right)

    def told(self, cell: Cell, each: Asked) -> bool:
        """Ask whether what a mistake says in a cell lies clearly beside what right programs say."""
        mine = each.shows(cell)
        return not any(mine.near(one.shows(cell), CLEAR) for one in self.right)

    def wrong(self, each: Asked) -> list[Cell]:
        """Return the cells in which a mistake is wrong."""
        every = {*self.right[0].cells, *each.cells}
        return sorted(cell for cell in every if cell[0] not in self.free and self.told(cell, each))

    def of(self, chosen: Sequence[int]) -> Known:
        """Return what they answer to these calls."""
        right, mistakes = (tuple(each.of(chosen) for each in part) for part in (self.right, self.mistakes))
        return Known(right, mistakes, self.free)


@dataclass(frozen=True, eq=False)
class Made:
    """The marks of one exercise, and what they were made from, for whoever has to look at them: staff.

    owners   tag of a mark -> the mistakes that it stands for
    """

    prints: Prints
    known: Known
    owners: Mapping[bytes, tuple[str, ...]]


def of_assignment(
    namer: Namer,
    checks: Sequence[Check],
    planner: Planner,
    progress: Callable[[str], None] = lambda exercise: None,
    exercises: Iterable[str] | None = None,
) -> dict[str, Made]:
    """Return exercise -> its fingerprints, for the exercises that have any.

    namer       knows the programs, and where to run them
    checks      the public checks
    planner     has their inputs, under the seed that students check themselves with
    progress    is told which exercise comes next
    exercises   those that are wanted; None: all
    """
    found = {}
    for exercise in namer.programs.mistakes if exercises is None else exercises:
        mine = [each for each in checks if each.exercise == exercise]
        if not mine or not namer.programs.mistakes.get(exercise):
            continue
        progress(exercise)
        made = _of_exercise(namer, exercise, mine, planner)
        if made is not None:
            found[exercise] = made
    return found


def prints(made: Mapping[str, Made]) -> Fingerprints:
    """Return what of it students get."""
    return {exercise: each.prints for exercise, each in made.items()}


def calls_of(checks: Iterable[Check], planner: Planner) -> list[Call]:
    """Return the calls of one exercise that may be asked: those of its public checks, small and quick ones.

    checks    the exercise's
    planner   has their inputs
    """
    quick = [each for each in checks if each.visibility == "public" and not each.gpu and each.seconds is None]
    calls = probes.of_exercise(quick, planner, hidden=False, gpu=False).calls
    sizes = [_size(each) for each in calls]
    return [each for each, size in zip(calls, sizes, strict=True) if size <= CALL_BYTES]


# --- one exercise ------------------------------------------------------------------------------------------------------


def _of_exercise(namer: Namer, exercise: str, checks: Sequence[Check], planner: Planner) -> Made | None:
    calls = calls_of(checks, planner)
    if not calls:
        return None
    known = _known(namer, exercise, calls)
    usable = [number for number in range(len(calls)) if _usable(number, known)]
    chosen = _chosen(usable, [_size(each) for each in calls], known)
    return _with_marks(tuple(calls[number] for number in chosen), known.of(chosen)) if chosen else None


def _known(namer: Namer, exercise: str, calls: Sequence[Call]) -> Known:
    first, second = Probes((Batch(tuple(calls)),)), Probes((Batch(_beside(calls)),))
    right, mistakes = (
        tuple(
            Asked(each, namer.answers(each, first), _turned(namer.answers(each, second), len(calls)))
            for each in programs[exercise]
        )
        for programs in (namer.programs.right, namer.programs.mistakes)
    )
    known = Known(right, mistakes)
    return replace(known, free=_free(known, len(calls)))


def _with_marks(few: tuple[Call, ...], known: Known) -> Made | None:
    wrong = {each: _wrong(each, known) for each in known.mistakes if each.program.says}
    joined = _joined(few, {each: found for each, found in wrong.items() if found}, known.mistakes)
    joined.sort(key=lambda each: each[0].tag)  # the order of the programs' names would tell something
    owners = {mark.tag: names for mark, names in joined}
    made = Made(Prints(few, tuple(mark for mark, _ in joined)), known, owners)
    while bad := _misleading(made):
        left = tuple(mark for mark in made.prints.marks if mark.tag not in bad)
        made = replace(made, prints=Prints(few, left))
    return made if made.prints.marks else None


def _wrong(each: Asked, known: Known) -> frozenset[str]:
    """The aspects in which a mistake is wrong and steady; none where too little tells it from right programs."""
    wrong = known.wrong(each)
    shaken = {aspect for aspect, _ in each.shaken}
    steady = frozenset(aspect for aspect, _ in wrong) - shaken
    clear = [cell for cell in wrong if cell[0] in steady and _clear(cell, each, known)]
    answers = {fingerprint(each.cells[cell]) for cell in clear}
    if len({number for _, number in clear}) >= ENOUGH and len(answers) >= ENOUGH:
        return steady
    return steady if each.program.vouched else frozenset()


def _clear(cell: Cell, each: Asked, known: Known) -> bool:
    return all(told_apart(each.cells.get(cell), one.cells.get(cell)) for one in known.right)


def _joined(
    few: tuple[Call, ...], wrong: Mapping[Asked, frozenset[str]], mistakes: Sequence[Asked]
) -> list[tuple[Mark, tuple[str, ...]]]:
    """One mark for mistakes with the same answers in the same aspects, with the sentences of all; none where these are too many.

    A mistake without a sentence that has the same answers is one that the mark stands for, too.
    """
    groups: list[list[Asked]] = []
    for each, mine in wrong.items():
        alike_ones = (one for one in groups if wrong[one[0]] == mine and _same(mine, one[0], each, len(few)))
        group = next(alike_ones, None)
        if group is None:
            groups.append([each])
        else:
            group.append(each)
    found = []
    for group in groups:
        sentences = list(dict.fromkeys(each.program.says for each in group))
        if len(sentences) <= MOST_SAID:
            first, mine = group[0], wrong[group[0]]
            silent = [
                each for each in mistakes if not each.program.says and _same(mine, first, each, len(few))
            ]
            names = tuple(each.program.name for each in (*group, *silent))
            found.append((marked(first.cells, mine, few, ", or that ".join(sentences)), names))
    return found


def _same(names: Iterable[str], one: Asked, other: Asked, calls: int) -> bool:
    places = [(name, number) for name in names for number in range(calls)]
    return all(alike(one.cells.get(place), other.cells.get(place)) for place in places)


def _misleading(made: Made) -> set[bytes]:
    """The marks that right programs open, or mistakes which they do not stand for and which have no mark that they open."""
    bad: set[bytes] = set()
    for each in made.known.right:
        for cells in (each.cells, each.again):
            bad |= {mark.tag for mark, _ in made.prints.opened(cells)}
    for each in made.known.mistakes:
        for cells in (each.cells, each.again):
            opened = [mark.tag for mark, _ in made.prints.opened(cells)]
            if opened and not any(each.program.name in made.owners[tag] for tag in opened):
                bad |= set(opened)
    return bad


# --- which calls -------------------------------------------------------------------------------------------------------


def _free(known: Known, calls: int) -> frozenset[str]:
    counts: dict[str, int] = {}
    for cell in {cell for each in known.right for cell in each.cells}:
        if not known.agreed(cell):
            counts[cell[0]] = counts.get(cell[0], 0) + 1
    return frozenset(aspect for aspect, count in counts.items() if count > MANY_FREE * calls)


def _usable(number: int, known: Known) -> bool:
    """Whether right programs agree on a call, wherever they mostly do."""
    names = {aspect for each in known.right for aspect, at in each.cells if at == number} - known.free
    return all(known.agreed((name, number)) for name in names)


def _chosen(usable: Sequence[int], sizes: Sequence[int], known: Known) -> list[int]:
    """The numbers of few calls that tell mistakes from right programs, and from each other, small ones first."""
    if not usable:
        return []
    mistakes = known.mistakes
    wrong = np.array([_tells(each, usable, known) for each in mistakes])
    unsteady = np.array([_shaken(each, usable, known) for each in mistakes])
    shaken = unsteady[unsteady.mean(axis=1) < 0.5].sum(axis=0)  # others are shaken by whatever is asked
    groups = np.array([_groups(each, usable, known) for each in mistakes])
    apart = groups[:, None, :] != groups[None, :, :]
    told, pairs = np.zeros(len(mistakes), dtype=int), np.zeros(apart.shape[:2], dtype=bool)
    chosen: list[int] = []
    room = ALL_BYTES
    while len(chosen) < FEW:
        gains = [
            int(
                (wrong[:, at] & (told < WANTED)).sum()
                + (apart[:, :, at] & ~pairs).sum()
                - UNWANTED * shaken[at]
            )
            if at not in chosen and sizes[number] <= room
            else 0
            for at, number in enumerate(usable)
        ]
        best = max(range(len(usable)), key=lambda at: (gains[at], -sizes[usable[at]]))
        if gains[best] <= 0:
            break
        chosen.append(best)
        room -= sizes[usable[best]]
        told += wrong[:, best]
        pairs |= apart[:, :, best]
    return sorted(usable[at] for at in chosen)


def _tells(each: Asked, usable: Sequence[int], known: Known) -> list[bool]:
    """For each call: does it show that a mistake is wrong?"""
    numbers = {number for _, number in known.wrong(each)}
    return [number in numbers for number in usable]


def _shaken(each: Asked, usable: Sequence[int], known: Known) -> list[bool]:
    """For each call: does a mistake answer it differently when its floats move a little?"""
    numbers = {number for aspect, number in each.shaken if aspect not in known.free}
    return [number in numbers for number in usable]


def _groups(each: Asked, usable: Sequence[int], known: Known) -> list[int]:
    """For each call: a number that programs share which answer it alike, roughly."""
    rough: dict[int, list[str]] = {number: [] for number in usable}
    for (aspect, number), shown in sorted(each.first.items()):
        if number in rough and aspect not in known.free:
            rough[number].append(f"{aspect} {shown.text} {[round(x / 4) for x in shown.numbers]}")
    whole = (hashlib.sha256("|".join(rough[number]).encode("utf-8", "replace")).digest() for number in usable)
    return [int.from_bytes(each[:7], "big") for each in whole]


# --- the second time ---------------------------------------------------------------------------------------------------


def _beside(calls: Sequence[Call]) -> tuple[Call, ...]:
    """The calls in reverse order, with floats that lie a little beside."""
    return tuple(
        replace(each, arguments=_moved(each.arguments), keywords=_moved(each.keywords))
        for each in reversed(calls)
    )


def _turned(found: Cells, calls: int) -> Cells:
    return {(aspect, calls - 1 - number): piece for (aspect, number), piece in found.items()}


def _moved(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _moved(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_moved(each) for each in value)
    if isinstance(value, np.ndarray) and value.dtype in BESIDE:
        signs = np.where(np.arange(value.size) * 7 % 5 % 2 == 0, 1.0, -1.0).reshape(value.shape)
        return (value * (1.0 + BESIDE[value.dtype] * signs)).astype(value.dtype)
    if isinstance(value, Tensor):
        return replace(value, array=_moved(value.array))
    return value


def _size(call: Call) -> int:
    encoded = Batch((call,)).encoded
    return len(encoded.structure) + len(encoded.payload)
