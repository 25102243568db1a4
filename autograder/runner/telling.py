"""What is told of a broken law: the smallest input, what came back, what had to, and the facts that decide.

What two calls gave is told of both; where `expected` is the student's own other answer, that is said. Right values come from
`autograder.laws.working`, which only staff's installation has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.laws.registry import Check
from autograder.laws.vocabulary import Law, Violation, described, shown, values
from autograder.laws.wording import LARGE, arguments, call_text, outcome_text, snippet
from autograder.laws.working import Working, working
from autograder.model import Call, Counterexample, Outcome, Returned, Tensor
from autograder.runner.judging import Finding

SHOWN_CALLS = 4
CONTRASTS = 3  # shapes for which something is right, or wrong, that are named
FEW = 8  # whole numbers that are written out there
ALIKE = 1e-5  # of the size of the right numbers: a difference that is none for a reader

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Tried:
    """What else is known of a broken law. `again`: what its calls gave when the same was asked once more, in the same child.

    laws, outcomes, broken   of all inputs of the check: law, outcomes, whether it is broken
    """

    laws: Sequence[Law] = ()
    outcomes: Sequence[Sequence[Outcome]] = ()
    broken: Sequence[bool] = ()
    again: Sequence[Outcome] = ()


def counterexample(
    check: Check, law: Law, finding: Finding, outcomes: Sequence[Outcome], tried: Tried | None = None
) -> Counterexample | None:
    """Return what is told of a broken `law` of a `check`; None where no call shows anything.

    finding    what is wrong with it
    outcomes   of its calls
    tried      what else is known, of the one law that is explained in full
    """
    if not law.calls or finding.verdict in ("missing", "grader_fault"):
        return None
    broken = finding.broken
    which = min(broken.call, len(law.calls) - 1)
    # what has a name of its own shows itself: the machine, the device
    alone = len(law.calls) > SHOWN_CALLS or (broken.against is None and law.calls[which].label is not None)
    told = law.calls[which : which + 1] if alone else law.calls
    returned = broken.returned
    if finding.verdict == "raised":
        returned = returned.split(":")[0]  # the message says the rest
    if not returned and which < len(outcomes):
        returned = outcome_text(outcomes[which])
    right, own = _right_values(check, law, finding, outcomes, which)
    return Counterexample(
        call=call_text(law.calls[which], told),
        arguments=arguments(told),
        returned=returned,
        expected=broken.expected,
        snippet=snippet(told),
        picture=broken.picture,
        what=_what(broken, law.calls[which], which, len(law.calls)),
        own=own,
        facts=() if tried is None else tuple(_facts(law, finding, outcomes, which, tried)),
        right=() if tried is None else right,
    )


def _what(broken: Violation, call: Call, which: int, calls: int) -> str:
    what = broken.what or ("gradient" if call.gradients else "")
    if not 1 < calls <= SHOWN_CALLS or not what:
        return what
    return f"{what}, call {which + 1}"


# --- facts


def _facts(
    law: Law, finding: Finding, outcomes: Sequence[Outcome], which: int, tried: Tried
) -> Iterator[tuple[str, str]]:
    yield from _other_answers(law, finding.broken, outcomes)
    if which < len(outcomes):
        yield from _gradients(law.calls[which], outcomes[which])
    yield from _twice(finding.broken, outcomes, tried.again)
    yield from _shapes(finding.broken, tried)
    inputs = len(tried.broken)
    if inputs > 1 and finding.verdict in ("falsified", "raised"):
        many = sum(tried.broken)
        often = "all" if many == inputs else f"{many} of"
        yield "How often", f"for {often} {inputs} inputs that were tried"


def _other_answers(law: Law, broken: Violation, outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    if broken.against is None or max(broken.against, broken.call) >= len(outcomes):
        return
    for call in sorted({broken.against, broken.call}):
        yield f"Call {call + 1} gave", outcome_text(outcomes[call])


def _gradients(call: Call, outcome: Outcome) -> Iterator[tuple[str, str]]:
    if not call.gradients or not isinstance(outcome, Returned):
        return
    found = [f"{name}: {_gradient(outcome.gradients.get(name))}" for name in call.gradients]
    yield "Gradients", "\n".join(found)


def _gradient(item: Any) -> str:
    if not isinstance(item, Tensor):
        return "none"
    array = values(item)
    if not np.isfinite(array).all():
        return "with entries that are NaN or infinite"
    return "finite numbers" if array.any() else "0 everywhere"


def _twice(
    broken: Violation, outcomes: Sequence[Outcome], again: Sequence[Outcome]
) -> Iterator[tuple[str, str]]:
    if len(again) < len(outcomes):
        return
    for number, (one, other) in enumerate(zip(outcomes, again, strict=False)):
        if not _same(one, other):
            yield f"The same asked once more, call {number + 1} gave", outcome_text(other)
            return
    if broken.against is not None:
        yield "The same asked once more", "gave the same: it is not chance, and nothing is kept"


def _same(one: Outcome, other: Outcome) -> bool:
    if not (isinstance(one, Returned) and isinstance(other, Returned)):
        return type(one) is type(other)
    return _alike(one.value, other.value)


def _alike(one: Any, other: Any) -> bool:
    """Ask whether two values are the same for a reader; what is no number is not looked at."""
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if not all(isinstance(each, Tensor | np.ndarray | int | float) for each in (one, other)):
        return type(one) is type(other)
    a, b = values(one), values(other)
    scale = float(np.abs(np.where(np.isfinite(b), b, 0.0)).max(initial=0.0))
    return a.shape == b.shape and bool(
        np.allclose(a, b, rtol=0.0, atol=ALIKE * (scale + 1e-30), equal_nan=True)
    )


def _shapes(broken: Violation, tried: Tried) -> Iterator[tuple[str, str]]:
    """For which sizes of the arguments a shape is right, and for which it is not."""
    if not broken.what.startswith("the shape of"):
        return
    said: dict[bool, list[str]] = {False: [], True: []}
    by_size = sorted(
        zip(tried.laws, tried.outcomes, tried.broken, strict=False), key=lambda each: _entries(each[0])
    )
    for law, outcomes, is_broken in by_size:
        if outcomes and isinstance(outcomes[0], Returned):
            said[is_broken].append(f"{_sizes(law.calls[0])}: {_shape(outcomes[0].value)}")
    for wanted, label in ((False, "The shape is right for"), (True, "The shape is wrong for")):
        if said[wanted]:
            yield label, "\n".join(list(dict.fromkeys(said[wanted]))[:CONTRASTS])


def _entries(law: Law) -> int:
    given = law.calls[0].arguments.values() if law.calls else ()
    return sum(each.size for each in given if isinstance(each, np.ndarray))


def _sizes(call: Call) -> str:
    """The shapes of the arguments; of few whole numbers, the numbers."""

    def of(value: np.ndarray) -> str:
        return shown(value) if value.dtype.kind == "i" and value.size <= FEW else str(value.shape)

    arrays = {name: of(each) for name, each in call.arguments.items() if isinstance(each, np.ndarray)}
    numbers = {name: each for name, each in call.arguments.items() if type(each) is int}
    return ", ".join(f"{name} {each}" for name, each in {**arrays, **numbers}.items())


def _shape(value: Any) -> str:
    parts = value if isinstance(value, tuple | list) else (value,)
    shapes = [str(part.shape) if isinstance(part, Tensor) else described(part) for part in parts]
    return f"shape {' and '.join(shapes)}"


# --- right values


def _right_values(
    check: Check, law: Law, finding: Finding, outcomes: Sequence[Outcome], which: int
) -> tuple[Facts, str]:
    """Right values of the call in question, the way to them, and of the call that it was compared with.

    The text is that call's name, where its answer is not known to be right.
    """
    broken = finding.broken
    own = "" if broken.against is None else f"call {broken.against + 1}"
    if finding.verdict not in ("falsified", "raised") or law.calls[which].gradients:
        return (), own
    if broken.what.startswith(("the shape of", "the dtype of")):
        return (), own
    facts: list[tuple[str, str]] = []
    for number in sorted({which} if broken.against is None else {which, broken.against}):
        found = working(check.assignment, law.calls[number])
        if found is None:
            return (), own
        of_call = f" (call {number + 1})" if len(law.calls) > 1 else ""
        wrong = _wrong(found, outcomes[number]) if number < len(outcomes) else None
        if wrong == [] and broken.against is None:
            return (), own  # the fault is not in the numbers
        if wrong == [] and number == broken.against:
            own = ""
            facts.append((f"Call {number + 1}", "its answer is the right one"))
        elif wrong == []:
            facts.append((f"This answer{of_call}", "is the right one: look at what it is compared with"))
        facts += [(f"The right {name}{of_call}", text) for name, text in _answer(found, wrong)]
        if number == which:
            facts += [
                (f"On the way: {name}", _text(each)) for name, each in found.way.items() if _small(each)
            ]
    return tuple(each for each in facts if own or each[1] != broken.expected), own


def _wrong(found: Working, outcome: Outcome) -> list[str] | None:
    """The names of the items of an answer that are wrong; None where that cannot be said."""
    if not isinstance(outcome, Returned):
        return None
    given = outcome.value if isinstance(found.answer, tuple) else (outcome.value,)
    if not isinstance(given, tuple | list) or len(given) != len(found.items):
        return None
    return [
        name
        for (name, right), mine in zip(found.items.items(), given, strict=True)
        if not _alike(mine, right)
    ]


def _answer(found: Working, wrong: list[str] | None) -> Iterator[tuple[str, str]]:
    for name, item in found.items.items():
        if wrong is None or name in wrong:
            yield name, _text(item)


def _small(item: Any) -> bool:
    return np.asarray(item).size <= LARGE


def _text(item: Any) -> str:
    return shown(np.asarray(item))
