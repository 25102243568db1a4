"""Which variable lay on the wrong device, where it was made, and what to change: read off the frames of an error."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from types import FrameType
from typing import Any

from torch import Tensor, nn

from autograder.simulated_cuda.devices import CPU
from autograder.simulated_cuda.errors import DeviceMismatch, OnDevice
from autograder.simulated_cuda.tensor import CudaTensor
from autograder.simulated_cuda.tracebacks import program_frames

FACTORIES = frozenset(
    [
        "arange",
        "empty",
        "eye",
        "full",
        "linspace",
        "logspace",
        "ones",
        "rand",
        "randint",
        "randn",
        "randperm",
        "tensor",
        "zeros",
        "FloatTensor",
        "LongTensor",
        "Tensor",
    ]
)


def hint(error: DeviceMismatch | OnDevice) -> str | None:
    """Write one sentence about the first tensor that can be named; None where the frames say nothing."""
    frames = program_frames(error.__traceback__)
    if not frames:
        return None
    said = _mixed_arguments(error, frames)
    if said is not None:
        return said
    for tensor in error.tensors:
        for frame, line in frames:
            said = _as_variable(tensor, frame, line)
            if said is not None:
                return said
        for frame, _ in reversed(frames):  # outermost first: there a network has its own name, not `self`
            said = _as_part_of_a_network(tensor, frame)
            if said is not None:
                return said
    return _unnamed(error, *frames[0])


def _mixed_arguments(error: DeviceMismatch | OnDevice, frames: list[tuple[FrameType, int]]) -> str | None:
    """A function that was handed tensors of both devices is not where the mistake was made: its caller is."""
    if isinstance(error, OnDevice) or len(frames) < 2 or _made_here(error, frames[0]):
        return None
    (frame, _), (_, line) = frames[:2]
    count = frame.f_code.co_argcount + frame.f_code.co_kwonlyargcount
    given = [(name, frame.f_locals.get(name)) for name in frame.f_code.co_varnames[:count]]
    there = [name for name, value in given if type(value) is CudaTensor]
    here = [name for name, value in given if type(value) is Tensor and value.dim() and value.device == CPU]
    if not there or not here:
        return None
    return (
        f"`{frame.f_code.co_name}` was called in line {line} with `{there[0]}` on the GPU and `{here[0]}` on the CPU; "
        f"move it first: {here[0]}.to({there[0]}.device)."
    )


def _made_here(error: DeviceMismatch | OnDevice, place: tuple[FrameType, int]) -> bool:
    """Whether the tensor that lies wrong comes out of a factory in the innermost function."""
    frame, line = place
    for tensor in error.tensors:
        for name, value in frame.f_locals.items():
            if isinstance(value, Tensor) and _same(value, tensor):
                made = _assignment(frame, line, name)
                return made is not None and _is_factory(made.value)  # type: ignore[attr-defined]
    return False


def _as_variable(tensor: Tensor, frame: FrameType, line: int) -> str | None:
    for name, value in _variables(frame):
        if isinstance(value, Tensor) and _same(value, tensor):
            return _off_the_device(name) if type(tensor) is CudaTensor else _variable(name, frame, line)
    return None


def _as_part_of_a_network(tensor: Tensor, frame: FrameType) -> str | None:
    for name, value in _variables(frame):
        if isinstance(value, nn.Module) and type(tensor) is not CudaTensor:
            said = _in_module(name, value, tensor)
            if said is not None:
                return said
    return None


def _variables(frame: FrameType) -> Iterator[tuple[str, Any]]:
    """Names that a program gave: locals, then globals where it is not the same."""
    yield from ((name, value) for name, value in list(frame.f_locals.items()) if not name.startswith("_"))
    if frame.f_globals is not frame.f_locals:
        used = frame.f_code.co_names
        yield from ((name, frame.f_globals[name]) for name in used if name in frame.f_globals)


def _same(value: Any, tensor: Tensor) -> bool:
    """The same tensor, or a view of it."""
    if value is tensor:
        return True
    if not isinstance(value, Tensor) or type(value) is not type(tensor) or value.layout != tensor.layout:
        return False
    try:
        return bool(value.numel()) and _memory(value) == _memory(tensor)
    except (RuntimeError, NotImplementedError):
        return False


def _memory(tensor: Tensor) -> int:
    own = tensor.elem if isinstance(tensor, CudaTensor) else tensor
    return own.untyped_storage().data_ptr()


# --- sentences


def _off_the_device(name: str) -> str:
    return f"`{name}` is on the GPU; copy it to the CPU first: {name}.detach().cpu()."


def _variable(name: str, frame: FrameType, line: int) -> str:
    goal = _goal(frame)
    if name in frame.f_code.co_varnames[: frame.f_code.co_argcount + frame.f_code.co_kwonlyargcount]:
        if _assignment(frame, line, name) is None:
            return f"`{name}` came in on the CPU; move it first: {name} = {name}.to({goal})."
    made = _assignment(frame, line, name)
    if made is None:
        return f"`{name}` is on the CPU; move it with {name}.to({goal})."
    if _is_factory(made.value):  # type: ignore[attr-defined]
        return f"`{name}` was created on the CPU in line {made.lineno}; create it with device={goal}."
    return f"`{name}` was made on the CPU in line {made.lineno}; move it there with .to({goal})."


def _in_module(name: str, module: nn.Module, tensor: Tensor) -> str | None:
    for path, value in (*module.named_parameters(), *module.named_buffers()):
        if _same(value, tensor):
            return f"The network `{name}` is on the CPU (its {path} is): move it first, {name}.to(device)."
    for path, child in module.named_modules():
        full = f"{name}.{path}" if path else name
        mover = "net" if name == "self" else name
        for attribute, value in vars(child).items():
            if isinstance(value, Tensor) and _same(value, tensor):
                return (
                    f"`{full}.{attribute}` is a plain tensor on the CPU, which {mover}.to(device) does not move: make it a "
                    f"buffer, self.register_buffer({attribute!r}, ...)."
                )
            hidden = (
                value
                if isinstance(value, list | tuple)
                else list(value.values())
                if type(value) is dict
                else []
            )
            for each in hidden:
                if isinstance(each, nn.Module) and any(_same(p, tensor) for p in each.parameters()):
                    return (
                        f"The layers in `{full}.{attribute}` are on the CPU: in a {type(value).__name__} the network does not "
                        f"know them. Use nn.ModuleList or nn.ModuleDict."
                    )
    return None


def _unnamed(error: DeviceMismatch | OnDevice, frame: FrameType, line: int) -> str | None:
    text = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()
    place = f"In line {line}" + (f" ({text[:80]})" if text else "")
    if isinstance(error, OnDevice):
        return f"{place} a tensor is on the GPU; copy it to the CPU first: .detach().cpu()."
    if not error.tensors:
        return None
    shape = tuple(error.tensors[0].shape)
    return (
        f"{place} a tensor of shape {shape} is on the CPU; create it with device={_goal(frame)}, or move it."
    )


def _goal(frame: FrameType) -> str:
    """How the program at hand can name the device: that of a tensor which is there already, or its own variable."""
    names = [
        name for name, value in frame.f_locals.items() if type(value) is CudaTensor and name.isidentifier()
    ]
    if names:
        return f"{names[0]}.device"
    return "device"


# --- the line where a variable was bound


def _assignment(frame: FrameType, line: int, name: str) -> ast.stmt | None:
    """The last assignment to `name` above `line`, in the code of the frame."""
    source = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    first = frame.f_code.co_firstlineno if frame.f_code.co_name != "<module>" else 0
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and first <= node.lineno <= line
        and any(name in _names(target) for target in _targets(node))
    ]
    return max(found, key=lambda node: node.lineno, default=None)


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _names(target: ast.expr) -> list[str]:
    """The variables that are bound anew; `x[0] = ...` and `x.y = ...` bind none."""
    if isinstance(target, ast.Name):
        return [target.id]
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else []
    return [name for part in parts for name in _names(part)]


def _is_factory(value: ast.expr | None) -> bool:
    """Whether the value begins with torch.zeros(...) or its like, which take a device."""
    calls = [node for node in ast.walk(value) if isinstance(node, ast.Call)] if value is not None else []
    named = [node.func.attr for node in calls if isinstance(node.func, ast.Attribute)]
    return any(name in FACTORIES for name in named)
