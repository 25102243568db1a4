"""Episodic sampling: train in the way in which the network will be tested.

Vinyals, Blundell, Lillicrap, Kavukcuoglu, Wierstra (2016): Matching Networks for One Shot Learning.
NeurIPS 29, section 2.2 "Training Strategy". arXiv:1606.04080

| mathematics | name | shape | |
|---|---|---|---|
| T | labels | (n,) | the label of every item of the data set |
| N | n_way | | classes in an episode |
| k | k_shot | | labelled items of each class |
| | n_query | | items of each class to classify |
| L ~ T | classes | (n_way,) | label set of the episode: distinct classes |
| S ~ L | support | (n_way * k_shot,) | indices into labels: items whose labels are shown |
| B ~ L | query | (n_way * n_query,) | indices into labels: items to classify |

**Departures.** In the paper the number of shots may vary from episode to episode; as in Snell et al. (2017,
algorithm 1) way, shot and queries are fixed here. Support and query are disjoint, and every class has equally
many queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from reference._arguments import expect_counts, expect_integers, expect_shapes

Episode = tuple[Tensor, Tensor, Tensor, Tensor]  # support_x, support_y, query_x, query_y


def eligible_classes(labels: Tensor, n_items: int) -> Tensor:
    """The distinct labels, ascending, of the classes with at least n_items items. (n,) -> (c,)"""
    expect_shapes(labels=(labels, "n"))
    expect_integers(labels=labels)
    classes, sizes = labels.unique(return_counts=True)
    return classes[sizes >= n_items]


def sample_episode(
    labels: Tensor, n_way: int, k_shot: int, n_query: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw n_way classes uniformly and, from each, k_shot + n_query items uniformly without replacement.

    labels: (n,) integers, any values in any order. Returns int64 indices into labels, on their device:
    support (n_way * k_shot,) and query (n_way * n_query,), class after class, both in the same random order.
    All randomness comes from `generator`; its device may differ from that of labels.

    Raises ValueError when fewer than n_way classes have k_shot + n_query items.

    >>> labels = torch.tensor([7, 7, 7, -1, -1, 4, 4, 4])
    >>> support, query = sample_episode(labels, 2, 1, 2, torch.Generator().manual_seed(0))
    >>> sorted(labels[support].tolist()), sorted(labels[query].tolist())
    ([4, 7], [4, 4, 7, 7])
    """
    expect_counts(n_way=n_way, k_shot=k_shot, n_query=n_query)
    n_items = k_shot + n_query
    eligible = eligible_classes(labels, n_items)
    if len(eligible) < n_way:
        raise ValueError(
            f"n_way is {n_way}, but only {len(eligible)} of the {len(labels.unique())} classes have "
            f"k_shot + n_query = {k_shot} + {n_query} items: pass smaller numbers, or labels with more items"
        )
    classes = eligible[_permutation(len(eligible), generator, labels.device)[:n_way]]
    support, query = [], []
    for label in classes:
        members = (labels == label).nonzero().squeeze(1)
        drawn = members[_permutation(len(members), generator, labels.device)[:n_items]]
        support.append(drawn[:k_shot])
        query.append(drawn[k_shot:])
    return torch.cat(support), torch.cat(query)


def _permutation(n: int, generator: torch.Generator, device: torch.device) -> Tensor:
    """A random order of 0 ... n - 1, drawn where the generator lives."""
    return torch.randperm(n, generator=generator, device=generator.device).to(device)


def draw_episodes(
    images: Tensor,
    labels: Tensor,
    *,
    n_way: int,
    k_shot: int,
    n_query: int,
    n_episodes: int,
    device: torch.device | str,
    generator: torch.Generator,
) -> Iterator[Episode]:
    """The items and labels of n_episodes episodes, one after the other, on `device`.

    images (n, ...), labels (n,) -> support_x (n_way * k_shot, ...), support_y (n_way * k_shot,), query_x
    (n_way * n_query, ...), query_y (n_way * n_query,). Images and labels move to the device once.
    """
    expect_counts(0, n_episodes=n_episodes)
    if len(images) != len(labels):
        raise ValueError(
            f"there are {len(images)} images and {len(labels)} labels: pass one label for each image"
        )
    images, targets = images.to(device), labels.to(device)
    for _ in range(n_episodes):
        support, query = sample_episode(labels, n_way, k_shot, n_query, generator)
        support, query = support.to(device), query.to(device)
        yield images[support], targets[support], images[query], targets[query]


def embed_episode(
    embed: Callable[[Tensor], Tensor], support_x: Tensor, support_y: Tensor, query_x: Tensor, query_y: Tensor
) -> tuple[Tensor, Tensor]:
    """Embed support and query as one batch. (s, ...), (s,), (q, ...), (q,) -> (s, d), (q, d).

    Together, so that batch norm sees one batch and counts one; `embed` stays in the mode it is in.
    """
    expect_shapes(support_y=(support_y, "s"), query_y=(query_y, "q"))
    n_support, n_query = len(support_y), len(query_y)
    if support_x.shape[1:] != query_x.shape[1:] or (len(support_x), len(query_x)) != (n_support, n_query):
        raise ValueError(
            f"support_x has shape {tuple(support_x.shape)} and query_x {tuple(query_x.shape)}: pass "
            f"{n_support} and {n_query} inputs of one shape, as many as there are labels"
        )
    embeddings = embed(torch.cat([support_x, query_x]))
    if embeddings.ndim != 2 or len(embeddings) != n_support + n_query:
        raise ValueError(
            f"embed made shape {tuple(embeddings.shape)} of {n_support + n_query} inputs: "
            "pass an embed that makes one vector of each"
        )
    return embeddings[:n_support], embeddings[n_support:]


def class_positions(labels: Tensor, classes: Tensor) -> Tensor:
    """Where each label stands in `classes`, which is ascending. (q,), (c,) -> (q,) in 0 ... c - 1.

    >>> class_positions(torch.tensor([7, -1, 7]), torch.tensor([-1, 4, 7])).tolist()
    [2, 0, 2]
    """
    expect_integers(labels=labels)
    positions = torch.searchsorted(classes.long(), labels.long()).clamp(max=len(classes) - 1)
    unknown = labels[classes[positions] != labels]
    if len(unknown):
        raise ValueError(
            f"query label {int(unknown[0])} is not among the labels of the support set, {classes.tolist()}: "
            "pass queries of those classes"
        )
    return positions
