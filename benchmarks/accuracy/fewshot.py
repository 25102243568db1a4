"""Few-shot classification: Omniglot's one-shot task after training on one minimal background set alone.

Trains on small1 or on small2 (with --data DIR; else on drawn glyphs) and classifies in the 20 runs of the one-shot task:
20 characters of one alphabet, each shown once by one drawer, then asked once by another. Classes are turned by quarters,
images warped by small random affine maps. `copies`: what is compared is the mean over the image and ten warped copies of it.

Nothing was chosen on the runs. `--validate` trains without one alphabet and prints the error within that one: that is
where the recipes come from.

    python -m benchmarks.accuracy.fewshot --data DIR --jobs 2
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import mean
from typing import Any

import torch

from benchmarks.accuracy import _data, _plots, _tables
from benchmarks.accuracy._few_shot_learners import (
    LARGER,
    SIDE,
    Source,
    learn_maml,
    learn_matching,
    learn_prototypical,
    learn_siamese,
)
from benchmarks.accuracy._few_shot_trials import (
    errors_of_embedding,
    errors_of_maml,
    errors_of_pixels,
    omniglot_trials,
    trials_within,
)
from benchmarks.accuracy._runs import Figures, Task, Tick, arguments, campaign

HELD_OUT = {"small1": "Latin", "small2": "Katakana"}

EPISODES = {
    "n_way": 40,
    "k_shot": 1,
    "n_query": 2,
    "steps": 1500,
    "lr": 0.003,
    "widths": [32, 64, 128, 128],
    "bfloat16": True,
}
TASKS = {
    "n_way": 20,
    "k_shot": 1,
    "n_query": 3,
    "steps": 600,
    "tasks": 2,
    "lr": 0.002,
    "widths": [32, 64, 64, 64],
}
RECIPES: dict[str, dict[str, Any]] = {
    "pixels": {},
    "untrained": {"steps": 0, "widths": EPISODES["widths"]},
    "prototypical": EPISODES,
    "matching": {**EPISODES, "first_scale": 10.0},
    "siamese": {**EPISODES, "n_way": 60, "n_query": 1, "lr": 0.002},
    "maml": {**TASKS, "first_order": False, "rate": 0.4, "inner": 1, "learned": False},
    "fomaml": {**TASKS, "first_order": True, "rate": 0.4, "inner": 1, "learned": False},
    "metasgd": {**TASKS, "first_order": False, "rate": 0.4, "inner": 1, "learned": True},
}


def run(task: Task, options: argparse.Namespace, tick: Tick) -> Figures:
    torch.manual_seed(task.seed)
    recipe = {**task.recipe, "steps": min(task.recipe.get("steps", 0), 2)} if options.quick else task.recipe
    name, _, held_out = task.data.partition(" without ")
    data = _data.characters(name, options.data, SIDE * LARGER, quick=options.quick)
    if held_out:
        data, unseen = data.split(held_out)
        trials = trials_within(unseen, 60, seed=1)
    elif options.data:
        trials = omniglot_trials(options.data)
    else:
        trials = trials_within(
            _data.characters("glyphs3", None, SIDE * LARGER, quick=options.quick), 20, seed=1
        )
    source = Source(data, task.device, task.seed)
    if task.method == "pixels":
        return errors_of_pixels(trials)
    if task.method in ("maml", "fomaml", "metasgd"):
        net, rates = learn_maml(source, recipe, tick)
        return errors_of_maml(net, rates, recipe["inner"], task.device, trials)
    learn = {"matching": learn_matching, "siamese": learn_siamese}.get(task.method, learn_prototypical)
    return errors_of_embedding(*learn(source, recipe, tick), trials)


def tasks(options: argparse.Namespace) -> list[Task]:
    sets: tuple[str, ...] = _data.names(options.data)
    if options.validate:
        sets = (f"{sets[0]} without {HELD_OUT[sets[0]]}",) if options.data else ()
    seeds = {"pixels": 1}
    return [
        Task(method, name, seed, options.device, RECIPES[method])
        for seed in range(options.seeds)
        for method in options.methods
        for name in sets
        if seed < seeds.get(method, options.seeds)
    ]


HEAD = ("method", "trained on", "device", "seeds", "error, %", "with copies, %", "CPU seconds a run")


def rows(records: list[dict[str, Any]]) -> _tables.Rows:
    """A row for each method and set, and one over both sets."""
    table = []
    for (method, device), group in _tables.grouped(records, by=("method", "device")).items():
        parts = _tables.grouped(group)
        whole = [("both", group)] if len(parts) > 1 else []
        for name, part in [*((key[1], records) for key, records in parts.items()), *whole]:
            cells = [_tables.spread(_tables.values(part, figure)) for figure in ("error", "error_copies")]
            seconds = max(record["cpu_seconds"] for record in part)
            seeds = len({record["task"]["seed"] for record in part})
            table.append([method, name, device, str(seeds), *cells, f"up to {seconds:.0f}"])
    return table


PUBLISHED = {"people": 4.5, "ConvNet, full background": 13.5, "ConvNet, minimal": 23.2}  # Lake et al. 2015


def plots(records: list[dict[str, Any]], folder: Path) -> list[Path]:
    """Error by method, over both sets and all seeds; with copies where the method has them."""
    bars = {}
    for (method,), group in _tables.grouped(records, by=("method",)).items():
        errors = _tables.values(group, "error_copies") or _tables.values(group, "error")
        bars[method] = (0.0, mean(errors), _tables.standard_error(errors))
    return [_plots.bars(bars, "error, %", folder / "fewshot.svg", lines=PUBLISHED)]


TITLE = "One-shot classification, 20 runs x 20-way; mean and standard error"


def main() -> None:
    parser = arguments(__doc__, "fewshot", list(RECIPES), seeds=3)
    parser.add_argument(
        "--validate", action="store_true", help="hold out an alphabet of the background set, ask there"
    )
    options = parser.parse_args()
    records = campaign(tasks(options), run, options)
    _tables.show(TITLE, HEAD, rows(records), records, as_json=options.json)
    _plots.draw(plots, records, options)


if __name__ == "__main__":
    main()
