"""Going in and out: everything is restored, nothing nests, threads and forks behave as on CUDA."""

from __future__ import annotations

import os
import threading
import traceback
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from autograder.simulated_cuda import (
    CudaTensor,
    DeviceMismatch,
    OnDevice,
    SimulationUnavailable,
    mixed,
    patches,
    rules,
    selftest,
    simulated_cuda,
    unsupported,
)


def everything() -> list[Any]:
    """What stands behind every name that is replaced."""
    absent = object
    found = [vars(place).get(name, absent) for place, name, _ in patches.ALL]
    return [*found, torch._C._len_torch_dispatch_stack(), torch.get_default_device()]


def test_leaving_restores_everything() -> None:
    before = everything()
    with simulated_cuda():
        assert everything() != before
        assert torch.cuda.is_available()
    assert everything() == before
    assert not torch.cuda.is_available()


def test_leaving_by_an_error_restores_everything() -> None:
    before = everything()
    with pytest.raises(DeviceMismatch), simulated_cuda():
        torch.ones(3, device="cuda") + torch.ones(3)
    with pytest.raises(KeyboardInterrupt), simulated_cuda():
        raise KeyboardInterrupt
    with pytest.raises(SystemExit), simulated_cuda():
        raise SystemExit(3)
    assert everything() == before
    with simulated_cuda():
        assert torch.ones(3).cuda().sum().item() == 3


def test_nested_use_is_refused_and_leaves_the_outer_one_alone() -> None:
    with simulated_cuda():
        with pytest.raises(SimulationUnavailable, match="in use already"), simulated_cuda():
            pass
        assert torch.ones(2, device="cuda").is_cuda
    assert not torch.cuda.is_available()


def test_a_failing_entrance_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything()
    monkeypatch.setattr(patches, "ALL", (*patches.ALL, (object(), "no such place", None)))
    with pytest.raises(TypeError), simulated_cuda():
        pass
    monkeypatch.undo()
    assert everything() == before
    with simulated_cuda():
        pass


def test_a_torch_that_behaves_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "_passed", False)
    monkeypatch.setattr(nn.functional, "cross_entropy", lambda *_: torch.ones(()))
    with pytest.raises(SimulationUnavailable, match="does not work with this torch"), simulated_cuda():
        pass
    monkeypatch.undo()
    assert not torch.cuda.is_available()


def test_a_torch_that_breaks_a_rule_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The self-test asks for the rules, too: here a sum of two devices goes through."""
    monkeypatch.setattr(selftest, "_passed", False)
    assert unsupported() is None
    monkeypatch.setattr(selftest, "_passed", False)
    monkeypatch.setattr(mixed, "check", lambda *_: None)
    why = unsupported()
    assert why is not None
    assert "was not refused" in why
    assert "pytest" not in why


def test_the_rules_are_those_of_the_installed_torch() -> None:

    from autograder.simulated_cuda.operator_table import generated

    written = rules.load()
    fresh = generated()
    assert {name: tuple(each[1]) for name, each in fresh["same_device"].items()} == {
        name: arguments for name, (_, arguments) in written.same_device.items()
    }
    assert set(fresh["iterator"]) == written.iterator


def test_tensors_of_the_device_outlive_it() -> None:
    with simulated_cuda():
        kept = nn.Linear(2, 2).cuda()
    assert str(kept.weight.device) == "cuda:0"
    assert torch.isfinite(kept.weight.detach().cpu()).all()
    assert kept.weight.detach().cpu().numpy().shape == (2, 2)
    with pytest.raises(OnDevice):
        kept.weight.detach().numpy()


def test_statistics_say_where_work_was_done() -> None:
    with simulated_cuda() as seen:
        torch.ones(3, 3) @ torch.ones(3, 3)
        assert (seen.heavy_on_cpu, seen.heavy_on_device, seen.on_device) == (1, 0, 0)
        x = torch.ones(3, 3).cuda()
        x @ x
        assert (seen.heavy_on_device, seen.moves) == (1, 1)
        assert seen.on_device >= 2
    with simulated_cuda() as seen:
        assert seen.on_device == 0


def test_threads_see_the_device_and_autograd_works_in_them() -> None:
    found: list[float] = []

    def work() -> None:
        w = torch.ones(3, device="cuda", requires_grad=True)
        (w * 2).sum().backward()
        assert w.grad is not None
        found.append(w.grad.sum().item())

    with simulated_cuda():
        threads = [threading.Thread(target=work) for _ in range(3)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert found == [6.0] * 3
    outside = threading.Thread(target=lambda: found.append(float(torch.cuda.is_available())))
    outside.start()
    outside.join()
    assert found[-1] == 0.0


def test_deeply_nested_backward_runs_in_autograds_own_threads() -> None:
    """Reentrant backward passes beyond a depth of 60 go to a pool of threads (torch/csrc/autograd/engine.cpp)."""

    class Again(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor, depth: int) -> torch.Tensor:
            ctx.depth = depth
            return x.clone()

        @staticmethod
        def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
            if ctx.depth:
                with torch.enable_grad():
                    x = torch.ones(2, device="cuda", requires_grad=True)
                    Again.apply(x, ctx.depth - 1).sum().backward()
            return gradient, None

    with simulated_cuda():
        x = torch.ones(2, device="cuda", requires_grad=True)
        Again.apply(x, 70).sum().backward()
        assert x.grad is not None
        assert x.grad.is_cuda


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_is_refused_the_device() -> None:
    """docs, "Multiprocessing best practices": the CUDA runtime does not support the fork start method."""
    with simulated_cuda():
        x = torch.ones(2).cuda()
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            said = "nothing"
            try:
                x + x
            except RuntimeError as error:
                said = str(error)
            os.write(write, said.encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert b"Cannot re-initialize CUDA in forked subprocess" in os.read(read, 1000)
    os.close(read)
    os.close(write)


def test_tracebacks_show_the_programs_lines_alone() -> None:
    room = str(Path(patches.__file__).parent)
    try:
        with simulated_cuda():
            nn.Linear(2, 2)(torch.ones(1, 2, device="cuda"))
    except DeviceMismatch as error:
        files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    assert [name for name in files if name.startswith(room)] == []
    assert files[0] == __file__


def test_the_inner_device_shows_nowhere() -> None:
    with simulated_cuda():
        x = torch.ones(2, 2, device="cuda")
        assert "meta" not in f"{x} {x.device} {x.type()} {torch.zeros_like(x).device}"
        assert torch.empty(2, device="meta").device.type == "meta"
        assert not isinstance(torch.empty(2, device="meta"), CudaTensor)
    with simulated_cuda():
        p = nn.Parameter(torch.ones(2, device="cuda"))
    with pytest.raises(RuntimeError) as caught, simulated_cuda():
        p.grad = torch.ones(2)
    assert "meta" not in str(caught.value)
