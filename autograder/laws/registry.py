"""`@check`: the table that check files enter themselves into.

`autograder/checks/NAME/`, and for staff `autograder/hidden/NAME/`, hold the laws of one assignment, a file per exercise
(a single file NAME.py serves a small one). Importing them fills the table; `load` imports what is installed and hands the
table out in the order of the files.

The package checks/NAME/ may say `THRESHOLDS = {"accuracy_floor": 0.6, ...}`: numbers that its checks read from `course.thresholds`,
and that a course may change in autograder.toml, in the table [thresholds.NAME].
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from hypothesis.strategies import SearchStrategy

from autograder.errors import AssignmentError, CheckError
from autograder.laws import old_names, working
from autograder.laws.vocabulary import Function, Law
from autograder.model import Visibility

Body = Callable[..., Law]

PACKAGES = ("checks", "hidden")  # what students get, and what they do not
ASKED_IN_GRADING = (
    "asked_in_grading.json"  # in checks/ of the students' wheel: assignment -> exercise -> hidden laws
)
SHARED = frozenset({"arrays"})  # modules beside the assignments

# Parameters of a check that the runner fills in, instead of Hypothesis.
GIVEN_BY_RUNNER = ("seed", "weights", "course")


@dataclass(frozen=True, eq=False)
class Check:
    """One law of one exercise.

    law           the sentence that students read: the first paragraph of the docstring
    weight        its share of the exercise's points, beside the other checks
    precondition  True: where it fails, the checks behind it are skipped
    strategies    parameter -> Hypothesis strategy
    examples      how many inputs are drawn
    also          inputs that drawing would not reach, as parameter -> value
    seconds       deadline of one call, where it differs from the course's
    read          where the law stands: a slide, an equation of a paper
    gpu           whether its calls are made near a GPU, as a rule a simulated one
    direct        whether it says what the right answer is: feedback then begins with it
    essential     True: while it does not hold, the exercise earns at most half of its points
    """

    assignment: str
    exercise: str
    name: str
    law: str
    visibility: Visibility
    weight: float
    precondition: bool
    body: Body
    strategies: Mapping[str, SearchStrategy[Any]]
    examples: int
    also: tuple[Mapping[str, Any], ...] = ()
    seconds: float | None = None
    read: str = ""
    gpu: bool = False
    direct: bool = False
    essential: bool = False

    @property
    def runner_parameters(self) -> tuple[str, ...]:
        return tuple(name for name in inspect.signature(self.body).parameters if name in GIVEN_BY_RUNNER)


@dataclass
class _Table:
    checks: dict[tuple[str, str], dict[str, Check]] = field(default_factory=dict)

    def enter(self, entry: Check, package: str) -> None:
        mine = self.checks.setdefault((entry.assignment, package), {})
        key = f"{entry.exercise}/{entry.name}"
        if key in mine and mine[key].body.__module__ != entry.body.__module__:
            raise CheckError(
                f"Two checks are called {key}.", remedy="Rename one of them.", file=entry.body.__module__
            )
        mine[key] = entry


_table = _Table()


def check(
    exercise: Function | str,
    *,
    weight: float = 1.0,
    essential: bool = False,
    precondition: bool = False,
    examples: int = 100,
    also: Iterable[Mapping[str, Any]] = (),
    seconds: float | None = None,
    read: str = "",
    gpu: bool = False,
    direct: bool = False,
    ladder: bool = False,
    **strategies: SearchStrategy[Any],
) -> Callable[[Body], Body]:
    """Enter a function into the table as a check of `exercise`. See docs/writing-a-check.md.

    weight        its share of the exercise's points, beside the other checks
    essential     True: it is what the exercise is about; while it does not hold, at most half of the points are earned
    precondition  True: where it fails, the checks behind it are skipped (version 0.1 called this `ladder`)
    examples      how many inputs are drawn
    also          inputs that drawing would not reach, as parameter -> value
    seconds       deadline of one call, where it differs from the course's
    read          where the law stands, for students; by default what the file of the check calls READ
    gpu           its calls are made near a GPU; where there is none, not even a simulated one, nobody is judged by it
    direct        it says what the right answer is: where it broke, feedback begins with it
    strategies    parameter of the function -> Hypothesis strategy that draws it

    Raises CheckError, which names the file, for a check without a sentence, a parameter without a strategy, or a second check
    of the same name.
    """

    def enter(body: Body) -> Body:
        package, assignment = _place(body)
        law = " ".join((inspect.getdoc(body) or "").split("\n\n")[0].split())
        entry = Check(
            assignment=assignment,
            exercise=exercise.name if isinstance(exercise, Function) else exercise,
            name=body.__name__,
            law=law,
            visibility="hidden" if package == "hidden" else "public",
            weight=weight,
            precondition=precondition or ladder,
            body=body,
            strategies=strategies,
            examples=examples if strategies else 1,
            also=tuple(also),
            seconds=seconds,
            read=read or str(getattr(body, "__globals__", {}).get("READ", "")),
            gpu=gpu,
            direct=direct,
            essential=essential,
        )
        _validate(entry, body)
        _table.enter(entry, package)
        return body

    return enter


def _place(body: Body) -> tuple[str, str]:
    """(package, assignment) of the file in which a check stands."""
    parts = body.__module__.split(".")
    if len(parts) < 3 or parts[0] != "autograder" or parts[1] not in ("checks", "hidden"):
        raise CheckError(
            "A check has to stand in autograder/checks/ASSIGNMENT/ or autograder/hidden/ASSIGNMENT/.",
            remedy="Move it there.",
            file=f"{body.__module__}.{body.__name__}",
        )
    return parts[1], parts[2]


def _validate(entry: Check, body: Body) -> None:
    where = f"{body.__module__}.{entry.name}"
    if not entry.law.endswith("."):
        raise CheckError(
            "A check needs a docstring whose first paragraph is a sentence, ending in a full stop.",
            remedy="Write the law as students will read it.",
            file=where,
        )
    parameters = set(inspect.signature(body).parameters)
    filled = set(entry.strategies) | (parameters & set(GIVEN_BY_RUNNER))
    if parameters != filled:
        odd = ", ".join(sorted(parameters ^ filled))
        raise CheckError(
            f"Parameters and strategies differ: {odd}.",
            remedy=f"Give every parameter a strategy; {', '.join(GIVEN_BY_RUNNER)} come from the runner.",
            file=where,
        )
    for fixed in entry.also:
        if set(fixed) != set(entry.strategies):
            odd = ", ".join(sorted(set(fixed) ^ set(entry.strategies)))
            raise CheckError(
                f"An input in `also` has other parameters than the strategies: {odd}.",
                remedy=f"Give it {', '.join(entry.strategies)}.",
                file=where,
            )
    if entry.weight <= 0 or entry.examples < 1:
        raise CheckError(
            "Weight and number of examples have to be positive.", remedy="Mend the @check line.", file=where
        )


_own: dict[str, str] = {}  # package -> the folder of the course in use


def use(course: Path) -> None:
    """Find a course's own checks: COURSE/checks/NAME/ and COURSE/hidden/NAME/.

    They are imported as autograder.checks.NAME and autograder.hidden.NAME, so they read as ours do and can move into
    the checkout as they are. Of two assignments with one name the course's counts. One course at a time is in use.
    """
    folders = {
        package: str(course.resolve() / package) for package in PACKAGES if (course / package).is_dir()
    }
    if folders == _own:
        return
    for package in PACKAGES:
        module = _module(package, wanted=package in folders)
        if module is None:
            continue
        places = [place for place in module.__path__ if place != _own.get(package)]
        changed = [folder for folder in (_own.get(package), folders.get(package)) if folder is not None]
        module.__path__ = [folders[package], *places] if package in folders else places
        _forget(package, {name for folder in changed for name in _names([folder])})
    _own.clear()
    _own.update(folders)
    importlib.invalidate_caches()


def _module(package: str, *, wanted: bool) -> Any:
    """`autograder.checks` or `autograder.hidden`; where the latter is not installed, an empty one if it is `wanted`."""
    name = f"autograder.{package}"
    if package == "hidden" and not hidden_installed():
        if not wanted:
            return None
        spec = ModuleSpec(name, None, is_package=True)
        sys.modules[name] = importlib.util.module_from_spec(spec)
    return importlib.import_module(name)


def _names(places: Iterable[str]) -> list[str]:
    return sorted({module.name for module in pkgutil.iter_modules(list(places))} - SHARED)


def _forget(package: str, names: set[str]) -> None:
    """What was imported of these assignments, which may come from another place now."""
    for name in names:
        _table.checks.pop((name, package), None)
        if package == "hidden":
            working.forget(name)
        module = f"autograder.{package}.{name}"
        for each in [each for each in sys.modules if each == module or each.startswith(f"{module}.")]:
            del sys.modules[each]


def hidden_installed() -> bool:
    """Return whether staff's checks are part of this installation."""
    return importlib.util.find_spec("autograder.hidden") is not None


