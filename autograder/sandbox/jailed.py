"""The boundary at work: `Sandbox` is one jail with its zygote, `Jailed` one submission in it.

    with Sandbox() as sandbox:
        submission = sandbox.session(Limits())
        results = submission.run(notebook)
        outcomes = submission.answer(batch)
        submission.close()

What a student's code does, however rude, comes back as an `Outcome` or in a `CellResult`. Exceptions are the grader's
own faults: `SandboxUnavailable` (this machine has no boundary), `SandboxBroken` (it had one).
"""

from __future__ import annotations

import secrets
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

from autograder.errors import CheckError, SandboxBroken
from autograder.model import Call, Cell, CellResult, Crashed, Limits, Notebook, Outcome, TimedOut
from autograder.sandbox import self_attack, wire
from autograder.sandbox.child import Account, Child
from autograder.sandbox.frames import TOKEN_BYTES, Kind
from autograder.sandbox.jail import profile as profiles
from autograder.sandbox.jail.view import view
from autograder.sandbox.outcomes import cell_failed, cell_from_plain, from_plain
from autograder.sandbox.spawner import Ended, Spawner, ZygoteGone
from autograder.sandbox.transport import Batch, with_added
from autograder.sandbox.wire import WireClosed, WireError, WireTimeout

BIRTHS = 3  # how often a child is asked for, with a new zygote each time, before the sandbox counts as broken


