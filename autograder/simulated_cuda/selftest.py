"""Does the simulation work with the installed torch? Each process asks once, before the first program runs in it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.simulated_cuda import patches, rules
from autograder.simulated_cuda.errors import DeviceMismatch, OnDevice, SimulationUnavailable

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
    try:
        # The first optimiser step imports it, and it must not meet our replacements: it keeps a table of torch's functions.
        importlib.import_module("torch._dynamo.trace_rules").get_torch_obj_rule_map()
        with inside(), torch.inference_mode(False), torch.enable_grad():
            _computes_as_the_cpu()
            _keeps_the_rules()
    except Exception as error:
        raise SimulationUnavailable(_changed(f"{type(error).__name__}: {error}")) from error
    _passed = True


def _computes_as_the_cpu() -> None:
    """A step of training on the device equals one on the CPU, with an optimiser of each family."""
    for optimiser in (torch.optim.SGD, torch.optim.Adam):
        here, there = _trained("cpu", optimiser), _trained("cuda", optimiser)
        assert torch.allclose(here, there), (optimiser.__name__, here, there)


def _trained(device: str, optimiser: Any) -> Tensor:
    net = nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[0.5, -1.0], [2.0, 0.25]]))
    net.to(device)
    steps = optimiser(net.parameters(), lr=0.1)
    F.cross_entropy(net(torch.ones(1, 2, device=device)), torch.tensor([1], device=device)).backward()
    steps.step()
    assert net.weight.device.type == device, net.weight.device
    return net.weight.detach().cpu()


# What CUDA does with a tensor `x` (2, 2) of the device beside `y`, the same on the CPU: a program of each kind of rule, the
# generated check, TensorIterator, indexing, copies, the way to the host. tests/simulated_cuda has many more, with their sources.
ACCEPTS: tuple[Callable[[Tensor, Tensor], object], ...] = (
    lambda x, y: x + 1,
    lambda x, y: x * y.sum(),
    lambda x, y: x @ x.T,
    lambda x, y: x[y.argmax(0)],
    lambda x, y: x.copy_(y),
    lambda x, y: torch.cat([x, y.to(x.device)]),
    lambda x, y: F.conv2d(x.reshape(1, 1, 2, 2), x.reshape(1, 1, 2, 2)),
    lambda x, y: torch.where(x > 0, x, torch.zeros((), device=x.device)),
    lambda x, y: x.cpu().numpy(),
    lambda x, y: x.sum().item(),
)
REFUSES: tuple[Callable[[Tensor, Tensor], object], ...] = (
    lambda x, y: x + y,
    lambda x, y: x @ y,
    lambda x, y: torch.cat([x, y]),
    lambda x, y: F.linear(x, y),
    lambda x, y: F.cross_entropy(x, y.argmax(1)),
    lambda x, y: F.conv2d(x.reshape(1, 1, 2, 2), y.reshape(1, 1, 2, 2)),
    lambda x, y: y[x.argmax(0)],
    lambda x, y: x.numpy(),
)


def _keeps_the_rules() -> None:
    """Programs that CUDA accepts run, and those that it refuses are refused."""
    for number, program in enumerate(ACCEPTS):
        try:
            program(*_pair())
        except Exception as error:
            raise AssertionError(f"program {number} of those that CUDA accepts: {error}") from error
    for number, program in enumerate(REFUSES):
        try:
            program(*_pair())
        except (DeviceMismatch, OnDevice):
            continue
        raise AssertionError(f"program {number} of those that CUDA refuses was not refused")


def _pair() -> tuple[Tensor, Tensor]:
    y = torch.tensor([[1.0, -2.0], [3.0, 4.0]])
    return y.to("cuda"), y


def _changed(what: str) -> str:
    return (
        f"The simulated GPU does not work with this torch {torch.__version__} ({what}). Something has patched torch, or it "
        f"works otherwise than those that were checked ({', '.join(rules.checked_versions())}): run the program in a fresh "
        f"process, else install one of these."
    )
