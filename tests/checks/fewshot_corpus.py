"""The corpus of the fewshot assignment, for the tests that are about it alone."""

from __future__ import annotations

from tests.checks.corpora import ROOT, of

FEWSHOT = of("fewshot")
SOURCE = FEWSHOT.source
SOLUTIONS = FEWSHOT.solutions
MISTAKES = FEWSHOT.mistakes
# Trained weights are no code: tests/checks/test_trained_weights.py has them.
CHECKS = FEWSHOT.checks
PLANNER = FEWSHOT.planner
notebook_of = FEWSHOT.notebook_of

__all__ = ["CHECKS", "FEWSHOT", "MISTAKES", "PLANNER", "ROOT", "SOLUTIONS", "SOURCE", "notebook_of"]
