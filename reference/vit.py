"""Vision Transformer: an image is a sentence of patches, read by a Transformer encoder.

Dosovitskiy, Beyer, Kolesnikov, Weissenborn, Zhai, Unterthiner, Dehghani, Minderer, Heigold, Gelly, Uszkoreit,
Houlsby (2020): An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale. arXiv:2010.11929

| mathematics | name | shape | |
|---|---|---|---|
| x | images | (b, c, h, w) | |
| P | patch_size | | |
| N | n_patches | | h * w / P^2 |
| x_p | patches | (b, N, c * P * P) | row after row, each patch flattened channel by channel |
| E | patch_embedding | (c * P * P, D) | linear map, with bias |
| E_pos | positions | (1, N + 1, D) | learned; the first belongs to the class token |
| x_class | class_token | (1, 1, D) | learned |
| z_0 = [x_class; x_p E] + E_pos | embed(images) | (b, N + 1, D) | eq. 1 |
| LN(z_L) | encode(tokens) | (b, t, D) | eq. 2 and 3, with the norm of eq. 4 on every token |
| y = LN(z_L^0) | forward(images) | (b, D) | eq. 4: the class token's output |

**Departures.** No dropout; no head inside: put any on y. Positions are not interpolated to other image sizes.
As in the authors' code, positions start normal with deviation 0.02, the class token at 0 and linear maps
Xavier-uniform; unlike there, the patch embedding does so too, and the biases of the perceptron start at 0.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from reference._arguments import expect_counts, expect_shapes
from reference._transformer import Encoder


def patchify(images: Tensor, patch_size: int) -> Tensor:
    """Section 3.1: cut images into patches. (b, c, h, w) -> (b, h * w / P^2, c * P * P).

    >>> patchify(torch.arange(8.0).reshape(1, 1, 2, 4), 2).tolist()
    [[[0.0, 1.0, 4.0, 5.0], [2.0, 3.0, 6.0, 7.0]]]
    """
    sizes = expect_shapes(images=(images, "b c h w"))
    expect_counts(patch_size=patch_size)
    if sizes["h"] % patch_size or sizes["w"] % patch_size:
        raise ValueError(
            f"images has shape {tuple(images.shape)}: pass sides that patch_size={patch_size} divides"
        )
    grid = images.unflatten(3, (-1, patch_size)).unflatten(2, (-1, patch_size))  # b, c, rows, P, columns, P
    return grid.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)


def unpatchify(patches: Tensor, patch_size: int, height: int, width: int) -> Tensor:
    """The inverse of patchify. (b, h * w / P^2, c * P * P) -> (b, c, h, w)."""
    expect_counts(patch_size=patch_size, height=height, width=width)
    rows, columns = height // patch_size, width // patch_size
    sizes = expect_shapes(patches=(patches, f"b {rows * columns} n"))
    if (height % patch_size, width % patch_size, sizes["n"] % patch_size**2) != (0, 0, 0):
        raise ValueError(
            f"height={height}, width={width}, patch_size={patch_size} and {sizes['n']} numbers a patch "
            "do not fit: pass what patchify was given"
        )
    grid = patches.unflatten(2, (-1, patch_size, patch_size)).unflatten(1, (rows, columns))
    return grid.permute(0, 3, 1, 4, 2, 5).flatten(4).flatten(2, 3)


class VisionTransformer(nn.Module):
    """(b, in_channels, image_size, image_size) -> (b, width): `embed`, `encode`, then the first token."""

    def __init__(
        self,
        image_size: int = 28,
        patch_size: int = 7,
        in_channels: int = 1,
        width: int = 64,
        depth: int = 4,
        n_heads: int = 4,
        mlp_width: int = 256,
    ) -> None:
        super().__init__()
        expect_counts(image_size=image_size, patch_size=patch_size, in_channels=in_channels)
        if image_size % patch_size:
            raise ValueError(
                f"image_size is {image_size}: pass a multiple of the patch_size, which is {patch_size}"
            )
        self.image_size, self.patch_size, self.in_channels = image_size, patch_size, in_channels
        self.n_patches = (image_size // patch_size) ** 2
        self.patch_embedding = nn.Linear(in_channels * patch_size**2, width)
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(0.02 * torch.randn(1, self.n_patches + 1, width))
        self.encoder = Encoder(depth, width, n_heads, mlp_width, norm_first=True)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def embed_patches(self, images: Tensor) -> Tensor:
        """Patch embeddings with their positions, without the class token. (b, c, h, w) -> (b, N, D)."""
        expect_shapes(images=(images, f"b {self.in_channels} {self.image_size} {self.image_size}"))
        return self.patch_embedding(patchify(images, self.patch_size)) + self.positions[:, 1:]

    def prepend_class_token(self, patches: Tensor) -> Tensor:
        """The class token, with its position, before any number of patches. (b, n, D) -> (b, n + 1, D)."""
        first = self.class_token + self.positions[:, :1]
        return torch.cat([first.expand(len(patches), -1, -1), patches], dim=1)

    def embed(self, images: Tensor) -> Tensor:
        """Eq. 1: z_0 = [x_class; x_p^1 E; ...; x_p^N E] + E_pos. (b, c, h, w) -> (b, N + 1, D)."""
        return self.prepend_class_token(self.embed_patches(images))

    def encode(self, tokens: Tensor) -> Tensor:
        """Eq. 2 and 3, then the layer norm of eq. 4 on every token. (b, t, D) -> (b, t, D)."""
        return self.norm(self.encoder(tokens))

    def forward(self, images: Tensor) -> Tensor:
        return self.encode(self.embed(images))[:, 0]
