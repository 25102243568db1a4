"""Writes the device rules of the installed torch: `python -m autograder.simulated_cuda.generate`.

Source: native_functions.yaml, which the torch wheel ships inside the package torchgen. For each operator it says whether
a CUDA kernel exists and whether the code generator puts a device check in front of it (`device_check`, explained in
aten/src/ATen/native/README.md). The check itself is c10::impl::check_and_update_common_device
(torch/include/ATen/core/op_registration/adaption.h).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch

RULES = Path(__file__).parent / "rules"


def version() -> str:
    """Return torch's major and minor version: operators do not change in a patch release."""
    return ".".join(torch.__version__.split(".")[:2])


def generated() -> dict[str, Any]:
    """Collect the device rules of the installed torch.

    Returns {"torch": version, "same_device": {operator: [method, arguments]}, "iterator": [operators without that check]}.
    """
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


def write() -> Path:
    """Write the rules of the installed torch beside this file; return where."""
    path = RULES / f"torch-{version()}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(generated(), separators=(",", ":")) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write(
        f"{write()}\nNow run the corpus with this torch: python -m pytest tests/simulated_cuda\n"
    )
