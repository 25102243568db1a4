"""What the laws of the reference methods are tried on: small tensors from a drawn seed, and label vectors."""

from __future__ import annotations

import torch
from hypothesis import strategies as st
from torch import Tensor

sizes = st.integers(1, 5)
seeds = st.integers(0, 2**31 - 1)


def generators() -> st.SearchStrategy[torch.Generator]:
    """Generators of known state."""
    return seeds.map(lambda seed: torch.Generator().manual_seed(seed))


@st.composite
def matrices(
    draw: st.DrawFn, *shape: int | st.SearchStrategy[int], dtype: torch.dtype = torch.float64
) -> Tensor:
    """Standard normal numbers; each size of the shape is an integer or a strategy for one."""
    drawn = [draw(size) if isinstance(size, st.SearchStrategy) else size for size in shape]
    return torch.randn(*drawn, dtype=dtype, generator=draw(generators()))


@st.composite
def label_vectors(draw: st.DrawFn, min_classes: int = 1, max_classes: int = 5) -> Tensor:
    """Labels with gaps, some negative, unsorted, in uneven numbers."""
    classes = draw(st.lists(st.integers(-9, 99), min_size=min_classes, max_size=max_classes, unique=True))
    labels = [label for label in classes for _ in range(draw(st.integers(1, 4)))]
    return torch.tensor(draw(st.permutations(labels)))


@st.composite
def labelled_embeddings(draw: st.DrawFn, min_classes: int = 1) -> tuple[Tensor, Tensor]:
    """Embeddings (n, d) in float64 and labels (n,)."""
    labels = draw(label_vectors(min_classes))
    return draw(matrices(len(labels), sizes)), labels
