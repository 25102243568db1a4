"""`class_probabilities(queries, prototypes) -> probabilities`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.laws import (
    Call,
    Law,
    Points,
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
    points,
    rotations,
    shown,
    tensor,
    tolerances,
    untouched,
    values,
)

READ = (
    "Equation (2), in this notebook and in Snell et al. (2017), section 2.2; lecture, prototypical networks"
)


def fits(out: Any, call: Call) -> Violation | None:
    """(q, c)."""
    queries, prototypes = call.arguments.values()
    return tensor(out, "probabilities", (len(queries), len(prototypes)))


class_probabilities = function("class_probabilities", "queries", "prototypes", form=fits)
anything = function("class_probabilities", "queries", "prototypes")


def large(queries: int = 100, classes: int = 20, features: int = 64, dtype: Any = np.float64) -> Points:
    """A fixed case beyond what is drawn; coordinates small enough for probabilities that are not all 0 or 1."""
    source = np.random.default_rng(queries + classes + features)
    spread = features**-0.5
    return Points(
        (spread * source.normal(size=(queries, features))).astype(dtype),
        (spread * source.normal(size=(classes, features))).astype(dtype),
    )


LARGE = ({"drawn": large()}, {"drawn": large(30, 5, 1600)})


def squared_distances(queries: np.ndarray, prototypes: np.ndarray) -> np.ndarray:
    return np.asarray(((queries[:, None] - prototypes[None]).astype(np.float64) ** 2).sum(-1))


def log_odds(out: Any) -> np.ndarray:
    """log p_j - log p_0 of every query (q, c)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values(out))
        return np.asarray(logs - logs[:, :1])


def bars(returned: np.ndarray, expected: np.ndarray) -> dict[str, Any]:
    """A picture of the rows: what came back beside what had to."""
    return {"kind": "rows", "returned": returned.tolist(), "expected": expected.tolist()}


@check(class_probabilities, precondition=True, drawn=points(min_queries=2, min_classes=2), examples=20)
def runs_and_returns_a_tensor(drawn: Points) -> Law:
    """The function is there, runs, and returns a tensor."""
    return Law((anything(*drawn.pair),), lambda out: tensor(out, "probabilities"))


@check(class_probabilities, precondition=True, drawn=points(), also=LARGE)
def shapes_match(drawn: Points) -> Law:
    """There is one row for each query and one column for each prototype, (q, c), also with a single one of either."""
    call = anything(*drawn.pair)
    return Law((call,), lambda out: fits(out, call))


@check(class_probabilities, drawn=st.one_of(points(dtype=np.float32), points(dtype=np.float64)), examples=40)
def dtype_and_device_are_kept(drawn: Points) -> Law:
    """Probabilities have the dtype of the queries and lie on their device."""

    def judge(out: Any) -> Violation | None:
        moved = (
            Violation("probabilities moved to another device.", out.device, "cpu")
            if out.device != "cpu"
            else None
        )
        return first(tensor(out, "probabilities", dtype=drawn.queries.dtype.name), moved)

    return Law((class_probabilities(*drawn.pair),), judge)


@check(class_probabilities, drawn=points(), also=LARGE)
def rows_are_distributions(drawn: Points) -> Law:
    """Every row is a probability distribution over the classes."""
    bound = tolerances.of_row_sum(drawn.queries, len(drawn.prototypes))

    def judge(out: Any) -> Violation | None:
        p = values(out)
        negative = (
            Violation("a probability is negative.", shown(p), "no entry below 0") if (p < 0).any() else None
        )
        broken = first(
            not_finite(out, "probabilities"), negative, close(p.sum(1), np.ones(len(p)), bound, "the row sum")
        )
        picture = {"kind": "rows", "returned": p.tolist(), "expected": None}
        return broken and replace(broken, picture=picture)

    return Law((class_probabilities(*drawn.pair),), judge)


