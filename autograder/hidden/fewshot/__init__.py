"""The fewshot assignment, staff's half: gradients, known values, statistics, agreement with reference/."""

from autograder.hidden.fewshot import (  # noqa: F401, I001 - importing enters the checks; the order is the notebook's
    prototypes,
    probabilities,
    episodes,
    loss,
    plain,
    training,
    weights,
    workings,
)
