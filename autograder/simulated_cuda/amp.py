"""torch.autocast("cuda"): C++ casts by the backend of a tensor, which is not CUDA here, so Python casts.

The lists are those of docs, "Automatic Mixed Precision package": "CUDA Ops that can autocast to float16" and "CUDA Ops that
can autocast to float32".
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from autograder.simulated_cuda.tensor import CudaTensor

_LOWER = (
    "matmul addbmm addmm addmv addr baddbmm bmm chain_matmul mm mv prelu conv1d conv2d conv3d conv_transpose1d "
    "conv_transpose2d conv_transpose3d lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell einsum"
)
_WIDER = (
    "acos asin cosh cosine_embedding_loss cdist cosine_similarity cumprod cumsum dist erfinv exp expm1 "
    "group_norm hinge_embedding_loss kl_div layer_norm log log10 log1p log2 log_softmax logsumexp margin_ranking_loss norm "
    "nuclear_norm pow prod reciprocal renorm rsqrt sinh softmax softmin softplus sum tan triplet_margin_loss"
)
_WIDER_FUNCTIONAL = (
    "binary_cross_entropy_with_logits cosine_embedding_loss cosine_similarity cross_entropy gelu group_norm "
    "hinge_embedding_loss kl_div l1_loss layer_norm log_softmax margin_ranking_loss mse_loss multi_margin_loss "
    "multilabel_margin_loss nll_loss normalize pdist poisson_nll_loss smooth_l1_loss soft_margin_loss softmax softmin "
    "softplus triplet_margin_loss"
)


def _functions(names: str, *places: Any) -> frozenset[Any]:
    return frozenset(
        getattr(place, name) for name in names.split() for place in places if hasattr(place, name)
    )


LOWER = _functions(_LOWER, torch, Tensor) | {
    F.linear,
    Tensor.__matmul__,
    Tensor.__rmatmul__,
    torch._C._nn.linear,
}
WIDER = (
    _functions(_WIDER, torch, Tensor)
    | _functions(_WIDER_FUNCTIONAL, F)
    | {Tensor.__pow__, Tensor.__rpow__, Tensor.__rdiv__}
)
FORBIDDEN = frozenset((F.binary_cross_entropy,))
HALF = (torch.float16, torch.bfloat16)


class Casts(TorchFunctionMode):
    """Active while some autocast context of CUDA is; whether it is enabled C++ knows."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if torch.is_autocast_enabled("cuda"):
            if func in LOWER:
                args, kwargs = _cast(args, kwargs, torch.get_autocast_dtype("cuda"))
            elif func in WIDER:
                args, kwargs = _cast(args, kwargs, torch.float32)
            elif func in FORBIDDEN and any(type(each) is CudaTensor and each.dtype in HALF for each in args):
                raise RuntimeError(
                    "torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast."
                )
        return func(*args, **kwargs)


def _cast(args: Any, kwargs: Any, dtype: torch.dtype) -> tuple[Any, Any]:
    def one(value: Any) -> Any:
        if isinstance(value, CudaTensor):
            floating = value.is_floating_point() and value.dtype != torch.float64
            return value.to(dtype) if floating and value.dtype != dtype else value
        return type(value)(map(one, value)) if type(value) in (list, tuple) else value

    return tuple(map(one, args)), {name: one(value) for name, value in kwargs.items()}


_enter = torch.amp.autocast_mode.autocast.__enter__
_exit = torch.amp.autocast_mode.autocast.__exit__


def enter(self: Any) -> Any:
    """Stand in for `torch.autocast.__enter__`."""
    found = _enter(self)
    if self.device == "cuda":
        casts = Casts()
        casts.__enter__()
        self.__dict__.setdefault("_simulated_casts", []).append(casts)
    return found


def leave(self: Any, *error: Any) -> Any:
    """Stand in for `torch.autocast.__exit__`."""
    if self.__dict__.get("_simulated_casts"):
        self._simulated_casts.pop().__exit__(*error)
    return _exit(self, *error)


PATCHES: tuple[tuple[Any, str, Any], ...] = (
    (torch.amp.autocast_mode.autocast, "__enter__", enter),
    (torch.amp.autocast_mode.autocast, "__exit__", leave),
)
