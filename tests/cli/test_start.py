"""What the command line imports before it knows what it is asked: nobody should wait for what another command needs."""

from __future__ import annotations

import subprocess
import sys

SLOW = (
    "nbformat",
    "jsonschema",
    "nbgrader",
    "nbconvert",
    "matplotlib",
    "scipy",
    "distributed",
)


def test_slow_packages_are_imported_by_the_commands_that_need_them() -> None:
    program = (
        f"import sys, autograder.cli.commands\nprint([name for name in {SLOW!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
