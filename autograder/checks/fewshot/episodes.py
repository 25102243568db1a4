"""`sample_episode(labels, n_way, k_shot, n_query, generator) -> (support, query)`."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.fixtures.generators import generator as make_generator
from autograder.laws import (
    Call,
    EpisodeTask,
    Fixture,
    Law,
    Returned,
    Tensor,
    Violation,
    check,
    close,
    described,
    episode_tasks,
    first,
    function,
    plain_tasks,
    raises,
    shown,
    tensor,
    untouched,
    values,
    watching,
)

READ = (
    "Exercise 3 of this notebook; Snell et al. (2017), algorithm 1, where the episode is drawn; "
    "lecture, training by episodes"
)


def is_pair(out: Any, call: Call) -> Violation | None:
    if not isinstance(out, tuple | list) or len(out) != 2:
        return Violation("The function has to return (support, query).", described(out), "a pair of tensors")
    return first(
        *(tensor(part, name, dtype="int64") for part, name in zip(out, ("support", "query"), strict=True))
    )


def fits(out: Any, call: Call) -> Violation | None:
    """(n_way k_shot,) and (n_way n_query,), and every index points at an item."""
    labels, n_way, k_shot, n_query, _ = call.arguments.values()
    broken = is_pair(out, call) or first(
        tensor(out[0], "support", (n_way * k_shot,)), tensor(out[1], "query", (n_way * n_query,))
    )
    if broken is not None:
        return broken
    for part, name in zip(out, ("support", "query"), strict=True):
        if ((part.array < 0) | (part.array >= len(labels))).any():
            return Violation(
                f"{name} has an index that points at no item.",
                shown(part.array),
                f"indices 0 ... {len(labels) - 1}",
            )
    return None


def generator(seed: int, advanced: int = 0) -> Fixture:
    return Fixture("generator", {"seed": seed, "advanced": advanced})


sample_episode = function("sample_episode", "labels", "n_way", "k_shot", "n_query", "generator", form=fits)
anything = function("sample_episode", "labels", "n_way", "k_shot", "n_query", "generator")


def episode(task: EpisodeTask, of: Any = sample_episode, advanced: int = 0) -> Call:
    call: Call = of(task.labels, task.n_way, task.k_shot, task.n_query, generator(task.seed, advanced))
    return call


def large_task(n_way: int, k_shot: int, n_query: int, classes: int, items: int) -> EpisodeTask:
    """A task of `classes` with `items` each: numbers at which a program may take another way."""
    source = np.random.default_rng(n_way + classes + items)
    labels = source.permutation(np.repeat(np.arange(classes, dtype=np.int64), items))
    return EpisodeTask(labels, n_way, k_shot, n_query, classes + items)


MANY = tuple(
    large_task(*numbers)
    for numbers in (
        (10, 1, 2, 12, 5),
        (20, 1, 5, 24, 10),
        (5, 5, 15, 7, 24),
        (2, 12, 1, 3, 16),
        (3, 2, 1, 150, 4),
        (2, 1, 3, 3, 150),
    )
)


def picture(task: EpisodeTask, out: Any) -> dict[str, Any]:
    """The items of an episode by class, with the overlap marked."""
    support, query = (part.array.tolist() for part in out)
    return {
        "kind": "episode",
        "classes": task.labels.tolist(),
        "support": support,
        "query": query,
        "overlap": sorted(set(support) & set(query)),
    }


@check(sample_episode, precondition=True, task=plain_tasks(), examples=20)
def runs_and_returns_two_tensors(task: EpisodeTask) -> Law:
    """The function is there, runs, and returns two int64 tensors: support and query."""
    call = episode(task, anything)
    return Law((call,), lambda out: is_pair(out, call))


@check(sample_episode, precondition=True, task=plain_tasks(), examples=40)
def counts_are_exact(task: EpisodeTask) -> Law:
    """The support set has exactly n_way * k_shot items, and the query set n_way * n_query."""
    call = episode(task, anything)
    sizes = {"support": (task.n_way * task.k_shot,), "query": (task.n_way * task.n_query,)}

    def judge(out: Any) -> Violation | None:
        return is_pair(out, call) or first(
            *(tensor(part, name, sizes[name]) for part, name in zip(out, sizes, strict=True))
        )

    return Law((call,), judge)


@check(sample_episode, precondition=True, task=plain_tasks(), examples=40)
def indices_are_valid(task: EpisodeTask) -> Law:
    """Support and query hold indices of items: between 0 and len(labels) - 1."""
    call = episode(task, anything)
    return Law((call,), lambda out: fits(out, call))


@check(sample_episode, task=episode_tasks(), also=[{"task": task} for task in MANY])
def classes_are_distinct(task: EpisodeTask) -> Law:
    """An episode shows n_way different classes, each with k_shot items in the support and n_query in the query set."""

    def judge(out: Any) -> Violation | None:
        for part, each, name in zip(out, (task.k_shot, task.n_query), ("support", "query"), strict=True):
            classes, counts = np.unique(task.labels[part.array], return_counts=True)
            if len(classes) != task.n_way or (counts != each).any():
                return Violation(
                    f"{name} shows {counts.tolist()} items of the classes {classes.tolist()}.",
                    f"support {out[0].array.tolist()}, query {out[1].array.tolist()}",
                    f"{task.n_way} different classes in {name}, with {each} items of each",
                    picture=picture(task, out),
                )
        support, query = (np.unique(task.labels[part.array]) for part in out)
        if not np.array_equal(support, query):
            return Violation(
                "Support and query show different classes.",
                f"support of classes {support.tolist()}, query of classes {query.tolist()}",
                "the same classes in both",
                picture=picture(task, out),
            )
        return None

    return Law((episode(task),), judge)


@check(
    sample_episode,
    task=st.one_of(episode_tasks(exact=True), episode_tasks()),
    also=[{"task": task} for task in MANY],
)
def no_item_twice(task: EpisodeTask) -> Law:
    """No item occurs twice in an episode: not within support or query, and not in both."""

    def judge(out: Any) -> Violation | None:
        items = np.concatenate([part.array for part in out])
        found, counts = np.unique(items, return_counts=True)
        if not (counts > 1).any():
            return None
        return Violation(
            f"item {found[counts > 1][0]} occurs twice.",
            f"support {out[0].array.tolist()}, query {out[1].array.tolist()}",
            "every item at most once",
            picture=picture(task, out),
        )

    return Law((episode(task),), judge)


@check(
    sample_episode,
    task=episode_tasks(),
    advanced=st.integers(0, 5),
    examples=50,
    also=[{"task": task, "advanced": 2} for task in MANY],
    weight=2,
)
def only_the_generator_decides(task: EpisodeTask, advanced: int) -> Law:
    """The same generator state gives the same episode, and the global random generators are left alone."""
    call = watching(episode(task, advanced=advanced), "generators")

    def judge(one: Returned, other: Returned) -> Violation | None:
        if one.touched:
            names = {"torch": "torch's", "numpy": "numpy's", "random": "Python's"}
            whose = names.get(one.touched[0], "a")
            return Violation(
                f"The call used or reseeded {whose} global generator.",
                "global state changed",
                "only `generator` used",
            )
        for a, b, name in zip(one.value, other.value, ("support", "query"), strict=True):
            broken = close(b, values(a), 0.0, name, why=", as with the same generator state before", call=1)
            if broken is not None:
                return broken
        return None

    return Law((call, call), judge, outcomes=True)


@check(sample_episode, seed_of_generator=st.integers(0, 2**32 - 1), examples=5)
def episodes_differ(seed_of_generator: int) -> Law:
    """The generator moves on with every episode, and another state of it gives another episode."""
    labels = np.arange(60, dtype=np.int64) % 6
    task = EpisodeTask(labels, 3, 2, 3, seed_of_generator)
    states = (0, 1, 7, 20, 100, 300)
    first_call, *calls = (episode(task, advanced=steps) for steps in states)
    before = make_generator(seed_of_generator).get_state().numpy()

    def judge(*outcomes: Returned) -> Violation | None:
        after = outcomes[0].states.get("generator")
        if isinstance(after, Tensor) and np.array_equal(after.array, before):
            says = "The generator is where it was before the call: the next episode will be the same."
            return Violation(says, "the same state of the generator", "a generator that has moved on")
        # two fair episodes agree with probability below 1e-9
        seen = {tuple(np.sort(part.array).tolist()) for outcome in outcomes for part in outcome.value}
        if len(seen) > 2:
            return None
        returned = f"always {outcomes[0].value[0].array.tolist()}"
        return Violation(
            "Six different states of the generator gave the same episode.",
            returned,
            "different episodes",
            call=1,
        )

    return Law((watching(first_call, "generator"), *calls), judge, outcomes=True)


@check(sample_episode, task=episode_tasks(exact=True))
def just_enough_items_suffice(task: EpisodeTask) -> Law:
    """Classes of exactly k_shot + n_query items can be drawn, and all their items are then used."""

    def judge(out: Any) -> Violation | None:
        items = np.unique(np.concatenate([part.array for part in out]))
        chosen = np.isin(task.labels, np.unique(task.labels[items]))
        missed = np.setdiff1d(np.flatnonzero(chosen), items)
        if not len(missed):
            return None
        return Violation(
            f"item {missed[0]} of a chosen class is not used.", shown(items), shown(np.flatnonzero(chosen))
        )

    return Law((episode(task),), judge)


@check(sample_episode, task=episode_tasks(exact=True), examples=40)
def too_few_items_raise(task: EpisodeTask) -> Law:
    """Where fewer than n_way classes have k_shot + n_query items, the call raises ValueError."""
    many = len(task.large_enough) + 1
    call = anything(task.labels, many, task.k_shot, task.n_query, generator(task.seed))
    return raises(call, ValueError, f"n_way={many} and fewer classes are large enough")


@st.composite
def renamed_tasks(draw: st.DrawFn) -> tuple[EpisodeTask, np.ndarray]:
    task = draw(episode_tasks())
    names = np.unique(task.labels)
    other = draw(st.lists(st.integers(-50, 1000), min_size=len(names), max_size=len(names), unique=True))
    return task, np.array(other, dtype=np.int64)[np.searchsorted(names, task.labels)]


@check(sample_episode, drawn=renamed_tasks())
def any_labels_work(drawn: tuple[EpisodeTask, np.ndarray]) -> Law:
    """Labels may be any integers in any order: negative, large, with gaps."""
    task, labels = drawn
    odd = EpisodeTask(labels, task.n_way, task.k_shot, task.n_query, task.seed)

    def judge(out: Any) -> Violation | None:
        for part, each, name in zip(out, (task.k_shot, task.n_query), ("support", "query"), strict=True):
            classes, counts = np.unique(labels[part.array], return_counts=True)
            if len(classes) != task.n_way or (counts != each).any():
                return Violation(
                    f"{name} does not show {each} items of each of {task.n_way} classes.",
                    f"counts {counts.tolist()} of classes {classes.tolist()}",
                    f"{task.n_way} classes with {each} each",
                )
        return None

    return Law((episode(odd),), judge)


@check(sample_episode, task=episode_tasks(), examples=20, weight=0.5)
def labels_stay_unmodified(task: EpisodeTask) -> Law:
    """The labels are the same after the call as before."""
    return untouched(episode(task), "labels")
