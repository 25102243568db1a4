"""Staff's laws of `train`. The network is linear, so that every loss and every gradient can be computed here.

A right program may draw other episodes than reference/ would from the same generator. So losses are compared with those
of all episodes that there are, or the data are such that all episodes agree.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

from autograder.checks.fewshot.training import SECONDS, linear_net, net_state, pictures, run, tally_net
from autograder.hidden.fewshot.oracle import episode_loss
from autograder.laws import Law, Returned, Violation, apart, check, number, watching

TRAINING_GAIN = 2.0  # what LinearNet multiplies embeddings with in training mode
FLOAT32 = float(np.finfo(np.float32).eps)


def loss_of(
    weight: torch.Tensor, images: np.ndarray, labels: np.ndarray, support: Any, query: Any
) -> torch.Tensor:
    """The loss of one episode under the given weights, in training mode."""
    x = TRAINING_GAIN * torch.from_numpy(images.reshape(len(images), -1).astype(np.float64)) @ weight
    y = torch.from_numpy(labels)
    return episode_loss(x[support], y[support], x[query], y[query])


def every_episode(labels: np.ndarray, n_way: int, k_shot: int) -> list[tuple[list[int], list[int]]]:
    """All episodes of n_way classes with k_shot support items, in which every other item is a query."""
    found = []
    for classes in combinations(np.unique(labels), n_way):
        items = [np.flatnonzero(labels == k).tolist() for k in classes]
        for choice in product(*(list(combinations(each, k_shot)) for each in items)):
            support = [i for chosen in choice for i in chosen]
            query = [i for each in items for i in each if i not in support]
            found.append((support, query))
    return found


def tolerance(weight: np.ndarray, images: np.ndarray) -> float:
    """Of a loss in float32: squared distances of embeddings, and the products behind them."""
    flat = np.abs(images.reshape(len(images), -1))
    reach = float((TRAINING_GAIN * flat @ np.abs(weight)).max())
    return 64.0 * FLOAT32 * (1.0 + weight.size + 4.0 * weight.shape[1] * reach**2)


@check("train", seconds=SECONDS, start=st.integers(0, 10_000), examples=12, weight=3)
def losses_are_those_of_episodes(start: int) -> Law:
    """losses[i] is the loss of an episode of the asked shape, in training mode, under the weights that i steps leave."""
    net = linear_net(start)
    weight = np.asarray(net.parameters["weight"])
    images, labels = pictures(3, 3, start)
    allowed = [
        float(loss_of(torch.from_numpy(weight).double(), images, labels, *each))
        for each in every_episode(labels, 2, 1)
    ]
    near = tolerance(weight, images)
    twins, twin_labels = constant_classes(start)
    runs = [
        watching(run(net, twins, twin_labels, n_query=2, n_episodes=n, lr=0.01), "net") for n in (1, 2, 3)
    ]

    def judge(outcome: Returned, *others: Returned) -> Violation | None:
        loss = outcome.value[0]
        gap = min(abs(loss - each) for each in allowed)
        if gap > near:
            closest = min(allowed, key=lambda each: abs(each - loss))
            return Violation(
                f"The first loss is {number(loss)}; no episode of 2 classes with 1 support item and 2 queries has that loss.",
                number(loss),
                f"the loss of such an episode in training mode before the first step, for example {number(closest)}",
            )
        return _later_losses(others, twins, twin_labels, weight)

    return Law((run(net, images, labels, n_episodes=1), *runs), lambda *outs: judge(*outs), outcomes=True)


def _later_losses(
    outcomes: tuple[Returned, ...], images: np.ndarray, labels: np.ndarray, weight: np.ndarray
) -> Violation | None:
    """losses[i] of the longest run against the loss under the weights after i steps, taken from the run of i steps."""
    weights = [weight, *(net_state(outcome, "parameters").get("weight") for outcome in outcomes[:-1])]
    support, query = every_episode(labels, 2, 1)[0]
    for i, given in enumerate(weights):
        if given is None or given.shape != weight.shape or not np.isfinite(given).all():
            return Violation(
                f"The weights after {i} steps cannot be read.", "no weights", "the parameters of net"
            )
        expected = float(loss_of(torch.from_numpy(given.astype(np.float64)), images, labels, support, query))
        loss = outcomes[-1].value[i]
        if abs(loss - expected) > 4 * tolerance(given, images):
            gave, had = apart(loss, expected)
            return Violation(
                f"losses[{i}] is {gave}, but under the weights after {i} steps an episode's loss is {had}.",
                f"losses {[float(number(each)) for each in outcomes[-1].value]}",
                f"losses[{i}] = {had}",
                call=len(outcomes),
            )
    return None


def constant_classes(seed: int, classes: int = 2, items: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Two classes of equal images: every episode has the same loss and the same gradient, whatever is drawn."""
    return pictures(classes, items, seed, spread=0.0)


