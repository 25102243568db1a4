"""Importing this enters every subcommand. A staff command is there only where its packages are installed."""

import importlib.util

from autograder.cli import check, data, export, forget, gpu_check, report

__all__ = ["check", "data", "export", "forget", "gpu_check", "report"]

if importlib.util.find_spec("pwd") is not None:
    # the sandbox is made of Unix; students on Windows have the rest
    from autograder.cli import certify, doctor, explain, grade, new, release, validate

    __all__ += ["certify", "doctor", "explain", "grade", "new", "release", "validate"]
