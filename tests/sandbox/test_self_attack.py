from __future__ import annotations

from typing import Any

import pytest

from autograder.errors import SandboxBroken
from autograder.model import CellResult, Crashed, Limits, Notebook, Outcome, Raised
from autograder.sandbox import self_attack
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.jailed import Sandbox
from autograder.sandbox.transport import Batch


def test_the_sandbox_passes(sandbox: Sandbox) -> None:
    self_attack.refuse_if_any_succeeds(sandbox.session)


class Open(InProcess):
    """No boundary at all, as far as a test dares."""

    def answer(self, batch: Batch) -> list[Outcome]:
        self._namespace["os"].fork = self._namespace["os"].posix_spawn = None  # type: ignore[index]
        return super().answer(batch)


def test_a_boundary_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    harmless = "".join(
        line + "\n"
        for line in self_attack.ATTACKS.splitlines()
        if not any(word in line for word in ("fork", "spawn", "written"))
    )
    monkeypatch.setattr(self_attack, "ATTACKS", harmless)
    with pytest.raises(SandboxBroken) as refused:
        self_attack.refuse_if_any_succeeds(lambda limits: InProcess())  # type: ignore[arg-type, return-value]
    for attack in ("read a file of the grader", "read the checkout", "open a socket", "signal the grader"):
        assert attack in str(refused.value)


class Scripted:
    def __init__(self, result: CellResult, outcome: Outcome) -> None:
        self.result, self.outcome = result, outcome

    def run(self, notebook: Notebook) -> tuple[CellResult, ...]:
        return (self.result,)

    def answer(self, batch: Batch) -> list[Outcome]:
        return [self.outcome]

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (CellResult(0), Crashed("ended")),
        (CellResult(0, raised=Raised("E", "")), Raised("E", "")),
        (CellResult(0), Raised("E", "")),
    ],
)
def test_a_trial_run_that_fails_is_refused(result: CellResult, outcome: Outcome) -> None:
    with pytest.raises(SandboxBroken, match="trial run"):
        self_attack.refuse_if_any_succeeds(lambda limits: Scripted(result, outcome))  # type: ignore[arg-type, return-value]


def test_limits_are_given() -> None:
    seen: list[Limits] = []

    def session(limits: Limits) -> Any:
        seen.append(limits)
        return Scripted(CellResult(0), Crashed(""))

    with pytest.raises(SandboxBroken):
        self_attack.refuse_if_any_succeeds(session)
    assert seen == [Limits()]
