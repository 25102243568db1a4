"""Few-shot classification: Omniglot's one-shot task after training on one minimal background set alone.

Trains on small1 or on small2 (with --data DIR; else on drawn glyphs) and classifies in the 20 runs of the one-shot task:
20 characters of one alphabet, each shown once by one drawer, then asked once by another. Classes are turned by quarters,
images warped by small random affine maps. `copies`: what is compared is the mean over the image and ten warped copies of it.

Nothing was chosen on the runs. `--validate` trains without one alphabet and prints the error within that one: that is
where the recipes come from.

    python -m benchmarks.fewshot --data DIR --jobs 2
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from torch import Tensor, nn

from autograder.datasets import Characters
from autograder.datasets.one_shot import one_shot_runs
from benchmarks import _data, _plots, _tables
from benchmarks._runs import Figures, Task, Tick, arguments, campaign
from reference import maml, matching, prototypical, siamese

SIDE, LARGER = 28, 2  # images of 56 x 56 are warped, then halved: a warp of 28 x 28 would blur
COPIES = 10
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

# ---------------------------------------------------------------------------------------------- training episodes


class Source:
    """Endless classes: a character in one of four directions, its drawings warped each in a way of its own."""

    def __init__(self, data: Characters, device: str, seed: int) -> None:
        self.images, self.device = data.images, device
        self.members = [(data.labels == c).nonzero().squeeze(1) for c in range(len(data.class_names))]
        self.generator = torch.Generator().manual_seed(seed)

    def draw(self, n_way: int, per_class: int) -> Tensor:
        """(n_way, per_class, 1, SIDE, SIDE): different characters, different drawings of each."""
        classes = torch.randperm(len(self.members), generator=self.generator)[:n_way]
        chosen = [
            items[torch.randperm(len(items), generator=self.generator)[:per_class]]
            for items in (self.members[int(c)] for c in classes)
        ]
        images = self.images[torch.cat(chosen)]
        turns = torch.randint(4, (len(classes),), generator=self.generator).repeat_interleave(per_class)
        images = _data.warped(images, _data.Warp(), self.generator, turns)
        return _data.halved(images, LARGER).unflatten(0, (len(classes), per_class)).to(self.device)

    def episode(self, recipe: dict[str, Any]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """support_x, support_y, query_x, query_y."""
        shots = recipe["k_shot"]
        images = self.draw(recipe["n_way"], shots + recipe["n_query"])
        labels = torch.arange(len(images), device=self.device)
        return (
            images[:, :shots].flatten(0, 1),
            labels.repeat_interleave(shots),
            images[:, shots:].flatten(0, 1),
            labels.repeat_interleave(recipe["n_query"]),
        )


def optimised(
    parameters: Iterator[nn.Parameter], recipe: dict[str, Any], tick: Tick
) -> Iterator[Callable[[Tensor], None]]:
    """For each step a function that takes its loss; Adam, the rate rises for 50 steps and falls as a cosine."""
    steps = recipe["steps"]
    optimizer = torch.optim.Adam(parameters, lr=recipe["lr"])
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = (
                recipe["lr"] * min(1.0, (step + 1) / 50) * (1 + math.cos(math.pi * step / steps)) / 2
            )

        def descend(loss: Tensor) -> None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

        yield descend
        tick((step + 1) / steps)


# ------------------------------------------------------------------------------------------------------- learners


@dataclass
class Embedder:
    """A network, in bfloat16 where the recipe says so; what leaves it is float32."""

    net: nn.Module
    bfloat16: bool
    device: str

    def __call__(self, images: Tensor) -> Tensor:
        kind = self.device.split(":")[0]
        context: AbstractContextManager[Any] = (
            torch.autocast(kind, torch.bfloat16) if self.bfloat16 else nullcontext()
        )
        with context:
            embedded = self.net(images)
        return embedded.float()


Scores = Callable[
    [Tensor, Tensor], Tensor
]  # support (s, ...), queries (q, ...) -> (q, s), larger is likelier


def learn_prototypical(source: Source, recipe: dict[str, Any], tick: Tick) -> tuple[Embedder, Scores]:
    net = prototypical.Conv4(width=recipe["widths"]).to(source.device).train()
    embed = Embedder(net, recipe.get("bfloat16", False), source.device)
    for descend in optimised(net.parameters(), recipe, tick) if recipe["steps"] else ():
        descend(prototypical.episode_loss(embed, *source.episode(recipe))[0])
    return embed, lambda support, queries: -prototypical.squared_distances(queries, support)


def learn_matching(source: Source, recipe: dict[str, Any], tick: Tick) -> tuple[Embedder, Scores]:
    """Cosines alone lie within [-1, 1], so that no attention can be sure of itself: they are scaled, as CLIP's are."""
    net = prototypical.Conv4(width=recipe["widths"]).to(source.device).train()
    embed = Embedder(net, recipe["bfloat16"], source.device)
    log_scale = nn.Parameter(torch.tensor(math.log(recipe["first_scale"]), device=source.device))

    def similarity(queries: Tensor, support: Tensor) -> Tensor:
        return log_scale.exp() * matching.cosine_similarities(queries, support)

    parameters = iter([*net.parameters(), log_scale])
    for descend in optimised(parameters, recipe, tick):
        descend(matching.episode_loss(embed, *source.episode(recipe), similarity=similarity)[0])
    return embed, lambda support, queries: matching.cosine_similarities(queries, support)


