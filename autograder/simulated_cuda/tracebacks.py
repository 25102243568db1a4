"""Tracebacks as the program's author wants them: without the frames of this room."""

from __future__ import annotations

import os
from types import FrameType, TracebackType

import torch

OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
TORCH = os.path.dirname(os.path.abspath(torch.__file__)) + os.sep


def without_ours(trace: TracebackType | None) -> TracebackType | None:
    """Return a traceback without the frames of this room."""
    while trace is not None and _ours(trace):
        trace = trace.tb_next
    kept = trace
    while kept is not None:
        following = kept.tb_next
        while following is not None and _ours(following):
            following = following.tb_next
        kept.tb_next = following
        kept = following
    return trace


def _ours(trace: TracebackType) -> bool:
    return trace.tb_frame.f_code.co_filename.startswith(OURS)


def program_frames(trace: TracebackType | None) -> list[tuple[FrameType, int]]:
    """Return (frame, line) of what is neither torch's, nor an installed package's, nor ours, innermost first."""
    found = []
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        installed = f"{os.sep}site-packages{os.sep}" in name or name.startswith((TORCH, "<frozen "))
        if not installed and not name.startswith(os.path.dirname(os.path.dirname(OURS)) + os.sep):
            found.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return found[::-1]
