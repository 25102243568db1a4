"""`contrastive_losses(first, second, same, margin) -> losses`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    differentiated,
    eps,
    first,
    follows_its_inputs,
    function,
    gives,
    grids,
    invariant,
    not_finite,
    rotations,
    tensor,
    tolerances,
    untouched,
    values,
)

READ = (
    "Equation (1) in this notebook; Hadsell, Chopra and LeCun (2006), section 2.1; lecture, siamese networks"
)


def fits(out: Any, call: Call) -> Violation | None:
    """(b,)."""
    return tensor(out, "losses", (len(call.arguments["first"]),))


contrastive_losses = function("contrastive_losses", "first", "second", "same", "margin", form=fits)
anything = function("contrastive_losses", "first", "second", "same", "margin")


@dataclass(frozen=True, eq=False)
class Pairs:
    """Embeddings of pairs (b, d), (b, d), which of them are of one class (b,), and the margin."""

    first: np.ndarray
    second: np.ndarray
    same: np.ndarray
    margin: float

    def call(self, of: Any = contrastive_losses) -> Call:
        made: Call = of(self.first, self.second, self.same, self.margin)
        return made

    def __getitem__(self, which: Any) -> Pairs:
        return Pairs(self.first[which], self.second[which], self.same[which], self.margin)

    @property
    def sizes(self) -> Mapping[str, int]:
        return dict(zip(("pairs", "features"), self.first.shape, strict=True))

    def cut(self, sizes: Mapping[str, int]) -> Pairs:
        b, d = sizes.values()
        return Pairs(self.first[:b, :d], self.second[:b, :d], self.same[:b], self.margin)

    @property
    def distances(self) -> np.ndarray:
        return np.asarray(np.sqrt(((self.first - self.second).astype(np.float64) ** 2).sum(1)))

    @property
    def bound(self) -> float:
        """Squared distances of d terms; F.pairwise_distance adds 1e-6 to every difference."""
        d = self.first.shape[1]
        reach = 1.0 + self.margin + float(np.abs(self.first).max() + np.abs(self.second).max())
        return d * reach * (64.0 * eps(self.first) * reach + 4e-6)

    @property
    def guarded(self) -> np.ndarray:
        """(b,) besides `bound`, what a number under the root changes in a loss: most where the embeddings coincide."""
        guard = tolerances.IN_A_LENGTH
        longer = np.minimum(np.sqrt(guard), guard / np.maximum(2.0 * self.distances, 1e-30))
        return np.where(self.same, guard, self.margin * longer + guard)


@st.composite
def pairs(draw: st.DrawFn, *, bound: float = 2.0, dtype: Any = np.float64, least: int = 1) -> Pairs:
    """One to five pairs, of both kinds, of one to three features."""
    b, d = draw(st.integers(least, 5)), draw(st.integers(1, 3))
    same = np.array(draw(st.lists(st.booleans(), min_size=b, max_size=b)))
    margin = draw(st.sampled_from([1.0, 0.5, 2.0]))
    return Pairs(
        draw(grids(b, d, bound=bound, dtype=dtype)), draw(grids(b, d, bound=bound, dtype=dtype)), same, margin
    )


def large(b: int = 60, d: int = 32) -> Pairs:
    source = np.random.default_rng(b + d)
    one, other = d**-0.5 * source.normal(size=(2, b, d))
    return Pairs(one, other, source.random(b) < 0.5, 1.5)


LARGE = ({"drawn": large()},)


@check(contrastive_losses, precondition=True, drawn=pairs(least=2), examples=20)
def runs_and_returns_a_tensor(drawn: Pairs) -> Law:
    """The function is there, runs, and returns a tensor."""
    return Law((drawn.call(anything),), lambda out: tensor(out, "losses"))


@check(contrastive_losses, precondition=True, drawn=pairs(), also=LARGE, examples=40)
def shapes_match(drawn: Pairs) -> Law:
    """There is one loss for each pair, (b,), also where there is a single pair."""
    call = drawn.call(anything)
    return Law((call,), lambda out: fits(out, call))


@check(contrastive_losses, drawn=st.one_of(pairs(dtype=np.float32), pairs()), examples=30)
def dtype_is_kept(drawn: Pairs) -> Law:
    """The losses have the dtype of the embeddings."""
    return Law((drawn.call(),), lambda out: tensor(out, "losses", dtype=drawn.first.dtype.name))


@check(contrastive_losses, drawn=pairs(), also=LARGE, examples=60)
def swapping_the_pair_changes_nothing(drawn: Pairs) -> Law:
    """Which item of a pair comes first does not matter."""
    swapped = replace(drawn, first=drawn.second, second=drawn.first)
    return invariant(drawn.call(), swapped.call(), 2 * drawn.bound, "losses")


@check(contrastive_losses, drawn=pairs(least=2), also=LARGE, examples=60)
def pairs_are_local(drawn: Pairs) -> Law:
    """A pair costs the same alone as among other pairs."""

    def judge(among: Any, alone: Any) -> Violation | None:
        return close(
            alone, values(among)[:1], 2 * drawn.bound, "losses", why=", as among other pairs", call=1
        )

    return Law((drawn.call(), drawn[:1].call()), judge)


@st.composite
def moved_pairs(draw: st.DrawFn) -> tuple[Pairs, Pairs]:
    case = draw(pairs())
    d = case.first.shape[1]
    rotation, shift = draw(rotations(d)), draw(grids(d, bound=4.0))
    return case, replace(case, first=case.first @ rotation + shift, second=case.second @ rotation + shift)


@check(contrastive_losses, drawn=moved_pairs(), examples=60)
def rigid_motions_change_nothing(drawn: tuple[Pairs, Pairs]) -> Law:
    """Rotating and shifting all embeddings together changes no loss."""
    case, there = drawn
    return invariant(case.call(), there.call(), case.bound + there.bound, "losses")


@check(contrastive_losses, drawn=pairs(), examples=40)
def a_same_pair_at_distance_0_costs_nothing(drawn: Pairs) -> Law:
    """A pair of one class whose embeddings coincide costs nothing."""
    case = replace(drawn, second=drawn.first, same=np.ones_like(drawn.same))
    return gives(case.call(), np.zeros(len(case.first)), case.bound, "losses")


@check(contrastive_losses, drawn=pairs(), steps=st.integers(0, 8), examples=40)
def beyond_the_margin_costs_nothing(drawn: Pairs, steps: int) -> Law:
    """A pair of different classes that is at least the margin apart costs nothing."""
    far = drawn.first.copy()
    far[:, 0] += drawn.margin + steps / 4
    case = replace(drawn, second=far, same=np.zeros_like(drawn.same))
    return gives(case.call(), np.zeros(len(case.first)), case.bound, "losses")


@check(contrastive_losses, drawn=pairs(), examples=60)
def no_loss_is_negative(drawn: Pairs) -> Law:
    """No pair costs less than nothing, and all losses are finite."""

    def judge(out: Any) -> Violation | None:
        lowest = float(values(out).min())
        negative = (
            Violation("A loss is negative.", f"{lowest:.4g}", "no loss below 0") if lowest < 0 else None
        )
        return first(not_finite(out, "losses"), negative)

    return Law((drawn.call(),), judge)


@check(contrastive_losses, drawn=pairs(), examples=40)
def gradients_reach_both_twins(drawn: Pairs) -> Law:
    """The losses can be differentiated with respect to both embeddings of a pair."""
    apart = drawn.first.copy()
    apart[:, 0] += drawn.margin / 4  # both kinds of pairs cost something here
    call = differentiated(replace(drawn, second=apart).call(), "first", "second")

    def judge(outcome: Returned) -> Violation | None:
        for name in ("first", "second"):
            gradient = outcome.gradients.get(name)
            if gradient is None:
                return Violation(f"No gradient reaches {name}.", "no gradient", "a gradient")
            broken = tensor(gradient, f"the gradient of {name}", drawn.first.shape)
            if broken is not None:
                return broken
            if not values(gradient).any(1).all():
                return Violation(
                    f"The gradient of {name} is 0 for some pair.", "0", "a gradient for every pair"
                )
        return None

    return Law((call,), judge, outcomes=True)


@check(contrastive_losses, drawn=pairs(), examples=40)
def gradient_is_finite_at_distance_0(drawn: Pairs) -> Law:
    """Where the embeddings of a pair coincide, the gradients are finite."""
    call = differentiated(replace(drawn, second=drawn.first).call(), "first", "second")

    def judge(outcome: Returned) -> Violation | None:
        found = [(name, each) for name, each in outcome.gradients.items() if each is not None]
        return first(*(not_finite(each, f"the gradient of {name}") for name, each in found))

    return Law((call,), judge, outcomes=True)


@check(contrastive_losses, drawn=pairs(), examples=20)
def inputs_stay_unmodified(drawn: Pairs) -> Law:
    """The embeddings are the same after the call as before, and so are the marks of the pairs."""
    return untouched(drawn.call(), "first", "second", "same")


@check(contrastive_losses, gpu=True, drawn=pairs(), examples=2)
def result_lies_where_the_inputs_lie(drawn: Pairs) -> Law:
    """The losses lie where the embeddings lie: on a GPU, or on the CPU."""
    return follows_its_inputs(drawn.call(), 2 * drawn.bound, "losses")
