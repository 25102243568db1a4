#!/usr/bin/env bash
# Software   torch 2.13.0.
# Guess      cdist is one function of its rows: a 26th row adds a row to the result and changes nothing else.
# Behaviour  From 26 rows on (of either argument) it multiplies matrices. Up to 25 rows it has no second derivative and raises
#            when asked for one; from 26 on it has. And a point is no longer at distance 0 from itself in float32.
# Seen       25 rows: second derivative NotImplementedError, largest distance of a point to itself 0.0
#            26 rows: second derivative exists,              largest distance of a point to itself 1.0
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cd "$room"

"$room/venv/bin/python" - <<'PY'
import sys

import torch


def second_derivative(rows):
    points = torch.randn(rows, 3, dtype=torch.float64, requires_grad=True)
    centres = torch.randn(4, 3, dtype=torch.float64)
    (slope,) = torch.autograd.grad(torch.cdist(points, centres).sum(), points, create_graph=True)
    try:
        torch.autograd.grad(slope.square().sum(), points)
    except NotImplementedError as error:
        return type(error).__name__
    return "exists"


def distance_to_itself(rows):
    points = torch.randn(rows, 8) + 1000
    return torch.cdist(points, points).diagonal().max().item()


torch.manual_seed(0)
seen = {rows: (second_derivative(rows), distance_to_itself(rows)) for rows in (25, 26)}
for rows, (derivative, distance) in seen.items():
    print(f"{rows} rows: second derivative {derivative}, largest distance of a point to itself {distance:.2f}")
few, many = seen[25], seen[26]
unchanged = few == ("NotImplementedError", 0.0) and many[0] == "exists" and many[1] > 0.01
sys.exit(0 if unchanged else "the behaviour has changed")
PY
