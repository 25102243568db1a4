"""`torch.cuda` and `torch.accelerator` of a machine with one GPU (docs: "torch.cuda", "torch.accelerator").

Streams run everything at once, events measure wall clock, memory is never short.
"""

from __future__ import annotations

import time
import types
from typing import Any

import torch

from autograder.simulated_cuda.devices import CUDA, outer

NAME = "Simulated GPU"
MEMORY = 16 << 30
CAPABILITY = (8, 0)
PROPERTIES = types.SimpleNamespace(
    name=NAME,
    total_memory=MEMORY,
    major=CAPABILITY[0],
    minor=CAPABILITY[1],
    multi_processor_count=80,
    is_integrated=False,
    is_multi_gpu_board=False,
    warp_size=32,
)


class Stream:
    """torch.cuda.Stream: what is put on it has happened already."""

    device = CUDA
    device_index = 0
    device_type = 1
    stream_id = 0
    cuda_stream = 0

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def synchronize(self) -> None:
        """Return at once: everything is done already."""

    def query(self) -> bool:
        """Return True: everything is done already."""
        return True

    def wait_stream(self, stream: Any) -> None:
        """Return at once: streams run one after another here."""

    def wait_event(self, event: Any) -> None:
        """Return at once: the event is over already."""

    def record_event(self, event: Any = None) -> Any:
        """Record `event`, or a new one, and return it."""
        event = event or Event()
        event.record()
        return event

    def is_capturing(self) -> bool:
        """Return False: nothing captures graphs here."""
        return False


class Event:
    """torch.cuda.Event"""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.at: float | None = None

    def record(self, stream: Any = None) -> None:
        """Note the time."""
        self.at = time.perf_counter()

    def elapsed_time(self, end: Event) -> float:
        """Return the time from this event to `end`, in milliseconds. Raises RuntimeError where one was not recorded."""
        if self.at is None or end.at is None:
            raise RuntimeError("Both events must be recorded before calculating elapsed time.")
        return 1e3 * (end.at - self.at)

    def synchronize(self) -> None:
        """Return at once: the event is over already."""

    def wait(self, stream: Any = None) -> None:
        """Return at once: the event is over already."""

    def query(self) -> bool:
        """Return True: the event is over already."""
        return True


class Device:
    """torch.cuda.device: a context in which nothing changes, as there is one GPU."""

    def __init__(self, device: Any = None) -> None:
        outer(device)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: Any) -> None:
        pass


def _set_device(device: Any) -> None:
    outer(device)


def _nothing(*_: Any, **__: Any) -> None:
    pass


def _zero(*_: Any, **__: Any) -> int:
    return 0


def _get_rng_state(device: Any = "cuda") -> torch.Tensor:
    return torch.get_rng_state()


def _set_rng_state(new_state: torch.Tensor, device: Any = "cuda") -> None:
    torch.set_rng_state(new_state)


def scatter(tensor: Any, devices: Any = None, *_: Any, **__: Any) -> tuple[Any, ...]:
    """Stand in for `torch.nn.parallel.comm.scatter`, of DataParallel: one GPU gets it all."""
    return (tensor.to(CUDA),)


def compiled(model: Any = None, **_: Any) -> Any:
    """Stand in for `torch.compile`: return what it would compile, uncompiled."""
    return model if model is not None else (lambda function: function)


_stream = Stream()
_CUDA: dict[str, Any] = {
    "_lazy_init": _nothing,
    "init": _nothing,
    "is_available": lambda: True,
    "is_initialized": lambda: True,
    "device_count": lambda: 1,
    "current_device": lambda: 0,
    "set_device": _set_device,
    "get_device_name": lambda device=None: NAME,
    "get_device_properties": lambda device=None: PROPERTIES,
    "get_device_capability": lambda device=None: CAPABILITY,
    "get_arch_list": lambda: ["sm_80"],
    "is_bf16_supported": lambda including_emulation=True: True,
    "can_device_access_peer": lambda device, peer: False,
    "synchronize": _nothing,
    "ipc_collect": _nothing,
    "empty_cache": _nothing,
    "manual_seed": _nothing,  # the device draws from the CPU's generator: see generators.py
    "manual_seed_all": _nothing,
    "seed": _nothing,
    "seed_all": _nothing,
    "initial_seed": torch.initial_seed,
    "get_rng_state": _get_rng_state,
    "set_rng_state": _set_rng_state,
    "get_rng_state_all": lambda: [torch.get_rng_state()],
    "set_rng_state_all": lambda states: torch.set_rng_state(states[0]),
    "reset_peak_memory_stats": _nothing,
    "reset_max_memory_allocated": _nothing,
    "set_per_process_memory_fraction": _nothing,
    "mem_get_info": lambda device=None: (MEMORY, MEMORY),
    "memory_summary": lambda *_, **__: "",
    "memory_stats": lambda device=None: {},
    "memory_allocated": _zero,
    "max_memory_allocated": _zero,
    "memory_reserved": _zero,
    "max_memory_reserved": _zero,
    "utilization": _zero,
    "is_current_stream_capturing": lambda: (
        False
    ),  # optimisers ask; a CUDA build would ask a driver that is not there
    "Stream": Stream,
    "Event": Event,
    "device": Device,
    "stream": lambda stream: stream or _stream,
    "set_stream": _nothing,
    "current_stream": lambda device=None: _stream,
    "default_stream": lambda device=None: _stream,
}
_ACCELERATOR: dict[str, Any] = {
    "is_available": lambda: True,
    "device_count": lambda: 1,
    "current_accelerator": lambda check_available=False: torch.device("cuda"),
    "current_device_index": lambda: 0,
    "current_device_idx": lambda: 0,
    "set_device_index": _set_device,
    "set_device_idx": _set_device,
    "current_stream": lambda device=None: _stream,
    "set_stream": _nothing,
    "synchronize": _nothing,
    "device_index": Device,
    "empty_cache": _nothing,
    "memory_allocated": _zero,
    "max_memory_allocated": _zero,
    "memory_reserved": _zero,
    "max_memory_reserved": _zero,
    "reset_peak_memory_stats": _nothing,
}

PATCHES: tuple[tuple[Any, str, Any], ...] = (
    *((torch.cuda, name, made) for name, made in _CUDA.items()),
    *(
        (torch.accelerator, name, made)
        for name, made in _ACCELERATOR.items()
        if hasattr(torch.accelerator, name)
    ),
    (torch.backends.cudnn, "is_available", lambda: True),
    (torch.backends.cudnn, "is_acceptable", lambda tensor: False),
    (torch.backends.cuda, "is_built", lambda: True),
    (torch.nn.parallel.comm, "scatter", scatter),
    (torch, "compile", compiled),
)
