"""A whole course in a browser: released, worked on with a mistake, checked, mended, submitted, graded by the button, marked
by hand, given back, exported. At every station it notes who has how many points."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeSubmit
from nbgrader.plugins import CsvExportPlugin
from nbgrader.utils import get_username
from traitlets.config import Config

from autograder.exports.export import export
from autograder.nbgrader_bridge import exporting
from examples.browser.formgrader import Formgrader, in_lab
from examples.browser.lab import Lab
from examples.browser.server import ROOT

COURSE_ID = "fewlabels"


@dataclass(frozen=True)
class Plan:
    """What the course is about.

    source      the assignment's source notebook
    exercise    what the student with the browser works on, first as in `mistake`, then as in `remedy`
    classmates  student -> the text of the notebook that is handed in, made from the released one
    beside      name -> file that everybody hands in beside the notebook
    checks      checks of the course's own, where they are not part of fewlabels
    override    (classmate, grade id, points) that a grader gives instead of the automatic ones
    written     (classmate, grade id, points) for an answer in words
    """

    source: Path
    exercise: str
    mistake: str
    remedy: str
    classmates: Mapping[str, Callable[[Path], str]]
    override: tuple[str, str, float]
    written: tuple[str, str, float]
    beside: Mapping[str, Path] = field(default_factory=dict)
    checks: Path | None = None

    @property
    def assignment(self) -> str:
        return self.source.stem


@dataclass
class Walk:
    """A course in `root`, and what was seen in it.

    points   station -> student -> points
    said     what check(...) said about the mistake, and after it was mended
    """

    root: Path
    plan: Plan
    pictures: Path
    points: dict[str, dict[str, float]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.course = self.root / "course"
        self.exchange = self.root / "exchange"
        self.home = self.root / "student"  # of the student with the browser
        self.student = get_username()
        self.pictures.mkdir(parents=True, exist_ok=True)

    # --- before anybody comes ----------------------------------------------------------------------------------------

    def set_up(self) -> None:
        """The course directory with the shipped nbgrader_config.py, and the student's home."""
        folder = self.course / "assignments" / self.plan.assignment
        folder.mkdir(parents=True)
        shutil.copy(self.plan.source, folder)
        if self.plan.checks is not None:
            (self.course / "checks").mkdir()
            shutil.copy(self.plan.checks, self.course / "checks")
        where = (
            f"\nc.CourseDirectory.course_id = {COURSE_ID!r}\nc.Exchange.root = {str(self.exchange)!r}\n"
            "c.ExchangeCollect.check_owner = False\n"  # here one person hands in for all
        )
        shipped = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        (self.course / "nbgrader_config.py").write_text(shipped + where, encoding="utf-8")
        self.home.mkdir()
        (self.home / "nbgrader_config.py").write_text(f"c = get_config(){where}", encoding="utf-8")
        self.exchange.mkdir()
        self.exchange.chmod(0o777)

    # --- stations ----------------------------------------------------------------------------------------------------

    def release(self, formgrader: Formgrader) -> None:
        self._press(formgrader, "assign")
        self._press(formgrader, "release")
        self.picture(formgrader, "1-released")

    def work(self, lab: Lab) -> None:
        """Fetch, make a mistake, see what check(...) says, mend it, submit."""
        name, exercise = self.plan.assignment, self.plan.exercise
        lab.assignment_list()
        lab.press(name, "Fetch")
        lab.open(f"{name}/{name}.ipynb")
        solution, checks = lab.index(exercise), lab.index(f"{exercise}_checks")
        for index, cell in enumerate(lab.cells()[:solution]):
            if cell["type"] == "code":
                lab.run(index)
        for number, code in enumerate((self.plan.mistake, self.plan.remedy)):
            lab.type(solution, code)
            lab.run(solution)
            self.said.append(lab.run(checks))
            lab.show(solution)
            self.picture(lab, f"{2 + number}-check-{('mistake', 'mended')[number]}")
            if number == 0:
                lab.theme("JupyterLab Dark")
                self.picture(lab, "2-check-mistake-dark")
                lab.theme("JupyterLab Light")
        lab.save()
        for called, path in self.plan.beside.items():
            shutil.copy(path, self.home / name / called)
        lab.assignment_list()
        lab.press(name, "Submit")
        self.picture(lab, "4-submitted")

    def classmates_submit(self) -> None:
        """The others, through the same exchange."""
        name = self.plan.assignment
        for student, write in self.plan.classmates.items():
            home = self.root / "classmates" / student
            (home / name).mkdir(parents=True)
            text = write(self.course / "release" / name / f"{name}.ipynb")
            (home / name / f"{name}.ipynb").write_text(text, encoding="utf-8")
            for called, path in self.plan.beside.items():
                shutil.copy(path, home / name / called)
            config = Config()
            config.Exchange.root = str(self.exchange)
            config.Exchange.cache = str(home / "cache")
            config.Exchange.assignment_dir = str(home)
            config.CourseDirectory.course_id = COURSE_ID
            here = CourseDirectory(config=config, root=str(home), assignment_id=name, student_id=student)
            ExchangeSubmit(coursedir=here, authenticator=Authenticator(), config=config).start()

    def grade(self, formgrader: Formgrader) -> None:
        """Collect, and the *Autograde* button for everybody."""
        formgrader.assignments()
        self._press(formgrader, "collect")
        for student in formgrader.submissions(self.plan.assignment):
            said = formgrader.autograde(student)
            assert said.fine, said.text
        self.note("formgrader, autograded", self.in_formgrader(formgrader))
        self.picture(formgrader, "5-autograded")
        self.note("results", self.in_results())
        self.note("grade book, autograded", self.in_gradebook())

    def mark(self, formgrader: Formgrader) -> None:
        """A person overrides points, reads an answer, and leaves a word."""
        for student, grade_id, points in (self.plan.override, self.plan.written):
            formgrader.open_submission(student, self.plan.assignment)
            formgrader.give(grade_id, points)
        student, grade_id, _ = self.plan.override
        formgrader.open_submission(student, self.plan.assignment)
        formgrader.comment(grade_id.removesuffix("_checks"), "The idea is right; I count it.")
        self.picture(formgrader, "6-marked")
        self.note("formgrader, marked", self.in_formgrader(formgrader))
        self.note("grade book, marked", self.in_gradebook())

    def grade_again(self, formgrader: Formgrader) -> None:
        """The button once more: what a person gave stays."""
        student, grade_id, points = self.plan.override
        formgrader.submissions(self.plan.assignment)
        assert formgrader.autograde(student).fine
        formgrader.open_submission(student, self.plan.assignment)
        assert float(formgrader.points()[grade_id][1]) == points
        self.note("grade book, graded again", self.in_gradebook())

    def give_back(self, formgrader: Formgrader, lab: Lab) -> None:
        """Generate feedback, release feedback; the student fetches and reads it."""
        formgrader.assignments()
        self._press(formgrader, "generate-feedback")
        self._press(formgrader, "release-feedback")
        self.picture(formgrader, "7-feedback-released")
        self.note("feedback", self.in_feedback())
        lab.assignment_list()
        lab.press(self.plan.assignment, "Fetch Feedback")
        [page] = (self.home / self.plan.assignment / "feedback").rglob("*.html")
        made = self.course / "feedback" / self.student / self.plan.assignment / page.name
        assert page.read_bytes() == made.read_bytes()
        lab.page.goto(page.as_uri())
        self.picture(lab, "8-feedback")

    def export(self) -> None:
        """nbgrader's own export, and what `autograder export --to csv` writes."""
        target = self.root / "grades.csv"
        with closing(Gradebook(self.db_url, COURSE_ID)) as book:
            CsvExportPlugin(to=str(target)).export(book)
        with target.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.note("nbgrader export", {row["student_id"]: float(row["score"]) for row in rows})
        marks = exporting.marks(self.course, self.plan.assignment)
        assert marks is not None
        made = export(marks, self.plan.assignment, "csv")
        rows = list(csv.DictReader(io.StringIO(made.text)))
        self.note("autograder export", {row["student"]: float(row["points"] or 0) for row in rows})

    # --- who has how many points -------------------------------------------------------------------------------------

    @property
    def db_url(self) -> str:
        return f"sqlite:///{self.course / 'gradebook.db'}"

    def note(self, station: str, points: Mapping[str, float]) -> None:
        self.points[station] = {student: round(value, 2) for student, value in sorted(points.items())}

    def in_formgrader(self, formgrader: Formgrader) -> dict[str, float]:
        rows = formgrader.submissions(self.plan.assignment)
        return {student: float(row.score.split("/")[0]) for student, row in rows.items()}

    def in_results(self) -> dict[str, float]:
        """As `autograder explain` and `autograder report` read them; no result is no points."""
        found = (self.course / ".autograder" / "results").glob(f"*/{self.plan.assignment}.json")
        scores = [json.loads(path.read_text(encoding="utf-8")) for path in found]
        return {score["student"]: score["score"] or 0.0 for score in scores}

    def in_gradebook(self) -> dict[str, float]:
        with closing(Gradebook(self.db_url, COURSE_ID)) as book:
            submissions = book.assignment_submissions(self.plan.assignment)
            return {each.student.id: float(each.score) for each in submissions}

    def in_feedback(self) -> dict[str, float]:
        found = {}
        for page in (self.course / "feedback").glob(f"*/{self.plan.assignment}/*.html"):
            score = re.search(r"\(Score: ([\d.]+) /", page.read_text(encoding="utf-8"))
            assert score is not None, page
            found[page.parent.parent.name] = float(score[1])
        return found

    # --- helpers -----------------------------------------------------------------------------------------------------

    def _press(self, formgrader: Formgrader, column: str) -> None:
        said = formgrader.press(self.plan.assignment, column)
        assert said.fine, said.text

    def picture(self, where: Any, name: str) -> None:
        """A screenshot of the whole window."""
        page = where.page if isinstance(where, Lab) else where.view.page
        page.screenshot(path=self.pictures / f"{name}.png")


def walk(walk: Walk, staff_page: Any, staff_url: str, student_page: Any, student_url: str) -> None:
    """Every station once, in order, with a page and a server for either side."""
    lab = Lab(student_page, student_url)
    formgrader = in_lab(staff_page, staff_url)
    walk.release(formgrader)
    walk.work(lab)
    walk.classmates_submit()
    walk.grade(formgrader)
    walk.mark(formgrader)
    walk.grade_again(formgrader)
    walk.give_back(formgrader, lab)
    walk.export()
