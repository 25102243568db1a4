"""One-shot trials, Omniglot's or drawn from a data set in its manner, and the error of a learner in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from autograder.datasets import Characters
from autograder.datasets.one_shot import one_shot_runs
from benchmarks.accuracy import _data
from benchmarks.accuracy._few_shot_learners import LARGER, SIDE, Embedder, Scores
from benchmarks.accuracy._runs import Figures
from reference import maml

COPIES = 10

Trial = tuple[
    Tensor, Tensor, Tensor
]  # support and queries of 56 x 56, the row of the support set that is right


@torch.no_grad()
def embedded_with_copies(embed: Embedder, images: Tensor, copies: int, seed: int) -> Tensor:
    """Mean embedding of each image and of `copies` warps of it. (n, 1, 56, 56) -> (n, d)."""
    generator = torch.Generator().manual_seed(seed)
    views = [images, *(_data.warped(images, _data.Warp(), generator) for _ in range(copies))]
    return torch.stack([embed(_data.halved(view, LARGER).to(embed.device)) for view in views]).mean(dim=0)


def error(trials: list[Trial], guess: Callable[[Tensor, Tensor], Tensor]) -> float:
    """Percentage of queries whose guess, a row of the support set, is wrong."""
    wrong = [
        (guess(support, queries).cpu() != answers).double().mean() for support, queries, answers in trials
    ]
    return round(100 * float(torch.stack(wrong).mean()), 3)


def errors_of_embedding(embed: Embedder, scores: Scores, trials: list[Trial]) -> Figures:
    embed.net.eval()

    def guess(copies: int) -> Callable[[Tensor, Tensor], Tensor]:
        def of(support: Tensor, queries: Tensor) -> Tensor:
            both = embedded_with_copies(embed, torch.cat([support, queries]), copies, seed=0)
            with torch.no_grad():
                return scores(both[: len(support)], both[len(support) :]).argmax(dim=1)

        return of

    return {"error": error(trials, guess(0)), "error_copies": error(trials, guess(COPIES))}


def errors_of_maml(
    net: nn.Module, rates: maml.Rates, inner: int, device: str, trials: list[Trial]
) -> Figures:
    """In training mode, as MAML is: batch norm takes the statistics of the support set, then of the queries."""

    def guess(support: Tensor, queries: Tensor) -> Tensor:
        shown, asked = (_data.halved(part, LARGER).to(device) for part in (support, queries))
        return maml.classify(
            net, shown, torch.arange(len(shown), device=device), asked, rates=rates, n_inner=inner
        )

    return {"error": error(trials, guess)}


def errors_of_pixels(trials: list[Trial]) -> Figures:
    """The support image at the smallest Euclidean distance."""

    def guess(support: Tensor, queries: Tensor) -> Tensor:
        return torch.cdist(queries.flatten(1), support.flatten(1)).argmin(dim=1)

    return {"error": error(trials, guess)}


def omniglot_trials(folder: Path | None) -> list[Trial]:
    return [(run.support, run.query, run.answers) for run in one_shot_runs(folder, SIDE * LARGER)]


def trials_within(data: Characters, count: int, seed: int, n_way: int = 20) -> list[Trial]:
    """As in Omniglot's task: one alphabet, two drawers, each class shown once and asked once."""
    generator = torch.Generator().manual_seed(seed)
    trials = []
    for number in range(count):
        alphabet = data.alphabet(data.alphabets[number % len(data.alphabets)])
        way = min(n_way, len(alphabet.class_names))
        classes = torch.randperm(len(alphabet.class_names), generator=generator)[:way]
        drawers = torch.randperm(int(alphabet.drawers.max()) + 1, generator=generator)[:2]
        parts = [
            torch.cat(
                [alphabet.images[(alphabet.labels == c) & (alphabet.drawers == drawer)][:1] for c in classes]
            )
            for drawer in drawers
        ]
        trials.append((parts[0], parts[1], torch.arange(way)))
    return trials
