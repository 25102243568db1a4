"""Every program of the corpus does on the simulated device what its line says that CUDA does.

On real hardware the same programs run with `python -m benchmarks.gpu.cuda_agreement`.
"""

from __future__ import annotations

import warnings

import pytest

from autograder.simulated_cuda import simulated_cuda
from benchmarks.gpu.cuda_programs import Program, judged, read_all, run

PROGRAMS = read_all()
TOLERANCE = 1e-4  # the same kernels in another order: foreach against for-loop


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_simulation_does_what_cuda_does(program: Program) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        on_cpu, on_device = run(program), run(program, simulated_cuda)
    assert judged(program, on_cpu, on_device, TOLERANCE) is None, f"{program.file}:{program.line}"


def test_there_are_many_and_each_has_a_source() -> None:
    assert len(PROGRAMS) >= 150
    assert len({program.name for program in PROGRAMS}) == len(PROGRAMS)
    assert [program.name for program in PROGRAMS if len(program.source) < 10] == []
    refused = [program for program in PROGRAMS if program.pattern is not None]
    assert min(len(refused), len(PROGRAMS) - len(refused)) > 60


def test_the_judge_can_fail() -> None:
    accepted = next(each for each in PROGRAMS if each.name == "scalar_moved_by_item")
    refused = next(each for each in PROGRAMS if each.name == "network_not_moved")
    good = run(accepted)
    assert "and CUDA refuses it" in str(judged(refused, good, good, TOLERANCE))
    assert "and CUDA accepts it" in str(judged(accepted, good, run(refused, simulated_cuda), TOLERANCE))
    assert "on the CPU" in str(judged(accepted, good, type(good)((good.shown[0] + 1,)), TOLERANCE))
    other = type(good)(error=RuntimeError("out of memory"))
    assert "another message" in str(judged(refused, good, other, TOLERANCE))
