"""Results that are there already into autograded/ and gradebook.db, one submission after another."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sysconfig
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from nbgrader.converters import Autograde
from sqlalchemy.exc import SAWarning
from traitlets import Unicode

from autograder.classroom import fence
from autograder.course.folders import WORKSHOP
from autograder.errors import CourseError, FewlabelsError, GraderError, UsageError
from autograder.feedback.sanitise import one_line, one_name, visible
from autograder.model import Failure, Graded
from autograder.nbgrader_bridge import losing
from autograder.nbgrader_bridge.batching import once
from autograder.nbgrader_bridge.configuration import Course, course_config, modules_of
from autograder.nbgrader_bridge.error_log import Errors
from autograder.nbgrader_bridge.files import odd_files, replace, scratch_in
from autograder.nbgrader_bridge.gradebook import Standing, set_aside, standing
from autograder.nbgrader_bridge.losing import Watch
from autograder.nbgrader_bridge.registering import register, source_of
from autograder.nbgrader_bridge.results import Place, prepared
from autograder.nbgrader_bridge.times import circumstances


@dataclass(frozen=True)
class Recorded:
    """How one submission stands in the grade book after its result was entered.

    score    automatic and manual points together; None where it is ungraded and nobody has given marks by hand
             (nbgrader's own pages and exports write 0)
    waiting  ids of the grade cells that wait for a person; `reasons` says why, for staff
    review   which marks given by hand to look at again, and why: they stand as they were given
    failure  why it is ungraded, or could not be entered
    """

    student: str
    score: float | None
    max_score: float | None
    waiting: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    failure: Failure | None = None
    review: tuple[str, ...] = ()


def record(
    course: Path,
    assignment: str,
    graded: Mapping[str, Graded],
    progress: Callable[[Recorded], None] | None = None,
) -> list[Recorded]:
    """Enter the results of an assignment into the grade book, as `nbgrader autograde` would have.

    course     a course directory of nbgrader's, with or without an nbgrader_config.py
    graded     student -> result
    progress   is called after each submission

    Each submission's autograded directory is replaced whole or not at all. A submission that cannot be entered
    keeps no automatic points, waits for a person, and stops nobody else; StorageError where the grade book itself, or the disk,
    takes nothing more. While nbgrader works, the working directory
    is the course. Raises `CourseError` where the course's material does not fit, before any submission is touched.
    """
    with recorder(course, assignment) as writer:
        done = []
        for student in sorted(graded):
            done.append(writer.enter(student, graded[student]))
            if progress is not None:
                progress(done[-1])
        return done


@contextmanager
def recorder(course: Path, assignment: str) -> Iterator[Recorder]:
    """Hand out the one writer of a course's grade book; call its `enter(student, graded)`, once per submission.

    Other graders of the course wait for their turn, submission by submission. Raises as `record` does.
    """
    with as_nbgrader_likes_it(course.resolve()):
        yield Recorder(course.resolve(), assignment)


class Recording(Autograde):
    """nbgrader's Autograde for one submission, whose result is known, into a directory of its own.

    It reads the submission whatever its file is called, and takes no pattern for a student's name.
    """

    notebook_name = Unicode(help="The one notebook of the assignment.")
    recorded_directory = Unicode(help="Where earlier autograded notebooks are.")

    def init_notebooks(self) -> None:
        """Set the one notebook that Autograde converts, whatever the submission's file is called."""
        folder = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
        self.assignments = {folder: [os.path.join(folder, f"{self.notebook_name}.ipynb")]}
        self.notebooks: list[str] = []


class Recorder:
    """Enters results; made by `recorder`."""

    def __init__(self, root: Path, assignment: str) -> None:
        if not root.is_dir():
            raise UsageError("There is no such directory.", remedy="Name the course's.", file=str(root))
        self._errors = Errors()
        # A logger of no hierarchy: nothing that nbgrader says reaches anybody's terminal.
        (root / WORKSHOP).mkdir(exist_ok=True)
        self._turn = FileLock(root / WORKSHOP / "gradebook.lock")
        self._log = logging.Logger("autograder.nbgrader")
        self._log.addHandler(self._errors)
        self._config = course_config(root)
        self._root = root
        self._assignment = assignment
        course = self._course()
        self._source = source_of(course, self._config)
        self._config.CourseDirectory.source_directory = course.source_directory
        if not course.course_id and not course.db_url.startswith("sqlite"):
            raise CourseError(
                "The grade book's database needs a course to have a name; only SQLite does without.",
                remedy='Write c.CourseDirectory.course_id = "NAME" into nbgrader_config.py.',
                file=str(root / "nbgrader_config.py"),
            )
        with self._turn:
            self._register()
        self._watch = Watch(course.db_url)

    def knows(self, student: str) -> bool:
        """Ask whether grade book and autograded/ have this student's submission, whatever they say of it."""
        course = self._course(student)
        final = Path(course.format_path(course.autograded_directory, student, self._assignment))
        return os.path.isdir(final) and standing(course, student) is not None

    def circumstances(self, student: str) -> str:
        """Return a digest of all that decides this submission's points beside its result: times, rules, marks given by hand."""
        try:
            said = circumstances(self._course(student), student, self._config)
        except UnicodeEncodeError:  # a name that no grade book takes: `enter` says so
            return ""
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def enter(self, student: str, graded: Graded) -> Recorded:
        """Enter one result; never raises for one submission's sake. Raises StorageError where none can be entered."""
        with self._turn:
            self._watch.require()
            try:
                return self._enter(student, graded)
            finally:
                self._watch.require()

    def _enter(self, student: str, graded: Graded) -> Recorded:
        self._errors.clear()
        course = self._course(student)
        place = Place(student, self._assignment, self._source.stem)
        submitted = Path(course.format_path(course.submitted_directory, student, self._assignment))
        if Path(student).name != student or not os.path.isdir(submitted):
            return Recorded(student, None, None, failure=_not_submitted(submitted))
        if course.student_id != student:  # it would be entered as somebody else's
            return Recorded(student, None, None, failure=_renamed(course.student_id, submitted))
        failure = graded.score.error if graded.score.status == "ungraded" else None
        with prepared({place: graded}) as handed:
            try:
                self._convert(course, student, submitted)
                now = standing(course, student)
            except Exception as error:  # nbgrader raises whatever comes; one submission stops nobody
                losing.halt([error, *self._errors.raised])
                failure = self._failure(error, submitted)
                now = self._without_points(course, student)
        if now is None:
            return Recorded(student, None, None, failure=failure or _left_out(submitted))
        told = {"reasons": tuple(handed.reasons[place]), "review": tuple(handed.reviews[place])}
        return Recorded(student, now.score, now.max_score, now.waiting, failure=failure, **told)

    def _course(self, student: str = "*") -> Course:
        return Course(
            config=self._config,
            log=self._log,
            root=str(self._root),
            assignment_id=self._assignment,
            student_id=student,
            notebook_id="*",
        )

    def _register(self) -> None:
        course = self._course()
        try:
            with scratch_in(self._root) as scratch:
                register(course, self._source, config=self._config, log=self._log, scratch=scratch)
        except Exception as error:
            if isinstance(error, FewlabelsError):
                # the course's material, or what keeps nbgrader from writing it down
                losing.halt([error, *self._errors.raised])
                raise
            fence.halt(error)
            raise GraderError(
                f"The grade book cannot be opened ({error}).",
                remedy="See that it is there, that you may write it, and that nothing else is using it.",
                file=course.db_url,
            ) from error

    def _convert(self, course: Course, student: str, submitted: Path) -> None:
        recorded = course.autograded_directory
        final = Path(course.format_path(recorded, student, self._assignment))
        with scratch_in(self._root) as scratch:
            course.autograded_directory = f"{scratch}/autograded"
            course.ignore = [*course.ignore, *odd_files(submitted)]
            staged = Path(course.format_path(course.autograded_directory, student, self._assignment))
            try:
                Recording(
                    coursedir=course,
                    config=self._config,
                    log=self._log,
                    notebook_name=self._source.stem,
                    recorded_directory=recorded,
                ).start()
            finally:
                course.autograded_directory = recorded
            if staged.is_dir():
                replace(final, staged, self._root / scratch / "previous", shared=course.groupshared)

    def _without_points(self, course: Course, student: str) -> Standing | None:
        try:
            set_aside(course, student)
            return standing(course, student)
        except Exception as error:  # the failure that led here is the one that is told
            losing.halt([error])
            self._log.exception("%s: the grade book cannot be written.", student)
            return None

    def _failure(self, error: Exception, submitted: Path) -> Failure:
        if isinstance(error, FewlabelsError):
            return error.failure()
        what = self._errors.lines[0] if self._errors.lines else f"{type(error).__name__}: {error}"
        what = one_line(visible(what), 400)
        return GraderError(
            f"nbgrader could not enter the result ({what}).",
            remedy="Mend what it names and run the command again, or grade this submission by hand.",
            file=str(submitted),
        ).failure()


def _not_submitted(submitted: Path) -> Failure:
    remedy = "Collect it first: nbgrader collect, or unpack it there."
    return UsageError("There is no such submission.", remedy=remedy, file=str(submitted)).failure()


def _renamed(name: str, submitted: Path) -> Failure:
    remedy = "Take the white space off both ends of the folder's name, and run the command again."
    what = f"nbgrader takes this student for {one_name(name)!r}, so nothing was entered."
    return UsageError(what, remedy=remedy, file=str(submitted)).failure()


def _left_out(submitted: Path) -> Failure:
    remedy = "Look for CourseDirectory.student_id_exclude in nbgrader_config.py."
    return UsageError("nbgrader passed the submission over.", remedy=remedy, file=str(submitted)).failure()


@contextmanager
def as_nbgrader_likes_it(course: Path) -> Iterator[None]:
    """Give nbgrader the surroundings that it needs inside, and undo what it leaves behind.

    It runs `alembic` by name, leaves an environment variable behind, and warns about its own queries.
    """
    before = {name: os.environ.get(name) for name in ("PATH", "NBGRADER_EXECUTION")}
    os.environ["PATH"] = os.pathsep.join(filter(None, (before["PATH"], sysconfig.get_path("scripts"))))
    try:
        with warnings.catch_warnings(), modules_of(course), once(), _said_once():
            warnings.simplefilter("ignore", SAWarning)
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def _said_once() -> Iterator[None]:
    """nbgrader's database tells a log of its own, with a traceback, what it raises as well."""
    log = logging.getLogger("tornado.application")
    before = log.propagate
    quiet = logging.NullHandler()
    log.addHandler(quiet)
    log.propagate = False
    try:
        yield
    finally:
        log.propagate = before
        log.removeHandler(quiet)
