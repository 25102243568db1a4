"""Points with coordinates on a quarter grid: exact in every floating dtype, and easy to read when shrunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

STEP = 4  # coordinates are multiples of 1/STEP


@st.composite
def grids(draw: st.DrawFn, *shape: int, bound: float = 4.0, dtype: Any = np.float64) -> np.ndarray:
    """Draw an array of the given `shape` and `dtype`, with entries in [-`bound`, `bound`] on the quarter grid.

    >>> from hypothesis import find
    >>> find(grids(1, 2, bound=0.25), lambda drawn: drawn.min() > 0)
    array([[0.25, 0.25]])
    """
    most = int(bound * STEP)
    size = int(np.prod(shape))
    entries = draw(st.lists(st.integers(-most, most), min_size=size, max_size=size))
    return (np.array(entries, dtype=np.float64).reshape(shape) / STEP).astype(dtype)


@dataclass(frozen=True, eq=False)
class Points:
    """Queries (q, d) and prototypes (c, d)."""

    queries: np.ndarray
    prototypes: np.ndarray

    @property
    def pair(self) -> tuple[np.ndarray, np.ndarray]:
        return self.queries, self.prototypes

    @property
    def magnitude(self) -> float:
        """max |q|^2 + max |c|^2."""
        return squares(self.queries) + squares(self.prototypes)

    @property
    def sizes(self) -> Mapping[str, int]:
        return {
            "queries": len(self.queries),
            "prototypes": len(self.prototypes),
            "features": self.queries.shape[1],
        }

    def cut(self, sizes: Mapping[str, int]) -> Points | None:
        """Return the first queries, prototypes and features."""
        d = sizes["features"]
        return Points(self.queries[: sizes["queries"], :d], self.prototypes[: sizes["prototypes"], :d])


def squares(array: np.ndarray) -> float:
    """Return the largest squared length of a row.

    >>> squares(np.array([[3.0, 4.0], [1.0, 0.0]]))
    25.0
    """
    return float((array.astype(np.float64) ** 2).sum(-1).max(initial=0.0))


@st.composite
def points(
    draw: st.DrawFn,
    *,
    min_queries: int = 1,
    max_queries: int = 4,
    min_classes: int = 1,
    max_classes: int = 5,
    max_features: int = 4,
    bound: float = 2.0,
    distinct: bool = False,
    dtype: Any = np.float64,
) -> Points:
    """Draw queries (q, d) and prototypes (c, d), single ones included.

    min_queries, max_queries   bounds of q
    min_classes, max_classes   bounds of c
    max_features               the largest d; the smallest is 1
    bound, dtype               as for `grids`
    distinct                   True: no two prototypes are equal

    >>> from hypothesis import find
    >>> drawn = find(points(max_classes=2, max_features=3), lambda drawn: drawn.prototypes.shape == (2, 3))
    >>> drawn.queries.shape[1], len(drawn.queries) <= 4
    (3, True)
    """
    d = draw(st.integers(1, max_features))
    c = draw(st.integers(min_classes, max_classes))
    q = draw(st.integers(min_queries, max_queries))
    prototypes = draw(grids(c, d, bound=bound, dtype=dtype))
    if distinct:
        # moved apart along the first axis, in order: cheaper than rejecting, and still shrinks
        prototypes[:, 0] = np.linspace(-bound, bound, c) if c > 1 else prototypes[:, 0]
    return Points(draw(grids(q, d, bound=bound, dtype=dtype)), prototypes)


@st.composite
def rotations(draw: st.DrawFn, d: int) -> np.ndarray:
    """Draw an orthogonal (`d`, `d`) matrix: from the QR decomposition of a drawn one.

    >>> from hypothesis import find
    >>> turn = find(rotations(2), lambda drawn: abs(drawn[0, 1]) > 0.1)
    >>> np.allclose(turn @ turn.T, np.eye(2))
    True
    """
    drawn = draw(grids(d, d, bound=2.0)) + 3.0 * np.eye(d)
    q, r = np.linalg.qr(drawn)
    return np.asarray(q * np.where(np.diag(r) < 0, -1.0, 1.0))
