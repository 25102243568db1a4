"""The law that a loss treats a network as it treats a function that makes the same embeddings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograder.laws.strategies.episodes import Episode
from autograder.laws.vocabulary import (
    Function,
    Law,
    Violation,
    close,
    described,
    differentiated,
    first,
    function,
    tensor,
    values,
)
from autograder.laws.wording import snippet
from autograder.model import Call, Fixture, Returned, Student

IN_TRAINING = 2.0  # what a `linear_net` multiplies its embeddings by in training mode


def like_a_function(
    loss: Function, episode: Episode, weight: np.ndarray, training: bool, within: float
) -> Law:
    """Make the law that a network as `embed` has the loss, the accuracy and the gradients of a function with its embeddings.

    The network is linear, so the gradient that has to reach its weights follows from those that the same `loss` gives to
    embeddings which a function hands on.

    loss       (embed, support_x, support_y, query_x, query_y) -> (loss, accuracy)
    episode    inputs (s, d) and (q, d), with their labels
    weight     (d, e) of the network
    training   the mode of the network
    within     how far the losses may differ

    >>> law = like_a_function(
    ...     function("loss", "embed", "support_x", "support_y", "query_x", "query_y"),
    ...     Episode(np.ones((1, 1)), np.zeros(1, np.int64), np.ones((1, 1)), np.zeros(1, np.int64)),
    ...     weight=np.ones((1, 1)), training=False, within=1e-9,
    ... )
    >>> from autograder.model import Tensor
    >>> one, two = (Tensor(np.array([[value]]), "float64") for value in (1.0, 2.0))
    >>> by_function = Returned((0.5, 1.0), gradients={"support_x": one, "query_x": one})
    >>> right, half = (Returned({"value": (0.5, 1.0), "gradients": {"weight": each}}) for each in (two, one))
    >>> law.judge(right, by_function) is None
    True
    >>> law.judge(half, by_function).message
    'the gradient of the weights of embed at [0, 0] is 1, but it has to be 2 (tolerance 3.0e-03).'
    """
    gain = IN_TRAINING if training else 1.0
    embedded = replace(
        episode, support_x=gain * (episode.support_x @ weight), query_x=gain * (episode.query_x @ weight)
    )
    embedded_shape = {"support_x": embedded.support_x.shape, "query_x": embedded.query_x.shape}

    def judge(network: Returned, by_function: Returned) -> Violation | None:
        out, wanted = network.value, by_function.value
        why = ", as for a function that makes the same embeddings"
        odd = [
            tensor(gradient, f"the gradient of {name}", embedded_shape[name])
            for name, gradient in by_function.gradients.items()
            if gradient is not None
        ]
        return first(*odd) or first(
            close(out["value"][0], values(wanted[0]), within, "loss", why=why),
            close(values(out["value"][1]), values(wanted[1]), 1e-5, "accuracy", why=why),
            _wrong_gradient(out["gradients"]["weight"], _of_weights(by_function, episode, weight, gain)),
        )

    calls = (
        _of_a_network(loss, episode, weight, training),
        differentiated(loss(Fixture("unchanged"), *embedded.parts), "support_x", "query_x", output=0),
    )
    return Law(calls, judge, outcomes=True)


def _of_weights(by_function: Returned, episode: Episode, weight: np.ndarray, gain: float) -> np.ndarray:
    """The gradient of the weights (d, e), by the chain rule; what a function's embeddings do not get is 0."""
    total = np.zeros(weight.shape)
    for name, inputs in (("support_x", episode.support_x), ("query_x", episode.query_x)):
        gradient = by_function.gradients.get(name)
        if gradient is not None:
            total += gain * inputs.T.astype(np.float64) @ values(gradient)
    return total


def _wrong_gradient(gradient: Any, right: np.ndarray) -> Violation | None:
    within = 1e-3 * (1.0 + float(np.abs(right).max(initial=0.0)))
    if gradient is None and np.abs(right).max(initial=0.0) > within:
        return Violation("No gradient reaches the weights of embed.", "no gradient", "a gradient")
    return (
        None if gradient is None else close(gradient, right, within, "the gradient of the weights of embed")
    )


def _of_a_network(loss: Function, episode: Episode, weight: np.ndarray, training: bool) -> Call:
    """The call with a network, and the gradients that its loss gives to the weights."""
    net = Fixture("linear_net", {"weight": weight, "training": training})
    plain = loss(net, *episode.parts)

    def form(out: Any, _: Call) -> Violation | None:
        gradients = out.get("gradients") if isinstance(out, dict) else None
        if not isinstance(gradients, dict) or "weight" not in gradients:
            return Violation(
                "The gradients of the weights cannot be read.", described(out), "(loss, accuracy)"
            )
        gradient = gradients["weight"]
        return first(
            loss.form(out.get("value"), plain) if loss.form is not None else None,
            None if gradient is None else tensor(gradient, "the gradient of the weights", weight.shape),
        )

    procedure = function("fixtures:loss_of_a_network", "loss", *loss.parameters, form=form)
    call = procedure(Student(loss.name), *plain.arguments.values())
    look = ["result[0].backward()", "print([(name, each.grad) for name, each in embed.named_parameters()])"]
    paste = "\n".join([snippet((plain,)), *look])
    return replace(call, label=f"{plain}, where embed is a network", paste=paste)
