"""Prototypical networks: laws, closed forms, and loops and finite differences as second derivations."""

from __future__ import annotations

import doctest
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from reference import prototypical
from reference.episodes import sample_episode
from reference.prototypical import (
    Conv4,
    class_probabilities,
    class_prototypes,
    episode_loss,
    log_probabilities,
    squared_distances,
    train,
    training_step,
)
from tests.reference.parts import gradient, part
from tests.reference.strategies import generators, labelled_embeddings, matrices, sizes


def test_examples_in_the_documentation() -> None:
    assert doctest.testmod(prototypical).failed == 0


# ---------------------------------------------------------------------------------------------- prototypes


@given(labelled_embeddings())
def test_prototypes_are_the_means_found_by_a_loop(support: tuple[torch.Tensor, torch.Tensor]) -> None:
    embeddings, labels = support
    prototypes, classes = class_prototypes(embeddings, labels)
    assert classes.tolist() == sorted(set(labels.tolist()))
    for prototype, label in zip(prototypes.tolist(), classes.tolist(), strict=True):
        shots = [row for row, y in zip(embeddings.tolist(), labels.tolist(), strict=True) if y == label]
        assert prototype == pytest.approx(
            [math.fsum(column) / len(shots) for column in zip(*shots, strict=True)]
        )


@given(labelled_embeddings(), generators())
def test_prototypes_commute_with_affine_maps(
    support: tuple[torch.Tensor, torch.Tensor], generator: torch.Generator
) -> None:
    embeddings, labels = support
    d = embeddings.shape[1]
    matrix, shift = (
        torch.randn(d, d, generator=generator).double(),
        torch.randn(d, generator=generator).double(),
    )
    before, _ = class_prototypes(embeddings, labels)
    after, _ = class_prototypes(embeddings @ matrix + shift, labels)
    assert_close(after, before @ matrix + shift)


@given(labelled_embeddings(min_classes=2))
def test_a_class_in_trouble_leaves_the_others_alone(support: tuple[torch.Tensor, torch.Tensor]) -> None:
    embeddings, labels = support
    expected, classes = class_prototypes(embeddings, labels)
    broken = torch.where((labels == classes[0]).unsqueeze(1), math.inf, embeddings)
    prototypes, _ = class_prototypes(broken, labels)
    assert_close(prototypes[1:], expected[1:], rtol=0, atol=0)


@given(labelled_embeddings())
def test_a_shot_moves_its_prototype_by_one_over_the_number_of_shots(
    support: tuple[torch.Tensor, torch.Tensor],
) -> None:
    embeddings, labels = support
    jacobian = torch.autograd.functional.jacobian(lambda e: class_prototypes(e, labels)[0], embeddings)
    same = labels.unique().unsqueeze(1) == labels
    share = same / same.sum(dim=1, keepdim=True).double()
    expected = torch.einsum("cn,ij->cinj", share, torch.eye(embeddings.shape[1], dtype=torch.float64))
    assert_close(jacobian, expected)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_the_dtype_is_kept(dtype: torch.dtype) -> None:
    embeddings, labels = torch.ones(3, 2, dtype=dtype), torch.tensor([4, 1, 4])
    prototypes, classes = class_prototypes(embeddings, labels)
    assert (prototypes.dtype, classes.dtype) == (dtype, torch.int64)
    assert class_probabilities(embeddings, prototypes).dtype == dtype


# ------------------------------------------------------------------------------------------- probabilities


@given(matrices(sizes, 3), matrices(sizes, 3))
def test_probabilities_follow_equation_2_in_a_loop(queries: torch.Tensor, prototypes: torch.Tensor) -> None:
    for row, query in zip(class_probabilities(queries, prototypes).tolist(), queries.tolist(), strict=True):
        weights = [math.exp(-(math.dist(query, prototype) ** 2)) for prototype in prototypes.tolist()]
        assert row == pytest.approx([weight / sum(weights) for weight in weights], abs=1e-12)


@given(matrices(sizes, 3), matrices(sizes, 3))
def test_log_probabilities_are_the_logarithms(queries: torch.Tensor, prototypes: torch.Tensor) -> None:
    assert_close(log_probabilities(queries, prototypes).exp(), class_probabilities(queries, prototypes))


@given(matrices(sizes, 2), matrices(sizes, 2), st.floats(0.1, 3))
def test_scaling_multiplies_log_odds_by_its_square(
    queries: torch.Tensor, prototypes: torch.Tensor, scale: float
) -> None:
    def log_odds(factor: float) -> torch.Tensor:
        log_p = log_probabilities(factor * queries, factor * prototypes)
        return log_p - log_p[:, :1]

    assert_close(log_odds(scale), scale**2 * log_odds(1.0))


