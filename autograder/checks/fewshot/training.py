"""`train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator) -> losses`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.checks.fewshot.passes import (
    UNREADABLE,
    Shape,
    passes_of,
    path_of,
    state_of_net,
)
from autograder.fixtures.generators import generator as make_generator
from autograder.fixtures.networks import tally_net as make_tally_net
from autograder.laws import (
    Call,
    Fixture,
    Law,
    Outcome,
    Raised,
    Returned,
    Student,
    Tensor,
    Violation,
    check,
    described,
    first,
    function,
    number,
    shown,
    values,
    watching,
)
from autograder.laws.wording import snippet

READ = (
    "Exercise 6 of this notebook; Snell et al. (2017), algorithm 1 and section 3.1; "
    "lecture, training by episodes"
)

SECONDS = 10.0  # a training call may take longer than others


def is_losses(out: Any, call: Call) -> Violation | None:
    """A list of n_episodes finite Python floats."""
    wanted = f"a list of {call.keywords['n_episodes']} Python floats"
    if not isinstance(out, list):
        return Violation("train has to return a list of losses.", described(out), wanted)
    if len(out) != call.keywords["n_episodes"]:
        return Violation("There has to be one loss per episode.", f"{len(out)} losses", wanted)
    odd = [each for each in out if type(each) is not float]
    if odd:
        return Violation("A loss is no Python float.", described(odd[0]), wanted)
    if not np.isfinite(out).all():
        return Violation("A loss is NaN or infinite.", shown(np.array(out)), wanted)
    return None


KEYWORDS = ("n_way", "k_shot", "n_query", "n_episodes", "lr", "device", "generator")
train = function("train", "net", "images", "labels", keywords=KEYWORDS, form=is_losses)
anything = function("train", "net", "images", "labels", keywords=KEYWORDS)


def run(net: Fixture, images: np.ndarray, labels: np.ndarray, of: Any = train, **changed: Any) -> Call:
    """A call of `train` on the CPU: 2-way, 1 shot, 2 queries, a generator that has already drawn."""
    settings = {
        "n_way": 2,
        "k_shot": 1,
        "n_query": 2,
        "n_episodes": 3,
        "lr": 0.01,
        "device": "cpu",
        "generator": Fixture("generator", {"seed": 5, "advanced": 3}),
    }
    call: Call = of(net, images, labels, **{**settings, **changed})
    return call


def linear_net(seed: int, pixels: int = 4, features: int = 3, scale: float = 0.2) -> Fixture:
    """Weights so small that no episode of `pictures` is decided before training: every loss has a gradient."""
    weight = scale * np.random.default_rng(seed).normal(size=(pixels, features))
    return Fixture("linear_net", {"weight": weight.astype(np.float32)})


def recording_net(seed: int) -> Fixture:
    """A `linear_net` that tells which items were embedded, and what gradients reached them."""
    return Fixture("recording_net", linear_net(seed).parameters)


def shapes() -> st.SearchStrategy[Shape]:
    """Shapes of episodes, as many queries as shots in none, so that the one is not taken for the other."""
    return st.sampled_from([Shape(2, 1, 2), Shape(3, 2, 1), Shape(2, 1, 3), Shape(4, 1, 2), Shape(2, 3, 2)])


def tally_net(seed: int, pixels: int = 4, features: int = 3) -> Fixture:
    return Fixture("tally_net", {"inputs": pixels, "features": features, "seed": seed % 1000})


def pictures(classes: int, items: int, seed: int, spread: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 1, 2, 2) around one centre per class, and their labels, shuffled and with gaps.

    Up to four centres are orthogonal, all equally far from each other.
    """
    source = np.random.default_rng(seed)
    labels = source.permutation(np.repeat(4 * np.arange(classes, dtype=np.int64) - 3, items))
    orthogonal = np.linalg.qr(source.normal(size=(4, 4)))[0]
    centres = np.concatenate([1.5 * orthogonal, source.normal(size=(max(0, classes - 4), 4))])
    images = centres[(labels + 3) // 4] + spread * source.normal(size=(len(labels), 4))
    return images.reshape(-1, 1, 2, 2).astype(np.float32), labels


def net_state(outcome: Returned, part: str) -> dict[str, np.ndarray]:
    """The network's parameters or buffers after the call; empty where the worker sent something else."""
    tensors = state_of_net(outcome).get(part)
    if not isinstance(tensors, dict) or not all(isinstance(each, Tensor) for each in tensors.values()):
        return {}
    return {name: values(each) for name, each in tensors.items()}


@check(
    "train",
    precondition=True,
    seconds=SECONDS,
    start=st.integers(0, 1000),
    n_episodes=st.integers(1, 4),
    examples=6,
)
def runs_and_returns_losses(start: int, n_episodes: int) -> Law:
    """The function is there, runs on the CPU, and returns one finite Python float for each of n_episodes episodes."""
    call = run(linear_net(start), *pictures(4, 5, start), of=anything, n_episodes=n_episodes)
    return Law((call,), lambda out: is_losses(out, call))


@check("train", seconds=SECONDS, start=st.integers(0, 1000), examples=5, weight=2, essential=True)
def parameters_change(start: int) -> Law:
    """Training changes all parameters, in every layer, of the network that was handed over."""
    net = tally_net(start)
    fresh = make_tally_net(**net.parameters)
    before = {name: fresh.get_parameter(name).detach().numpy() for name in ("linear.weight", "norm.weight")}

    def judge(outcome: Returned) -> Violation | None:
        after = net_state(outcome, "parameters")
        idle = [name for name in before if name not in after or np.array_equal(after[name], before[name])]
        return (
            Violation(f"The parameter {idle[0]} is what it was.", "unchanged", "changed by training")
            if idle
            else None
        )

    return Law((watching(run(net, *pictures(3, 4, start)), "net"),), judge, outcomes=True)


@check("train", seconds=SECONDS, start=st.integers(0, 1000), examples=4)
def every_episode_is_a_step(start: int) -> Law:
    """Every episode makes a step, the later ones as well as the first: the weights move on."""
    net, (images, labels) = recording_net(start), pictures(2, 3, start, spread=0.0)
    shape = np.shape(net.parameters["weight"])
    episodes = 4
    # a rate so small that no optimizer solves the task in its first step
    call = watching(run(net, images, labels, n_episodes=episodes, lr=1e-3), "net")

    def judge(outcome: Returned) -> Violation | None:
        path = path_of(outcome, shape)
        if path is None or not np.isfinite(path).all():
            return Violation(
                "The weights after training cannot be read.", "no weights", "the parameters of net"
            )
        steps = [float(np.abs(b - a).max()) for a, b in pairwise(path)]
        sizes = f"steps {[float(f'{step:.2g}') for step in steps]}"
        if len(steps) < episodes:
            says = f"In {episodes} episodes the weights moved {len(steps)} times."
            return Violation(says, sizes, f"{episodes} steps")
        # the data are such that every episode is the same: one run's steps differ little, and where its rate falls, not by that
        small = [i for i, step in enumerate(steps) if step <= 0.02 * steps[0]]
        if not small or len(steps) > episodes:  # weights that were tried between two episodes are no steps
            return None
        says = f"Episode {small[0] + 1} moved the weights by {steps[small[0]]:.2g}, the first one by {steps[0]:.2g}."
        return Violation(says, sizes, "steps of about the same size")

    return Law((call,), judge, outcomes=True)


LONG = 60  # episodes: what is done every tenth, twentieth or fiftieth time is seen


@check("train", seconds=SECONDS, start=st.integers(0, 1000), examples=1)
def episodes_are_embedded_in_training_mode(start: int) -> Law:
    """In every episode support and queries are embedded in training mode: the support in one batch and the queries in one, or
    both jointly."""
    shape, (images, labels) = Shape(2, 1, 2), pictures(3, 4, start)
    call = watching(
        run(recording_net(start), images, labels, **shape.settings, n_episodes=LONG, lr=1e-3), "net"
    )
    wanted = f"batches of {shape.support} and {shape.query} items, or one of {shape.items}, in each of {LONG} episodes"

    def judge(outcome: Returned) -> Violation | None:
        passes = passes_of(outcome, images)
        if passes is None:
            return UNREADABLE
        whole = passes.leading(shape)
        others = passes.sizes[sum(len(each.sizes) for each in whole) :]
        if len(whole) == LONG and not others:
            return None
        if len(whole) >= LONG:
            says = "More was embedded in training mode than the items of the episodes."
            return Violation(says, f"{len(passes.items)} items", wanted)
        came = f"batches of {', '.join(map(str, others[:4]))} ... items" if others else "nothing"
        when = f"From episode {len(whole) + 1} on" if whole else "From the first episode on"
        return Violation(f"{when}, what is embedded in training mode is: {came}.", came, wanted)

    return Law((call,), judge, outcomes=True)


@check("train", seconds=SECONDS, start=st.integers(0, 1000), shape=shapes(), examples=3)
def gradients_reach_every_item(start: int, shape: Shape) -> Law:
    """In every episode a gradient reaches the embeddings of all its items: those of the support and those of the queries."""
    images, labels = pictures(shape.n_way + 1, shape.k_shot + shape.n_query + 1, start)
    episodes = 8
    call = watching(run(recording_net(start), images, labels, **shape.settings, n_episodes=episodes), "net")

    def judge(outcome: Returned) -> Violation | None:
        passes = passes_of(outcome, images)
        if passes is None:
            return UNREADABLE
        if len(passes.items) != episodes * shape.items:
            return None  # in another mode, or other items than those of the episodes: laws of their own
        reached = passes.gradients.any(1).reshape(episodes, shape.items)
        if reached.all():
            return None
        i = int(np.flatnonzero(~reached.all(1))[0])
        missed = int((~reached[i]).sum())
        parts = {
            shape.support: ", as many as the support has items",
            shape.query: ", as many as there are queries",
        }
        says = f"In episode {i + 1} no gradient reaches {missed} of the {shape.items} embeddings{parts.get(missed, '')}."
        return Violation(says, f"{missed} embeddings without a gradient", "a gradient for each")

    return Law((call,), judge, outcomes=True)


@check("train", seconds=SECONDS, start=st.integers(0, 1000), examples=1, weight=2)
def every_episode_is_drawn_anew(start: int) -> Law:
    """Every step has an episode of its own: classes and items are drawn anew, and in the long run every class is drawn."""
    shape, (images, labels) = Shape(3, 1, 2), pictures(6, 8, start)
    call = watching(
        run(recording_net(start), images, labels, **shape.settings, n_episodes=LONG, lr=1e-3), "net"
    )

    def judge(outcome: Returned) -> Violation | None:
        passes = passes_of(outcome, images)
        if passes is None:
            return UNREADABLE
        if len(passes.items) != LONG * shape.items:
            return None  # as above
        drawn = [tuple(sorted(each)) for each in passes.items.reshape(LONG, shape.items).tolist()]
        # of 20 * 56^3 episodes fair ones are met again four times in 60 with probability below 1e-14
        different = len(set(drawn))
        if different < LONG - 3:
            says = f"Among {LONG} episodes there are {different} different ones."
            return Violation(says, f"{different} different episodes", f"{LONG}, or nearly as many")
        # and a class is never drawn with probability below 1e-17
        never = np.setdiff1d(labels, labels[passes.items[passes.items >= 0]])
        if len(never):
            says = f"In {LONG} episodes of {shape.n_way} classes, class {never[0]} was never drawn."
            return Violation(
                says, f"never: {never.tolist()}", "every class, where episodes are drawn one by one"
            )
        return None

    return Law((call,), judge, outcomes=True)


@check("train", seconds=SECONDS, start=st.integers(0, 1000), examples=2, weight=2, essential=True)
def loss_falls_on_separable_data(start: int) -> Law:
    """On well separated classes the loss falls."""
    images, labels = pictures(3, 6, start, spread=0.05)
    call = run(linear_net(start), images, labels, n_way=3, k_shot=2, n_query=3, n_episodes=40, lr=0.03)

    def judge(losses: Any) -> Violation | None:
        before, after = float(np.mean(losses[:5])), float(np.mean(losses[-5:]))
        if after < 0.7 * before:  # right programs end far below
            return None
        curve = {"kind": "curves", "series": {"cpu": [float(each) for each in losses]}, "y": "loss"}
        return Violation(
            "The loss of the last five episodes is not clearly below that of the first five.",
            f"first five {before:.4g}, last five {after:.4g}",
            "a smaller loss at the end",
            picture=curve,
        )

    return Law((call,), judge)


@check("train", seconds=SECONDS, start=st.integers(0, 1000), n_episodes=st.integers(2, 5), examples=5)
def statistics_move_once_per_episode(start: int, n_episodes: int) -> Law:
    """Batch-norm statistics move with every episode, once or (support and query apart) twice, and with nothing else."""
    call = watching(run(tally_net(start), *pictures(3, 5, start), n_episodes=n_episodes), "net")

    def judge(outcome: Returned) -> Violation | None:
        tracked = net_state(outcome, "buffers").get("norm.num_batches_tracked")
        moves = "an unknown number of" if tracked is None or tracked.size != 1 else number(tracked.item())
        if moves in (str(n_episodes), str(2 * n_episodes)):
            return None
        return Violation(
            f"In {n_episodes} episodes the batch-norm statistics moved {moves} times.",
            f"moved {moves} times",
            f"{n_episodes} times, or {2 * n_episodes} where support and query are embedded apart in training mode",
        )

    return Law((call,), judge, outcomes=True)


@check("train", seconds=SECONDS, start=st.integers(0, 1000), examples=4)
def only_the_generator_decides(start: int) -> Law:
    """The same generator state gives the same losses, another gives others; the generator moves on, and global random state
    is left alone."""
    images, labels = pictures(5, 6, start)

    def once(advanced: int) -> Call:
        source = Fixture("generator", {"seed": start, "advanced": advanced})
        call = run(linear_net(start), images, labels, n_episodes=4, generator=source)
        return watching(call, "generators", "generator")

    before = make_generator(start, 3).get_state().numpy()

    def judge(one: Returned, again: Returned, *others: Returned) -> Violation | None:
        if one.touched:
            return Violation(
                f"Training used or reseeded the global generator of {one.touched[0]}.",
                "global state changed",
                "untouched",
            )
        after = one.states.get("generator")
        if isinstance(after, Tensor) and np.array_equal(after.array, before):
            says = "The generator is where it was before the call: training on would meet the same episodes again."
            return Violation(says, "the same state of the generator", "a generator that has moved on")
        if not np.allclose(one.value, again.value, rtol=1e-4, atol=1e-6):
            return Violation(
                "The same generator state gave other losses.", f"{again.value}", f"{one.value}", call=1
            )
        if all(one.value == other.value for other in others):
            return Violation(
                "Other states of the generator gave the same losses.",
                f"always {one.value}",
                "other losses",
                call=2,
            )
        return None

    return Law((once(3), once(3), once(4), once(50)), judge, outcomes=True)


@check("train", seconds=SECONDS, start=st.integers(0, 1000), examples=3)
def inputs_stay_unmodified(start: int) -> Law:
    """Images and labels are the same after training as before."""
    call = watching(run(tally_net(start), *pictures(3, 4, start)), "inputs")

    def judge(outcome: Returned) -> Violation | None:
        changed = [name for name in outcome.modified if name in ("images", "labels")]
        return first(
            *(Violation(f"Training changed {name}.", f"other {name}", f"the same {name}") for name in changed)
        )

    return Law((call,), judge, outcomes=True)


# --- on a GPU


def near_a_gpu(out: Any, call: Call) -> Violation | None:
    """{"losses": as `train` returns them, "products_on_gpu": a count, "products_on_cpu": a count}"""
    counts = [out.get(f"products_on_{place}") if isinstance(out, dict) else None for place in ("gpu", "cpu")]
    if any(type(count) is not int for count in counts):
        return Violation("train cannot be run near a GPU.", described(out), "a list of losses")
    return is_losses(out["losses"], call)


train_near_a_gpu = function(
    "fixtures:train_near_a_gpu", "train", "net", "images", "labels", keywords=KEYWORDS, form=near_a_gpu
)


def run_near_a_gpu(net: Fixture, images: np.ndarray, labels: np.ndarray, device: str, **changed: Any) -> Call:
    """A call of `train` on a machine that has a GPU, with the state of `net` after it."""
    plain = run(net, images, labels, device=device, **changed)
    call: Call = train_near_a_gpu(Student("train"), *plain.arguments.values(), **plain.keywords)
    label = f"train(net, images, labels, ..., device={device!r}) on a machine with a GPU"
    return watching(replace(call, label=label, paste=_pasted(plain)), "net")


def _pasted(plain: Call) -> str:
    """Python that makes the call on a simulated GPU."""
    *before, made, _ = snippet((plain,)).splitlines()
    return "\n".join(
        [
            *before,
            "from autograder.simulated_cuda import simulated_cuda",
            "with simulated_cuda():  # a pretended GPU, with CUDA's rules",
            f"    {made}",
            "    print(result, next(net.parameters()).device)",
        ]
    )


@check("train", seconds=SECONDS, gpu=True, start=st.integers(0, 1000), examples=2, weight=2)
def trains_on_a_gpu(start: int) -> Law:
    """With device="cuda" the computation runs on the GPU, without an error, and gives the losses that the CPU gives."""
    net, (images, labels) = linear_net(start), pictures(4, 5, start)
    settings = {"k_shot": 2, "n_episodes": 3}
    calls = (run_near_a_gpu(net, images, labels, "cuda", **settings), run(net, images, labels, **settings))

    def judge(out: Any, on_cpu: Any) -> Violation | None:
        on_gpu = out["losses"]
        # the same steps, added up in another order, and magnified by what follows
        far = [
            i for i, (a, b) in enumerate(zip(on_cpu, on_gpu, strict=True)) if abs(a - b) > 1e-3 * (1 + abs(a))
        ]
        if far:
            return Violation(
                f"losses[{far[0]}] is {number(on_gpu[far[0]])} on the GPU and {number(on_cpu[far[0]])} on the CPU, from "
                "the same generator state.",
                f"{[float(number(each)) for each in on_gpu]}",
                f"{[float(number(each)) for each in on_cpu]}, as on the CPU",
                picture={"kind": "curves", "series": {"cpu": on_cpu, "cuda": on_gpu}, "y": "loss"},
            )
        if out["products_on_gpu"] < 2 * len(on_cpu):  # the network's product, forward and backward
            return Violation(
                "The computation did not run on the GPU: move the network with net.to(device) before the optimizer is made, "
                "and every episode's images and labels with .to(device).",
                f"{out['products_on_gpu']} matrix products on the GPU, {out['products_on_cpu']} on the CPU",
                "forward and backward passes on the GPU",
            )
        return None

    return Law(calls, judge)


@check("train", seconds=SECONDS, gpu=True, start=st.integers(0, 1000), examples=2)
def network_ends_on_the_device(start: int) -> Law:
    """Parameters and buffers end on the device that was asked for, changed by training: on "cuda" for "cuda", and on the CPU
    for "cpu" even where there is a GPU."""
    net, (images, labels) = tally_net(start), pictures(3, 4, start)
    fresh = make_tally_net(**net.parameters).state_dict()
    devices = ("cuda", "cpu")

    def judge(*outcomes: Outcome) -> Violation | None:
        for i, (device, outcome) in enumerate(zip(devices, outcomes, strict=True)):
            if isinstance(outcome, Raised):
                says = f"With device={device!r} on a machine with a GPU training raised an error."
                return Violation(says, f"{outcome.type}: {outcome.message}", "a trained network", call=i)
            broken = _where_it_ended(outcome, device, fresh) if isinstance(outcome, Returned) else None
            if broken is not None:
                return replace(broken, call=i)
        return None

    calls = tuple(run_near_a_gpu(net, images, labels, device) for device in devices)
    return Law(calls, judge, outcomes=True, raising=True)


def _where_it_ended(outcome: Returned, device: str, fresh: Mapping[str, Any]) -> Violation | None:
    """What is wrong with the state of the network after training on `device`."""
    state = outcome.states.get("net")
    parts = [state.get(part) for part in ("parameters", "buffers")] if isinstance(state, dict) else []
    tensors = {name: each for part in parts if isinstance(part, dict) for name, each in part.items()}
    if set(tensors) != set(fresh) or not all(isinstance(each, Tensor) for each in tensors.values()):
        return Violation("The network after training cannot be read.", "no weights", "the weights of net")
    elsewhere = [name for name, each in tensors.items() if each.device.split(":")[0] != device]
    if elsewhere:
        place = tensors[elsewhere[0]].device
        return Violation(
            f"With device={device!r} training leaves {elsewhere[0]} on {place}: compute on `device`, and keep net there.",
            f"{elsewhere[0]} on {place}",
            f"all parameters and buffers on {device}",
        )
    idle = [name for name in IN_EVERY_STEP if np.array_equal(values(tensors[name]), fresh[name].numpy())]
    if idle:
        says = f"With device={device!r} the network that was handed over keeps its {idle[0]}."
        return Violation(says, f"{idle[0]} unchanged", "changed by training")
    return None


IN_EVERY_STEP = ("linear.weight", "norm.weight", "norm.running_mean")
