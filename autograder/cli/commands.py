"""Importing this enters every subcommand. A staff command is there only where its packages are installed."""

from autograder.cli import (
    certify,
    check,
    data,
    doctor,
    explain,
    export,
    grade,
    new,
    release,
    report,
    validate,
)

__all__ = [
    "certify",
    "check",
    "data",
    "doctor",
    "explain",
    "export",
    "grade",
    "new",
    "release",
    "report",
    "validate",
]
