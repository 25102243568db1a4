"""Siamese networks: one network embeds both items of a pair; their distance says if they belong together.

Bromley, Guyon, LeCun, Säckinger, Shah (1993): Signature Verification using a "Siamese" Time Delay Neural
Network. NeurIPS 6. Hadsell, Chopra, LeCun (2006): Dimensionality Reduction by Learning an Invariant Mapping.
CVPR. Koch, Zemel, Salakhutdinov (2015): Siamese Neural Networks for One-shot Image Recognition.
ICML Deep Learning Workshop.

| mathematics | name | shape | |
|---|---|---|---|
| h_1, h_2 | first, second | (b, d) | embeddings of the two items of each pair |
| y | same | (b,) | bool: whether both are of one class (Hadsell's Y is its opposite) |
| D_W | distances | (b,) | Hadsell eq. 1: Euclidean |
| m | margin | | |
| L | contrastive_losses | (b,) | Hadsell eq. 4 |
| cos | cosines | (b,) | Bromley: wanted near 1 for a same pair, -1 for another |
| alpha_j | weight | (d,) | Koch, section 3.1: importance of each feature |
| p | sigmoid(pair_logits) | (b,) | Koch: probability that a pair is of one class |

**Departures.** Bromley et al. do not write the loss out: squared error is used here. Koch's p has no bias, so
that even a pair at distance 0 has probability 1/2; here it has one. Koch's regulariser,
layer-wise learning rates and augmentation are left out, and the embedding is any network. The gradient of the
Euclidean distance at 0, where it has none, is taken as 0.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from reference._arguments import (
    expect_counts,
    expect_floating,
    expect_integers,
    expect_positive,
    expect_shapes,
)


def euclidean_distances(first: Tensor, second: Tensor) -> Tensor:
    """Hadsell eq. 1: |h_1 - h_2|, pair by pair, with gradient 0 where it is 0. (b, d), (b, d) -> (b,)."""
    squares = _differences(first, second).square().sum(dim=1)
    apart = squares > 0
    return torch.where(apart, torch.where(apart, squares, 1.0).sqrt(), 0.0)


def contrastive_losses(distances: Tensor, same: Tensor, margin: float = 1.0) -> Tensor:
    """Hadsell eq. 4: D^2 / 2 for a same pair, max(0, m - D)^2 / 2 for another. (b,), (b,) -> (b,).

    >>> contrastive_losses(torch.tensor([2.0, 0.0, 0.5, 3.0]), torch.tensor([True, True, False, False]), 1.5)
    tensor([2.0000, 0.0000, 0.5000, 0.0000])
    """
    expect_shapes(distances=(distances, "b"), same=(same, "b"))
    expect_positive(margin=margin)
    return torch.where(_as_bool(same), distances, (margin - distances).clamp(min=0)).square() / 2


def contrastive_loss(first: Tensor, second: Tensor, same: Tensor, margin: float = 1.0) -> Tensor:
    """The mean of the pairs' contrastive losses. (b, d), (b, d), (b,) -> ()."""
    return contrastive_losses(euclidean_distances(first, second), same, margin).mean()


def cosine_loss(first: Tensor, second: Tensor, same: Tensor) -> Tensor:
    """Bromley: mean squared distance of the cosine from 1 or -1. (b, d), (b, d), (b,) -> ()."""
    _differences(first, second)
    cosines = functional.cosine_similarity(first, second, dim=1)
    return (cosines - torch.where(_as_bool(same), 1.0, -1.0)).square().mean()


