"""ReMixMatch: MixMatch with aligned class shares, strong views anchored to a weak one, and rotations.

Berthelot, Carlini, Cubuk, Kurakin, Sohn, Zhang, Raffel (2020): ReMixMatch: Semi-Supervised Learning with
Distribution Alignment and Augmentation Anchoring. ICLR. arXiv:1911.09785

| mathematics | name | shape | |
|---|---|---|---|
| p(y) | class_shares | (c,) | marginal class distribution of the labelled data |
| p~(y) | DistributionAlignment.average() | (c,) | mean prediction over the last 128 unlabelled batches |
| q~ = Normalize(q p(y) / p~(y)) | align | (u, c) | distribution alignment, section 3.1 |
| u~_b | weak(unlabelled) | (u, ...) | the anchor: its prediction is the target of all |
| u^_(b,k) | strong(unlabelled) | (u, ...) | K strong views, section 3.2 |
| q_b | anchor_targets | (u, c) | lines 6 to 8 of algorithm 1; no gradient |
| X', U' | mix_batches | | lines 14 to 16, from mixmatch |
| U^_1 | the first strong view | (u, ...) | not mixed |
| r ~ {0, 90, 180, 270} | turns | (u,) | rotation loss on U^_1 |
| loss | Terms, remixmatch_loss | () | four cross-entropies, weights 1, lambda_U, lambda_U1, lambda_r |

Batch norm records the mixed batch only.

**Departures.** Labelled images are strongly augmented, as in algorithm 1; the authors' code leaves that to a
flag. Their learned augmentation, CTAugment, is replaced by any callable, RandAugment for instance. Rotations
are drawn for each image; the authors turn each quarter of the batch another way. X' and U' go through the
network as one batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from reference._arguments import expect_counts, expect_shapes
from reference.image_operations import quarter_turns
from reference.mixmatch import mix_batches
from reference.pseudo_label import expect_partly_labelled, one_hot, sharpen
from reference.vat import keep_batch_statistics


def align(probabilities: Tensor, class_shares: Tensor, model_shares: Tensor) -> Tensor:
    """q~ = Normalize(q (p(y) + 1e-6) / (p~(y) + 1e-6)). (u, c), (c,), (c,) -> (u, c).

    The 1e-6 is the authors'; it keeps a class that the model never predicts finite.

    >>> halves = torch.tensor([0.5, 0.5])
    >>> align(torch.tensor([[0.6, 0.4]]), class_shares=halves, model_shares=torch.tensor([0.75, 0.25]))
    tensor([[0.3333, 0.6667]])
    """
    expect_shapes(
        probabilities=(probabilities, "u c"),
        class_shares=(class_shares, "c"),
        model_shares=(model_shares, "c"),
    )
    aligned = probabilities * (class_shares + 1e-6) / (model_shares + 1e-6)
    return aligned / aligned.sum(dim=1, keepdim=True)


class DistributionAlignment(nn.Module):
    """p(y), and the memory behind p~(y): the mean predictions of past batches, uniform at first."""

    class_shares: Tensor
    past: Tensor

    def __init__(self, class_shares: Tensor, memory: int = 128) -> None:
        """class_shares (c,): the share (or count) of each class among the labelled data."""
        super().__init__()
        sizes = expect_shapes(class_shares=(class_shares, "c"))
        expect_counts(memory=memory)
        if class_shares.min() < 0 or class_shares.sum() <= 0:
            raise ValueError(
                f"class_shares is {class_shares.tolist()}: pass the classes' shares, none negative"
            )
        self.register_buffer("class_shares", class_shares / class_shares.sum())
        self.register_buffer("past", self.class_shares.new_full((memory, sizes["c"]), 1 / sizes["c"]))

    def average(self) -> Tensor:
        """p~(y): (c,)."""
        return self.past.mean(dim=0)

    @torch.no_grad()
    def record(self, probabilities: Tensor) -> None:
        """Enter the mean of one batch's predictions, before alignment (u, c); the oldest batch leaves."""
        self.past.copy_(torch.cat([self.past[1:], probabilities.mean(dim=0, keepdim=True).to(self.past)]))

    def forward(self, probabilities: Tensor) -> Tensor:
        """Align predictions (u, c) -> (u, c); records nothing."""
        return align(probabilities, self.class_shares.to(probabilities), self.average().to(probabilities))


@torch.no_grad()
def anchor_targets(
    classify: Callable[[Tensor], Tensor],
    alignment: DistributionAlignment,
    anchors: Tensor,
    temperature: float,
) -> Tensor:
    """Algorithm 1, lines 6 to 8: predict the weak views, align, sharpen. anchors (u, ...) -> (u, c).

    Then records the predictions: this batch is aligned by the ones before it.
    """
    with keep_batch_statistics(classify):
        probabilities = classify(anchors).softmax(dim=1)
    targets = sharpen(alignment(probabilities), temperature)
    alignment.record(probabilities)
    return targets


class Terms(NamedTuple):
    """The four terms of the loss, each a mean cross-entropy ()."""

    labelled: Tensor
    unlabelled: Tensor
    first_strong: Tensor
    rotation: Tensor


def remixmatch_terms(
    classify: Callable[[Tensor], Tensor],
    classify_rotation: Callable[[Tensor], Tensor],
    alignment: DistributionAlignment,
    weak: Callable[[Tensor], Tensor],
    strong: Callable[[Tensor], Tensor],
    labelled: Tensor,
    labels: Tensor,
    unlabelled: Tensor,
    *,
    generator: torch.Generator,
    n_views: int = 2,
    temperature: float = 0.5,
    alpha: float = 0.75,
) -> Terms:
    """Algorithm 1 and its losses. labelled (n, c, h, h), labels (n,), unlabelled (u, c, h, h).

    classify_rotation gives 4 logits for each image: a second head on the same features. n_views is K.
    """
    expect_partly_labelled(labelled, labels, unlabelled)
    expect_shapes(unlabelled=(unlabelled, "u c h h"))
    expect_counts(n_views=n_views)
    anchors = weak(unlabelled)
    targets = anchor_targets(classify, alignment, anchors, temperature)
    views = [strong(unlabelled) for _ in range(n_views)]
    everyone = torch.cat([one_hot(labels, targets), targets.repeat(n_views + 1, 1)])
    mixed, mixed_targets = mix_batches(
        torch.cat([strong(labelled), *views, anchors]), everyone, alpha=alpha, generator=generator
    )
    logits, n = classify(mixed), len(labelled)
    turns = torch.randint(4, (len(unlabelled),), generator=generator, device=generator.device)
    turns = turns.to(unlabelled.device)
    with keep_batch_statistics(classify), keep_batch_statistics(classify_rotation):
        first_logits = classify(views[0])
        rotation_logits = classify_rotation(quarter_turns(views[0], turns))
    return Terms(
        functional.cross_entropy(logits[:n], mixed_targets[:n]),
        functional.cross_entropy(logits[n:], mixed_targets[n:]),
        functional.cross_entropy(first_logits, targets),
        functional.cross_entropy(rotation_logits, turns),
    )


def remixmatch_loss(
    terms: Terms, *, weight: float = 1.5, first_strong_weight: float = 0.5, rotation_weight: float = 0.5
) -> Tensor:
    """The sum of the terms with lambda_U, lambda_U1 and lambda_r: ()."""
    unlabelled = weight * terms.unlabelled + first_strong_weight * terms.first_strong
    return terms.labelled + unlabelled + rotation_weight * terms.rotation
