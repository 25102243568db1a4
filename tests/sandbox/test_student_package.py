from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

from autograder.sandbox import student_package


def test_the_cut_holds_what_students_install() -> None:
    files = student_package.files()
    assert "autograder/__init__.py" in files
    assert "autograder/sandbox/worker/main.py" in files
    assert not [
        name for name in files if name.startswith(("autograder/hidden/", "reference/")) or ".pyc" in name
    ]


def test_staff_files_clutter_and_links_stay_behind(tmp_path: Path) -> None:
    package = tmp_path / "autograder"
    for name in (
        "hidden/fewshot.py",
        "checks/fewshot.py",
        "checks/hidden.py",
        "__pycache__/x.pyc",
        ".cache/x",
        "data/glyphs.npz",
    ):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).touch()
    (package / "answers.py").symlink_to(package / "hidden" / "fewshot.py")
    assert student_package.files(package) == (
        "autograder/checks/fewshot.py",
        "autograder/checks/hidden.py",
        "autograder/data/glyphs.npz",
    )


def test_an_unpacked_cut_is_the_package_and_readable_by_all(tmp_path: Path) -> None:
    root = student_package.unpack(tmp_path / "cut")
    found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    assert found == list(student_package.files())
    for path in (root, *root.rglob("*")):
        wanted = 0o755 if path.is_dir() else 0o644
        assert stat.S_IMODE(path.stat().st_mode) == wanted
    code = "import autograder, sys; print(autograder.__file__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()) == root / "autograder" / "__init__.py"
