"""One law against its outcomes. Outcomes are hostile values; what comes out is a finding, or None where it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograder.laws.vocabulary import Law, Violation
from autograder.laws.wording import outcome_text
from autograder.model import Crashed, Missing, Outcome, Raised, Returned, TimedOut, Verdict
from autograder.runner import unavailable

NOT_DONE = "Not done yet: it raises NotImplementedError."
_LACKED = re.compile(r"name '(\w+)' is not defined")


@dataclass(frozen=True, eq=False)
class Finding:
    """What is wrong with one law's outcomes. `missing` is the name that was looked for in vain, if one was."""

    verdict: Verdict
    broken: Violation
    missing: str = ""


def lacked(raised: Raised) -> str:
    """Return the name that a NameError speaks of; "" for any other error."""
    found = _LACKED.match(raised.message) if raised.type == "NameError" else None
    return "" if found is None else found[1]


def judge(law: Law, outcomes: Sequence[Outcome]) -> Finding | None:
    """Return what a law found wrong with the outcomes of its calls; None where it holds.

    An error in the judge itself is the grader's fault, not the student's.
    """
    for i, outcome in enumerate(outcomes):
        ended = _ended(outcome, i, law)
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
    for number, (call, outcome) in enumerate(zip(law.calls, outcomes, strict=True)):
        if call.form is not None and isinstance(outcome, Returned):
            broken: Violation | None = call.form(outcome.value, call)
            if broken is not None:
                return replace(broken, call=number)
    return None


WANTED = "an answer, and no error"


def _ended(outcome: Outcome, call: int, law: Law) -> Finding | None:
    if isinstance(outcome, Returned):
        return None
    if isinstance(outcome, Raised):
        if outcome.type == "NotImplementedError":
            return Finding("missing", Violation(NOT_DONE, call=call))
        said = f"It {outcome_text(outcome)}"
        hint = unavailable.advice(outcome, law.calls[call])
        wanted = law.expects if law.expects and len(law.calls) == 1 else WANTED
        return Finding(
            "raised",
            Violation(f"{said}. {hint}" if hint else said, outcome_text(outcome), wanted, call=call),
            lacked(outcome),
        )
    if isinstance(outcome, Missing):
        absent = outcome.why == Missing("").why
        said = f"{outcome.name} {outcome.why}."
        return Finding("missing", Violation(said, call=call), outcome.name if absent else "")
    if isinstance(outcome, TimedOut):
        return Finding(
            "timed_out",
            Violation(
                f"No answer within {outcome.seconds:g} s.",
                "no answer",
                f"an answer within {outcome.seconds:g} s",
                call=call,
            ),
        )
    assert isinstance(outcome, Crashed)
    return Finding(
        "crashed", Violation(f"The process that ran the call {outcome.how}.", "nothing", WANTED, call=call)
    )
