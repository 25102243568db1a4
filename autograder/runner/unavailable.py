"""What is not there while a notebook is graded, told by what is missing and what to do instead.

Libraries speak of it in their own words: "Torch not compiled with CUDA enabled", "InductorError: PermissionError". A student
who reads that looks for a mistake in the wrong place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.model import Call, Raised


@dataclass(frozen=True)
class _Absence:
    """Errors whose "TYPE: message" matches `pattern` come from what `said` names."""

    pattern: re.Pattern[str]
    said: str


_ANY_DEVICE = (
    'Compute on the device of the tensors that come in, or on the one that is asked for; torch.device("cuda" if '
    'torch.cuda.is_available() else "cpu") is right in a notebook.'
)
_ABSENT = (
    _Absence(
        re.compile(
            r"not compiled with CUDA|not linked with support for cuda|Found no NVIDIA driver|No CUDA GPUs are available"
            r"|torch\.cuda\.is_available\(\) is False|CUDA driver|with arguments from the 'CUDA' backend",
            re.IGNORECASE,
        ),
        f"There is no GPU where this ran. {_ANY_DEVICE}",
    ),
    _Absence(
        re.compile(r"not linked with support for (?!cuda)\w+|not compiled with (?!CUDA)", re.IGNORECASE),
        f"There is no such device where this ran. {_ANY_DEVICE}",
    ),
    _Absence(
        re.compile(
            r"^(InductorError|BackendCompilerFailed|TorchRuntimeError|InvalidCxxCompiler|CppCompileError)\b"
        ),
        "There is no compiler where this ran, which torch.compile needs with this backend. Call your function without it: "
        "what it computes is the same.",
    ),
    _Absence(
        re.compile(
            r"^(URLError|ConnectionError|gaierror|NewConnectionError|MaxRetryError|ConnectTimeout)\b"
            r"|name resolution|Network is unreachable|Name or service not known",
        ),
        "There is no network while a notebook is graded. Load what the assignment's own cells load, and put what you need "
        "into the notebook.",
    ),
    _Absence(
        re.compile(r"^(ModuleNotFoundError|ImportError): No module named"),
        "Only the packages that the assignment names are there while a notebook is graded. Do without this one, or "
        "write what you need of it into a cell.",
    ),
)


def advice(raised: Raised, call: Call | None = None) -> str:
    """Return what is not there and what to do, where that is what an error comes from; else "".

    >>> advice(Raised("AssertionError", "Torch not compiled with CUDA enabled"))[:35]
    'There is no GPU where this ran. Com'
    """
    text = f"{raised.type}: {raised.message}"
    for absence in _ABSENT:
        if absence.pattern.search(text):
            asked = {} if call is None else {**call.arguments, **call.keywords}
            device = asked.get("device")
            if device == "cpu" and _ANY_DEVICE in absence.said:
                return f'device="cpu" was asked for. {absence.said}'
            return absence.said
    return ""
