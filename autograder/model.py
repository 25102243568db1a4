"""The frozen data that the rooms hand to each other. Nothing here computes, reads or writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np  # commands that only read results start without it

Blame = Literal["student", "course", "grader"]
Visibility = Literal["public", "hidden"]
Verdict = Literal[
    "holds",
    "falsified",
    "raised",
    "missing",
    "timed_out",
    "crashed",
    "inconsistent",
    "skipped",
    "grader_fault",
]
Status = Literal["graded", "pending", "ungraded"]
CauseKind = Literal[
    "cell_failed", "put_back", "deleted", "not_started", "not_finished", "bound_again", "follow_on"
]

RESULT_SCHEMA = 1


# --- notebooks -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One notebook cell. `grade_id` and `points` are nbgrader's; None where the cell has no such metadata.

    `checksum` is what nbgrader wrote when it made the student version."""

    index: int
    kind: Literal["code", "markdown", "raw"]
    source: str
    tags: tuple[str, ...] = ()
    grade_id: str | None = None
    points: float | None = None
    grade: bool = False
    solution: bool = False
    locked: bool = False
    task: bool = False
    checksum: str | None = None


@dataclass(frozen=True)
class Notebook:
    """A notebook as text: what its cells say, never what they do. `files`: what its cells find beside it, path -> bytes."""

    path: str
    cells: tuple[Cell, ...]
    kernel: str = "python3"
    notes: tuple[str, ...] = ()  # what was odd about the file, for a person
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def code(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.kind == "code")

    def graded(self, grade_id: str) -> Cell | None:
        """Return the cell with this grade id; None where there is none."""
        return next((cell for cell in self.cells if cell.grade_id == grade_id), None)


@dataclass(frozen=True)
class CellResult:
    """What executing one code cell gave: nbformat outputs, and the exception if one ended it."""

    index: int
    outputs: tuple[dict[str, Any], ...] = ()
    raised: Raised | None = None
    timed_out: bool = False
    crashed: bool = False


# --- values that cross the boundary --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Tensor:
    """An array that came back from a student's function, as plain values.

    `array` holds the values (bfloat16 is widened to float32); `dtype` and `device` are the names that torch gave.
    `library` is "torch" or "numpy".
    """

    array: np.ndarray
    dtype: str
    device: str = "cpu"
    library: str = "torch"

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.array.shape)


@dataclass(frozen=True)
class Opaque:
    """A returned value that is no plain value: only the name of its type crossed the wire."""

    type: str


@dataclass(frozen=True)
class Student:
    """Names an object of the student's notebook, resolved in the worker."""

    name: str


@dataclass(frozen=True, eq=False)
class Fixture:
    """Names a fixture (`autograder.fixtures`) that the worker builds from plain values: a network, a generator ..."""

    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


Prop = Fixture  # its name until version 0.1, for check files that a course already has


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a student's function (or of a procedure from `autograder.fixtures`, named "fixtures:NAME").

    function    the name in the notebook
    arguments   name -> value, passed by position; values are plain, numpy arrays (torch tensors in the worker),
                `Fixture` or `Student`
    keywords    name -> value, passed by keyword
    gradients   names of the array arguments for which a vector-Jacobian product is asked
    output      which item of a returned tuple the product starts from (None: the value itself)
    cotangent   the vector of that product; None stands for ones
    watch       names of `Fixture` arguments whose state is reported after the call
    label       how a message writes the call; None: from function and argument names
    paste       Python that shows the call in a notebook, where its arguments are too large to be written out
    form        judges the structure of what comes back (stays on the trusted side): None, or what is wrong with it
    """

    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    keywords: Mapping[str, Any] = field(default_factory=dict)
    gradients: tuple[str, ...] = ()
    output: int | None = None
    cotangent: np.ndarray | None = None
    watch: tuple[str, ...] = ()
    label: str | None = None
    paste: str | None = None
    form: Callable[[Any, Call], Any] | None = None

    def __str__(self) -> str:
        if self.label is not None:
            return self.label
        names = [*self.arguments, *(f"{name}={name}" for name in self.keywords)]
        return f"{self.function}({', '.join(names)})"


# --- what a call came to ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Returned:
    """The function returned. `modified` and `touched` are the worker's word: a hostile worker can lie about them.

    value       plain value; tensors as `Tensor`, anything else as `Opaque`
    gradients   argument name -> vector-Jacobian product, or None where no gradient reached the argument
    modified    names of the arguments whose values the call changed
    touched     which global generators the call read or reseeded: "torch", "numpy", "random"
    states      watched fixture -> its state after the call
    """

    value: Any
    gradients: Mapping[str, Tensor | None] = field(default_factory=dict)
    modified: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    states: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Raised:
    """The function raised. `where` names the student's line, if the traceback has one."""

    type: str
    message: str
    where: str | None = None


@dataclass(frozen=True)
class Missing:
    """The notebook does not define the function; `why` says what stands there instead."""

    name: str
    why: str = "is not defined"


