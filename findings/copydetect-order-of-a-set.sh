#!/usr/bin/env bash
# Software   copydetect 0.5.0.
# Guess      The same folder gives the same list of pairs and the same numbers: winnowing is deterministic.
# Behaviour  Files are kept in a set of names and tokens are hashed with Python's hash(), which differs between processes.
#            The order within a pair changes from run to run, and with it the number of tokens that they are said to share.
# Seen       token overlap of the pair a, c under PYTHONHASHSEED 0 to 5: 44 in some runs, 103 in others
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check copydetect==0.5.0 numpy==2.4.6
cd "$room"

"$room/venv/bin/python" - <<'PY'
import random
from pathlib import Path

chance = random.Random(0)
names = "mean var proto dist query support logits labels shift scale".split()


def statement(number):
    name, other = chance.choice(names), chance.choice(names)
    a, b, c = (chance.randint(0, 9) for _ in range(3))
    return chance.choice(
        [
            f"def f{number}(x, y):\n    {name} = x.sum({a}) / {b + 1}\n    return x - y * {c}",
            f"for i in range({a}):\n    {name} = [i * {b} for i in data if i > {c}]",
            f"if {name} > {a}:\n    print({other}, {name})\nelse:\n    {other} += {b}",
        ]
    )


Path("class").mkdir()
for student in "abcd":
    Path(f"class/{student}.py").write_text("\n".join(statement(number) for number in range(12)))
PY

cat > pairs.py <<'PY'
from copydetect import CopyDetector

detector = CopyDetector(test_dirs=["class"], extensions=["py"], display_t=0.0, autoopen=False, silent=True)
detector.run()
for first, second, one, other, _, _, overlap in detector.get_copied_code_list():
    print(*sorted([one[-4], other[-4]]), int(overlap))
PY
for seed in 0 1 2 3 4 5; do
    PYTHONHASHSEED=$seed "$room/venv/bin/python" pairs.py >> overlaps
done

"$room/venv/bin/python" - <<'PY'
import sys
from collections import defaultdict

overlaps = defaultdict(set)
for line in open("overlaps"):
    one, other, overlap = line.split()
    overlaps[one, other].add(int(overlap))
for pair, values in sorted(overlaps.items()):
    print(*pair, "token overlap over six runs:", sorted(values))
sys.exit(0 if any(len(values) > 1 for values in overlaps.values()) else "the behaviour has changed")
PY
