"""All checks of a submission, exercise by exercise: the ladder, the shrinking of one law, the replay, the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from autograder.laws import Law
from autograder.model import CheckResult, Counterexample, Outcome
from autograder.registry import Check
from autograder.runner.drawing import Drawn, shrink
from autograder.runner.judging import Finding, judge
from autograder.runner.plans import Plan, Planner
from autograder.sandbox.transport import Batch, Transport
from autograder.wording import arguments, outcome_text, snippet

SHRINK_CALLS = 400
ENDS_ALLOWED = 2  # how often an exercise may hang or crash before the rest of its checks is left out

Progress = Callable[[Check], None]


def run_exercises(
    checks: Sequence[Check],
    transport: Transport,
    planner: Planner,
    *,
    weights: Any = None,
    progress: Progress | None = None,
) -> dict[str, tuple[CheckResult, ...]]:
    """exercise -> the results of its checks, in their order."""
    results = {}
    for exercise, group in groupby(checks, key=lambda check: check.exercise):
        results[exercise] = tuple(_Exercise(transport, planner, weights).run(group, progress))
    return results


class _Exercise:
    def __init__(self, transport: Transport, planner: Planner, weights: Any) -> None:
        self.transport = transport
        self.planner = planner
        self.weights = weights
        self.shrunk = False
        self.ends = 0

    def run(self, checks: Iterable[Check], progress: Progress | None) -> Iterable[CheckResult]:
        stopped: str | None = None
        for check in checks:
            if progress is not None:
                progress(check)
            if stopped is not None:
                yield _result(check, "skipped", message=stopped)
                continue
            result = self.check(check)
            yield result
            if result.verdict in ("timed_out", "crashed"):
                self.ends += 1
            if check.ladder and result.verdict not in ("holds", "grader_fault"):
                stopped = f"Not looked at, because {check.name} did not hold."
            elif self.ends >= ENDS_ALLOWED:
                stopped = "Not looked at, because the exercise ran out of time or crashed too often."

    def check(self, check: Check) -> CheckResult:
        plan = self.planner.plan(check, self.weights)
        index, finding, outcomes = _first_broken(plan, self.transport.answer(plan.batch))
        if finding is None:
            return _result(check, "holds", examples=len(plan.laws), credit=1.0)
        law = plan.laws[index]
        if not self.shrunk and finding.verdict in ("falsified", "raised"):
            self.shrunk = True
            law, finding, outcomes = self._smallest(plan, index, finding, outcomes)
        return _result(
            check,
            finding.verdict,
            examples=index + 1,
            message=finding.broken.says,
            counterexample=_counterexample(law, finding, outcomes),
            credit=finding.broken.credit if finding.verdict == "falsified" else 0.0,
        )

    def _smallest(
        self, plan: Plan, index: int, finding: Finding, outcomes: Sequence[Outcome]
    ) -> tuple[Law, Finding, Sequence[Outcome]]:
        """Shrinks live, and replays what was found in a fresh child before it is believed."""
        check, law = plan.check, plan.laws[index]
        budget = SHRINK_CALLS // max(1, len(law.calls))

        def breaks(drawn: Drawn) -> bool:
            candidate = self._judged(self.planner.law(check, drawn, self.weights), plan)
            return candidate is not None and candidate.verdict == finding.verdict

        if index < plan.drawn:
            smallest = shrink(check, self.planner.seed, index, breaks, budget)
            if smallest is not None:
                law = self.planner.law(check, smallest, self.weights)
        self.transport.renew()
        outcomes = self.transport.answer(Batch(law.calls, check.seconds))
        again = judge(law, outcomes)
        if again is None:
            says = "It broke once and held when asked again in a fresh process: the result depends on earlier calls."
            return law, Finding("inconsistent", replace(finding.broken, says=says)), outcomes
        return law, again, outcomes

    def _judged(self, law: Law, plan: Plan) -> Finding | None:
        return judge(law, self.transport.answer(Batch(law.calls, plan.check.seconds)))


def _first_broken(plan: Plan, outcomes: Sequence[Outcome]) -> tuple[int, Finding | None, Sequence[Outcome]]:
    start = 0
    for index, law in enumerate(plan.laws):
        mine = outcomes[start : start + len(law.calls)]
        finding = judge(law, mine)
        if finding is not None:
            return index, finding, mine
        start += len(law.calls)
    return -1, None, ()


def _counterexample(law: Law, finding: Finding, outcomes: Sequence[Outcome]) -> Counterexample | None:
    if not law.calls or finding.verdict in ("missing", "grader_fault"):
        return None
    broken = finding.broken
    which = min(broken.call, len(law.calls) - 1)
    shown = law.calls if len(law.calls) <= 4 else law.calls[which : which + 1]
    returned = broken.returned
    if not returned and which < len(outcomes):
        returned = outcome_text(outcomes[which])
    return Counterexample(
        call=str(law.calls[which]),
        arguments=arguments(shown),
        returned=returned,
        expected=broken.expected,
        snippet=snippet(shown),
        picture=broken.picture,
    )


def _result(check: Check, verdict: Any, **fields: Any) -> CheckResult:
    return CheckResult(check.name, check.law, check.visibility, check.weight, verdict, **fields)
