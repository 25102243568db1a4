"""CPC: what has been seen so far tells the true future apart from other data.

van den Oord, Li, Vinyals (2018): Representation Learning with Contrastive Predictive Coding. arXiv:1807.03748

| mathematics | name | shape | |
|---|---|---|---|
| x_t | x, or patches | | a sequence, or rows of overlapping image patches |
| z_t = g_enc(x_t) | latents | (n, t, d), (n, r, s, d) | |
| c_t = g_ar(z_1 ... z_t) | contexts | (n, t, e), (n, r, s, e) | recurrent; for images causal convolutions |
| W_k, k = 1 ... K | weights | (K, d, e) | one for each step ahead |
| W_k c_t | predictions | (m, d) | m pairs of a context and the latent k steps ahead |
| z_(t+k) | futures | (m, d) | row i is the true future of row i; the other rows are the negatives |
| f_k(x_(t+k), c_t) = exp(z_(t+k)' W_k c_t) | scores | (m, m) | eq. 3, its logarithm |
| L_N | info_nce | () | eq. 4: softmax over the z of all rows, for each c |
| I(x_(t+k), c_t) >= log m - L_N | |  | section 2.3 |

**Departures.** Negatives are the latents of all other places and all other sequences or images of the batch
that can be k steps ahead of something. The context of images is a stack of convolutions that see this row and
the rows above, in place of PixelCNN's gated layers; the image encoder is whatever is passed, a ResNet in the
paper.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from reference._arguments import expect_counts, expect_floating, expect_shapes

# -------------------------------------------------------------------------------------------------- equations


def info_nce(predictions: Tensor, futures: Tensor) -> Tensor:
    """Eq. 4: L_N = -mean_i log(exp(z_i' W c_i) / sum_j exp(z_j' W c_i)). (m, d), (m, d) -> ().

    predictions are W c. The softmax runs over the futures z_j; over the c it would be another loss.

    >>> info_nce(torch.zeros(4, 2), torch.randn(4, 2)).exp()  # knows nothing: 4 candidates
    tensor(4.)
    """
    expect_shapes(predictions=(predictions, "m d"), futures=(futures, "m d"))
    expect_floating(predictions=predictions, futures=futures)
    scores = predictions @ futures.T
    return functional.cross_entropy(scores, torch.arange(len(scores), device=scores.device))


def prediction_losses(latents: Tensor, contexts: Tensor, weights: Tensor) -> Tensor:
    """Eq. 4 for each k: contexts at t against latents at t + k.

    (n, t, ..., d), (n, t, ..., e), (K, d, e) -> (K,). t is time, or the row of an image, before its columns.
    """
    sizes = expect_shapes(
        latents=(latents, "... d"), contexts=(contexts, "... e"), weights=(weights, "k d e")
    )
    if latents.shape[:-1] != contexts.shape[:-1] or latents.ndim < 3 or latents.shape[1] <= sizes["k"]:
        raise ValueError(
            f"latents has shape {tuple(latents.shape)} and contexts {tuple(contexts.shape)}: pass both as "
            f"(n, t, ..., numbers) with t above {sizes['k']}, the number of steps"
        )
    losses = []
    for k, weight in enumerate(weights, start=1):
        predictions = contexts[:, :-k].flatten(0, -2) @ weight.T
        losses.append(info_nce(predictions, latents[:, k:].flatten(0, -2)))
    return torch.stack(losses)


def overlapping_patches(images: Tensor, size: int, stride: int) -> Tensor:
    """Cut images into rows of patches. (n, c, h, w) -> (n, r, s, c, size, size)."""
    sizes = expect_shapes(images=(images, "n c h w"))
    expect_counts(size=size, stride=stride)
    if size > min(sizes["h"], sizes["w"]):
        raise ValueError(f"size is {size}: pass at most {min(sizes['h'], sizes['w'])}, the shorter side")
    return images.unfold(2, size, stride).unfold(3, size, stride).permute(0, 2, 3, 1, 4, 5)


# ---------------------------------------------------------------------------------------------------- network


def _step_weights(n_steps: int, width: int, context: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(n_steps, width, context) * context**-0.5)


class SequenceCPC(nn.Module):
    """Sequences: encoder, gated recurrent unit, W_1 ... W_K. Returns the loss of each step (K,)."""

    def __init__(self, encoder: nn.Module, width: int, context: int, n_steps: int) -> None:
        """encoder: (n, ...) -> (n, t, width), each latent blind to what comes later."""
        super().__init__()
        expect_counts(width=width, context=context, n_steps=n_steps)
        self.encoder = encoder
        self.autoregressor = nn.GRU(width, context, batch_first=True)
        self.weights = _step_weights(n_steps, width, context)

    def contexts(self, latents: Tensor) -> Tensor:
        """c_t = g_ar(z_1 ... z_t). (n, t, d) -> (n, t, e)."""
        return self.autoregressor(latents)[0]

    def forward(self, x: Tensor) -> Tensor:
        latents = self.encoder(x)
        return prediction_losses(latents, self.contexts(latents), self.weights)


class CausalRows(nn.Module):
    """c at row i, column j from the latents of rows up to i, columns near j. (n, r, s, d) -> (n, r, s, e)."""

    def __init__(self, width: int, context: int, depth: int = 3, kernel_size: int = 3) -> None:
        super().__init__()
        expect_counts(width=width, context=context, depth=depth, kernel_size=kernel_size)
        if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size is {kernel_size}: pass an odd number")
        self.kernel_size = kernel_size
        channels = [width] + [context] * depth
        self.layers = nn.ModuleList(nn.Conv2d(i, o, kernel_size) for i, o in pairwise(channels))

    def forward(self, latents: Tensor) -> Tensor:
        features, side = latents.permute(0, 3, 1, 2), self.kernel_size // 2
        for i, layer in enumerate(self.layers):
            # Padding above only: no row sees the rows below it.
            padded = functional.pad(features, (side, side, self.kernel_size - 1, 0))
            update = layer(torch.relu(padded) if i else padded)
            features = features + update if i else update
        return features.permute(0, 2, 3, 1)


class ImageCPC(nn.Module):
    """Images: from the latents of the rows so far, those of the rows below. Losses of each step (K,)."""

    def __init__(
        self,
        encoder: nn.Module,
        width: int,
        context: int,
        n_steps: int,
        *,
        patch_size: int,
        stride: int,
        depth: int = 3,
    ) -> None:
        """encoder: patches (b, c, patch_size, patch_size) -> (b, width). n_steps: how many rows ahead."""
        super().__init__()
        expect_counts(width=width, context=context, n_steps=n_steps, patch_size=patch_size, stride=stride)
        self.encoder = encoder
        self.patch_size, self.stride = patch_size, stride
        self.autoregressor = CausalRows(width, context, depth)
        self.weights = _step_weights(n_steps, width, context)

    def latents(self, images: Tensor) -> Tensor:
        """z of each patch, from its own pixels alone. (n, c, h, w) -> (n, r, s, d)."""
        patches = overlapping_patches(images, self.patch_size, self.stride)
        return self.encoder(patches.flatten(0, 2)).reshape(*patches.shape[:3], -1)

    def represent(self, images: Tensor) -> Tensor:
        """What is kept: the mean latent of an image. (n, c, h, w) -> (n, d)."""
        return self.latents(images).mean(dim=(1, 2))

    def forward(self, images: Tensor) -> Tensor:
        latents = self.latents(images)
        return prediction_losses(latents, self.autoregressor(latents), self.weights)
