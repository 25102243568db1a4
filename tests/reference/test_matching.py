"""Matching networks: loops, the tie with prototypical networks, and full context embeddings step by step."""

from __future__ import annotations

import doctest
import math

import pytest
import torch
from hypothesis import given
from torch import nn
from torch.testing import assert_close

from reference import matching, prototypical
from reference.matching import (
    FullContext,
    attention_weights,
    cosine_similarities,
    episode_loss,
    log_probabilities,
    negative_squared_distances,
    train,
)
from tests.reference.parts import gradient, part
from tests.reference.strategies import label_vectors, labelled_embeddings, matrices, sizes
from tests.reference.test_prototypical import blobs, episode, small_net


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(matching).failed == 0


@given(matrices(sizes, 3), matrices(sizes, 3))
def test_cosines_agree_with_pytorch_and_ignore_length(queries: torch.Tensor, support: torch.Tensor) -> None:
    expected = torch.cosine_similarity(queries.unsqueeze(1), support, dim=2)
    assert_close(cosine_similarities(queries, support), expected)
    assert_close(cosine_similarities(7 * queries, support / 3), expected)


def test_a_zero_vector_is_like_nothing() -> None:
    queries = torch.zeros(1, 2, requires_grad=True)
    similarities = cosine_similarities(queries, torch.ones(3, 2))
    similarities.sum().backward()
    assert similarities.tolist() == [[0.0] * 3]
    assert gradient(queries).isfinite().all()


@given(matrices(sizes, sizes))
def test_weights_over_the_support_set_sum_to_one(similarities: torch.Tensor) -> None:
    weights = attention_weights(similarities)
    assert weights.min() >= 0
    assert_close(weights.sum(dim=1), torch.ones(len(weights), dtype=torch.float64))


@given(label_vectors(), sizes, matrices(5, 30))
def test_probabilities_add_up_weights_in_a_loop(
    labels: torch.Tensor, n_queries: int, numbers: torch.Tensor
) -> None:
    similarities = numbers[:n_queries, : len(labels)]
    log_p, classes = log_probabilities(similarities, labels)
    assert classes.tolist() == sorted(set(labels.tolist()))
    for row, values in zip(log_p.exp().tolist(), similarities.tolist(), strict=True):
        weights = [math.exp(value) for value in values]
        for p, label in zip(row, classes.tolist(), strict=True):
            of_class = [w for w, y in zip(weights, labels.tolist(), strict=True) if y == label]
            assert p == pytest.approx(sum(of_class) / sum(weights))


@given(labelled_embeddings(), sizes)
def test_one_shot_equals_prototypical_with_the_same_distance(
    support: tuple[torch.Tensor, torch.Tensor], n_queries: int
) -> None:
    embeddings, _ = support
    labels = 3 * torch.arange(len(embeddings)).flip(0) - 4
    queries = torch.ones(n_queries, embeddings.shape[1]).double().cumsum(dim=0)
    log_p, classes = log_probabilities(negative_squared_distances(queries, embeddings), labels)
    prototypes, prototype_classes = prototypical.class_prototypes(embeddings, labels)
    assert classes.equal(prototype_classes)
    assert_close(log_p, prototypical.log_probabilities(queries, prototypes))


def test_a_far_class_has_a_finite_loss() -> None:
    log_p, _ = log_probabilities(torch.tensor([[0.0, -1e6]]), torch.tensor([0, 1]))
    assert log_p.tolist() == [[0.0, -1e6]]


def test_gradients_agree_with_finite_differences() -> None:
    support_x, support_y, query_x, query_y = episode()
    assert torch.autograd.gradcheck(
        lambda s, q: episode_loss(torch.tanh, s, support_y, q, query_y)[0],
        (support_x.requires_grad_(), query_x.requires_grad_()),
    )


def test_the_loss_of_equal_embeddings_follows_the_shares_of_the_classes() -> None:
    labels = torch.tensor([5, 5, 5, 2])
    loss, accuracy = episode_loss(
        torch.ones_like, torch.rand(4, 3), labels, torch.rand(2, 3), torch.tensor([5, 2])
    )
    assert loss.item() == pytest.approx(-(math.log(0.75) + math.log(0.25)) / 2)
    assert accuracy.item() == 0.5