@check(class_probabilities, drawn=points(min_queries=2), also=({"drawn": large(30, 20, 8)},))
def queries_are_independent(drawn: Points) -> Law:
    """A query has the same probabilities alone as among others, also where there are as many queries as classes."""
    alone = class_probabilities(drawn.queries[:1], drawn.prototypes)
    square = class_probabilities(np.resize(drawn.queries, drawn.prototypes.shape), drawn.prototypes)
    bound = 2 * tolerances.of_probability(*drawn.pair)

    def judge(among: Any, single: Any, squared: Any) -> Violation | None:
        row = values(among)[:1]
        return first(
            close(single, row, bound, "probabilities", why=", as among other queries", call=1),
            close(values(squared)[:1], row, bound, "probabilities", why=", as among other queries", call=2),
        )

    return Law((class_probabilities(*drawn.pair), alone, square), judge)


@st.composite
def permuted(draw: st.DrawFn) -> tuple[Points, list[int]]:
    drawn = draw(points(min_classes=2))
    return drawn, draw(st.permutations(range(len(drawn.prototypes))))


@check(class_probabilities, drawn=permuted())
def permuting_prototypes_permutes_columns(drawn: tuple[Points, list[int]]) -> Law:
    """Other places for the prototypes are other places for the columns, and nothing else."""
    case, order = drawn
    return equivariant(
        class_probabilities(*case.pair),
        class_probabilities(case.queries, case.prototypes[order]),
        lambda p: p[:, order],
        2 * tolerances.of_probability(*case.pair),
        "probabilities",
        picture=bars,
    )


@st.composite
def moved_points(draw: st.DrawFn) -> tuple[Points, np.ndarray, np.ndarray]:
    case = draw(points(min_classes=2, max_features=3))
    d = case.queries.shape[1]
    return case, draw(rotations(d)), draw(grids(d, bound=8.0))


@check(class_probabilities, drawn=moved_points())
def rigid_motions_change_nothing(drawn: tuple[Points, np.ndarray, np.ndarray]) -> Law:
    """Rotating and shifting queries and prototypes together changes no probability."""
    case, rotation, shift = drawn
    there = Points(case.queries @ rotation + shift, case.prototypes @ rotation + shift)
    bound = tolerances.of_probability(*case.pair) + tolerances.of_probability(*there.pair)
    return invariant(
        class_probabilities(*case.pair),
        class_probabilities(*there.pair),
        bound,
        "probabilities",
        picture=bars,
    )


@check(class_probabilities, drawn=points(min_classes=2), also=LARGE)
def nearest_prototype_is_most_probable(drawn: Points) -> Law:
    """The nearest prototype has the largest probability."""
    distances = squared_distances(*drawn.pair)
    two = np.sort(distances, axis=1)[:, :2]
    clear = two[:, 1] - two[:, 0] > 4 * tolerances.of_log_odds(*drawn.pair)
    nearest = distances.argmin(1)

    def judge(out: Any) -> Violation | None:
        most = values(out).argmax(1)
        wrong = np.flatnonzero(clear & (most != nearest))
        if not len(wrong):
            return None
        q = int(wrong[0])
        return Violation(
            f"query {q} lies nearest to prototype {nearest[q]}, but prototype {most[q]} has the largest probability.",
            shown(values(out)),
            f"the largest entry of row {q} in column {nearest[q]}",
            what="probabilities",
            picture={"kind": "rows", "returned": values(out).tolist(), "expected": None},
        )

    return Law((class_probabilities(*drawn.pair),), judge)


@st.composite
def three_on_a_line(draw: st.DrawFn) -> Points:
    """Three queries, the third halfway between the first two, and prototypes that are near enough for every probability."""
    drawn = draw(points(min_queries=2, max_queries=2, min_classes=2, max_features=3, bound=1.0))
    return Points(np.concatenate([drawn.queries, drawn.queries.mean(0, keepdims=True)]), drawn.prototypes)


