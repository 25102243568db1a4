"""The submissions behind a figure: each figure of the report is a link to a list of students, each student to a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.feedback.html import render
from autograder.feedback.links import relative
from autograder.feedback.phrases import plural
from autograder.feedback.sanitise import one_line, one_name
from autograder.model import Score

FOLDER = "behind"


@dataclass(frozen=True)
class Figure:
    """A figure as the report shows it; without `href` there is nobody behind it."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class Group:
    anchor: str
    title: str
    students: tuple[str, ...]
    exercise: str | None

    @property
    def count(self) -> str:
        return plural(len(self.students), "submission")


@dataclass
class LinkedFigures:
    """Gathers the groups behind figures while the report is laid out.

    pages  student -> the path of their page from the report's folder; without one, only the name is shown
    """

    assignment: str
    scores: Sequence[Score]
    pages: Mapping[str, str]
    topics: dict[str, list[Group]] = field(default_factory=dict)

    def figure(
        self, text: str, students: Iterable[str], topic: str, title: str, exercise: str | None = None
    ) -> Figure:
        """Return a figure with a link to the list of students behind it.

        text       the figure as it is shown
        students   who is behind it; nobody: no link
        topic      the list that it goes to
        title      the heading of its part of that list
        exercise   where on a student's page to look
        """
        members = tuple(students)
        if not members:
            return Figure(text)
        groups = self.topics.setdefault(topic, [])
        for group in groups:
            if (group.title, group.students) == (title, members):
                return Figure(text, f"./{FOLDER}/{topic}.html#{group.anchor}")
        groups.append(Group(f"list-{len(groups) + 1}", title, members, exercise))
        return Figure(text, f"./{FOLDER}/{topic}.html#{groups[-1].anchor}")

    def student(self, name: str, exercise: str | None = None, up: str = "") -> Figure:
        """Return a student's name, linked to their page, at an `exercise` if one is named.

        `up` leads from the page where `name` is shown to the report's folder.
        """
        page = self.pages.get(name)
        shown = one_name(name) or "(no name)"
        return (
            Figure(shown)
            if page is None
            else Figure(shown, relative(up + page) + self._anchor(name, exercise))
        )

    def written(self) -> dict[str, str]:
        """Return path from the report's folder -> page, of all lists."""
        return {
            f"{FOLDER}/{topic}.html": render(
                "behind.html.jinja",
                title=f"{one_line(self.assignment)}: submissions behind a figure",
                assignment=one_line(self.assignment),
                groups=[
                    (group, [self.student(each, group.exercise, up="../") for each in group.students])
                    for group in groups
                ],
            )
            for topic, groups in self.topics.items()
        }

    def _anchor(self, student: str, exercise: str | None) -> str:
        if exercise is None:
            return ""
        found = self._places.get((student, exercise))
        return "" if found is None else f"#exercise-{found}"

    @property
    def _places(self) -> Mapping[tuple[str, str], int]:
        if not hasattr(self, "_known"):
            self._known = {
                (score.student, one.name): at
                for score in self.scores
                for at, one in enumerate(score.exercises, 1)
            }
        return self._known
