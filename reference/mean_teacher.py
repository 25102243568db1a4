"""Mean Teacher: the student learns to agree with its teacher, whose weights are the average of its own past.

Tarvainen, Valpola (2017): Mean teachers are better role models: Weight-averaged consistency targets improve
semi-supervised deep learning results. NeurIPS 30. arXiv:1703.01780

| mathematics | name | shape | |
|---|---|---|---|
| f(x, theta, eta) | student, of augment(x) | (b, ...) -> (b, c) | logits |
| f(x, theta', eta') | teacher, of augment(x) | (b, ...) -> (b, c) | logits |
| eta, eta' | augment | (b, ...) -> (b, ...) | the input's noise; drawn once for each of the two |
| theta'_t = alpha theta'_(t-1) + (1 - alpha) theta_t | update_teacher | | after each optimiser step |
| alpha | decay | () | min(1 - 1/(t + 1), alpha) while it warms up: decay_at |
| J(theta) | consistency | () | mean squared difference of the softmaxes, from pi_model |
| w | weight | () | ramps up: pi_model.ramp_up |

No gradient reaches the teacher. BYOL and DINO average their teachers with the same update_teacher.

**Departures.** The paper averages weights. Here floating-point buffers are averaged with the weights, integer
buffers are copied (unless alpha = 1): so a teacher works in evaluation mode too, where the statistics of its
batch norm would otherwise stay those of the first day. The authors leave the buffers to the teacher's own
forward passes in training mode, which this file allows as well. The consistency is the mean over classes, as
in the authors' code.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TypeVar

import torch
from torch import Tensor, nn

from reference._arguments import expect_fraction
from reference.pi_model import consistency
from reference.pseudo_label import classification_loss, expect_partly_labelled

Net = TypeVar("Net", bound=nn.Module)


def make_teacher(student: Net) -> Net:
    """theta'_0 = theta_0: a copy that shares no storage with the student and takes no gradient."""
    return copy.deepcopy(student).requires_grad_(False)


@torch.no_grad()
def update_teacher(teacher: nn.Module, student: nn.Module, decay: float) -> None:
    """theta' <- decay theta' + (1 - decay) theta, in place. 0 copies the student, 1 keeps the teacher.

    >>> student, teacher = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    >>> for net, value in ((student, 1.0), (teacher, 0.0)):
    ...     _ = torch.nn.init.constant_(net.weight, value)
    >>> update_teacher(teacher, student, decay=0.75)
    >>> teacher.weight.item()
    0.25
    """
    expect_fraction(decay=decay)
    own, other = dict(_state(teacher)), dict(_state(student))
    shapes, other_shapes = ({name: tuple(t.shape) for name, t in s.items()} for s in (own, other))
    if shapes != other_shapes:
        odd = sorted(set(shapes.items()) ^ set(other_shapes.items()))[0][0]
        raise ValueError(
            f"teacher and student differ in {odd!r} ({shapes.get(odd)} and {other_shapes.get(odd)}): "
            "pass a teacher made by make_teacher(student)"
        )
    for name, tensor in own.items():
        if tensor.is_floating_point():
            tensor.lerp_(other[name].to(tensor), 1 - decay)
        elif decay < 1:
            tensor.copy_(other[name])


def _state(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    return chain(module.named_parameters(), module.named_buffers())


def decay_at(step: int, decay: float) -> float:
    """min(1 - 1/(step + 1), decay): the plain average of the first steps, so that the start is forgotten."""
    expect_fraction(decay=decay)
    return min(1 - 1 / (step + 1), decay)


def mean_teacher_loss(
    student: Callable[[Tensor], Tensor],
    teacher: Callable[[Tensor], Tensor],
    augment: Callable[[Tensor], Tensor],
    labelled: Tensor,
    labels: Tensor,
    unlabelled: Tensor,
    *,
    weight: float,
) -> Tensor:
    """Classification of the labelled inputs plus w J on all inputs.

    labelled (n, ...), labels (n,), unlabelled (u, ...) -> (). One step of the training is this loss, its
    gradient, a step of the optimiser, and update_teacher(teacher, student, decay).
    """
    expect_partly_labelled(labelled, labels, unlabelled)
    inputs = torch.cat([labelled, unlabelled])
    logits = student(augment(inputs))
    with torch.no_grad():
        teacher_logits = teacher(augment(inputs))
    supervised = classification_loss(logits[: len(labels)], labels)
    return supervised + weight * consistency(logits, teacher_logits)
