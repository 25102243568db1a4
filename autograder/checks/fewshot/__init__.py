"""The fewshot assignment: prototypical networks, an exercise a file, in the order of the notebook."""

from autograder.checks.fewshot import (  # noqa: F401, I001 - importing enters the checks; the order is the notebook's
    prototypes,
    probabilities,
    episodes,
    plain,
    loss,
    network,
    training,
    weights,
)

# No points up to the floor (an untrained network reaches a little less), all points from the goal.
THRESHOLDS = {"accuracy_floor": 0.60, "accuracy_goal": 0.85}
