"""Self-supervised learning: pre-train on one set without labels, a linear probe and nearest neighbours on another.

The encoder is frozen. Ten drawings of every class of the other set carry labels, the ten others are asked. Beside each
method stands the same encoder as it was before training: `random`. Probes read what the method keeps: Conv4's features,
the mean of MAE's tokens, CPC's latents averaged over 2 x 2 places. `bert` learns from text: the language reference that
Python brings along; see benchmarks/language.py.

    python -m benchmarks.self_supervised --data DIR
"""

from __future__ import annotations

import argparse
import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from autograder.datasets import Characters
from benchmarks import _adapt, _data, _plots, _tables
from benchmarks._runs import Figures, Task, Tick, arguments, campaign
from reference import byol, cpc, dino, exemplar, mae, simclr
from reference.prototypical import Conv4
from reference.transfer import evaluating, fit_probe
from reference.vit import VisionTransformer

WIDTH, L2, NEIGHBOURS = 64, 0.003, 5
SHOWN = "simclr"  # the method whose representations are drawn
RECIPES: dict[str, dict[str, Any]] = {
    "simclr": {"steps": 600, "batch": 96, "lr": 0.002, "temperature": 0.2},
    "byol": {"steps": 500, "batch": 96, "lr": 0.002, "momentum": 0.97},
    "dino": {"steps": 500, "batch": 64, "lr": 0.002, "momentum": 0.97, "out": 256, "locals": 2},
    "exemplar": {"steps": 600, "batch": 128, "lr": 0.002, "exemplars": 1000},
    "cpc": {"steps": 500, "batch": 48, "lr": 0.002, "patch": 12, "stride": 4, "ahead": 2},
    "mae": {"steps": 1500, "batch": 128, "lr": 0.002, "mask": 0.6},
}

# -------------------------------------------------------------------------------------------------------- methods

Represent = Callable[[Tensor], Tensor]  # images (n, 1, h, h) -> (n, d)


@dataclass
class Method:
    """What is trained, the loss of a batch, what is done after each step, and how an image is represented."""

    trained: nn.Module
    loss: Callable[[Tensor], Tensor]
    represent: nn.Module
    after: Callable[[int], None] = lambda step: None


class Views:
    """Two independent views: the affine warp, then a random crop. Ink has no colour, and no mirror image."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(
        self, images: Tensor, *, area: tuple[float, float] = (0.5, 1.0), size: int | None = None
    ) -> Tensor:
        from reference.augmentations import random_crop

        warped = _data.warped(images, _data.Warp(rotate=20, shear=0.25, zoom=0.2), self.generator)
        return random_crop(warped, generator=self.generator, area=area, size=size)


def contrastive(recipe: dict[str, Any], views: Views) -> Method:
    encoder = Conv4(width=WIDTH)
    head = simclr.ProjectionHead(WIDTH, 128, 64)

    def loss(images: Tensor) -> Tensor:
        return simclr.simclr_loss(encoder, head, views, images, temperature=recipe["temperature"])

    return Method(nn.ModuleList([encoder, head]), loss, encoder)


def bootstrapped(recipe: dict[str, Any], views: Views) -> Method:
    encoder = Conv4(width=WIDTH)
    both = byol.BYOL(encoder, WIDTH, hidden=256, out=64)

    def after(step: int) -> None:
        both.update_target(byol.momentum_at(step, recipe["steps"], recipe["momentum"]))

    return Method(both, lambda images: both(views(images), views(images)), encoder, after)


def distilled(recipe: dict[str, Any], views: Views) -> Method:
    encoder = Conv4(width=WIDTH)
    both = dino.DINO(encoder, dino.DINOHead(WIDTH, 128, 64, recipe["out"]), recipe["out"])

    def loss(images: Tensor) -> Tensor:
        whole = [views(images) for _ in range(2)]
        parts = [views(images, area=(0.2, 0.5), size=16) for _ in range(recipe["locals"])]
        return both(whole + parts)

    def after(step: int) -> None:
        both.update_teacher(byol.momentum_at(step, recipe["steps"], recipe["momentum"]))

    return Method(both, loss, both.teacher[0], after)


def surrogate(recipe: dict[str, Any], views: Views, images: Tensor) -> Method:
    """Exemplars are whole drawings here: an empty corner of a character is no class."""
    chosen = images[torch.randperm(len(images), generator=views.generator)[: recipe["exemplars"]]]
    colours = exemplar.principal_axes(chosen)
    net = exemplar.SurrogateClassifier(Conv4(width=WIDTH), WIDTH, len(chosen), dropout=0.2)

    def loss(_: Tensor) -> Tensor:
        classes = torch.randint(len(chosen), (recipe["batch"],), generator=views.generator)
        t = exemplar.draw_transformations(recipe["batch"], chosen, generator=views.generator)
        copies = exemplar.transform(chosen[classes], t, colours, fill=0.0)
        return exemplar.exemplar_loss(net, copies, classes.to(copies.device))

    return Method(net, loss, net.embed)


class Patches(nn.Module):
    """An encoder of patches for CPC: (b, 1, 12, 12) -> (b, width)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, width, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.LazyLinear(width),
        )

    def forward(self, patches: Tensor) -> Tensor:
        return self.layers(patches)


