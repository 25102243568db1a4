"""Forms that several exercises share: what is wrong with the structure of a returned value, before anything is judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.laws.vocabulary import Violation, described, tensor
from autograder.model import Call, Opaque, Tensor


def sequence(out: Any, names: Sequence[str], expected: str = "a pair") -> Violation | None:
    """Ask whether `out` is a tuple or list with one item for each of `names`; `expected` is what messages call it.

    >>> sequence((0.5, 1.0), ("loss", "accuracy")) is None
    True
    >>> sequence([1.0], ("loss", "accuracy")).message
    'The function has to return (loss, accuracy).'
    """
    if isinstance(out, tuple | list) and len(out) == len(names):
        return None
    return Violation(f"The function has to return ({', '.join(names)}).", described(out), expected)


def scalar(item: Any, what: str) -> Violation | None:
    """Ask whether `item`, which messages call `what`, is a torch tensor with no dimensions.

    >>> import numpy as np
    >>> scalar(Tensor(np.array(0.5), "float64"), "loss") is None
    True
    >>> scalar(Tensor(np.array([0.5, 1.0]), "float64"), "loss").message
    'loss has the wrong shape.'
    """
    return tensor(item, what, ())


def number(item: Any, what: str) -> Violation | None:
    """Ask whether `item` is a Python number or a torch tensor with no dimensions; a numpy number is told as such.

    >>> number(True, "accuracy").message
    'accuracy is no number.'
    >>> number(0.5, "accuracy") is None
    True
    """
    wanted = "a float, or a tensor with no dimensions"
    if isinstance(item, Tensor) and item.library == "torch":
        if item.shape == ():
            return None
        return Violation(f"{what} has the wrong shape.", f"shape {item.shape}", wanted)
    if isinstance(item, Opaque) and item.type.startswith("numpy."):
        return Violation(f"{what} is a numpy number.", item.type, wanted)
    if isinstance(item, int | float) and not isinstance(item, bool):
        return None
    return Violation(f"{what} is no number.", described(item), wanted)


def loss_and_accuracy(out: Any, call: Call) -> Violation | None:
    """Ask whether `out` is (loss, accuracy): a tensor with no dimensions, and a number. A form for `function`.

    >>> import numpy as np
    >>> from autograder.laws import function
    >>> call = function("evaluate", "x", form=loss_and_accuracy)(np.zeros((2, 3)))
    >>> loss_and_accuracy((Tensor(np.array(0.5), "float64"), 1.0), call) is None
    True
    >>> loss_and_accuracy((0.5, 1.0), call).message
    'loss is no torch tensor.'
    """
    return sequence(out, ("loss", "accuracy")) or scalar(out[0], "loss") or number(out[1], "accuracy")
