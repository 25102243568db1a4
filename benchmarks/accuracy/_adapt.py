"""What transfer and parameter-efficient tuning share: a network pre-trained on one set, few labels of another.

Classes that the two sets have in common (Omniglot's minimal sets share two alphabets) are left out of the second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from autograder.datasets import Characters
from benchmarks.accuracy import _data
from benchmarks.accuracy._runs import Tick
from reference.transfer import evaluating

SIDE = 28
N_ASKED = 10  # of each class' twenty drawings, the last ten are asked


def two_sets(folder: Path | None, *, quick: bool, reverse: bool = False) -> tuple[Characters, Characters]:
    """The set to pre-train on, and the other one without the alphabets of the first; `reverse` swaps the two."""
    names = _data.names(folder)[:: -1 if reverse else 1]
    first, second = (_data.characters(name, folder, SIDE, quick=quick) for name in names)
    if folder is None:
        return first, second  # other alphabets, though some names come twice
    return first, second.alphabet([name for name in second.alphabets if name not in first.alphabets])


@dataclass
class Few:
    """A few labelled drawings of each class, and the ones that are asked."""

    images: Tensor
    labels: Tensor
    asked: Tensor
    answers: Tensor
    n_classes: int


def few(data: Characters, shots: int, seed: int, device: str) -> Few:
    """`shots` drawings of each class by the seed, among the first ten; asked are the last ten."""
    generator = torch.Generator().manual_seed(seed)
    shown, asked = [], []
    for c in range(len(data.class_names)):
        items = (data.labels == c).nonzero().squeeze(1)
        first, last = items[:-N_ASKED], items[-N_ASKED:]
        first = first[torch.randperm(len(first), generator=generator)]
        shown.append(first[:shots])
        asked.append(last)
    s, a = torch.cat(shown), torch.cat(asked)
    return Few(
        images=data.images[s].to(device),
        labels=data.labels[s].to(device),
        asked=data.images[a].to(device),
        answers=data.labels[a].to(device),
        n_classes=len(data.class_names),
    )


def classify(
    parts: Sequence[tuple[nn.Module, float]],
    logits: Callable[[Tensor], Tensor],
    images: Tensor,
    labels: Tensor,
    *,
    steps: int,
    batch: int,
    generator: torch.Generator,
    tick: Tick,
    turned: bool = False,
    warmup: int = 20,
    decay: float = 0.0,
    beta: float = 0.999,
    clip: float | None = None,
    bfloat16: bool = False,
) -> None:
    """AdamW on the cross-entropy of warped images; each part has a rate of its own, which falls as a cosine.

    turned: a character turned by a quarter is another class; there are then four times as many.
    """
    trained = [([p for p in part.parameters() if p.requires_grad], lr) for part, lr in parts]
    groups: list[dict[str, Any]] = [
        {"params": parameters, "lr": lr, "peak": lr} for parameters, lr in trained if parameters
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, beta), weight_decay=decay)
    n_classes = int(labels.max()) + 1
    for step in range(steps):
        for group in optimizer.param_groups:
            rising, falling = min(1.0, (step + 1) / warmup), (1 + math.cos(math.pi * step / steps)) / 2
            group["lr"] = group["peak"] * rising * falling
        chosen = torch.randint(len(images), (batch,), generator=generator).to(images.device)
        turns = torch.randint(4, (batch,), generator=generator) if turned else None
        target = labels[chosen] + (n_classes * turns.to(labels) if turns is not None else 0)
        warped = _data.warped(images[chosen].cpu(), _data.Warp(), generator, turns).to(images.device)
        optimizer.zero_grad()
        with torch.autocast(images.device.type, torch.bfloat16, enabled=bfloat16):
            guesses = logits(warped)
        functional.cross_entropy(guesses.float(), target).backward()
        if clip is not None:
            nn.utils.clip_grad_norm_([p for group in groups for p in group["params"]], clip)
        optimizer.step()
        tick((step + 1) / steps)


def pretrain(
    backbone: nn.Module,
    width: int,
    data: Characters,
    *,
    device: str,
    seed: int,
    tick: Tick,
    lr: float = 0.002,
    **options: Any,
) -> None:
    """Classify the characters of a set, each in four directions; the head is thrown away.

    options: those of `classify`, steps among them.
    """
    head = nn.Linear(width, 4 * len(data.class_names)).to(device)
    net = nn.Sequential(backbone.to(device), head).train()
    images, labels = data.images.to(device), data.labels.to(device)
    generator = torch.Generator().manual_seed(seed)
    options = {"batch": 96, "generator": generator, "tick": tick, **options}
    classify([(net, lr)], net, images, labels, turned=True, **options)


def accuracy(net: nn.Module, data: Few) -> float:
    """Percentage of the asked images that are classified rightly."""
    with evaluating(net), torch.no_grad():
        guesses = torch.cat([net(batch).argmax(dim=1) for batch in data.asked.split(500)])
    return round(100 * float((guesses == data.answers).double().mean()), 3)
