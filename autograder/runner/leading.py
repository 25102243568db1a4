"""Which broken law of an exercise is explained in full: one mistake breaks many, and they do not say the same.

First what is wrong with an answer as such (an error, a type, a shape, an argument that was changed), then laws that say what the
right answer is, then other known values, gradients, and last laws that compare two answers of the student's own, of which
either may be the wrong one.
"""

from __future__ import annotations

from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law
from autograder.runner.judging import Finding

WITHHELD = 10  # behind all that a student may see in full


def rank(check: Check, law: Law, finding: Finding, *, withheld: bool) -> int:
    """Return how late a broken law comes: the smallest number is explained.

    check, law, finding   what broke, and how
    withheld              whether its reader sees no counterexample of it
    """
    broken = finding.broken
    place = WITHHELD if withheld else 0
    if finding.verdict == "raised":
        return place
    if broken.against is not None:
        return place + 4
    if any(call.gradients for call in law.calls):
        return place + 3
    if check.direct and not broken.what.startswith(("the shape of", "the dtype of")):
        return place + 1
    numbers = (
        broken.what
        and not broken.what.startswith(("the shape of", "the dtype of"))
        and "after" not in broken.what
    )
    return place + (2 if numbers else 0)
