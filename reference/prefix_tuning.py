"""Prefix tuning: trained keys and values before those of the tokens, in every layer of a frozen Transformer.

Li, Liang (2021): Prefix-Tuning: Optimizing Continuous Prompts for Generation. ACL. arXiv:2101.00190

| mathematics | name | shape | |
|---|---|---|---|
| v (the paper: the length of P_idx) | n_tokens | | length of the prefix |
| L | depth | | layers |
| H, e | n_heads | | heads of e numbers each; d = H * e |
| P_theta = MLP(P'_theta) | matrix | (v, 2 L d) | all keys and values of all layers |
| P'_theta | source | (v, d) | section 4.3: smaller, and a perceptron makes P_theta of it |
| | keys_and_values(...) | L times (1, H, v, e) | twice: what each layer's attention sees first |

**Departures.** The paper's model is autoregressive and the prefix is what it saw before the input; here
every token of any Encoder may look at the prefix. The perceptron has one hidden layer with tanh, as in the
authors' code. Its output is laid out layer by layer, keys before values, as there and in later libraries.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from reference._arguments import expect_counts, expect_shapes
from reference._transformer import Encoder, KeysValues


def keys_and_values(matrix: Tensor, depth: int, n_heads: int) -> list[KeysValues]:
    """Cut P_theta into the keys and values of each layer. (v, 2 L d) -> L pairs of (1, H, v, e).

    >>> layers = keys_and_values(torch.zeros(5, 2 * 3 * 8), depth=3, n_heads=2)  # v = 5, L = 3, d = 8
    >>> len(layers), layers[0][0].shape, layers[0][1].shape
    (3, torch.Size([1, 2, 5, 4]), torch.Size([1, 2, 5, 4]))
    """
    expect_counts(depth=depth, n_heads=n_heads)
    sizes = expect_shapes(matrix=(matrix, "v n"))
    if sizes["n"] % (2 * depth * n_heads):
        raise ValueError(
            f"matrix has shape {tuple(matrix.shape)}: pass (v, 2 * {depth} * d), "
            f"with a d that n_heads={n_heads} divides"
        )
    parts = matrix.unflatten(1, (2 * depth, n_heads, -1)).permute(1, 2, 0, 3).unsqueeze(1)  # 2L, 1, H, v, e
    return [(parts[2 * layer], parts[2 * layer + 1]) for layer in range(depth)]


class Prefix(nn.Module):
    """The prefix of an encoder. Calling it gives the keys and values of each layer.

    hidden: width of the perceptron that makes P_theta of P'_theta; None trains P_theta directly.
    `generator` draws what is random at the start.
    """

    def __init__(
        self,
        n_tokens: int,
        depth: int,
        width: int,
        n_heads: int,
        *,
        hidden: int | None = 512,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        expect_counts(n_tokens=n_tokens, depth=depth, width=width, n_heads=n_heads)
        self.depth, self.n_heads = depth, n_heads
        n_outputs = 2 * depth * width
        columns = n_outputs if hidden is None else width
        self.source = nn.Parameter(torch.randn(n_tokens, columns, generator=generator))
        self.perceptron: nn.Module = nn.Identity()
        if hidden is not None:
            first, second = _linear(width, hidden, generator), _linear(hidden, n_outputs, generator)
            self.perceptron = nn.Sequential(first, nn.Tanh(), second)

    def matrix(self) -> Tensor:
        """Section 4.3: P_theta = MLP(P'_theta), row by row. -> (v, 2 L d)."""
        return self.perceptron(self.source)

    def forward(self) -> list[KeysValues]:
        return keys_and_values(self.matrix(), self.depth, self.n_heads)

    @torch.no_grad()
    def without_perceptron(self) -> Prefix:
        """Section 4.3: once trained, the perceptron can go. A prefix with the same keys and values."""
        matrix = self.matrix()
        width = matrix.shape[1] // (2 * self.depth)
        generator = torch.Generator()  # what it draws is replaced
        plain = Prefix(len(matrix), self.depth, width, self.n_heads, hidden=None, generator=generator)
        plain.source.data = matrix
        return plain


class PrefixTuned(nn.Module):
    """A frozen encoder behind a trained prefix. tokens (b, t, d) -> (b, t, d)."""

    def __init__(self, encoder: Encoder, prefix: Prefix) -> None:
        super().__init__()
        self.encoder = encoder.requires_grad_(False)
        self.prefix = prefix

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.encoder(tokens, mask, self.prefix())


def _linear(n_inputs: int, n_outputs: int, generator: torch.Generator) -> nn.Linear:
    """A linear map that starts as PyTorch's do, drawn from `generator`."""
    linear = nn.utils.skip_init(nn.Linear, n_inputs, n_outputs)
    bound = n_inputs**-0.5
    for parameter in linear.parameters():
        nn.init.uniform_(parameter, -bound, bound, generator=generator)
    return linear
