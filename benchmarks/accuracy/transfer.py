"""Transfer: a convolutional network trained on one set, used on another with one, five or ten labels a class.

probe, random     linear probe on the features of a network that has learned nothing
from scratch      the network trained on the few labels alone
probe             linear probe on the features of the pre-trained network, which stays as it is
fine-tuned        the pre-trained network trained on, with the probe as its classifier to begin with (Kumar et al., 2022)

    python -m benchmarks.accuracy.transfer --data DIR
"""

from __future__ import annotations

import argparse
import copy
from typing import Any

import torch
from torch import nn

from benchmarks.accuracy import _adapt, _tables
from benchmarks.accuracy._runs import Figures, Task, Tick, arguments, campaign
from reference.prototypical import Conv4
from reference.transfer import extract_features, fit_probe

METHODS = ("probe, random", "from scratch", "probe", "fine-tuned")
SHOTS = (1, 5, 10)
RECIPE: dict[str, Any] = {
    "pretraining": 600,
    "steps": 150,
    "width": 64,
    "l2": 0.003,
    "lr": 0.003,
    "fine lr": 0.001,
    "fine-tuned from": "probe",
}


def run(task: Task, options: argparse.Namespace, tick: Tick) -> Figures:
    recipe, device, seed = task.recipe, task.device, task.seed
    steps, pretraining = (2, 2) if options.quick else (recipe["steps"], recipe["pretraining"])
    source, target = _adapt.two_sets(options.data, quick=options.quick)
    torch.manual_seed(seed)
    fresh = Conv4(width=recipe["width"]).to(device)
    trained = copy.deepcopy(fresh)
    _adapt.pretrain(
        trained,
        recipe["width"],
        source,
        steps=pretraining,
        device=device,
        seed=seed,
        tick=lambda t: tick(t / 2),
    )
    figures: Figures = {}
    for number, shots in enumerate(SHOTS):
        data = _adapt.few(target, shots, seed, device)
        probes = {}
        for name, net in (("probe, random", fresh), ("probe", trained)):
            probes[name] = nn.Sequential(net, probe(net, data, recipe["l2"]))
            figures[f"{name} {shots}"] = _adapt.accuracy(probes[name], data)
        unlearned = nn.Sequential(fresh, nn.Linear(recipe["width"], data.n_classes).to(device))
        for name, start, lr in (
            ("from scratch", unlearned, recipe["lr"]),
            ("fine-tuned", probes[recipe["fine-tuned from"]], recipe["fine lr"]),
        ):
            tuned = copy.deepcopy(start).train()
            generator = torch.Generator().manual_seed(seed)
            _adapt.classify(
                [(tuned, lr)],
                tuned,
                data.images,
                data.labels,
                steps=steps,
                batch=96,
                generator=generator,
                tick=_in_the_second_half(tick, number),
            )
            figures[f"{name} {shots}"] = _adapt.accuracy(tuned, data)
    return figures


def _in_the_second_half(tick: Tick, number: int) -> Tick:
    """Return the ticks of the number-th of six trainings, which share the half that pretraining leaves."""
    return lambda done: tick(min(0.999, 0.5 + (number + done) / 6))


def probe(net: nn.Module, data: _adapt.Few, l2: float) -> nn.Linear:
    """The linear probe on features with mean 0 and deviation 1, as a layer that takes the features as they are."""
    features = extract_features(net, data.images)
    mean, deviation = features.mean(dim=0), features.std(dim=0).clamp_min(1e-6)
    found = fit_probe((features - mean) / deviation, data.labels, l2=l2)
    layer = nn.Linear(features.shape[1], data.n_classes).to(features.device)
    with torch.no_grad():
        layer.weight.copy_(found.weight / deviation)
        layer.bias.copy_(found.bias - layer.weight @ mean)
    return layer


def tasks(options: argparse.Namespace) -> list[Task]:
    where = "small1 to small2" if options.data else "glyphs1 to glyphs2"
    return [Task("all", where, seed, options.device, RECIPE) for seed in range(options.seeds)]


HEAD = ("method", "data", "device", "seeds", *(f"{shots} a class, %" for shots in SHOTS))
TITLE = "Accuracy on new alphabets with few labels; mean and standard error over seeds"


def rows(records: list[dict[str, Any]]) -> _tables.Rows:
    table = []
    for (data, device), group in _tables.grouped(records, by=("data", "device")).items():
        for method in METHODS:
            cells = [_tables.spread(_tables.values(group, f"{method} {shots}")) for shots in SHOTS]
            table.append([method, data, device, str(len(group)), *cells])
    return table


def main() -> None:
    options = arguments(__doc__, "transfer", METHODS, seeds=3).parse_args()
    records = campaign(tasks(options), run, options)
    _tables.show(TITLE, HEAD, rows(records), records, as_json=options.json)


if __name__ == "__main__":
    main()
