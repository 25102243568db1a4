"""Checks against a submission: draw once, replay for everyone, shrink what broke, judge on the trusted side."""

from autograder.runner.exercises import run_exercises
from autograder.runner.submission import Grader, Known

__all__ = ["Grader", "Known", "run_exercises"]
