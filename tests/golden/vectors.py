"""Golden vectors: what other implementations returned once, written by the record_*.py beside this file.

A file holds the peers with their versions, and cases of parameters, inputs and expected values. Numbers are
float64 or integers, tensors nested lists; inputs are multiples of 1/1024, so that they are exact.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

HERE = Path(__file__).parent


def read(name: str) -> list[dict[str, Any]]:
    """The cases of a file; their inputs and expected values as tensors."""
    cases: list[dict[str, Any]] = json.loads((HERE / f"{name}.json").read_text())["cases"]
    return [
        {**case, **{part: {k: _tensor(v) for k, v in case[part].items()} for part in ("inputs", "expected")}}
        for case in cases
    ]


def _tensor(values: Any) -> Tensor:
    tensor = torch.tensor(values, dtype=torch.float64)
    return tensor if _has_float(values) else tensor.long()


def _has_float(values: Any) -> bool:
    return any(map(_has_float, values)) if isinstance(values, list) else isinstance(values, float)


def write(name: str, packages: list[str], cases: list[dict[str, Any]]) -> None:
    """Write a file, one line to a case. packages: the distributions whose versions are noted."""
    head = json.dumps({package: version(package) for package in [*packages, "torch"]})
    lines = ",\n".join(json.dumps(case, default=lambda tensor: tensor.tolist()) for case in cases)
    (HERE / f"{name}.json").write_text(f'{{"versions": {head},\n"cases": [\n{lines}\n]}}\n')
    print(f"{name}.json: {len(cases)} cases")


def on_grid(generator: torch.Generator, *shape: int, scale: float = 1.0) -> Tensor:
    """Normal numbers in float64, rounded to multiples of 1/1024."""
    drawn = torch.randn(*shape, generator=generator, dtype=torch.float64)
    return (drawn * scale * 1024).round() / 1024


def bare(*packages: str, stubs: Mapping[str, Mapping[str, Any]] | None = None) -> None:
    """Let leaf modules be imported without the __init__ of the packages around them.

    stubs: modules to make up, with what they hold, where a leaf imports a name that it does not need here.
    """
    for package in packages:
        if package in sys.modules:
            continue
        parent, _, _ = package.rpartition(".")
        if parent:
            path = [str(Path(folder) / package.rpartition(".")[2]) for folder in sys.modules[parent].__path__]
        else:
            spec = importlib.util.find_spec(package)
            if spec is None:
                raise ModuleNotFoundError(f"{package} is missing: install it, without its dependencies")
            path = list(spec.submodule_search_locations or [])
        sys.modules[package] = ModuleType(package)
        sys.modules[package].__path__ = path
    for name, names in (stubs or {}).items():
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__dict__.update(names)
