"""Every operator comes by here: devices are checked, values computed on the CPU, results wrapped again.

`Mode` (a TorchDispatchMode) catches what has no tensor on the device among its arguments: factories that are given
device="cuda", and moves from the CPU. `CudaTensor` sends everything else, also from threads that have no mode.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch._C import TensorBase
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.simulated_cuda import generators, missing, mixed
from autograder.simulated_cuda.devices import CPU, CUDA, outer
from autograder.simulated_cuda.rules import Rules, load
from autograder.simulated_cuda.tensor import CudaTensor, wrap

aten = torch.ops.aten

# torch/cuda/__init__.py: _lazy_init
FORKED = "Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use the 'spawn' start method"

PLAIN = frozenset((int, float, bool, str, type(None), torch.dtype, torch.layout, torch.memory_format))
# They change sizes and strides of their first argument, which the wrapper shows to C++.
RESHAPES = frozenset(
    (
        aten.t_.default,
        aten.transpose_.default,
        aten.squeeze_.default,
        aten.squeeze_.dim,
        aten.squeeze_.dims,
        aten.unsqueeze_.default,
        aten.resize_.default,
        aten.resize_as_.default,
        aten.set_.default,
        aten.set_.source_Tensor,
        aten.set_.source_Storage,
        aten.set_.source_Storage_storage_offset,
        aten.as_strided_.default,
        aten.swapaxes_.default,
        aten.swapdims_.default,
    )
)
# torch's own bindings are several times faster to call than operators, and here they do the same.
_FUNCTIONS = [
    "add.Tensor",
    "sub.Tensor",
    "mul.Tensor",
    "div.Tensor",
    "div.Scalar",
    "mm.default",
    "addmm.default",
    "bmm.default",
    "t.default",
    "transpose.int",
    "relu.default",
    "sum.dim_IntList",
    "sum.default",
    "mean.dim",
    "mean.default",
    "detach.default",
    "sqrt.default",
    "neg.default",
    "exp.default",
    "pow.Tensor_Scalar",
    "clone.default",
    "unsqueeze.default",
    "squeeze.dim",
    "select.int",
    "index_select.default",
    "cat.default",
    "stack.default",
    "eq.Scalar",
    "eq.Tensor",
    "ne.Scalar",
    "gt.Scalar",
    "lt.Scalar",
    "argmax.default",
    "ones_like.default",
    "zeros_like.default",
    "empty_like.default",
    "index_put.default",
    "_euclidean_dist.default",
    "gather.default",
    "threshold_backward.default",
    "native_batch_norm.default",
    "_foreach_mul_.Scalar",
    "_foreach_add_.Scalar",
    "_foreach_add_.Tensor",
    "_foreach_sqrt.default",
    "_foreach_lerp_.Scalar",
]
_METHODS = [
    "view.default",
    "expand.default",
    "add_.Tensor",
    "sub_.Tensor",
    "mul_.Tensor",
    "div_.Tensor",
    "addcmul_.default",
    "addcdiv_.default",
    "lerp_.Scalar",
    "zero_.default",
    "new_zeros.default",
]
DIRECT: dict[Any, Callable[..., Any]] = {
    operator.attrgetter(name)(aten): getattr(place, name.split(".")[0])
    for place, names in ((torch, _FUNCTIONS), (TensorBase, _METHODS))
    for name in names
    if hasattr(place, name.split(".")[0])
}


@dataclass
class Statistics:
    """What a program did: operators in all, those on the device, those that multiply matrices there or on the CPU."""

    operators: int = 0
    on_device: int = 0
    moves: int = 0
    heavy_on_device: int = 0
    heavy_on_cpu: int = 0
    live: bool = field(default=False, repr=False)


HEAVY = frozenset(
    (
        aten.mm.default,
        aten.addmm.default,
        aten.bmm.default,
        aten.baddbmm.default,
        aten.mv.default,
        aten.addmv.default,
        aten.convolution.default,
        aten.convolution_backward.default,
        aten._cdist_forward.default,
        aten._cdist_backward.default,
    )
)
statistics = Statistics()
_forked = False  # whether this process is the child of one that simulates


class Operator:
    """What there is to know about one operator, found out once."""

    __slots__ = (
        "call",
        "check",
        "func",
        "heavy",
        "implicit",
        "plain",
        "reshapes",
        "silent",
        "special",
        "written",
    )

    def __init__(self, func: Any) -> None:
        self.func = func
        self.call = DIRECT.get(func, func._op)
        self.check = missing.CHECKS.get(func)
        self.special = SPECIAL.get(func)
        self.reshapes = func in RESHAPES
        self.heavy = func in HEAVY
        self.implicit = torch._C._dispatch_has_kernel_for_dispatch_key(
            func.name(), "CompositeImplicitAutograd"
        )
        arguments = func._schema.arguments
        self.written = tuple(
            i for i, each in enumerate(arguments) if each.alias_info is not None and each.alias_info.is_write
        )
        self.silent = not func._schema.returns
        self.plain = self.special is None and not self.written


_operators: dict[Any, Operator] = {}


def begin() -> None:
    """Count everything from zero, in this process."""
    global _owner
    _forked = False  # whether this process is the child of one that simulates
    for name in ("operators", "on_device", "moves", "heavy_on_device", "heavy_on_cpu"):
        setattr(statistics, name, 0)
    statistics.live = True


def _after_fork() -> None:
    global _forked
    _forked = statistics.live


os.register_at_fork(after_in_child=_after_fork)


def dispatch(func: Any, args: Any, kwargs: Any) -> Any:
    """Answer one operator that met the device: in an argument, or as the `device` it is told.

    func     the operator
    args     what it was given by position
    kwargs   what it was given by name
    """
    statistics.operators += 1
    op = _operators.get(func)
    if op is None:
        op = _operators[func] = Operator(func)
    here = strange = False
    plain: list[Any] = []
    for value in args:
        kind = type(value)
        if kind is CudaTensor:
            here = True
            plain.append(value.elem)
        elif kind in PLAIN:
            plain.append(value)
        elif kind is list or kind is tuple:
            value, mine, others = _unwrapped(value)
            here, strange = here or mine, strange or others
            plain.append(value)
        else:
            strange = strange or isinstance(value, Tensor)
            plain.append(value)
    if kwargs:
        return _with_keywords(op, args, kwargs, plain, here, strange)
    if not here:
        if op.heavy:
            statistics.heavy_on_cpu += 1
        return func._op(*args)
    if (strange or op.check is not None or op.implicit) and _asked(op, args, {}, strange):
        return _decomposed(func, args, {})
    if op.plain and not _forked:  # the common case, without detours
        statistics.on_device += 1
        statistics.heavy_on_device += op.heavy
        found = op.call(*plain)
        return wrap(found) if type(found) is Tensor else _finish(found, op, args, plain, True)
    return _finished(op, args, plain, {}, True)


def _unwrapped(values: Any) -> tuple[Any, bool, bool]:
    """(values without wrappers, whether some lie on the device, whether some do not)"""
    here = strange = False
    for each in values:
        kind = type(each)
        if kind is CudaTensor:
            here = True
        elif kind not in PLAIN and isinstance(each, Tensor):
            strange = True
    if not here:
        return values, False, strange
    return [each.elem if type(each) is CudaTensor else each for each in values], True, strange


def _with_keywords(
    op: Operator, args: Any, kwargs: dict[str, Any], plain: list[Any], here: bool, strange: bool
) -> Any:
    named = {}
    for name, value in kwargs.items():
        if type(value) is CudaTensor:
            here = True
            value = value.elem
        elif isinstance(value, list | tuple):
            value, mine, others = _unwrapped(value)
            here, strange = here or mine, strange or others
        elif isinstance(value, Tensor):
            strange = True
        named[name] = value
    asked_for = named.get("device")
    target = None if asked_for is None else outer(asked_for)
    onto = here if target is None else target == CUDA
    generator = named.get("generator")
    if generator is not None:
        generators.check(generator, cuda=onto)
    if named.get("pin_memory"):
        named["pin_memory"] = False
    if not here and not onto:
        if op.heavy:
            statistics.heavy_on_cpu += 1
        return op.func._op(*args, **named)
    if target == CUDA:
        named["device"] = CPU
    if here and (strange or op.check is not None or op.implicit):
        if _asked(op, args, kwargs, strange):
            return _decomposed(op.func, args, kwargs)
    return _finished(op, args, plain, named, onto)


def _asked(op: Operator, args: Any, kwargs: dict[str, Any], strange: bool) -> bool:
    """Whether the operator has to be taken apart; raises where CUDA refuses it."""
    if op.check is not None:
        op.check(op.func, args)
    if op.implicit:  # comes by in inference mode, where autograd has not taken it apart
        return op.func is not aten.to.dtype_layout
    return strange and mixed.check(op.func, _rules(), args, kwargs) is mixed.COMPOSITE


def _rules() -> Rules:
    return load()


def _decomposed(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """The operator's own parts, run on the wrappers, so that each of them is checked."""
    with Mode():
        if func._can_decompose():
            return func.decompose(*args, **kwargs)
        for key in ("CompositeExplicitAutograd", "CompositeExplicitAutogradNonFunctional"):
            if torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), key):
                return func._op_dk(getattr(torch._C.DispatchKey, key), *args, **kwargs)
    mixed.any_vector(func, args, kwargs)
    op = _operators[func]
    plain = [
        _unwrapped([each])[0][0] if not isinstance(each, list | tuple) else _unwrapped(each)[0]
        for each in args
    ]
    return _finished(op, args, plain, kwargs, True)


