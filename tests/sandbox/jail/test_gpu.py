"""The jail that admits a GPU, as far as it can be tried without one: what it would show, and the refusal with its remedy."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from autograder.errors import SandboxUnavailable, UsageError
from autograder.model import Call
from autograder.sandbox.jail import bubblewrap, gpu, limits, profile
from autograder.sandbox.jail.view import view
from autograder.sandbox.jailed import Sandbox
from autograder.sandbox.transport import Batch
from tests.sandbox.sessions import QUICK


def test_without_a_gpu_it_is_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu.require("cpu")
    with pytest.raises(UsageError, match="no device 'tpu'"):
        gpu.require("tpu")
    monkeypatch.setattr(gpu, "nodes", lambda: ())
    with pytest.raises(SandboxUnavailable, match="no NVIDIA GPU") as caught:
        gpu.require("cuda")
    assert "leave out --device" in caught.value.remedy


def test_a_torch_without_cuda_is_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "nodes", lambda: ("/dev/nvidiactl",))
    monkeypatch.setattr(torch.version, "cuda", None)
    with pytest.raises(SandboxUnavailable, match="built without CUDA") as caught:
        gpu.require("cuda")
    assert "Install a CUDA build" in caught.value.remedy


def test_the_jail_binds_the_nodes_and_what_they_need() -> None:
    line = bubblewrap.command(
        view(),
        "/usr/lib",
        {},
        root=True,
        scratch_bytes=1,
        inner=("true",),
        devices=("/dev/nvidiactl",),
        readable=("/proc/driver/nvidia", "/sys/module/nvidia"),
    )
    text = " ".join(line)
    assert "--dev-bind /dev/nvidiactl /dev/nvidiactl" in text
    assert "--ro-bind /sys/module/nvidia /sys/module/nvidia" in text
    assert "--ro-bind /proc/driver" not in text  # it comes with --proc
    assert (
        text.index("--dev /dev") < text.index("--dev-bind /dev/nvidiactl") < text.index("--remount-ro /dev")
    )


def test_a_child_beside_a_gpu_has_no_bound_on_its_address_space() -> None:
    """Stand-in for a GPU's nodes: /dev/null, which every jail has."""
    code = (
        "import resource; from autograder.sandbox.jail import limits;"
        "limits.resources(memory_bytes=None, cpu_seconds=50, file_bytes=1, open_files=9, processes=None);"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0] == resource.getrlimit(resource.RLIMIT_AS)[1],"
        "resource.getrlimit(resource.RLIMIT_AS)[0])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "-1"]
    assert limits.mapped_bytes() > 0


def test_the_profile_works_with_a_node_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole jail with /dev/full in place of a GPU's nodes: it starts, resists its self_attack, and says where it is."""
    monkeypatch.setattr(gpu, "nodes", lambda: ("/dev/full",))
    monkeypatch.setattr(gpu, "readable", lambda: ())
    admitted = profile.admitting_gpu(profile.choose(view()))
    assert admitted == replace(profile.choose(view()), devices=("/dev/full",), notes=admitted.notes)
    assert gpu.NOTE in admitted.notes
    with Sandbox(device="cuda") as sandbox:
        assert sandbox.device == "cuda"
        session = sandbox.session(QUICK)
        try:
            from autograder.model import Cell, Notebook

            cell = "import os\ndef where():\n    return os.environ['FEWLABELS_DEVICE'], open('/dev/full', 'rb').read(1) == b'\\0'"
            session.run(Notebook("n", (Cell(0, "code", cell),)))
            (outcome,) = session.answer(Batch((Call("where"),)))
            assert outcome.value == ("cuda", True)  # type: ignore[union-attr]
        finally:
            session.close()
    assert os.path.exists("/dev/full")
