"""Importing this enters every subcommand. A staff command is there only where its packages are installed."""

from autograder.cli import check, data, doctor, explain, gpu_check, grade

__all__ = ["check", "data", "doctor", "explain", "gpu_check", "grade"]
