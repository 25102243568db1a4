"""The device rules of the installed torch, read from torch's own table of operators.

Source: native_functions.yaml, which the torch wheel ships inside the package torchgen. For each operator it says whether
a CUDA kernel exists and whether the code generator puts a device check in front of it (`device_check`, explained in
aten/src/ATen/native/README.md). The check itself is c10::impl::check_and_update_common_device
(torch/include/ATen/core/op_registration/adaption.h).
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import torch


def version() -> str:
    """Return torch's major and minor version: operators do not change in a patch release."""
    return ".".join(torch.__version__.split(".")[:2])


def generated() -> dict[str, Any]:
    """Collect {"torch": version, "same_device": {operator: [method, arguments]}, "iterator": [operators without that check]}."""
    import torchgen
    from torchgen.gen import get_grouped_native_functions, parse_native_yaml
    from torchgen.model import DeviceCheckType, DispatchKey, NativeFunctionsGroup

    folder = Path(torchgen.__file__).parent / "packaged" / "ATen" / "native"
    parsed = parse_native_yaml(str(folder / "native_functions.yaml"), str(folder / "tags.yaml"))
    cuda = parsed.backend_indices[DispatchKey.CUDA]
    structured = {
        function.func.name: group
        for group in get_grouped_native_functions(parsed.native_functions)
        if isinstance(group, NativeFunctionsGroup) and group.structured
        for function in group.functions()
    }
    same_device: dict[str, list[Any]] = {}
    iterator: list[str] = []
    for function in parsed.native_functions:
        name = f"{function.namespace}::{function.func.name}"
        group = structured.get(function.func.name)
        if function.device_check == DeviceCheckType.NoCheck:
            iterator.append(name)
        elif cuda.has_kernel(function) or (group is not None and cuda.has_kernel(group)):
            arguments = function.func.arguments
            tensors = [each.name for each in arguments.flat_positional if each.type.is_tensor_like()]
            same_device[name] = [
                _method(function.func.name, group is not None),
                [each.name for each in arguments.out] + tensors,
            ]
    return {"torch": version(), "same_device": same_device, "iterator": iterator}


def _method(name: Any, structured: bool) -> str:
    """The name of the generated wrapper, which stands in CUDA's message."""
    if not structured:
        return f"wrapper_CUDA_{name.overload_name}_{name.name}"
    return f"wrapper_CUDA_{name.name}" + (f"_{name.overload_name}" if name.overload_name else "")


def text() -> str:
    """Return the rules as a file holds them."""
    return json.dumps(generated(), separators=(",", ":")) + "\n"


@cache
def digest() -> str:
    """Say which generator this is: what another one made is not used."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
