"""A course in which anything happens, drawn by Hypothesis: what is handed in and under which names, what stands in the way, and
which command is typed next. No command ends in an exception, nothing that a name holds acts on the terminal, and no
student's points are another's."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from nbgrader.api import Gradebook

from autograder.classroom import kept
from autograder.errors import FewlabelsError
from autograder.feedback.json import from_json
from tests.cli.conftest import RIGHT, WRONG, notebook
from tests.cli.worlds import DISK

SOLUTIONS = {"right": RIGHT, "wrong": WRONG, "absent": "", "broken": "def double(:"}
POINTS = {"right": 4.0, "wrong": 2.0, "absent": 0.0, "broken": 0.0}
FILES = {"cut": b'{"cells": [', "empty": b"", "no text": b"\xff\xfe\x00", "deep": b"[" * 50_000}
STAMPS = [b"2026-03-01 12:00:00 UTC", b"", b"\xef\xbb\xbfyesterday", b"1772366400", b"9999-99-99", b"\x1b[2J"]
PLACES = [
    "results/{}",
    "results/{}/tiny.json",
    "journal/{}",
    "journal/{}/tiny.json.gz",
    "journal/{}/tiny.entered",
    "timings/{}",
    "receipts/{}/tiny.json",
    "pages/tiny/staff/{}.html",
    "pages/tiny/student/{}.html",
]
SHARED = ["pages", "pages/tiny/staff", "pages/tiny/index.html", "reports", "results", "journal", "recording"]

odd = st.sampled_from(
    [
        *("Ada", "ADA", "ada ", "ada.", ".ada", "-rf", "--yes", "x" * 255, "x" * 254 + "y", "ü" * 127, "con"),
        *("\x1b[2Jeve", "line\nbreak", "not utf-8 \udcff", "\u202ex", "[bold]", "{0}*?[!a]", "a\\b"),
        *("%2e", "=1+1"),
    ]
)
drawn = st.binary(min_size=1, max_size=255).map(
    lambda raw: os.fsdecode(raw.replace(b"/", b"-").replace(b"\0", b"0"))
)
names = st.one_of(st.sampled_from(["ada", "bob", "cy"]), odd, drawn).filter(
    lambda name: name not in (".", "..")
)

tally: Counter[str] = Counter()


class AnyCourse(RuleBasedStateMachine):
    """`run` types a command; `beneath` is where courses are made.

    registered   a grade book that knows the assignment and nobody else: nbgrader takes seconds to make a new one
    """

    run: Callable[..., Any]
    beneath: Path
    registered: bytes

    def __init__(self) -> None:
        super().__init__()
        self.course = Path(tempfile.mkdtemp(dir=self.beneath))
        self.handed_in: dict[str, str] = {}
        self.undo: list[Callable[[], object]] = []
        self.filler = Path(os.environ[DISK]) / "filler" if DISK in os.environ else None
        self.told = ""

    def teardown(self) -> None:
        self.clear_the_way()
        shutil.rmtree(self.course)

    @initialize()
    def a_course(self) -> None:
        notebook(self.course / "source" / "tiny" / "tiny.ipynb", RIGHT)
        (self.course / "gradebook.db").write_bytes(self.registered)
        self.hand_in("ada", "right")
        self.hand_in("bob", "wrong")

    # --- students

    @rule(name=names, kind=st.sampled_from([*SOLUTIONS, *FILES]))
    def hand_in(self, name: str, kind: str) -> None:
        if len(self.handed_in) > 6 and name not in self.handed_in:
            return
        path = self.course / "submitted" / name / "tiny" / "tiny.ipynb"
        with contextlib.suppress(OSError):  # on a full disk nobody hands in
            if kind in SOLUTIONS:
                notebook(path, SOLUTIONS[kind])
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(FILES[kind])
            self._count("hand in")
            self.handed_in[name] = kind
            return
        if os.path.isdir(self.course / "submitted" / name):
            self.handed_in[name] = "unknown"

    @precondition(lambda self: self.handed_in)
    @rule(data=st.data(), stamp=st.sampled_from(STAMPS), size=st.sampled_from([0, 100, 200_000]))
    def add_files(self, data: st.DataObject, stamp: bytes, size: int) -> None:
        folder = self._folder(data)
        with contextlib.suppress(OSError):
            (folder / "timestamp.txt").write_bytes(stamp)
            (folder / data.draw(names.map(lambda name: name[:200]))).write_bytes(bytes(size))
        self._count("files beside it")

    @precondition(lambda self: self.handed_in)
    @rule(data=st.data(), mode=st.sampled_from([0, 0o444, 0o555]), seconds=st.integers(-(2**31), 2**33))
    def close_a_submission(self, data: st.DataObject, mode: int, seconds: int) -> None:
        folder = self._folder(data)
        with contextlib.suppress(OSError):
            os.utime(folder, (seconds, seconds))
            self._close(data.draw(st.sampled_from([folder, folder.parent, folder / "tiny.ipynb"])), mode)
        self._count("a closed submission, a wrong clock")

    @precondition(lambda self: len(self.handed_in) > 1)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.handed_in)))
        self.handed_in[name] = "unknown"  # where only half of it can be taken
        with contextlib.suppress(OSError):
            shutil.rmtree(self.course / "submitted" / name)
            del self.handed_in[name]
        self._count("take back")

    # --- what stands in the way

    @precondition(lambda self: self.handed_in)
    @rule(
        data=st.data(),
        place=st.sampled_from(PLACES + SHARED),
        how=st.sampled_from(["other", "closed", "junk"]),
    )
    def stand_in_the_way(self, data: st.DataObject, place: str, how: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.handed_in)))
        path = self.course / ".autograder" / place.format(kept.file_name(name))
        with contextlib.suppress(OSError):
            if how == "closed":
                self._close(path, data.draw(st.sampled_from([0, 0o555])))
            elif how == "junk" and path.is_file():
                path.write_bytes(data.draw(st.sampled_from([b"", b"{}", b"\x1f\x8bno", b"[" * 50_000])))
            elif path.is_dir():
                shutil.rmtree(path)
                path.write_text("a file")
                self.undo.append(path.unlink)
            else:
                path.unlink(missing_ok=True)
                (path / "a folder").mkdir(parents=True)
                self.undo.append(lambda: shutil.rmtree(path))
        self._count(f"in the way: {how}")

    @rule(how=st.sampled_from(["closed", "file", "gone", "junk"]))
    def spoil_what_nbgrader_holds(self, how: str) -> None:
        autograded, book = self.course / "autograded", self.course / "gradebook.db"
        with contextlib.suppress(OSError):
            if how == "closed":
                self._close(autograded, 0o555)
            elif how == "file" and not autograded.exists():
                autograded.write_text("a file")
                self.undo.append(autograded.unlink)
            elif how == "gone":
                book.unlink(missing_ok=True)
                self.undo.append(lambda: book.exists() or book.write_bytes(self.registered))
            elif how == "junk":
                book.write_bytes(b"no database")
                self.undo.append(lambda: book.write_bytes(self.registered))
        self._count(f"nbgrader's files: {how}")

    @precondition(lambda self: self.filler is not None)
    @rule(leaving=st.sampled_from([0, 40_000, 120_000, 300_000]))
    def fill_the_disk(self, leaving: int) -> None:
        assert self.filler is not None
        self.filler.unlink(missing_ok=True)
        room = os.statvfs(self.filler.parent)
        with contextlib.suppress(OSError), self.filler.open("wb") as file:
            file.write(bytes(max(room.f_bavail * room.f_frsize - leaving, 0)))
        self._count("a full disk")

    @rule()
    def clear_the_way(self) -> None:
        if self.filler is not None:
            self.filler.unlink(missing_ok=True)
        while self.undo:
            with contextlib.suppress(OSError):
                self.undo.pop()()

    # --- commands

    @rule(force=st.booleans(), one=st.booleans(), data=st.data())
    def grade(self, force: bool, one: bool, data: st.DataObject) -> None:
        options = ["--force"] if force else []
        if one and self.handed_in:
            options.append(f"--student={data.draw(st.sampled_from(sorted(self.handed_in)))}")
        self._type("grade", "tiny", "--no-gradebook", *options)

    @rule()
    def grade_into_the_book(self) -> None:
        self._type("grade", "tiny", "--json")

    @precondition(lambda self: self.handed_in)
    @rule()
    def in_the_end_all_is_well(self) -> None:
        """With nothing in the way, everybody has the points that are theirs; who waits is told on the page of the class."""
        self.clear_the_way()
        done = self._type("grade", "tiny")
        assert done.status in (0, 1), done.err
        page = (self.course / ".autograder" / "pages" / "tiny" / "index.html").read_text(encoding="utf-8")
        assert page.count('<tr><th scope="row">') >= len(self.handed_in)
        self._nobody_has_points_of_another(all_of_them=True)
        with closing(Gradebook(f"sqlite:///{self.course / 'gradebook.db'}")) as book:
            for each in book.assignment_submissions("tiny"):
                kind = self.handed_in.get(each.student.id)
                if kind in POINTS and not each.needs_manual_grade:
                    assert each.score == POINTS[kind], each.student.id

    @rule()
    def dry_run(self) -> None:
        self._type("grade", "tiny", "--dry-run")

    @rule()
    def report(self) -> None:
        self._type("report", "tiny")

    @rule(to=st.sampled_from(["csv", "moodle", "canvas"]))
    def export(self, to: str) -> None:
        self._type("export", "tiny", "--to", to, "--out", self.course / "points.csv")

    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        name = data.draw(st.one_of(st.sampled_from(sorted(self.handed_in) or ["ada"]), names))
        done = self._type("forget", "--yes", "--json", "--", name)
        if done.status == 0:
            assert not os.path.lexists(kept.result(self.course, name, "tiny"))

    # --- what holds

    @invariant()
    def nothing_acts_on_the_terminal(self) -> None:
        assert not [each for each in self.told if not each.isprintable() and each not in "\n\t"]

    @invariant()
    def nobody_has_anothers_points(self) -> None:
        self._nobody_has_points_of_another()

    # --- helpers

    def _nobody_has_points_of_another(self, all_of_them: bool = False) -> None:
        for name, kind in self.handed_in.items():
            try:
                score = from_json(kept.result(self.course, name, "tiny").read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, FewlabelsError):
                assert not all_of_them, name
                continue
            assert score.student == name
            if all_of_them and kind in POINTS:
                assert score.score == POINTS[kind], (name, score)
            elif all_of_them and kind in FILES:
                assert score.score is None

    def _type(self, command: str, *arguments: object) -> Any:
        done = type(self).run(command, "--course", self.course, *arguments)
        self.told = done.out + done.err
        self._count(f"{command} -> {done.status}")
        assert done.status in (0, 1, 2, 3)
        assert "Traceback" not in self.told
        if "--json" in arguments:
            for line in done.out.splitlines():
                json.loads(line)
        return done

    def _folder(self, data: st.DataObject) -> Path:
        return self.course / "submitted" / data.draw(st.sampled_from(sorted(self.handed_in))) / "tiny"

    def _close(self, path: Path, mode: int) -> None:
        before = path.stat().st_mode & 0o777
        path.chmod(mode)
        self.undo.append(lambda: path.chmod(before))

    @staticmethod
    def _count(what: str) -> None:
        tally["steps"] += 1
        tally[what] += 1
