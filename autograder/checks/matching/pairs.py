"""`sample_pairs(labels, n_pairs, generator) -> (first, second)`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.fixtures.generators import generator as make_generator
from autograder.laws import (
    Call,
    Fixture,
    Law,
    Returned,
    Tensor,
    Violation,
    check,
    close,
    described,
    first,
    function,
    raises,
    shown,
    tensor,
    untouched,
    values,
    watching,
)

READ = "Exercise 2 of this notebook; Hadsell, Chopra and LeCun (2006), algorithm 1; lecture, siamese networks"


def is_pair(out: Any, call: Call) -> Violation | None:
    if not isinstance(out, tuple | list) or len(out) != 2:
        return Violation("The function has to return (first, second).", described(out), "a pair of tensors")
    return first(
        *(tensor(part, name, dtype="int64") for part, name in zip(out, ("first", "second"), strict=True))
    )


def fits(out: Any, call: Call) -> Violation | None:
    """Two (n_pairs,), and every index points at an item."""
    labels, n_pairs, _ = call.arguments.values()
    broken = is_pair(out, call) or first(
        tensor(out[0], "first", (n_pairs,)), tensor(out[1], "second", (n_pairs,))
    )
    if broken is not None:
        return broken
    for part, name in zip(out, ("first", "second"), strict=True):
        if ((part.array < 0) | (part.array >= len(labels))).any():
            return Violation(
                f"{name} has an index that points at no item.",
                shown(part.array),
                f"indices 0 ... {len(labels) - 1}",
            )
    return None


sample_pairs = function("sample_pairs", "labels", "n_pairs", "generator", form=fits)
anything = function("sample_pairs", "labels", "n_pairs", "generator")


@dataclass(frozen=True, eq=False)
class Task:
    """Labels (n,), a number of pairs, and the state of a generator."""

    labels: np.ndarray
    n_pairs: int
    seed: int
    advanced: int = 0

    def call(self, of: Any = sample_pairs) -> Call:
        source = Fixture("generator", {"seed": self.seed, "advanced": self.advanced})
        made: Call = of(self.labels, self.n_pairs, source)
        return made


@st.composite
def tasks(draw: st.DrawFn, *, plain: bool = False, start: int = 0) -> Task:
    """Two to five classes, some with a single item, labels of any integers around `start`, shuffled (plain: three of each, in
    turn)."""
    classes = draw(st.integers(2, 5))
    n_pairs, seed = draw(st.integers(1, 9)), draw(st.integers(0, 2**32 - 1))
    if plain:
        return Task(np.arange(3 * classes, dtype=np.int64) % classes, n_pairs, seed)
    names = draw(st.lists(st.integers(-5, 40), min_size=classes, max_size=classes, unique=True))
    counts = [draw(st.integers(2, 4)), *(draw(st.integers(1, 4)) for _ in range(classes - 1))]
    order = draw(st.permutations(range(sum(counts))))
    labels = start + np.repeat(np.array(names, dtype=np.int64), counts)[order]
    return Task(labels, n_pairs, seed, draw(st.integers(0, 3)))


@check(sample_pairs, precondition=True, task=tasks(plain=True), examples=20)
def runs_and_returns_two_tensors(task: Task) -> Law:
    """The function is there, runs, and returns two int64 tensors: first and second."""
    call = task.call(anything)
    return Law((call,), lambda out: is_pair(out, call))


@check(sample_pairs, precondition=True, task=tasks(plain=True), examples=30)
def as_many_pairs_as_asked_for(task: Task) -> Law:
    """There are n_pairs indices in first and as many in second, all between 0 and len(labels) - 1."""
    call = task.call(anything)
    return Law((call,), lambda out: fits(out, call))


# around 2**40 float32 has one number for all labels
@check(sample_pairs, task=st.one_of(tasks(), tasks(start=2**40)), examples=60)
def half_of_the_pairs_match(task: Task) -> Law:
    """Half of the pairs, rounded up, are of one class; the others are of two."""
    wanted = (task.n_pairs + 1) // 2

    def judge(out: Any) -> Violation | None:
        matching = int((task.labels[out[0].array] == task.labels[out[1].array]).sum())
        if matching == wanted:
            return None
        says = f"{matching} of {task.n_pairs} pairs are of one class."
        return Violation(
            says, f"first {out[0].array.tolist()}, second {out[1].array.tolist()}", f"{wanted} of one class"
        )

    return Law((task.call(),), judge)


@check(sample_pairs, task=tasks(), examples=60)
def no_item_meets_itself(task: Task) -> Law:
    """The two items of a pair are different ones."""

    def judge(out: Any) -> Violation | None:
        own = np.flatnonzero(out[0].array == out[1].array)
        if not len(own):
            return None
        says = f"Pair {own[0]} is item {out[0].array[own[0]]} with itself."
        return Violation(
            says, f"first {out[0].array.tolist()}, second {out[1].array.tolist()}", "two different items"
        )

    return Law((task.call(),), judge)


@check(sample_pairs, task=tasks(), examples=40, weight=2)
def only_the_generator_decides(task: Task) -> Law:
    """The same generator state gives the same pairs, and the global random generators are left alone."""
    call = watching(task.call(), "generators")

    def judge(one: Returned, other: Returned) -> Violation | None:
        if one.touched:
            whose = {"torch": "torch's", "numpy": "numpy's", "random": "Python's"}.get(one.touched[0], "a")
            says = f"The call used or reseeded {whose} global generator."
            return Violation(says, "global state changed", "only `generator` used")
        return first(
            *(
                close(b, values(a), 0.0, name, why=", as with the same generator state before", call=1)
                for a, b, name in zip(one.value, other.value, ("first", "second"), strict=True)
            )
        )

    return Law((call, call), judge, outcomes=True)


@check(sample_pairs, start=st.integers(0, 2**32 - 1), examples=4)
def pairs_differ(start: int) -> Law:
    """The generator moves on with every call, and another state of it gives other pairs."""
    labels = np.arange(60, dtype=np.int64) % 6
    one, *calls = (Task(labels, 8, start, advanced).call() for advanced in (0, 1, 7, 20, 100, 300))
    before = make_generator(start).get_state().numpy()

    def judge(*outcomes: Returned) -> Violation | None:
        after = outcomes[0].states.get("generator")
        if isinstance(after, Tensor) and np.array_equal(after.array, before):
            says = "The generator is where it was before the call: the next pairs will be the same."
            return Violation(says, "the same state of the generator", "a generator that has moved on")
        seen = {tuple(part.array.tobytes() for part in outcome.value) for outcome in outcomes}
        if len(seen) > 2:  # two fair draws of eight pairs agree with probability below 1e-9
            return None
        says = "Six different states of the generator gave the same pairs."
        return Violation(
            says, f"always first {outcomes[0].value[0].array.tolist()}", "different pairs", call=1
        )

    return Law((watching(one, "generator"), *calls), judge, outcomes=True)


# a single pair is a matching one, for which one class would do
ONE = Task(np.zeros(4, dtype=np.int64), 1, 3)


@check(
    sample_pairs, task=tasks(), one_class=st.booleans(), also=[{"task": ONE, "one_class": True}], examples=30
)
def without_both_kinds_it_raises(task: Task, one_class: bool) -> Law:
    """Where there is one class only, or no class with two items, the call raises ValueError."""
    n = max(2, len(task.labels))
    labels = np.full(n, task.labels[0]) if one_class else 3 * np.arange(n, dtype=np.int64) - 4
    when = "there is only one class" if one_class else "no class has two items"
    return raises(Task(labels, task.n_pairs, task.seed).call(anything), ValueError, when)


@check(sample_pairs, task=tasks(), examples=20, weight=0.5)
def labels_stay_unmodified(task: Task) -> Law:
    """The labels are the same after the call as before."""
    return untouched(task.call(), "labels")
