"""Answers taken apart into aspects that can be compared one by one: what a value is, its shape, its dtype, its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograder.model import Call, Opaque, Outcome, Raised, Returned, Tensor

ROUNDINGS = 256  # alike: so many roundings apart at most ...
FINEST = 1e-6  # ... or by this part of the numbers, which is room for something in float32 on the way
APART = 1e-3  # clearly different: by this part of what the right program returns
DEEP = 4  # lists in lists that are taken apart; deeper ones are compared as a whole
MANY = 512  # entries of an array; of a larger one so many, evenly spread
LONG = 64  # items of a list that have aspects of their own

Cells = Mapping["tuple[str, int]", "Piece"]  # (aspect, number of the call) -> what was there


@dataclass(frozen=True, eq=False)
class Piece:
    """One aspect of one answer: `numbers` within a tolerance, or a `text` that has to be equal."""

    text: str = ""
    numbers: np.ndarray | None = None
    eps: float = 0.0

    @cached_property
    def scale(self) -> float:
        """The largest finite number."""
        if self.numbers is None or not self.numbers.size:
            return 0.0
        return float(np.abs(np.where(np.isfinite(self.numbers), self.numbers, 0.0)).max())


def cells(calls: Sequence[Call], outcomes: Sequence[Outcome]) -> dict[tuple[str, int], Piece]:
    """Take all `outcomes` apart: return (aspect, number of the call) -> piece.

    An outcome that is not there (the child had ended) has no aspect but that.

    >>> found = cells([Call("double")], [Returned(Tensor(np.ones(2), "float64"))])
    >>> [aspect for aspect, _ in found][:4]
    ['double/ends', 'double/type', 'double/dtype', 'double/device']
    """
    found: dict[tuple[str, int], Piece] = {}
    for number, call in enumerate(calls):
        outcome = outcomes[number] if number < len(outcomes) else None
        for aspect, piece in _pieces(outcome):
            found[f"{call.function}{aspect}", number] = piece
    return found


def alike(one: Piece | None, other: Piece | None) -> bool:
    """Ask whether two programs say the same here: equal texts, or numbers that differ by rounding only.

    >>> alike(Piece(numbers=np.array([1.0]), eps=2e-16), Piece(numbers=np.array([1.0 + 1e-15]), eps=2e-16))
    True
    """
    if one is None or other is None:
        return one is other
    if one.numbers is None or other.numbers is None:
        return one.numbers is other.numbers and one.text == other.text
    if one.numbers.shape != other.numbers.shape:
        return False
    eps = max(one.eps, other.eps)
    if not eps:  # whole numbers
        return np.array_equal(one.numbers, other.numbers)
    within = min(max(ROUNDINGS * eps, FINEST), 0.05)
    with np.errstate(all="ignore"):
        room = within * (np.abs(other.numbers) + max(one.scale, other.scale) / 8)
        same = (np.abs(one.numbers - other.numbers) <= room) | (one.numbers == other.numbers)
        return bool((same | (np.isnan(one.numbers) & np.isnan(other.numbers))).all())


def told_apart(mistake: Piece | None, right: Piece | None) -> bool:
    """Ask whether the finite numbers of a `mistake` are others than the `right` ones, and clearly so."""
    if mistake is None or right is None or mistake.numbers is None or right.numbers is None:
        return False
    if not np.isfinite(mistake.numbers).all() or not mistake.numbers.size:
        return False
    if mistake.numbers.shape != right.numbers.shape:
        return True
    with np.errstate(all="ignore"):
        far = np.abs(mistake.numbers - right.numbers).max() > APART * max(right.scale, mistake.scale)
    return bool(far)


def fingerprint(piece: Piece) -> bytes:
    """Return bytes by which different answers of one program are counted."""
    if piece.numbers is None:
        return piece.text.encode()
    return np.array([f"{x:.6e}" for x in piece.numbers.ravel()[:64]]).tobytes()


# --- taking apart ----------------------------------------------------------------------------------------------------


def _pieces(outcome: Outcome | None) -> Iterator[tuple[str, Piece]]:
    if isinstance(outcome, Raised):
        yield "/ends", Piece(f"raised {outcome.type}")  # the words of a message are the library's
        return
    if not isinstance(outcome, Returned):
        yield "/ends", Piece(type(outcome).__name__)
        return
    yield "/ends", Piece("returned")
    yield from _of_value(outcome.value, "", 0)
    for name, gradient in outcome.gradients.items():
        yield f"/gradient of {name}/reaches", Piece(str(gradient is not None))
        if gradient is not None:
            yield from _of_value(gradient, f"/gradient of {name}", 0)
    yield "/modified", Piece(", ".join(sorted(outcome.modified)))
    yield "/touched", Piece(", ".join(sorted(outcome.touched)))
    for name, state in outcome.states.items():
        yield from _of_value(state, f"/state of {name}", 0)


def _of_value(value: Any, path: str, depth: int) -> Iterator[tuple[str, Piece]]:
    if isinstance(value, Tensor):
        yield f"{path}/type", Piece(f"{value.library} tensor")
        yield f"{path}/dtype", Piece(value.dtype)
        yield f"{path}/device", Piece(value.device)
        yield f"{path}/shape", Piece(str(value.shape))
        yield f"{path}/numbers", _numbers(value.array, value.dtype)
    elif isinstance(value, bool) or value is None or isinstance(value, str):
        yield f"{path}/type", Piece(type(value).__name__)
        yield f"{path}/value", Piece(repr(value))
    elif isinstance(value, int | float):
        yield f"{path}/type", Piece(type(value).__name__)
        yield f"{path}/shape", Piece("()")
        yield f"{path}/numbers", _numbers(np.asarray(value, dtype=np.float64), "float64")
    elif isinstance(value, Mapping) and depth < DEEP:
        yield f"{path}/type", Piece(f"dict of {', '.join(map(str, value))}")
        for key, item in value.items():
            yield from _of_value(item, f"{path}[{key}]", depth + 1)
    elif isinstance(value, list | tuple) and depth < DEEP:
        yield from _of_items(value, path, depth)
    else:
        yield f"{path}/type", Piece(value.type if isinstance(value, Opaque) else type(value).__name__)


def _of_items(value: Sequence[Any], path: str, depth: int) -> Iterator[tuple[str, Piece]]:
    yield f"{path}/type", Piece(type(value).__name__)
    yield f"{path}/length", Piece(str(len(value)))
    if value and all(isinstance(item, int | float) and not isinstance(item, bool) for item in value):
        kinds = sorted({type(item).__name__ for item in value})
        yield f"{path}/items", Piece(" or ".join(kinds))
        yield f"{path}/numbers", _numbers(np.asarray(value, dtype=np.float64), "float32")
        return
    for place, item in enumerate(value[:LONG]):
        yield from _of_value(item, f"{path}[{place}]", depth + 1)


def _numbers(array: np.ndarray, dtype: str) -> Piece:
    if array.dtype.kind not in "fiub":
        return Piece(repr(array.tolist())[:1000])
    if array.size > MANY:  # the shape is an aspect of its own
        array = array.ravel()[np.linspace(0, array.size - 1, MANY).astype(np.int64)]
    return Piece(
        numbers=np.ascontiguousarray(array, dtype=np.float64).reshape(array.shape), eps=_EPS.get(dtype, 0.0)
    )


_EPS = {
    "float64": float(np.finfo(np.float64).eps),
    "float32": float(np.finfo(np.float32).eps),
    "float16": float(np.finfo(np.float16).eps),
    "bfloat16": 2.0**-8,
}
