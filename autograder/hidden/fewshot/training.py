"""Staff's laws of `train`. The network is linear, so that every loss and every gradient can be computed here.

A right program may draw other episodes than reference/ would from the same generator. So the network tells which items were
embedded, or the data are such that all episodes agree.

The tests of fair episodes accuse a right program less than once in 600 million gradings, all together (CLASSES, and ITEMS six
times, as chi-square has it).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

from autograder.checks.fewshot.passes import Shape, passes_of, path_of
from autograder.checks.fewshot.training import (
    SECONDS,
    linear_net,
    net_state,
    pictures,
    recording_net,
    run,
    shapes,
    tally_net,
)
from autograder.hidden.fewshot.oracle import episode_loss
from autograder.hidden.fewshot.recorded import FLOAT32, TRAINING_GAIN, Split, recorded
from autograder.laws import (
    Call,
    Law,
    Returned,
    Violation,
    apart,
    check,
    number,
    shown,
    uniform,
    watching,
)

HALF = " That is near: is something computed in half precision, under autocast?"
EPISODES = 8  # of one training
CLASSES, ITEMS = (
    1e-8,
    1e-9,
)  # how often the tests of fair episodes accuse a right program, as chi-square has it


def loss_of(
    weight: torch.Tensor, images: np.ndarray, labels: np.ndarray, support: Any, query: Any
) -> torch.Tensor:
    """The loss of one episode under the given weights, in training mode."""
    x = TRAINING_GAIN * torch.from_numpy(images.reshape(len(images), -1).astype(np.float64)) @ weight
    y = torch.from_numpy(labels)
    return episode_loss(x[support], y[support], x[query], y[query])


@check("train", seconds=SECONDS, start=st.integers(0, 10_000), shape=shapes(), examples=6, weight=3)
def losses_are_those_of_episodes(start: int, shape: Shape) -> Law:
    """losses[i] is the loss of an episode of the asked shape, in training mode, under the weights that i steps leave."""
    images, labels = pictures(shape.n_way + 1, shape.k_shot + shape.n_query + 1, start)
    given = recording_net(start).parameters["weight"]

    def judge(outcome: Returned) -> Violation | None:
        episodes = recorded(outcome, images, labels, shape, EPISODES)
        if isinstance(episodes, Violation):
            return episodes
        if not np.array_equal(episodes[0].embedded.weight, given):
            says = "The first episode was embedded under other weights than those that net came with."
            return Violation(says, shown(episodes[0].embedded.weight), shown(given))
        for i, (loss, episode) in enumerate(zip(outcome.value, episodes, strict=True)):
            if any(abs(loss - split.loss) <= episode.tolerance for split in episode.splits()):
                continue
            wanted = min((each.loss for each in episode.splits()), key=lambda each: abs(each - loss))
            gave, had = apart(loss, wanted)
            near = abs(loss - wanted) < 0.01 * abs(wanted)
            return Violation(
                f"losses[{i}] is {gave}. The items that were embedded for episode {i + 1}, under the weights after {i} steps, have "
                f"the loss {had}.{HALF if near else ''}",
                f"losses {[float(number(each)) for each in outcome.value]}",
                f"losses[{i}] = {had}, in training mode and before the step",
            )
        return None

    return Law((_recorded(start, images, labels, shape),), judge, outcomes=True)


@check("train", seconds=SECONDS, start=st.integers(0, 10_000), shape=shapes(), examples=3)
def gradients_are_those_of_the_losses(start: int, shape: Shape) -> Law:
    """What reaches the embeddings in each episode is the gradient of its loss, through support and queries."""
    images, labels = pictures(shape.n_way + 1, shape.k_shot + shape.n_query + 1, start)

    def judge(outcome: Returned) -> Violation | None:
        episodes = recorded(outcome, images, labels, shape, EPISODES)
        if isinstance(episodes, Violation):
            return None  # what losses_are_those_of_episodes says of it is enough
        for i, (loss, episode) in enumerate(zip(outcome.value, episodes, strict=True)):
            if any(split.fits(episode.gradients, episode.tolerance) for split in episode.splits()):
                continue
            nearest = min(episode.splits(), key=lambda split: abs(split.loss - loss))
            return _other_gradient(i, episode.gradients, nearest)
        return None

    return Law((_recorded(start, images, labels, shape),), judge, outcomes=True)


def _recorded(start: int, images: np.ndarray, labels: np.ndarray, shape: Shape) -> Call:
    call = run(recording_net(start), images, labels, **shape.settings, n_episodes=EPISODES)
    return watching(call, "net")


def _other_gradient(i: int, gradients: np.ndarray, split: Split) -> Violation:
    """The embedding whose gradient is farthest off, both scaled to their largest entry."""
    given, wanted = (each / max(float(np.abs(each).max()), 1e-30) for each in (gradients, split.gradient))
    row = int(np.abs(given - wanted).max(1).argmax())
    part = "a support item" if split.support[row] else "a query"
    return Violation(
        f"In episode {i + 1} another gradient than that of its loss reaches the embedding of {part}.",
        shown(gradients[row]),
        f"{shown(split.gradient[row])}, or the same multiple of it as for all embeddings of the episode",
    )


@check("train", seconds=SECONDS, start=st.integers(0, 10_000), examples=1)
def episodes_are_fair(start: int) -> Law:
    """Training draws every class equally often, and every item of a class."""
    shape, count, (images, labels) = Shape(3, 1, 2), 100, pictures(6, 8, start)
    call = watching(
        run(recording_net(start), images, labels, **shape.settings, n_episodes=count, lr=1e-3), "net"
    )
    names, per_class = np.unique(labels), shape.k_shot + shape.n_query

    def judge(outcome: Returned) -> Violation | None:
        passes = passes_of(outcome, images)
        if passes is None or len(passes.items) != count * shape.items or (passes.items < 0).any():
            return None  # laws of their own
        seen = np.bincount(passes.items, minlength=len(labels))
        drawn = np.array([int(seen[labels == k].sum()) // per_class for k in names])
        broken = uniform(drawn, shape.n_way, count, CLASSES, "Classes", [f"class {k}" for k in names])
        for k, times in zip(names, drawn.tolist(), strict=True):
            if broken is None and times:
                broken = uniform(seen[labels == k], per_class, times, ITEMS, f"The items of class {k}")
        return broken

    return Law((call,), judge, outcomes=True)


def constant_classes(seed: int, classes: int = 2, items: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Two classes of equal images: every episode has the same loss and the same gradient, whatever is drawn."""
    return pictures(classes, items, seed, spread=0.0)


