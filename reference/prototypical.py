"""Prototypical networks: a class is the mean of its embedded shots, a query belongs to the nearest mean.

Snell, Swersky, Zemel (2017): Prototypical Networks for Few-shot Learning. NeurIPS 30. arXiv:1703.05175

| mathematics | name | shape | |
|---|---|---|---|
| f_phi | embed, net | (b, ...) -> (b, d) | the embedding function, with parameters phi |
| f_phi(x_i) | embeddings | (n, d) | the embedded support set |
| y_i | labels | (n,) | its labels: any integers |
| c_k | prototypes | (c, d) | eq. 1 |
| k | classes | (c,) | the distinct labels, ascending |
| f_phi(x) | queries | (q, d) | embedded queries |
| d(z, c_k) | distances | (q, c) | squared Euclidean distance; section 2.7 says why squared |
| p(y = k given x) | probabilities | (q, c) | eq. 2 |
| J(phi) | loss | () | mean negative log-probability: section 2.2, algorithm 1 |

**Departures.** From the paper: the learning rate stays what it was, where the paper halves it every 2,000
episodes. From the authors' code: classes may have unequal numbers of shots; distances are sums of squared
differences, not the expanded quadratic, which loses digits far from the origin; the convolutions have no
bias, because the batch norm that follows would subtract it again; and pooling comes before the ReLU. Both are
monotone, so they commute, forward and backward; the ReLU then touches a quarter of the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

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
from reference.episodes import class_positions, draw_episodes, embed_episode


def class_prototypes(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Eq. 1: c_k = 1 / |S_k| sum_{i in S_k} f(x_i). (n, d), (n,) -> prototypes (c, d), classes (c,).

    >>> prototypes, classes = class_prototypes(torch.tensor([[0.0], [5.0], [2.0]]), torch.tensor([9, -3, 9]))
    >>> prototypes.tolist(), classes.tolist()
    ([[5.0], [1.0]], [-3, 9])
    """
    expect_shapes(embeddings=(embeddings, "n d"), labels=(labels, "n"))
    expect_floating(embeddings=embeddings)
    expect_integers(labels=labels)
    classes, position, sizes = labels.unique(return_inverse=True, return_counts=True)
    sums = embeddings.new_zeros(len(classes), embeddings.shape[1]).index_add(0, position, embeddings)
    return sums / sizes.unsqueeze(1).to(sums.dtype), classes


def squared_distances(queries: Tensor, prototypes: Tensor) -> Tensor:
    """d(z, c) = sum_j (z_j - c_j)^2. (q, d), (c, d) -> (q, c). Exactly 0, with gradient 0, where z = c.

    Needs memory for q * c * d numbers.
    """
    expect_shapes(queries=(queries, "q d"), prototypes=(prototypes, "c d"))
    expect_floating(queries=queries, prototypes=prototypes)
    return (queries.unsqueeze(1) - prototypes).square().sum(dim=2)


def log_probabilities(queries: Tensor, prototypes: Tensor) -> Tensor:
    """Logarithm of eq. 2: -d(z, c_k) - log sum_l exp(-d(z, c_l)). (q, d), (c, d) -> (q, c)."""
    return squared_distances(queries, prototypes).neg().log_softmax(dim=1)


def class_probabilities(queries: Tensor, prototypes: Tensor) -> Tensor:
    """Eq. 2: exp(-d(z, c_k)) / sum_l exp(-d(z, c_l)). (q, d), (c, d) -> (q, c), rows sum to 1."""
    return squared_distances(queries, prototypes).neg().softmax(dim=1)


def episode_loss(
    embed: Callable[[Tensor], Tensor], support_x: Tensor, support_y: Tensor, query_x: Tensor, query_y: Tensor
) -> tuple[Tensor, Tensor]:
    """Algorithm 1: mean negative log-probability of the query labels, and the fraction classified rightly.

    support_x (s, ...), support_y (s,), query_x (q, ...), query_y (q,) -> loss (), accuracy (). Labels are any
    integers; every query label occurs in the support set. Support and query are embedded as one batch, as in
    the authors' code, and `embed` stays in the mode it is in. The accuracy carries no gradient.
    """
    support, queries = embed_episode(embed, support_x, support_y, query_x, query_y)
    prototypes, classes = class_prototypes(support, support_y)
    log_p = log_probabilities(queries, prototypes)
    target = class_positions(query_y, classes)
    accuracy = (log_p.argmax(dim=1) == target).to(log_p.dtype).mean()
    return functional.nll_loss(log_p, target), accuracy


class Conv4(nn.Module):
    """The embedding of section 3.1: four blocks of 3x3 convolution, batch norm, 2x2 max-pooling and ReLU.

    (n, in_channels, h, w) -> (n, width * (h // 16) * (w // 16)): 64 numbers for an image of 1 x 28 x 28.
    width: channels of every block, or of each of the four; then the last one counts above.
    """

    def __init__(self, in_channels: int = 1, width: int | Sequence[int] = 64) -> None:
        super().__init__()
        widths = [width] * 4 if isinstance(width, int) else list(width)
        if len(widths) != 4:
            raise ValueError(f"width is {width!r}: pass one number, or four, one for each block")
        for count in widths:
            expect_counts(width=count)
        expect_counts(in_channels=in_channels)
        self.in_channels = in_channels
        channels = [in_channels, *widths]
        self.blocks = nn.Sequential(*(_block(i, o) for i, o in pairwise(channels)))

    def forward(self, images: Tensor) -> Tensor:
        sizes = expect_shapes(images=(images, f"n {self.in_channels} h w"))
        if min(sizes["h"], sizes["w"]) < 16:
            raise ValueError(
                f"images has shape {tuple(images.shape)}: pass images of at least 16 x 16 pixels"
            )
        # Channels last: the convolutions of the CPU then need half the time.
        features: Tensor = self.blocks(images.to(memory_format=torch.channels_last))
        return features.flatten(1)


def _block(in_channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.MaxPool2d(2),
        nn.ReLU(),
    )


def training_step(
    net: nn.Module,
    optimizer: torch.optim.Optimizer,
    support_x: Tensor,
    support_y: Tensor,
    query_x: Tensor,
    query_y: Tensor,
) -> tuple[Tensor, Tensor]:
    """One step of the optimizer on one episode. Returns its loss () and accuracy () before the step."""
    optimizer.zero_grad()
    loss, accuracy = episode_loss(net, support_x, support_y, query_x, query_y)
    loss.backward()
    optimizer.step()
    return loss.detach(), accuracy


def train(
    net: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    n_way: int,
    k_shot: int,
    n_query: int,
    n_episodes: int,
    lr: float,
    device: torch.device | str,
    generator: torch.Generator,
) -> list[float]:
    """Algorithm 1 with Adam: one step of rate lr on each of n_episodes episodes drawn from `generator`.

    images (n, ...) and labels (n,) stay as they are; the network ends on `device`, in training mode, with
    the last weights. Returns the loss of each episode before its step. `generator` is the only source of
    randomness, unless the network has one of its own (dropout).
    """
    expect_positive(lr=lr)
    net.to(device).train()
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    episodes = draw_episodes(
        images,
        labels,
        n_way=n_way,
        k_shot=k_shot,
        n_query=n_query,
        n_episodes=n_episodes,
        device=device,
        generator=generator,
    )
    losses = [training_step(net, optimizer, *episode)[0] for episode in episodes]
    return [loss.item() for loss in losses]  # after the last step: reading a number makes a GPU wait
