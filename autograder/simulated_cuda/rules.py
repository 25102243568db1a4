"""The device rules of the installed torch, read from the file that `generate` wrote for its version.

A version without a file was never checked against the corpus, and is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

from autograder.simulated_cuda.errors import SimulationUnavailable

FOLDER = Path(__file__).parent / "rules"


@dataclass(frozen=True)
class Rules:
    """same_device   operator -> (method, argument names): a generated check asks for one device
    iterator      operators whose kernel checks by itself (TensorIterator, as a rule)"""

    same_device: Mapping[str, tuple[str, tuple[str, ...]]]
    iterator: frozenset[str]


def checked_versions() -> tuple[str, ...]:
    """Return the versions of torch, major and minor, with which the corpus was run."""
    return tuple(sorted(path.stem.removeprefix("torch-") for path in FOLDER.glob("torch-*.json")))


def unsupported(version: str | None = None) -> str | None:
    """Say why the device cannot be simulated with this torch, and what to do; None where it can."""
    mine = ".".join((version or torch.__version__).split(".")[:2])
    if mine in checked_versions():
        return None
    return (
        f"The simulated GPU was not checked with torch {mine}, but with {', '.join(checked_versions())}. Install one of "
        f"these, or check this one: python -m autograder.simulated_cuda.generate, then pytest tests/simulated_cuda."
    )


@cache
def load() -> Rules:
    """Read the rules of the installed torch. Raises SimulationUnavailable."""
    why = unsupported()
    if why is not None:
        raise SimulationUnavailable(why)
    mine = ".".join(torch.__version__.split(".")[:2])
    read = json.loads((FOLDER / f"torch-{mine}.json").read_text(encoding="utf-8"))
    same = {name: (method, tuple(arguments)) for name, (method, arguments) in read["same_device"].items()}
    return Rules(same, frozenset(read["iterator"]))
