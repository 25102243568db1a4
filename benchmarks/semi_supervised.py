"""Semi-supervised learning on scikit-learn's digits: 1,797 real images, 4 or 10 of each class with a label.

A fixed third of the images is the test set. Of the rest, a few per class drawn by the seed have labels; all others are
unlabelled. Every method trains the same convolutional network for as many steps, with the same weak augmentation, as
`supervised` does from the labelled images alone; the ladder network, which is a perceptron, has the same perceptron
without denoising beside it (`supervised-mlp`).

`--validate` splits the test set off the images for training instead: the recipes were chosen there, on other seeds.

    python -m benchmarks.semi_supervised --jobs 2
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from torch import Tensor, nn

from autograder.datasets import load
from benchmarks import _data, _plots, _tables
from benchmarks._runs import Figures, Task, Tick, arguments, campaign
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
from reference.transfer import evaluating

SIDE, N_TEST, LABELS = 16, 599, (4, 10)
TRAINING = {"steps": 500, "lr": 0.003, "unlabelled": 96}
RECIPES: dict[str, dict[str, Any]] = {
    "supervised": {},
    "pseudo-label": {"weight": 1.0},
    "pi-model": {"weight": 20.0},
    "mean-teacher": {"weight": 20.0, "decay": 0.97},
    "vat": {"weight": 1.0, "epsilon": 2.0, "entropy": 1.0},
    "uda": {"temperature": 0.4, "threshold": 0.8, "weight": 1.0},
    "mixmatch": {"weight": 20.0, "alpha": 0.75},
    "remixmatch": {"alpha": 0.75},
    "fixmatch": {"threshold": 0.95, "weight": 1.0},
    "supervised-mlp": {"denoising": [0.0, 0.0, 0.0, 0.0]},
    "ladder": {"denoising": [10.0, 1.0, 0.1, 0.1]},
}
for _name in RECIPES:
    RECIPES[_name] = {**TRAINING, **RECIPES[_name]}

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
        return remixmatch.remixmatch_loss(terms)

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


# --------------------------------------------------------------------------------------------------- the campaign


def run(task: Task, options: argparse.Namespace, tick: Tick) -> Figures:
    torch.manual_seed(task.seed)
    recipe = {**task.recipe, "steps": 3} if options.quick else task.recipe
    per_class = int(task.data.split()[1])
    data = split(per_class, task.seed, task.device, validate="validation" in task.data)
    draws = Draws(data, torch.Generator().manual_seed(1000 + task.seed))
    chosen = learner(task.method, recipe, draws, task.device)
    train(chosen, recipe, draws, tick)
    with evaluating(chosen.final) as net:
        right = net(data.test_images).argmax(dim=1) == data.test_labels
    return {"accuracy": round(100 * float(right.double().mean()), 3)}


def tasks(options: argparse.Namespace) -> list[Task]:
    where = ", validation" if options.validate else ""
    first = 100 if options.validate else 0
    return [
        Task(method, f"digits, {count} labels a class{where}", first + seed, options.device, RECIPES[method])
        for count in options.labels
        for seed in range(options.seeds)
        for method in options.methods
    ]


HEAD = ("labels a class", "method", "device", "seeds", "accuracy, %", "gain on supervised, points", "CPU s")
TITLE = "Digits, test accuracy with few labels; mean and standard error over seeds"


def rows(records: list[dict[str, Any]]) -> _tables.Rows:
    """The gain is the mean over seeds of the difference to the baseline with the same labels."""
    table = []
    for (data, method, device), group in _tables.grouped(records, by=("data", "method", "device")).items():
        baseline = "supervised-mlp" if method == "ladder" else "supervised"
        gains = "" if method.startswith("supervised") else _tables.spread(gain(records, group, baseline))
        seconds = max(record["cpu_seconds"] for record in group)
        accuracy = _tables.spread(_tables.values(group, "accuracy"))
        table.append(
            [data.split()[1], method, device, str(len(group)), accuracy, gains, f"up to {seconds:.0f}"]
        )
    return table


def gain(records: list[dict[str, Any]], group: list[dict[str, Any]], baseline: str) -> list[float]:
    """Accuracy above that of the baseline with the same data, seed and device."""
    same = ("data", "seed", "device")
    base = {
        tuple(r["task"][name] for name in same): r["figures"]["accuracy"]
        for r in records
        if r["task"]["method"] == baseline
    }
    pairs = [
        (record["figures"]["accuracy"], tuple(record["task"][name] for name in same)) for record in group
    ]
    return [accuracy - base[key] for accuracy, key in pairs if key in base]


def plots(records: list[dict[str, Any]], folder: Path) -> list[Path]:
    """Accuracy by method with the fewest labels."""
    fewest = min(int(record["task"]["data"].split()[1]) for record in records)
    bars = {}
    for (method, data), group in _tables.grouped(records, by=("method", "data")).items():
        if int(data.split()[1]) == fewest:
            accuracies = _tables.values(group, "accuracy")
            bars[method] = (0.0, mean(accuracies), _tables.standard_error(accuracies))
    label = f"accuracy with {fewest} labels a class, %"
    return [_plots.bars(bars, label, folder / "semi_supervised.svg", start=50)]


def main() -> None:
    parser = arguments(__doc__, "semi_supervised", list(RECIPES), seeds=5)
    parser.add_argument(
        "--labels", type=int, nargs="+", default=list(LABELS), help="labels per class (default 4 10)"
    )
    parser.add_argument(
        "--validate", action="store_true", help="ask within the images for training, other seeds"
    )
    options = parser.parse_args()
    records = campaign(tasks(options), run, options)
    _tables.show(TITLE, HEAD, rows(records), records, as_json=options.json)
    _plots.draw(plots, records, options)


if __name__ == "__main__":
    main()
