"""`autograder doctor`: can this machine grade, with which boundary, and what is missing?"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.table import Table

from autograder.cli.app import CANNOT_GRADE, DONE, app, errors, screen
from autograder.cli.commands import STAFF_INSTALLATION
from autograder.errors import FewlabelsError
from autograder.laws import registry
from autograder.runner.drawing import caveat
from autograder.runner.submission import versions
from autograder.sandbox.jail.profile import NAMES, UNSANDBOXED
from autograder.sandbox.jailed import Sandbox

STUDENTS_INSTALLATION = (
    "This is the students' installation of fewlabels: it holds no hidden checks and no commands for staff, so it cannot grade, "
    "whatever sandbox this machine has."
)


@dataclass(frozen=True)
class Finding:
    profile: str
    works: bool
    says: str


@dataclass(frozen=True)
class SimulatedGpu:
    """Whether a GPU can be simulated in the sandbox, for laws that ask for one; None: no sandbox held in which to try."""

    works: bool | None
    says: str


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Start every kind of sandbox that could be had here, attack it, and say which ones hold.

    `autograder grade` takes the first that holds. Exit status 3: none does, so this machine cannot grade; or this is the
    students' installation, which cannot grade on any machine.
    """
    staff = registry.hidden_installed()
    found: list[Finding] = []
    gpu = SimulatedGpu(None, "not tried, for want of a sandbox")
    for profile in NAMES if staff else ():
        if profile != UNSANDBOXED:
            with errors.status(f"trying {profile} ..."):
                finding, simulated = _try(profile, simulate_gpu=gpu.works is None)
            found.append(finding)
            gpu = simulated or gpu
    if as_json:
        print(json.dumps(_as_json(found, gpu, staff)))
    else:
        _tell(found, gpu, staff)
    raise typer.Exit(DONE if any(each.works for each in found) else CANNOT_GRADE)


def _try(profile: str, *, simulate_gpu: bool) -> tuple[Finding, SimulatedGpu | None]:
    """What this kind of sandbox says of itself, and of the simulated GPU, where that is still to be tried."""
    try:
        with Sandbox(profile=profile, simulate_gpu=simulate_gpu) as sandbox:
            gpu = SimulatedGpu(sandbox.no_gpu is None, sandbox.no_gpu or "yes") if simulate_gpu else None
            return Finding(profile, True, " ".join(sandbox.notes)), gpu
    except FewlabelsError as error:
        return Finding(profile, False, f"{error.what} {error.remedy}"), None


def _as_json(found: list[Finding], gpu: SimulatedGpu, staff: bool) -> dict[str, Any]:
    return {
        "schema": 1,
        "versions": dict(versions()),
        "installation": "staff" if staff else "students",
        "profiles": [asdict(each) for each in found],
        "simulated_gpu": asdict(gpu),
        "drawing": caveat(),
    }


def _tell(found: list[Finding], gpu: SimulatedGpu, staff: bool) -> None:
    if staff:
        table = Table("sandbox", "holds", "what to know")
        for each in found:
            table.add_row(each.profile, "yes" if each.works else "no", each.says)
        screen.print(table)
        screen.print(f"simulated GPU: {gpu.says}", markup=False, highlight=False, soft_wrap=True)
        if (drawn := caveat()) is not None:
            screen.print(drawn, markup=False, highlight=False, soft_wrap=True)
    else:
        for line in (STUDENTS_INSTALLATION, STAFF_INSTALLATION):
            screen.print(line, markup=False, highlight=False, soft_wrap=True)
    screen.print(", ".join(f"{name} {version}" for name, version in versions().items()), highlight=False)
