#!/usr/bin/env bash
# Software   torch 2.13.0.
# Guess      AveragedModel(student, multi_avg_fn=get_ema_multi_avg_fn(0.9)) is a mean teacher: it starts as a copy of the
#            student, and each update gives 0.9 teacher + 0.1 student, the first one too.
# Behaviour  The first update throws the initial copy away and takes the student as it is then. Only from the second on is it
#            an exponential moving average; a weight that goes 0, 1, 2, 3 is averaged otherwise than by the formula.
# Seen       AveragedModel: 1.0 1.1 1.29    formula: 0.1 0.29 0.561
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cd "$room"

"$room/venv/bin/python" - <<'PY'
import sys

from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

student = nn.Linear(1, 1, bias=False)
nn.init.zeros_(student.weight)
teacher = AveragedModel(student, multi_avg_fn=get_ema_multi_avg_fn(0.9))
formula, seen, expected = 0.0, [], []
for step in (1.0, 2.0, 3.0):
    nn.init.constant_(student.weight, step)
    teacher.update_parameters(student)
    formula = 0.9 * formula + 0.1 * step
    seen.append(round(teacher.module.weight.item(), 4))
    expected.append(round(formula, 4))
print("AveragedModel:", *seen)
print("formula:      ", *expected)
sys.exit(0 if seen == [1.0, 1.1, 1.29] else "the behaviour has changed")
PY
