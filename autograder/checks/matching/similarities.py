"""`cosine_similarities(queries, support) -> similarities`."""

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
    differentiated,
    eps,
    equivariant,
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

READ = "Equation (3) in this notebook; Vinyals et al. (2016), section 2.1; lecture, matching networks"


def fits(out: Any, call: Call) -> Violation | None:
    """(q, s)."""
    queries, support = call.arguments.values()
    return tensor(out, "similarities", (len(queries), len(support)))


cosine_similarities = function("cosine_similarities", "queries", "support", form=fits)
anything = function("cosine_similarities", "queries", "support")


@dataclass(frozen=True, eq=False)
class Vectors:
    """Queries (q, d) and support (s, d), none of them of length 0."""

    queries: np.ndarray
    support: np.ndarray

    @property
    def pair(self) -> tuple[np.ndarray, np.ndarray]:
        return self.queries, self.support

    @property
    def sizes(self) -> Mapping[str, int]:
        q, d = self.queries.shape
        return {"queries": q, "support items": len(self.support), "features": d}

    def cut(self, sizes: Mapping[str, int]) -> Vectors:
        q, s, d = sizes.values()
        return Vectors(self.queries[:q, :d], self.support[:s, :d])

    @property
    def bound(self) -> float:
        """A dot product of d terms over two lengths, which may be guarded from 0."""
        return 32.0 * eps(*self.pair) * (4 + self.queries.shape[1]) + tolerances.of_direction(*self.pair)


def not_zero(array: np.ndarray) -> np.ndarray:
    """With 1/2 in the first entry of rows that have no length."""
    array[~array.any(1), 0] = 0.5
    return array


@st.composite
def vectors(draw: st.DrawFn, *, dtype: Any = np.float64) -> Vectors:
    d, q, s = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 5))
    return Vectors(
        not_zero(draw(grids(q, d, bound=2.0, dtype=dtype))),
        not_zero(draw(grids(s, d, bound=2.0, dtype=dtype))),
    )


def large(q: int = 40, s: int = 60, d: int = 64) -> Vectors:
    source = np.random.default_rng(q + s + d)
    return Vectors(source.normal(size=(q, d)), source.normal(size=(s, d)))


LARGE = ({"drawn": large()}, {"drawn": large(5, 5, 1600)})


@check(cosine_similarities, precondition=True, drawn=vectors(), examples=20)
def runs_and_returns_a_tensor(drawn: Vectors) -> Law:
    """The function is there, runs, and returns a tensor."""
    return Law((anything(*drawn.pair),), lambda out: tensor(out, "similarities"))


@check(cosine_similarities, precondition=True, drawn=vectors(), also=LARGE, examples=50)
def shapes_match(drawn: Vectors) -> Law:
    """There is one row for each query and one column for each support item, (q, s), also with a single one of either."""
    call = anything(*drawn.pair)
    return Law((call,), lambda out: fits(out, call))


@check(cosine_similarities, drawn=st.one_of(vectors(dtype=np.float32), vectors()), examples=30)
def dtype_is_kept(drawn: Vectors) -> Law:
    """The similarities have the dtype of the embeddings."""
    return Law(
        (cosine_similarities(*drawn.pair),),
        lambda out: tensor(out, "similarities", dtype=drawn.queries.dtype.name),
    )


@check(cosine_similarities, drawn=vectors(), also=LARGE, examples=50)
def pairs_are_independent(drawn: Vectors) -> Law:
    """How similar two vectors are does not depend on the other vectors."""
    alone = cosine_similarities(drawn.queries[-1:], drawn.support[-1:])

    def judge(among: Any, single: Any) -> Violation | None:
        wanted = values(among)[-1:, -1:]
        return close(single, wanted, 2 * drawn.bound, "similarities", why=", as among others", call=1)

    return Law((cosine_similarities(*drawn.pair), alone), judge)


@check(cosine_similarities, drawn=vectors(), also=LARGE, examples=50)
def it_is_symmetric(drawn: Vectors) -> Law:
    """With queries and support in each other's place, rows and columns change places, and nothing else."""
    return equivariant(
        cosine_similarities(*drawn.pair),
        cosine_similarities(*drawn.pair[::-1]),
        lambda out: out.T,
        2 * drawn.bound,
        "similarities",
    )


