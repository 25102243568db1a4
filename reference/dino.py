"""DINO: a student that sees small crops agrees with its averaged teacher that sees large ones.

Caron, Touvron, Misra, Jegou, Mairal, Bojanowski, Joulin (2021): Emerging Properties in Self-Supervised Vision
Transformers. ICCV. arXiv:2104.14294

| mathematics | name | shape | |
|---|---|---|---|
| V, x_1^g, x_2^g | multi_crop | list of (n, c, s, s) | the two global views first, then the local ones |
| g_theta_s(x') | student_logits | (v, n, k) | all v views |
| g_theta_t(x) | teacher_logits | (2, n, k) | the global views; no gradient |
| P_s = softmax(g_theta_s(x) / tau_s) | |  | eq. 1 |
| P_t = softmax((g_theta_t(x) - c) / tau_t) | |  | centring and sharpening |
| c | centre | (k,) | |
| sum_(x global) sum_(x' != x) H(P_t(x), P_s(x')) | dino_loss | () | eq. 2 and 3, as the mean over the pairs |
| c <- m c + (1 - m) mean g_theta_t(x) | next_centre | (k,) | eq. 4, from the outputs as they are |
| theta_t <- lambda theta_t + (1 - lambda) theta_s | update_teacher | | lambda by byol.momentum_at |

The centre that a batch is compared with is the one before that batch: it changes after the loss.

**Departures.** The last layer's weights are normalised by hand, with length 1 for good (`norm_last_layer` in
the authors' code). Teacher buffers are averaged like weights (see mean_teacher). Clipping the gradient and
holding the last layer still during the first epoch are left to the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

import torch
from torch import Tensor, nn
from torch.nn import functional

from reference._arguments import (
    expect_counts,
    expect_floating,
    expect_fraction,
    expect_positive,
    expect_shapes,
)
from reference.augmentations import BYOL_JITTER, simclr_view
from reference.mean_teacher import make_teacher, update_teacher

# -------------------------------------------------------------------------------------------------- equations


def dino_loss(
    student_logits: Tensor,
    teacher_logits: Tensor,
    centre: Tensor,
    *,
    student_temperature: float = 0.1,
    teacher_temperature: float = 0.04,
) -> Tensor:
    """Eq. 3: mean of H(P_t(x), P_s(x')) over teacher views x and student views x' != x. -> ().

    student_logits (v, n, k), teacher_logits (g, n, k), centre (k,). Teacher view i is student view i. No
    gradient reaches the teacher's logits or the centre.

    >>> uniform = torch.zeros(2, 1, 4)  # two views of one image, four outputs
    >>> dino_loss(uniform, uniform, centre=torch.zeros(4)).exp()  # the entropy of the uniform distribution is log 4
    tensor(4.)
    """
    sizes = expect_shapes(
        student_logits=(student_logits, "v n k"),
        teacher_logits=(teacher_logits, "g n k"),
        centre=(centre, "k"),
    )
    expect_floating(student_logits=student_logits, teacher_logits=teacher_logits)
    expect_positive(student_temperature=student_temperature, teacher_temperature=teacher_temperature)
    v, g = sizes["v"], sizes["g"]
    if g > v or v < 2:
        raise ValueError(
            f"there are {v} student views and {g} teacher views: pass at least two student views, "
            "the teacher's among them"
        )
    targets = ((teacher_logits - centre).detach() / teacher_temperature).softmax(dim=2)
    log_p = (student_logits / student_temperature).log_softmax(dim=2)
    cross_entropies = -torch.einsum("gnk,vnk->gv", targets, log_p) / sizes["n"]
    other = ~torch.eye(g, v, dtype=torch.bool, device=log_p.device)
    return cross_entropies[other].mean()


@torch.no_grad()
def next_centre(centre: Tensor, teacher_logits: Tensor, momentum: float) -> Tensor:
    """Eq. 4: m c + (1 - m) mean of the teacher's logits, neither centred nor sharpened.

    (k,), (..., k) -> (k,).

    >>> next_centre(torch.tensor([1.0, 0.0]), torch.tensor([[[3.0, 2.0]], [[5.0, 2.0]]]), momentum=0.5)
    tensor([2.5000, 1.0000])
    """
    expect_shapes(centre=(centre, "k"), teacher_logits=(teacher_logits, "... k"))
    expect_fraction(momentum=momentum)
    return momentum * centre + (1 - momentum) * teacher_logits.flatten(0, -2).mean(dim=0)


def teacher_temperature_at(step: int, n_warmup: int, first: float = 0.04, last: float = 0.07) -> float:
    """Linear from `first` at step 0 to `last` at step n_warmup, then constant."""
    expect_counts(n_warmup=n_warmup)
    return first + (last - first) * min(1.0, step / n_warmup)


def multi_crop(
    images: Tensor,
    *,
    generator: torch.Generator,
    global_size: int,
    local_size: int,
    n_local: int = 8,
    global_area: tuple[float, float] = (0.4, 1.0),
    local_area: tuple[float, float] = (0.05, 0.4),
    flip_probability: float = 0.5,
) -> list[Tensor]:
    """Two global views (n, c, global_size, global_size), then n_local local ones, in colours of their own.

    Blur and solarization as in the authors' code: always and never for the first view, 0.1 and 0.2 for the
    second, 0.5 and never for the local ones.
    """
    expect_counts(0, n_local=n_local)

    def view(size: int, area: tuple[float, float], blur: float, solarize: float) -> Tensor:
        return simclr_view(
            images,
            generator=generator,
            size=size,
            area=area,
            flip_probability=flip_probability,
            jitter=BYOL_JITTER,
            blur_probability=blur,
            solarize_probability=solarize,
        )

    whole = [view(global_size, global_area, 1.0, 0.0), view(global_size, global_area, 0.1, 0.2)]
    return whole + [view(local_size, local_area, 0.5, 0.0) for _ in range(n_local)]


# ---------------------------------------------------------------------------------------------------- network


class DINOHead(nn.Module):
    """Three linear layers with GELU, a unit vector of `bottleneck` numbers, cosines with `out` unit vectors.

    (n, width) -> (n, out).
    """

    def __init__(self, width: int, hidden: int = 2048, bottleneck: int = 256, out: int = 65536) -> None:
        super().__init__()
        expect_counts(width=width, hidden=hidden, bottleneck=bottleneck, out=out)
        linears = [nn.Linear(width, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, bottleneck)]
        for linear in linears:
            nn.init.trunc_normal_(linear.weight, std=0.02)
            nn.init.zeros_(linear.bias)
        self.layers = nn.Sequential(linears[0], nn.GELU(), linears[1], nn.GELU(), linears[2])
        self.last = nn.Linear(bottleneck, out, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        directions = functional.normalize(self.layers(features), dim=1)
        return functional.linear(directions, functional.normalize(self.last.weight, dim=1))


def encode_views(
    encoder: Callable[[Tensor], Tensor], head: Callable[[Tensor], Tensor], views: Sequence[Tensor]
) -> Tensor:
    """Views of equal size go through the encoder as one batch, all of them through the head. -> (v, n, k)."""
    if len(views) < 2 or len({len(view) for view in views}) > 1:
        raise ValueError(
            f"views have shapes {[tuple(view.shape) for view in views]}: "
            "pass two or more views of the same images"
        )
    runs = [list(run) for _, run in groupby(views, key=lambda view: view.shape[1:])]
    features = torch.cat([encoder(torch.cat(run)) for run in runs])
    return head(features).reshape(len(views), len(views[0]), -1)


class DINO(nn.Module):
    """Student, teacher and centre. The encoder has to make vectors of one width from crops of both sizes."""

    centre: Tensor

    def __init__(
        self,
        encoder: nn.Module,
        head: nn.Module,
        out: int,
        *,
        student_temperature: float = 0.1,
        centre_momentum: float = 0.9,
    ) -> None:
        super().__init__()
        self.student = nn.ModuleList([encoder, head])
        self.teacher = make_teacher(self.student)
        self.student_temperature, self.centre_momentum = student_temperature, centre_momentum
        self.register_buffer("centre", torch.zeros(out))

    def forward(self, views: Sequence[Tensor], teacher_temperature: float = 0.04) -> Tensor:
        """The loss on the views of multi_crop, () ; in training mode the centre moves, after the loss."""
        student_logits = encode_views(self.student[0], self.student[1], views)
        with torch.no_grad():
            teacher_logits = encode_views(self.teacher[0], self.teacher[1], views[:2])
        loss = dino_loss(
            student_logits,
            teacher_logits,
            self.centre,
            student_temperature=self.student_temperature,
            teacher_temperature=teacher_temperature,
        )
        if self.training:
            self.centre.copy_(next_centre(self.centre, teacher_logits, self.centre_momentum))
        return loss

    def update_teacher(self, momentum: float) -> None:
        """theta_t <- lambda theta_t + (1 - lambda) theta_s, after each optimiser step."""
        update_teacher(self.teacher, self.student, momentum)
