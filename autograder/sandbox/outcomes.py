"""Outcomes as plain values and back: the worker writes them, the trusted side reads them and believes nothing."""

from __future__ import annotations

from typing import Any

from autograder.model import CellResult, Crashed, Missing, Outcome, Raised, Returned, Tensor, TimedOut
from autograder.sandbox.wire import NAME_CAP, WireError, printable

MESSAGE_CAP = 2_000
STREAMS = ("stdout", "stderr")
BUNDLES = ("display_data", "execute_result")


# --- calls -----------------------------------------------------------------------------------------------------------


def to_plain(outcome: Returned | Raised | Missing) -> dict[str, Any]:
    """Write an outcome as plain data that can cross the wire."""
    if isinstance(outcome, Returned):
        reports = {
            "gradients": dict(outcome.gradients),
            "modified": list(outcome.modified),
            "touched": list(outcome.touched),
            "states": dict(outcome.states),
        }
        return {"returned": outcome.value, **{name: report for name, report in reports.items() if report}}
    if isinstance(outcome, Raised):
        return {"raised": outcome.type, "message": outcome.message, "where": outcome.where}
    return {"missing": outcome.name, "why": outcome.why}


def from_plain(value: Any) -> Outcome:
    """Read an outcome that came over the wire. Never raises: an answer that is no answer is `Crashed`."""
    try:
        return _read(value)
    except (WireError, KeyError, TypeError):
        return Crashed("sent something that is no answer")


def _read(value: Any) -> Outcome:
    if not isinstance(value, dict):
        raise WireError("no answer")
    if "returned" in value:
        if len(value) == 1:  # nearly always: no report was asked for
            return Returned(value["returned"])
        gradients, states = value.get("gradients", {}), value.get("states", {})
        if not isinstance(gradients, dict) or not isinstance(states, dict):
            raise WireError("no answer")
        for gradient in gradients.values():
            if gradient is not None and not isinstance(gradient, Tensor):
                raise WireError("a gradient that is no array")
        return Returned(
            value["returned"],
            gradients,
            _names(value.get("modified", [])),
            _names(value.get("touched", [])),
            states,
        )
    if "raised" in value:
        return _raised(value["raised"], value["message"], value["where"])
    return Missing(_words(value["missing"], NAME_CAP), _words(value["why"], NAME_CAP))


def _raised(kind: Any, message: Any, where: Any) -> Raised:
    place = None if where is None else _words(where, NAME_CAP)
    return Raised(_words(kind, NAME_CAP), _words(message, MESSAGE_CAP), place)


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise WireError("no list of names")
    return tuple(_words(each, NAME_CAP) for each in value)


def _words(value: Any, cap: int) -> str:
    return printable(_text(value, cap))


def _text(value: Any, cap: int | None = None) -> str:
    if not isinstance(value, str):
        raise WireError("no text")
    return value[:cap]


# --- cells -----------------------------------------------------------------------------------------------------------


def cell_from_plain(index: int, value: Any, printed: str) -> CellResult:
    """Read what cell number `index` showed and raised, from the plain `value` that came over the wire.

    `printed` is what its native code wrote meanwhile, and comes first. Raises `WireError` for what is no result of a cell.
    """
    if not isinstance(value, dict) or not isinstance(value.get("outputs"), list):
        raise WireError("no result of a cell")
    outputs = [_output(output) for output in value["outputs"]]
    if printed:
        outputs.insert(0, {"output_type": "stream", "name": "stdout", "text": printed})
    raised = value.get("raised")
    if raised is not None:
        try:
            raised = _raised(raised["type"], raised["message"], raised["where"])
        except (KeyError, TypeError):
            raise WireError("no exception") from None
    return CellResult(index, tuple(outputs), raised)


def cell_failed(index: int, failed: TimedOut | Crashed) -> CellResult:
    """Return the result of a cell that never answered."""
    if isinstance(failed, TimedOut):
        message = f"The cell used up its {failed.seconds:g} seconds."
    else:
        message = f"The cell {failed.how}."
    shown = {
        "output_type": "error",
        "ename": type(failed).__name__,
        "evalue": message,
        "traceback": [message],
    }
    return CellResult(
        index, (shown,), timed_out=isinstance(failed, TimedOut), crashed=isinstance(failed, Crashed)
    )


def _output(value: Any) -> dict[str, Any]:
    """One output, rebuilt from nothing but what nbformat 4 knows."""
    if not isinstance(value, dict):
        raise WireError("no output")
    kind = value.get("output_type")
    if kind == "stream" and value.get("name") in STREAMS:
        return {"output_type": kind, "name": value["name"], "text": _text(value.get("text"))}
    if kind == "error":
        lines = value.get("traceback")
        if not isinstance(lines, list):
            raise WireError("no traceback")
        return {
            "output_type": kind,
            "ename": _text(value.get("ename"), NAME_CAP),
            "evalue": _text(value.get("evalue"), MESSAGE_CAP),
            "traceback": [_text(line) for line in lines],
        }
    if kind in BUNDLES and isinstance(value.get("data"), dict):
        data = {mime: _mime(mime, each) for mime, each in value["data"].items()}
        output: dict[str, Any] = {"output_type": kind, "data": data, "metadata": {}}
        if kind == "execute_result":
            count = value.get("execution_count")
            output["execution_count"] = count if type(count) is int else None
        return output
    raise WireError("an output of unknown type")


def _mime(mime: str, value: Any) -> Any:
    if mime == "application/json" or mime.endswith("+json"):
        return _json(value)
    return _text(value)


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_json(each) for each in value]
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise WireError("no JSON")
