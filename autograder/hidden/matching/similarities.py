"""Staff's laws of `cosine_similarities`."""

from __future__ import annotations

from autograder.checks.matching.similarities import LARGE, Vectors, cosine_similarities, vectors
from autograder.hidden.arrays import on_arrays
from autograder.laws import Law, check, gives
from reference import matching


@check(cosine_similarities, drawn=vectors(), also=LARGE, weight=3, direct=True, essential=True)
def agrees_with_the_reference(drawn: Vectors) -> Law:
    """The similarities are the right ones."""
    expected = on_arrays(matching.cosine_similarities, *drawn.pair)
    return gives(cosine_similarities(*drawn.pair), expected, drawn.bound, "similarities")
