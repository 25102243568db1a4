"""Self-supervised learning: pre-train on one set without labels, a linear probe and nearest neighbours on another.

The encoder is frozen. Ten drawings of every class of the other set carry labels, the ten others are asked. Beside each
method stands the same encoder as it was before training: `random`. Probes read what the method keeps: Conv4's features,
MAE's tokens and CPC's latents averaged over the quarters of an image. `bert` learns from text: the language reference that
Python brings along; see benchmarks/accuracy/language.py.

    python -m benchmarks.accuracy.self_supervised --data DIR
"""

from __future__ import annotations

import argparse
import copy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from autograder.datasets import Characters
from benchmarks.accuracy import _adapt, _data, _plots, _tables
from benchmarks.accuracy._runs import Figures, Task, Tick, arguments, campaign
from benchmarks.accuracy._self_supervised_methods import WIDTH, method_of, train
from reference.transfer import evaluating, fit_probe

L2, NEIGHBOURS = 0.003, 5
SHOWN = "simclr"  # the method whose representations are drawn
RECIPES: dict[str, dict[str, Any]] = {
    "simclr": {"steps": 600, "batch": 96, "lr": 0.002, "temperature": 0.2},
    "byol": {"steps": 500, "batch": 96, "lr": 0.002, "momentum": 0.97},
    "dino": {"steps": 500, "batch": 64, "lr": 0.002, "momentum": 0.97, "out": 256, "locals": 2},
    "exemplar": {"steps": 600, "batch": 128, "lr": 0.002, "exemplars": 1000},
    "cpc": {
        "steps": 1100,
        "batch": 64,
        "lr": 0.001,
        "beta": 0.95,
        "decay": 0.02,
        "warmup": 100,
        "patch": 8,
        "stride": 4,
        "ahead": 3,
    },
    "mae": {
        "steps": 5000,
        "batch": 128,
        "lr": 0.0015,
        "beta": 0.95,
        "decay": 0.02,
        "warmup": 100,
        "patch": 7,
        "mask": 0.6,
        "standardised": True,
    },
}

# -------------------------------------------------------------------------------------------------------- probing


def judged(represent: nn.Module, data: _adapt.Few) -> Figures:
    """Accuracy of a linear probe, and of the majority of the five nearest by cosine."""
    with evaluating(represent), torch.no_grad():
        features, asked = (
            torch.cat([represent(b) for b in part.split(256)]) for part in (data.images, data.asked)
        )
    mean, deviation = features.mean(dim=0), features.std(dim=0).clamp_min(1e-6)
    features, asked = (features - mean) / deviation, (asked - mean) / deviation
    probe = fit_probe(features, data.labels, l2=L2 * features.shape[1] / WIDTH)
    near = functional.normalize(asked, dim=1) @ functional.normalize(features, dim=1).T
    guesses = data.labels[near.topk(NEIGHBOURS, dim=1).indices].mode(dim=1).values
    right = (probe.classify(asked) == data.answers, guesses == data.answers)
    return {
        name: round(100 * float(r.double().mean()), 3)
        for name, r in zip(("probe", "neighbours"), right, strict=True)
    }


def run(task: Task, options: argparse.Namespace, tick: Tick) -> Figures:
    if task.method == "bert":
        from benchmarks.accuracy.language import learn

        return learn(task, options, tick)
    recipe = {**task.recipe, "steps": 2} if options.quick else task.recipe
    source, target = sets(task.data, options)
    data = _adapt.few(target, _adapt.N_ASKED, task.seed, task.device)
    images = source.images.to(task.device)
    method = method_of(task.method, recipe, task.seed, images)
    method.trained.to(task.device)
    before = copy.deepcopy(method.represent)
    fresh = judged(before, data)
    train(method, recipe, images, task.seed, lambda share: tick(0.9 * share))
    figures = {**judged(method.represent, data), **{f"random {name}": value for name, value in fresh.items()}}
    if task.method == SHOWN and task.seed == 0:
        shown = target.alphabet(target.alphabets[-1])
        chosen = shown.labels < 10
        places = [
            in_the_plane(net, shown.images[chosen].to(task.device)) for net in (before, method.represent)
        ]
        figures |= {"before": places[0], "after": places[1], "characters": shown.labels[chosen].tolist()}
    return figures