def test_log_odds_on_a_line() -> None:
    log_p = log_probabilities(torch.tensor([[0.5]]), torch.tensor([[0.0], [2.0]]))
    assert (log_p[0, 0] - log_p[0, 1]).item() == pytest.approx(1.5**2 - 0.5**2)


@given(matrices(sizes, 3), matrices(sizes, 3))
def test_gradients_agree_with_finite_differences(queries: torch.Tensor, prototypes: torch.Tensor) -> None:
    inputs = (queries.requires_grad_(), prototypes.requires_grad_())
    assert torch.autograd.gradcheck(log_probabilities, inputs)
    assert torch.autograd.gradcheck(class_probabilities, inputs)


def test_second_derivatives_exist() -> None:
    inputs = (torch.randn(2, 3).double().requires_grad_(), torch.randn(2, 3).double().requires_grad_())
    assert torch.autograd.gradgradcheck(log_probabilities, inputs)


def test_a_query_on_a_prototype_has_finite_gradients() -> None:
    point = torch.tensor([[1.0, -2.0]])
    queries = point.clone().requires_grad_()
    prototypes = torch.cat([point, point + 1]).requires_grad_()
    assert squared_distances(queries, prototypes)[0, 0] == 0
    log_probabilities(queries, prototypes)[0, 1].backward()
    # d log p_1 / d z = (1 - p_1) (grad d_0 - grad d_1) = (1 - p_1) (0 - 2 (z - c_1)), by hand
    p = class_probabilities(queries, prototypes)[0, 1]
    assert_close(queries.grad, ((1 - p) * torch.tensor([[2.0, 2.0]])).detach())
    assert gradient(prototypes).isfinite().all()


def test_far_points_stay_finite() -> None:
    queries, prototypes = torch.tensor([[1e6, 0.0]]), torch.tensor([[-1e6, 0.0], [0.0, 3e6]])
    assert class_probabilities(queries, prototypes).tolist() == [[1.0, 0.0]]
    assert log_probabilities(queries, prototypes).isfinite().all()


@given(matrices(sizes, 3, dtype=torch.float32), matrices(sizes, 3, dtype=torch.float32))
def test_float32_is_exact_far_from_the_origin(queries: torch.Tensor, prototypes: torch.Tensor) -> None:
    shifted = squared_distances(queries.round(decimals=1) + 1024, prototypes.round(decimals=1) + 1024)
    moved = (queries.round(decimals=1) + 1024).double(), (prototypes.round(decimals=1) + 1024).double()
    assert_close(shifted.double(), squared_distances(*moved), rtol=1e-6, atol=1e-9)


# -------------------------------------------------------------------------------------------- episode loss


def episode(
    n_way: int = 3, k_shot: int = 2, n_query: int = 2, d: int = 4, seed: int = 0
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    labels = torch.tensor([7, -1, 40])[:n_way]
    support_y, query_y = labels.repeat(k_shot), labels.repeat(n_query)
    support_x = torch.randn(len(support_y), d, generator=generator, dtype=torch.float64)
    query_x = torch.randn(len(query_y), d, generator=generator, dtype=torch.float64)
    return support_x, support_y, query_x, query_y


@given(st.integers(0, 1000))
def test_loss_and_accuracy_agree_with_a_loop(seed: int) -> None:
    support_x, support_y, query_x, query_y = episode(seed=seed)
    loss, accuracy = episode_loss(torch.tanh, support_x, support_y, query_x, query_y)
    means = {y: support_x[support_y == y].tanh().mean(dim=0) for y in set(support_y.tolist())}
    costs, hits = [], []
    for x, y in zip(query_x.tanh(), query_y.tolist(), strict=True):
        distances = {label: (x - mean).square().sum().item() for label, mean in means.items()}
        costs.append(distances[y] + math.log(sum(math.exp(-v) for v in distances.values())))
        hits.append(min(distances, key=distances.__getitem__) == y)
    assert loss.item() == pytest.approx(sum(costs) / len(costs))
    assert accuracy.item() == pytest.approx(sum(hits) / len(hits))


def test_loss_is_log_c_where_all_embeddings_agree() -> None:
    loss, _ = episode_loss(torch.zeros_like, *episode())
    assert loss.item() == pytest.approx(math.log(3))


def test_loss_is_zero_on_separated_data() -> None:
    one_hot = {7: [1.0, 0, 0], -1: [0, 1.0, 0], 40: [0, 0, 1.0]}
    _, support_y, _, query_y = episode()
    support_x, query_x = (100 * torch.tensor([one_hot[y.item()] for y in ys]) for ys in (support_y, query_y))
    loss, accuracy = episode_loss(nn.Identity(), support_x, support_y, query_x, query_y)
    assert (loss.item(), accuracy.item()) == (0.0, 1.0)


def test_gradients_flow_through_support_and_query_alike() -> None:
    support_x, support_y, query_x, query_y = episode()
    inputs = (support_x.requires_grad_(), query_x.requires_grad_())
    assert torch.autograd.gradcheck(
        lambda s, q: episode_loss(torch.tanh, s, support_y, q, query_y)[0], inputs
    )
    episode_loss(torch.tanh, support_x, support_y, query_x, query_y)[0].backward()
    assert gradient(support_x).abs().min() > 0
    assert gradient(query_x).abs().min() > 0


@pytest.mark.parametrize("training", [True, False])
def test_the_mode_of_the_network_is_left_as_it_is(training: bool) -> None:
    net = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)).double().train(training)
    episode_loss(net, *episode())
    assert [module.training for module in net.modules()] == [training] * 3
    assert part(net, "1").num_batches_tracked.item() == int(training)  # one batch: support and query together


