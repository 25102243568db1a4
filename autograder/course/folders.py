"""Where the parts of an assignment lie: the one table of it, for a checkout and for a course directory.

    source      assignments/NAME/NAME.ipynb, and what students get beside it (nbgrader's source/ serves as well)
    checks      the laws that students get: autograder/checks/NAME/ in the checkout, checks/NAME/ in a course
    hidden      staff's laws: autograder/hidden/NAME/ in the checkout, hidden/NAME/ in a course
    corpus      staff's programs, corpus/NAME/: solutions/*.py, mistakes/*.py, equivalent.toml, trained.safetensors

Courses that were laid out by version 0.1 keep programs in solutions/NAME, mistakes/NAME, mutants/NAME and
examples/NAME.safetensors; these are found, too. Standard library only: every command asks here first.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import AssignmentError, UsageError

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("assignments", "source")  # ours, and nbgrader's default
RELEASE, MANIFEST = "release", "MANIFEST.json"
SUBMITTED = "submitted"
WORKSHOP = ".autograder"  # what grading keeps in a course
PACKAGES = ("checks", "hidden")  # what students get, and what they do not

# part -> where it lies; the first that is there counts
CHECKOUT = {
    "assignment": "assignments/{name}",
    "checks": "autograder/checks/{name}",
    "hidden": "autograder/hidden/{name}",
    "corpus": "corpus/{name}",
}
COURSE = {
    "assignment": "assignments/{name}",
    "checks": "checks/{name}",
    "hidden": "hidden/{name}",
    "corpus": "corpus/{name}",
}
PROGRAMS = {
    "solutions": ("corpus/{name}/solutions", "solutions/{name}"),
    "mistakes": ("corpus/{name}/mistakes", "mistakes/{name}"),
    "equivalent": ("corpus/{name}/equivalent.toml", "mutants/{name}/equivalent.toml"),
    "trained": ("corpus/{name}/trained.safetensors", "examples/{name}.safetensors"),
}


@dataclass(frozen=True)
class StaffFiles:
    """Staff's files of one assignment: those of the course, and those of the checkout that it is graded with."""

    checks: tuple[Path, ...]
    hidden: tuple[Path, ...]
    solutions: tuple[Path, ...]
    mistakes: tuple[Path, ...]
    reference: tuple[Path, ...]


def require_course(course: Path) -> Path:
    """Return `course` as a whole path. Raises UsageError where there is no such folder."""
    if not course.is_dir():
        raise UsageError(
            "There is no such course directory.", remedy="Name it with --course DIR.", file=str(course)
        )
    return course.resolve()


def is_checkout(course: Path) -> bool:
    """Ask whether a directory is a checkout of fewlabels (this one, or a copy)."""
    project = course / "pyproject.toml"
    named = project.is_file() and 'name = "fewlabels"' in project.read_text(encoding="utf-8")
    return course.resolve() == ROOT or (named and (course / "autograder").is_dir())


def layout(course: Path) -> dict[str, str]:
    """Return part -> folder, with {name} in it, for a new assignment of `course`."""
    return CHECKOUT if is_checkout(course) else COURSE


def assignments(course: Path) -> tuple[str, ...]:
    """Return the names of the assignments that have a source notebook in `course`, sorted."""
    found = {
        path.parent.name
        for folder in SOURCES
        for path in (course / folder).glob("*/*.ipynb")
        if not path.name.startswith(".")
    }
    return tuple(sorted(found))


def source(course: Path, name: str) -> Path:
    """Return the source notebook of an assignment. Raises AssignmentError, which lists the names that there are."""
    if name != Path(name).name or name.startswith("."):
        raise AssignmentError("This is no name of an assignment.", remedy="Name it as its folder is called.")
    for folder in SOURCES:
        found = sorted((course / folder / name).glob("*.ipynb"))
        if len(found) == 1:
            return found[0]
        if found:
            raise AssignmentError(
                f"The assignment {name} has {len(found)} notebooks.",
                remedy="Keep one notebook in it.",
                file=str(found[0].parent),
            )
    there = assignments(course)
    if there:
        close = difflib.get_close_matches(name, there, n=1)
        remedy = f"Did you mean {close[0]}? " if close else ""
        remedy += f"There are: {', '.join(there)}."
    else:
        remedy = f"Put it at assignments/{name}/{name}.ipynb (or source/...) in the course directory."
    raise AssignmentError(
        f"There is no source notebook for the assignment {name!r}.", remedy=remedy, file=str(course)
    )


def checks(course: Path, name: str, package: str = "checks") -> Path | None:
    """Return the folder or file of the checks of the assignment `name`; None where there is none.

    course    looked at first, then the checkout
    package   "checks" or "hidden"
    """
    homes = (course / COURSE[package].format(name=name), ROOT / CHECKOUT[package].format(name=name))
    return next((each for home in homes for each in (home, home.with_suffix(".py")) if each.exists()), None)


def programs(course: Path, name: str, kind: str) -> Path:
    """Return where programs of the assignment `name` lie. It need not exist.

    course   looked at first, then the checkout
    kind     one of `PROGRAMS`
    """
    places = [home / place.format(name=name) for home in (course, ROOT) for place in PROGRAMS[kind]]
    return next((place for place in places if place.exists()), places[0])


def trained_weights(course: Path, name: str) -> Path | None:
    """Return the trained weights of the source notebook, where the course has some."""
    places = (course / place.format(name=name) for place in PROGRAMS["trained"])
    return next((place for place in places if place.is_file()), None)


def staff_files(course: Path, name: str) -> StaffFiles:
    """Return the files of an assignment that students never get, as far as there are any, and the checks beside them."""
    return StaffFiles(
        checks=_python(checks(course, name)),
        hidden=_python(checks(course, name, "hidden")),
        solutions=_python(programs(course, name, "solutions")),
        mistakes=_python(programs(course, name, "mistakes")),
        reference=_python(ROOT / "reference"),
    )


def shipped(package: str = "checks") -> Iterator[Path]:
    """Yield the folders of checks that are installed, `package` being "checks" or "hidden"."""
    for path in sorted((ROOT / "autograder" / package).glob("*/__init__.py")):
        yield path.parent


def own_packages(course: Path) -> dict[str, Path]:
    """Return package -> folder, for the packages of checks that a course has of its own."""
    if is_checkout(course):
        return {}
    return {package: course / package for package in PACKAGES if (course / package).is_dir()}


def submitted(course: Path) -> Path:
    """Return where nbgrader puts submissions: STUDENT/ASSIGNMENT/ below."""
    return course / SUBMITTED


def manifest(course: Path, name: str) -> Path:
    """Return the manifest of the standing release. It need not exist."""
    return course / RELEASE / name / MANIFEST


def _python(place: Path | None) -> tuple[Path, ...]:
    if place is None:
        return ()
    return (place,) if place.is_file() else tuple(sorted(place.rglob("*.py")))


def first_existing(places: Iterable[Path]) -> Path | None:
    """Return the first of `places` that is there."""
    return next((place for place in places if place.exists()), None)
