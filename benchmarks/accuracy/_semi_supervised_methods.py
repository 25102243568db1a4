"""Semi-supervised methods as they are compared: one split of the digits, one network, one schedule for all."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from autograder.datasets import load
from benchmarks.accuracy import _data
from benchmarks.accuracy._runs import Tick
from reference import (
    augmentations,
    fixmatch,
    ladder,
    mean_teacher,
    mixmatch,
    pi_model,
    pseudo_label,
    remixmatch,
    uda,
    vat,
)
from reference.prototypical import Conv4

SIDE, N_TEST = 16, 599

# ----------------------------------------------------------------------------------------------------------- data


@dataclass
class Split:
    """Images (n, 1, SIDE, SIDE), labels (n,) of the labelled ones, and what is asked in the end."""

    labelled: Tensor
    labels: Tensor
    unlabelled: Tensor
    test_images: Tensor
    test_labels: Tensor


def split(per_class: int, seed: int, device: str, *, validate: bool) -> Split:
    """The test third never changes; labels are drawn by the seed. All images without label are unlabelled."""
    data = load("digits", size=SIDE)
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(20260))
    test, rest = order[:N_TEST], order[N_TEST:]
    if validate:
        test, rest = rest[:400], rest[400:]
    rest = rest[torch.randperm(len(rest), generator=torch.Generator().manual_seed(seed))]
    chosen = torch.cat([rest[data.labels[rest] == digit][:per_class] for digit in range(10)])
    others = rest[~torch.isin(rest, chosen)]
    parts = (
        data.images[chosen],
        data.labels[chosen],
        data.images[others],
        data.images[test],
        data.labels[test],
    )
    return Split(*(part.to(device) for part in parts))


@dataclass
class Draws:
    """Augmentations and batches, all from one generator on the CPU: the same on every device."""

    data: Split
    generator: torch.Generator

    def weak(self, images: Tensor) -> Tensor:
        """A small affine map; digits are not mirrored."""
        return _data.warped(images, _data.Warp(rotate=12, shear=0.15, zoom=0.12, shift=0.08), self.generator)

    def strong(self, images: Tensor) -> Tensor:
        """RandAugment and CutOut, empty places black as the digits' background is."""
        return augmentations.strong(self.weak(images), generator=self.generator, cut_out_size=0.4, fill=0.0)

    def batch(self, count: int) -> Tensor:
        return self.data.unlabelled[
            torch.randperm(len(self.data.unlabelled), generator=self.generator)[:count]
        ]


# -------------------------------------------------------------------------------------------------------- methods


@dataclass
class Learner:
    """What a method needs: its networks, and the loss of a step at a share `t` of the training."""

    trained: list[nn.Module]
    final: nn.Module
    loss: Callable[[Tensor, float], Tensor]
    after: Callable[[int], None] = lambda step: None


def network(device: str) -> nn.Sequential:
    return nn.Sequential(Conv4(width=32), nn.Linear(32, 10)).to(device)


