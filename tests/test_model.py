"""The data that the rooms hand to each other."""

from __future__ import annotations

import dataclasses
import inspect

import numpy as np
import pytest

from autograder import model
from autograder.model import Call, Cell, Notebook, Tensor


@pytest.mark.parametrize(
    "kind",
    [each for _, each in inspect.getmembers(model, dataclasses.is_dataclass)],
    ids=lambda kind: kind.__name__,
)
def test_nothing_can_be_changed(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_a_call_is_written_as_in_the_notebook() -> None:
    assert str(Call("train", {"net": 1, "images": 2}, {"lr": 3})) == "train(net, images, lr=lr)"
    assert str(Call("train", label="train(net, ...)")) == "train(net, ...)"


def test_a_tensor_s_shape_is_that_of_its_array() -> None:
    assert Tensor(np.zeros((2, 0, 3)), "float64").shape == (2, 0, 3)
    assert Tensor(np.array(1.0), "float64").shape == ()


def test_the_code_of_a_notebook_and_its_marked_cells() -> None:
    text, code = Cell(0, "markdown", "# Hi"), Cell(1, "code", "x = 1", grade_id="double")
    found = Notebook("ada.ipynb", (text, code))
    assert found.code == (code,)
    assert found.graded("double") is code
    assert found.graded("triple") is None