def assignments() -> tuple[str, ...]:
    """Return the names of the assignments whose public checks are installed.

    >>> "fewshot" in assignments()
    True
    """
    return tuple(_names(importlib.import_module("autograder.checks").__path__))


def asked_in_grading(assignment: str) -> dict[str, int]:
    """Return exercise -> how many laws are asked in grading only: as a release says it, or counted where these are installed.

    >>> asked_in_grading("no_such_assignment")
    {}
    """
    for place in importlib.import_module("autograder.checks").__path__:
        file = Path(place, ASKED_IN_GRADING)
        if file.is_file():
            said = json.loads(file.read_text(encoding="utf-8"))
            return {str(name): int(count) for name, count in said.get(assignment, {}).items()}
    if assignment not in assignments() or not hidden_installed():
        return {}
    return dict(
        Counter(each.exercise for each in load(assignment, hidden=True) if each.visibility == "hidden")
    )


def owners(exercise: str) -> tuple[str, ...]:
    """Return the assignments that have an exercise of this name.

    >>> owners("class_prototypes")
    ('fewshot',)
    """
    return tuple(name for name in assignments() if any(each.exercise == exercise for each in load(name)))


def load(assignment: str, *, hidden: bool = False) -> tuple[Check, ...]:
    """Return the checks of an assignment: the public ones, and with `hidden` the staff's behind them.

    Raises AssignmentError where there are none, and CheckError where the staff's are asked for but not installed.

    >>> checks = [each for each in load("fewshot") if each.exercise == "class_prototypes"]
    >>> checks[0].precondition, checks[0].visibility
    (True, 'public')
    """
    _require(assignment)
    _require_one(assignment)
    packages = ["checks"]
    if hidden:
        if not hidden_installed():
            raise CheckError(
                "The hidden checks are not installed.",
                remedy='Install the checkout: pip install -e ".[staff]".',
            )
        if importlib.util.find_spec(f"autograder.hidden.{assignment}") is not None:
            packages.append("hidden")
    found: list[Check] = []
    old_names.provide()
    for package in packages:
        importlib.import_module(f"autograder.{package}.{assignment}")
        found.extend(_table.checks.get((assignment, package), {}).values())
    order = {name: i for i, name in enumerate(dict.fromkeys(entry.exercise for entry in found))}
    reads = {entry.exercise: entry.read for entry in reversed(found) if entry.visibility == "public"}
    found = [entry if entry.read else replace(entry, read=reads.get(entry.exercise, "")) for entry in found]
    return tuple(sorted(found, key=lambda entry: (order[entry.exercise], not entry.precondition)))


