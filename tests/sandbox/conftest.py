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
        # not what others start later: servers and browsers, which live as long as this process
        started = descendants(os.getpid()) - before
        yield opened
        ours = started.union(*map(descendants, started | {opened._spawner.pid or 0} - {0}))
    assert soon(lambda: not living(ours))


@pytest.fixture
def jailed(sandbox: Sandbox) -> Iterator[Jailed]:
    session = sandbox.session(QUICK)
    yield session
    session.close()
