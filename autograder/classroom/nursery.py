"""Imported by the process from which workers are forked: what all of them need is imported and drawn there, once.

The job comes as a file that an environment variable names. Whatever fails here, a worker does for itself, and says so.
"""

from __future__ import annotations

import gc
import os
import pickle
from contextlib import suppress
from pathlib import Path

from autograder.runner.plans import Planner

JOB = "FEWLABELS_JOB"
_planners: dict[str, Planner] = {}


def planner_of(job: str) -> Planner | None:
    """The inputs that were drawn for a job, if this process or its ancestor has drawn them."""
    return _planners.get(job)


def _draw(file: Path) -> None:
    import torch

    from autograder import registry

    torch.set_num_threads(1)  # a process that has threads cannot be forked
    job = pickle.loads(file.read_bytes())  # written by our own parent, into a directory of its own
    registry.use(job.course)
    planner = Planner(job.settings.seed, job.settings)
    for check in registry.load(job.assignment.name, hidden=True):
        if "weights" not in check.runner_parameters:
            _ = planner.plan(check).batch.encoded
    _planners[job.digest] = planner
    gc.collect()
    gc.freeze()


if JOB in os.environ:
    with suppress(Exception):
        _draw(Path(os.environ[JOB]))