def _require_one(assignment: str) -> None:
    """Of two homes in one folder, NAME/ and NAME.py, Python would take one without a word."""
    for package in PACKAGES if hidden_installed() else PACKAGES[:1]:
        for place in importlib.import_module(f"autograder.{package}").__path__:
            one, other = Path(place, assignment), Path(place, f"{assignment}.py")
            if one.is_dir() and other.is_file():
                raise CheckError(
                    f"Two assignments are called {assignment}: {one.name}/ and {other.name}.",
                    remedy="Keep one of them.",
                    file=str(other),
                )


def _require(assignment: str) -> None:
    if assignment not in assignments():
        raise AssignmentError(
            f"There are no checks for an assignment called {assignment!r}.",
            remedy=f"Use one of: {', '.join(assignments())}.",
        )


def without_read(checks: Iterable[Check]) -> dict[str, str]:
    """Return exercise -> file and line of its first check that does not say where students can read."""
    found: dict[str, str] = {}
    for each in checks:
        if not each.read:
            code = each.body.__code__
            found.setdefault(each.exercise, f"{code.co_filename}, line {code.co_firstlineno}")
    return found


def thresholds(assignment: str) -> dict[str, float]:
    """Return the numbers that an assignment's checks/NAME/__init__.py calls THRESHOLDS; none without such checks.

    Raises CheckError where they are no numbers by name.

    >>> thresholds("no_such_assignment")
    {}
    """
    if assignment not in assignments():
        return {}
    old_names.provide()
    module = importlib.import_module(f"autograder.checks.{assignment}")
    given = getattr(module, "THRESHOLDS", {})
    fits = isinstance(given, Mapping) and all(
        isinstance(name, str) and isinstance(value, int | float) and not isinstance(value, bool)
        for name, value in given.items()
    )
    if not fits:
        raise CheckError(
            "THRESHOLDS has to be a dict: name -> number.", remedy="Mend it.", file=str(module.__file__)
        )
    return {name: float(value) for name, value in given.items()}


def needs_gpu(assignment: str) -> bool:
    """Say whether a check of the assignment, hidden or not, is asked near a GPU."""
    return any(entry.gpu for entry in load(assignment, hidden=hidden_installed()))


def files(assignment: str) -> tuple[Path, ...]:
    """Return the files of an assignment's checks, public and hidden."""
    found: list[Path] = []
    for package in PACKAGES if hidden_installed() else PACKAGES[:1]:
        for place in importlib.import_module(f"autograder.{package}").__path__:
            found += [*Path(place).glob(f"{assignment}.py"), *Path(place, assignment).rglob("*.py")]
    return tuple(sorted(found))


def forget(assignment: str) -> None:
    """Let `load` import an assignment's checks anew, as they stand in their files now."""
    for package in PACKAGES:
        _forget(package, {assignment})
    importlib.invalidate_caches()
