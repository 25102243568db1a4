#!/usr/bin/env bash
# Software   hypothesis 6.170.15 with numpy 2.4.6 and torch 2.13.0.
# Guess      A test under @given that calls a random function tries a new sample with each example; or, if Hypothesis
#            manages randomness, none of the generators in common use moves on by itself.
# Behaviour  `random` and `numpy.random` are seeded alike before every example: a hundred examples see one and the same
#            sample. torch is not managed: it sees a hundred, and a failure that depends on it does not come back.
# Seen       distinct samples in 100 examples: random 1, numpy 1, torch 100
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    hypothesis==6.170.15 numpy==2.4.6 torch==2.13.0
cd "$room"

"$room/venv/bin/python" - <<'PY'
import random
import sys

import numpy
import torch
from hypothesis import given, settings, strategies

samples = {"random": set(), "numpy": set(), "torch": set()}


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(strategies.integers(0, 10**9))
def draw(_):
    samples["random"].add(random.random())
    samples["numpy"].add(float(numpy.random.rand()))
    samples["torch"].add(torch.rand((), dtype=torch.float64).item())


draw()
seen = {name: len(values) for name, values in samples.items()}
print("distinct samples in 100 examples:", seen)
sys.exit(0 if seen == {"random": 1, "numpy": 1, "torch": 100} else "the behaviour has changed")
PY
