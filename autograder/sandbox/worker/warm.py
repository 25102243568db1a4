"""Everything slow that a child would otherwise do for itself, done once in the zygote, on data of no meaning."""

from __future__ import annotations

import contextlib
import functools
import gc
import inspect
import random
import site
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

from autograder.fixtures import devices
from autograder.sandbox.worker.cells import Cells

SEED = 20_171


def warm_up(*, simulate_gpu: bool) -> tuple[Cells, str | None]:
    """Make the kernel that every child inherits: imports done, one training step made, one figure drawn, nothing kept.

    With it comes why there is no simulated GPU, where it was asked for and does not work with this torch.
    """
    for name in (site.setquit, site.setcopyright, site.sethelper):  # type: ignore[attr-defined]
        name()  # python -S leaves out exit, help and their kind
    _without_workers()
    _without_a_cache()
    _train_once("cpu")
    without = _train_on_a_gpu() if simulate_gpu else None
    # There is no compiler in the jail. What torch.compile makes computes the same, uncompiled.
    torch.compiler.set_stance("force_eager")
    cells = Cells()
    cells.attach()
    cells.run("import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.show()\nplt.close('all')", 1 << 20)
    cells.run("%timeit -n1 -r1 0", 1 << 20)
    cells.forget()
    gc.collect()
    gc.freeze()
    return cells, without


def reseed() -> None:
    """Seed all global generators, so that every child draws the same random numbers."""
    random.seed(SEED)
    np.random.seed(SEED)
    torch.manual_seed(SEED)


def _train_once(device: str) -> None:
    """The first optimiser step imports much of torch; the first convolution and batch norm choose their kernels."""
    net = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 3)
    ).to(device)
    for optimiser in (torch.optim.SGD(net.parameters(), lr=0.1), torch.optim.Adam(net.parameters(), lr=0.1)):
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(
            net(torch.ones(2, 1, 8, 8, device=device)), torch.tensor([0, 1], device=device)
        )
        loss.backward()
        optimiser.step()


def _train_on_a_gpu() -> str | None:
    """Its self-test, and what the first step on it imports. None, or why it does not work."""
    why = devices.no_gpu()
    if why is not None:
        return why
    try:
        with devices.gpu():
            _train_once("cuda")
    except Exception as error:
        return f"The simulated GPU does not work with this torch {torch.__version__} ({type(error).__name__}: {error})."
    return None


def _without_a_cache() -> None:
    """What students start here neither looks for the grader's files nor writes any into its scratch."""
    with contextlib.suppress(Exception):  # a torch that the simulation cannot even be imported with
        from autograder.simulated_cuda import rules

        rules.keep_in_memory()


def _without_workers() -> None:
    """A child may not fork: a DataLoader loads in its own process, whatever number of workers it is given."""
    original = DataLoader.__init__
    signature = inspect.signature(original)

    @functools.wraps(original)
    def init(*args: Any, **keywords: Any) -> None:
        bound = signature.bind(*args, **keywords)
        for name in ("prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout"):
            bound.arguments.pop(name, None)
        if "num_workers" in bound.arguments:
            bound.arguments["num_workers"] = 0
        original(*bound.args, **bound.kwargs)

    DataLoader.__init__ = init  # type: ignore[method-assign]
