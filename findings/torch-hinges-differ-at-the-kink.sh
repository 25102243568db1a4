#!/usr/bin/env bash
# Software   torch 2.13.0.
# Guess      relu(x), clamp(x, min=0) and maximum(x, 0) are three spellings of one function with one derivative, 0 at 0; and
#            max(x) and max(x, dim=0) share it out alike when two entries tie.
# Behaviour  At the kink they have three derivatives, 0, 1 and 1/2. At a tie max(x) gives each entry a half, max(x, dim=0) gives
#            the first everything, and sort() the last.
# Seen       relu 0.0, clamp 1.0, maximum 0.5    max(x) [0.5, 0.5], max(x, dim=0) [1.0, 0.0], sort [0.0, 1.0]
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cd "$room"

"$room/venv/bin/python" - <<'PY'
import sys

import torch


def slopes(functions, point):
    seen = {}
    for name, function in functions.items():
        x = torch.tensor(point, requires_grad=True)
        function(x).sum().backward()
        seen[name] = x.grad.tolist()
    return seen


hinges = slopes(
    {
        "relu": torch.relu,
        "clamp": lambda x: x.clamp(min=0),
        "maximum": lambda x: torch.maximum(x, torch.zeros(())),
    },
    0.0,
)
ties = slopes(
    {
        "max(x)": torch.max,
        "max(x, dim=0)": lambda x: x.max(dim=0).values,
        "sort": lambda x: x.sort().values[-1],
    },
    [1.0, 1.0],
)
print("slope at 0:", hinges)
print("slopes at a tie:", ties)
unchanged = list(hinges.values()) == [0.0, 1.0, 0.5] and list(ties.values()) == [[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]]
sys.exit(0 if unchanged else "the behaviour has changed")
PY
