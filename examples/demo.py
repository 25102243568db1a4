"""`python -m examples.demo`: hands in the sample class, grades it, reports on it, and says where to look."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.course.folders import WORKSHOP
from examples.sample_class import CLASS, hand_in


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--course", type=Path, default=Path("demo"), help="where the course is made anew (default: demo/)"
    )
    course = parser.parse_args().course.resolve()
    if course.exists():
        if not (course / "submitted").is_dir():
            parser.error(f"{course} is there and is no course: name another directory")
        shutil.rmtree(course)
    hand_in(course)
    print(f"{len(CLASS)} submissions lie in {course / 'submitted'}", flush=True)
    for command in ("grade", "report"):
        asked = [sys.executable, "-m", "autograder", command, "fewshot", "--course", str(course)]
        status = subprocess.run(asked, check=False).returncode
        if status not in (0, 1):  # 1 says that a person is needed, and in this class one is
            return status
    workshop = course / WORKSHOP
    print("\nOpen in a browser:")
    for what, page in (
        ("the class", workshop / "pages" / "fewshot" / "index.html"),
        ("a student's page", workshop / "pages" / "fewshot" / "student" / "sums-divided-by-n-way.html"),
        ("the report", workshop / "reports" / "fewshot" / "index.html"),
    ):
        print(f"  {what + ':':18}{page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
