"""Is the installed torch one that the simulation was checked with, and does it behave as it did then?"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import nn

from autograder.simulated_cuda import patches, rules
from autograder.simulated_cuda.errors import DeviceMismatch, SimulationUnavailable

_passed = False


def once(inside: Callable[[], AbstractContextManager[Any]]) -> None:
    """Run the self-test the first time in a process. Raises SimulationUnavailable, which says what to do."""
    global _passed
    if _passed:
        return
    rules.load()
    missing = [f"{place}.{name}" for place, name, _ in patches.ALL if not hasattr(place, name)]
    if missing:
        raise SimulationUnavailable(_changed(f"it has no {missing[0]}"))
    # The first optimiser step imports it, and it must not meet our replacements: it keeps a table of torch's functions.
    importlib.import_module("torch._dynamo.trace_rules").get_torch_obj_rule_map()
    try:
        with inside(), torch.inference_mode(False), torch.enable_grad():
            _try()
    except Exception as error:
        raise SimulationUnavailable(_changed(f"{type(error).__name__}: {error}")) from error
    _passed = True


def _try() -> None:
    """A step of training on the device equals one on the CPU, and a mixed sum is refused."""
    weight = torch.tensor([[0.5, -1.0], [2.0, 0.25]])
    found = []
    for device in ("cpu", "cuda"):
        net = nn.Linear(2, 2, bias=False)
        with torch.no_grad():
            net.weight.copy_(weight)
        net.to(device)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        nn.functional.cross_entropy(
            net(torch.ones(1, 2, device=device)), torch.tensor([1], device=device)
        ).backward()
        optimizer.step()
        assert net.weight.device.type == device, net.weight.device
        found.append(net.weight.detach().cpu())
    assert torch.allclose(found[0], found[1]), found
    try:
        torch.ones(2, device="cuda") + torch.ones(2)
    except DeviceMismatch:
        return
    raise AssertionError("a sum of two devices was not refused")


def _changed(what: str) -> str:
    return (
        f"The simulated GPU does not work with this torch {torch.__version__} ({what}). Something has patched torch, or it "
        f"is another build than the one that was checked; run the program in a fresh process, else report it."
    )
