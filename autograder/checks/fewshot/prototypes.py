"""`class_prototypes(embeddings, labels) -> (prototypes, classes)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.laws import (
    Call,
    Law,
    SupportSet,
    Violation,
    check,
    close,
    described,
    equivariant,
    first,
    follows_its_inputs,
    function,
    gives,
    grids,
    invariant,
    large_support,
    same,
    support_sets,
    tensor,
    tolerances,
    untouched,
    values,
)

READ = (
    "Equation (1), in this notebook and in Snell et al. (2017), section 2.2; lecture, prototypical networks"
)

LARGE = (
    {"support": large_support(balanced=True)},
    {"support": large_support(3, 40, 1600, balanced=True)},
)


def balanced_sets(**options: Any) -> st.SearchStrategy[SupportSet]:
    """Draw support sets of equally large classes: that they may differ in size is a law of its own."""
    return support_sets(balanced=True, **options)


def prototypes_of(out: Any) -> Any:
    return out[0]


def is_pair(out: Any, call: Call) -> Violation | None:
    if isinstance(out, tuple | list) and len(out) == 2:
        return first(tensor(out[0], "prototypes"), tensor(out[1], "classes"))
    return Violation("The function has to return (prototypes, classes).", described(out), "a pair of tensors")


def fits(out: Any, call: Call) -> Violation | None:
    """(c, d) and (c,)."""
    embeddings, labels = call.arguments.values()
    c, d = len(np.unique(labels)), embeddings.shape[1]
    return is_pair(out, call) or first(tensor(out[0], "prototypes", (c, d)), tensor(out[1], "classes", (c,)))


def plane(support: SupportSet, returned: Any, expected: np.ndarray) -> dict[str, Any] | None:
    """A picture of the support set, where it lies in the plane."""
    if support.embeddings.shape[1] != 2 or len(support) > 200:
        return None
    return {
        "kind": "plane",
        "support": support.embeddings.tolist(),
        "labels": support.labels.tolist(),
        "classes": support.classes.tolist(),
        "returned": values(returned).tolist(),
        "expected": expected.tolist(),
    }


def picture_of(support: SupportSet) -> Callable[[np.ndarray, np.ndarray], dict[str, Any] | None]:
    return lambda returned, expected: plane(support, returned, expected)


class_prototypes = function("class_prototypes", "embeddings", "labels", form=fits)
anything = function("class_prototypes", "embeddings", "labels")


@check(class_prototypes, precondition=True, support=support_sets(plain=True), examples=20)
def runs_and_returns_a_pair(support: SupportSet) -> Law:
    """The function is there, runs, and returns two tensors: prototypes and classes."""
    call = anything(*support.pair)
    return Law((call,), lambda out: is_pair(out, call))


@check(class_prototypes, precondition=True, support=support_sets(plain=True, min_classes=1), also=LARGE)
def shapes_match(support: SupportSet) -> Law:
    """There is one prototype, with as many features as an embedding, for each class: (c, d), and classes are (c,)."""
    call = anything(*support.pair)
    return Law((call,), lambda out: fits(out, call))


@check(class_prototypes, support=balanced_sets(min_classes=1), also=LARGE)
def classes_are_the_sorted_labels(support: SupportSet) -> Law:
    """The classes are the distinct labels, ascending, as int64."""

    def judge(out: Any) -> Violation | None:
        return first(tensor(out[1], "classes", dtype="int64"), same(out[1], support.classes, "classes"))

    return Law((class_prototypes(*support.pair),), judge)


@check(
    class_prototypes,
    support=st.one_of(balanced_sets(dtype=np.float32), balanced_sets(dtype=np.float64)),
    examples=40,
)
def dtype_and_device_are_kept(support: SupportSet) -> Law:
    """Prototypes have the dtype of the embeddings and lie on their device."""

    def judge(out: Any) -> Violation | None:
        wrong_device = (
            Violation("prototypes moved to another device.", out[0].device, "cpu")
            if out[0].device != "cpu"
            else None
        )
        return first(tensor(out[0], "prototypes", dtype=support.embeddings.dtype.name), wrong_device)

    return Law((class_prototypes(*support.pair),), judge)


@check(class_prototypes, support=balanced_sets(features=2), also=LARGE[:1])
def constant_class_gives_that_constant(support: SupportSet) -> Law:
    """A class whose points all coincide has that point as its prototype."""
    rows = np.searchsorted(support.classes, support.labels)
    constants = support.embeddings[[int(np.argmax(rows == i)) for i in range(len(support.classes))]]
    constant = SupportSet(constants[rows], support.labels)

    def judge(out: Any) -> Violation | None:
        broken = close(out[0], constants, tolerances.of_prototype(constant.embeddings), "prototypes")
        return broken and replace(broken, picture=plane(constant, out[0], constants))

    return Law((class_prototypes(*constant.pair),), judge)


@check(class_prototypes, support=balanced_sets(max_shots=1))
def single_shot_gives_itself(support: SupportSet) -> Law:
    """In a class with a single point, that point is the prototype."""
    expected = support.embeddings[np.argsort(support.labels)]
    bound = tolerances.of_prototype(support.embeddings, 1)
    return gives(class_prototypes(*support.pair), expected, bound, "prototypes", of=prototypes_of)


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[SupportSet, list[int]]:
    support = draw(balanced_sets(features=2))
    return support, draw(st.permutations(range(len(support))))


@check(
    class_prototypes,
    drawn=shuffled(),
    also=[{"drawn": (LARGE[0]["support"], list(range(len(LARGE[0]["support"])))[::-1])}],
)
def support_order_does_not_matter(drawn: tuple[SupportSet, list[int]]) -> Law:
    """The order of the support set does not matter."""
    support, order = drawn
    bound = 2 * tolerances.of_prototype(support.embeddings)
    return invariant(
        class_prototypes(*support.pair),
        class_prototypes(*support[order].pair),
        bound,
        "prototypes",
        of=prototypes_of,
        picture=picture_of(support[order]),
    )


@check(class_prototypes, support=balanced_sets(features=2), step=st.integers(1, 3), start=st.integers(-5, 5))
def labels_are_only_names(support: SupportSet, step: int, start: int) -> Law:
    """Other names for the classes, in the same order, give the same prototypes."""
    renamed = support.relabelled(start + step * np.arange(len(support.classes)))
    bound = 2 * tolerances.of_prototype(support.embeddings)
    return invariant(
        class_prototypes(*support.pair),
        class_prototypes(*renamed.pair),
        bound,
        "prototypes",
        of=prototypes_of,
        picture=picture_of(renamed),
    )


# neighbours are one number in float32, and others in int32; float64 holds all of them, and no table of so many rows can be made
LARGE_NAMES = np.array([-(2**40) - 1, -(2**40), 2**40, 2**40 + 1], dtype=np.int64)


@check(class_prototypes, support=balanced_sets(features=2, dtype=np.float32), examples=20)
def large_neighbouring_labels_are_two_classes(support: SupportSet) -> Law:
    """Labels may be any integers: 2**40 and 2**40 + 1 are two classes, with the prototypes that they have under small names."""
    renamed = support.relabelled(LARGE_NAMES[-len(support.classes) :])
    bound = 2 * tolerances.of_prototype(support.embeddings)

    def judge(small: Any, large: Any) -> Violation | None:
        return first(
            close(large[1], renamed.classes, 0.0, "classes", call=1),
            close(large[0], values(small[0]), bound, "prototypes", why=", as under small names", call=1),
        )

    return Law((class_prototypes(*support.pair), class_prototypes(*renamed.pair)), judge)


@st.composite
def affine_maps(draw: st.DrawFn) -> tuple[SupportSet, np.ndarray, np.ndarray]:
    d, e = draw(st.integers(1, 3)), draw(st.sampled_from([2, 1, 3]))
    return draw(balanced_sets(features=d)), draw(grids(d, e, bound=2.0)), draw(grids(e, bound=3.0))


@check(class_prototypes, drawn=affine_maps())
def affine_maps_commute(drawn: tuple[SupportSet, np.ndarray, np.ndarray]) -> Law:
    """Mapping the embeddings by x A + t maps the prototypes by the same x A + t."""
    support, a, t = drawn
    moved = SupportSet(support.embeddings @ a + t, support.labels)
    scale = 1.0 + np.abs(a).sum(0).max(initial=0.0)
    bound = scale * tolerances.of_prototype(support.embeddings) + tolerances.of_prototype(moved.embeddings)
    return equivariant(
        class_prototypes(*support.pair),
        class_prototypes(*moved.pair),
        lambda prototypes: prototypes @ a + t,
        bound,
        "prototypes",
        of=prototypes_of,
        picture=picture_of(moved),
    )


@check(class_prototypes, support=balanced_sets(features=2), times=st.integers(2, 3))
def duplicated_support_changes_nothing(support: SupportSet, times: int) -> Law:
    """Giving every support point twice, or three times, changes nothing."""
    repeated = support[np.tile(np.arange(len(support)), times)]
    bound = 2 * tolerances.of_prototype(repeated.embeddings)
    return invariant(
        class_prototypes(*support.pair),
        class_prototypes(*repeated.pair),
        bound,
        "prototypes",
        of=prototypes_of,
        picture=picture_of(repeated),
    )


@st.composite
def one_class_repeated(draw: st.DrawFn) -> tuple[SupportSet, SupportSet]:
    """A balanced support set, and the same with the points of one class given more often, shuffled."""
    support = draw(balanced_sets(features=2))
    times = np.where(
        support.labels == draw(st.sampled_from(support.classes.tolist())), draw(st.integers(2, 3)), 1
    )
    repeated = support[np.repeat(np.arange(len(support)), times)]
    return support, repeated[list(draw(st.permutations(range(len(repeated)))))]


@check(class_prototypes, drawn=one_class_repeated())
def classes_may_differ_in_size(drawn: tuple[SupportSet, SupportSet]) -> Law:
    """Classes may differ in size: giving the points of one class twice, or three times, changes no prototype."""
    support, repeated = drawn
    return invariant(
        class_prototypes(*support.pair),
        class_prototypes(*repeated.pair),
        2 * tolerances.of_prototype(repeated.embeddings),
        "prototypes",
        of=prototypes_of,
        picture=picture_of(repeated),
    )


@st.composite
def one_class_moved(draw: st.DrawFn) -> tuple[SupportSet, int, np.ndarray]:
    support = draw(balanced_sets(features=2))
    shift = draw(grids(support.embeddings.shape[1], bound=3.0))
    return support, draw(st.integers(0, len(support.classes) - 1)), shift


@check(class_prototypes, drawn=one_class_moved())
def classes_do_not_influence_each_other(drawn: tuple[SupportSet, int, np.ndarray]) -> Law:
    """Moving the points of one class moves its prototype along and no other."""
    support, which, shift = drawn
    mine = (support.labels == support.classes[which])[:, None]
    moved = SupportSet(support.embeddings + np.where(mine, shift, 0.0), support.labels)
    only = (np.arange(len(support.classes)) == which)[:, None]
    bound = tolerances.of_prototype(support.embeddings) + tolerances.of_prototype(moved.embeddings)
    return equivariant(
        class_prototypes(*support.pair),
        class_prototypes(*moved.pair),
        lambda prototypes: prototypes + np.where(only, shift, 0.0),
        bound,
        "prototypes",
        of=prototypes_of,
        picture=picture_of(moved),
    )


@check(class_prototypes, support=balanced_sets(), examples=30)
def inputs_stay_unmodified(support: SupportSet) -> Law:
    """Embeddings and labels are the same after the call as before."""
    return untouched(class_prototypes(*support.pair), "embeddings", "labels")


@check(class_prototypes, support=balanced_sets(), other=balanced_sets(), examples=40)
def no_memory_between_calls(support: SupportSet, other: SupportSet) -> Law:
    """The same support set gives the same prototypes, whatever was asked in between."""
    again = class_prototypes(*support.pair)
    between = class_prototypes(*other.pair)
    twin = SupportSet(support.embeddings + 1.0, support.labels)
    bound = 2 * tolerances.of_prototype(support.embeddings)

    def judge(before: Any, _: Any, shifted: Any, after: Any) -> Violation | None:
        return first(
            close(
                shifted[0],
                values(before[0]) + 1.0,
                bound + tolerances.of_prototype(twin.embeddings),
                "prototypes",
                why=", as all points moved by 1",
                call=2,
            ),
            close(after[0], values(before[0]), bound, "prototypes", why=", as in the first call", call=3),
        )

    return Law((again, between, class_prototypes(*twin.pair), again), judge)


@check(class_prototypes, gpu=True, support=support_sets(plain=True), examples=2)
def result_lies_where_the_inputs_lie(support: SupportSet) -> Law:
    """The prototypes lie where the embeddings lie: on a GPU, or on the CPU."""
    bound = 2 * tolerances.of_prototype(support.embeddings)
    return follows_its_inputs(class_prototypes(*support.pair), bound, "prototypes", output=0)
