"""All names of torch that mean something else while the device is simulated, and their way back."""

from __future__ import annotations

from typing import Any

from autograder.simulated_cuda import amp, autograd, creation, moving, optimisers, runtime, threads

Saved = list[tuple[Any, str, Any]]
_ABSENT = object()  # the name was inherited, or not there

ALL: tuple[tuple[Any, str, Any], ...] = (
    *creation.PATCHES,
    *moving.PATCHES,
    *autograd.PATCHES,
    *optimisers.PATCHES,
    *amp.PATCHES,
    *runtime.PATCHES,
    *threads.PATCHES,
)


def put_in() -> Saved:
    """Replace every name; return what was there before, for `take_out`."""
    saved: Saved = []
    try:
        for place, name, replacement in ALL:
            saved.append((place, name, vars(place).get(name, _ABSENT)))
            setattr(place, name, replacement)
    except BaseException:
        take_out(saved)
        raise
    return saved


def take_out(saved: Saved) -> None:
    """Put back what `put_in` found."""
    for place, name, before in reversed(saved):
        if before is _ABSENT:
            delattr(place, name)
        else:
            setattr(place, name, before)
