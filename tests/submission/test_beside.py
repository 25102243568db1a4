"""What lies beside a notebook: taken along where it is small and plain, named where it is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.submission import beside
from autograder.submission.beside import FILE_CAP, FILES_CAP, NAME_CAP, TOTAL_CAP, WORKERS


def read(folder: Path) -> beside.Beside:
    return beside.read(folder / "made_up.ipynb", "made_up.safetensors")


def test_modules_and_data_are_taken_along_also_from_folders(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("helper.py", "data/points.csv", "Ängström.txt"):
        (tmp_path / name).write_bytes(name.encode())
    found = read(tmp_path)
    assert dict(found.files) == {
        name: name.encode() for name in ("helper.py", "data/points.csv", "Ängström.txt")
    }
    assert found.left == {}


def test_what_others_put_there_is_passed_over_without_a_word(tmp_path: Path) -> None:
    for name in (
        "made_up.ipynb",
        "other.ipynb",
        "made_up.safetensors",
        "timestamp.txt",
        ".DS_Store",
        "DATA.md",
        "MANIFEST.json",
        "requirements.txt",
        "fewlabels-0.1.0-py3-none-any.whl",
        "made_up.fingerprints.json",
    ):
        (tmp_path / name).write_text("text")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / "__pycache__" / "helper.pyc").write_text("text")
    assert read(tmp_path) == beside.Beside()


@pytest.mark.parametrize(
    "name", ["random.py", "torch.py", "torch/__init__.py", "autograder/model.py", "sympy.so", "PIL/data.txt"]
)
def test_nothing_hides_a_module_of_the_interpreter_or_of_the_worker(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("x = 1")
    found = read(tmp_path)
    assert found.files == {}
    assert "would hide the module" in found.notes()[0]


def test_a_name_that_only_looks_like_a_modules_is_taken_along(tmp_path: Path) -> None:
    for name in ("random.txt", "torch_helpers.py", "my.random.csv", "utils.py"):
        (tmp_path / name).write_text("text")
    assert sorted(read(tmp_path).files) == ["my.random.csv", "random.txt", "torch_helpers.py", "utils.py"]


def test_the_list_of_the_workers_modules_holds_all_that_it_has_loaded() -> None:
    program = (
        "import sys; from autograder.sandbox.worker.warm import warm_up; warm_up(simulate_gpu=True)\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name for name in ran.stdout.split() if not name.startswith("_")}
    private = {
        "sitecustomize",
        "usercustomize",
        "cython_runtime",
    }  # made by the interpreter, imported by nobody
    assert loaded - set(sys.stdlib_module_names) - private <= WORKERS


def test_links_pipes_and_closed_files_are_left_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("another student's")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "more.txt").write_text("another student's")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "folder").symlink_to(tmp_path / "secrets")
    os.mkfifo(folder / "pipe")
    found = read(folder)
    assert found.files == {}
    assert found.left == {"link.txt": "it is a link", "folder": "it is a link", "pipe": "it is no file"}
    assert "folder, link.txt (it is a link)" in " ".join(found.notes())


def test_number_and_size_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "large.bin").write_bytes(bytes(FILE_CAP + 1))
    (tmp_path / "just.bin").write_bytes(bytes(FILE_CAP))
    for number in range(FILES_CAP + 20):
        (tmp_path / f"part-{number:03}.txt").write_text("x")
    found = read(tmp_path)
    assert len(found.files) == FILES_CAP
    assert "just.bin" in found.files
    assert found.left["large.bin"] == "it has more than 4 MiB"
    assert any("and 13 others (no more than 64 files are)" in note for note in found.notes())


def test_all_files_together_are_bounded(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"part-{number}.bin").write_bytes(bytes(FILE_CAP))
    found = read(tmp_path)
    assert sum(map(len, found.files.values())) == TOTAL_CAP
    assert set(found.left) == {"part-4.bin", "part-5.bin"}


def test_a_folder_of_thousands_is_not_read_through(tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    for number in range(beside.ENTRIES_CAP + 5):
        (tmp_path / "venv" / f"{number}.txt").touch()
    (tmp_path / "helper.py").write_text("x = 1")
    found = read(tmp_path)
    assert set(found.files) == {"helper.py"}
    assert "venv" in found.left


def test_depth_and_odd_names_are_bounded(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c" / "d"
    deep.mkdir(parents=True)
    (deep / "file.txt").write_text("x")
    (tmp_path / ("long" * 40 + ".txt")).write_text("x")
    (tmp_path / "moves\x1b[2Jthe cursor.txt").write_text("x")
    (tmp_path / os.fsdecode(b"latin-\xe9.txt")).write_text("x")
    found = read(tmp_path)
    assert found.files == {}
    assert len(found.left) == 4
    for note in found.notes():
        assert "\x1b" not in note
        note.encode()
        assert len(note) < 6 * NAME_CAP


def test_the_courses_own_file_counts_and_a_changed_one_is_named() -> None:
    found = beside.Beside({"map.csv": b"mine", "same.csv": b"the course's", "own.py": b"x"})
    given = found.giving_way({"map.csv": b"the course's", "same.csv": b"the course's"})
    assert set(given.files) == {"own.py"}
    assert set(given.left) == {"map.csv"}
