"""Weights that a student submits: read as plain arrays; whatever else the file holds becomes a sentence."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save
from safetensors.torch import save as save_torch

from autograder.model import Call, Student
from autograder.sandbox import wire
from autograder.submission import trained_weights

NAME = "fewshot.safetensors"
STATE: dict[str, np.ndarray] = {
    "layer.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "norm.running_var": np.ones(3),
    "norm.num_batches_tracked": np.array(7, dtype=np.int64),
}


def problem(raw: bytes) -> str:
    found = trained_weights.parse(raw, NAME)
    assert dict(found.state) == {}
    assert found.problem is not None
    return found.problem


def spelled(header: Mapping[str, Any], data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def test_a_state_dict_comes_back_as_arrays(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(save(STATE))
    found = trained_weights.read(tmp_path / NAME)
    assert found.problem is None
    assert {name: (each.dtype.name, each.tolist()) for name, each in found.state.items()} == {
        name: (each.dtype.name, each.tolist()) for name, each in STATE.items()
    }


def test_what_torch_saved_is_read() -> None:
    net = torch.nn.BatchNorm1d(2)
    found = trained_weights.parse(save_torch(dict(net.state_dict())), NAME)
    assert found.problem is None
    assert set(found.state) == set(net.state_dict())


def test_no_file(tmp_path: Path) -> None:
    assert trained_weights.read(tmp_path / NAME).problem == (
        "There is no file fewshot.safetensors beside the notebook: run the cell that saves the weights."
    )
    (tmp_path / NAME).mkdir()
    assert str(trained_weights.read(tmp_path / NAME).problem).startswith(
        "There is no file fewshot.safetensors"
    )


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / NAME).open("wb") as file:
        file.truncate(60 << 20)  # of holes
    assert trained_weights.read(tmp_path / NAME).problem == (
        "fewshot.safetensors has 60 MiB, more than 48: save the state_dict alone."
    )


class Hostile:
    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("raise SystemExit('a pickle was loaded')",)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no tensors at all",
        struct.pack("<Q", 2**63),
        struct.pack("<Q", 10) + b"{",
        save(STATE)[:-1],
        save(STATE) + b"!",
        spelled({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, b"\0" * 8),
        spelled({"w": {"dtype": "F32", "shape": [2**62], "data_offsets": [0, 8]}}, b"\0" * 8),
        spelled({"w": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}}, b"\0" * 4),
        spelled({"w": 3}),
        pickle.dumps(Hostile()),
    ],
    ids=[
        "empty",
        "text",
        "endless",
        "cut header",
        "cut",
        "long",
        "offsets",
        "huge",
        "dtype",
        "header",
        "pickle",
    ],
)
def test_what_is_no_safetensors_file_says_so(raw: bytes) -> None:
    said = problem(raw)
    assert said.startswith("fewshot.safetensors is no safetensors file (")
    assert said.endswith("): save it with safetensors.torch.save_file.")
    assert len(said) < 250


@pytest.mark.parametrize("dtype", [torch.float16, torch.int32, torch.bool, torch.complex64])
def test_other_dtypes_are_refused_by_name(dtype: torch.dtype) -> None:
    said = problem(save_torch({"layer.weight": torch.zeros(2, 2).to(dtype)}))
    assert said == (
        f"fewshot.safetensors: layer.weight is {str(dtype).removeprefix('torch.')}; use float32 (counters: int64)."
    )


@pytest.mark.parametrize(("dtype", "name"), [(torch.bfloat16, "BF16"), (torch.float8_e4m3fn, "F8_E4M3")])
def test_dtypes_that_numpy_has_not_are_refused_too(dtype: torch.dtype, name: str) -> None:
    said = problem(save_torch({"layer.weight": torch.zeros(2, 2).to(dtype)}))
    assert said == f"fewshot.safetensors holds tensors of dtype '{name}'; use float32 (counters: int64)."


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_refused(odd: float) -> None:
    assert problem(save({"layer.weight": np.array([1.0, odd], dtype=np.float32)})) == (
        "fewshot.safetensors: layer.weight has entries that are NaN or infinite: train again, with a smaller lr."
    )


def test_too_many_tensors_are_refused() -> None:
    many = {str(i): np.zeros(1, dtype=np.float32) for i in range(2001)}
    assert problem(save(many)) == "fewshot.safetensors holds 2001 tensors, more than 2000."


def test_a_long_name_does_not_make_a_long_message() -> None:
    assert len(problem(save({"w" * 5000: np.zeros(1, dtype=np.float16)}))) < 250


@pytest.mark.parametrize(
    "state",
    [
        {str(i): np.zeros(3, dtype=np.float32) for i in range(2000)},
        {"w" * 5000: np.zeros((1,) * 6, dtype=np.float32)},
        {"empty": np.zeros((0, 3), dtype=np.float32)},
        {"deep": np.zeros((1,) * 20, dtype=np.float32)},
        {"\ud7ff\x00": np.zeros(1, dtype=np.float64)},
    ],
    ids=["many", "long name", "empty", "dimensions", "odd name"],
)
def test_what_is_read_can_travel_to_the_worker(state: dict[str, np.ndarray]) -> None:
    """Or is refused with a sentence: a file must not stop the grader."""
    found = trained_weights.parse(save(state), NAME)
    call = Call("fixtures:embed_with_state", {"network": Student("EmbeddingNet"), "state": found.state})
    encoded = wire.encode([call])
    (back,) = wire.decode(encoded.structure, encoded.payload)
    assert found.problem is not None or set(back.arguments["state"]) == set(state)


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_file_is_weights_or_a_sentence(data: st.DataObject) -> None:
    raw = bytearray(save(STATE))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    found = trained_weights.parse(bytes(raw[: data.draw(st.integers(0, len(raw)))]), NAME)
    assert (found.problem is None) == bool(found.state)


def test_a_link_to_somebody_elses_weights_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "ada.safetensors"
    own.write_bytes(save({"w": np.zeros(1, np.float32)}))
    link = tmp_path / "fewshot.safetensors"
    link.symlink_to(own)
    assert trained_weights.read(own).problem is None
    assert trained_weights.read(link).problem == "fewshot.safetensors is a link: submit the file itself."
