"""Does the simulated GPU agree with a real one? Runs the corpus on both and prints the table of docs/simulated-cuda.md.

    python -m benchmarks.gpu.cuda_agreement              # on a machine with an NVIDIA GPU and a CUDA build of torch
    python -m benchmarks.gpu.cuda_agreement --simulated  # without one: only what the simulation does

The same programs, unchanged, as tests/simulated_cuda. Exit status 1: they disagree somewhere; 3: there is no GPU.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import warnings

import torch
from rich.console import Console
from rich.progress import track

from autograder.simulated_cuda import simulated_cuda
from benchmarks.gpu.cuda_programs import Outcome, Program, judged, read_all, run

SIMULATED, HARDWARE = 1e-4, 2e-2  # relative; hardware adds up in another order, convolutions may use TF32
NO_GPU = (
    "There is no CUDA device here (torch.cuda.is_available() is False), so nothing can be compared.\n"
    "Run this on a machine with an NVIDIA GPU and a CUDA build of a checked torch, or say --simulated."
)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu.cuda_agreement",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--simulated", action="store_true", help="leave the hardware out")
    options = parser.parse_args()
    if not options.simulated and not torch.cuda.is_available():
        print(NO_GPU, file=sys.stderr)
        return 3
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    programs = read_all()
    rows = []
    for program in track(programs, "programs", transient=True, console=Console(stderr=True)):
        on_cpu = run(program, _without_gpu)
        simulated = run(program, simulated_cuda)
        real = None if options.simulated else run(program)
        rows.append((program, on_cpu, simulated, real))
    wrong = _print(rows)
    return 1 if wrong else 0


class _without_gpu:  # noqa: N801 - used like simulated_cuda
    """The CPU's own answer, also on a machine with a GPU."""

    def __enter__(self) -> None:
        self._found = torch.cuda.is_available
        torch.cuda.is_available = lambda: False

    def __exit__(self, *_: object) -> None:
        torch.cuda.is_available = self._found


def _print(rows: list[tuple[Program, Outcome, Outcome, Outcome | None]]) -> int:
    """The table in Markdown; how many programs disagree with their line, or with the hardware."""
    print(_machine())
    print("| program | CUDA, by its source | simulated | hardware | agree |")
    print("|---|---|---|---|---|")
    wrong = 0
    for program, on_cpu, simulated, real in rows:
        says = judged(program, on_cpu, simulated, SIMULATED)
        told = judged(program, on_cpu, real, HARDWARE) if real is not None else None
        same = real is None or (real.error is None) == (simulated.error is None)
        agree = "not run" if real is None else "yes" if same and told is None else f"NO: {told or says}"
        wrong += says is not None or (real is not None and agree != "yes")
        expected = "accepts" if program.pattern is None else f"refuses: {program.pattern}"
        cells = (
            program.name,
            expected,
            _short(simulated),
            "not run" if real is None else _short(real),
            agree,
        )
        print("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    print(f"\n{len(rows)} programs, {wrong} of them not as they should be.")
    return wrong


def _short(outcome: Outcome) -> str:
    return "accepts" if outcome.error is None else f"refuses: {outcome.message.splitlines()[0][:60]}"


def _machine() -> str:
    if not torch.cuda.is_available():
        return f"torch {torch.__version__}, simulated only: no hardware was seen.\n"
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        driver = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        driver = "unknown"
    name = torch.cuda.get_device_name()
    return f"{name}, driver {driver}, CUDA {torch.version.cuda}, torch {torch.__version__}\n"


if __name__ == "__main__":
    sys.exit(main())
