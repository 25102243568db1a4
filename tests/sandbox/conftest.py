"""One sandbox for the room: starting one imports torch, which takes seconds. These tests need bubblewrap and libseccomp2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from autograder.model import Call, Cell, Notebook, Outcome
from autograder.sandbox.jailed import Jailed, Sandbox
from autograder.sandbox.transport import Batch, Limits

QUICK = Limits(
    cell_seconds=2.0, call_seconds=0.5, submission_seconds=60.0, patience=4.0, memory_bytes=512 << 20
)


def notebook(*sources: str) -> Notebook:
    return Notebook(
        "submission.ipynb", tuple(Cell(index, "code", source) for index, source in enumerate(sources))
    )


def call(jailed: Jailed, function: str, **arguments: Any) -> Outcome:
    return jailed.answer(Batch((Call(function, arguments),)))[0]


def points(rows: int = 25, columns: int = 64) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((rows, columns)).astype(np.float32)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture
def jailed(sandbox: Sandbox) -> Iterator[Jailed]:
    session = sandbox.session(QUICK)
    yield session
    session.close()
