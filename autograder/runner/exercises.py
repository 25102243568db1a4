"""All checks of a submission, exercise by exercise: the precondition, the shrinking of one law, the replay, the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law, Violation, unanswerable
from autograder.model import CheckResult, Outcome, Verdict
from autograder.runner import leading
from autograder.runner.cutting import Cutter
from autograder.runner.drawing import Drawn, shrink
from autograder.runner.isolation import HiddenInputGuard
from autograder.runner.judging import Finding, judge
from autograder.runner.plans import Plan, Planner
from autograder.runner.telling import Tried, counterexample
from autograder.sandbox.transport import Batch, Transport

SHRINK_CALLS = 400
CANDIDATES = 3  # broken laws that are asked in a fresh child, where the first does not break there
ENDS_ALLOWED = 2  # how often an exercise may hang or crash before the rest of its checks is left out

Progress = Callable[[Check], None]


@dataclass(frozen=True, eq=False)
class _Found:
    """A check, and what is wrong with its law number `index`: nothing, where `finding` is None.

    shrunk   it is the one law of its exercise for which a smaller input was looked for
    leads    it is the one that is explained
    sizes    from which size on the law is broken, in words
    """

    check: Check
    laws: int
    index: int = -1
    law: Law | None = None
    finding: Finding | None = None
    outcomes: Sequence[Outcome] = ()
    shrunk: bool = False
    leads: bool = False
    sizes: str = ""
    tried: Tried | None = None
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
    """`search`: whether a smaller input is looked for, that breaks one of its laws: the one that is explained."""

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
        self.search = search
        self.ends = 0

    def run(self, checks: Iterable[Check], progress: Progress | None) -> list[_Found]:
        found = list(self._looked_at(checks, progress))
        which = _leading(found, self.planner) if self.search else None
        if which is not None:
            found[which] = self._shrunk(found[which])
        return found

    def _looked_at(self, checks: Iterable[Check], progress: Progress | None) -> Iterator[_Found]:
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
        return _first_broken(plan, self.transport.answer(plan.batch))

    def _shrunk(self, found: _Found) -> _Found:
        """The law with the smallest input that was found, and what the other inputs of its check showed."""
        self.apart.before(found.check)
        plan = self.planner.plan(found.check, self.weights)
        inputs = plan.inputs[found.index]
        budget = SHRINK_CALLS // max(1, len(plan.laws[found.index].calls))

        def breaks(drawn: Drawn) -> bool:
            candidate = self.planner.law(plan.check, drawn, self.weights)
            again = judge(candidate, self.transport.answer(Batch(candidate.calls, plan.check.seconds)))
            return again is not None and again.verdict == found.verdict

        if (
            found.index < plan.drawn
        ):  # the same drawing finds the recorded example again, and then smaller ones
            inputs = shrink(plan.check, self.planner.seed, found.index, breaks, budget) or inputs
        cutter = Cutter(breaks, budget, plan.inputs[: plan.drawn])
        inputs = cutter.cut(inputs)
        law = self.planner.law(plan.check, inputs, self.weights)
        return replace(found, law=law, shrunk=True, leads=True, sizes=cutter.threshold(inputs))


def _leading(found: Sequence[_Found], planner: Planner) -> int | None:
    """The number of the broken check that is explained; None where none is broken, or nothing smaller can be looked for."""
    laws_only = getattr(planner.course, "reveal", None) == "law"
    ranked = [
        (leading.rank(each.check, each.law, each.finding, withheld=laws_only and hidden), number)
        for number, each in enumerate(found)
        if each.law is not None and each.finding is not None and each.verdict in ("falsified", "raised")
        for hidden in [each.check.visibility == "hidden"]
    ]
    return min(ranked)[1] if ranked else None


def _first_broken(plan: Plan, outcomes: Sequence[Outcome]) -> _Found:
    start = 0
    for index, law in enumerate(plan.laws):
        mine = outcomes[start : start + len(law.calls)]
        finding = judge(law, mine)
        if finding is not None:
            tried = _tried(plan, outcomes) if finding.verdict in ("falsified", "raised") else None
            return _Found(plan.check, index + 1, index, law, finding, mine, tried=tried)
        start += len(law.calls)
    return _Found(plan.check, len(plan.laws))


def _tried(plan: Plan, outcomes: Sequence[Outcome]) -> Tried:
    """All inputs of a check: which of them break it."""
    each, broken, start = [], [], 0
    for law in plan.laws:
        each.append(outcomes[start : start + len(law.calls)])
        broken.append(judge(law, each[-1]) is not None)
        start += len(law.calls)
    return Tried(plan.laws, each, broken)


def _replayed(found: Sequence[_Found], transport: Transport, apart: HiddenInputGuard) -> Iterator[_Found]:
    """What was shrunk is asked again in a fresh child, one for the whole submission, before it is believed.

    First in one that has run the notebook up to its last solution; where that shows something else, in one that has run
    all of it. Where it holds there, another broken law of the exercise may show the cause: one that breaks in a fresh child.
    """
    replay = _Replay(transport, apart)
    if any(each.shrunk for each in found):
        transport.renew(whole=False)
    for _, group in groupby(found, key=lambda each: each.check.exercise):
        mine = [replay.believed(each) if each.shrunk else each for each in group]
        if any(each.leads and each.verdict == "inconsistent" for each in mine):
            mine = replay.another(mine)
        yield from mine


class _Replay:
    def __init__(self, transport: Transport, apart: HiddenInputGuard) -> None:
        self.transport, self.apart, self.whole = transport, apart, False

    def believed(self, found: _Found) -> _Found:
        assert found.law is not None
        assert found.finding is not None
        self.apart.before(found.check)
        batch = Batch(found.law.calls, found.check.seconds)
        outcomes = self.transport.answer(batch)
        again = judge(found.law, outcomes)
        if not self.whole and (again is None or again.verdict != found.finding.verdict):
            self.whole = True
            self.transport.renew()
            outcomes = self.transport.answer(batch)
            again = judge(found.law, outcomes)
        if again is None:
            says = "It broke once and held when asked again in a fresh process: the result depends on earlier calls."
            # not what came back for the larger input: the law that is shown is the smaller one
            again = Finding("inconsistent", Violation(says, call=found.finding.broken.call))
        once_more = self.transport.answer(batch) if again.verdict == "falsified" else ()
        tried = None if found.tried is None else replace(found.tried, again=once_more)
        return replace(found, finding=again, outcomes=outcomes, tried=tried)

    def another(self, found: Sequence[_Found]) -> list[_Found]:
        """The same, led by a law that breaks by its own calls alone: those with most calls are looked at first."""
        broken = [
            number for number, each in enumerate(found) if each.verdict == "falsified" and not each.shrunk
        ]
        broken.sort(key=lambda number: -len(_calls(found[number])))
        for number in broken[:CANDIDATES]:
            each = found[number]
            assert each.law is not None
            self.transport.renew(whole=self.whole)
            self.apart.before(each.check)
            outcomes = self.transport.answer(Batch(each.law.calls, each.check.seconds))
            again = judge(each.law, outcomes)
            if again is not None and again.verdict == "falsified":
                led = replace(each, finding=again, outcomes=outcomes, leads=True)
                return [
                    led if place == number else replace(other, leads=False)
                    for place, other in enumerate(found)
                ]
        return list(found)


def _calls(found: _Found) -> tuple[Any, ...]:
    return () if found.law is None else found.law.calls


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
    message = " ".join(part for part in (finding.broken.message, found.sizes) if part)
    tried = found.tried or Tried() if found.leads else None
    return replace(
        base,
        message=message,
        counterexample=counterexample(check, found.law, finding, found.outcomes, tried),
        credit=finding.broken.credit if finding.verdict == "falsified" else 0.0,
        missing=finding.missing,
        leads=found.leads,
    )
