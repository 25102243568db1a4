"""What nbgrader says about its failures, which it tells its log and nobody else."""

from __future__ import annotations

import logging
import sys

from autograder.feedback.sanitise import visible


class Visible(logging.Filter):
    """Lets a log say what a submission is called without doing what its name says to a terminal."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Write out what nobody can see; every record passes."""
        record.msg, record.args = visible(record.getMessage(), keep="\n\t"), ()
        return True


class Errors(logging.Handler):
    """Keeps what nbgrader says about its failures."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []
        self.raised: list[BaseException] = []

    def clear(self) -> None:
        """Forget what was said of the last submission."""
        self.lines.clear()
        self.raised.clear()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line that names the error, of a record that holds a traceback."""
        message = record.getMessage().strip()
        error = sys.exc_info()[1]  # nbgrader logs a traceback as text, where the error is handled
        if error is not None:
            self.raised.append(error)
        if message.startswith("Traceback"):
            self.lines.append(raised_in(message))


def raised_in(traceback: str) -> str:
    """Return the line of a traceback that names the error; the error may go on for more lines."""
    lines = traceback.splitlines()
    last = max((number for number, line in enumerate(lines) if line.startswith("  File ")), default=0)
    return next((line for line in lines[last + 1 :] if not line.startswith(" ")), lines[-1])