def learner(method: str, recipe: dict[str, Any], draws: Draws, device: str) -> Learner:
    if method in ("ladder", "supervised-mlp"):
        return _ladder(recipe, draws, device)
    net, data, weight = network(device), draws.data, recipe.get("weight", 0.0)
    x, y, generator = data.labelled, data.labels, draws.generator
    if method == "remixmatch":
        return _remixmatch(net, recipe, draws, device)
    if method == "mean-teacher":
        teacher = mean_teacher.make_teacher(net)

        def follow(step: int) -> None:
            mean_teacher.update_teacher(teacher, net, mean_teacher.decay_at(step, recipe["decay"]))

        def agree(u: Tensor, t: float) -> Tensor:
            ramped = weight * pi_model.ramp_up(t, 0.4)
            return mean_teacher.mean_teacher_loss(net, teacher, draws.weak, x, y, u, weight=ramped)

        return Learner([net], teacher, agree, follow)

    def pseudo(u: Tensor, t: float) -> Tensor:
        logits = net(torch.cat([draws.weak(x), draws.weak(u)]))
        ramped = pseudo_label.weight_at(t, start=0.1, end=0.7, final=weight)
        return pseudo_label.pseudo_label_loss(logits[: len(x)], y, logits[len(x) :], ramped)

    losses: dict[str, Callable[[Tensor, float], Tensor]] = {
        "supervised": lambda u, t: pseudo_label.classification_loss(net(draws.weak(x)), y),
        "pseudo-label": pseudo,
        "pi-model": lambda u, t: pi_model.pi_model_loss(
            net, draws.weak, x, y, u, weight=weight * pi_model.ramp_up(t, 0.4)
        ),
        "vat": lambda u, t: vat.vat_loss(
            net,
            draws.weak(x),
            y,
            draws.weak(u),
            epsilon=recipe["epsilon"],
            generator=generator,
            weight=weight,
            entropy_weight=recipe["entropy"],
        ),
        "uda": lambda u, t: uda.uda_loss(
            net,
            draws.strong,
            draws.weak(x),
            y,
            draws.weak(u),
            temperature=recipe["temperature"],
            threshold=recipe["threshold"],
            weight=weight,
        ),
        "mixmatch": lambda u, t: mixmatch.mixmatch_loss(
            net,
            draws.weak,
            x,
            y,
            u,
            generator=generator,
            weight=weight * min(1.0, t / 0.4),
            alpha=recipe["alpha"],
        ),
        "fixmatch": lambda u, t: fixmatch.fixmatch_loss(
            net, draws.weak, draws.strong, x, y, u, threshold=recipe["threshold"], weight=weight
        ),
    }
    return Learner([net], net, losses[method])


def _remixmatch(net: nn.Sequential, recipe: dict[str, Any], draws: Draws, device: str) -> Learner:
    turned = nn.Sequential(net[0], nn.Linear(32, 4)).to(device)
    alignment = remixmatch.DistributionAlignment(torch.ones(10)).to(device)

    def loss(u: Tensor, t: float) -> Tensor:
        terms = remixmatch.remixmatch_terms(
            net,
            turned,
            alignment,
            draws.weak,
            draws.strong,
            draws.data.labelled,
            draws.data.labels,
            u,
            generator=draws.generator,
            alpha=recipe["alpha"],
        )
        # as in the authors' code: what the network guesses at first is noise
        ramp = pi_model.ramp_up(t, recipe["ramp"])
        return remixmatch.remixmatch_loss(terms, weight=1.5 * ramp, first_strong_weight=0.5 * ramp)

    return Learner([net, turned[1]], net, loss)


def _ladder(recipe: dict[str, Any], draws: Draws, device: str) -> Learner:
    net = ladder.LadderNetwork([SIDE * SIDE, 250, 100, 10]).to(device)

    def loss(u: Tensor, t: float) -> Tensor:
        return ladder.ladder_loss(
            net,
            draws.weak(draws.data.labelled).flatten(1),
            draws.data.labels,
            draws.weak(u).flatten(1),
            denoising_weights=recipe["denoising"],
            generator=draws.generator,
        )

    return Learner([net], nn.Sequential(nn.Flatten(), net), loss)


def train(learner: Learner, recipe: dict[str, Any], draws: Draws, tick: Tick) -> None:
    """Adam; the rate falls as a cosine."""
    steps = recipe["steps"]
    optimizer = torch.optim.Adam(
        [p for net in learner.trained for p in net.train().parameters()], lr=recipe["lr"]
    )
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = recipe["lr"] * (1 + math.cos(math.pi * step / steps)) / 2
        optimizer.zero_grad()
        learner.loss(draws.batch(recipe["unlabelled"]), step / steps).backward()
        optimizer.step()
        learner.after(step)
        tick((step + 1) / steps)