LARGEST_DECAY = 2e-2  # of weight_decay in torch.optim; usual ones lie at 1e-2 and below


def first_gradient(weight: np.ndarray, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    w = torch.from_numpy(weight.astype(np.float64)).requires_grad_()
    items = [np.flatnonzero(labels == k).tolist() for k in np.unique(labels)]
    support, query = [each[0] for each in items], [i for each in items for i in each[1:]]
    loss = loss_of(w, images, labels, support, query)
    return torch.autograd.grad(loss, w)[0].numpy()


def clearly(gradient: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Where the gradient is not tiny, and larger than weight decay, which may pull the other way and is no mistake."""
    tiny = max(1e-2 * float(np.abs(gradient).max()), 1e-4)
    return np.abs(gradient) > np.maximum(tiny, LARGEST_DECAY * np.abs(weight))


def _step(outcome: Returned, weight: np.ndarray) -> np.ndarray | None:
    after = net_state(outcome, "parameters").get("weight")
    return None if after is None or after.shape != weight.shape else after - weight


@check("train", seconds=SECONDS, start=st.integers(0, 10_000), examples=8)
def first_step_goes_downhill(start: int) -> Law:
    """The first step goes against the gradient of the loss, in every coordinate where the gradient is not tiny."""
    net, (images, labels) = linear_net(start), constant_classes(start)
    weight = np.asarray(net.parameters["weight"], dtype=np.float64)
    gradient = first_gradient(weight, images, labels)
    clear = clearly(gradient, weight)

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


@check("train", seconds=SECONDS, start=st.integers(0, 10_000), examples=3)
def later_steps_go_downhill(start: int) -> Law:
    """The later steps go against the gradient of the loss, as the first one does."""
    net, (images, labels) = recording_net(start), constant_classes(start)
    weight = np.asarray(net.parameters["weight"])
    episodes = 6
    # a rate so small that the gradient is nearly the same in all of them, and so is what an optimizer has gathered of it
    call = watching(run(net, images, labels, n_episodes=episodes, lr=1e-3), "net")

    def judge(outcome: Returned) -> Violation | None:
        path = path_of(outcome, weight.shape)
        if path is None or not np.isfinite(path).all():
            return Violation(
                "The weights after the steps cannot be read.", "no weights", "the parameters of net"
            )
        if len(path) != episodes + 1:
            return None  # more or fewer steps than episodes: a law of its own
        gradients = np.array([first_gradient(each, images, labels) for each in path[:-1]])
        clear = (clearly(gradients, path[:-1])).all(0) & (np.sign(gradients) == np.sign(gradients[0])).all(0)
        wrong = np.argwhere(clear & (np.sign(np.diff(path, axis=0)) == np.sign(gradients)))
        if not len(wrong):
            return None
        at = tuple(wrong[0])
        step, slope = number(np.diff(path, axis=0)[at]), number(gradients[at])
        says = f"In step {at[0] + 1} parameter {[int(j) for j in at[1:]]} moved by {step} where the gradient is {slope}."
        return Violation(says, f"step {step}", "a step against the gradient")

    return Law((call,), judge, outcomes=True)


@check("train", seconds=SECONDS, start=st.integers(0, 10_000), examples=6)
def step_follows_the_learning_rate(start: int) -> Law:
    """Twice the learning rate makes the first step twice as long, and the later ones with it."""
    net, (images, labels) = recording_net(start), constant_classes(start)
    weight = np.asarray(net.parameters["weight"], dtype=np.float64)
    rates, episodes = (2e-4, 4e-4), 3

    def judge(one: Returned, other: Returned) -> Violation | None:
        paths = [path_of(each, weight.shape) for each in (one, other)]
        if any(path is None or not np.isfinite(path).all() for path in paths):
            return Violation(
                "The weights after the step cannot be read.", "no weights", "the parameters of net"
            )
        if any(len(np.asarray(path)) < 2 for path in paths):
            return Violation("The weights do not move.", "no step", "a step in each episode")
        short, long = (np.diff(np.asarray(path), axis=0) for path in paths)
        return _twice(short[0], long[0], weight, rates) or _later(short, long, rates, episodes)

    calls = tuple(watching(run(net, images, labels, n_episodes=episodes, lr=lr), "net") for lr in rates)
    return Law(calls, judge, outcomes=True)


def _twice(
    short: np.ndarray, long: np.ndarray, weight: np.ndarray, rates: tuple[float, float]
) -> Violation | None:
    """The first step, parameter by parameter: both runs start from one gradient."""
    rounding = 8.0 * FLOAT32 * (1.0 + np.abs(weight)) + 1e-3 * np.abs(short)
    bad = np.flatnonzero(np.abs(long - 2 * short) > rounding)
    if not len(bad):
        return None
    i = int(bad[0])
    says = f"with lr={rates[0]} parameter {i} moved by {number(short.flat[i])}, with lr={rates[1]} by {number(long.flat[i])}."
    steps = f"steps {number(short.flat[i])} and {number(long.flat[i])}"
    return Violation(says, steps, "the second twice the first", call=1)


def _later(
    short: np.ndarray, long: np.ndarray, rates: tuple[float, float], episodes: int
) -> Violation | None:
    """The later steps by their largest entry: at rates this small the two paths meet nearly the same gradients."""
    if len(short) != episodes or len(long) != episodes:
        return None  # more or fewer steps than episodes: a law of its own
    lengths = [np.abs(steps).max(axis=(1, 2)) for steps in (short, long)]
    bad = np.flatnonzero(np.abs(lengths[1] - 2 * lengths[0]) > 0.5 * lengths[0])
    if not len(bad):
        return None
    i = int(bad[0])
    one, other = (number(each[i]) for each in lengths)
    says = (
        f"with lr={rates[0]} step {i + 1} moved a parameter by {one} at most, with lr={rates[1]} by {other}."
    )
    return Violation(says, f"steps {one} and {other}", "the second twice the first", call=1)


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
