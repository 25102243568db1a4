"""Few-shot learners and the episodes they are trained on; fewshot.py holds their recipes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from autograder.datasets import Characters
from benchmarks.accuracy import _data
from benchmarks.accuracy._runs import Tick
from reference import maml, matching, prototypical, siamese

SIDE, LARGER = 28, 2  # images of 56 x 56 are warped, then halved: a warp of 28 x 28 would blur

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
