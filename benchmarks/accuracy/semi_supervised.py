"""Semi-supervised learning on scikit-learn's digits: 1,797 real images, 4 or 10 of each class with a label.

A fixed third of the images is the test set. Of the rest, a few per class drawn by the seed have labels; all others are
unlabelled. Every method trains the same convolutional network for as many steps, with the same weak augmentation, as
`supervised` does from the labelled images alone; the ladder network, which is a perceptron, has the same perceptron
without denoising beside it (`supervised-mlp`).

`--validate` splits the test set off the images for training instead: the recipes were chosen there, on other seeds.

    python -m benchmarks.accuracy.semi_supervised --jobs 2
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import mean
from typing import Any

import torch

from benchmarks.accuracy import _plots, _tables
from benchmarks.accuracy._runs import Figures, Task, Tick, arguments, campaign
from benchmarks.accuracy._semi_supervised_methods import Draws, learner, split, train
from reference.transfer import evaluating

LABELS = (4, 10)
TRAINING = {"steps": 500, "lr": 0.003, "unlabelled": 96}
RECIPES: dict[str, dict[str, Any]] = {
    "supervised": {},
    "pseudo-label": {"weight": 1.0},
    "pi-model": {"weight": 20.0},
    "mean-teacher": {"weight": 20.0, "decay": 0.97},
    "vat": {"weight": 1.0, "epsilon": 2.0, "entropy": 1.0},
    "uda": {"temperature": 0.4, "threshold": 0.8, "weight": 1.0},
    "mixmatch": {"weight": 20.0, "alpha": 0.75},
    "remixmatch": {"alpha": 0.75, "ramp": 0.4},
    "fixmatch": {"threshold": 0.95, "weight": 1.0},
    "supervised-mlp": {"denoising": [0.0, 0.0, 0.0, 0.0], "steps": 1500},
    "ladder": {"denoising": [0.3, 0.03, 0.01, 1.0], "steps": 1500},
}
for _name in RECIPES:
    RECIPES[_name] = {**TRAINING, **RECIPES[_name]}


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