LARGEST_DECAY = 2e-2  # of weight_decay in torch.optim; usual ones lie at 1e-2 and below


def first_gradient(weight: np.ndarray, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    w = torch.from_numpy(weight.astype(np.float64)).requires_grad_()
    loss = loss_of(w, images, labels, *every_episode(labels, 2, 1)[0])
    return torch.autograd.grad(loss, w)[0].numpy()


def _step(outcome: Returned, weight: np.ndarray) -> np.ndarray | None:
    after = net_state(outcome, "parameters").get("weight")
    return None if after is None or after.shape != weight.shape else after - weight


@check("train", seconds=SECONDS, start=st.integers(0, 10_000), examples=8)
def first_step_goes_downhill(start: int) -> Law:
    """The first step goes against the gradient of the loss, in every coordinate where the gradient is not tiny."""
    net, (images, labels) = linear_net(start), constant_classes(start)
    weight = np.asarray(net.parameters["weight"], dtype=np.float64)
    gradient = first_gradient(weight, images, labels)
    tiny = max(1e-2 * float(np.abs(gradient).max()), 1e-4)
    # weight decay may pull the other way, and is no mistake
    clear = np.abs(gradient) > np.maximum(tiny, LARGEST_DECAY * np.abs(weight))

    def judge(outcome: Returned) -> Violation | None:
        step = _step(outcome, weight)
        if step is None or not np.isfinite(step).all():
            return Violation(
                "The weights after the step cannot be read.", "no weights", "the parameters of net"
            )
        wrong = np.flatnonzero(clear & (np.sign(step) != -np.sign(gradient)))
        if not len(wrong):
            return None
        i = int(wrong[0])
        says = (
            f"parameter {i} moved by {number(step.flat[i])} where the gradient is {number(gradient.flat[i])}."
        )
        return Violation(says, f"step {number(step.flat[i])}", "a step against the gradient")

    return Law((watching(run(net, images, labels, n_episodes=1), "net"),), judge, outcomes=True)


@check("train", seconds=SECONDS, start=st.integers(0, 10_000), examples=6)
def step_follows_the_learning_rate(start: int) -> Law:
    """Twice the learning rate makes the first step twice as long."""
    net, (images, labels) = linear_net(start), constant_classes(start)
    weight = np.asarray(net.parameters["weight"], dtype=np.float64)
    rates = (0.01, 0.02)

    def judge(one: Returned, other: Returned) -> Violation | None:
        steps = [_step(each, weight) for each in (one, other)]
        if any(step is None or not np.isfinite(step).all() for step in steps):
            return Violation(
                "The weights after the step cannot be read.", "no weights", "the parameters of net"
            )
        short, long = (np.asarray(step) for step in steps)
        rounding = 8.0 * FLOAT32 * (1.0 + np.abs(weight)) + 1e-3 * np.abs(short)
        bad = np.flatnonzero(np.abs(long - 2 * short) > rounding)
        if not len(bad) and short.any():
            return None
        i = int(bad[0]) if len(bad) else 0
        says = f"with lr={rates[0]} parameter {i} moved by {number(short.flat[i])}, with lr={rates[1]} by {number(long.flat[i])}."
        return Violation(
            says,
            f"steps {number(short.flat[i])} and {number(long.flat[i])}",
            "the second twice the first",
            call=1,
        )

    calls = tuple(watching(run(net, images, labels, n_episodes=1, lr=lr), "net") for lr in rates)
    return Law(calls, judge, outcomes=True)


@check(
    "train",
    seconds=SECONDS,
    start=st.integers(0, 1000),
    n_episodes=st.integers(2, 4),
    examples=5,
    weight=2,
    essential=True,
)
def gradients_start_from_zero(start: int, n_episodes: int) -> Law:
    """Every step uses the gradient of its own episode: nothing is left over from the one before."""
    call = watching(run(tally_net(start), *pictures(3, 4, start), n_episodes=n_episodes), "net")

    def judge(outcome: Returned) -> Violation | None:
        state = outcome.states.get("net")
        stale = state.get("stale") if isinstance(state, dict) else None
        if stale == 0:
            return None
        says = f"{stale} of {n_episodes} backward passes added to a gradient that was still there from the step before."
        return Violation(
            says, "gradients that add up over episodes", "gradients that start from zero in every episode"
        )

    return Law((call,), judge, outcomes=True)
