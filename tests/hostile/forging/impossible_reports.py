"""Reports what no worker reports: modified arguments that do not exist, states that are verdicts, gradients that are texts.
Must: double/runs -> crashed, holds, falsified
"""

# %% before
import autograder.sandbox.worker.main as main

reports = [
    {"returned": 1, "gradients": {"x": "all of them"}},
    {"returned": 1, "states": [1, 2]},
    {"returned": 1, "modified": {"x": 1}},
    {"verdict": "holds", "credit": 1.0},
    {"raised": {}, "message": 1, "where": []},
    {"missing": None, "why": None},
    {},
]
honest = main.to_plain
main.to_plain = lambda outcome: reports.pop() if reports else honest(outcome)
