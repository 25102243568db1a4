#!/usr/bin/env bash
# Software   hypothesis 6.170.15 with numpy 2.4.6.
# Guess      arrays(float64, (32, 32), elements=floats(0, 1)) draws images whose 1,024 pixels mostly differ.
# Behaviour  One value fills the array and a few elements are drawn anew: half of the images have fewer distinct pixels
#            than one row has places, and none comes near having all. `unique=True` or `fill=nothing()` changes that.
# Seen       distinct pixels of 1,024, of 200 images: fewest 1, median 14.5, most 87
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check hypothesis==6.170.15 numpy==2.4.6
cd "$room"

"$room/venv/bin/python" - <<'PY'
import sys
from statistics import median

import numpy
from hypothesis import given, settings, strategies
from hypothesis.extra.numpy import arrays

distinct = []


@settings(max_examples=200, derandomize=True, database=None)
@given(arrays(numpy.float64, (32, 32), elements=strategies.floats(0, 1)))
def look_at(image):
    distinct.append(len(numpy.unique(image)))


look_at()
seen = min(distinct), median(distinct), max(distinct)
print(f"distinct pixels of 1,024, of {len(distinct)} images: fewest {seen[0]}, median {seen[1]:g}, most {seen[2]}")
sys.exit(0 if median(distinct) < 32 and max(distinct) < 512 else "the behaviour has changed")
PY
