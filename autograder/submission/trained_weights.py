"""Trained weights that a student submits: read on the trusted side, as plain arrays and never as a pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

SIZE_CAP = 48 << 20
TENSORS_CAP = 2_000
NAME_CAP = 200
DIMENSIONS_CAP = 8
DTYPES = ("float32", "float64", "int64")


@dataclass(frozen=True, eq=False)
class Weights:
    """name -> array of a state_dict, or the problem that a student reads."""

    state: Mapping[str, np.ndarray] = field(default_factory=dict)
    problem: str | None = None


def read(path: Path) -> Weights:
    """Read the weights in a .safetensors file; never raises for what the file holds."""
    if not path.is_file():
        return Weights(
            problem=f"There is no file {path.name} beside the notebook: run the cell that saves the weights."
        )
    if path.is_symlink():  # it could lead to what somebody else has trained
        return Weights(problem=f"{path.name} is a link: submit the file itself.")
    size = path.stat().st_size
    if size > SIZE_CAP:
        return Weights(
            problem=f"{path.name} has {size >> 20} MiB, more than {SIZE_CAP >> 20}: save the state_dict alone."
        )
    return parse(path.read_bytes(), path.name)


def parse(raw: bytes, name: str) -> Weights:
    """Return the weights that `raw` spells; `name` is what messages call the file."""
    try:
        state = load(raw)
    except KeyError as error:  # a dtype that numpy has not
        return Weights(problem=f"{name} holds tensors of dtype {error}; use float32 (counters: int64).")
    except (SafetensorError, ValueError, TypeError, OverflowError) as error:
        return Weights(
            problem=f"{name} is no safetensors file ({str(error)[:100]}): save it with safetensors.torch.save_file."
        )
    if len(state) > TENSORS_CAP:
        return Weights(problem=f"{name} holds {len(state)} tensors, more than {TENSORS_CAP}.")
    for key, array in state.items():
        if len(key) > NAME_CAP or array.ndim > DIMENSIONS_CAP:
            return Weights(problem=f"{name}: {key[:80]} is no parameter that a network has.")
        if array.dtype.name not in DTYPES:
            return Weights(
                problem=f"{name}: {key[:80]} is {array.dtype.name}; use float32 (counters: int64)."
            )
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return Weights(
                problem=f"{name}: {key[:80]} has entries that are NaN or infinite: train again, with a smaller lr."
            )
    return Weights(dict(sorted(state.items())))  # the reader has no order of its own