def _finished(op: Operator, args: Any, plain: list[Any], named: dict[str, Any], onto: bool) -> Any:
    if _forked:
        raise RuntimeError(FORKED)
    statistics.on_device += 1
    if op.heavy:
        statistics.heavy_on_device += 1
    if op.special is not None:
        return op.special(args, plain, named, onto)
    found = op.call(*plain, **named) if named else op.call(*plain)
    return _finish(found, op, args, plain, onto)


def _finish(found: Any, op: Operator, args: Any, plain: list[Any], onto: bool) -> Any:
    """What was computed, as the program may see it: in-place operators give the tensor that they were given."""
    if op.written:
        first = op.written[0]
        if first < len(args):
            target = args[first]
            if op.reshapes:
                _reshape(target)
            if isinstance(found, Tensor):
                return target
        if op.silent:
            return None
    kind = type(found)
    if kind is Tensor:
        return wrap(found) if onto else found
    if kind is tuple or kind is list:
        return _wrapped_again(found, args, plain, onto)
    return found


def _wrapped_again(found: Sequence[Any], args: Any, plain: list[Any], onto: bool) -> Any:
    """Several results; those that are arguments (in-place, out=) come back as the tensors they were."""
    known = {}
    for value, bare in zip(args, plain, strict=True):
        if type(value) is CudaTensor:
            known[id(bare)] = value
        elif isinstance(value, list | tuple):
            known.update((id(b), v) for v, b in zip(value, bare, strict=True) if type(v) is CudaTensor)
    out = []
    for each in found:
        if isinstance(each, Tensor) and onto:
            each = known.get(id(each)) if id(each) in known else wrap(each)
        elif isinstance(each, list | tuple):
            each = _wrapped_again(each, args, plain, onto)
        out.append(each)
    return out if type(found) is list else tuple(out)