def pair_logits(first: Tensor, second: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Koch section 3.1: sum_j alpha_j |h_1j - h_2j| + bias. (b, d), (b, d), (d,), () -> (b,)."""
    differences = _differences(first, second)
    expect_shapes(differences=(differences, "b d"), weight=(weight, "d"))
    return differences.abs() @ weight + bias


def verification_loss(logits: Tensor, same: Tensor) -> Tensor:
    """Koch section 3.2: mean binary cross-entropy between p = sigmoid(logits) and y. (b,), (b,) -> ()."""
    expect_shapes(logits=(logits, "b"), same=(same, "b"))
    return functional.binary_cross_entropy_with_logits(logits, _as_bool(same).to(logits.dtype))


class SiameseNetwork(nn.Module):
    """Koch: twin embeddings, joined by a weighted L1 distance. Two (b, ...) -> logits (b,) of one class.

    embed: maps a batch of items to embeddings (b, width).
    """

    def __init__(self, embed: nn.Module, width: int = 64) -> None:
        super().__init__()
        expect_counts(width=width)
        self.embed = embed
        self.weight = nn.Parameter(torch.full((width,), -1.0 / width))  # nearer is likelier from the start
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        if first.shape != second.shape:
            raise ValueError(
                f"first has shape {tuple(first.shape)} and second {tuple(second.shape)}: pass items in pairs"
            )
        embedded = self.embed(torch.cat([first, second]))
        return pair_logits(embedded[: len(first)], embedded[len(first) :], self.weight, self.bias)

    @torch.no_grad()
    def classify(self, support_x: Tensor, support_y: Tensor, query_x: Tensor) -> Tensor:
        """Koch section 4.3: the label of the support item that is most probably of the query's class.

        support_x (s, ...), support_y (s,), query_x (q, ...) -> labels (q,). Uses the mode the network is in.
        """
        expect_shapes(support_y=(support_y, f"{len(support_x)}"))
        embedded = self.embed(torch.cat([support_x, query_x]))
        support, queries = embedded[: len(support_x)], embedded[len(support_x) :]
        logits = [pair_logits(support, q.expand_as(support), self.weight, self.bias) for q in queries]
        return support_y[torch.stack(logits).argmax(dim=1)]


def sample_pairs(labels: Tensor, n_pairs: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Draw pairs of items, half of them (rounded up) of one class. (n,) -> first, second, same (n_pairs,).

    The class of a same pair is uniform among those with two items or more, and its two items differ; the two
    classes of another pair are a uniform pair of different classes.

    Raises ValueError when no class has two items, or when there is one class only.
    """
    expect_shapes(labels=(labels, "n"))
    expect_integers(labels=labels)
    expect_counts(n_pairs=n_pairs)
    members = [(labels == label).nonzero().squeeze(1) for label in labels.unique()]
    several = [items for items in members if len(items) > 1]
    if not several or len(members) < 2:
        raise ValueError(
            f"labels has {len(members)} classes, {len(several)} of them with two items or more: "
            "pass at least two classes, one of them with two items"
        )
    pairs = []
    for i in range(n_pairs):
        if i % 2 == 0:
            items = several[_draw(1, len(several), generator)[0]]
            pairs.append(items[_draw(2, len(items), generator)])
        else:
            classes = [members[k] for k in _draw(2, len(members), generator)]
            pairs.append(torch.stack([items[_draw(1, len(items), generator)[0]] for items in classes]))
    first, second = torch.stack(pairs).unbind(dim=1)
    return first, second, labels[first] == labels[second]


def train(
    net: SiameseNetwork,
    images: Tensor,
    labels: Tensor,
    *,
    n_pairs: int,
    n_steps: int,
    lr: float,
    device: torch.device | str,
    generator: torch.Generator,
) -> list[float]:
    """Koch section 3.2 with Adam: n_steps steps of rate lr, each on n_pairs pairs drawn from `generator`.

    images (n, ...), labels (n,). Returns the loss of each step. The network ends on `device`, in training
    mode.
    """
    expect_counts(0, n_steps=n_steps)
    expect_positive(lr=lr)
    expect_shapes(labels=(labels, f"{len(images)}"))
    net.to(device).train()
    images = images.to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    losses = []
    for _ in range(n_steps):
        first, second, same = (part.to(device) for part in sample_pairs(labels, n_pairs, generator))
        optimizer.zero_grad()
        loss = verification_loss(net(images[first], images[second]), same)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return [loss.item() for loss in losses]


def _draw(n: int, size: int, generator: torch.Generator) -> Tensor:
    """n different numbers of 0 ... size - 1."""
    return torch.randperm(size, generator=generator, device=generator.device)[:n]


def _differences(first: Tensor, second: Tensor) -> Tensor:
    expect_shapes(first=(first, "b d"), second=(second, "b d"))
    expect_floating(first=first, second=second)
    return first - second


def _as_bool(same: Tensor) -> Tensor:
    if same.dtype != torch.bool:
        raise ValueError(f"same has dtype {same.dtype}: pass bool, True for a pair of one class")
    return same
