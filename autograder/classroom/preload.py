"""Imported by the process from which workers are forked: what all of them need is imported and drawn there, once.

The job comes as a file that an environment variable names. Whatever fails here, a worker does for itself, and says so.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
from contextlib import suppress
from pathlib import Path

from autograder.feedback import pictures
from autograder.runner import kept_inputs
from autograder.runner.drawing import draw_all
from autograder.runner.plans import Planner

JOB = "FEWLABELS_JOB"
LATER = ("scipy.special", "autograder.sandbox.jailed")  # what workers would import at their first submission
_planners: dict[str, Planner] = {}


def planner_of(job: str) -> Planner | None:
    """Return the inputs that were drawn for a job, if this process or its ancestor has drawn them."""
    return _planners.get(job)


def _prepare(file: Path) -> None:
    import torch

    from autograder.laws import registry

    torch.set_num_threads(1)  # a process that has threads cannot be forked
    job, processes = pickle.loads(file.read_bytes())  # written by our own parent, into a directory of its own
    for name in LATER:
        importlib.import_module(name)
    registry.use(job.course)
    planner = Planner(job.settings.seed, job.settings, kept_inputs.of_course(job.course))
    checks = [
        c for c in registry.load(job.assignment.name, hidden=True) if "weights" not in c.runner_parameters
    ]
    missing = [check for check in checks if not planner.take_kept(check)]
    for check, drawn in draw_all(missing, planner.seed, processes):
        planner.take(check, drawn)
    for check in checks:
        _ = planner.plan(check).batch.encoded
    _planners[job.digest] = planner
    pictures.get_ready()
    gc.collect()
    gc.freeze()


if JOB in os.environ:
    with suppress(Exception):
        _prepare(Path(os.environ[JOB]))
