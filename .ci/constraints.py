"""Writes constraints.txt anew: the versions of everything that is installed beside this interpreter.

`tox run -e constraints` calls it in an environment that no constraint held back, on the oldest Python that we support, so
that the versions exist for the others too.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TARGET = Path(__file__).parents[1] / "constraints.txt"


def main() -> None:
    head = next(line for line in TARGET.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
    TARGET.write_text("\n".join([head, *installed()]) + "\n", encoding="utf-8")


def installed() -> list[str]:
    """Return `name==version` of each package, sorted, without ours and without what a build adds to a version (+cpu)."""
    command = [sys.executable, "-m", "pip", "freeze", "--exclude-editable", "--exclude", "fewlabels"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return sorted((line.partition("+")[0] for line in lines if "==" in line), key=str.lower)


if __name__ == "__main__":
    main()
