"""SimCLR: two augmented views of an image find each other among all other views of the batch.

Chen, Kornblith, Norouzi, Hinton (2020): A Simple Framework for Contrastive Learning of Visual
Representations. ICML. arXiv:2002.05709

| mathematics | name | shape | |
|---|---|---|---|
| t, t' ~ T | augment | (n, ...) -> (n, ...) | augmentations.simclr_view |
| h_i = f(x~_i) | embed | (b, ...) -> (b, d) | encoder; h is what is kept |
| z_i = g(h_i) = W2 relu(W1 h_i) | ProjectionHead | (b, d) -> (b, p) | thrown away after training |
| z_(2k-1), z_(2k) | first, second | (n, p) | row k of each is a positive pair |
| sim(u, v) = u.v / (norm of u, norm of v) | | (2n, 2n) | cosine similarity |
| tau | temperature | () | |
| l(i, j) = -log(exp(sim(z_i, z_j)/tau) / sum_(k != i) exp(sim(z_i, z_k)/tau)) | |  | eq. 1 |
| L | nt_xent | () | algorithm 1: the mean of l(i, j) over all 2n ordered pairs |

**Departures.** None from the paper. The authors' TensorFlow 2 code adds the two halves of the mean, twice
this value, and has batch norm in the projection head, which the paper's formula does not show.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from reference._arguments import expect_counts, expect_floating, expect_positive, expect_shapes


def nt_xent(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """Eq. 1, averaged over both views of n images. (n, p), (n, p) -> ().

    >>> nt_xent(torch.ones(3, 2), torch.ones(3, 2), temperature=0.1).exp()  # all alike: 2n - 1 candidates
    tensor(5.)
    """
    sizes = expect_shapes(first=(first, "n p"), second=(second, "n p"))
    expect_floating(first=first, second=second)
    expect_positive(temperature=temperature)
    z = functional.normalize(torch.cat([first, second]), dim=1)
    similarities = z @ z.T / temperature
    oneself = torch.eye(len(z), dtype=torch.bool, device=z.device)
    partners = torch.arange(len(z), device=z.device).roll(sizes["n"])
    return functional.cross_entropy(similarities.masked_fill(oneself, -torch.inf), partners)


class ProjectionHead(nn.Module):
    """g(h) = W2 relu(W1 h + b1) + b2. (b, width) -> (b, out)."""

    def __init__(self, width: int, hidden: int, out: int) -> None:
        super().__init__()
        expect_counts(width=width, hidden=hidden, out=out)
        self.layers = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, out))

    def forward(self, h: Tensor) -> Tensor:
        return self.layers(h)


def simclr_loss(
    embed: Callable[[Tensor], Tensor],
    project: Callable[[Tensor], Tensor],
    augment: Callable[[Tensor], Tensor],
    images: Tensor,
    *,
    temperature: float = 0.5,
) -> Tensor:
    """Algorithm 1: both views of images (n, ...) through f and g as one batch, then NT-Xent. -> ()."""
    z = project(embed(torch.cat([augment(images), augment(images)])))
    return nt_xent(z[: len(images)], z[len(images) :], temperature)
