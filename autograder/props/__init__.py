"""Stage props: what checks hand to student code, built in the worker from plain values.

No callable crosses the wire. A check names a prop and its parameters, and the worker builds it here; the list is closed.
`PROPS` are arguments (a network, a generator), `PROCEDURES` are calls that need more than one step on the far side
(make the student's network, load its state, embed images). Students may build them too: snippets in messages do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from autograder.props.devices import embed_on_a_gpu, train_near_a_gpu
from autograder.props.embeddings import linear_map, unchanged
from autograder.props.generators import generator
from autograder.props.networks import linear_net, tally_net
from autograder.props.procedures import embed_images, embed_with_state, network_facts

PROPS: Mapping[str, Callable[..., Any]] = {
    "unchanged": unchanged,
    "linear_map": linear_map,
    "generator": generator,
    "linear_net": linear_net,
    "tally_net": tally_net,
}

PROCEDURES: Mapping[str, Callable[..., Any]] = {
    "embed_images": embed_images,
    "embed_with_state": embed_with_state,
    "network_facts": network_facts,
    "embed_on_a_gpu": embed_on_a_gpu,
    "train_near_a_gpu": train_near_a_gpu,
}

__all__ = ["PROCEDURES", "PROPS", "build", "state_of"]


def build(kind: str, **parameters: Any) -> Any:
    """The prop called `kind`. Raises ValueError for a name that is not on the list."""
    if kind not in PROPS:
        raise ValueError(f"no prop is called {kind!r}; there are {', '.join(sorted(PROPS))}")
    return PROPS[kind](**parameters)


def state_of(prop: Any) -> Any:
    """What a watched prop reports after a call: plain values and tensors."""
    if isinstance(prop, torch.Generator):
        return prop.get_state()
    report = getattr(prop, "report", None)
    return report() if callable(report) else None
