"""Where pictures of what was seen are kept: .screenshots/ in the checkout, which git ignores, a folder per test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / ".screenshots"


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path:
    folder = PICTURES / request.node.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"Screenshots: {folder}")
    return folder
