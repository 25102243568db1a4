"""Every error that fewlabels raises on purpose.

FewlabelsError                  what happened, in which file and cell, and what to do about it
├── StudentError                a submission is at fault; only this may cost points
│   └── NotebookError           the file is no notebook that can be read
├── CourseError                 the course's own material is at fault; costs nobody a point
│   ├── AssignmentError         source notebook, grade ids, points or checks do not fit together
│   ├── CheckError              a check is declared wrongly
│   └── DataError               a data set is missing, damaged, or does not hold what is asked of it
├── GraderError                 the grader or its machine is at fault; costs nobody a point
│   ├── UnreadableError         the machine does not give a file: it is gone, closed to us, or a disk fails
│   ├── StorageError            nothing more can be kept, of anybody: a full disk, a lost grade book
│   ├── SandboxUnavailable      this machine offers no boundary that may run hostile code
│   └── SandboxBroken           the boundary was there and failed
└── UsageError                  the command line asks for something that is not there
"""

from __future__ import annotations

from autograder.model import Blame, Failure


class FewlabelsError(Exception):
    """Says what happened and what to do; `blame` decides who pays (only a student's fault costs points)."""

    blame: Blame = "grader"

    def __init__(self, what: str, *, remedy: str, file: str | None = None, cell: int | None = None) -> None:
        self.what = what
        self.remedy = remedy
        self.file = file
        self.cell = cell
        super().__init__(what)

    def __str__(self) -> str:
        place = self.file or ""
        if self.cell is not None:
            place += f", cell {self.cell}" if place else f"cell {self.cell}"
        return f"{place + ': ' if place else ''}{self.what} {self.remedy}"

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback through our files, which would help nobody."""
        return [str(self)]

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.what, self.remedy, self.file, self.cell)

    def failure(self) -> Failure:
        """Return the error as plain data, for a result."""
        return Failure(blame=self.blame, what=self.what, remedy=self.remedy, file=self.file, cell=self.cell)


def _again(
    kind: type[FewlabelsError], what: str, remedy: str, file: str | None, cell: int | None
) -> FewlabelsError:
    """An error that travelled here from another process."""
    return kind(what, remedy=remedy, file=file, cell=cell)


class StudentError(FewlabelsError):
    blame: Blame = "student"


class NotebookError(StudentError):
    pass


class CourseError(FewlabelsError):
    blame: Blame = "course"


class AssignmentError(CourseError):
    pass


class CheckError(CourseError):
    pass


class DataError(CourseError):
    pass


class GraderError(FewlabelsError):
    blame: Blame = "grader"


class UnreadableError(GraderError):
    pass


class StorageError(GraderError):
    pass


class SandboxUnavailable(GraderError):
    pass


class SandboxBroken(GraderError):
    pass


class UsageError(FewlabelsError):
    blame: Blame = "course"