def test_a_query_of_an_unknown_class_raises() -> None:
    support_x, support_y, query_x, query_y = episode()
    query_y = torch.where(query_y == 40, 41, query_y)
    with pytest.raises(ValueError, match=r"query label 41 is not among .* \[-1, 7, 40\]"):
        episode_loss(nn.Identity(), support_x, support_y, query_x, query_y)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (torch.ones(2, 3), torch.ones(2).long(), torch.ones(2, 4), torch.ones(2).long()),
            "inputs of one shape",
        ),
        (
            (torch.ones(3, 3), torch.ones(2).long(), torch.ones(2, 3), torch.ones(2).long()),
            "pass 2 and 2 inputs",
        ),
        ((torch.ones(2, 3), torch.ones(2, 1).long(), torch.ones(2, 3), torch.ones(2).long()), r"pass \(s,\)"),
        (
            (torch.ones(2, 3, 1), torch.ones(2).long(), torch.ones(2, 3, 1), torch.ones(2).long()),
            "embed made",
        ),
        ((torch.ones(2, 3), torch.ones(2), torch.ones(2, 3), torch.ones(2)), "pass integers"),
    ],
)
def test_wrong_arguments_are_explained(
    arguments: tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        episode_loss(nn.Identity(), *arguments)


# ------------------------------------------------------------------------------------------------- network


def as_published(net: Conv4) -> nn.Sequential:
    """The same parameters in the paper's order: convolution, batch norm, ReLU, pooling."""
    layers: list[nn.Module] = []
    for block in net.blocks:
        convolution, norm, pool, relu = block.children()
        layers += [convolution, norm, relu, pool]
    return nn.Sequential(*layers, nn.Flatten())


@pytest.mark.parametrize("training", [True, False])
def test_pooling_first_changes_neither_values_nor_gradients(training: bool) -> None:
    torch.manual_seed(0)
    net = Conv4(width=5).double().train(training)
    with torch.no_grad():
        for number in range(len(net.blocks)):
            part(net, f"blocks.{number}.1").weight.normal_()  # also negative scales
            part(net, f"blocks.{number}.1").bias.normal_()
    images = torch.randn(3, 1, 28, 28, dtype=torch.float64)
    results = []
    for model in (net, as_published(net)):
        net.zero_grad()
        output = model(images)
        output.square().sum().backward()
        results.append([output.detach()] + [gradient(p).clone() for p in net.parameters()])
    for actual, expected in zip(*results, strict=True):
        assert_close(actual, expected)


def test_conv4_makes_one_vector_per_image() -> None:
    net = Conv4().eval()
    images = torch.rand(4, 1, 28, 28)
    together = net(images)
    assert together.shape == (4, 64)
    for i in range(4):
        assert_close(net(images[i : i + 1]), together[i : i + 1])
    assert not together[0].equal(together[1])
    assert Conv4(3, 8)(torch.rand(2, 3, 35, 50)).shape == (2, 8 * 2 * 3)


def test_conv4_keeps_everything_in_its_state() -> None:
    torch.manual_seed(0)
    net, other = Conv4(width=8), Conv4(width=8)
    net(torch.rand(5, 1, 28, 28))
    other.load_state_dict(net.state_dict())
    images = torch.rand(2, 1, 28, 28)
    assert_close(other.eval()(images), net.eval()(images), rtol=0, atol=0)
    assert all(value.is_contiguous() for value in net.state_dict().values())  # as safetensors demands


@pytest.mark.parametrize("shape", [(1, 28, 28), (2, 3, 28, 28), (2, 1, 15, 28)])
def test_conv4_explains_wrong_images(shape: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"images has shape .*: pass"):
        Conv4()(torch.rand(shape))


# ------------------------------------------------------------------------------------------------ training

SETTING: dict[str, Any] = {
    "n_way": 3,
    "k_shot": 1,
    "n_query": 2,
    "n_episodes": 12,
    "lr": 0.02,
    "device": "cpu",
}


def blobs(n_classes: int = 5, n_items: int = 6, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Separable classes, shuffled: one noisy bright square for each."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(n_classes).repeat(n_items)
    images = 0.3 * torch.randn(len(labels), 1, 16, 16, generator=generator)
    for i, y in enumerate(labels.tolist()):
        images[i, 0, 3 * y : 3 * y + 3, 3:12] += 1
    return images, 10 * labels - 7


def small_net(seed: int = 0) -> Conv4:
    torch.manual_seed(seed)
    return Conv4(width=8).eval()


def test_training_takes_the_asked_steps_and_reports_each_loss() -> None:
    net, twin = small_net(), small_net()
    images, labels = blobs()
    generator = torch.Generator().manual_seed(3)
    losses = train(net, images, labels, **SETTING, generator=generator)
    assert len(losses) == 12
    assert all(type(loss) is float for loss in losses)
    generator = torch.Generator().manual_seed(3)
    optimizer = torch.optim.Adam(twin.train().parameters(), lr=0.02)
    for expected in losses:
        support, query = sample_episode(labels, 3, 1, 2, generator)
        loss, _ = episode_loss(twin, images[support], labels[support], images[query], labels[query])
        assert loss.item() == pytest.approx(expected)
        gradients = torch.autograd.grad(loss, list(twin.parameters()))
        for parameter, slope in zip(twin.parameters(), gradients, strict=True):
            parameter.grad = slope
        optimizer.step()
    for actual, expected in zip(net.state_dict().values(), twin.state_dict().values(), strict=True):
        assert_close(actual, expected)


def test_a_step_reports_loss_and_accuracy_from_before_it() -> None:
    net = nn.Linear(4, 2).double()
    task = episode()
    expected = [value.detach() for value in episode_loss(net, *task)]
    reported = training_step(net, torch.optim.SGD(net.parameters(), lr=0.1), *task)
    assert_close(list(reported), expected)
    assert not reported[0].requires_grad
    assert episode_loss(net, *task)[0] < expected[0]


def test_the_loss_falls_on_separable_data() -> None:
    losses = train(
        small_net(), *blobs(), **SETTING | {"n_episodes": 40}, generator=torch.Generator().manual_seed(0)
    )
    assert sum(losses[-5:]) < 0.5 * sum(losses[:5])


def test_the_first_step_goes_against_the_gradient_at_the_learning_rate() -> None:
    net = small_net()
    before = [p.detach().clone() for p in net.parameters()]
    images, labels = blobs()
    train(net, images, labels, **SETTING | {"n_episodes": 1}, generator=torch.Generator().manual_seed(3))
    for p, old in zip(net.parameters(), before, strict=True):
        steep = gradient(p).abs() > 1e-3  # Adam's first step is lr * sign(gradient) where eps does not matter
        assert_close((p.detach() - old)[steep], -0.02 * gradient(p).sign()[steep], rtol=1e-3, atol=1e-6)


def test_training_touches_nothing_else() -> None:
    images, labels = blobs()
    images_before, labels_before, state = images.clone(), labels.clone(), torch.get_rng_state()
    net = small_net()
    state = torch.get_rng_state()
    train(net, images, labels, **SETTING | {"n_episodes": 2}, generator=torch.Generator().manual_seed(3))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(images, images_before)
    assert torch.equal(labels, labels_before)
    assert net.training
    assert part(net, "blocks.0.1").num_batches_tracked.item() == 2


def test_no_episodes_is_no_training() -> None:
    net, expected = small_net(), small_net().state_dict()
    assert train(net, *blobs(), **SETTING | {"n_episodes": 0}, generator=torch.Generator()) == []
    for actual, before in zip(net.state_dict().values(), expected.values(), strict=True):
        assert torch.equal(actual, before)


@pytest.mark.parametrize(
    ("change", "message"), [({"lr": 0.0}, "lr is 0.0"), ({"n_episodes": -1}, "n_episodes is -1")]
)
def test_training_explains_wrong_arguments(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train(small_net(), *blobs(), **SETTING | change, generator=torch.Generator())
    with pytest.raises(ValueError, match="there are 30 images and 29 labels"):
        train(small_net(), blobs()[0], blobs()[1][1:], **SETTING, generator=torch.Generator())


def test_every_block_may_have_a_width_of_its_own() -> None:
    net = Conv4(width=(3, 5, 7, 2))
    assert [m.out_channels for m in net.modules() if isinstance(m, torch.nn.Conv2d)] == [3, 5, 7, 2]
    assert net(torch.rand(2, 1, 28, 32)).shape == (2, 2 * 1 * 2)
    with pytest.raises(ValueError, match="pass one number, or four"):
        Conv4(width=(3, 5))
