from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from autograder.model import Opaque, Tensor
from autograder.sandbox import wire
from autograder.sandbox.worker.plain import DEPTH_CAP, ITEMS_CAP, TEXT_CAP, to_plain


class Loud(str):
    def __getitem__(self, key: Any) -> Any:
        raise SystemExit


class Endless(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        while True:
            yield 1

    def __len__(self) -> int:
        return 3


class Fake:
    @property  # type: ignore[misc]  # it lies, as a student's object may
    def __class__(self) -> Any:
        return torch.Tensor


def test_plain_values_stay() -> None:
    value = {"a": [1, 2.5, None, True], "b": ("x", {"c": ()})}
    assert to_plain(value) == value


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(3),
        torch.rand(2, 3, dtype=torch.bfloat16),
        torch.rand(3, 2).T,
        torch.tensor(1.0),
        torch.rand(0, 4),
    ],
)
def test_tensors_become_arrays(tensor: torch.Tensor) -> None:
    got = to_plain(tensor)
    assert isinstance(got, Tensor)
    assert (got.shape, got.dtype) == (tuple(tensor.shape), str(tensor.dtype)[6:])
    assert got.array.tolist() == tensor.tolist()


@pytest.mark.parametrize(
    "value",
    [
        object(),
        print,
        {1, 2},
        3j,
        np.float32(1),
        np.array(["a"]),
        torch.zeros(1).expand(10**12),
        torch.rand(3, 3).to_sparse(),
        torch.zeros(2, dtype=torch.complex64),
        range(5),
        [0] * (ITEMS_CAP + 1),
    ],
)
def test_the_rest_is_opaque(value: Any) -> None:
    assert isinstance(to_plain(value), Opaque)


def test_subclasses_lend_their_values_only() -> None:
    got = to_plain([Loud("x" * (TEXT_CAP + 5)), Endless()])
    assert got == ["x" * TEXT_CAP, [1, 1, 1]]
    assert type(got[0]) is str


def test_a_liar_about_its_class_does_not_pass_as_a_tensor() -> None:
    with pytest.raises(AttributeError):
        to_plain(Fake())


def test_what_refers_to_itself_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    got = to_plain(loop)
    for _ in range(DEPTH_CAP + 1):
        (got,) = got
    assert got == Opaque("values nested too deeply")


def test_the_deepest_value_that_is_converted_travels() -> None:
    deep: Any = 1
    for _ in range(50):
        deep = (deep,)
    wire.encode({"returned": to_plain(deep)})


@pytest.mark.parametrize(
    "value",
    [
        [torch.zeros(1 << 20)] * 100,
        {str(i): torch.zeros(1 << 20) for i in range(100)},
        ["x" * TEXT_CAP] * 9_000,
        [[0] * 5_000] * 100,
    ],
)
def test_a_large_value_fits_into_a_frame(value: Any) -> None:
    encoded = wire.encode({"returned": to_plain(value)})
    assert len(encoded.payload) <= wire.PAYLOAD_CAP
    assert len(encoded.structure) <= wire.STRUCTURE_CAP
    wire.decode(encoded.structure, encoded.payload, answer=True)
