"""The matching assignment, staff's half: known values, gradients, statistics, agreement with reference/."""

from autograder.hidden.matching import (  # noqa: F401, I001 - importing enters the checks; the order is the notebook's
    contrastive,
    pairs,
    similarities,
    probabilities,
    loss,
    workings,
    plain,
)