class Latents(nn.Module):
    """CPC's latents of all places, averaged over 2 x 2 of them and flattened: where a stroke is counts."""

    def __init__(self, net: cpc.ImageCPC) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        latents = self.net.latents(images).permute(0, 3, 1, 2)
        return functional.adaptive_avg_pool2d(latents, 3).flatten(1)


def predictive(recipe: dict[str, Any], views: Views) -> Method:
    encoder = Patches(WIDTH // 2)
    encoder(torch.zeros(1, 1, recipe["patch"], recipe["patch"]))
    net = cpc.ImageCPC(
        encoder,
        WIDTH // 2,
        WIDTH,
        recipe["ahead"],
        patch_size=recipe["patch"],
        stride=recipe["stride"],
        depth=2,
    )
    return Method(
        net, lambda images: net(_data.warped(images, _data.Warp(), views.generator)).mean(), Latents(net)
    )


class Tokens(nn.Module):
    """What MAE's encoder makes of all patches, averaged over 2 x 2 of them and flattened."""

    def __init__(self, vit: VisionTransformer) -> None:
        super().__init__()
        self.vit = vit

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.vit.encode(self.vit.embed(images))[:, 1:]
        side = round(tokens.shape[1] ** 0.5)
        return functional.adaptive_avg_pool2d(tokens.transpose(1, 2).unflatten(2, (side, side)), 2).flatten(1)


def masked(recipe: dict[str, Any], views: Views) -> Method:
    vit = VisionTransformer(patch_size=4, width=WIDTH, depth=3)
    net = mae.MaskedAutoencoder(vit, width=48, depth=1, normalise=False)

    def loss(images: Tensor) -> Tensor:
        warped = _data.warped(images, _data.Warp(), views.generator)
        return net(warped, net.draw_noise(warped, generator=views.generator), mask_ratio=recipe["mask"])[0]

    return Method(net, loss, Tokens(vit))


def method_of(name: str, recipe: dict[str, Any], seed: int, images: Tensor) -> Method:
    torch.manual_seed(seed)
    views = Views(seed)
    if name == "exemplar":
        return surrogate(recipe, views, images)
    made = {"simclr": contrastive, "byol": bootstrapped, "dino": distilled, "cpc": predictive, "mae": masked}
    return made[name](recipe, views)


def train(method: Method, recipe: dict[str, Any], images: Tensor, seed: int, tick: Tick) -> None:
    """AdamW; the rate rises for 30 steps and falls as a cosine."""
    generator = torch.Generator().manual_seed(seed)
    parameters = [p for p in method.trained.train().parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=recipe["lr"], weight_decay=1e-4)
    steps = recipe["steps"]
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = (
                recipe["lr"] * min(1.0, (step + 1) / 30) * (1 + math.cos(math.pi * step / steps)) / 2
            )
        batch = images[torch.randperm(len(images), generator=generator)[: recipe["batch"]]]
        optimizer.zero_grad()
        method.loss(batch).backward()
        optimizer.step()
        method.after(step)
        tick((step + 1) / steps)


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
        from benchmarks.language import learn

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
    from benchmarks.language import RECIPE as LANGUAGE

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
