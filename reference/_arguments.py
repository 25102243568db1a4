"""Argument checks that the methods share: what was passed, and what to pass instead.

Shapes are written in letters, as in the papers: one letter is one size, of at least 1, throughout a call.
"""

from __future__ import annotations

from numbers import Integral

import torch
from torch import Tensor

INTEGERS = frozenset({torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64})


def expect_shapes(**arguments: tuple[Tensor, str]) -> dict[str, int]:
    """Match tensors with shapes in letters and return the size of each letter.

    A shape is letters and numbers with blanks between; a leading `...` stands for any further axes.

    >>> import torch
    >>> expect_shapes(queries=(torch.ones(3, 2), "q d"), prototypes=(torch.ones(5, 2), "c d"))
    {'q': 3, 'd': 2, 'c': 5}
    >>> expect_shapes(queries=(torch.ones(3, 2), "q d"), prototypes=(torch.ones(5, 4), "c d"))
    Traceback (most recent call last):
      ...
    ValueError: prototypes has shape (5, 4): pass (c, d) with d = 2 as in queries
    """
    sizes: dict[str, int] = {}
    origin: dict[str, str] = {}
    for name, (tensor, pattern) in arguments.items():
        problem = _first_mismatch(tensor, pattern, sizes, origin)
        if problem is not None:
            raise ValueError(f"{name} has shape {tuple(tensor.shape)}: pass {_written(pattern)}{problem}")
        for letter in pattern.split():
            origin.setdefault(letter, name)
    return sizes


def _written(pattern: str) -> str:
    axes = pattern.split()
    return f"({axes[0]},)" if len(axes) == 1 else f"({', '.join(axes)})"


def _first_mismatch(
    tensor: Tensor, pattern: str, sizes: dict[str, int], origin: dict[str, str]
) -> str | None:
    """What is wrong with the tensor's shape, or None; enters new letters into sizes."""
    axes = pattern.split()
    shape = list(tensor.shape)
    if axes[0] == "...":
        axes = axes[1:]
        shape = shape[max(0, len(shape) - len(axes)) :]
    if len(shape) != len(axes):
        return ""
    for axis, size in zip(axes, shape, strict=True):
        if axis.isdigit():
            if size != int(axis):
                return ""
        elif size < 1:
            return f" with {axis} of at least 1"
        elif sizes.setdefault(axis, size) != size:
            source = f" as in {origin[axis]}" if axis in origin else " throughout"
            return f" with {axis} = {sizes[axis]}{source}"
    return None


def expect_floating(**tensors: Tensor) -> None:
    """Each tensor holds floating-point numbers."""
    for name, tensor in tensors.items():
        if not tensor.is_floating_point():
            raise ValueError(
                f"{name} has dtype {tensor.dtype}: pass a floating dtype, such as {name}.float()"
            )


def expect_integers(**tensors: Tensor) -> None:
    """Each tensor holds integers: labels, indices, tokens."""
    for name, tensor in tensors.items():
        if tensor.dtype not in INTEGERS:
            raise ValueError(f"{name} has dtype {tensor.dtype}: pass integers, such as {name}.long()")


def expect_counts(minimum: int = 1, **counts: int) -> None:
    """Each number is an integer of at least `minimum`."""
    for name, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, Integral) or count < minimum:
            raise ValueError(f"{name} is {count!r}: pass an integer of at least {minimum}")


def expect_positive(**numbers: float) -> None:
    """Each number is finite and above 0."""
    for name, number in numbers.items():
        if not 0 < number < float("inf"):
            raise ValueError(f"{name} is {number!r}: pass a finite number above 0")


def expect_fraction(**numbers: float) -> None:
    """Each number lies in [0, 1]."""
    for name, number in numbers.items():
        if not 0 <= number <= 1:
            raise ValueError(f"{name} is {number!r}: pass a number from 0 to 1")


def expect_positions(**arguments: tuple[Tensor, int]) -> None:
    """Each tensor holds integers from 0 up to, not including, its bound: class indices, tokens."""
    for name, (tensor, bound) in arguments.items():
        expect_integers(**{name: tensor})
        if tensor.numel() and (int(tensor.min()) < 0 or int(tensor.max()) >= bound):
            raise ValueError(
                f"{name} holds values from {int(tensor.min())} to {int(tensor.max())}: pass 0 to {bound - 1}"
            )
