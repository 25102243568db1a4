"""Replaces the function that answers calls by one that answers without looking.
Must: double/runs -> falsified, crashed
"""

# %% before
import autograder.sandbox.worker.main as main
from autograder.model import Returned

main.answer = lambda call, namespace: Returned(True)
