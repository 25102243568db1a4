"""`python -m autograder.simulated_cuda.generate`: adds the device rules of the installed torch to those that are shipped.

For a checkout, and followed by the corpus; elsewhere rules are made at first use (rules.py).
"""

from __future__ import annotations

import sys
from pathlib import Path

from autograder.simulated_cuda import operator_table
from autograder.simulated_cuda.rules import FOLDER


def write() -> Path:
    """Write the rules of the installed torch beside this file; return where."""
    path = FOLDER / f"torch-{operator_table.version()}.json"
    path.write_text(operator_table.text(), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write(
        f"{write()}\nNow run the corpus with this torch, in the checkout: python -m pytest tests/simulated_cuda\n"
    )
