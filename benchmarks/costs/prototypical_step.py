"""A training step of a prototypical network beside easyfsl's: 5-way 5-shot, 15 queries a class, Conv4, 28 x 28, CPU.

Steps alternate in one process, so that both meet the same machine; figures are CPU milliseconds, the median and the
quartiles. Freed memory stays with the process: who gives how much of it back to the system is chance. easyfsl brings no Conv4: its step is measured with the usual one (convolution with bias, batch norm, ReLU,
pooling) and with ours. It lies outside our dependencies:

    pip install --no-deps --target PEER easyfsl==1.5.0
    python -m benchmarks.costs.prototypical_step --peer PEER
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from types import ModuleType
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.accuracy._runs import keep_memory
from reference.prototypical import Conv4, training_step

N_WAY, K_SHOT, N_QUERY, SIDE = 5, 5, 15, 28


def easyfsl_class(folder: Path) -> Any:
    """easyfsl's PrototypicalNetworks, without the packages around it, which want torchvision and pandas."""
    sys.path.insert(0, str(folder))
    for package in ("easyfsl", "easyfsl.methods"):
        path = folder.joinpath(*package.split("."))
        if not path.is_dir():
            raise SystemExit(f"{path} is missing: pip install --no-deps --target {folder} easyfsl==1.5.0")
        sys.modules[package] = ModuleType(package)
        sys.modules[package].__path__ = [str(path)]
    return importlib.import_module("easyfsl.methods.prototypical_networks").PrototypicalNetworks


def usual_conv4(width: int = 64) -> nn.Module:
    """Snell's embedding as it is usually written."""
    blocks = [
        nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2))
        for i, o in pairwise([1, width, width, width, width])
    ]
    return nn.Sequential(*blocks, nn.Flatten())


def episode() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    classes = torch.arange(N_WAY)
    support, query = torch.rand(N_WAY * K_SHOT, 1, SIDE, SIDE), torch.rand(N_WAY * N_QUERY, 1, SIDE, SIDE)
    return support, classes.repeat_interleave(K_SHOT), query, classes.repeat_interleave(N_QUERY)


def our_step() -> Callable[[], object]:
    net = Conv4().train()
    optimizer = torch.optim.Adam(net.parameters())
    data = episode()
    return lambda: training_step(net, optimizer, *data)


def their_step(prototypical_networks: Any, backbone: nn.Module) -> Callable[[], object]:
    classifier = prototypical_networks(backbone).train()
    optimizer = torch.optim.Adam(classifier.parameters())
    support_x, support_y, query_x, query_y = episode()

    def step() -> None:
        optimizer.zero_grad()
        classifier.process_support_set(support_x, support_y)
        functional.cross_entropy(classifier(query_x), query_y).backward()
        optimizer.step()

    return step


def measure(steps: dict[str, Callable[[], object]], rounds: int, quiet: bool) -> dict[str, list[float]]:
    """CPU milliseconds of each step, the steps taking turns; the first rounds warm up."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for number in track(range(rounds + 5), "rounds", console=Console(stderr=True), disable=quiet):
        for name, step in steps.items():
            start = time.process_time()
            step()
            if number >= 5:
                taken[name].append(1000 * (time.process_time() - start))
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", type=Path, required=True, metavar="DIR", help="folder that holds easyfsl")
    parser.add_argument("--rounds", type=int, default=40, help="steps of each (default 40)")
    parser.add_argument("--threads", type=int, default=1, help="of torch (default 1)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    keep_memory()
    torch.manual_seed(0)
    peer = easyfsl_class(options.peer)
    steps = {
        "ours": our_step(),
        "easyfsl, usual Conv4": their_step(peer, usual_conv4()),
        "easyfsl, our Conv4": their_step(peer, Conv4()),
    }
    taken = {
        name: quantiles(times, n=4) for name, times in measure(steps, options.rounds, options.json).items()
    }
    if options.json:
        print(json.dumps({name: [round(q, 2) for q in three] for name, three in taken.items()}))
        return
    table = Table(
        "step", "median, ms", "quartiles", "ours is faster by", title=f"{options.rounds} steps, CPU ms"
    )
    for name, (low, middle, high) in taken.items():
        table.add_row(
            name, f"{middle:.1f}", f"{low:.1f} to {high:.1f}", f"{middle / taken['ours'][1]:.2f} times"
        )
    Console().print(table)


if __name__ == "__main__":
    main()
