"""Where a result lies, beside where its inputs lie."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.laws import Fixture, Law, Tensor, Violation, follows_its_inputs, forms, function

loss = function("loss", "embed", "x", form=forms.loss_and_accuracy)


def a_law() -> Law:
    net = Fixture("linear_net", {"weight": np.ones((1, 1))})
    return follows_its_inputs(loss(net, np.ones((2, 1))), 1e-9, "loss", output=0)


def out(value: float, place: str) -> dict[str, Any]:
    return {"value": (Tensor(np.array(value), "float64"), 1.0), "devices": [place, ""]}


def judged(*outs: Any) -> Violation | None:
    return a_law().judge(*outs, out(0.5, "cpu")["value"])


def test_it_lies_with_its_inputs_and_is_what_it_is_without_a_gpu() -> None:
    assert judged(out(0.5, "cuda"), out(0.5, "cpu")) is None
    elsewhere = judged(out(0.5, "cuda"), out(0.5, "cuda"))
    assert elsewhere is not None
    assert (elsewhere.message, elsewhere.call) == ('With the inputs on "cpu", loss lies on "cuda".', 1)
    other = judged(out(0.75, "cuda"), out(0.5, "cpu"))
    assert other is not None
    assert "as without a GPU" in other.message


def test_a_malformed_answer_is_told_before_anything_is_judged() -> None:
    call = a_law().calls[0]
    assert call.form is not None
    for odd in (None, {}, {"value": 1.0, "devices": []}, {"value": 0.5, "devices": ["cuda"]}):
        assert call.form(odd, call) is not None
    assert call.form(out(0.5, "cuda"), call) is None


def test_what_is_pasted_shows_both_devices() -> None:
    paste = a_law().calls[0].paste
    assert paste is not None
    assert "with simulated_cuda():" in paste
    assert "loss(embed.to(device), x.to(device))" in paste
