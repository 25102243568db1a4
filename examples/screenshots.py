"""`python -m examples.screenshots`: walks a fewshot course in a browser and keeps the pictures of docs/running-a-course.md."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from PIL import Image

from autograder.course import corpus
from autograder.sandbox import student_package
from examples import sample_class
from examples.browser.server import ROOT, JupyterServer, browser
from examples.walk import Plan, Walk, walk

PICTURES = ROOT / "docs" / "pictures"
WIDTH, COLOURS = 960, 64  # of the pictures in the documents: legible, and a few dozen kilobytes each


def fewshot() -> Plan:
    """A student who divides the sum of each class by the number of classes, and four classmates."""
    document = json.loads(sample_class.SOURCE.read_text(encoding="utf-8"))
    [right] = [
        "".join(cell["source"])
        for cell in document["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "class_prototypes"
    ]
    wrong = corpus.read(sample_class.MISTAKES / "prototypes_divided_by_n_way.py").cells["class_prototypes"]

    def handed_in(name: str) -> str:
        document = sample_class.CLASS[name]()
        return document if isinstance(document, str) else json.dumps(document)

    return Plan(
        source=sample_class.SOURCE,
        exercise="class_prototypes",
        mistake=wrong,
        remedy=right,
        classmates={
            name: lambda _, name=name: handed_in(name)  # type: ignore[misc]
            for name in ("all-right", "plain-distance", "syntax-error", "no-json")
        },
        override=("plain-distance", "class_probabilities_checks", 3.0),
        written=("all-right", "written", 1.5),
        beside={"fewshot.safetensors": sample_class.WEIGHTS},
    )


def walked(root: Path, plan: Plan, pictures: Path, *, student_path: Path) -> Walk:
    """Walks the plan in `root`, with a server for the staff and one for the student, who has installed `student_path`."""
    course = Walk(root, plan, pictures)
    course.set_up()
    staff = JupyterServer(course.course, root / "staff-home")
    student = JupyterServer(course.home, root / "student-home", python_path=(student_path,))
    with staff, student, browser() as context:
        pages = context.pages[0], context.new_page()
        try:
            walk(course, pages[0], staff.url, pages[1], student.url)
        except BaseException:
            for name, page in zip(("staff", "student"), pages, strict=True):
                page.screenshot(path=pictures / f"failed-{name}.png")
            raise
    return course


def shrink(picture: Path, target: Path) -> None:
    """A smaller copy, with few colours."""
    with Image.open(picture) as image:
        small = image.convert("RGB").resize(
            (WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.LANCZOS
        )
        small.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PICTURES, help="where (default: docs/pictures)")
    out = parser.parse_args().out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        root = Path(folder)
        course = walked(root, fewshot(), root / "pictures", student_path=student_package.unpack(root / "cut"))
        for picture in sorted(course.pictures.glob("*.png")):
            shrink(picture, out / picture.name)
            print(out / picture.name, f"{(out / picture.name).stat().st_size // 1024} KiB")
    for station, points in course.points.items():
        print(f"{station + ':':28}", *(f"{student} {value:g}" for student, value in points.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