def test_wrong_arguments_are_explained() -> None:
    with pytest.raises(
        ValueError, match=r"labels has shape \(3,\): pass \(s,\) with s = 4 as in similarities"
    ):
        log_probabilities(torch.zeros(2, 4), torch.zeros(3).long())
    with pytest.raises(ValueError, match=r"support has shape \(2, 3\): pass \(s, d\) with d = 4"):
        cosine_similarities(torch.zeros(2, 4), torch.zeros(2, 3))


# -------------------------------------------------------------------------------- full context embeddings


def context(width: int = 3, n_steps: int = 4) -> FullContext:
    torch.manual_seed(0)
    return FullContext(width, n_steps).double()


def lstm_step(
    x: torch.Tensor, h: torch.Tensor, c: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Gates of an LSTM written out: input, forget, cell, output."""
    i, f, g, o = (weight @ torch.cat([x, h]) + bias).chunk(4)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def test_support_embeddings_agree_with_two_lstms_by_hand() -> None:
    net, support = context(), torch.randn(4, 3, dtype=torch.float64)
    lstm = net.both_ways
    expected = support.clone()
    for suffix, order in (("_l0", range(4)), ("_l0_reverse", reversed(range(4)))):
        weight = torch.cat([getattr(lstm, f"weight_ih{suffix}"), getattr(lstm, f"weight_hh{suffix}")], dim=1)
        bias = getattr(lstm, f"bias_ih{suffix}") + getattr(lstm, f"bias_hh{suffix}")
        h = c = torch.zeros(3, dtype=torch.float64)
        for i in order:
            h, c = lstm_step(support[i], h, c, weight, bias)
            expected[i] = expected[i] + h
    assert_close(net.embed_support(support), expected)


def test_query_embeddings_agree_with_a_state_of_two_parts() -> None:
    """Appendix A.1 with the state [h, r]: the columns of the input weights that meet r move to the state."""
    net, support = context(), torch.randn(4, 3, dtype=torch.float64)
    queries = torch.randn(2, 3, dtype=torch.float64)
    cell = net.attend
    for query, embedded in zip(queries, net.embed_queries(support, queries), strict=True):
        h = r = c = torch.zeros(3, dtype=torch.float64)
        for _ in range(4):
            weight = torch.cat([cell.weight_ih[:, :3], cell.weight_hh, cell.weight_ih[:, 3:]], dim=1)
            output, c = lstm_step(query, torch.cat([h, r]), c, weight, cell.bias_ih + cell.bias_hh)
            h = output + query
            a = (support @ h).softmax(dim=0)
            r = a @ support
        assert_close(embedded, h)


def test_queries_are_embedded_independently_but_see_the_whole_support_set() -> None:
    net = context()
    support, queries = torch.randn(2, 5, 3, dtype=torch.float64)
    _, together = net(support, queries)
    for i in range(5):
        assert_close(net(support, queries[i : i + 1])[1], together[i : i + 1])
    changed = support.clone()
    changed[4] += 1
    assert (net(changed, queries)[1] != together).all(dim=1).all()
    assert (net(changed, queries)[0] != net(support, queries)[0]).all(dim=1).all()
    shuffled = net.embed_queries(support.flip(0), queries)
    assert_close(shuffled, net.embed_queries(support, queries))


# ------------------------------------------------------------------------------------------------ training


@pytest.mark.parametrize("with_context", [False, True])
def test_training_lowers_the_loss_and_touches_nothing_else(with_context: bool) -> None:
    net = small_net()
    full = FullContext(8, 2) if with_context else None
    before = None if full is None else part(full, "both_ways").bias_ih_l0.detach().clone()
    state = torch.get_rng_state()
    losses = train(
        net, *blobs(), n_way=3, k_shot=2, n_query=2, n_episodes=50, lr=0.02, device="cpu",
        generator=torch.Generator().manual_seed(0), context=full,
    )  # fmt: skip
    assert len(losses) == 50
    assert sum(losses[-10:]) < 0.9 * sum(losses[:10])
    assert torch.equal(torch.get_rng_state(), state)
    assert net.training
    assert full is None or not part(full, "both_ways").bias_ih_l0.equal(before)


def test_the_mode_of_the_network_is_left_as_it_is() -> None:
    net = nn.Sequential(nn.Linear(4, 4), nn.Dropout()).double().eval()
    episode_loss(net, *episode())
    assert [module.training for module in net.modules()] == [False] * 3
