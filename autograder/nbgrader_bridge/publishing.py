"""A result that was computed under nbgrader goes where `autograder grade` puts its results, so that `autograder explain`,
`autograder report` and the pages know it."""

from __future__ import annotations

from pathlib import Path

from autograder.feedback.audience import Reveal
from autograder.model import Graded


def publish(graded: Graded, course: Path, reveal: Reveal) -> None:
    """Write what was `graded` into the `course`: result, times, the student's pages, and the page of the class.

    `reveal` says what the student's page shows of hidden checks; the class page is of all results that are there.
    """
    from autograder.classroom.writing import (  # the runner, and so torch: a process that only records needs neither
        render,
        write,
        write_class_page,
        write_pages,
        written,
    )

    assignment = graded.score.assignment
    write(graded, course)
    write_pages(render(graded.score, reveal), graded.score.student, course, assignment)
    write_class_page(written(course, assignment), course, assignment)
