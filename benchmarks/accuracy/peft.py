"""Parameter-efficient tuning: a Vision Transformer pre-trained on one set, adapted to another with ten labels a class.

`head` trains a linear classifier on the frozen network, `full` every number of it. The others train that classifier and
a little more. Counted are all numbers that training changes, the classifier among them. `share of the gain` is
(accuracy - head) / (full - head), seed by seed.

    python -m benchmarks.accuracy.peft --data DIR
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.accuracy import _adapt, _data, _plots, _tables
from benchmarks.accuracy._runs import Figures, Task, Tick, arguments, campaign
from reference.adapters import add_adapters
from reference.lora import add_lora
from reference.prefix_tuning import Prefix
from reference.prompt_tuning import prepend, prompt_from_vocabulary
from reference.transfer import freeze, trainable_share
from reference.vit import VisionTransformer

NETWORK = {"width": 128, "depth": 4, "n_heads": 4, "mlp_width": 512}
WIDTH, DEPTH, HEADS = NETWORK["width"], NETWORK["depth"], NETWORK["n_heads"]
METHODS = ("head", "prompt", "prefix", "adapters", "lora", "full")
# Chosen on the sets the other way round, one other seed. The classifier's rate is the same for all; the number of
# steps is a budget: full fine-tuning would gain from more.
RECIPE: dict[str, Any] = {
    "network": NETWORK,
    "pretraining": {"steps": 3000, "lr": 0.0015, "warmup": 200, "decay": 0.02, "beta": 0.98, "clip": 1.0},
    "steps": 500,
    "batch": 64,
    "beta": 0.99,
    "shots": 10,
    "head lr": 0.005,
    "lr": {"prompt": 0.1, "prefix": 0.1, "adapters": 0.005, "lora": 0.005, "full": 0.001},
    "prompt": 16,
    "prefix": 60,
    "bottleneck": 32,
    "rank": 8,
    "alpha": 16.0,
}


class Prompted(nn.Module):
    """A ViT that reads trained tokens between its class token and its patches. (b, c, h, w) -> (b, width)."""

    def __init__(self, vit: VisionTransformer, prompt: Tensor) -> None:
        super().__init__()
        self.vit, self.prompt = vit, nn.Parameter(prompt)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.vit.embed(images)
        return self.vit.encode(torch.cat([tokens[:, :1], prepend(self.prompt, tokens[:, 1:])], dim=1))[:, 0]


class Prefixed(nn.Module):
    """A ViT whose layers look at trained keys and values, too. (b, c, h, w) -> (b, width)."""

    def __init__(self, vit: VisionTransformer, prefix: Prefix) -> None:
        super().__init__()
        self.vit, self.prefix = vit, prefix

    def forward(self, images: Tensor) -> Tensor:
        hidden = self.vit.encoder(self.vit.embed(images), None, self.prefix())
        return self.vit.norm(hidden)[:, 0]


def adapted(
    method: str, vit: VisionTransformer, recipe: dict[str, Any], seed: int, images: Tensor
) -> nn.Module:
    """The network with what the method adds; what it does not train is frozen. images: the labelled ones."""
    generator, device = torch.Generator().manual_seed(seed), images.device
    if method == "full":
        return vit
    freeze(vit)
    if method == "prompt":  # starts as patches that were seen
        patches = vit.embed(images)[:, 1:].detach().flatten(0, 1)
        prompt = prompt_from_vocabulary(patches, recipe["prompt"], generator, common=len(patches))
        return Prompted(vit, prompt)
    if method == "prefix":  # starts small: at deviation 1 it would drown the patches
        prefix = Prefix(recipe["prefix"], DEPTH, WIDTH, HEADS, hidden=None, generator=generator)
        with torch.no_grad():
            prefix.source.mul_(0.1)
        return Prefixed(vit, prefix).to(device)
    if method == "adapters":
        add_adapters(vit, recipe["bottleneck"], generator=generator)
    if method == "lora":  # every linear map of attention and perceptron
        vit.cpu()  # the generator draws there
        add_lora(
            vit,
            lambda name: name.startswith("encoder."),
            rank=recipe["rank"],
            alpha=recipe["alpha"],
            generator=generator,
        )
        vit.to(device)
    return vit


def run(task: Task, options: argparse.Namespace, tick: Tick) -> Figures:
    """One seed: pre-training once, then every method from the same weights, head and drawings."""
    recipe, device, seed = task.recipe, task.device, task.seed
    pretraining = recipe["pretraining"] | ({"steps": 2} if options.quick else {})
    source, target = _adapt.two_sets(options.data, quick=options.quick, reverse="validation" in task.data)
    torch.manual_seed(seed)
    vit = VisionTransformer(**recipe["network"])
    _adapt.pretrain(
        vit,
        WIDTH,
        source,
        device=device,
        seed=seed,
        tick=lambda t: tick(0.5 * t),
        bfloat16=True,
        **pretraining,
    )
    data = _adapt.few(target, recipe["shots"], seed, device)
    head = nn.Linear(WIDTH, data.n_classes).to(device)
    figures: Figures = {}
    for number, method in enumerate(METHODS):
        body = adapted(method, copy.deepcopy(vit), recipe, seed, data.images)
        net = nn.Sequential(body, copy.deepcopy(head)).train()
        _adapt.classify(
            [(body, recipe["lr"].get(method, 0.0)), (net[1], recipe["head lr"])],
            net,
            data.images,
            data.labels,
            steps=2 if options.quick else recipe["steps"],
            batch=recipe["batch"],
            beta=recipe["beta"],
            bfloat16=True,
            generator=torch.Generator().manual_seed(seed),
            tick=_part(tick, 0.5 + number / (2 * len(METHODS)), 0.5 / len(METHODS)),
        )
        figures[method] = _adapt.accuracy(net, data)
        figures[f"{method} trained"] = sum(p.numel() for p in net.parameters() if p.requires_grad)
        figures[f"{method} share"] = round(100 * trainable_share(net), 2)
    return figures


def _part(tick: Tick, start: float, length: float) -> Callable[[float], None]:
    return lambda share: tick(min(start + share * length, 0.999))


def tasks(options: argparse.Namespace) -> list[Task]:
    first, second = _data.names(options.data)
    where = f"{second} to {first}, validation" if options.validate else f"{first} to {second}"
    seeds = range(100, 100 + options.seeds) if options.validate else range(options.seeds)
    return [Task("all", where, seed, options.device, RECIPE) for seed in seeds]


HEAD = (
    "method",
    "data",
    "device",
    "seeds",
    "accuracy, %",
    "share of the gain, %",
    "numbers trained",
    "of all, %",
)
TITLE = "A Transformer adapted with ten labels a class; mean and standard error over seeds"


def rows(records: list[dict[str, Any]]) -> _tables.Rows:
    table = []
    for (data, device), group in _tables.grouped(records, by=("data", "device")).items():
        for method in METHODS:
            figures = [record["figures"] for record in group]
            shares = [
                100 * (f[method] - f["head"]) / (f["full"] - f["head"])
                for f in figures
                if f["full"] != f["head"]
            ]
            first = figures[0]
            accuracy = _tables.spread(_tables.values(group, method))
            counts = [f"{first[f'{method} trained']:,}", f"{first[f'{method} share']:.1f}"]
            gain = "" if method in ("head", "full") else _tables.spread(shares, 0)
            table.append([method, data, device, str(len(group)), accuracy, gain, *counts])
    return table


def plots(records: list[dict[str, Any]], folder: Path) -> list[Path]:
    """Accuracy against the numbers trained."""
    figures = [record["figures"] for record in records]
    points = {
        method: (
            figures[0][f"{method} trained"],
            mean(f[method] for f in figures),
            _tables.standard_error([f[method] for f in figures]),
        )
        for method in METHODS
    }
    return [_plots.accuracy_by_size(points, folder / "peft.svg")]


def main() -> None:
    parser = arguments(__doc__, "peft", METHODS, seeds=3)
    parser.add_argument(
        "--validate",
        action="store_true",
        help="the sets the other way round, other seeds: to choose the recipe",
    )
    options = parser.parse_args()
    records = campaign(tasks(options), run, options)
    _tables.show(TITLE, HEAD, rows(records), records, as_json=options.json)
    _plots.draw(plots, records, options)


if __name__ == "__main__":
    main()
