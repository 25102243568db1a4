"""Random numbers that are the same on every machine and with every release of numpy."""

from __future__ import annotations

import math

import numpy as np

from autograder.datasets.strokes import Floats


class PortableRandom:
    """Numbers made from the raw bits of PCG64; numpy keeps those for good, the numbers of its Generator not.

    Args:
        key: names the stream: four whole numbers below 2**32 or more. Different keys, independent streams.
    """

    def __init__(self, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(key))

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> Floats:
        """Draw numbers from [`low`, `high`), in an array of the given `shape`."""
        raw = self._bits.random_raw(math.prod(shape))
        unit = (np.asarray(raw, dtype=np.uint64) >> np.uint64(11)).astype(np.float64) / 2.0**53
        return low + (high - low) * unit.reshape(shape)

    def number(self, low: float, high: float) -> float:
        """Draw one number from [`low`, `high`); the same that `uniform` would draw."""
        unit = (self._bits.random_raw() >> 11) / 2.0**53  # as `uniform` makes it, without an array
        return low + (high - low) * unit

    def below(self, n: int) -> int:
        """Draw a whole number from 0 to `n` - 1."""
        return min(int(self.number(0, n)), n - 1)

    def roughly_normal(self, *shape: int) -> Floats:
        """Draw sums of three uniform numbers: bell-shaped, mean 0, standard deviation 1, never beyond 3."""
        thirds = self.uniform(*shape, 3)
        return 2 * (thirds[..., 0] + thirds[..., 1] + thirds[..., 2] - 1.5)
