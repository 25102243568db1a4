"""The entry point `autograder`: runs a subcommand, and tells errors as people read them."""

from __future__ import annotations

import sys

from autograder.version import __version__


def main() -> None:
    """Run the command line; end with its exit status."""
    if sys.argv[1:] == ["--version"]:  # before anything is imported
        print(f"fewlabels {__version__}")
        sys.exit(0)
    from autograder.cli.app import CANNOT_GRADE, INTERRUPTED, app, errors, refused, status_of, tell
    from autograder.errors import FewlabelsError, GraderError

    if hasattr(sys.stdout, "reconfigure"):  # a terminal that lacks a letter is told it in another way
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="autograder")
    except FewlabelsError as error:
        tell(error)
        sys.exit(status_of(error))
    except OSError as error:  # the machine's fault: which file, and why; a traceback would say no more
        tell(refused(error))
        sys.exit(CANNOT_GRADE)
    except Exception as error:
        if not _of_the_grade_book(error):
            raise
        tell(
            GraderError(
                "The grade book cannot be used just now.",
                remedy="See that nothing else writes it, and run the command again.",
            )
        )
        sys.exit(CANNOT_GRADE)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # what typer makes of Ctrl-C
            errors.print("Stopped. Results that were finished are kept.")
        raise


def _of_the_grade_book(error: Exception) -> bool:
    """Whether a database refused. What was not imported has raised nothing."""
    database = sys.modules.get("sqlalchemy.exc")
    return database is not None and isinstance(error, database.DBAPIError)