def in_the_plane(represent: nn.Module, images: Tensor) -> list[list[float]]:
    """t-SNE of the representations, (n, 2)."""
    from sklearn.manifold import TSNE

    with evaluating(represent), torch.no_grad():
        features = functional.normalize(represent(images), dim=1).cpu().numpy()
    places = TSNE(perplexity=min(15, len(features) / 4), init="pca", random_state=0).fit_transform(features)
    return [[round(float(x), 1), round(float(y), 1)] for x, y in places]


def plots(records: list[dict[str, Any]], folder: Path) -> list[Path]:
    """Ten unseen characters before and after learning, an image to a point."""
    with_places = [record["figures"] for record in records if "after" in record["figures"]]
    if not with_places:
        return []
    figures = with_places[0]
    panels = {"before training": figures["before"], "after": figures["after"]}
    return [_plots.scatters(panels, figures["characters"], folder / "embeddings.svg")]


def sets(names: str, options: argparse.Namespace) -> tuple[Characters, Characters]:
    """The set to learn from and the new alphabets of the other."""
    first, _, second = names.removesuffix(", validation").partition(" to ")
    parts = [
        _data.characters(name, options.data, _adapt.SIDE, quick=options.quick) for name in (first, second)
    ]
    if options.data is None:
        return parts[0], parts[1]
    return parts[0], parts[1].alphabet(
        [name for name in parts[1].alphabets if name not in parts[0].alphabets]
    )


def tasks(options: argparse.Namespace) -> list[Task]:
    from benchmarks.accuracy.language import RECIPE as LANGUAGE

    first, second = _data.names(options.data)
    where = f"{second} to {first}, validation" if options.validate else f"{first} to {second}"
    return [
        Task(
            name,
            "pydoc" if name == "bert" else where,
            seed,
            options.device,
            LANGUAGE if name == "bert" else RECIPES[name],
        )
        for seed in range(options.seeds)
        for name in options.methods
    ]


HEAD = (
    "method",
    "data",
    "device",
    "seeds",
    "linear probe, %",
    "before training, %",
    "gain",
    "5 neighbours, %",
    "before, %",
)
TITLE = "Probes of representations learned without labels; mean and standard error over seeds"
TEXT_HEAD = (
    "method",
    "data",
    "device",
    "seeds",
    "gaps filled, %",
    "most frequent word, %",
    "next sentence, %",
)


def rows(records: list[dict[str, Any]]) -> _tables.Rows:
    table = []
    for (method, data, device), group in _tables.grouped(records).items():
        if method == "bert":
            continue
        gains = [r["figures"]["probe"] - r["figures"]["random probe"] for r in group]
        cells = [_tables.spread(_tables.values(group, name)) for name in ("probe", "random probe")]
        near = [_tables.spread(_tables.values(group, name)) for name in ("neighbours", "random neighbours")]
        table.append([method, data, device, str(len(group)), *cells, _tables.spread(gains), *near])
    return table


def text_rows(records: list[dict[str, Any]]) -> _tables.Rows:
    return [
        [method, data, device, str(len(group))]
        + [_tables.spread(_tables.values(group, name)) for name in ("gaps", "most frequent", "next")]
        for (method, data, device), group in _tables.grouped(records).items()
        if method == "bert"
    ]


def main() -> None:
    parser = arguments(__doc__, "self_supervised", [*RECIPES, "bert"], seeds=3)
    parser.add_argument(
        "--validate", action="store_true", help="the sets the other way round: to choose recipes"
    )
    options = parser.parse_args()
    records = campaign(tasks(options), run, options)
    _tables.show(TITLE, HEAD, rows(records), records, as_json=options.json)
    if not options.json and text_rows(records):
        _tables.show("Text", TEXT_HEAD, text_rows(records), records, as_json=False)
    _plots.draw(plots, records, options)


if __name__ == "__main__":
    main()