def learn_siamese(source: Source, recipe: dict[str, Any], tick: Tick) -> tuple[Embedder, Scores]:
    """All pairs of a batch, those of one class weighing as much as all others together."""
    net = prototypical.Conv4(width=recipe["widths"])
    twins = siamese.SiameseNetwork(net, recipe["widths"][-1]).to(source.device).train()
    embed = Embedder(twins.embed, recipe["bfloat16"], source.device)

    def scores(support: Tensor, queries: Tensor) -> Tensor:
        first = queries.repeat_interleave(len(support), dim=0)
        second = support.repeat(len(queries), 1)
        return siamese.pair_logits(first, second, twins.weight, twins.bias).unflatten(0, (-1, len(support)))

    for descend in optimised(twins.parameters(), recipe, tick):
        support_x, support_y, query_x, query_y = source.episode(recipe)
        embedded = embed(torch.cat([support_x, query_x]))
        logits = scores(embedded[: len(support_x)], embedded[len(support_x) :])
        same = query_y.unsqueeze(1) == support_y
        losses = [siamese.verification_loss(logits[chosen], same[chosen]) for chosen in (same, ~same)]
        descend((losses[0] + losses[1]) / 2)
    return embed, scores


class Classifier(nn.Sequential):
    """Conv4 and a linear head, for MAML: its parameters are where every task starts."""

    def __init__(self, widths: list[int], n_way: int) -> None:
        super().__init__(prototypical.Conv4(width=widths), nn.Linear(widths[-1], n_way))


def learn_maml(source: Source, recipe: dict[str, Any], tick: Tick) -> tuple[nn.Module, maml.Rates]:
    net = Classifier(recipe["widths"], recipe["n_way"]).to(source.device).train()
    learned = maml.LearnedRates(net, recipe["rate"], per_element=False) if recipe["learned"] else None
    rates = learned.to(source.device) if learned else recipe["rate"]
    trained = nn.ModuleList([net, learned] if learned else [net])
    for descend in optimised(trained.parameters(), recipe, tick):
        losses = []
        for _ in range(recipe["tasks"]):
            inner = rates() if isinstance(rates, maml.LearnedRates) else rates
            loss, _ = maml.episode_loss(
                net,
                *source.episode(recipe),
                rates=inner,
                n_inner=recipe["inner"],
                first_order=recipe["first_order"],
            )
            losses.append(loss)
        descend(torch.stack(losses).mean())
    return net, rates() if isinstance(rates, maml.LearnedRates) else rates


