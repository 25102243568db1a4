#!/usr/bin/env bash
# Software   torch 2.13.0, on the CPU.
# Guess      From one seed, randn(15) is the beginning of randn(16): a generator yields a stream, and rand() does work so.
# Behaviour  From 16 numbers on randn fills its memory by another method: not one of the first 15 numbers agrees. The shape
#            in memory counts as well: a transposed tensor of the same size gets other numbers.
# Seen       of 15 numbers, the same in 16: rand 15, randn 0    randn(4, 5) equals its transposed filling: False
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cd "$room"

"$room/venv/bin/python" - <<'PY'
import sys

import torch


def seed(number=0):
    return torch.Generator().manual_seed(number)


def shared(draw, few, many):
    return (draw(few, generator=seed()) == draw(many, generator=seed())[:few]).sum().item()


seen = {draw.__name__: shared(draw, 15, 16) for draw in (torch.rand, torch.randn)}
print("of 15 numbers, the same in 16:", seen)
rows = torch.empty(4, 5).normal_(generator=seed())
columns = torch.empty(5, 4).normal_(generator=seed())
transposed = torch.empty(5, 4).T.normal_(generator=seed())
alike = torch.equal(transposed, rows), torch.equal(transposed, columns.T)
print("a transposed (4, 5) gets the numbers of (4, 5), of (5, 4) transposed:", alike)
sys.exit(0 if seen == {"rand": 15, "randn": 0} and not any(alike) else "the behaviour has changed")
PY
