"""A check under a seed, ready to be put to any submission: its laws, and their calls in one frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autograder import fixtures
from autograder.course.settings import Settings
from autograder.errors import CheckError
from autograder.laws import registry
from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law
from autograder.runner.drawing import Drawn, draw, seed_of
from autograder.runner.kept_inputs import KeptInputs
from autograder.sandbox.transport import PROCEDURE, Batch

STUDENTS = 0  # the seed under which students check themselves: other inputs than they are graded on


@dataclass(frozen=True, eq=False)
class Plan:
    """The laws of one check, drawn ones first; `drawn` of them can be shrunk. `inputs`: what each was made of."""

    check: Check
    laws: tuple[Law, ...]
    drawn: int
    inputs: tuple[Drawn, ...] = ()

    @cached_property
    def batch(self) -> Batch:
        return Batch(tuple(call for law in self.laws for call in law.calls), self.check.seconds)


class Planner:
    """Draws each check once per course seed and hands the same plan to every submission.

    kept   where inputs lie that were drawn before, and where new ones are put
    """

    def __init__(self, seed: int, course: Any, kept: KeptInputs | None = None) -> None:
        self.seed = seed
        self.course = course
        self._kept = kept
        self._plans: dict[int, Plan] = {}

    def plan(self, check: Check, weights: Any = None) -> Plan:
        """Return the plan of a check, drawn at the first call.

        A check that asks for trained `weights` has a plan of its own for each submission.
        """
        if "weights" in check.runner_parameters:  # its calls carry a submission's own file
            return self._draw(check, weights)
        if id(check) not in self._plans:
            self._plans[id(check)] = self._draw(check, None)
        return self._plans[id(check)]

    def take(self, check: Check, drawn: Sequence[Drawn]) -> None:
        """Plan a check with what another process has drawn for it under the same seed."""
        self._keep(check, drawn)
        self._plans[id(check)] = self._made(check, drawn, None)

    def take_kept(self, check: Check) -> bool:
        """Plan a check with what is kept of it; False where nothing is."""
        drawn = None if self._kept is None else self._kept.read(check, self.seed)
        if drawn is not None:
            self._plans[id(check)] = self._made(check, drawn, None)
        return drawn is not None

    def law(self, check: Check, drawn: Drawn, weights: Any = None) -> Law:
        """Return the law that a `check` makes of what was `drawn`, and of trained `weights` where it asks for them."""
        return check.body(**drawn, **self._given(check, weights))

    def _draw(self, check: Check, weights: Any) -> Plan:
        drawn = None if self._kept is None else self._kept.read(check, self.seed)
        if drawn is None:
            drawn = draw(check, self.seed)
            self._keep(check, drawn)
        return self._made(check, drawn, weights)

    def _keep(self, check: Check, drawn: Sequence[Drawn]) -> None:
        if self._kept is not None:
            self._kept.keep(check, self.seed, drawn)

    def _made(self, check: Check, drawn: Sequence[Drawn], weights: Any) -> Plan:
        inputs = (*drawn, *check.also)
        laws = [self.law(check, each, weights) for each in inputs]
        _refuse_unsaid_gpu(check, laws)
        return Plan(check, tuple(laws), len(drawn) if check.strategies else 0, inputs)

    def _given(self, check: Check, weights: Any) -> Mapping[str, Any]:
        available = {"seed": seed_of(check, self.seed), "weights": weights, "course": self.of_course(check)}
        return {name: available[name] for name in check.runner_parameters}

    def of_course(self, check: Check) -> Any:
        """Return what a check gets for its parameter `course`; None where it has none."""
        if "course" not in check.runner_parameters:
            return None
        if not isinstance(self.course, Settings):
            return self.course
        return self.course.of(check.assignment, registry.thresholds(check.assignment))


def _refuse_unsaid_gpu(check: Check, laws: Sequence[Law]) -> None:
    """A machine without a GPU would let the student pay for it."""
    if check.gpu:
        return
    for call in (call for law in laws for call in law.calls):
        if (
            call.function.startswith(PROCEDURE)
            and call.function.removeprefix(PROCEDURE) in fixtures.NEAR_A_GPU
        ):
            raise CheckError(
                f"The check {check.exercise}/{check.name} calls {call.function!r} without saying that it needs a GPU.",
                remedy="Write @check(..., gpu=True).",
            )


def of_students(kept: KeptInputs | None = None) -> Planner:
    """Return a planner of the inputs that students check themselves with. `kept`: where they lie, if they were drawn before."""
    return Planner(STUDENTS, Settings(seed=STUDENTS), kept)
