"""Prompt tuning: a few trained vectors before the embedded input of a frozen model.

Lester, Al-Rfou, Constant (2021): The Power of Scale for Parameter-Efficient Prompt Tuning. EMNLP.
arXiv:2104.08691

| mathematics | name | shape | |
|---|---|---|---|
| X_e | embeddings | (b, n, e) | embedded input tokens |
| P_e | prompt | (p, e) | the only parameters that are trained |
| [P_e; X_e] | prepend(prompt, embeddings) | (b, p + n, e) | what the frozen model reads |
| y = f_theta([P_e; X_e]) | model | | theta is frozen |

**Departures.** The paper's model is T5; here it is any module that maps embeddings to an output. Where the
model adds positions to its embeddings, the prompt takes the first p of them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from reference._arguments import expect_counts, expect_floating, expect_positions, expect_shapes


def prepend(prompt: Tensor, embeddings: Tensor) -> Tensor:
    """[P_e; X_e]: the same prompt before every input. (p, e), (b, n, e) -> (b, p + n, e).

    >>> prepend(torch.tensor([[7.0]]), torch.tensor([[[1.0], [2.0]], [[3.0], [4.0]]])).squeeze(2)
    tensor([[7., 1., 2.],
            [7., 3., 4.]])
    """
    expect_shapes(prompt=(prompt, "p e"), embeddings=(embeddings, "b n e"))
    return torch.cat([prompt.expand(len(embeddings), -1, -1), embeddings], dim=1)


def prepend_present(n_tokens: int, present: Tensor) -> Tensor:
    """Which tokens are no padding once the prompt stands before them. (b, n) -> (b, p + n), bool."""
    expect_counts(n_tokens=n_tokens)
    expect_shapes(present=(present, "b n"))
    return torch.cat([torch.ones_like(present[:, :1]).expand(-1, n_tokens), present], dim=1).bool()


def random_prompt(n_tokens: int, width: int, generator: torch.Generator) -> Tensor:
    """Section 3.2, random initialisation: uniform in [-0.5, 0.5). -> (n_tokens, width)."""
    expect_counts(n_tokens=n_tokens, width=width)
    return torch.rand(n_tokens, width, generator=generator, device=generator.device) - 0.5


def prompt_from_vocabulary(
    vocabulary: Tensor, n_tokens: int, generator: torch.Generator, *, common: int = 5000
) -> Tensor:
    """Section 3.2, sampled vocabulary: embeddings of different tokens among the `common` most frequent ones.

    vocabulary (v, e), the most frequent tokens first -> (n_tokens, e), a copy.
    """
    expect_shapes(vocabulary=(vocabulary, "v e"))
    expect_counts(n_tokens=n_tokens, common=common)
    among = min(common, len(vocabulary))
    if n_tokens > among:
        raise ValueError(f"n_tokens is {n_tokens}: pass at most {among}, the number of tokens to choose from")
    chosen = torch.randperm(among, generator=generator, device=generator.device)[:n_tokens]
    return vocabulary[chosen.to(vocabulary.device)].detach().clone()


def prompt_from_classes(
    vocabulary: Tensor, classes: list[list[int]], n_tokens: int, fallback: Tensor
) -> Tensor:
    """Section 3.2, class labels: row i is the mean embedding of the tokens that spell class i.

    vocabulary (v, e); classes: the tokens of each class name; fallback (n_tokens, e): rows for which there
    is no class. More classes than rows: the first ones. -> (n_tokens, e).
    """
    expect_shapes(vocabulary=(vocabulary, "v e"), fallback=(fallback, f"{n_tokens} e"))
    prompt = fallback.detach().clone()
    for row, spelling in zip(prompt, classes, strict=False):
        tokens = torch.tensor(spelling, device=vocabulary.device)
        expect_positions(classes=(tokens, len(vocabulary)))
        row.copy_(vocabulary[tokens].mean(dim=0))
    return prompt


class PromptTuned(nn.Module):
    """A frozen model behind a trained prompt. embeddings (b, n, e) -> what the model makes of (b, p + n, e).

    model: maps embeddings, and whatever else it is given, to an output. prompt (p, e): where training starts.
    """

    def __init__(self, model: nn.Module, prompt: Tensor) -> None:
        super().__init__()
        expect_shapes(prompt=(prompt, "p e"))
        expect_floating(prompt=prompt)
        self.model = model.requires_grad_(False)
        self.prompt = nn.Parameter(prompt.detach().clone())

    def forward(self, embeddings: Tensor, present: Tensor | None = None) -> Tensor:
        """`present` (b, n), bool: which tokens are no padding; reaches the model lengthened by the prompt."""
        prompted = prepend(self.prompt, embeddings)
        if present is None:
            return self.model(prompted)
        return self.model(prompted, prepend_present(len(self.prompt), present))
