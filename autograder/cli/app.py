"""The command line's frame: subcommands, exit statuses, errors as people read them.

Exit status: 0 done (whatever students scored); 1 a person is needed; 2 wrong usage; 3 this machine cannot grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from autograder.cli.commands import CommandTable
from autograder.errors import CourseError, FewlabelsError, GraderError, UsageError
from autograder.feedback.sanitise import visible
from autograder.version import __version__

DONE, PERSON_NEEDED, WRONG_USAGE, CANNOT_GRADE = 0, 1, 2, 3
INTERRUPTED = 130

app = typer.Typer(
    name="autograder",
    cls=CommandTable,
    help="Grades deep-learning notebooks by laws: statements about a function that hold for every input.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # the table is printed at once; commands have their help in boxes, which takes longer to import
    pretty_exceptions_show_locals=False,
)


class SafeConsole(Console):
    """A console on which no text acts: what a student, a file or a library has called something is shown as it is spelt."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Write as rich does; characters that nobody can see are written out, but rich's own commands stay."""
        return self._spelt(super().render(renderable, options))

    def _spelt(self, segments: Iterable[Segment]) -> Iterator[Segment]:
        for segment in segments:
            if segment.control or (text := visible(segment.text, keep="\n\t")) == segment.text:
                yield segment
            else:
                yield Segment(text, segment.style)


screen = SafeConsole()
errors = SafeConsole(stderr=True)


def status_of(error: FewlabelsError) -> int:
    """Return the exit status of an error."""
    if isinstance(error, GraderError):
        return CANNOT_GRADE
    if isinstance(error, UsageError | CourseError):
        return WRONG_USAGE
    return PERSON_NEEDED


def tell(error: FewlabelsError) -> None:
    """Print the error as a person reads it: where, what, and what to do."""
    place = error.file or ""
    if error.cell is not None:
        place += f", cell {error.cell}"
    whose = {"student": "The submission", "course": "The course", "grader": "The grader"}[error.blame]
    label = "Usage" if isinstance(error, UsageError) else whose
    if place:
        errors.print(place, style="bold", markup=False, highlight=False, soft_wrap=True)
    errors.print(f"{label}: {error.what}", style="red", markup=False, highlight=False, soft_wrap=True)
    errors.print(error.remedy, markup=False, highlight=False, soft_wrap=True)


def refused(error: OSError) -> GraderError:
    """Return what is told where the machine refuses to read or write a file."""
    what = f"The machine refuses it ({error.strerror or type(error).__name__})."
    file = error.filename if isinstance(error.filename, str) else None
    return GraderError(
        what, remedy="See that the file can be read or written, and that there is room.", file=file
    )


def _version(wanted: bool) -> None:
    if wanted:
        screen.print(f"fewlabels {__version__}")
        raise typer.Exit


@app.callback()
def _frame(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and leave."
    ),
) -> None:
    pass
