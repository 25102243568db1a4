"""Trained weights that two students share to the last byte: training by oneself never ends in the same numbers. For a person."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.submission import trained_weights


def fingerprint(path: Path) -> str | None:
    """Return a hash over names, types, shapes and bytes of the tensors in a .safetensors file; None where it holds none.

    The file's own metadata does not count: saving the same weights again changes it.
    """
    state = trained_weights.read(path).state
    if not state:
        return None
    found = hashlib.sha256()
    for name, array in sorted(state.items()):
        found.update(f"{name}|{array.dtype}|{array.shape}|".encode())
        found.update(array.tobytes())
    return found.hexdigest()


def same_weights(files: Mapping[str, Path], ours: Iterable[Path] = ()) -> list[tuple[str, ...]]:
    """Return groups of students whose weights are equal; weights that the course itself handed out (`ours`) do not count."""
    handed_out = {fingerprint(path) for path in ours}
    groups: dict[str, list[str]] = {}
    for student, path in sorted(files.items()):
        mark = fingerprint(path)
        if mark is not None and mark not in handed_out:
            groups.setdefault(mark, []).append(student)
    return sorted(tuple(students) for students in groups.values() if len(students) > 1)
