"""The vocabulary of checks: what a law may say about calls of a function.

A check draws its inputs, writes down calls, and returns a `Law`: the calls, and a judge that looks at what they
returned. Calls are made later, on the far side of the boundary, all of them in one frame; so a law never waits for an
answer before it asks the next question. `invariant`, `equivariant`, `homogeneous`, `gives`, `untouched`, `raises`,
`normalised` and `unanswerable` build laws; `close`, `same`, `not_finite` and `uniform` are what judges are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.model import Call, Opaque, Outcome, Raised, Returned, Tensor

Judge = Callable[..., "Violation | None"]
Picture = Callable[[np.ndarray, np.ndarray], Mapping[str, Any] | None]


@dataclass(frozen=True, eq=False)
class Violation:
    """How a law broke: a sentence (`message`), and what came back beside what had to.

    returned, expected   texts
    credit               the part of the weight that was earned all the same (graded laws only)
    call                 which of the law's calls it is about
    picture              plain data that feedback can draw
    what                 what `returned` and `expected` are: "prototypes", "the row sum"
    against              the call whose answer `expected` comes from, where no right value is known; None: it is one
    """

    message: str
    returned: str = ""
    expected: str = ""
    credit: float = 0.0
    call: int = 0
    picture: Mapping[str, Any] | None = None
    what: str = ""
    against: int | None = None


@dataclass(frozen=True, eq=False)
class Law:
    """Calls, and the judge of what they returned: called with one value per call, it gives None or what is broken.

    outcomes    True where the judge wants outcomes instead of values: laws about gradients, watched fixtures, raising
    raising     True where an exception is an answer that the judge wants to see; elsewhere it ends the law
    expects     what had to come back, in words or digits, for a message about a call that gave nothing
    """

    calls: tuple[Call, ...]
    judge: Judge
    outcomes: bool = False
    raising: bool = False
    expects: str = ""


@dataclass(frozen=True)
class Function:
    """A student's function, as checks write it: calling it makes a `Call`, nothing runs.

    `form` says what is wrong with the structure of a returned value (types, shapes), so that judges can rely on it.
    """

    name: str
    parameters: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    form: Callable[[Any, Call], Violation | None] | None = None
    label: str | None = None  # how messages write the call, where the name is not the student's

    def __call__(self, *values: Any, **keywords: Any) -> Call:
        if len(values) != len(self.parameters) or set(keywords) != set(self.keywords):
            raise TypeError(
                f"{self.name} takes {', '.join(self.parameters)}; keywords {', '.join(self.keywords) or 'none'}"
            )
        given = dict(zip(self.parameters, values, strict=True))
        return Call(
            self.name,
            given,
            {name: keywords[name] for name in self.keywords},
            form=self.form,
            label=self.label,
        )


def function(
    name: str,
    *parameters: str,
    keywords: Sequence[str] = (),
    form: Callable[[Any, Call], Violation | None] | None = None,
    label: str | None = None,
) -> Function:
    """Describe a function that students write; calling what comes back makes a `Call`, and nothing runs.

    name         its name in the notebook; "fixtures:NAME" is a procedure of `autograder.fixtures`
    parameters   the arguments that are passed by position
    keywords     the arguments that are passed by name
    form         says what is wrong with the structure of a returned value, or None
    label        how messages write the call, where the name is not the student's

    The call raises TypeError where it gets other arguments than these.

    >>> class_prototypes = function("class_prototypes", "embeddings", "labels")
    >>> call = class_prototypes(np.zeros((3, 2)), np.array([0, 1, 1]))
    >>> str(call), call.arguments["labels"]
    ('class_prototypes(embeddings, labels)', array([0, 1, 1]))
    """
    if name.startswith("props:"):  # as version 0.1 called fixtures
        name = name.replace("props:", "fixtures:", 1)
    return Function(name, parameters, tuple(keywords), form, label)


# --- what a call may be asked for besides its result -----------------------------------------------------------------


def watching(call: Call, *names: str) -> Call:
    """Ask the call for a report besides its result.

    "inputs" asks whether arrays were modified, "generators" whether global state was touched, the name of an argument that
    is a fixture for its state afterwards.

    >>> watching(function("double", "x")(np.ones(2)), "inputs").watch
    ('inputs',)
    """
    return replace(call, watch=(*call.watch, *names))


def differentiated(
    call: Call, *arguments: str, output: int | None = None, cotangent: np.ndarray | None = None
) -> Call:
    """Ask the `call` for a vector-Jacobian product: of its result with `cotangent`, for the named `arguments`.

    output      which item of a returned tuple it starts from; None: the value itself
    cotangent   an array of the result's shape; None stands for ones

    >>> call = differentiated(function("double", "x")(np.ones(2)), "x", cotangent=np.array([1.0, 0.0]))
    >>> call.gradients, call.cotangent
    (('x',), array([1., 0.]))
    """
    return replace(call, gradients=arguments, output=output, cotangent=cotangent)


# --- values ----------------------------------------------------------------------------------------------------------


def values(item: Any) -> np.ndarray:
    """Return a returned tensor as a float64 array of the same shape, whatever its dtype was.

    >>> values(Tensor(np.array([1, 2]), "int64"))
    array([1., 2.])
    """
    return np.asarray(item.array if isinstance(item, Tensor) else item, dtype=np.float64)


def eps(*items: Any) -> float:
    """Return the machine epsilon of the least precise of the floating dtypes. Raises ValueError where none is floating.

    >>> f"{eps(np.zeros(2, np.float64), np.zeros(2, np.float32)):.1e}"
    '1.2e-07'
    """
    dtypes = [item.array.dtype if isinstance(item, Tensor) else np.asarray(item).dtype for item in items]
    return max(float(np.finfo(dtype).eps) for dtype in dtypes if dtype.kind == "f")


def tensor(
    item: Any, what: str, shape: tuple[int, ...] | None = None, dtype: str | None = None
) -> Violation | None:
    """Ask whether `item`, which messages call `what`, is a torch tensor of this `shape` and `dtype`; None: of any.

    >>> tensor(Tensor(np.zeros((2, 3)), "float64"), "prototypes", (2, 3), "float64") is None
    True
    >>> wrong = tensor(Tensor(np.zeros(3), "float64"), "prototypes", (2, 3))
    >>> wrong.message, wrong.returned, wrong.expected
    ('prototypes has the wrong shape.', 'shape (3,)', 'shape (2, 3)')
    """
    if not isinstance(item, Tensor) or item.library != "torch":
        return Violation(f"{what} is no torch tensor.", described(item), "a torch.Tensor", what=what)
    if shape is not None and item.shape != shape:
        return Violation(
            f"{what} has the wrong shape.",
            returned=f"shape {item.shape}",
            expected=f"shape {shape}",
            what=f"the shape of {what}",
        )
    if dtype is not None and item.dtype != dtype:
        return Violation(
            f"{what} has the wrong dtype.",
            returned=f"torch.{item.dtype}",
            expected=f"torch.{dtype}",
            what=f"the dtype of {what}",
        )
    return None


def described(item: Any) -> str:
    """Describe a returned value in a few words.

    >>> described(Tensor(np.zeros((2, 3)), "float32")), described([1, 2]), described(True)
    ('a tensor of shape (2, 3) and dtype float32', 'a list of 2 items', 'the bool True')
    """
    if isinstance(item, Tensor):
        kind = "tensor" if item.library == "torch" else "numpy array"
        return f"a {kind} of shape {item.shape} and dtype {item.dtype}"
    if isinstance(item, Opaque):
        return f"an object of type {item.type}"
    if isinstance(item, tuple | list):
        return f"a {type(item).__name__} of {len(item)} items"
    if item is None:
        return "None"
    return f"the {type(item).__name__} {item!r}"[:200]


# --- judges ----------------------------------------------------------------------------------------------------------


def close(
    returned: Any, expected: Any, within: float | np.ndarray, what: str, *, why: str = "", call: int = 0
) -> Violation | None:
    """Ask whether every entry of `returned` is within `within` of `expected`; the message says the worst index.

    within   a number, or an array that broadcasts to the shape of `expected`
    what     what messages call the value
    why      added to the message
    call     which of the law's calls it is about; of a later one than the first, `expected` comes from the first

    >>> close(np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-15]), 1e-12, "prototypes") is None
    True
    >>> close(np.array([1.0, 2.5]), np.array([1.0, 2.0]), 1e-12, "prototypes").message
    'prototypes[1] is 2.5, but it has to be 2 (tolerance 1.0e-12).'
    """
    actual, wanted = values(returned), values(expected)
    against = 0 if call else None
    if actual.shape != wanted.shape:
        shapes = f"shape {actual.shape}", f"shape {wanted.shape}"
        return Violation(
            f"{what} has the wrong shape.", *shapes, call=call, what=f"the shape of {what}", against=against
        )
    bound = np.asarray(within, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        excess = np.abs(actual - wanted) - bound
        if (excess <= 0.0).all():  # nearly always
            return None
    excess = np.where(np.isnan(excess), np.where(actual == wanted, -1.0, np.inf), excess)
    if float(excess.max()) <= 0.0:
        return None
    bound = np.broadcast_to(bound, wanted.shape)
    index = tuple(int(i) for i in np.unravel_index(int(excess.argmax()), excess.shape))
    place, is_, has = _place(what, index), *apart(float(actual[index]), float(wanted[index]))
    alike = number(float(actual[index])) == number(float(wanted[index]))
    size = f", {abs(float(actual[index] - wanted[index])):.1e} away" if alike else ""
    hint = _in_float32(float(actual[index]), float(wanted[index]), float(bound[index])) if alike else ""
    says = f"{place} is {is_}, but it has to be {has}{size}{why} (tolerance {float(bound[index]):.1e}).{hint}"
    if np.isnan(wanted[index]):  # compared with what another call gave
        says = f"{place} is {is_}, and nan in another call: it has to be a number."
    returned, expected = tables(actual, wanted, index, place)
    return Violation(says, returned, expected, call=call, what=what, against=against)


FLOAT32 = "That is the size of float32's rounding: is something on the way in float32?"


def _in_float32(actual: float, wanted: float, bound: float) -> str:
    """A question, where a difference is what rounding to float32 leaves and the tolerance is of a finer dtype."""
    eps32 = float(np.finfo(np.float32).eps)
    scale = max(abs(actual), abs(wanted))
    if bound < eps32 * scale / 8 and eps32 * scale / 256 <= abs(actual - wanted) <= 64 * eps32 * scale:
        return f" {FLOAT32}"
    return ""


def apart(one: float, other: float) -> tuple[str, str]:
    """Return both numbers with as many digits as it takes to see that they differ, six at least.

    >>> apart(2.0912304, 2.0912305)
    ('2.0912304', '2.0912305')
    """
    for digits in range(6, 18):
        texts = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if texts[0] != texts[1] or one == other:
            break
    return texts


def tables(actual: np.ndarray, wanted: np.ndarray, index: tuple[int, ...], place: str) -> tuple[str, str]:
    """Return two arrays as people read them, with digits until they differ.

    actual, wanted   of one shape
    index            where they differ most: named in front of tables that are too large to show it
    place            what messages call that entry

    >>> tables(np.array([1.0, 2.0000001]), np.array([1.0, 2.0]), (1,), "loss[1]")
    ('[1.        2.0000001]', '[1. 2.]')
    """
    for digits in (SHOWN_DIGITS, 8, 11, 17):
        texts = shown(actual, digits=digits), shown(wanted, digits=digits)
        if texts[0] != texts[1]:
            return texts
    one, other = apart(float(actual[index]), float(wanted[index]))
    return f"{place} = {one}, in\n{shown(actual)}", f"{place} = {other}, in\n{shown(wanted)}"


def _place(what: str, index: tuple[int, ...]) -> str:
    where = f"[{', '.join(map(str, index))}]"
    return what if not index else f"{what} at {where}" if " " in what else f"{what}{where}"


def same(returned: Any, expected: Any, what: str, *, call: int = 0) -> Violation | None:
    """Ask whether `returned` equals `expected` to the last bit: for integers and for what may not change at all.

    what   what messages call the value
    call   which of the law's calls it is about

    >>> same(np.array([1, 2]), np.array([1, 3]), "labels").message
    'labels[1] is 2, but it has to be 3 (tolerance 0.0e+00).'
    """
    return close(returned, expected, 0.0, what, call=call)


def first(*broken: Violation | None) -> Violation | None:
    """Return the first that is broken; None where nothing is.

    >>> first(None, Violation("The loss is negative."), Violation("The loss is no number.")).message
    'The loss is negative.'
    """
    return next((each for each in broken if each is not None), None)


def number(value: float) -> str:
    """Write a number as messages do, with six digits.

    >>> number(2 / 3)
    '0.666667'
    """
    return f"{value:.6g}"


SHOWN_DIGITS = 5


def shown(array: np.ndarray, most: int = 40, digits: int = SHOWN_DIGITS) -> str:
    """Write an array as people do; of one with more than `most` entries, the first and last ones.

    digits   how many stand behind the point at most

    >>> print(shown(np.array([[0.1234567, -0.0], [2.0, 3.0]])))
    [[0.12346 0.     ]
     [2.      3.     ]]
    """
    with np.printoptions(precision=digits, suppress=True, threshold=most, edgeitems=2, linewidth=100):
        array = np.asarray(array)
        return str(array + 0.0 if array.dtype.kind == "f" else array)  # + 0.0: no negative zeros


def uniform(
    counts: np.ndarray,
    picked: int,
    episodes: int,
    alpha: float,
    what: str,
    names: Sequence[str] | None = None,
) -> Violation | None:
    """Ask whether `picked` of the C = len(counts) candidates were drawn uniformly without replacement in every episode.

    counts     (C,) how often each candidate was drawn
    episodes   how many episodes there were
    alpha      the rate at which a right sampler is accused
    what       what messages call the candidates
    names      of the candidates; by default their numbers

    Chi-square with the correction for drawing without replacement: X2 = (C-1)/(C-N) * sum (O - EN/C)^2 / (EN/C),
    compared with chi2(C-1). In the tail chi-square is off by a small factor, so that the message promises ten times
    `alpha` at most.

    >>> uniform(np.array([98, 103, 99]), picked=1, episodes=300, alpha=1e-9, what="The classes") is None
    True
    >>> uniform(np.array([200, 100, 0]), picked=1, episodes=300, alpha=1e-9, what="The classes").returned
    'drawn [200, 100, 0] times'
    """
    from scipy.special import chdtri  # and not scipy.stats, which takes seconds to import

    candidates = len(counts)
    mean = episodes * picked / candidates
    correction = (candidates - 1) / (candidates - picked) if candidates > picked else 1.0
    statistic = correction * float(((counts - mean) ** 2).sum()) / mean
    if statistic <= float(chdtri(candidates - 1, alpha)):  # the inverse of the survival function
        return None
    worst = int(np.abs(counts - mean).argmax())
    name = names[worst] if names else f"number {worst}"
    return Violation(
        f"{what} are not equally likely: in {episodes} episodes, {name} was drawn {int(counts[worst])} times, and "
        f"about {mean:.0f} were to be expected (by chance this happens less than once in {0.1 / alpha:,.0f} gradings).",
        returned=f"drawn {[int(count) for count in counts]} times",
        expected=f"each about {mean:.0f} times",
        what="a count over all episodes",
    )


# --- laws ------------------------------------------------------------------------------------------------------------


def invariant(
    one: Call,
    other: Call,
    within: float | np.ndarray,
    what: str,
    *,
    of: Callable[[Any], Any] = lambda out: out,
    picture: Picture | None = None,
) -> Law:
    """Make the law that two calls give the same.

    one, other   the calls
    within       how far the entries may differ
    what         what messages call the result
    of           picks the part of a result that is meant
    picture      draws what came back beside what had to

    >>> total, x = function("total", "x"), np.array([1.0, 2.0])
    >>> law = invariant(total(x), total(x[::-1]), 1e-12, "the total")
    >>> law.judge(3.0, 3.0) is None
    True
    >>> law.judge(3.0, 4.0).message
    'the total is 4, but it has to be 3 (tolerance 1.0e-12).'
    """
    return equivariant(one, other, lambda out: out, within, what, of=of, picture=picture)


def equivariant(
    one: Call,
    other: Call,
    image: Callable[[np.ndarray], np.ndarray],
    within: float | np.ndarray,
    what: str,
    *,
    of: Callable[[Any], Any] = lambda out: out,
    picture: Picture | None = None,
) -> Law:
    """Make the law that `other` gives the `image` of what `one` gives.

    one, other   the calls
    image        maps a result of `one` to what `other` has to give
    within       how far the entries may differ
    what         what messages call the result
    of           picks the part of a result that is meant
    picture      draws what came back beside what had to

    >>> double, x = function("double", "x"), np.array([1.0, 2.0])
    >>> law = equivariant(double(x), double(-x), lambda out: -out, 1e-12, "double")
    >>> law.judge(np.array([2.0, 4.0]), np.array([-2.0, -4.0])) is None
    True
    >>> law.judge(np.array([2.0, 4.0]), np.array([-2.0, 4.0])).message
    'double[1] is 4, but it has to be -4 (tolerance 1.0e-12).'
    """

    def judge(a: Any, b: Any) -> Violation | None:
        expected = image(values(of(a)))
        broken = close(of(b), expected, within, what, call=1)
        if broken is None or picture is None:
            return broken
        return replace(broken, picture=picture(values(of(b)), expected))

    return Law((one, other), judge)


def homogeneous(
    one: Call, other: Call, factor: float, within: float, what: str, *, of: Callable[[Any], np.ndarray]
) -> Law:
    """Make the law that `of` what `other` gives is `factor` times `of` what `one` gives.

    one, other   the calls
    within       how far the entries may differ
    what         what messages call the result

    >>> step, x = function("step", "x"), np.array([1.0, 2.0])
    >>> law = homogeneous(step(x), step(3 * x), 3.0, 1e-12, "the step", of=lambda out: out[1])
    >>> law.judge((0.0, np.array([2.0])), (0.0, np.array([6.0]))) is None
    True
    """
    return equivariant(one, other, lambda out: factor * out, within, what, of=of)


def gives(
    call: Call,
    expected: Any,
    within: float | np.ndarray,
    what: str,
    *,
    of: Callable[[Any], Any] = lambda out: out,
) -> Law:
    """Make the law that the `call` gives `expected`.

    within   how far the entries may differ
    what     what messages call the result
    of       picks the part of the result that is meant

    >>> law = gives(function("double", "x")(np.array([1.0, 2.0])), np.array([2.0, 4.0]), 1e-12, "double")
    >>> law.judge(np.array([2.0, 4.0])) is None
    True
    >>> wrong = law.judge(np.array([2.0, 2.0]))
    >>> wrong.returned, wrong.expected
    ('[2. 2.]', '[2. 4.]')
    """
    expects = f"{what}: {shown(values(expected))}"
    return Law((call,), lambda out: close(of(out), expected, within, what), expects=expects)


def normalised(call: Call, within: float, what: str) -> Law:
    """Make the law that every row of what the `call` gives is a probability distribution.

    No entry is below 0, and the sum is 1, but for `within`; messages call the result `what`.

    >>> law = normalised(function("probabilities", "x")(np.zeros((2, 3))), 1e-12, "probabilities")
    >>> law.judge(np.array([[0.25, 0.75], [1.0, 0.0]])) is None
    True
    >>> law.judge(np.array([[0.25, 0.5], [1.0, 0.0]])).message
    'the row sum at [0] is 0.75, but it has to be 1 (tolerance 1.0e-12).'
    """

    def judge(out: Any) -> Violation | None:
        p = values(out)
        negative = (
            Violation(f"{what} has a negative entry.", shown(p), "no entry below 0", what=what)
            if (p < 0).any()
            else None
        )
        return first(
            not_finite(out, what), negative, close(p.sum(-1), np.ones(p.shape[:-1]), within, "the row sum")
        )

    return Law((call,), judge)


def not_finite(item: Any, what: str) -> Violation | None:
    """Ask whether all entries of `item`, which messages call `what`, are finite.

    >>> not_finite(np.array([1.0, 2.0]), "The gradient") is None
    True
    >>> not_finite(np.array([1.0, np.nan]), "The gradient").message
    'The gradient has entries that are NaN or infinite.'
    """
    array = values(item)
    if np.isfinite(array).all():
        return None
    return Violation(
        f"{what} has entries that are NaN or infinite.", shown(array), "finite numbers", what=what
    )


def untouched(call: Call, *arguments: str) -> Law:
    """Make the law that the call leaves its array `arguments` as they were.

    >>> law = untouched(function("double", "x")(np.ones(2)), "x")
    >>> law.judge(Returned(np.ones(2), modified=("x",))).message
    'The call changed its argument x.'
    """

    def judge(outcome: Returned) -> Violation | None:
        changed = [name for name in outcome.modified if name in arguments]
        if not changed:
            return None
        return Violation(
            f"The call changed its argument {changed[0]}.",
            f"other values in {changed[0]}",
            "the values that were handed over",
            what=f"{changed[0]} after the call",
        )

    return Law((watching(call, "inputs"),), judge, outcomes=True)


def raises(call: Call, error: type[Exception], when: str) -> Law:
    """Make the law that the `call` raises `error`; messages say `when` it has to.

    >>> law = raises(function("sample", "n")(-1), ValueError, "n is negative")
    >>> law.judge(Raised("ValueError", "n is negative")) is None
    True
    >>> law.judge(Returned(0)).message
    'No error was raised although n is negative.'
    """

    def judge(outcome: Outcome) -> Violation | None:
        wanted = f"raises {error.__name__}"
        if isinstance(outcome, Returned):
            return Violation(
                f"No error was raised although {when}.", f"returned {described(outcome.value)}", wanted
            )
        if isinstance(outcome, Raised) and outcome.type != error.__name__:
            text = f"raised {outcome.type}: {outcome.message}"
            return Violation(f"Another error than {error.__name__} was raised when {when}.", text, wanted)
        return None

    return Law((call,), judge, outcomes=True, raising=True)


def unanswerable(why: str) -> Law:
    """Make a law that cannot be asked on this machine: the grader's fault, which costs nobody a point.

    >>> unanswerable("This machine has no GPU.").judge()
    Traceback (most recent call last):
        ...
    RuntimeError: This machine has no GPU.
    """

    def judge() -> Violation | None:
        raise RuntimeError(why)

    return Law((), judge)


def both(*laws: Law) -> Law:
    """Make the law that all of the `laws` hold: their calls travel together, and the first that breaks is told.

    >>> double = function("double", "x")
    >>> law = both(
    ...     gives(double(np.ones(1)), np.array([2.0]), 1e-12, "double"),
    ...     gives(double(np.zeros(1)), np.array([0.0]), 1e-12, "double"),
    ... )
    >>> law.judge(Returned(np.array([2.0])), Returned(np.array([1.0]))).message
    'double[0] is 1, but it has to be 0 (tolerance 1.0e-12).'
    """

    def judge(*outcomes: Returned) -> Violation | None:
        start = 0
        for law in laws:
            mine = outcomes[start : start + len(law.calls)]
            broken = law.judge(*(mine if law.outcomes else [each.value for each in mine]))
            if broken is not None:
                against = None if broken.against is None else start + broken.against
                return replace(broken, call=start + broken.call, against=against)
            start += len(law.calls)
        return None

    return Law(tuple(call for law in laws for call in law.calls), judge, outcomes=True)
