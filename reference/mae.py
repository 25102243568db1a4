"""Masked autoencoder: see a quarter of the patches, paint the rest.

He, Chen, Xie, Li, Dollar, Girshick (2022): Masked Autoencoders Are Scalable Vision Learners. CVPR.
arXiv:2111.06377

| mathematics | name | shape | |
|---|---|---|---|
| x | images | (n, c, h, h) | |
| patches of x | vit.patchify(images) | (n, N, p) | N patches of p = c P P numbers |
| noise | noise | (n, N) | the patches with the smallest numbers stay visible |
| | visible | (n, v) | their positions, v of N |
| m | mask | (n, N) | 1 where hidden, 0 where visible |
| encoder | encode | (n, v + 1, d) | class token and visible patches only |
| x^ | decode | (n, N, p) | the decoder paints; mask tokens in the places of the hidden patches |
| t | targets | (n, N, p) | pixels; each patch standardised, with normalise |
| L = sum_i m_i mean (x^_i - t_i)^2 / sum_i m_i | masked_error | () | mean squared error of the hidden patches i |

Positions are fixed sines and cosines, in both halves. After pre-training `encoder` is a VisionTransformer
like any other.

**Departures.** A patch is flattened channel by channel (vit.patchify), in the authors' code pixel by pixel:
another order of the same numbers. The number of visible patches is rounded down after adding 1e-9, so that 25
patches at 0.8 leave 5.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from reference._arguments import expect_counts, expect_floating, expect_shapes
from reference._transformer import Encoder
from reference.vit import VisionTransformer, patchify

# -------------------------------------------------------------------------------------------------- equations


def visible_count(n_patches: int, mask_ratio: float) -> int:
    """How many patches stay visible: floor(N (1 - mask_ratio)), at least one, and at least one hidden."""
    expect_counts(2, n_patches=n_patches)
    visible = int(n_patches * (1 - mask_ratio) + 1e-9)
    if not 0 < visible < n_patches:
        raise ValueError(
            f"mask_ratio is {mask_ratio}: pass one that leaves 1 to {n_patches - 1} of the {n_patches} "
            "patches visible"
        )
    return visible


def split_patches(noise: Tensor, n_visible: int) -> tuple[Tensor, Tensor]:
    """The n_visible patches with the smallest noise, and the mask. (n, N) -> (n, v) int64, (n, N).

    >>> split_patches(torch.tensor([[0.3, 0.9, 0.1, 0.5]]), 2)
    (tensor([[2, 0]]), tensor([[0., 1., 0., 1.]]))
    """
    sizes = expect_shapes(noise=(noise, "n N"))
    expect_counts(n_visible=n_visible)
    if n_visible > sizes["N"]:
        raise ValueError(f"n_visible is {n_visible}: pass at most {sizes['N']}, the number of patches")
    visible = noise.argsort(dim=1)[:, :n_visible]
    return visible, torch.ones_like(noise).scatter(1, visible, 0)


def targets(images: Tensor, patch_size: int, *, normalise: bool) -> Tensor:
    """What the decoder has to paint. (n, c, h, w) -> (n, N, p).

    normalise: (x - mean) / sqrt(variance + 1e-6) within each patch, with the unbiased variance.
    """
    patches = patchify(images, patch_size)
    if not normalise:
        return patches
    variance, mean = torch.var_mean(patches, dim=2, correction=1, keepdim=True)
    return (patches - mean) / (variance + 1e-6).sqrt()


def masked_error(predictions: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
    """Mean over the hidden patches of each one's mean squared error. (n, N, p), (n, N, p), (n, N) -> ().

    >>> painted, real = torch.tensor([[[1.0], [9.0]]]), torch.tensor([[[3.0], [0.0]]])
    >>> masked_error(painted, real, mask=torch.tensor([[1.0, 0.0]]))  # the second patch was visible
    tensor(4.)
    """
    expect_shapes(predictions=(predictions, "n N p"), targets=(targets, "n N p"), mask=(mask, "n N"))
    expect_floating(predictions=predictions, targets=targets)
    errors = (predictions - targets).square().mean(dim=2)
    return (errors * mask).sum() / mask.sum()


def sine_positions(width: int, rows: int, columns: int) -> Tensor:
    """Positions of the class token, zeros, and of a grid of patches. -> (1, rows * columns + 1, width).

    The first half of the numbers tells the column, the second half the row, each by sines then cosines of
    place / 10000^(i / (width / 4)).
    """
    expect_counts(width=width, rows=rows, columns=columns)
    if width % 4:
        raise ValueError(f"width is {width}: pass a multiple of 4")
    quarter = torch.arange(width // 4, dtype=torch.float64)
    frequencies = 10000 ** (-quarter / (width / 4))

    def waves(places: Tensor) -> Tensor:
        angles = places.double()[:, None] * frequencies
        return torch.cat([angles.sin(), angles.cos()], dim=1)

    column = waves(torch.arange(columns)).repeat(rows, 1)
    row = waves(torch.arange(rows)).repeat_interleave(columns, dim=0)
    grid = torch.cat([column, row], dim=1)
    return torch.cat([grid.new_zeros(1, width), grid]).unsqueeze(0).to(torch.get_default_dtype())


# ---------------------------------------------------------------------------------------------------- network


class MaskedAutoencoder(nn.Module):
    """A VisionTransformer as encoder, and a smaller Transformer as decoder."""

    positions: Tensor

    def __init__(
        self,
        encoder: VisionTransformer,
        width: int = 32,
        depth: int = 2,
        n_heads: int = 4,
        mlp_width: int = 128,
        *,
        normalise: bool = True,
    ) -> None:
        """width, depth, n_heads and mlp_width are the decoder's. Fixes the encoder's positions to sines."""
        super().__init__()
        self.encoder, self.normalise = encoder, normalise
        side = encoder.image_size // encoder.patch_size
        encoder_width = encoder.class_token.shape[2]
        encoder.positions.requires_grad_(False).copy_(sine_positions(encoder_width, side, side))
        nn.init.normal_(encoder.class_token, std=0.02)
        self.embedding = nn.Linear(encoder_width, width)
        self.mask_token = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.register_buffer("positions", sine_positions(width, side, side))
        self.decoder = Encoder(depth, width, n_heads, mlp_width, norm_first=True)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.prediction = nn.Linear(width, encoder.in_channels * encoder.patch_size**2)
        for module in (self.embedding, self.prediction, *self.decoder.modules()):
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def draw_noise(self, images: Tensor, *, generator: torch.Generator) -> Tensor:
        """Uniform noise that decides which patches stay visible. (n, c, h, h) -> (n, N)."""
        shape = (len(images), self.encoder.n_patches)
        noise = torch.rand(shape, generator=generator, device=generator.device, dtype=torch.float64)
        return noise.to(images)

    def encode(self, images: Tensor, visible: Tensor) -> Tensor:
        """Class token and visible patches through the encoder. (n, c, h, h), (n, v) -> (n, v + 1, d)."""
        patches = self.encoder.embed_patches(images)
        seen = patches.gather(1, visible.unsqueeze(2).expand(-1, -1, patches.shape[2]))
        return self.encoder.encode(self.encoder.prepend_class_token(seen))

    def decode(self, latents: Tensor, visible: Tensor) -> Tensor:
        """Every patch from the latents of the visible ones. (n, v + 1, d), (n, v) -> (n, N, p)."""
        tokens = self.embedding(latents)
        canvas = self.mask_token.expand(len(tokens), self.encoder.n_patches, -1)
        places = visible.unsqueeze(2).expand(-1, -1, tokens.shape[2])
        canvas = canvas.scatter(1, places, tokens[:, 1:])
        tokens = torch.cat([tokens[:, :1], canvas], dim=1) + self.positions
        return self.prediction(self.norm(self.decoder(tokens)))[:, 1:]

    def forward(
        self, images: Tensor, noise: Tensor, mask_ratio: float = 0.75
    ) -> tuple[Tensor, Tensor, Tensor]:
        """images (n, c, h, h), noise of draw_noise (n, N) -> loss (), predictions (n, N, p), mask (n, N)."""
        expect_shapes(noise=(noise, f"{len(images)} {self.encoder.n_patches}"))
        visible, mask = split_patches(noise, visible_count(self.encoder.n_patches, mask_ratio))
        predictions = self.decode(self.encode(images, visible), visible)
        target = targets(images, self.encoder.patch_size, normalise=self.normalise)
        return masked_error(predictions, target, mask), predictions, mask