@check(class_probabilities, drawn=three_on_a_line())
def halfway_the_log_odds_are_halfway(drawn: Points) -> Law:
    """For a query halfway between two others, the log-odds log(p[j] / p[0]) of two classes lie halfway between theirs."""
    bound = 2 * tolerances.of_log_odds(*drawn.pair)

    def judge(out: Any) -> Violation | None:
        odds = log_odds(out)
        broken = not_finite(odds, "the log-odds")
        return broken or close(
            odds[2],
            (odds[0] + odds[1]) / 2,
            bound,
            "the log-odds of query 2",
            why=", halfway between those of 0 and 1",
        )

    return Law((class_probabilities(*drawn.pair),), judge)


@check(class_probabilities, query=grids(3), radius=st.integers(1, 4), d=st.integers(1, 3))
def equidistant_prototypes_share_equally(query: np.ndarray, radius: int, d: int) -> Law:
    """Prototypes that are equally far from a query are equally probable: 1/c each."""
    spokes = np.concatenate([np.eye(d), -np.eye(d)]) * radius / 2
    case = Points(query[None, :d], query[None, :d] + spokes)
    expected = np.full((1, 2 * d), 1 / (2 * d))
    return gives(
        class_probabilities(*case.pair), expected, tolerances.of_probability(*case.pair), "probabilities"
    )


@check(class_probabilities, drawn=points(min_classes=2), zeros=st.integers(1, 3))
def zero_features_change_nothing(drawn: Points, zeros: int) -> Law:
    """Further features that are 0 everywhere change no probability."""
    wide = Points(*(np.pad(part, ((0, 0), (0, zeros * part.shape[1]))) for part in drawn.pair))
    bound = tolerances.of_probability(*drawn.pair) + tolerances.of_probability(*wide.pair)
    return invariant(
        class_probabilities(*drawn.pair),
        class_probabilities(*wide.pair),
        bound,
        "probabilities",
        picture=bars,
    )


@check(class_probabilities, drawn=points(min_classes=3, bound=1.0))
def dropping_a_class_renormalises(drawn: Points) -> Law:
    """Without the last prototype, the other probabilities keep their proportions."""
    fewer = class_probabilities(drawn.queries, drawn.prototypes[:-1])
    bound = tolerances.of_log_odds(*drawn.pair)

    def judge(full: Any, rest: Any) -> Violation | None:
        kept = values(full)[:, :-1]
        total = kept.sum(1, keepdims=True)
        expected = np.divide(kept, total, out=np.full_like(kept, np.nan), where=total > 0)
        return close(rest, expected, 4 * bound / np.maximum(total, 1e-3), "probabilities", call=1)

    return Law((class_probabilities(*drawn.pair), fewer), judge)


@check(class_probabilities, drawn=points(min_classes=2), scale=st.sampled_from([50.0, 1e3, 1e4]), examples=60)
def far_points_stay_finite(drawn: Points, scale: float) -> Law:
    """However far the points are apart, probabilities stay finite, and rows sum to 1."""
    far = Points(
        (scale * (drawn.queries + 3)).astype(np.float32), (scale * (drawn.prototypes - 3)).astype(np.float32)
    )
    # exp(logit - logsumexp) is a right way to write a softmax: it errs by eps times the logits
    bound = 8.0 * eps(far.queries) * (4 + len(far.prototypes) + far.magnitude)

    def judge(out: Any) -> Violation | None:
        sums = (
            close(values(out).sum(1), np.ones(len(far.queries)), bound, "the row sum")
            if bound < 0.1
            else None
        )
        return first(not_finite(out, "probabilities"), sums)

    return Law((class_probabilities(*far.pair),), judge)


@st.composite
def far_queries(draw: st.DrawFn) -> Points:
    """A near query among far ones, of which each has a nearest prototype and is farther from it than exp can say."""
    drawn = draw(points(min_queries=2, min_classes=2, distinct=True))
    scale = draw(st.sampled_from([50.0, 1e3, 1e4]))
    far = np.where(np.arange(len(drawn.queries))[:, None] > 0, scale * (drawn.queries + 3.0), drawn.queries)
    dtype = draw(st.sampled_from([np.float64, np.float32]))
    return Points(
        far.astype(dtype), (drawn.prototypes if scale < 1e3 else scale * drawn.prototypes).astype(dtype)
    )


