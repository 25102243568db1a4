"""Calls near a GPU: what they report, on a simulated one and on what stands for a real one."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from autograder.props.devices import DEVICE, RealGpu, embed_on_a_gpu, gpu, train_near_a_gpu
from autograder.simulated_cuda import simulated_cuda


def train(net: nn.Module, images: Tensor, labels: Tensor, *, device: str, **_: Any) -> list[float]:
    net.to(device)
    loss = net(images.to(device)).sum()
    loss.backward()
    return [loss.item()]


def test_where_products_ran_is_reported() -> None:
    data = torch.ones(3, 4), torch.arange(3)
    on_gpu = train_near_a_gpu(train, nn.Linear(4, 2), *data, device="cuda")
    on_cpu = train_near_a_gpu(train, nn.Linear(4, 2), *data, device="cpu")
    assert (on_gpu["products_on_gpu"], on_gpu["products_on_cpu"]) == (2, 0)
    assert (on_cpu["products_on_gpu"], on_cpu["products_on_cpu"]) == (0, 2)
    assert not torch.cuda.is_available()


def test_embeddings_of_both_devices_come_back_on_the_cpu() -> None:
    found = embed_on_a_gpu(lambda: nn.Linear(4, 2), [torch.ones(3, 4)])
    assert found["devices"] == ["cuda"]
    assert torch.allclose(found["embeddings"][0], found["on_cpu"][0])
    assert found["embeddings"][0].device.type == "cpu"


def test_in_a_jail_with_a_gpu_the_real_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(gpu(), simulated_cuda)
    monkeypatch.setenv(DEVICE, "cuda")
    assert isinstance(gpu(), RealGpu)


def test_work_on_a_real_gpu_is_counted() -> None:
    """A simulated one stands for it."""
    with simulated_cuda(), RealGpu() as seen:
        x = torch.ones(2, 2)
        x @ x
        y = x.cuda()
        y @ y + y
    assert (seen.heavy_on_cpu, seen.heavy_on_device) == (1, 1)
    assert seen.on_device >= 2
