"""nbgrader's formgrader, as an instructor clicks through it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from examples.browser.lab import Lab

WAIT = 600_000.0  # milliseconds: a class is graded while the browser waits


@dataclass(frozen=True)
class Said:
    """What a button's message says: its title, and its text with the log."""

    title: str
    text: str

    @property
    def fine(self) -> bool:
        return self.title == "Success"


@dataclass(frozen=True)
class Row:
    """A submission in *Manage Submissions*."""

    status: str
    score: str


class Formgrader:
    """`view` is a page of the browser, or the frame in which JupyterLab shows the formgrader."""

    def __init__(self, view: Any, url: str) -> None:
        self.view = view
        self.url = f"{url}/formgrader"

    # --- Manage Assignments ------------------------------------------------------------------------------------------

    def assignments(self) -> None:
        self.view.goto(f"{self.url}/manage_assignments")
        self.view.locator("#main-table tr td.name").first.wait_for()

    def press(self, assignment: str, column: str) -> Said:
        """Clicks in an assignment's row: assign (*Generate*), release, collect, generate-feedback, release-feedback."""
        self._row("name", assignment).locator(f"td.{column} a").click()
        return self._said()

    def _said(self) -> Said:
        modal = self.view.locator(".modal.in")
        modal.wait_for(timeout=WAIT)
        said = Said(modal.locator(".modal-title").inner_text(), modal.locator(".modal-body").inner_text())
        modal.locator(".modal-footer button").click()
        modal.wait_for(state="hidden")
        return said

    # --- Manage Submissions ------------------------------------------------------------------------------------------

    def submissions(self, assignment: str) -> dict[str, Row]:
        """Student -> how the submission stands."""
        self.view.goto(f"{self.url}/manage_submissions/{quote(assignment)}")
        self.view.locator("#main-table tr td.student-id").first.wait_for()
        found = {}
        for row in self.view.locator("#main-table tr").all():
            student, status, score = (
                row.locator(f"td.{name}").inner_text() for name in ("student-id", "status", "score")
            )
            found[student] = Row(status, score)
        return found

    def autograde(self, student: str) -> Said:
        """The *Autograde* button of a submission, on the page that `submissions` opened."""
        self._row("student-id", student).locator("td.autograde a").click()
        return self._said()

    def _row(self, column: str, text: str) -> Any:
        whole = re.compile(rf"^\s*{re.escape(text)}\s*$")
        return self.view.locator("#main-table tr").filter(
            has=self.view.locator(f"td.{column}", has_text=whole)
        )

    # --- Manual Grading ----------------------------------------------------------------------------------------------

    def open_submission(self, student: str, assignment: str) -> None:
        """The page on which one submission is graded by hand."""
        self.view.goto(f"{self.url}/manage_students/{quote(student)}/{quote(assignment)}")
        link = self.view.locator("#main-table td.name a").first
        link.wait_for()
        self.view.goto(self.url.removesuffix("/formgrader") + str(link.get_attribute("href")))
        self.view.locator("input.score").first.wait_for()
        # the points come after the page
        self.view.wait_for_function(
            "[...document.querySelectorAll('input.score')].every(each => each.placeholder !== '' || each.value !== '')"
            " || document.querySelector('.needs_manual_grade') !== null"
        )

    def points(self) -> dict[str, tuple[str, str]]:
        """Grade id -> (automatic points, points given by hand), as the page shows them; "" for none."""
        return {
            str(field.get_attribute("id")): (
                str(field.get_attribute("placeholder") or ""),
                field.input_value(),
            )
            for field in self.view.locator("input.score").all()
        }

    def give(self, grade_id: str, points: float) -> None:
        """Points by hand."""
        self._type(f"input.score[id='{grade_id}']", f"{points:g}", "/api/grade/")

    def give_extra(self, grade_id: str, points: float) -> None:
        self._type(f"input[id='{grade_id}_extra_credit']", f"{points:g}", "/api/grade/")

    def comment(self, grade_id: str, text: str) -> None:
        self._type(f"textarea[id='{grade_id}-comment']", text, "/api/comment/")

    def _type(self, field: str, text: str, saved_by: str) -> None:
        page = self.view if hasattr(self.view, "expect_response") else self.view.page
        with page.expect_response(
            lambda answer: saved_by in answer.url and answer.request.method == "PUT"
        ) as saved:
            self.view.locator(field).fill(text)
            self.view.locator(field).press("Tab")
        assert saved.value.ok


def in_lab(page: Any, url: str) -> Formgrader:
    """Opens JupyterLab, and in it *Nbgrader / Formgrader*."""
    lab = Lab(page, url)
    lab.start()
    lab.command("application:toggle-left-area")  # its tables are wide
    lab.menu("Nbgrader", "Formgrader")
    page.locator("iframe[src*='/formgrader']").wait_for()
    frame = page.locator("iframe[src*='/formgrader']").element_handle().content_frame()
    frame.locator("#main-table tr").first.wait_for()
    return Formgrader(frame, url)
