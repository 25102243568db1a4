"""One sandbox for the room, because starting one imports torch. These tests need bubblewrap and libseccomp2."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from autograder.sandbox.jailed import Jailed, Sandbox
from tests.sandbox.sessions import QUICK, descendants, living, soon


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    before = descendants(os.getpid())
    with Sandbox() as opened:
        yield opened
        ours = descendants(os.getpid()) - before
    assert soon(lambda: not living(ours))


@pytest.fixture
def jailed(sandbox: Sandbox) -> Iterator[Jailed]:
    session = sandbox.session(QUICK)
    yield session
    session.close()
