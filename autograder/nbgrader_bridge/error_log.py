"""What nbgrader says about its failures, which it tells its log and nobody else."""

from __future__ import annotations

import logging


class Errors(logging.Handler):
    """Keeps what nbgrader says about its failures."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line that names the error, of a record that holds a traceback."""
        message = record.getMessage().strip()
        if message.startswith("Traceback"):
            self.lines.append(raised_in(message))


def raised_in(traceback: str) -> str:
    """Return the line of a traceback that names the error; the error may go on for more lines."""
    lines = traceback.splitlines()
    last = max((number for number, line in enumerate(lines) if line.startswith("  File ")), default=0)
    return next((line for line in lines[last + 1 :] if not line.startswith(" ")), lines[-1])
