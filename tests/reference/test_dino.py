"""DINO: the cross-entropies in a loop, the centre before and after its batch, crops of two sizes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from reference import dino
from reference.dino import (
    DINO,
    DINOHead,
    dino_loss,
    encode_views,
    multi_crop,
    next_centre,
    teacher_temperature_at,
)
from tests.reference.strategies import generators, matrices


def seeded(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def softmax(row: list[float], temperature: float) -> list[float]:
    powers = [math.exp(x / temperature) for x in row]
    return [x / math.fsum(powers) for x in powers]


@given(matrices(5, 2, 3), matrices(2, 2, 3), matrices(3), st.floats(0.2, 1), st.floats(0.1, 0.9))
def test_equation_3_in_a_loop(
    student: torch.Tensor,
    teacher: torch.Tensor,
    centre: torch.Tensor,
    student_temperature: float,
    teacher_temperature: float,
) -> None:
    losses = []
    for i, whole in enumerate(teacher.tolist()):
        for j, view in enumerate(student.tolist()):
            for t, s in zip(whole, view, strict=True):
                centred = [x - c for x, c in zip(t, centre.tolist(), strict=True)]
                p, q = softmax(centred, teacher_temperature), softmax(s, student_temperature)
                if i != j:
                    losses.append(-math.fsum(a * math.log(b) for a, b in zip(p, q, strict=True)))
    found = dino_loss(
        student,
        teacher,
        centre,
        student_temperature=student_temperature,
        teacher_temperature=teacher_temperature,
    )
    assert len(losses) == (2 * 5 - 2) * 2
    assert float(found) == pytest.approx(math.fsum(losses) / len(losses), rel=1e-9)


@given(matrices(3, 2, 4), matrices(2, 2, 4), matrices(4), matrices(4), generators())
def test_what_the_loss_does_not_see(
    student: torch.Tensor,
    teacher: torch.Tensor,
    centre: torch.Tensor,
    shift: torch.Tensor,
    generator: torch.Generator,
) -> None:
    loss, order = dino_loss(student, teacher, centre), torch.randperm(2, generator=generator)
    assert_close(dino_loss(student, teacher + shift, centre + shift), loss)
    assert_close(dino_loss(student + 3.0, teacher, centre - 2.0), loss)
    assert_close(dino_loss(student[:, order], teacher[:, order], centre), loss)


@given(matrices(3, 2, 4), matrices(2, 2, 4), matrices(4))
def test_the_gradient_reaches_the_student_only(
    student: torch.Tensor, teacher: torch.Tensor, centre: torch.Tensor
) -> None:
    tensors = (student.requires_grad_(), teacher.requires_grad_(), centre.requires_grad_())
    gradients = torch.autograd.grad(dino_loss(*tensors), tensors, allow_unused=True)
    assert bool((gradients[0] != 0).any())
    assert gradients[1] is None
    assert gradients[2] is None
    assert torch.autograd.gradcheck(
        lambda s: dino_loss(s, teacher, centre, student_temperature=0.7, teacher_temperature=0.3), student
    )


@given(matrices(4), matrices(2, 3, 4), st.floats(0, 1))
def test_the_centre_follows_the_raw_outputs(
    centre: torch.Tensor, teacher: torch.Tensor, momentum: float
) -> None:
    found = next_centre(centre, teacher, momentum)
    for j, c in enumerate(centre.tolist()):
        mean = math.fsum(teacher[:, :, j].flatten().tolist()) / 6
        assert float(found[j]) == pytest.approx(momentum * c + (1 - momentum) * mean)


def network() -> DINO:
    torch.manual_seed(0)
    encoder = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    net = DINO(encoder, DINOHead(4, 6, 3, 5), 5, student_temperature=0.2, centre_momentum=0.7).double()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=seeded()))
        for parameter in net.teacher.parameters():
            parameter.add_(0.2 * torch.randn(parameter.shape, generator=seeded(1)))
    net.centre.copy_(torch.randn(5, generator=seeded(2)))
    return net


def crops() -> list[torch.Tensor]:
    return [torch.rand(3, 1, s, s, generator=seeded(s)).double() for s in (8, 8, 5, 5, 5)]


def test_the_loss_uses_the_centre_before_the_batch_which_moves_afterwards() -> None:
    net, views = network(), crops()
    before = net.centre.clone()
    loss = net(views, teacher_temperature=0.3)
    student = torch.stack([net.student[1](net.student[0](view)) for view in views])
    teacher = torch.stack([net.teacher[1](net.teacher[0](view)) for view in views[:2]])
    expected = dino_loss(student, teacher, before, student_temperature=0.2, teacher_temperature=0.3)
    assert_close(loss, expected)
    assert_close(net.centre, 0.7 * before + 0.3 * teacher.mean(dim=(0, 1)))
    after = net.centre.clone()
    net.eval()(views)
    assert net.centre.equal(after)
    loss.backward()
    assert all(p.grad is None for p in net.teacher.parameters())
    assert all(p.grad is not None for p in net.student.parameters())


def test_the_teacher_starts_as_a_copy_and_follows() -> None:
    net = DINO(nn.Linear(4, 4), DINOHead(4, 6, 3, 5), 5)
    assert all(p.equal(q) for p, q in zip(net.student.parameters(), net.teacher.parameters(), strict=True))
    with torch.no_grad():
        for p in net.student.parameters():
            p.add_(1)
    net.update_teacher(0.9)
    for p, q in zip(net.student.parameters(), net.teacher.parameters(), strict=True):
        assert_close(q, p - 0.9)


def test_views_of_one_size_are_one_batch() -> None:
    sizes: list[int] = []

    def encoder(x: torch.Tensor) -> torch.Tensor:
        sizes.append(len(x))
        return x.flatten(1)[:, :2]

    logits = encode_views(encoder, lambda h: h * 2, crops())
    assert sizes == [6, 9]
    assert_close(logits, torch.stack([2 * view.flatten(1)[:, :2] for view in crops()]))


def test_the_head_gives_cosines_with_unit_vectors() -> None:
    head = DINOHead(4, 6, 3, 5).double()
    x = torch.randn(7, 4, generator=seeded()).double()
    bottleneck = head.layers(x)
    for i in range(7):
        for j in range(5):
            w = head.last.weight[j]
            expected = (bottleneck[i] @ w) / bottleneck[i].norm() / w.norm()
            assert_close(head(x)[i, j], expected)
    with torch.no_grad():
        head.last.weight.mul_(7)
    assert float(head(x).detach().abs().max()) <= 1 + 1e-12


def test_crops_have_their_sizes() -> None:
    images = torch.rand(3, 1, 12, 12, generator=seeded())
    views = multi_crop(images, generator=seeded(), global_size=8, local_size=4, n_local=3)
    assert [tuple(view.shape) for view in views] == [(3, 1, 8, 8)] * 2 + [(3, 1, 4, 4)] * 3
    assert not views[0].equal(views[1])
    assert not views[2].equal(views[3])
    again = multi_crop(images, generator=seeded(), global_size=8, local_size=4, n_local=0)
    assert [view.equal(first) for view, first in zip(again, views, strict=False)] == [True, True]


def test_crops_have_their_areas_and_their_blur(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[dict[str, object]] = []
    monkeypatch.setattr(dino, "simclr_view", lambda images, **options: drawn.append(options))
    multi_crop(torch.rand(2, 1, 9, 9), generator=seeded(), global_size=8, local_size=4, n_local=2)
    names = ("size", "area", "blur_probability", "solarize_probability")
    assert [tuple(options[name] for name in names) for options in drawn] == [
        (8, (0.4, 1.0), 1.0, 0.0),
        (8, (0.4, 1.0), 0.1, 0.2),
        (4, (0.05, 0.4), 0.5, 0.0),
        (4, (0.05, 0.4), 0.5, 0.0),
    ]
    assert all(options["jitter"] == (0.4, 0.4, 0.2, 0.1) for options in drawn)


def test_the_teacher_warms_up() -> None:
    assert teacher_temperature_at(0, 30) == 0.04
    assert teacher_temperature_at(10, 30, 0.04, 0.07) == pytest.approx(0.05)
    assert teacher_temperature_at(30, 30) == teacher_temperature_at(99, 30) == pytest.approx(0.07)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: network()(crops()[:1]), "pass two or more views of the same images"),
        (lambda: network()([crops()[0], crops()[1][:2]]), "pass two or more views of the same images"),
        (
            lambda: dino_loss(torch.ones(1, 2, 3), torch.ones(1, 2, 3), torch.ones(3)),
            "pass at least two student views",
        ),
        (
            lambda: dino_loss(torch.ones(2, 2, 3), torch.ones(3, 2, 3), torch.ones(3)),
            "2 student views and 3 teacher",
        ),
        (
            lambda: dino_loss(torch.ones(2, 2, 3), torch.ones(2, 2, 3), torch.ones(4)),
            "centre has shape .* with k = 3",
        ),
        (
            lambda: next_centre(torch.ones(3), torch.ones(2, 3), 1.5),
            "momentum is 1.5: pass a number from 0 to 1",
        ),
        (
            lambda: dino_loss(torch.ones(2, 2, 3), torch.ones(2, 2, 3), torch.ones(3), teacher_temperature=0),
            "teacher_temperature is 0: pass a finite number above 0",
        ),
    ],
)
def test_errors_say_what_to_pass(call: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
