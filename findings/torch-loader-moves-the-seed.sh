#!/usr/bin/env bash
# Software   torch 2.13.0.
# Guess      A DataLoader without shuffling and without workers is a plain loop: it draws nothing.
# Behaviour  Each start of the loop takes a number from torch's global generator. An evaluation in the middle of training
#            changes every random number after it, and so the trained weights. With generator=... it does not.
# Seen       the next number after a loop over the data set: same    over a loader: other    with its own generator: same
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cd "$room"

"$room/venv/bin/python" - <<'PY'
import sys

import torch
from torch.utils.data import DataLoader, TensorDataset

data = TensorDataset(torch.arange(8))
own = torch.Generator()
loops = {
    "the data set": data,
    "a loader": DataLoader(data, batch_size=4, shuffle=False, num_workers=0),
    "a loader with its own generator": DataLoader(data, batch_size=4, shuffle=False, num_workers=0, generator=own),
}
untouched = torch.rand(4, generator=torch.Generator().manual_seed(0))
seen = {}
for name, loop in loops.items():
    torch.manual_seed(0)
    for _ in range(len(loop)) if loop is data else loop:
        pass
    seen[name] = torch.equal(torch.rand(4), untouched)
print("the next numbers are as before after a loop over:", seen)
sys.exit(0 if list(seen.values()) == [True, False, True] else "the behaviour has changed")
PY
