"""CLIP on real digits with captions: two digits side by side, "a drawing of three then seven".

Of the hundred pairs twenty are held out, drawn by the seed such that each digit is still seen on each side. Images and
captions of the eighty others are learned by the contrastive loss. Then every test image, made of digits that no training
image holds, meets captions that were never seen: the twenty among themselves (chance 5 %), and all hundred (chance 1 %).
The linear probe reads both digits from the frozen image features.

    python -m benchmarks.accuracy.clip
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from autograder.datasets import load
from benchmarks.accuracy import _data, _plots, _tables
from benchmarks.accuracy._runs import Figures, Task, Tick, arguments, campaign
from reference import clip
from reference.prototypical import Conv4
from reference.transfer import evaluating

SIDE, N_TEST, N_HELD_OUT, LENGTH = 16, 599, 20, 10
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEMPLATES = ("{}", "a drawing of {}", "the digits {}", "a picture shows {}")
RECIPE: dict[str, Any] = {"steps": 900, "lr": 0.002, "width": 32, "text": 48, "space": 48}


def names() -> list[str]:
    """The captions' core of pair 10 a + b."""
    return [f"{first} then {second}" for first in WORDS for second in WORDS]


def held_out_pairs(seed: int) -> list[int]:
    """Twenty pairs, two with each digit on each side: so each digit stays on each side of eight others."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        first, second = (torch.randperm(10, generator=generator).tolist() for _ in range(2))
        pairs = {10 * a + b for order in (first, second) for a, b in enumerate(order)}
        if len(pairs) == N_HELD_OUT:
            return sorted(pairs)


class Pairs:
    """Images of pairs from single digits, each warped for itself."""

    def __init__(self, images: Tensor, labels: Tensor, seed: int) -> None:
        self.images, self.generator = images, torch.Generator().manual_seed(seed)
        self.members = [(labels == digit).nonzero().squeeze(1) for digit in range(10)]

    def draw(self, pairs: list[int], *, warp: bool = True) -> Tensor:
        """One image (1, SIDE, 2 SIDE) of each pair."""
        sides = [self._digits([p // 10 for p in pairs]), self._digits([p % 10 for p in pairs])]
        if warp:
            sides = [_data.warped(side, _data.Warp(rotate=12, zoom=0.12), self.generator) for side in sides]
        return torch.cat(sides, dim=3)

    def _digits(self, digits: list[int]) -> Tensor:
        chosen = [int(torch.randint(len(self.members[d]), (), generator=self.generator)) for d in digits]
        return self.images[[int(self.members[d][k]) for d, k in zip(digits, chosen, strict=True)]]


def build(words: clip.Words, recipe: dict[str, Any]) -> clip.CLIP:
    texts = clip.TextEncoder(
        len(words), LENGTH, recipe["text"], depth=2, n_heads=4, mlp_width=2 * recipe["text"]
    )
    return clip.CLIP(
        Conv4(width=recipe["width"]), 2 * recipe["width"], texts, recipe["text"], recipe["space"]
    )


def run(task: Task, options: argparse.Namespace, tick: Tick) -> Figures:
    recipe, device = task.recipe, task.device
    steps = 2 if options.quick else recipe["steps"]
    data = load("digits", size=SIDE)
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(20260))
    test, rest = order[:N_TEST], order[N_TEST:]
    unseen = held_out_pairs(task.seed)
    seen = [pair for pair in range(100) if pair not in unseen]
    torch.manual_seed(task.seed)
    words = clip.Words([template.replace("{}", name) for name in names() for template in TEMPLATES])
    model = build(words, recipe).to(device)
    train(
        model,
        Pairs(data.images[rest], data.labels[rest], task.seed),
        seen,
        words,
        steps,
        recipe["lr"],
        device,
        tick,
    )
    asked = Pairs(data.images[test], data.labels[test], 1000 + task.seed)
    return judged(model, asked, seen, unseen, words, device)


def train(
    model: clip.CLIP,
    pairs: Pairs,
    seen: list[int],
    words: clip.Words,
    steps: int,
    lr: float,
    device: str,
    tick: Tick,
) -> None:
    """A batch shows each pair once: no caption is wrong for another image of the same batch."""
    captions = names()
    optimizer = torch.optim.AdamW(model.train().parameters(), lr=lr, weight_decay=0.05)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = lr * min((step + 1) / 50, 1 - step / steps)
        which = torch.randint(len(TEMPLATES), (len(seen),), generator=pairs.generator).tolist()
        texts = [TEMPLATES[k].replace("{}", captions[pair]) for k, pair in zip(which, seen, strict=True)]
        optimizer.zero_grad()
        model(pairs.draw(seen).to(device), words.tokens(texts, LENGTH).to(device)).backward()
        optimizer.step()
        model.log_scale.data.clamp_(max=clip.LARGEST_LOG_SCALE)
        tick((step + 1) / steps)


def judged(
    model: clip.CLIP, pairs: Pairs, seen: list[int], unseen: list[int], words: clip.Words, device: str
) -> Figures:
    """Fifty test images of each pair."""
    with evaluating(model), torch.no_grad():

        def encode(texts: list[str]) -> Tensor:
            return model.embed_texts(words.tokens(texts, LENGTH).to(device))

        weights = clip.zero_shot_classifier(encode, names(), TEMPLATES)
        images = {pair: pairs.draw([pair] * 50, warp=False).to(device) for pair in range(100)}
        embedded = {
            pair: functional.normalize(model.embed_images(part), dim=1) for pair, part in images.items()
        }
    among_unseen = {pair: (embedded[pair] @ weights[unseen].T).argmax(dim=1).tolist() for pair in unseen}
    among_all = {pair: (embedded[pair] @ weights.T).argmax(dim=1) == pair for pair in range(100)}
    confusion = [[among_unseen[pair].count(k) / 50 for k in range(len(unseen))] for pair in unseen]
    return {
        "unseen": percentage([float(confusion[k][k]) for k in range(len(unseen))]),
        "unseen of 100": percentage([float(among_all[pair].double().mean()) for pair in unseen]),
        "seen of 100": percentage([float(among_all[pair].double().mean()) for pair in seen]),
        "probe": probed(model.image_encoder, images, seen, unseen),
        "pairs": unseen,
        "confusion": confusion,
    }


def percentage(shares: list[float]) -> float:
    return round(100 * sum(shares) / len(shares), 3)


def probed(encoder: nn.Module, images: dict[int, Tensor], seen: list[int], unseen: list[int]) -> float:
    """Both digits right on the unseen pairs, from two probes learned on 25 images of each seen pair."""
    shown = torch.cat([images[pair][:25] for pair in seen])
    asked, answers = torch.cat([images[pair] for pair in unseen]), torch.tensor(unseen).repeat_interleave(50)
    pairs = torch.tensor(seen).repeat_interleave(25)
    with evaluating(encoder), torch.no_grad():
        features = encoder(asked).cpu()
    right = torch.ones(len(asked), dtype=torch.bool)
    for digit, truth in ((pairs // 10, answers // 10), (pairs % 10, answers % 10)):
        probe = clip.linear_probe(encoder, shown, digit.to(shown.device), l2=0.01)
        right &= (
            probe._replace(
                weight=probe.weight.cpu(), bias=probe.bias.cpu(), classes=probe.classes.cpu()
            ).classify(features)
            == truth
        )
    return round(100 * float(right.double().mean()), 3)


def tasks(options: argparse.Namespace) -> list[Task]:
    return [Task("clip", "digit pairs", seed, options.device, RECIPE) for seed in range(options.seeds)]


HEAD = (
    "data",
    "device",
    "seeds",
    "20 unseen captions, % (chance 5)",
    "unseen among all 100, % (chance 1)",
    "seen among all 100, %",
    "linear probe, both digits, %",
)
TITLE = "CLIP: digit pairs by captions; mean and standard error over seeds"


def rows(records: list[dict[str, Any]]) -> _tables.Rows:
    figures = ("unseen", "unseen of 100", "seen of 100", "probe")
    return [
        [data, device, str(len(group)), *(_tables.spread(_tables.values(group, name)) for name in figures)]
        for (data, device), group in _tables.grouped(records, by=("data", "device")).items()
    ]


def plots(records: list[dict[str, Any]], folder: Path) -> list[Path]:
    """The confusion among the unseen captions, of the first seed."""
    figures = records[0]["figures"]
    captions = [f"{WORDS[pair // 10]} {WORDS[pair % 10]}" for pair in figures["pairs"]]
    return [_plots.confusion(figures["confusion"], captions, folder / "clip.svg")]


def main() -> None:
    options = arguments(__doc__, "clip", ["clip"], seeds=3).parse_args()
    records = campaign(tasks(options), run, options)
    _tables.show(TITLE, HEAD, rows(records), records, as_json=options.json)
    _plots.draw(plots, records, options)


if __name__ == "__main__":
    main()