class Sandbox:
    """A jail and the zygote in it, ready for any number of submissions, from any thread, one after the other or at once.

    profile      one of `jail.profile.NAMES`, for tests; None: the best that this machine offers
    unsandboxed  run without a boundary; every grade says so
    limits       only for the size of the scratch file system, which all submissions of one sandbox share
    device       "cuda" admits the machine's GPU (jail/gpu.py); children alone initialise CUDA, never the zygote
    simulate_gpu whether children find a simulated GPU ready, for which an unknown torch needs rules (simulated_cuda/rules.py)

    name    what the boundary is made of; results report it
    notes   what a person should know about it
    """

    def __init__(
        self,
        *,
        profile: str | None = None,
        unsandboxed: bool = False,
        limits: Limits | None = None,
        device: str = "cpu",
        simulate_gpu: bool = True,
    ) -> None:
        shown = view()
        chosen = profiles.choose(shown, profiles.UNSANDBOXED if unsandboxed else profile)
        if device == "cuda":
            chosen = profiles.admitting_gpu(chosen)
        self.device = device
        self.simulates_gpu = simulate_gpu and device == "cpu"
        self.name = chosen.name
        self.notes = chosen.notes
        self._lock = threading.Lock()
        self._data: list[Any] = []
        scratch = (limits or Limits()).scratch_bytes
        self._spawner = Spawner(chosen, shown, scratch, simulate_gpu=self.simulates_gpu)
        try:
            self._start()
            if self.no_gpu is not None:
                self.notes = (*self.notes, f"{self.no_gpu} Laws about a GPU are not judged.")
            if chosen.name != profiles.UNSANDBOXED:
                self_attack.refuse_if_any_succeeds(self.session)
        except BaseException:
            self.close()
            raise

    def keep_ready(self, data: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Have data sets, given by name and options, made once before children are forked, and not in each of them."""
        self._data = [[name, dict(options)] for name, options in data]

    @property
    def no_gpu(self) -> str | None:
        """Say why its children have no simulated GPU, where they should; the zygote found out before it met a notebook."""
        why = self._spawner.facts.get("no_gpu")
        return None if why is None else str(why)

    def session(self, limits: Limits | None = None) -> Jailed:
        """Return a submission's place in this sandbox; it takes up nothing before its first cell."""
        return Jailed(self, limits or Limits())

    def close(self) -> None:
        """End the zygote and every child."""
        self._spawner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def child(self, limits: Limits, files: wire.Encoded | None = None) -> Child:
        """Return a fresh child, of a fresh zygote if the last one is gone. Raises `SandboxBroken`.

        files   [path, bytes] of each, encoded: what it finds in its working directory
        """
        for _ in range(BIRTHS):
            try:
                child = Child(self._spawner, limits, self._data)
                if files is not None:
                    child.furnish(files)
                return child
            except ZygoteGone:
                with self._lock:
                    if not self._spawner.alive:
                        self._start()
        raise SandboxBroken(
            "The process that children are forked from ends again and again.",
            remedy="Look whether this machine is out of memory, and start again.",
        )

    def _start(self) -> None:
        self._spawner.start()
        facts = self._spawner.facts
        if facts["staff_modules"] or facts["threads"] != 1:
            raise SandboxBroken(
                f"The zygote holds what it must not hold ({facts}).",
                remedy="Please report this as a bug of fewlabels.",
            )


@dataclass(frozen=True)
class Usage:
    """What a submission's children have used: CPU seconds together, and the largest resident size of one, in bytes."""

    cpu_seconds: float = 0.0
    rss_bytes: int = 0

    def plus(self, cpu_seconds: float, rss_bytes: int) -> Usage:
        """Return the usage together with that of one more child."""
        return Usage(self.cpu_seconds + cpu_seconds, max(self.rss_bytes, rss_bytes))


class Jailed:
    """One submission; implements `transport.Transport`. Not for use from two threads at once.

    A child that dies takes nothing along: the next request runs in a fresh one, in which the cells have run again,
    without those that killed or blocked a child. Its own work (first runs of cells, calls) and what has to be repeated
    for such reasons are counted on two accounts of `submission_seconds` each.
    """

    def __init__(self, sandbox: Sandbox, limits: Limits) -> None:
        self.name = sandbox.name
        self._used = Usage()
        self._sandbox = sandbox
        self._limits = limits
        wall = limits.patience * limits.submission_seconds
        self._work = Account(limits.submission_seconds, wall)
        self._again = Account(limits.submission_seconds, wall)
        self._child: Child | None = None
        self._ran: list[Cell] = []  # what a fresh child has to run again
        self._files: wire.Encoded | None = None  # what it finds beside the notebook
        self._brief = False
        self._upto: int | None = None
        self._added: list[Cell] = []  # cells that are not the notebook's

    @property
    def usage(self) -> Usage:
        """What its children have used so far."""
        child = self._child
        return self._used if child is None else self._used.plus(child.cpu_seconds, child.rss_bytes)

    def run(self, notebook: Notebook) -> tuple[CellResult, ...]:
        """Run the code cells in order, each with its own deadline; a failing cell does not stop the next."""
        self._discard()
        self._ran, self._upto, self._added = [], None, []
        self._files = (
            wire.encode([[name, data] for name, data in notebook.files.items()]) if notebook.files else None
        )
        return tuple(self._first_run(cell) for cell in notebook.code)

    def answer(self, batch: Batch) -> list[Outcome]:
        """Make the calls, and return an outcome for each, in order; the list ends after a call that ended its child.

        Answers come in groups. Where a child is late or dies, it is not known at which call behind the last answer: from
        there a fresh child is asked once more, one call after another.
        """
        seconds = batch.call_seconds or self._limits.call_seconds
        outcomes: list[Outcome] = []
        while len(outcomes) < len(batch.calls):
            start = len(outcomes)
            calls, request = _fitting(batch, start)
            ask = partial(self._stream, Kind.ANSWER_CALLS, calls, request, seconds, outcomes)
            failed = self._once(self._work, seconds, ask)
            left = calls[len(outcomes) - start :]
            alone = failed is not None and failed.spent and len(left) == 1
            if (
                failed is not None
                and not alone
                and not (failed.final and (len(left) == 1 or not failed.crashed))
            ):
                failed = self._pinned(failed, left, seconds, outcomes)
            if failed is not None:
                outcomes.append(failed.stands())
                break
        return outcomes

    def _pinned(
        self, failed: _Failed, calls: Sequence[Call], seconds: float, outcomes: list[Outcome]
    ) -> _Failed | None:
        """What to say of the call behind `outcomes`, to which those before it are added; None where all went well.

        A crash stands, also where it does not come again. A time-out stands where it is known which call it was and the CPU time
        was its own, or where the same call runs out of time twice.
        """
        sure = len(outcomes)
        again = self._once(self._again, seconds, partial(self._one_by_one, calls, seconds, outcomes))
        if again is None and failed.crashed:
            del outcomes[sure:]
            return failed
        if again is not None and not (again.final or again.lost or again.spent) and len(outcomes) > sure:
            call = calls[len(outcomes) - sure]  # late for the first time, perhaps: once more, alone
            again = self._once(self._again, seconds, partial(self._one_by_one, (call,), seconds, outcomes))
        return again

    def no_gpu(self) -> str | None:
        """Say why no call can be made near a GPU; None where it can."""
        return self._sandbox.no_gpu

    def renew(self, *, whole: bool = True, upto: int | None = None, added: Sequence[Cell] = ()) -> None:
        """Let the next request meet a fresh child, in which the cells have run again.

        Not `whole`: only the cells up to the last solution run again, for as long as that child lives. What trains, measures
        and draws stands behind them as a rule.
        With `upto`: only those up to the cell of that index, in every child until this is called again.
        With `added`: these among them (see `transport.with_added`), in every child until this is called again.
        """
        self._discard()
        self._brief, self._upto, self._added = not whole, upto, list(added)

    def close(self) -> None:
        """End the child and everything it started."""
        self._discard()

    # --- asking ------------------------------------------------------------------------------------------------------

    def _first_run(self, cell: Cell) -> CellResult:
        results: list[CellResult] = []
        ask = partial(self._run_cell, cell, results)
        failed = self._once(self._work, self._limits.cell_seconds, ask)
        if failed is not None and not (failed.final or failed.spent):
            failed = self._once(self._again, self._limits.cell_seconds, ask)
        if failed is None:
            self._ran.append(cell)
            return results[0]
        return cell_failed(cell.index, failed.stands())

    def _run_cell(self, cell: Cell, results: list[CellResult] | None, child: Child, account: Account) -> None:
        """Run a cell again, without drawing what it shows, where `results` is None."""
        token = secrets.token_bytes(TOKEN_BYTES)
        shown = 0 if results is None else self._limits.output_bytes
        request = wire.encode({"source": cell.source, "output_bytes": shown, "figures": self._limits.figures})
        with child.timed(self._limits.cell_seconds, account):
            child.send(Kind.RUN_CELL, token, request)
            value = child.receive(Kind.CELL_RAN, token, 0)
        result = cell_from_plain(cell.index, value, child.take_printed())
        if results is not None:
            results.append(result)

    def _one_by_one(
        self, calls: Sequence[Call], seconds: float, outcomes: list[Outcome], child: Child, account: Account
    ) -> None:
        request = wire.encode(list(calls))
        self._stream(Kind.ANSWER_ONE_BY_ONE, calls, request, seconds, outcomes, child, account)

    def _stream(
        self,
        kind: Kind,
        calls: Sequence[Call],
        request: wire.Encoded,
        seconds: float,
        outcomes: list[Outcome],
        child: Child,
        account: Account,
    ) -> None:
        """Send `calls` in one frame and append their outcomes as they come, each with its own deadline."""
        token = secrets.token_bytes(TOKEN_BYTES)
        with child.timed(seconds, account):
            child.send(kind, token, request)
            for index in range(len(calls)):
                outcomes.append(from_plain(child.receive(Kind.ANSWER, token, index)))
        child.take_printed()

    def _once(
        self, account: Account, seconds: float, ask: Callable[[Child, Account], None]
    ) -> _Failed | None:
        """Ask the child, or a fresh one; None when that went well. After a failure the child is gone."""
        child = None if account.empty else self._ready()
        if child is None:
            return _Failed(TimedOut(self._limits.submission_seconds), final=True)
        try:
            ask(child, account)
        except WireTimeout:
            self._discard()
            late = TimedOut(self._limits.submission_seconds if account.empty else seconds)
            return _Failed(late, final=account.empty, spent=child.spent)
        except WireError as error:
            return self._crashed(child, error)
        return None

    def _crashed(self, child: Child, error: WireError) -> _Failed:
        how = f"sent something that is no answer ({error})"
        if isinstance(error, WireClosed):
            how = "ended its process" if child.died() else "closed the connection to the grader"
        ended = self._discard()
        if ended is None:
            return _Failed(
                Crashed("was lost together with the process that it came from"), final=False, lost=True
            )
        if ended.killed:
            how = ended.killed
        elif how == "ended its process":
            how += f" ({_status(ended.status)})"
        return _Failed(Crashed(how), final=True)

    # --- children ----------------------------------------------------------------------------------------------------

    def _ready(self) -> Child | None:
        """The child, or a fresh one in which the cells have run again; None when there is no time left for that."""
        while self._child is None:
            if self._again.empty:
                return None
            self._child = child = self._sandbox.child(self._limits, self._files)
            cells, self._brief = _brief(self._ran) if self._brief else list(self._ran), False
            if self._upto is not None:
                cells = [each for each in cells if each.index <= self._upto]
            for cell in with_added(cells, self._added):
                try:
                    self._run_cell(cell, None, child, self._again)
                except WireError:
                    # it went well once; from now on it is left out
                    self._ran = [each for each in self._ran if each is not cell]
                    self._added = [each for each in self._added if each is not cell]
                    self._discard()
                    break
        return self._child

    def _discard(self) -> Ended | None:
        """End the child, if there is one; None when nobody can say how it ended."""
        child, self._child = self._child, None
        if child is None:
            return None
        try:
            ended = child.end()
        except ZygoteGone:
            return None
        self._used = self._used.plus(ended.cpu_seconds, ended.rss_bytes)
        return ended


def _brief(cells: Sequence[Cell]) -> list[Cell]:
    """The cells up to the last solution; all of them where none is marked as one."""
    solutions = [i for i, cell in enumerate(cells) if cell.solution]
    return list(cells[: solutions[-1] + 1] if solutions else cells)


@dataclass(frozen=True)
class _Failed:
    """Why a request got no answer; unless it is `final`, it is made once more, alone. `lost`: with its zygote.

    spent   it used up CPU time of its own, which no busy machine takes from it: asked again it would only cost that again
    """

    outcome: TimedOut | Crashed
    final: bool
    lost: bool = False
    spent: bool = False

    @property
    def crashed(self) -> bool:
        return isinstance(self.outcome, Crashed) and not self.lost

    def stands(self) -> TimedOut | Crashed:
        if self.lost:
            raise SandboxBroken(
                "The process that children are forked from ended twice under the same request.",
                remedy="Look whether this machine is out of memory; grade this submission by itself.",
            )
        return self.outcome


def _fitting(batch: Batch, start: int) -> tuple[Sequence[Call], wire.Encoded]:
    """The calls from `start` on, encoded; only the first of them where one frame cannot hold them all."""
    calls = batch.calls[start:]
    request = batch.encoded if start == 0 else wire.encode(list(calls))
    if len(request.structure) <= wire.STRUCTURE_CAP and len(request.payload) <= wire.PAYLOAD_CAP:
        return calls, request
    return calls[:1], _request(calls[0])


def _request(call: Call) -> wire.Encoded:
    request = wire.encode([call])
    if len(request.structure) > wire.STRUCTURE_CAP or len(request.payload) > wire.PAYLOAD_CAP:
        raise CheckError(
            f"The arguments of {call} are too large to be sent ({len(request.payload) >> 20} MiB).",
            remedy=f"Let the check draw less than {wire.PAYLOAD_CAP >> 20} MiB per call.",
        )
    return request


def _status(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
