"""All checks of a submission, exercise by exercise: the precondition, the shrinking of one law, the replay, the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law, Violation, unanswerable
from autograder.laws.wording import arguments, outcome_text, snippet
from autograder.model import CheckResult, Counterexample, Outcome, Verdict
from autograder.runner.drawing import Drawn, shrink
from autograder.runner.isolation import HiddenInputGuard
from autograder.runner.judging import Finding, judge
from autograder.runner.plans import Plan, Planner
from autograder.sandbox.transport import Batch, Transport

SHRINK_CALLS = 400
ENDS_ALLOWED = 2  # how often an exercise may hang or crash before the rest of its checks is left out

Progress = Callable[[Check], None]


@dataclass(frozen=True, eq=False)
class _Found:
    """A check, and what is wrong with its law number `index`: nothing, where `finding` is None."""

    check: Check
    laws: int
    index: int = -1
    law: Law | None = None
    finding: Finding | None = None
    outcomes: Sequence[Outcome] = ()
    shrunk: bool = False
    skipped: str | None = None

    @property
    def verdict(self) -> Verdict:
        if self.skipped is not None:
            return "skipped"
        return "holds" if self.finding is None else self.finding.verdict


def run_exercises(
    checks: Sequence[Check],
    transport: Transport,
    planner: Planner,
    *,
    weights: Any = None,
    progress: Progress | None = None,
    smallest: dict[str, tuple[Check, Law, Sequence[Outcome]]] | None = None,
) -> dict[str, tuple[CheckResult, ...]]:
    """Put `checks` to a submission; return exercise -> the results of its checks, in their order.

    transport   where the submission's cells have run
    planner     has the inputs
    weights     the trained weights that were submitted, for checks that ask for them
    progress    is told of each check
    smallest    takes, of each exercise, the law that was shrunk, with what came of its calls in a fresh child
    """
    found: list[_Found] = []
    apart = HiddenInputGuard(transport, planner)
    for _, group in groupby(checks, key=lambda check: check.exercise):
        found.extend(_Exercise(transport, planner, weights, apart).run(group, progress))
    results: dict[str, list[CheckResult]] = {}
    read = _reading(checks, planner)
    for each in _replayed(found, transport, apart):
        results.setdefault(each.check.exercise, []).append(_result(each, read(each.check)))
        if smallest is not None and each.shrunk and each.law is not None:
            smallest[each.check.exercise] = (each.check, each.law, each.outcomes)
    return {name: tuple(mine) for name, mine in results.items()}


def verdicts(
    checks: Sequence[Check], transport: Transport, planner: Planner, weights: Any = None
) -> dict[str, Verdict]:
    """Put the checks of one exercise to a submission; return check -> verdict, and nothing else of what came back.

    Nothing is shown of it, so no smaller input is looked for, and nothing is replayed.

    transport   where the submission's cells have run
    planner     has the inputs
    weights     the trained weights that were submitted, for checks that ask for them
    """
    asked = _Exercise(transport, planner, weights, HiddenInputGuard(transport, planner), search=False)
    return {each.check.name: each.verdict for each in asked.run(checks, None)}


def _reading(checks: Sequence[Check], planner: Planner) -> Callable[[Check], str]:
    """check -> where to read: the course's slides, then what the check says, or another check of its exercise."""
    default: dict[str, str] = {}
    for each in checks:
        if each.read:
            default.setdefault(each.exercise, each.read)
    slides = getattr(planner.course, "read", {})

    def read(check: Check) -> str:
        places = (slides.get(check.exercise), check.read or default.get(check.exercise))
        return "; ".join(place for place in places if place)

    return read


