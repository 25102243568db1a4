"""How many examples each check has to draw, by what it catches: `autograder certify ASSIGNMENT --examples`.

A check is relied upon by the mistakes that name it, under every seed, and by the mutants that it caught before any other check. It needs
as many examples as the worst of these took to fall, times `FACTOR`: ten seeds have shown how many that are, and the factor
leaves room for seeds that nobody has tried. Checks on which nothing relies keep a few, for what nobody has thought of.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.certify.programs import Kind, Subject
from autograder.certify.runs import Look, Trial
from autograder.laws.registry import Check

FACTOR = 5
LEAST = 20
STEP = 10


@dataclass(frozen=True)
class Asked:
    """One check: the examples that it draws `now`, those after which all that relies on it has fallen, and those that it is to draw.

    relied   how many wrong programs rely on it
    """

    check: Check
    now: int
    needed: int
    relied: int
    enough: int


def asked(
    checks: Iterable[Check], subjects: Iterable[Subject], looks: Iterable[tuple[Trial, Look]]
) -> tuple[Asked, ...]:
    """Return what each check needs, for those that draw inputs.

    checks     of the assignment
    subjects   its programs
    looks      trials of them, with what came of each

    A number is never raised: a mistake that gets away is the certificate's to tell.
    """
    wrong: dict[tuple[Kind, str], Subject] = {
        (each.kind, each.name): each for each in subjects if each.kind != "solutions" and each.proof is None
    }
    needed: dict[str, int] = defaultdict(int)
    relied: dict[str, set[str]] = defaultdict(set)
    for trial, seen in looks:
        subject = wrong.get((trial.kind, trial.name))
        if subject is None or trial.later is not None or not seen.fell:
            continue
        key = _relied_upon(subject, trial, seen)
        at = seen.fell.get(key.split("/")[1])
        if at is not None:
            needed[key] = max(needed[key], at[1])
            relied[key].add(trial.name)
    return tuple(
        _asked(check, needed[key], len(relied[key]))
        for check in checks
        if check.strategies and (key := f"{check.exercise}/{check.name}")
    )


def _relied_upon(subject: Subject, trial: Trial, seen: Look) -> str:
    if subject.named is not None:
        return subject.named
    first = min(seen.fell, key=lambda name: seen.fell[name][1])
    return f"{trial.exercise}/{first}"


def _asked(check: Check, needed: int, relied: int) -> Asked:
    drawn = needed if needed <= check.examples else 0  # what falls by a fixed input needs none that is drawn
    enough = max(LEAST, STEP * math.ceil(FACTOR * drawn / STEP))
    return Asked(check, check.examples, needed, relied, min(enough, check.examples))


def write(found: Sequence[Asked]) -> dict[Path, int]:
    """Write the numbers into the files of the checks; return how many changed in each file.

    Only the number changes: `examples=100` becomes `examples=40`, and a decorator that names none gets one.
    """
    changed: dict[Path, int] = {}
    by_file: dict[Path, dict[str, int]] = defaultdict(dict)
    for each in found:
        if each.enough != each.now:
            by_file[Path(inspect.getfile(each.check.body))][each.check.name] = each.enough
    for path, wanted in by_file.items():
        text = path.read_text(encoding="utf-8")
        path.write_text(rewritten(text, wanted), encoding="utf-8")
        changed[path] = len(wanted)
    return changed


def rewritten(text: str, wanted: Mapping[str, int]) -> str:
    """Return the text of a file of checks with other numbers of examples, by the checks' names.

    >>> print(rewritten("@check(f, x=xs(), examples=100)\\ndef law(x): ...", {"law": 40}))
    @check(f, x=xs(), examples=40)
    def law(x): ...
    """
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    raw = text.encode()
    edits: list[tuple[int, int, bytes]] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name in wanted:
            edits.append(_edit(node, wanted[node.name], starts))
    for start, end, new in sorted(edits, reverse=True):
        raw = raw[:start] + new + raw[end:]
    return raw.decode()


def _edit(node: ast.FunctionDef, number: int, starts: Sequence[int]) -> tuple[int, int, bytes]:
    """(start, end, new bytes) of the number in the decorator, or of the place behind its last argument."""
    (call,) = [each for each in node.decorator_list if isinstance(each, ast.Call)]
    for keyword in call.keywords:
        if keyword.arg == "examples":
            value = keyword.value
            return _at(value.lineno, value.col_offset, starts), _end(value, starts), str(number).encode()
    last = max((*call.args, *(each.value for each in call.keywords)), key=lambda each: _end(each, starts))
    end = _end(last, starts)
    return end, end, f", examples={number}".encode()


def _at(line: int, column: int, starts: Sequence[int]) -> int:
    return starts[line - 1] + column


def _end(node: ast.expr, starts: Sequence[int]) -> int:
    return _at(node.end_lineno or node.lineno, node.end_col_offset or 0, starts)
