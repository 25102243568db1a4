"""Causes before effects: what happened in a notebook that an exercise can only suffer from.

A function that is not there says nothing of why. The names that checks looked for in vain are followed back to the cell that
should have made them: it failed, it was put back to the course's version, it was deleted, or it is a stub. Read from texts and
from what running the cells gave, so that what is known from an earlier grading is told alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.model import Cause, Cell, CellResult, CheckResult, Notebook, Raised
from autograder.runner import names, unavailable
from autograder.runner.judging import NOT_DONE, lacked
from autograder.submission.checksums import untouched

STUB = "NotImplementedError"
MEND = "Mend that cell, restart the kernel, and run all cells."
_SYNTAX_PLACE = re.compile(r"\s*\((<[^>]*>|[^()\s]*), line (\d+)\)$")
_PLAIN_PYTHON = ("<unknown>", "<cell")  # files that are no IPython cell
_SAID = 300


def failure(result: CellResult, source: str = "", called: str = "") -> str:
    """Return how a cell failed, in a sentence with its error and its line; "" where it came to its end.

    result   what the cell came to
    source   its text
    called   what it is called, where it has another name than its place
    """
    cell = called or f"Cell {result.index}"
    if result.raised is not None:
        message, where = _placed(result.raised, source)
        said = f"{result.raised.type}: {message[:_SAID]}" if message else result.raised.type
        return f"{cell} ends with {said}{f' ({where})' if where else ''}."
    if result.timed_out or result.crashed:
        said = next((str(each["evalue"]) for each in result.outputs if each.get("evalue")), "")
        return (said or "The cell does not come to its end.").replace("The cell", cell, 1)
    return ""


def _placed(raised: Raised, source: str) -> tuple[str, str]:
    """The message and the line. Of a syntax error Python says the line in its message, with a file that nobody knows."""
    found = _SYNTAX_PLACE.search(raised.message)
    if found is None or raised.type not in ("SyntaxError", "IndentationError", "TabError"):
        return raised.message.rstrip("."), raised.where or ""
    number, lines = int(found[2]), source.split("\n")
    if not found[1].startswith(_PLAIN_PYTHON):  # IPython leaves out empty lines at the beginning
        number += next((at for at, line in enumerate(lines) if line.strip()), 0)
    text = lines[number - 1].strip()[:120] if 0 < number <= len(lines) else ""
    return raised.message[: found.start()], f"line {number} of its cell{f': {text}' if text else ''}"


@dataclass(frozen=True)
class Trail:
    """Leads from what is missing back to its cause.

    ran       the notebook as it ran
    results   what its cells came to
    handed_in   what was handed in, where that is not what ran: locked cells are the course's
    course    the course's own notebook, where it is known
    calls     what a cell is called: by its place, or as a kernel numbers it
    """

    ran: Notebook
    results: Sequence[CellResult]
    handed_in: Notebook | None = None
    course: Notebook | None = None
    calls: str = "Cell {}"
    _by_index: dict[int, CellResult] = field(default_factory=dict)

    def __post_init__(self) -> None:
        failed = {each.index: each for each in self.results if each.raised or each.timed_out or each.crashed}
        self._by_index.update(failed)

    def of_exercise(self, name: str, checks: Sequence[CheckResult]) -> tuple[Cause, ...]:
        """Return why an exercise misses what it misses, each cause once.

        What only a hidden check saw is not followed: a message may not tell of its inputs.
        """
        public = [check for check in checks if check.visibility == "public"]
        found: dict[tuple[str, int | None], Cause] = {}
        for missing in dict.fromkeys(check.missing for check in public if check.missing):
            cause = self.of_name(missing) or self._own_cell_failed(name, missing)
            if cause is not None:
                found.setdefault((cause.kind, cause.cell), cause)
        if any(check.message == NOT_DONE for check in public):
            cause = self._of_stub(name)
            if cause is not None:
                found.setdefault((cause.kind, cause.cell), cause)
        return tuple(found.values())

    def _own_cell_failed(self, exercise: str, missing: str) -> Cause | None:
        """The exercise's own answer failed, and its text shows no more what it was to make."""
        for cell in self.ran.code:
            if cell.grade_id == exercise and cell.index in self._by_index:
                return self._of_failed(cell, (missing,), frozenset())
        return None

    def of_name(
        self, name: str, follows: Sequence[str] = (), seen: frozenset[int] = frozenset()
    ) -> Cause | None:
        """Return why a `name` is not there; None where the notebook does not show it.

        follows   names that are not there because this one is not
        seen      cells that led here
        """
        for cell in reversed(self.ran.code):
            if cell.index in self._by_index and cell.index not in seen and name in names.bound(cell.source):
                return self._of_failed(cell, (name, *follows), seen)
        return (
            self._put_back(name, follows)
            or self._deleted(name, follows)
            or self._imported_with_others(name, follows, seen)
        )

    def of_cell(self, index: int) -> Cause | None:
        """Return why a cell failed: its own error, or the cause of what it lacked. None where it came to its end."""
        cell = next((each for each in self.ran.code if each.index == index), None)
        if cell is None or index not in self._by_index:
            return None
        return self._of_failed(cell, (), frozenset())

    def made_behind(self, name: str, index: int) -> int | None:
        """Return the cell behind `index` that is the first to give `name` a value, where none before it does."""
        places = [cell.index for cell in self.ran.code if name in names.bound(cell.source)]
        return None if not places or min(places) <= index else min(places)

    def _of_failed(self, cell: Cell, follows: Sequence[str], seen: frozenset[int]) -> Cause:
        result = self._by_index[cell.index]
        raised = result.raised
        if raised is not None:
            needed = lacked(raised)
            cause = self.of_name(needed, follows, seen | {cell.index}) if needed else None
            cause = cause or (self._stub_behind(cell, follows) if raised.type == STUB else None)
            if cause is not None:
                return cause
        what = failure(result, cell.source, self.calls.format(cell.index)) + _so(follows)
        return Cause("cell_failed", what, self._remedy(cell, raised), cell.index)

    def _remedy(self, cell: Cell, raised: Raised | None) -> str:
        if raised is None:
            return (
                "Cells have a time and a memory of their own while a notebook is graded: do less in this one."
            )
        behind = self.made_behind(lacked(raised), cell.index) if lacked(raised) else None
        if behind is not None:
            where = self.calls.format(behind).lower()
            return f"{lacked(raised)} is made in {where} only, behind it: cells run from top to bottom."
        return unavailable.advice(raised) or MEND

    def _put_back(self, name: str, follows: Sequence[str]) -> Cause | None:
        if self.handed_in is None:
            return None
        ran = {cell.index: cell.source for cell in self.ran.code if cell.index >= 0}
        for cell in self.handed_in.code:
            there = ran.get(cell.index, cell.source)
            if there != cell.source and name in names.bound(cell.source) - names.bound(there):
                what = f"The cell {cell.grade_id} (cell {cell.index}) is the course's: your change to it was taken back."
                remedy = f"Put what makes {name} into a cell of your own."
                return Cause("put_back", what + _so((name, *follows)), remedy, cell.index)
        return None

    def _deleted(self, name: str, follows: Sequence[str]) -> Cause | None:
        if self.course is None:
            return None
        there = {cell.grade_id for cell in self.ran.cells}
        for cell in self.course.code:
            if cell.grade_id and cell.grade_id not in there and name in names.bound(cell.source):
                what = f"The cell {cell.grade_id} of the course is not in the notebook." + _so(
                    (name, *follows)
                )
                remedy = "Take it from the notebook as it was handed out."
                return Cause("deleted", what, remedy)
        return None

    def _imported_with_others(self, name: str, follows: Sequence[str], seen: frozenset[int]) -> Cause | None:
        for cell in self.ran.code:
            if cell.index in self._by_index and cell.index not in seen:
                if names.EVERYTHING in names.bound(cell.source):
                    return self._of_failed(cell, (name, *follows), seen)
        return None

    def _of_stub(self, exercise: str) -> Cause | None:
        """An exercise that raises NotImplementedError: its own stub, or that of a function which it calls."""
        own = [cell for cell in self.ran.code if cell.grade_id == exercise]
        if not own:  # a kernel's cells have no grade ids
            own = [cell for cell in self.ran.code if names.of_exercise(exercise, cell.source)][-1:]
        if not own:
            return Cause("not_finished", "Not done yet.") if not self.ran.code else None
        cell = own[-1]
        if STUB not in cell.source:
            return self._stub_behind(cell, (exercise,))
        if untouched(cell) or (cell.checksum is None and _bare(cell)):
            return Cause("not_started", "", "", cell.index)
        what = f"It still raises {STUB}: not all of it is written."
        return Cause("not_finished", what, "", cell.index)

    def _stub_behind(self, cell: Cell, follows: Sequence[str]) -> Cause | None:
        used = names.looked_up(self.ran.code, names.used_in(cell.source))
        for other in self.ran.code:
            if other.index != cell.index and STUB in other.source:
                made = sorted(names.bound(other.source) & used)
                if made:
                    where = self.calls.format(other.index).lower()
                    what = f"{made[0]} is not done yet ({where}), and is needed here."
                    return Cause("not_finished", what, f"Write {made[0]} first.", other.index)
        return None