class _Exercise:
    """`search`: whether smaller inputs that break a law are looked for, once for all of its laws."""

    def __init__(
        self,
        transport: Transport,
        planner: Planner,
        weights: Any,
        apart: HiddenInputGuard,
        *,
        search: bool = True,
    ) -> None:
        self.transport = transport
        self.apart = apart
        self.planner = planner
        self.weights = weights
        self.shrunk = not search
        self.ends = 0

    def run(self, checks: Iterable[Check], progress: Progress | None) -> Iterator[_Found]:
        stopped: str | None = None
        for check in checks:
            if progress is not None:
                progress(check)
            if stopped is not None:
                yield _Found(check, 0, skipped=stopped)
                continue
            found = self.look(check)
            yield found
            if found.verdict in ("timed_out", "crashed"):
                self.ends += 1
            if check.precondition and found.verdict not in ("holds", "grader_fault"):
                stopped = f"Not looked at, because {check.name} did not hold."
            elif self.ends >= ENDS_ALLOWED:
                stopped = "Not looked at, because the exercise ran out of time or crashed too often."

    def look(self, check: Check) -> _Found:
        without = self.transport.no_gpu() if check.gpu else None
        if without is not None:
            return _Found(check, 0, 0, unanswerable(without), Finding("grader_fault", Violation(without)))
        self.apart.before(check)
        plan = self.planner.plan(check, self.weights)
        found = _first_broken(plan, self.transport.answer(plan.batch))
        if not self.shrunk and found.verdict in ("falsified", "raised"):
            self.shrunk = True
            return replace(found, law=self._smallest(plan, found), shrunk=True)
        return found

    def _smallest(self, plan: Plan, found: _Found) -> Law:
        """Shrink live: the same drawing finds the recorded example again, and then smaller ones."""
        law = plan.laws[found.index]
        if found.index >= plan.drawn:
            return law  # a fixed example: there is nothing smaller to draw

        def breaks(drawn: Drawn) -> bool:
            candidate = self.planner.law(plan.check, drawn, self.weights)
            again = judge(candidate, self.transport.answer(Batch(candidate.calls, plan.check.seconds)))
            return again is not None and again.verdict == found.verdict

        budget = SHRINK_CALLS // max(1, len(law.calls))
        smallest = shrink(plan.check, self.planner.seed, found.index, breaks, budget)
        return law if smallest is None else self.planner.law(plan.check, smallest, self.weights)


def _first_broken(plan: Plan, outcomes: Sequence[Outcome]) -> _Found:
    start = 0
    for index, law in enumerate(plan.laws):
        mine = outcomes[start : start + len(law.calls)]
        finding = judge(law, mine)
        if finding is not None:
            return _Found(plan.check, index + 1, index, law, finding, mine)
        start += len(law.calls)
    return _Found(plan.check, len(plan.laws))


def _replayed(found: Sequence[_Found], transport: Transport, apart: HiddenInputGuard) -> Iterator[_Found]:
    """What was shrunk is asked again in a fresh child, one for the whole submission, before it is believed.

    First in one that has run the notebook up to its last solution; where that shows something else, in one that has run
    all of it.
    """
    whole = False
    if any(each.shrunk for each in found):
        transport.renew(whole=whole)
    for each in found:
        if not each.shrunk or each.law is None or each.finding is None:
            yield each
            continue
        apart.before(each.check)
        batch = Batch(each.law.calls, each.check.seconds)
        outcomes = transport.answer(batch)
        again = judge(each.law, outcomes)
        if not whole and (again is None or again.verdict != each.finding.verdict):
            whole = True
            transport.renew()
            outcomes = transport.answer(batch)
            again = judge(each.law, outcomes)
        if again is None:
            says = "It broke once and held when asked again in a fresh process: the result depends on earlier calls."
            # not what came back for the larger input: the law that is shown is the smaller one
            again = Finding("inconsistent", Violation(says, call=each.finding.broken.call))
        yield replace(each, finding=again, outcomes=outcomes)


def _result(found: _Found, read: str) -> CheckResult:
    check, finding = found.check, found.finding
    base = CheckResult(
        check.name,
        check.law,
        check.visibility,
        check.weight,
        found.verdict,
        found.laws,
        read=read,
        essential=check.essential,
    )
    if found.skipped is not None:
        return replace(base, message=found.skipped)
    if finding is None or found.law is None:
        return replace(base, credit=1.0)
    return replace(
        base,
        message=finding.broken.message,
        counterexample=_counterexample(found.law, finding, found.outcomes),
        credit=finding.broken.credit if finding.verdict == "falsified" else 0.0,
        missing=finding.missing,
    )


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
