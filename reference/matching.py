"""Matching networks: a query takes the labels of the shots that it resembles.

Vinyals, Blundell, Lillicrap, Kavukcuoglu, Wierstra (2016): Matching Networks for One Shot Learning.
NeurIPS 29. arXiv:1606.04080

| mathematics | name | shape | |
|---|---|---|---|
| g(x_i) | support | (s, d) | embedded support set |
| y_i | labels | (s,) | its labels: any integers |
| f(x) | queries | (q, d) | embedded queries |
| c(f, g) | similarities | (q, s) | cosine |
| a(x, x_i) | attention_weights | (q, s) | softmax of the similarities over the support set |
| P(y given x, S) | log_probabilities | (q, c) | eq. 1, as a logarithm |
| g', f' | support, queries | (s, d), (q, d) | embeddings before their context is known |
| K | n_steps | | steps of the attention LSTM |
| h_k, c_k, r_k | state, cell, readout | (q, d) | appendix A.1 |

**Departures.** One network embeds support and query, as in the paper's experiments on Omniglot.
Probabilities of a class are summed inside the logarithm, so that a class far from the query has a finite
loss. The similarity can be exchanged: with the negative squared distance and one shot, this is the
prototypical network. In the attention LSTM the readout joins the input, not the state: each meets a weight
matrix of its own before they are added, so the map is the same.
"""

from __future__ import annotations

from collections.abc import Callable

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
from reference.prototypical import squared_distances

Similarity = Callable[[Tensor, Tensor], Tensor]


def cosine_similarities(queries: Tensor, support: Tensor) -> Tensor:
    """c(f, g) = f . g / (|f| |g|). (q, d), (s, d) -> (q, s). A zero vector has similarity 0 with all."""
    expect_shapes(queries=(queries, "q d"), support=(support, "s d"))
    expect_floating(queries=queries, support=support)
    return functional.normalize(queries, dim=1) @ functional.normalize(support, dim=1).T


def negative_squared_distances(queries: Tensor, support: Tensor) -> Tensor:
    """-|f - g|^2: with it, one shot gives the prototypical network. (q, d), (s, d) -> (q, s)."""
    return -squared_distances(queries, support)


def attention_weights(similarities: Tensor) -> Tensor:
    """Section 2.1.1: a(x, x_i) = exp c_i / sum_j exp c_j. (q, s) -> (q, s), rows sum to 1."""
    expect_shapes(similarities=(similarities, "q s"))
    return similarities.softmax(dim=1)


def log_probabilities(similarities: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Logarithm of eq. 1, P(y = k) = sum_{i: y_i = k} a(x, x_i). (q, s), (s,) -> (q, c), classes (c,).

    >>> log_p, classes = log_probabilities(torch.zeros(1, 4), torch.tensor([5, -2, 5, 5]))
    >>> log_p.exp().tolist(), classes.tolist()
    ([[0.25, 0.75]], [-2, 5])
    """
    expect_shapes(similarities=(similarities, "q s"), labels=(labels, "s"))
    expect_integers(labels=labels)
    log_weights = similarities.log_softmax(dim=1)
    classes = labels.unique()
    columns = [log_weights[:, labels == label].logsumexp(dim=1) for label in classes]
    return torch.stack(columns, dim=1), classes


def episode_loss(
    embed: Callable[[Tensor], Tensor],
    support_x: Tensor,
    support_y: Tensor,
    query_x: Tensor,
    query_y: Tensor,
    *,
    context: FullContext | None = None,
    similarity: Similarity = cosine_similarities,
) -> tuple[Tensor, Tensor]:
    """Eq. 2: mean negative log-probability of the query labels, and the fraction classified rightly.

    support_x (s, ...), support_y (s,), query_x (q, ...), query_y (q,) -> loss (), accuracy ().
    """
    support, queries = embed_episode(embed, support_x, support_y, query_x, query_y)
    if context is not None:
        support, queries = context(support, queries)
    log_p, classes = log_probabilities(similarity(queries, support), support_y)
    target = class_positions(query_y, classes)
    accuracy = (log_p.argmax(dim=1) == target).to(log_p.dtype).mean()
    return functional.nll_loss(log_p, target), accuracy


class FullContext(nn.Module):
    """Full context embeddings, appendix A: every embedding depends on the whole support set.

    support (s, d), queries (q, d) -> support (s, d), queries (q, d).
    """

    def __init__(self, width: int = 64, n_steps: int = 5) -> None:
        super().__init__()
        expect_counts(width=width, n_steps=n_steps)
        self.width, self.n_steps = width, n_steps
        self.both_ways = nn.LSTM(width, width, bidirectional=True)
        self.attend = nn.LSTMCell(2 * width, width)

    def forward(self, support: Tensor, queries: Tensor) -> tuple[Tensor, Tensor]:
        expect_shapes(support=(support, f"s {self.width}"), queries=(queries, f"q {self.width}"))
        support = self.embed_support(support)
        return support, self.embed_queries(support, queries)

    def embed_support(self, support: Tensor) -> Tensor:
        """A.2: g(x_i) = forward h_i + backward h_i + g'(x_i); two LSTMs read the set as a sequence."""
        states, _ = self.both_ways(support)
        return states[:, : self.width] + states[:, self.width :] + support

    def embed_queries(self, support: Tensor, queries: Tensor) -> Tensor:
        """A.1: K steps of an LSTM over the support set: h_k = LSTM(f', [h_{k-1}, r_{k-1}]) + f'."""
        state = readout = cell = torch.zeros_like(queries)
        for _ in range(self.n_steps):
            hidden, cell = self.attend(torch.cat([queries, readout], dim=1), (state, cell))
            state = hidden + queries
            readout = attention_weights(state @ support.T) @ support
        return state


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
    context: FullContext | None = None,
    similarity: Similarity = cosine_similarities,
) -> list[float]:
    """One step of Adam on each of n_episodes episodes. Returns the loss of each before its step.

    The networks end on `device`, in training mode.
    """
    expect_positive(lr=lr)
    trained = nn.ModuleList([net] if context is None else [net, context]).to(device).train()
    optimizer = torch.optim.Adam(trained.parameters(), lr=lr)
    counts = {"n_way": n_way, "k_shot": k_shot, "n_query": n_query, "n_episodes": n_episodes}
    losses = []
    for episode in draw_episodes(images, labels, **counts, device=device, generator=generator):
        optimizer.zero_grad()
        loss, _ = episode_loss(net, *episode, context=context, similarity=similarity)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return [loss.item() for loss in losses]
