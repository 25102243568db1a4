"""Which broken law is explained: what is wrong with the answer as such, what is right, and comparisons last."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograder.laws import Call, Law, Violation, close, differentiated, tensor
from autograder.laws.registry import load
from autograder.model import Tensor
from autograder.runner.judging import Finding
from autograder.runner.leading import rank

CHECKS = {check.name: check for check in load("fewshot", hidden=True) if check.exercise == "class_prototypes"}
PLAIN, DIRECT = CHECKS["support_order_does_not_matter"], CHECKS["agrees_with_the_reference"]
CALL = Call("f", {"x": np.zeros(2)})


def of(
    broken: Violation | None, check: object = PLAIN, law: Law | None = None, withheld: bool = False
) -> int:
    assert broken is not None
    law = law or Law((CALL, CALL), lambda *_: None)
    return rank(check, law, Finding("falsified", broken), withheld=withheld)  # type: ignore[arg-type]


def test_the_order_of_broken_laws() -> None:
    one, two = np.array([1.0]), np.array([2.0])
    shape = tensor(Tensor(one, "float64"), "prototypes", (2,))
    raised = rank(
        PLAIN, Law((CALL,), lambda: None), Finding("raised", Violation("It raised.")), withheld=False
    )
    gradient = Law((differentiated(CALL, "x"),), lambda *_: None)
    known = close(one, two, 0.0, "prototypes")
    ranks = [
        of(shape),
        of(known, DIRECT),
        of(known),
        of(known, law=gradient),
        of(close(one, two, 0.0, "prototypes", call=1)),
        of(known, DIRECT, withheld=True),
    ]
    assert raised == ranks[0]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)
    assert of(shape, DIRECT) == of(shape)
    assert of(Violation("Six states gave the same."), PLAIN) == of(shape)


def test_staff_s_agreement_laws_are_direct() -> None:
    direct = {
        (name, check.exercise)
        for name in ("fewshot", "matching")
        for check in load(name, hidden=True)
        if check.direct
    }
    assert len(direct) == 7
    assert not any(check.direct for check in load("fewshot"))
    assert replace(DIRECT, direct=False).direct is False
