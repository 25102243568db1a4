"""`label_probabilities(similarities, labels) -> (probabilities, classes)`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.laws import (
    Call,
    Law,
    Returned,
    Violation,
    check,
    close,
    described,
    differentiated,
    eps,
    first,
    first_of_each,
    follows_its_inputs,
    function,
    grids,
    invariant,
    most_of_one,
    not_finite,
    same,
    shown,
    tensor,
    tolerances,
    untouched,
    values,
)

READ = "Equation (2) in this notebook; Vinyals et al. (2016), equation (1); lecture, matching networks"


def is_pair(out: Any, call: Call) -> Violation | None:
    if isinstance(out, tuple | list) and len(out) == 2:
        return first(tensor(out[0], "probabilities"), tensor(out[1], "classes"))
    return Violation(
        "The function has to return (probabilities, classes).", described(out), "a pair of tensors"
    )


def fits(out: Any, call: Call) -> Violation | None:
    """(q, c) and (c,)."""
    similarities, labels = call.arguments.values()
    c = len(np.unique(labels))
    return is_pair(out, call) or first(
        tensor(out[0], "probabilities", (len(similarities), c)), tensor(out[1], "classes", (c,))
    )


label_probabilities = function("label_probabilities", "similarities", "labels", form=fits)
anything = function("label_probabilities", "similarities", "labels")


def probabilities_of(out: Any) -> Any:
    return out[0]


@dataclass(frozen=True, eq=False)
class Votes:
    """Similarities (q, s) of queries to a support set, and the labels of that set (s,)."""

    similarities: np.ndarray
    labels: np.ndarray

    def call(self, of: Any = label_probabilities) -> Call:
        made: Call = of(self.similarities, self.labels)
        return made

    @property
    def classes(self) -> np.ndarray:
        return np.unique(self.labels)

    @property
    def sizes(self) -> Mapping[str, int]:
        q, most = len(self.similarities), most_of_one(self.labels)
        return {"queries": q, "classes": len(self.classes), "support items in a class": most}

    def cut(self, sizes: Mapping[str, int]) -> Votes:
        q, classes, most = sizes.values()
        kept = np.isin(self.labels, self.classes[:classes]) & first_of_each(self.labels, most)
        return Votes(self.similarities[:q, kept], self.labels[kept])

    @property
    def bound(self) -> float:
        """exp of a similarity errs by eps times its size; s terms are added, and the sum may be guarded from 0."""
        reach = 1.0 + float(np.abs(self.similarities).max())
        guard = tolerances.IN_A_DENOMINATOR * np.exp(min(reach, 5.0))
        return float(16.0 * eps(self.similarities) * (len(self.labels) + 4) * reach + guard)


@st.composite
def votes(draw: st.DrawFn, *, bound: float = 2.0, dtype: Any = np.float64, least: int = 1) -> Votes:
    """One to four classes with labels of any integers, in uneven numbers, shuffled; one to four queries."""
    names = draw(st.lists(st.integers(-4, 20), min_size=least, max_size=4, unique=True))
    counts = draw(st.lists(st.integers(1, 3), min_size=len(names), max_size=len(names)))
    order = draw(st.permutations(range(sum(counts))))
    labels = np.repeat(np.array(names, dtype=np.int64), counts)[order]
    return Votes(draw(grids(draw(st.integers(1, 4)), len(labels), bound=bound, dtype=dtype)), labels)


@st.composite
def plain_votes(draw: st.DrawFn) -> Votes:
    """Two to four classes 0, 1, ... with as many items each, class by class; one to four queries."""
    labels = np.repeat(np.arange(draw(st.integers(2, 4)), dtype=np.int64), draw(st.integers(1, 3)))
    return Votes(draw(grids(draw(st.integers(1, 4)), len(labels), bound=2.0)), labels)


def large(q: int = 30, classes: int = 20, shots: int = 5) -> Votes:
    source = np.random.default_rng(q + classes + shots)
    labels = source.permutation(np.repeat(3 * np.arange(classes, dtype=np.int64) - 7, shots))
    return Votes(source.uniform(-1, 1, size=(q, len(labels))), labels)


LARGE = ({"drawn": large()},)


@check(label_probabilities, precondition=True, drawn=plain_votes(), examples=20)
def runs_and_returns_a_pair(drawn: Votes) -> Law:
    """The function is there, runs, and returns two tensors: probabilities and classes."""
    call = drawn.call(anything)
    return Law((call,), lambda out: is_pair(out, call))


@check(label_probabilities, precondition=True, drawn=plain_votes(), also=LARGE, examples=50)
def shapes_match(drawn: Votes) -> Law:
    """There is one row for each query and one column for each class, (q, c), and classes are (c,)."""
    call = drawn.call(anything)
    return Law((call,), lambda out: fits(out, call))


@check(label_probabilities, drawn=votes(), also=LARGE, examples=50)
def classes_are_the_sorted_labels(drawn: Votes) -> Law:
    """The classes are the distinct labels, ascending, as int64."""

    def judge(out: Any) -> Violation | None:
        return first(tensor(out[1], "classes", dtype="int64"), same(out[1], drawn.classes, "classes"))

    return Law((drawn.call(),), judge)


@check(label_probabilities, drawn=st.one_of(votes(dtype=np.float32), votes()), examples=30)
def dtype_is_kept(drawn: Votes) -> Law:
    """The probabilities have the dtype of the similarities."""
    return Law(
        (drawn.call(),), lambda out: tensor(out[0], "probabilities", dtype=drawn.similarities.dtype.name)
    )


@check(label_probabilities, drawn=votes(), also=LARGE, examples=50)
def rows_are_distributions(drawn: Votes) -> Law:
    """Every row is a probability distribution over the classes."""

    def judge(out: Any) -> Violation | None:
        p = values(out[0])
        negative = (
            Violation("A probability is negative.", shown(p), "no entry below 0") if (p < 0).any() else None
        )
        return first(
            not_finite(out[0], "probabilities"),
            negative,
            close(p.sum(1), np.ones(len(p)), drawn.bound, "the row sum"),
        )

    return Law((drawn.call(),), judge)


@check(label_probabilities, drawn=votes(), also=LARGE, examples=50)
def queries_are_independent(drawn: Votes) -> Law:
    """A query has the same probabilities alone as among others."""
    alone = Votes(drawn.similarities[-1:], drawn.labels).call()

    def judge(among: Any, single: Any) -> Violation | None:
        wanted = values(among[0])[-1:]
        return close(
            single[0], wanted, 2 * drawn.bound, "probabilities", why=", as among other queries", call=1
        )

    return Law((drawn.call(), alone), judge)


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[Votes, list[int]]:
    drawn = draw(votes())
    return drawn, list(draw(st.permutations(range(len(drawn.labels)))))


@check(label_probabilities, drawn=shuffled(), examples=60)
def support_order_does_not_matter(drawn: tuple[Votes, list[int]]) -> Law:
    """The order of the support set does not matter."""
    case, order = drawn
    other = Votes(case.similarities[:, order], case.labels[order])
    return invariant(case.call(), other.call(), 2 * case.bound, "probabilities", of=probabilities_of)


# neighbours are one number in float32, and others in int32; float64 holds all of them
STARTS = st.one_of(st.integers(-5, 5), st.sampled_from([2**40, -(2**40) - 2]))


@check(label_probabilities, drawn=votes(), step=st.integers(1, 3), start=STARTS, examples=50)
def labels_are_only_names(drawn: Votes, step: int, start: int) -> Law:
    """Other names for the classes, in the same order, give the same probabilities."""
    names = start + step * np.arange(len(drawn.classes))
    renamed = Votes(drawn.similarities, names[np.searchsorted(drawn.classes, drawn.labels)])

    def judge(before: Any, after: Any) -> Violation | None:
        wanted = values(before[0])
        return first(
            close(after[0], wanted, 2 * drawn.bound, "probabilities", why=", as before", call=1),
            same(after[1], names, "classes", call=1),
        )

    return Law((drawn.call(), renamed.call()), judge)


@check(label_probabilities, drawn=votes(least=2), examples=50)
def joining_two_classes_adds_their_probabilities(drawn: Votes) -> Law:
    """Giving two classes one name adds up their probabilities, and leaves the others as they were."""
    one, other = drawn.classes[:2]
    joined = Votes(drawn.similarities, np.where(drawn.labels == one, other, drawn.labels))

    def judge(apart: Any, together: Any) -> Violation | None:
        p = values(apart[0])
        wanted = np.concatenate([p[:, :1] + p[:, 1:2], p[:, 2:]], axis=1)
        return close(together[0], wanted, 2 * drawn.bound, "probabilities", call=1)

    return Law((drawn.call(), joined.call()), judge)


@check(label_probabilities, drawn=votes(), level=st.sampled_from([0.0, 1.0, -3.0]), examples=30)
def equal_similarities_give_shares(drawn: Votes, level: float) -> Law:
    """Where all support items are equally similar, a class is as probable as its share of the support set."""
    case = Votes(np.full_like(drawn.similarities, level), drawn.labels)
    shares = np.array([(drawn.labels == k).mean() for k in drawn.classes])

    def judge(out: Any) -> Violation | None:
        return close(out[0], np.tile(shares, (len(case.similarities), 1)), 4 * case.bound, "probabilities")

    return Law((case.call(),), judge)


@check(label_probabilities, drawn=votes(), shift=grids(4, bound=3.0), examples=40)
def only_differences_count(drawn: Votes, shift: np.ndarray) -> Law:
    """Adding the same number to all similarities of a query changes none of its probabilities."""
    moved = Votes(drawn.similarities + shift[: len(drawn.similarities), None], drawn.labels)
    return invariant(
        drawn.call(), moved.call(), drawn.bound + moved.bound, "probabilities", of=probabilities_of
    )


@check(label_probabilities, drawn=votes(least=2), scale=st.sampled_from([500.0, 1e4]), examples=30)
def large_similarities_stay_finite(drawn: Votes, scale: float) -> Law:
    """However large the similarities are, positive or negative, probabilities are finite and sum to 1."""
    case = Votes((scale * (drawn.similarities - 1.0)).astype(np.float32), drawn.labels)
    other = Votes(-case.similarities, drawn.labels)

    def judge(*outs: Any) -> Violation | None:
        sums = [
            close(values(out[0]).sum(1), np.ones(len(case.similarities)), 1e-3, "the row sum") for out in outs
        ]
        return first(*(not_finite(out[0], "probabilities") for out in outs), *sums)

    return Law((case.call(), other.call()), judge)


@check(label_probabilities, drawn=votes(least=2), scale=st.sampled_from([500.0, 1e4]), examples=30)
def a_far_more_similar_item_decides(drawn: Votes, scale: float) -> Law:
    """Where one support item is far more similar to a query than all others, its class is the most probable one."""
    case = Votes((scale * (drawn.similarities - 1.0)).astype(np.float32), drawn.labels)
    two = np.sort(case.similarities, axis=1)[:, -2:]
    clear = two[:, 1] - two[:, 0] > 50.0
    best = np.searchsorted(case.classes, case.labels[case.similarities.argmax(1)])

    def judge(out: Any) -> Violation | None:
        p = values(out[0])  # where they are no numbers, another law says so
        others = np.where(np.arange(p.shape[1]) == best[:, None], -np.inf, p).max(1)
        wrong = np.flatnonzero(clear & (p[np.arange(len(p)), best] <= others))
        if not len(wrong):
            return None
        q = int(wrong[0])
        says = (
            f"query {q} is far more similar to an item of class {case.classes[best[q]]} than to all others."
        )
        return Violation(says, shown(p), f"the largest entry of row {q} in column {best[q]}")

    return Law((case.call(),), judge)


@check(label_probabilities, drawn=votes(least=2), examples=30, weight=2)
def gradients_reach_the_similarities(drawn: Votes) -> Law:
    """The probabilities can be differentiated with respect to the similarities, to those of every support item."""
    cotangent = np.zeros((len(drawn.similarities), len(drawn.classes)))
    cotangent[:, 0] = 1.0
    call = differentiated(drawn.call(), "similarities", output=0, cotangent=cotangent)

    def judge(outcome: Returned) -> Violation | None:
        gradient = outcome.gradients.get("similarities")
        if gradient is None:
            return Violation("No gradient reaches the similarities.", "no gradient", "a gradient")
        broken = not_finite(gradient, "the gradient")
        if broken is None and not values(gradient).all():
            return Violation(
                "The gradient of a similarity is 0.", shown(values(gradient)), "a gradient for every item"
            )
        return broken

    return Law((call,), judge, outcomes=True)


@check(label_probabilities, drawn=votes(), examples=20)
def inputs_stay_unmodified(drawn: Votes) -> Law:
    """Similarities and labels are the same after the call as before."""
    return untouched(drawn.call(), "similarities", "labels")


@check(label_probabilities, gpu=True, drawn=plain_votes(), examples=2)
def result_lies_where_the_inputs_lie(drawn: Votes) -> Law:
    """The probabilities lie where the similarities lie: on a GPU, or on the CPU."""
    return follows_its_inputs(drawn.call(), 2 * drawn.bound, "probabilities", output=0)
