#!/usr/bin/env bash
# Software   torch 2.13.0.
# Guess      cross_entropy gives the same loss for labels as class numbers and for the same labels as one-hot rows.
# Behaviour  It does until there are class weights. Class numbers: the weighted mean, divided by the sum of the weights that
#            occur. Rows of probabilities: divided by the number of rows. The loss and every gradient differ by that factor.
# Seen       without weights: numbers / one-hot 1.00    with weights (1, 2, 5) and labels 0 1 2 2: 0.31, which is 4 / 13
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cd "$room"

"$room/venv/bin/python" - <<'PY'
import sys

import torch
from torch.nn.functional import cross_entropy, one_hot

torch.manual_seed(0)
logits, labels = torch.randn(4, 3), torch.tensor([0, 1, 2, 2])


def ratio(weight):
    numbers = cross_entropy(logits, labels, weight=weight)
    rows = cross_entropy(logits, one_hot(labels).float(), weight=weight)
    return round((numbers / rows).item(), 4)


seen = ratio(None), ratio(torch.tensor([1.0, 2.0, 5.0]))
print("loss by numbers / loss by one-hot rows, without and with weights:", seen)
sys.exit(0 if seen == (1.0, round(4 / 13, 4)) else "the behaviour has changed")
PY
