"""The matching assignment: siamese and matching networks, an exercise a file, in the order of the notebook."""

from autograder.checks.matching import (  # noqa: F401, I001 - importing enters the checks; the order is the notebook's
    contrastive,
    pairs,
    plain,
    similarities,
    probabilities,
    loss,
)
