"""All experiments, one after the other, then the page: `python -m benchmarks --data DIR --jobs 2`.

Options are passed on to every experiment; what is finished is not run again. Some two and a half hours of one core.
"""

from __future__ import annotations

import subprocess
import sys

EXPERIMENTS = ("fewshot", "semi_supervised", "clip", "peft", "self_supervised", "transfer")


def main() -> None:
    options = sys.argv[1:]
    if "-h" in options or "--help" in options:
        print(f"{__doc__}\nOptions: those of python -m benchmarks.{EXPERIMENTS[0]} --help. Experiments:")
        print("\n".join(f"  python -m benchmarks.{name}" for name in EXPERIMENTS))
        return
    for name in EXPERIMENTS:
        print(f"\n{name}", file=sys.stderr)
        if status := subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options]).returncode:
            sys.exit(status)
    subprocess.run([sys.executable, "-m", "benchmarks.accuracy.report"], check=True)


if __name__ == "__main__":
    main()