@check(class_probabilities, drawn=far_queries(), examples=40)
def a_far_query_has_a_nearest_prototype(drawn: Points) -> Law:
    """A query that is far from all prototypes belongs to the nearest one all the same."""
    distances = squared_distances(*drawn.pair)
    two = np.sort(distances, axis=1)[:, :2]
    clear = two[:, 1] - two[:, 0] > 4 * tolerances.of_log_odds(*drawn.pair)
    nearest = distances.argmin(1)

    def judge(out: Any) -> Violation | None:
        p = values(out)  # where they are no numbers, another law says so
        others = np.where(np.arange(p.shape[1]) == nearest[:, None], -np.inf, p).max(1)
        wrong = np.flatnonzero(clear & (p[np.arange(len(p)), nearest] <= others))
        if not len(wrong):
            return None
        q = int(wrong[0])
        says = f"query {q} lies nearest to prototype {nearest[q]}, however far from all of them, and another is as probable."
        return Violation(
            says, shown(p), f"the largest entry of row {q} in column {nearest[q]}, and there alone"
        )

    return Law((class_probabilities(*drawn.pair),), judge)


@check(
    class_probabilities,
    drawn=points(min_classes=2, max_classes=3, bound=1.0, distinct=True),
    examples=40,
    weight=2,
)
def gradients_reach_queries_and_prototypes(drawn: Points) -> Law:
    """The probabilities can be differentiated with respect to queries and prototypes."""
    column = np.zeros((len(drawn.queries), len(drawn.prototypes)))
    column[:, 0] = 1.0
    call = differentiated(class_probabilities(*drawn.pair), "queries", "prototypes", cotangent=column)

    def judge(outcome: Returned) -> Violation | None:
        for name, gradient in outcome.gradients.items():
            if gradient is None:
                return Violation(f"No gradient reaches the {name}.", "no gradient", "a gradient")
            broken = not_finite(gradient, f"the gradient of the {name}")
            if broken is not None:
                return broken
            if not values(gradient).any():
                return Violation(
                    f"The gradient of the {name} is 0 everywhere.", shown(values(gradient)), "a gradient"
                )
        return None

    return Law((call,), judge, outcomes=True)


@check(class_probabilities, drawn=points(min_classes=1, max_classes=4), which=st.integers(0, 3), examples=40)
def gradient_is_finite_on_a_prototype(drawn: Points, which: int) -> Law:
    """Where a query sits on a prototype, the gradients are finite."""
    prototypes = drawn.prototypes
    queries = np.concatenate([prototypes[which % len(prototypes)][None], drawn.queries])
    cotangent = np.zeros((len(queries), len(prototypes)))
    cotangent[:, 0] = 1.0
    call = differentiated(
        class_probabilities(queries, prototypes), "queries", "prototypes", cotangent=cotangent
    )

    def judge(outcome: Returned) -> Violation | None:
        found = [(name, gradient) for name, gradient in outcome.gradients.items() if gradient is not None]
        return first(*(not_finite(gradient, f"the gradient of the {name}") for name, gradient in found))

    return Law((call,), judge, outcomes=True)


@check(class_probabilities, drawn=points(), examples=30)
def inputs_stay_unmodified(drawn: Points) -> Law:
    """Queries and prototypes are the same after the call as before."""
    return untouched(class_probabilities(*drawn.pair), "queries", "prototypes")


@check(class_probabilities, gpu=True, drawn=points(), examples=2)
def result_lies_where_the_inputs_lie(drawn: Points) -> Law:
    """The probabilities lie where the queries lie: on a GPU, or on the CPU."""
    bound = 2 * tolerances.of_probability(*drawn.pair)
    return follows_its_inputs(class_probabilities(*drawn.pair), bound, "probabilities")
