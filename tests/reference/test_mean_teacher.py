"""Mean Teacher: the average in closed form, its limits, and a teacher out of the gradient's reach."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from reference.mean_teacher import decay_at, make_teacher, mean_teacher_loss, update_teacher
from reference.pi_model import consistency
from reference.pseudo_label import classification_loss
from tests.reference.strategies import generators, matrices


def network(generator: torch.Generator) -> nn.Module:
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)).double()
    randomise(net, generator)
    return net


def randomise(net: nn.Module, generator: torch.Generator) -> None:
    for tensor in net.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(torch.rand(tensor.shape, generator=generator))
        else:
            tensor.add_(1)


@given(generators(), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_the_teacher_is_the_weighted_sum_of_all_past_students(
    generator: torch.Generator, decays: list[float]
) -> None:
    student = network(generator)
    teacher = make_teacher(student)
    history = [{k: v.clone() for k, v in student.state_dict().items()}]
    for decay in decays:
        randomise(student, generator)
        history.append({k: v.clone() for k, v in student.state_dict().items()})
        update_teacher(teacher, student, decay)
    shares = [torch.tensor(1.0, dtype=torch.float64)]
    for decay in decays:
        shares = [share * decay for share in shares] + [torch.tensor(1 - decay)]
    for name, tensor in teacher.state_dict().items():
        if tensor.is_floating_point():
            expected = sum(share * past[name] for share, past in zip(shares, history, strict=True))
            assert_close(tensor, expected.double())


@given(generators())
def test_decay_zero_copies_and_decay_one_keeps(generator: torch.Generator) -> None:
    student = network(generator)
    teacher = make_teacher(student)
    before = {k: v.clone() for k, v in teacher.state_dict().items()}
    randomise(student, generator)
    update_teacher(teacher, student, 1.0)
    assert all(v.equal(before[k]) for k, v in teacher.state_dict().items())
    update_teacher(teacher, student, 0.0)
    assert all(v.equal(student.state_dict()[k]) for k, v in teacher.state_dict().items())


def test_the_teacher_shares_nothing_and_takes_no_gradient() -> None:
    student = network(torch.Generator().manual_seed(1))
    teacher = make_teacher(student)
    theirs = {t.data_ptr() for t in student.state_dict().values()}
    assert not theirs & {t.data_ptr() for t in teacher.state_dict().values()}
    assert [p.requires_grad for p in teacher.parameters()] == [False] * 6
    assert all(p.requires_grad for p in student.parameters())
    update_teacher(teacher, student, 0.5)
    assert all(p.grad_fn is None for p in teacher.parameters())


def test_the_first_steps_are_a_plain_average() -> None:
    student = nn.Linear(1, 1, bias=False)
    teacher = make_teacher(student)
    for step, value in enumerate([3.0, 5.0, 10.0]):
        nn.init.constant_(student.weight, value)
        update_teacher(teacher, student, decay_at(step, 0.99))
    assert float(teacher.weight) == pytest.approx(6.0)
    assert decay_at(10**6, 0.99) == 0.99


@given(matrices(2, 3), matrices(4, 3), generators(), st.floats(0.1, 3))
def test_the_loss_reaches_the_student_only(
    labelled: torch.Tensor, unlabelled: torch.Tensor, generator: torch.Generator, weight: float
) -> None:
    student, teacher = network(generator).eval(), network(generator).eval()
    views: list[torch.Tensor] = []

    def augment(x: torch.Tensor) -> torch.Tensor:
        views.append(x + torch.randn(x.shape, generator=generator).double())
        return views[-1]

    labels = torch.tensor([1, 0])
    loss = mean_teacher_loss(student, teacher, augment, labelled, labels, unlabelled, weight=weight)
    loss.backward()
    logits = student(views[0])
    expected = classification_loss(logits[:2], labels) + weight * consistency(logits, teacher(views[1]))
    assert_close(loss, expected)
    assert all(p.grad is None for p in teacher.parameters())
    assert all(p.grad is not None for p in student.parameters())


def test_errors_say_what_to_pass() -> None:
    with pytest.raises(
        ValueError, match=r"differ in 'weight' \(\(2, 3\) and \(2, 4\)\): pass a teacher made by"
    ):
        update_teacher(nn.Linear(3, 2), nn.Linear(4, 2), 0.9)
    with pytest.raises(ValueError, match=r"decay is 1\.1: pass a number from 0 to 1"):
        update_teacher(nn.Linear(3, 2), nn.Linear(3, 2), 1.1)
