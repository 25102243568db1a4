#!/usr/bin/env bash
# Software   safetensors 0.8.0 with torch 2.13.0.
# Guess      A file of named tensors has one form: the same tensors and metadata give the same bytes, and come back in the
#            order in which they were saved, or at least in one order.
# Behaviour  With two or more metadata entries the bytes differ from call to call, because the entries are written in a
#            random order. `load` returns the tensors in a random order as well; only names are to be relied on.
# Seen       16 saves: 1 digest without metadata, 16 with six entries    16 loads: 16 orders (counts above 1 vary)
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    safetensors==0.8.0 torch==2.13.0 numpy==2.4.6 packaging==26.4
cd "$room"

"$room/venv/bin/python" - <<'PY'
import sys
from hashlib import sha256

import torch
from safetensors.torch import load, save

weights = {f"layer{number}": torch.full((2,), float(number)) for number in range(6)}
metadata = {f"entry{number}": str(number) for number in range(6)}


def digests(entries):
    return len({sha256(save(weights, metadata=entries)).hexdigest() for _ in range(16)})


file = save(weights)
plain, described = digests(None), digests(metadata)
orders = len({tuple(load(file)) for _ in range(16)})
print(f"16 saves: {plain} digest without metadata, {described} with six entries")
print(f"16 loads of one file: {orders} orders, one is", list(load(file)))
sys.exit(0 if plain == 1 and described > 1 and orders > 1 else "the behaviour has changed")
PY