@check(cosine_similarities, drawn=vectors(), scale=st.sampled_from([0.25, 4.0, 100.0]), examples=50)
def lengths_do_not_matter(drawn: Vectors, scale: float) -> Law:
    """Vectors that are longer or shorter, in the same direction, are as similar as before."""
    stretch = scale * (1.0 + np.arange(len(drawn.support)))[:, None]
    longer = Vectors(drawn.queries * scale**2, drawn.support * stretch)
    return invariant(
        cosine_similarities(*drawn.pair),
        cosine_similarities(*longer.pair),
        drawn.bound + longer.bound,
        "similarities",
    )


@st.composite
def turned(draw: st.DrawFn) -> tuple[Vectors, np.ndarray]:
    case = draw(vectors())
    return case, draw(rotations(case.queries.shape[1]))


@check(cosine_similarities, drawn=turned(), examples=50)
def rotations_change_nothing(drawn: tuple[Vectors, np.ndarray]) -> Law:
    """Rotating all vectors together changes no similarity."""
    case, rotation = drawn
    return invariant(
        cosine_similarities(*case.pair),
        cosine_similarities(case.queries @ rotation, case.support @ rotation),
        4 * case.bound,
        "similarities",
    )


@check(cosine_similarities, drawn=vectors(), examples=40)
def like_itself_and_unlike_its_opposite(drawn: Vectors) -> Law:
    """A vector has similarity 1 with itself, and -1 with its opposite."""
    one = drawn.queries[:1]
    return gives(
        cosine_similarities(one, np.concatenate([one, -one])),
        np.array([[1.0, -1.0]]),
        drawn.bound,
        "similarities",
    )


@check(cosine_similarities, drawn=vectors(), examples=30)
def a_zero_vector_is_like_nothing(drawn: Vectors) -> Law:
    """A vector of zeros has similarity 0 with every vector, and not NaN."""
    support = np.concatenate([drawn.support, np.zeros_like(drawn.support[:1])])
    queries = np.concatenate([np.zeros_like(drawn.queries[:1]), drawn.queries])

    def judge(out: Any) -> Violation | None:
        nothing = np.concatenate([values(out)[0], values(out)[:, -1]])
        return first(
            not_finite(out, "similarities"),
            close(nothing, np.zeros(len(nothing)), 1e-12, "similarities with 0"),
        )

    return Law((cosine_similarities(queries, support),), judge)


@check(cosine_similarities, drawn=vectors(), examples=30, weight=2)
def gradients_reach_queries_and_support(drawn: Vectors) -> Law:
    """The similarities can be differentiated with respect to queries and support."""
    wide = Vectors(
        *(
            np.pad(part, ((0, 0), (0, 1)), constant_values=v)
            for part, v in zip(drawn.pair, (1, -1), strict=True)
        )
    )
    call = differentiated(cosine_similarities(*wide.pair), "queries", "support")

    def judge(outcome: Returned) -> Violation | None:
        for name in ("queries", "support"):
            gradient = outcome.gradients.get(name)
            if gradient is None:
                return Violation(f"No gradient reaches the {name}.", "no gradient", "a gradient")
            broken = not_finite(gradient, f"the gradient of the {name}")
            if broken is not None:
                return broken
        return None

    return Law((call,), judge, outcomes=True)


@check(cosine_similarities, drawn=vectors(), examples=20)
def inputs_stay_unmodified(drawn: Vectors) -> Law:
    """Queries and support are the same after the call as before."""
    return untouched(cosine_similarities(*drawn.pair), "queries", "support")


@check(cosine_similarities, gpu=True, drawn=vectors(), examples=2)
def result_lies_where_the_inputs_lie(drawn: Vectors) -> Law:
    """The similarities lie where the embeddings lie: on a GPU, or on the CPU."""
    return follows_its_inputs(cosine_similarities(*drawn.pair), 2 * drawn.bound, "similarities")
