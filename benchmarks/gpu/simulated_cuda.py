"""What the simulated GPU costs: a training step on it against the same step on the plain CPU, in one process.

    python -m benchmarks.gpu.simulated_cuda

CPU time, because other programs share the machine; the steps alternate, and the fastest of each kind counts. Required: at
most 3 times for the small MLP, 1.2 times for Conv4. Exit status 1: more than that.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext

import torch
import torch.nn.functional as F
from rich.console import Console
from rich.progress import track
from torch import Tensor, nn

from autograder.simulated_cuda import simulated_cuda

Step = Callable[[], float]
ROUNDS = {"small MLP": (60, 10, 3.0), "Conv4": (12, 1, 1.2)}  # rounds, steps in each, what is allowed


def mlp() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 5))


def conv4() -> nn.Module:
    blocks: list[nn.Module] = []
    for n_in in (1, 64, 64, 64):
        blocks += [nn.Conv2d(n_in, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*blocks, nn.Flatten())


def classified(net: nn.Module, device: str) -> Step:
    """A step of Adam on 100 images in 5 classes."""
    images, labels = _data(device)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)

    def step() -> float:
        loss = F.cross_entropy(net(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def episode(net: nn.Module, device: str) -> Step:
    """A step of Adam on a 5-way 5-shot episode with 15 queries in each class."""
    images, labels = _data(device)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)

    def step() -> float:
        z = net(images)
        prototypes = torch.stack([z[:25][labels[:25] == c].mean(0) for c in range(5)])
        loss = F.cross_entropy(-(torch.cdist(z[25:], prototypes) ** 2), labels[25:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def _data(device: str) -> tuple[Tensor, Tensor]:
    return torch.rand(100, 1, 28, 28).to(device), (torch.arange(100) % 5).to(device)


KINDS = {"small MLP": (mlp, classified), "Conv4": (conv4, episode)}


def measure(kind: str) -> tuple[float, float]:
    """Seconds of CPU time of one step: on the CPU, on the simulated GPU."""
    rounds, steps, _ = ROUNDS[kind]
    make, program = KINDS[kind]
    torch.manual_seed(0)
    plain = program(make(), "cpu")
    with simulated_cuda():
        simulated = program(make().to("cuda"), "cuda")
    least = [float("inf"), float("inf")]
    for _ in track(range(rounds), kind, transient=True, console=Console(stderr=True)):
        for i, step in enumerate((plain, simulated)):
            with simulated_cuda() if i else nullcontext():
                begin = time.process_time()
                for _ in range(steps):
                    step()
                least[i] = min(least[i], (time.process_time() - begin) / steps)
    return least[0], least[1]


def main() -> int:
    argparse.ArgumentParser(
        prog="python -m benchmarks.gpu.simulated_cuda",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    ).parse_args()
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}, 1 thread, CPU time")
    print("| training step | plain CPU | simulated GPU | times | at most |")
    print("|---|---|---|---|---|")
    slow = False
    for kind, (_, _, most) in ROUNDS.items():
        plain, simulated = measure(kind)
        slow |= simulated > most * plain
        print(
            f"| {kind} | {1e3 * plain:.2f} ms | {1e3 * simulated:.2f} ms | {simulated / plain:.2f} | {most} |"
        )
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