def _reshape(tensor: CudaTensor) -> None:
    """C++ learns the sizes and strides that `elem` has now."""
    with torch._C._AutoDispatchBelowAutograd():
        TensorBase.data.__set__(tensor, wrap(tensor.elem))  # type: ignore[attr-defined]


# --- operators that are not simply computed


def _to_copy(args: Any, plain: list[Any], named: dict[str, Any], onto: bool) -> Any:
    """Moves between devices copy; a change of dtype alone does too."""
    statistics.moves += named.get("device") is not None
    named = {name: value for name, value in named.items() if name not in ("device", "non_blocking")}
    if all(value is None for name, value in named.items() if name in ("dtype", "layout")):
        made = torch.clone(plain[0], memory_format=named.get("memory_format") or torch.preserve_format)
    else:
        made = aten._to_copy.default(plain[0], **named)
    return wrap(made) if onto else made


def _into_the_first(call: Callable[..., Any]) -> Callable[..., Any]:
    def run(args: Any, plain: list[Any], named: dict[str, Any], onto: bool) -> Any:
        call(*plain, **named)
        if call is aten.set_.source_Tensor:
            _reshape(args[0])
        return args[0]

    return run


def _read(call: Callable[..., Any]) -> Callable[..., Any]:
    """The result lies where the indexed tensor does, not where the indices are."""

    def run(args: Any, plain: list[Any], named: dict[str, Any], onto: bool) -> Any:
        found = call(*plain, **named)
        return wrap(found) if type(args[0]) is CudaTensor else found

    return run


