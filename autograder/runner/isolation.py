"""Keeps what a student function has seen of hidden checks away from what students read.

A function may keep the inputs of a hidden check and raise them, as a message, in the public check of another exercise, whose
message is shown. Where the course reveals laws only, a public check therefore never meets a child that has seen hidden inputs.
"""

from __future__ import annotations

from autograder.laws.registry import Check
from autograder.runner.plans import Planner
from autograder.sandbox.transport import Transport


class HiddenInputGuard:
    def __init__(self, transport: Transport, planner: Planner) -> None:
        self._transport = transport
        self._needed = getattr(planner.course, "reveal", None) == "law"
        self._seen = False

    def before(self, check: Check) -> None:
        """Begin a fresh child, where this check must not meet the one that is there."""
        if check.visibility == "hidden":
            self._seen = True
        elif self._seen and self._needed:
            self._transport.renew()
            self._seen = False
