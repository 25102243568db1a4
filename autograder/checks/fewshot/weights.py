"""`fewshot.safetensors`: trained weights beside the notebook, for the student's own EmbeddingNet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograder.checks.fewshot.network import NET, images
from autograder.laws import Call, Law, Violation, check, described, function, not_finite, tensor
from autograder.submission.trained_weights import Weights

READ = '"Now train" and "Your trained weights" in this notebook; Snell et al. (2017), section 3.1'

EXERCISE = "trained_weights"
SECONDS = 20.0

embed_with_state = function(
    "fixtures:embed_with_state",
    "network",
    "images",
    "state",
    label="EmbeddingNet().load_state_dict(weights)",
)


def embedded(call: Call) -> Any:
    """A judge that asks for finite embeddings (n, d)."""
    count = len(call.arguments["images"])

    def judge(out: Any) -> Violation | None:
        found = out.get("embeddings") if isinstance(out, dict) else None
        broken = tensor(found, "the embedding")
        if broken is not None or found is None or len(found.shape) != 2 or found.shape[0] != count:
            return Violation(
                "The network does not embed images with these weights.",
                described(found),
                f"shape ({count}, d)",
            )
        return not_finite(found, "the embedding")

    return judge


PASTE = """\
import torch
from safetensors.torch import load_file

net = EmbeddingNet()
net.load_state_dict(load_file("fewshot.safetensors"))
print(net.eval()(torch.rand(4, 1, 28, 28)).shape)
"""


def with_weights(weights: Weights, pictures: np.ndarray) -> Call:
    return replace(embed_with_state(NET, pictures, weights.state), paste=PASTE)


@check(EXERCISE, precondition=True, seconds=SECONDS)
def weights_fit_the_network(weights: Weights, seed: int) -> Law:
    """The file fewshot.safetensors is there, and EmbeddingNet() embeds images with the weights in it."""
    if weights.problem is not None:
        return Law(
            (), lambda: Violation(str(weights.problem), "no weights", "a state_dict saved by safetensors")
        )
    call = with_weights(weights, images(4, seed))
    return Law((call,), embedded(call))
