"""One sandbox, one world and one neighbour for all attacks of a process. These tests need Linux, bubblewrap and libseccomp2.

FEWLABELS_PROFILE names another sandbox profile than the machine's best (see test_campaign.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from autograder.sandbox.jailed import Sandbox
from tests.hostile.arena import Arena
from tests.hostile.browsing import browser, visit  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def arena() -> Iterator[Arena]:
    with Sandbox(profile=os.environ.get("FEWLABELS_PROFILE")) as sandbox, Arena(sandbox) as opened:
        yield opened
