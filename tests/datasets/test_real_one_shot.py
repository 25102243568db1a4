"""The published one-shot task. Collected only where this machine has it (see conftest.py)."""

from __future__ import annotations

from pathlib import Path

import torch

from autograder.datasets.one_shot import one_shot_runs


def test_the_one_shot_task_as_published(real_root: Path) -> None:
    runs = one_shot_runs(real_root)
    assert [run.name for run in runs] == [f"run{number:02d}" for number in range(1, 21)]
    errors = []
    for run in runs:
        assert run.support.shape == run.query.shape == (20, 1, 28, 28)
        assert sorted(run.answers.tolist()) == list(range(20))
        nearest = torch.cdist(run.query.flatten(1), run.support.flatten(1)).argmin(dim=1)
        errors.append(float((nearest != run.answers).float().mean()))
    # Pixels compared place by place are a poor guide, if better than chance, which errs in 95 %.
    assert 0.7 < sum(errors) / 20 < 0.85