def _copy_functional(args: Any, plain: list[Any], named: dict[str, Any], onto: bool) -> Any:
    found = aten.copy.default(*plain, **named)
    return wrap(found) if type(args[0]) is CudaTensor else found


def _softmax(call: Callable[..., Any]) -> Callable[..., Any]:
    """half_to_float exists on CUDA only (native/SoftMax.cpp); the CPU converts first."""

    def run(args: Any, plain: list[Any], named: dict[str, Any], onto: bool) -> Any:
        x, dim, widen = plain
        return wrap(call(x.float() if widen else x, dim, False))

    return run


def _softmax_backward(call: Callable[..., Any]) -> Callable[..., Any]:
    def run(args: Any, plain: list[Any], named: dict[str, Any], onto: bool) -> Any:
        gradient, output, dim, dtype = plain
        return wrap(call(gradient, output, dim, gradient.dtype).to(dtype))

    return run


def _zeros(args: Any, plain: list[Any], named: dict[str, Any], onto: bool) -> Any:
    """A tensor of zeros without memory (torch.func makes them), with memory: kernels of the CPU would read it."""
    made = torch.zeros(plain[0], dtype=named.get("dtype"), device=CPU)
    return wrap(made) if onto else made


def _constant(value: Any) -> Callable[..., Any]:
    return lambda args, plain, named, onto: value


SPECIAL: dict[Any, Callable[..., Any]] = {
    aten._to_copy.default: _to_copy,
    aten.copy.default: _copy_functional,
    aten._efficientzerotensor.default: _zeros,
    aten.is_pinned.default: _constant(False),
    aten.record_stream.default: _constant(None),
    aten._softmax.default: _softmax(aten._softmax.default),
    aten._log_softmax.default: _softmax(aten._log_softmax.default),
    aten._softmax_backward_data.default: _softmax_backward(aten._softmax_backward_data.default),
    aten._log_softmax_backward_data.default: _softmax_backward(aten._log_softmax_backward_data.default),
}
SPECIAL.update(
    {each: _into_the_first(each) for each in (aten.copy_.default, aten.fill_.Tensor, aten.set_.source_Tensor)}
)
SPECIAL.update(
    {each: _into_the_first(each) for each in (aten.index_put_.default, aten._index_put_impl_.default)}
)
SPECIAL.update(
    {
        each: _read(each)
        for each in (
            aten.index.Tensor,
            aten._unsafe_index.Tensor,
            aten.index_put.default,
            aten._unsafe_index_put.default,
        )
    }
)

CudaTensor.dispatcher = dispatch


class Mode(TorchDispatchMode):
    """Catches operators that have no tensor of the device among their arguments."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # else every operator would go through torch._dynamo.disable

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return dispatch(func, args, kwargs)
