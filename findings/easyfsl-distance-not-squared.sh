#!/usr/bin/env bash
# Software   easyfsl 1.5.0 with torch 2.13.0.
# Guess      PrototypicalNetworks returns the logits of the paper that it names (Snell et al., 2017): minus the SQUARED
#            Euclidean distance to each prototype.
# Behaviour  It returns minus the distance itself. The winner is the same; the probabilities, the loss, its gradient and the
#            view as a linear classifier are not, and scaling the embedding by 2 scales the logits by 2, not by 4.
# Seen       distances 1 and 5: logits -1.0 and -5.0 (squared: -1 and -25); first class 0.982 (squared: 1.000)
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
# Its methods need torch alone; torchvision and pandas belong to its data sets.
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps easyfsl==1.5.0
cd "$room"

"$room/venv/bin/python" - <<'PY'
import sys
from importlib.util import find_spec
from types import ModuleType

import torch

# Packages without their __init__, which imports torchvision for the networks of easyfsl.modules.
root = find_spec("easyfsl").submodule_search_locations[0]
for name, folder in (("easyfsl", root), ("easyfsl.methods", f"{root}/methods")):
    sys.modules[name] = ModuleType(name)
    sys.modules[name].__path__ = [folder]

from easyfsl.methods.prototypical_networks import PrototypicalNetworks

model = PrototypicalNetworks()
model.process_support_set(torch.tensor([[0.0, 1.0], [3.0, 4.0]]), torch.tensor([0, 1]))
logits = model(torch.zeros(1, 2))[0]
squared = torch.tensor([-1.0, -25.0])
print("logits:", logits.tolist(), "squared would be:", squared.tolist())
print(f"first class: {logits.softmax(0)[0]:.3f}, squared: {squared.softmax(0)[0]:.3f}")
sys.exit(0 if logits.tolist() == [-1.0, -5.0] else "the behaviour has changed")
PY