# ------------------------------------------------------------------------------------------------------- the test

Trial = tuple[
    Tensor, Tensor, Tensor
]  # support and queries of 56 x 56, the row of the support set that is right


@torch.no_grad()
def embedded_with_copies(embed: Embedder, images: Tensor, copies: int, seed: int) -> Tensor:
    """Mean embedding of each image and of `copies` warps of it. (n, 1, 56, 56) -> (n, d)."""
    generator = torch.Generator().manual_seed(seed)
    views = [images, *(_data.warped(images, _data.Warp(), generator) for _ in range(copies))]
    return torch.stack([embed(_data.halved(view, LARGER).to(embed.device)) for view in views]).mean(dim=0)


def error(trials: list[Trial], guess: Callable[[Tensor, Tensor], Tensor]) -> float:
    """Percentage of queries whose guess, a row of the support set, is wrong."""
    wrong = [
        (guess(support, queries).cpu() != answers).double().mean() for support, queries, answers in trials
    ]
    return round(100 * float(torch.stack(wrong).mean()), 3)


def errors_of_embedding(embed: Embedder, scores: Scores, trials: list[Trial]) -> Figures:
    embed.net.eval()

    def guess(copies: int) -> Callable[[Tensor, Tensor], Tensor]:
        def of(support: Tensor, queries: Tensor) -> Tensor:
            both = embedded_with_copies(embed, torch.cat([support, queries]), copies, seed=0)
            with torch.no_grad():
                return scores(both[: len(support)], both[len(support) :]).argmax(dim=1)

        return of

    return {"error": error(trials, guess(0)), "error_copies": error(trials, guess(COPIES))}


def errors_of_maml(
    net: nn.Module, rates: maml.Rates, inner: int, device: str, trials: list[Trial]
) -> Figures:
    """In training mode, as MAML is: batch norm takes the statistics of the support set, then of the queries."""

    def guess(support: Tensor, queries: Tensor) -> Tensor:
        shown, asked = (_data.halved(part, LARGER).to(device) for part in (support, queries))
        return maml.classify(
            net, shown, torch.arange(len(shown), device=device), asked, rates=rates, n_inner=inner
        )

    return {"error": error(trials, guess)}


def errors_of_pixels(trials: list[Trial]) -> Figures:
    """The support image at the smallest Euclidean distance."""

    def guess(support: Tensor, queries: Tensor) -> Tensor:
        return torch.cdist(queries.flatten(1), support.flatten(1)).argmin(dim=1)

    return {"error": error(trials, guess)}


def omniglot_trials(folder: Path | None) -> list[Trial]:
    return [(run.support, run.query, run.answers) for run in one_shot_runs(folder, SIDE * LARGER)]


def trials_within(data: Characters, count: int, seed: int, n_way: int = 20) -> list[Trial]:
    """As in Omniglot's task: one alphabet, two drawers, each class shown once and asked once."""
    generator = torch.Generator().manual_seed(seed)
    trials = []
    for number in range(count):
        alphabet = data.alphabet(data.alphabets[number % len(data.alphabets)])
        way = min(n_way, len(alphabet.class_names))
        classes = torch.randperm(len(alphabet.class_names), generator=generator)[:way]
        drawers = torch.randperm(int(alphabet.drawers.max()) + 1, generator=generator)[:2]
        parts = [
            torch.cat(
                [alphabet.images[(alphabet.labels == c) & (alphabet.drawers == drawer)][:1] for c in classes]
            )
            for drawer in drawers
        ]
        trials.append((parts[0], parts[1], torch.arange(way)))
    return trials


# --------------------------------------------------------------------------------------------------- the campaign


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
    sets = _data.names(options.data)
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
