"""The networks that checks hand to `train`: their mode shows, and gradients left over from a step are counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.props.networks import LinearNet, TallyNet, linear_net, tally_net

EPISODES = 4
WEIGHT = torch.arange(12.0).reshape(4, 3) / 10


def images(seed: int, count: int = 6) -> Tensor:
    return torch.randn(count, 1, 2, 2, generator=torch.Generator().manual_seed(seed))


def loss_of(net: nn.Module, episode: int) -> Tensor:
    x = net(images(episode))
    return F.cross_entropy(x, torch.arange(6) % 3)


# --- LinearNet


def test_the_linear_net_is_linear_in_evaluation_and_twice_that_in_training() -> None:
    x = images(0)
    assert torch.equal(linear_net(WEIGHT)(x), x.flatten(1) @ WEIGHT)
    assert torch.equal(linear_net(WEIGHT, training=True)(x), 2 * (x.flatten(1) @ WEIGHT))


def test_the_linear_net_keeps_its_own_weights() -> None:
    weight = WEIGHT.clone()
    net = linear_net(weight)
    with torch.no_grad():
        net.weight += 1
    assert torch.equal(weight, WEIGHT)


def test_joint_and_separate_encoding_agree() -> None:
    net = linear_net(WEIGHT, training=True)
    assert torch.allclose(net(images(0)), torch.cat([net(images(0)[:2]), net(images(0)[2:])]))


def test_the_linear_net_reports_its_mode_and_its_weights() -> None:
    report = linear_net(WEIGHT, training=True).report()
    assert (report["training"], report["buffers"]) == (True, {})
    assert torch.equal(report["parameters"]["weight"], WEIGHT)
    assert not report["parameters"]["weight"].requires_grad


# --- TallyNet


def test_the_tally_net_arrives_in_evaluation_mode_and_alike_for_a_seed() -> None:
    one, same, other = tally_net(4, 3, 7), tally_net(4, 3, 7), tally_net(4, 3, 8)
    assert not one.training
    assert torch.equal(one(images(0)), same(images(0)))
    assert not torch.equal(one(images(0)), other(images(0)))


def test_making_a_tally_net_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    tally_net(4, 3, 7)
    assert torch.equal(torch.get_rng_state(), before)


def test_every_pass_is_counted_with_its_mode() -> None:
    net = tally_net(4, 3, 7)
    net(images(0))
    net.train()
    net(images(1))
    assert net.report()["passes"] == [False, True]
    assert int(net.report()["buffers"]["norm.num_batches_tracked"]) == 1


Loop = Callable[[TallyNet, torch.optim.Optimizer], None]


def zero_before_backward(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    for episode in range(EPISODES):
        loss = loss_of(net, episode)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def zero_first(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    for episode in range(EPISODES):
        optimizer.zero_grad()
        loss_of(net, episode).backward()
        optimizer.step()


def zero_after_the_step(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    for episode in range(EPISODES):
        loss_of(net, episode).backward()
        optimizer.step()
        optimizer.zero_grad()


def zeros_that_stay(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    for episode in range(EPISODES):
        loss = loss_of(net, episode)
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()


def zero_on_the_network(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    for episode in range(EPISODES):
        loss = loss_of(net, episode)
        net.zero_grad()
        loss.backward()
        optimizer.step()


def in_two_halves(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    """Two backward passes add up before one step."""
    for episode in range(EPISODES):
        optimizer.zero_grad()
        (loss_of(net, episode) / 2).backward()
        (loss_of(net, 100 + episode) / 2).backward()
        optimizer.step()


def support_and_query_apart(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    for episode in range(EPISODES):
        support, query = net(images(episode)), net(images(100 + episode))
        optimizer.zero_grad()
        F.cross_entropy(-(torch.cdist(query, support) ** 2), torch.arange(6)).backward()
        optimizer.step()


def by_closure(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    for episode in range(EPISODES):

        def closure(episode: int = episode) -> Tensor:
            optimizer.zero_grad()
            loss = loss_of(net, episode)
            loss.backward()
            return loss

        optimizer.step(closure)


def watched_in_between(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    """Looks at another batch without gradient, as for a validation loss."""
    for episode in range(EPISODES):
        loss = loss_of(net, episode)
        optimizer.zero_grad()
        loss.backward()
        with torch.no_grad():
            loss_of(net, 100 + episode)
        optimizer.step()


def with_autograd(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    parameters = list(net.parameters())
    for episode in range(EPISODES):
        gradients = torch.autograd.grad(loss_of(net, episode), parameters)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        optimizer.step()


RIGHT = [
    zero_before_backward,
    zero_first,
    zero_after_the_step,
    zeros_that_stay,
    zero_on_the_network,
    in_two_halves,
    support_and_query_apart,
    by_closure,
    watched_in_between,
]
OPTIMIZERS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.1),
    "momentum": lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=0.01),
}


def stale(loop: Loop, optimizer: str) -> int:
    net = tally_net(4, 3, 7).train()
    loop(net, OPTIMIZERS[optimizer](net.parameters()))
    return int(net.report()["stale"])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("loop", RIGHT, ids=lambda loop: loop.__name__)
def test_right_loops_leave_no_gradient_over(loop: Loop, optimizer: str) -> None:
    assert stale(loop, optimizer) == 0


def never(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    for episode in range(EPISODES):
        loss_of(net, episode).backward()
        optimizer.step()


def once_before_the_loop(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    never(net, optimizer)


def between_backward_and_step(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    for episode in range(EPISODES):
        loss_of(net, episode).backward()
        optimizer.step()
        if episode % 2:
            optimizer.zero_grad()


def apart_and_never(net: TallyNet, optimizer: torch.optim.Optimizer) -> None:
    for episode in range(EPISODES):
        support, query = net(images(episode)), net(images(100 + episode))
        F.cross_entropy(-(torch.cdist(query, support) ** 2), torch.arange(6)).backward()
        optimizer.step()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    ("loop", "count"),
    [(never, 3), (once_before_the_loop, 3), (apart_and_never, 3), (between_backward_and_step, 2)],
    ids=["never", "before the loop", "apart and never", "every second time"],
)
def test_gradients_left_over_are_counted_by_step(loop: Loop, count: int, optimizer: str) -> None:
    assert stale(loop, optimizer) == count


def test_a_gradient_by_autograd_is_never_added_up() -> None:
    """It does not accumulate, so whatever stands in .grad does not matter."""
    assert stale(with_autograd, "sgd") == 0


def test_both_networks_can_be_saved_and_loaded() -> None:
    for net, other in ((tally_net(4, 3, 7), tally_net(4, 3, 8)), (linear_net(WEIGHT), LinearNet(WEIGHT + 1))):
        other.load_state_dict(net.state_dict())
        assert torch.equal(other.eval()(images(0)), net.eval()(images(0)))