def _so(follows: Sequence[str]) -> str:
    """The names that are not there for that reason, the first that is missed first."""
    if not follows:
        return ""
    first, *others = dict.fromkeys(follows)
    if not others:
        return f" So {first} is not there."
    return (
        f" So {first} is not there, and {_and(others)}, which {'needs' if len(others) == 1 else 'need'} it."
    )


def _and(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _bare(cell: Cell) -> bool:
    """Whether nothing but the stub is in a cell: no line of code beside definitions, words and `raise`."""
    code = re.sub(r'""".*?"""|\'\'\'.*?\'\'\'', "", cell.source, flags=re.DOTALL)
    lines = [line.split("#")[0].strip() for line in code.split("\n")]
    kept = ("def ", "class ", "raise ", "super().__init__", "@", "pass")
    return all(not line or line.startswith(kept) or line.endswith(("):", ")->", ",")) for line in lines)


def bound_again(changed: Iterable[str], cell: int) -> Cause:
    """Return what to tell of an exercise that was judged as it stood at its check."""
    listed = sorted(changed)
    shown = [*listed[:3], "other names"] if len(listed) > 3 else listed
    verb = "gets" if len(listed) == 1 else "get"
    what = (
        f"{_and(shown)} {verb} another meaning in cell {cell}, behind this exercise, which does not work with it. "
        "The exercise was judged as it stood at its check."
    )
    return Cause("bound_again", what, "Use other names in later cells.", cell)


def follow_on(used: Mapping[str, int], checks: Sequence[CheckResult]) -> Cause:
    """Return what to tell of an exercise that was judged with the course's solutions of earlier ones.

    used     the earlier exercises, with their numbers in the notebook
    checks   its results
    """
    listed = _and(f"{name} (exercise {number})" for name, number in used.items())
    which = "which is not right yet" if len(used) == 1 else "which are not right yet"
    held, total = sum(each.verdict == "holds" for each in checks), len(checks)
    laws = {1: "its one law holds", 2: "both laws hold"}.get(total, f"all {total} laws hold")
    rest = "" if held == total else f"; what is shown of the others happened with your own {_and(used)}"
    said = laws if held == total else f"{held} of {total} laws hold{rest}"
    what = f"This exercise uses {listed}, {which}. Judged with the course's {_and(used)}: {said}."
    numbers = _and(str(number) for number in used.values())
    return Cause("follow_on", what, f"Mend exercise{'s' if len(used) > 1 else ''} {numbers} first.")


def alone(cause: Cause) -> str:
    """Return what a cause says where it is told once for a whole notebook, without what follows from it."""
    return re.sub(r" So \w+ is not there.*$|, and is needed here(?=\.$)", "", cause.what)
