"""Cores and hours for large classes, from what `python -m benchmarks.costs.throughput --json` measured:

    python -m benchmarks.costs.throughput --submissions 100 --json > measured.json
    python -m benchmarks.costs.capacity measured.json

Arithmetic on measured costs, not a measurement: CPU seconds per submission divided among cores, and beside it what one place
has to do alone. The supervisor receives results, writes files and enters points, one submission after another.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

CLASSES = (10_000, 100_000, 1_000_000)
CORES = (2, 16, 128, 1024)


def hours(facts: dict[str, Any], count: int, cores: int) -> tuple[float, str]:
    """Hours for a class, and what holds it up: the workers, or the one writer of the grade book."""
    working = facts["student_cpu_seconds"] + facts["overhead_cpu_seconds"] - facts["cpu_book"]
    workers, writer = count * working / cores / 3600, count * facts["cpu_book"] / 3600
    return (workers, "workers") if workers >= writer else (writer, "grade book")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("measured", type=Path, help="what benchmarks.costs.throughput --json printed")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    facts = json.loads(options.measured.read_text(encoding="utf-8"))
    rows = {count: {cores: hours(facts, count, cores) for cores in CORES} for count in CLASSES}
    working = facts["student_cpu_seconds"] + facts["overhead_cpu_seconds"] - facts["cpu_book"]
    turn = working / max(1e-9, facts["cpu_book"])
    if options.json:
        print(json.dumps({"cores_that_fill_the_grade_book": turn, "hours": rows}))
        return
    table = Table("submissions", *(f"{cores} cores" for cores in CORES), title="Hours (what holds it up)")
    for count, row in rows.items():
        table.add_row(f"{count:,}", *(f"{time:.1f} ({by})" for time, by in row.values()))
    Console().print(table)
    Console().print(
        f"The grade book's one writer is full at {turn:.0f} cores. Measured on a sample of {facts['clocked_sample']}."
    )


if __name__ == "__main__":
    main()
