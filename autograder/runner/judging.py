"""One law against its outcomes. Outcomes are hostile values; what comes out is a finding, or None where it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograder.laws.vocabulary import Law, Violation
from autograder.laws.wording import outcome_text
from autograder.model import Crashed, Missing, Outcome, Raised, Returned, TimedOut, Verdict


@dataclass(frozen=True, eq=False)
class Finding:
    """What is wrong with one law's outcomes."""

    verdict: Verdict
    broken: Violation


def judge(law: Law, outcomes: Sequence[Outcome]) -> Finding | None:
    """Return what a law found wrong with the outcomes of its calls; None where it holds.

    An error in the judge itself is the grader's fault, not the student's.
    """
    for i, outcome in enumerate(outcomes):
        ended = _ended(outcome, i)
        if ended is not None and not (law.raising and isinstance(outcome, Raised)):
            return ended
    if len(outcomes) < len(law.calls):
        return Finding(
            "crashed", Violation("The process that ran the call ended.", call=max(0, len(outcomes) - 1))
        )
    try:
        with np.errstate(all="ignore"):  # numpy's warnings would land in a student's notebook
            broken = _misshapen(law, outcomes) or law.judge(
                *(
                    outcomes
                    if law.outcomes
                    else [each.value for each in outcomes if isinstance(each, Returned)]
                )
            )
    except Exception as error:
        return Finding(
            "grader_fault", Violation(f"The check itself failed ({type(error).__name__}: {error}).")
        )
    return None if broken is None else Finding("falsified", broken)


def _misshapen(law: Law, outcomes: Sequence[Outcome]) -> Violation | None:
    for call, outcome in zip(law.calls, outcomes, strict=True):
        if call.form is not None and isinstance(outcome, Returned):
            broken: Violation | None = call.form(outcome.value, call)
            if broken is not None:
                return broken
    return None


def _ended(outcome: Outcome, call: int) -> Finding | None:
    if isinstance(outcome, Returned):
        return None
    if isinstance(outcome, Raised):
        if outcome.type == "NotImplementedError":
            return Finding("missing", Violation("Not done yet: it raises NotImplementedError.", call=call))
        return Finding(
            "raised", Violation(f"It {outcome_text(outcome)}", returned=outcome_text(outcome), call=call)
        )
    if isinstance(outcome, Missing):
        return Finding("missing", Violation(f"{outcome.name} {outcome.why}.", call=call))
    if isinstance(outcome, TimedOut):
        return Finding(
            "timed_out",
            Violation(f"No answer within {outcome.seconds:g} s.", returned="no answer", call=call),
        )
    assert isinstance(outcome, Crashed)
    return Finding(
        "crashed", Violation(f"The process that ran the call {outcome.how}.", returned="nothing", call=call)
    )
