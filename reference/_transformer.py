"""The Transformer encoder that vit, bert and clip share, and that lora, adapters and prefix_tuning adapt.

Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin (2017): Attention Is All You Need.
NeurIPS 30. arXiv:1706.03762

| mathematics | name | shape | |
|---|---|---|---|
| Q, K, V | queries, keys, values | (b, h, q, e), (b, h, k, e), (b, h, k, e) | h heads of e numbers each |
| | weights | (b, h, q, k) | how much each query takes from each value |
| | mask | broadcasts to (b, h, q, k) | True where a query may look |
| h | n_heads | | |
| d | width | | h * e |
| X | tokens | (b, t, d) | one vector for each token |

**Departures.** GELU in place of ReLU, as in BERT and ViT; the norm before or after each sublayer; no dropout;
no decoder. Attention is written out, not fused: second derivatives exist, and the weights can be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from reference._arguments import expect_counts, expect_shapes

KeysValues = tuple[Tensor, Tensor]


def attention_weights(queries: Tensor, keys: Tensor, mask: Tensor | None = None) -> Tensor:
    """Section 3.2.1: softmax(Q K^T / sqrt(e)). (..., q, e), (..., k, e) -> (..., q, k), rows sum to 1."""
    scores = queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return scores.softmax(dim=-1)


def attention(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None) -> Tensor:
    """Eq. 1: softmax(Q K^T / sqrt(e)) V. (..., q, e), (..., k, e), (..., k, e) -> (..., q, e)."""
    return attention_weights(queries, keys, mask) @ values


def causal_mask(n_tokens: int, device: torch.device | None = None) -> Tensor:
    """True where a token may look: at itself and at those before it. -> (n_tokens, n_tokens)."""
    return torch.ones(n_tokens, n_tokens, dtype=torch.bool, device=device).tril()


def padding_mask(present: Tensor) -> Tensor:
    """Every query may look at the tokens that are present. (b, t) of bool -> (b, 1, 1, t)."""
    expect_shapes(present=(present, "b t"))
    return present.bool().unsqueeze(1).unsqueeze(1)


class MultiHeadAttention(nn.Module):
    """Section 3.2.2: attention in n_heads subspaces, with four linear maps. (b, t, d) -> (b, t, d)."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        expect_counts(width=width, n_heads=n_heads)
        if width % n_heads:
            raise ValueError(f"width is {width} and n_heads is {n_heads}: pass a width that n_heads divides")
        self.n_heads = n_heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.output = nn.Linear(width, width)

    def forward(self, tokens: Tensor, mask: Tensor | None = None, prefix: KeysValues | None = None) -> Tensor:
        """`prefix`: keys and values (b or 1, h, v, e) that stand before those of the tokens; all see them."""
        queries, keys, values = (
            self._split(project(tokens)) for project in (self.query, self.key, self.value)
        )
        if prefix is not None:
            prefix_keys, prefix_values = (part.expand(len(tokens), -1, -1, -1) for part in prefix)
            keys, values = torch.cat([prefix_keys, keys], dim=2), torch.cat([prefix_values, values], dim=2)
            if mask is not None:
                seen = mask.new_ones(*mask.shape[:-1], prefix_keys.shape[2])
                mask = torch.cat([seen, mask], dim=-1)
        return self.output(attention(queries, keys, values, mask).transpose(1, 2).flatten(2))

    def _split(self, tokens: Tensor) -> Tensor:
        """(b, t, d) -> (b, h, t, e)."""
        return tokens.unflatten(2, (self.n_heads, -1)).transpose(1, 2)


class EncoderLayer(nn.Module):
    """Self-attention and a two-layer perceptron, each with a residual connection and a layer norm.

    norm_first: x + f(norm(x)), as in ViT and CLIP; otherwise norm(x + f(x)), as in the paper and in BERT.
    """

    def __init__(
        self, width: int, n_heads: int, mlp_width: int, *, norm_first: bool, norm_eps: float = 1e-6
    ) -> None:
        super().__init__()
        expect_counts(mlp_width=mlp_width)
        self.norm_first = norm_first
        self.attention = MultiHeadAttention(width, n_heads)
        self.attention_norm = nn.LayerNorm(width, eps=norm_eps)
        self.mlp = nn.Sequential(nn.Linear(width, mlp_width), nn.GELU(), nn.Linear(mlp_width, width))
        self.mlp_norm = nn.LayerNorm(width, eps=norm_eps)

    def forward(self, tokens: Tensor, mask: Tensor | None = None, prefix: KeysValues | None = None) -> Tensor:
        if self.norm_first:
            tokens = tokens + self.attention(self.attention_norm(tokens), mask, prefix)
            return tokens + self.mlp(self.mlp_norm(tokens))
        tokens = self.attention_norm(tokens + self.attention(tokens, mask, prefix))
        return self.mlp_norm(tokens + self.mlp(tokens))


class Encoder(nn.Module):
    """A stack of encoder layers. (b, t, d) -> (b, t, d)."""

    def __init__(
        self,
        depth: int,
        width: int,
        n_heads: int,
        mlp_width: int,
        *,
        norm_first: bool,
        norm_eps: float = 1e-6,
    ) -> None:
        super().__init__()
        expect_counts(depth=depth)
        self.width, self.n_heads = width, n_heads
        self.layers = nn.ModuleList(
            EncoderLayer(width, n_heads, mlp_width, norm_first=norm_first, norm_eps=norm_eps)
            for _ in range(depth)
        )

    def forward(
        self, tokens: Tensor, mask: Tensor | None = None, prefixes: Sequence[KeysValues] | None = None
    ) -> Tensor:
        """`prefixes`: for each layer the keys and values of its prefix, or None for no prefixes at all."""
        expect_shapes(tokens=(tokens, f"b t {self.width}"))
        if prefixes is not None and len(prefixes) != len(self.layers):
            raise ValueError(
                f"there are {len(prefixes)} prefixes: pass {len(self.layers)}, one for each layer"
            )
        for i, layer in enumerate(self.layers):
            tokens = layer(tokens, mask, None if prefixes is None else prefixes[i])
        return tokens
