"""`autograder grade --device cuda` on a machine without a GPU: refused, with what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli.app import CANNOT_GRADE, WRONG_USAGE, app, status_of
from autograder.errors import FewlabelsError
from autograder.sandbox.jail import gpu


@pytest.mark.parametrize(("device", "status"), [("cuda", CANNOT_GRADE), ("tpu", WRONG_USAGE)])
def test_it_is_refused_with_a_remedy(
    device: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "nodes", lambda: ())
    result = CliRunner().invoke(app, ["grade", "fewshot", "--course", str(tmp_path), "--device", device])
    assert isinstance(result.exception, FewlabelsError)
    assert status_of(result.exception) == status
    assert result.exception.remedy
