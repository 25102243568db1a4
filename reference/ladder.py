"""Ladder network: a classifier whose every layer is also denoised, from the top down.

Rasmus, Valpola, Honkala, Berglund, Raiko (2015): Semi-Supervised Learning with Ladder Networks. NeurIPS 28.
arXiv:1507.02672

| mathematics | name | shape | |
|---|---|---|---|
| x = h(0) = z(0) | labelled, unlabelled | (b, d_0) | layers l = 0 ... L have d_l units |
| W(l), V(l) | forward_maps, backward_maps | (d_(l-1), d_l) and back | no bias: batch norm follows |
| mu(l), sigma(l) | batch_statistics | (d_l,), (d_l,) | mean and standard deviation of W(l) h(l-1) |
| z(l), z~(l) | Path.z | (b, d_l) | normalised; of the clean path, of the noisy path |
| beta(l), gamma(L) | bias, scale | (d_l,), (d_L,) | h = relu(z + beta), top: softmax(gamma (z + beta)) |
| u(l) | signal | (b, d_l) | normalised V(l+1) z^, z^ of the layer above; u(L): the normalised noisy prediction |
| z^_i = g(z~_i, u_i) | denoise | (b, d_l) | (z~_i - mu_i(u_i)) v_i(u_i) + mu_i(u_i) |
| mu_i(u) = a_1 sigmoid(a_2 u + a_3) + a_4 u + a_5 | |  | |
| v_i(u) = a_6 sigmoid(a_7 u + a_8) + a_9 u + a_10 | |  | |
| a_1 ... a_10 | coefficients | (10, d_l) | ten for each unit |
| z^_BN = (z^ - mu) / sigma | | (b, d_l) | mu and sigma of the clean path |
| lambda_l / (N d_l) sum (z - z^_BN)^2 | denoising_cost | () | |
| C | ladder_loss | () | -mean log P(y~ = t given x) plus the denoising costs: algorithm 1 |

The gradient reaches the clean path too: z is no constant.

**Departures.** Labelled and unlabelled batches are normalised apart, as in the authors' code. The input layer
has no mu and sigma: z^(0) is compared as it is. gamma is left out below the top, where ReLU makes it
redundant. g starts as z^ = z~ (a_2 = a_7 = a_10 = 1, others 0); the paper does not say where it starts. For
prediction the statistics of the clean unlabelled batches are averaged exponentially, as in any batch norm.
Only fully connected layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from reference._arguments import expect_counts, expect_floating, expect_shapes
from reference.pseudo_label import classification_loss, expect_partly_labelled

# -------------------------------------------------------------------------------------------------- equations


def batch_statistics(preactivations: Tensor) -> tuple[Tensor, Tensor]:
    """mu and sigma of each unit over the batch, sigma = sqrt(variance + 1e-10). (b, d) -> (d,), (d,)."""
    expect_shapes(preactivations=(preactivations, "b d"))
    variance, mean = torch.var_mean(preactivations, dim=0, correction=0)
    return mean, (variance + 1e-10).sqrt()


def denoise(noisy: Tensor, signal: Tensor, coefficients: Tensor) -> Tensor:
    """g(z~, u) = (z~ - mu(u)) v(u) + mu(u). (b, d), (b, d), (10, d) -> (b, d).

    Optimal for Gaussian z whose mean and variance the layer above modulates.

    >>> start = torch.zeros(10, 1)
    >>> start[[1, 6, 9]] = 1.0  # a_2, a_7, a_10
    >>> denoise(torch.tensor([[2.0]]), torch.tensor([[5.0]]), start)  # nothing is taken away at the start
    tensor([[2.]])
    """
    expect_shapes(noisy=(noisy, "b d"), signal=(signal, "b d"), coefficients=(coefficients, "10 d"))
    expect_floating(noisy=noisy, signal=signal)
    a1, a2, a3, a4, a5, a6, a7, a8, a9, a10 = coefficients
    mean = a1 * torch.sigmoid(a2 * signal + a3) + a4 * signal + a5
    share = a6 * torch.sigmoid(a7 * signal + a8) + a9 * signal + a10
    return (noisy - mean) * share + mean


def denoising_cost(clean: Tensor, estimate: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """1/(N d) sum (z - (z^ - mu) / sigma)^2. (b, d), (b, d), (d,), (d,) -> ()."""
    expect_shapes(clean=(clean, "b d"), estimate=(estimate, "b d"), mean=(mean, "d"), std=(std, "d"))
    return (clean - (estimate - mean) / std).square().mean()


# ---------------------------------------------------------------------------------------------------- network


class Path(NamedTuple):
    """One way up, clean or noisy: z(l), and mu(l) and sigma(l), for l = 0 ... L; the logits of the top."""

    z: list[Tensor]
    statistics: list[tuple[Tensor, Tensor]]
    logits: Tensor


class LadderNetwork(nn.Module):
    """(b, d_0) -> logits (b, d_L), clean, with running statistics; `climb` and `descend` are for training."""

    def __init__(self, sizes: Sequence[int], noise_std: float = 0.3, momentum: float = 0.1) -> None:
        """sizes: d_0 ... d_L. noise_std: of the Gaussian noise on the input and on every layer."""
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"sizes is {list(sizes)}: pass input, hidden and output sizes, two or more")
        for size in sizes:
            expect_counts(size=size)
        if noise_std < 0:
            raise ValueError(f"noise_std is {noise_std}: pass 0 or more")
        self.width, self.noise_std, self.momentum = sizes[0], noise_std, momentum
        self.forward_maps = nn.ModuleList(nn.Linear(i, o, bias=False) for i, o in pairwise(sizes))
        self.backward_maps = nn.ModuleList(nn.Linear(o, i, bias=False) for i, o in pairwise(sizes))
        for linear in (*self.forward_maps, *self.backward_maps):
            nn.init.normal_(linear.weight, std=linear.in_features**-0.5)
        self.bias = nn.ParameterList(torch.zeros(size) for size in sizes[1:])
        self.scale = nn.Parameter(torch.ones(sizes[-1]))
        start = torch.tensor([0.0, 1, 0, 0, 0, 0, 1, 0, 0, 1])
        self.coefficients = nn.ParameterList(start[:, None].repeat(1, size) for size in sizes)
        for layer, size in enumerate(sizes[1:]):
            self.register_buffer(f"running_mean_{layer}", torch.zeros(size))
            self.register_buffer(f"running_std_{layer}", torch.ones(size))

    def climb(self, x: Tensor, *, noise_std: float = 0.0, generator: torch.Generator | None = None) -> Path:
        """The encoder with batch statistics, clean or with noise on every layer. (b, d_0) -> Path."""
        expect_shapes(x=(x, f"b {self.width}"))
        h = _with_noise(x, noise_std, generator)
        z, statistics = [h], [(x.new_zeros(x.shape[1]), x.new_ones(x.shape[1]))]
        for linear, bias in zip(self.forward_maps, self.bias, strict=True):
            preactivations = linear(h)
            mean, std = batch_statistics(preactivations)
            z.append(_with_noise((preactivations - mean) / std, noise_std, generator))
            statistics.append((mean, std))
            h = torch.relu(z[-1] + bias)
        return Path(z, statistics, self.scale * (z[-1] + self.bias[-1]))

    def descend(self, noisy: Path) -> list[Tensor]:
        """The decoder: z^(0) ... z^(L) from the noisy path, drawn from the top down."""
        signal = noisy.logits.softmax(dim=1)
        estimates: list[Tensor] = []
        for layer in reversed(range(len(noisy.z))):
            mean, std = batch_statistics(signal)
            estimate = denoise(noisy.z[layer], (signal - mean) / std, self.coefficients[layer])
            estimates.insert(0, estimate)
            if layer:
                signal = self.backward_maps[layer - 1](estimate)
        return estimates

    @torch.no_grad()
    def record(self, clean: Path) -> None:
        """Enter the statistics of a clean path into the running ones."""
        for layer, (mean, std) in enumerate(clean.statistics[1:]):
            self.get_buffer(f"running_mean_{layer}").lerp_(mean, self.momentum)
            self.get_buffer(f"running_std_{layer}").lerp_(std, self.momentum)

    def forward(self, x: Tensor) -> Tensor:
        expect_shapes(x=(x, f"b {self.width}"))
        h = x
        for layer, (linear, bias) in enumerate(zip(self.forward_maps, self.bias, strict=True)):
            mean = self.get_buffer(f"running_mean_{layer}")
            shifted = (linear(h) - mean) / self.get_buffer(f"running_std_{layer}") + bias
            h = torch.relu(shifted)
        return self.scale * shifted


def _with_noise(x: Tensor, std: float, generator: torch.Generator | None) -> Tensor:
    if not std:
        return x
    if generator is None:
        raise ValueError(f"noise_std is {std} and there is no generator: pass generator=torch.Generator()")
    noise = torch.randn(x.shape, generator=generator, device=generator.device, dtype=torch.float64)
    return x + std * noise.to(x)


# --------------------------------------------------------------------------------------------------- training


def denoising_costs(net: LadderNetwork, unlabelled: Tensor, *, generator: torch.Generator) -> Tensor:
    """The cost of each layer, unweighted; in training mode, statistics are recorded. (b, d_0) -> (L + 1,)."""
    clean = net.climb(unlabelled)
    if net.training:
        net.record(clean)
    noisy = net.climb(unlabelled, noise_std=net.noise_std, generator=generator)
    layers = zip(clean.z, net.descend(noisy), clean.statistics, strict=True)
    return torch.stack([denoising_cost(z, estimate, mean, std) for z, estimate, (mean, std) in layers])


def ladder_loss(
    net: LadderNetwork,
    labelled: Tensor,
    labels: Tensor,
    unlabelled: Tensor,
    *,
    denoising_weights: Sequence[float],
    generator: torch.Generator,
) -> Tensor:
    """Algorithm 1: C. labelled (n, d_0), labels (n,), unlabelled (u, d_0) -> ().

    denoising_weights: lambda_0 ... lambda_L (1000, 10, 0.1, 0.1 ... in the paper's MNIST runs). All 0 but the
    last is the Gamma-model.
    """
    expect_partly_labelled(labelled, labels, unlabelled)
    weights = torch.tensor(list(denoising_weights), dtype=torch.float64).to(unlabelled)
    if len(weights) != len(net.coefficients):
        raise ValueError(
            f"there are {len(weights)} denoising_weights: pass {len(net.coefficients)}, input layer first"
        )
    noisy = net.climb(labelled, noise_std=net.noise_std, generator=generator)
    costs = denoising_costs(net, unlabelled, generator=generator)
    return classification_loss(noisy.logits, labels) + (weights * costs).sum()
