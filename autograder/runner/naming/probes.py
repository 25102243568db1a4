"""The calls by which programs are told apart: those of an exercise's checks, of their first inputs and of their fixed ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law
from autograder.model import Call
from autograder.runner.plans import Planner
from autograder.sandbox.transport import Batch

SHARE = 10  # of the inputs that a check draws, every tenth's number is asked: a slow check draws few
MOST = 8  # inputs of one check
PLAIN = 1  # the very first inputs that Hypothesis draws are the plainest there are: all zeros tell nothing


@dataclass(frozen=True, eq=False)
class Probes:
    """The calls, in their order, with the deadline of each."""

    batches: tuple[Batch, ...]

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        return tuple(call for batch in self.batches for call in batch.calls)

    @cached_property
    def digest(self) -> bytes:
        """What is asked, as a digest."""
        whole = hashlib.sha256()
        for batch in self.batches:
            whole.update(f"{batch.call_seconds}".encode() + batch.encoded.structure + batch.encoded.payload)
        return whole.digest()


def of_exercise(checks: Iterable[Check], planner: Planner, *, hidden: bool, gpu: bool) -> Probes:
    """Return the calls for one exercise.

    checks    the exercise's
    planner   has the inputs of all of them
    hidden    whether hidden checks ask, too
    gpu       whether there is a GPU, or a simulated one, for the checks that ask for it
    """
    batches = []
    for check in checks:
        if (check.gpu and not gpu) or (check.visibility == "hidden" and not hidden):
            continue
        if "weights" in check.runner_parameters:  # these look at a file of the submission, not at a function
            continue
        calls = tuple(call for law in _chosen(check, planner) for call in law.calls)
        if calls:
            batches.append(Batch(calls, check.seconds))
    return Probes(tuple(batches))


def _chosen(check: Check, planner: Planner) -> Iterator[Law]:
    plan = planner.plan(check)
    drawn, fixed = plan.laws[: plan.drawn], plan.laws[plan.drawn :]
    wanted = max(1, min(MOST, -(-check.examples // SHARE)))
    start = PLAIN if len(drawn) > wanted + PLAIN else 0
    yield from drawn[start : start + wanted]
    yield from fixed