@dataclass(frozen=True)
class TimedOut:
    """The call used up its deadline, in seconds of CPU time (or, as a backstop, of wall clock)."""

    seconds: float


@dataclass(frozen=True)
class Crashed:
    """The process that ran the call ended, or answered with something that is no answer."""

    how: str


Outcome = Returned | Raised | Missing | TimedOut | Crashed


# --- verdicts and points ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counterexample:
    """The smallest input found that breaks a law, in words; `picture` is plain data that feedback knows how to draw.

    what     what `returned` and `expected` are: prototypes, the row sum
    own      "call 1" where `expected` comes from the student's own answer to that call, which may itself be wrong
    facts    (name, text) what decides between explanations, seen in the outcomes alone
    right    (name, text) right values and the way to them, which only grading knows
    """

    call: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    returned: str = ""
    expected: str = ""
    snippet: str = ""
    picture: Mapping[str, Any] | None = None
    what: str = ""
    own: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    right: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CheckResult:
    """One check of one submission. `credit` in [0, 1] is the part of the weight that was earned; `read` says where
    the law stands (slide, equation); `missing` is the name that the notebook lacked, where one was looked for in vain.
    `judged_with` names the earlier exercises whose solutions are the course's where the verdict is so, and another without.
    `leads`: of the broken laws of its exercise it is the one that is explained in full.

    `essential`: while it does not hold, the exercise earns at most half of its points (`runner.scoring`)."""

    name: str
    law: str
    visibility: Visibility
    weight: float
    verdict: Verdict
    examples: int = 0
    message: str = ""
    counterexample: Counterexample | None = None
    credit: float = 0.0
    read: str = ""
    missing: str = ""
    judged_with: tuple[str, ...] = ()
    leads: bool = False
    essential: bool = False


@dataclass(frozen=True)
class Cause:
    """What happened in the notebook that its laws can only suffer from: told first, in each exercise that it reaches.

    kind    cell_failed   a cell did not come to its end: what it defines is not there
            put_back      a locked cell was changed, and grading has the course's version of it
            deleted       a cell of the course is not there, and what it defines is not, either
            not_started   a function is as it was handed out
            not_finished  a function that the exercise needs, its own or another's, still raises NotImplementedError
            bound_again   a name got another meaning behind the exercise, which was judged as it stood at its check
            follow_on     an earlier exercise that this one uses lost points; it was judged with the course's solution of that
    cell    where, counted from 0; None where there is no such cell
    """

    kind: CauseKind
    what: str
    remedy: str = ""
    cell: int | None = None


@dataclass(frozen=True)
class NamedMistake:
    """What a program was found to do: a sentence, and the mistakes of the corpus that have the same answers."""

    says: str
    mistakes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise: its points, and who is to blame when they are not the full ones for another reason than a law.

    `named`: the known mistakes whose answers it has."""

    name: str
    points: float
    max_points: float
    blame: Blame | None
    checks: tuple[CheckResult, ...] = ()
    manual: bool = False
    note: str = ""
    causes: tuple[Cause, ...] = ()
    named: tuple[NamedMistake, ...] = ()

    @property
    def judged_with(self) -> tuple[str, ...]:
        """The earlier exercises with whose solutions of the course's it was judged; none as a rule."""
        return tuple(dict.fromkeys(name for check in self.checks for name in check.judged_with))


@dataclass(frozen=True)
class Failure:
    """Why a submission has no score, or what a person should look at: DESIGN's `error` object."""

    blame: Blame
    what: str
    remedy: str
    file: str | None = None
    cell: int | None = None


@dataclass(frozen=True)
class ReadFile:
    """A file that was read: its name, its size in bytes, its SHA-256."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Receipt:
    """What was read of a submission. `cells`: grade id -> SHA-256 of the student's text."""

    files: tuple[ReadFile, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Score:
    """The result of one submission, as `autograder.feedback.json` writes it (schema 1 of docs/architecture.md)."""

    assignment: str
    student: str
    status: Status
    score: float | None
    max_score: float
    pending_points: float
    seed: int
    sandbox: str
    device: str
    versions: Mapping[str, str]
    exercises: tuple[ExerciseResult, ...] = ()
    error: Failure | None = None
    notes: tuple[str, ...] = ()
    receipt: Receipt | None = None


@dataclass(frozen=True)
class Graded:
    """A score, and what the notebook's cells put out on the way to it."""

    score: Score
    cells: tuple[CellResult, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)  # times lie beside the result, never in it


@dataclass(frozen=True)
class Limits:
    """What a submission may use; seconds count CPU time, wall clock is the backstop (`patience` times as much).

    figures   whether the pictures that cells show are rendered; no verdict hangs on it
    """

    cell_seconds: float = 10.0
    call_seconds: float = 2.0
    submission_seconds: float = 120.0
    patience: float = 5.0
    memory_bytes: int = 2 << 30
    file_bytes: int = 64 << 20
    scratch_bytes: int = 64 << 20
    output_bytes: int = 1 << 20
    threads: int = 64
    figures: bool = True
