"""The vocabulary of checks: what a law may say about calls of a function.

A check draws its inputs, writes down calls, and returns a `Law`: the calls, and a judge that looks at what they
returned. Calls are made later, on the far side of the boundary, all of them in one frame; so a law never waits for an
answer before it asks the next question. `invariant`, `equivariant`, `homogeneous`, `gives`, `finite`, `untouched`,
`raises`, `normalised` and `unanswerable` build laws; `close`, `same` and `uniform` are what judges are made of.
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
    """

    message: str
    returned: str = ""
    expected: str = ""
    credit: float = 0.0
    call: int = 0
    picture: Mapping[str, Any] | None = None


@dataclass(frozen=True, eq=False)
class Law:
    """Calls, and the judge of what they returned: called with one value per call, it gives None or what is broken.

    outcomes    True where the judge wants outcomes instead of values: laws about gradients, watched fixtures, raising
    raising     True where an exception is an answer that the judge wants to see; elsewhere it ends the law
    """

    calls: tuple[Call, ...]
    judge: Judge
    outcomes: bool = False
    raising: bool = False


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
    if name.startswith("props:"):  # as version 0.1 called fixtures
        name = name.replace("props:", "fixtures:", 1)
    return Function(name, parameters, tuple(keywords), form, label)


# --- what a call may be asked for besides its result -----------------------------------------------------------------


def watching(call: Call, *names: str) -> Call:
    """Asks for a report: "inputs" (were arrays modified), "generators" (global state touched), or a fixture's state."""
    return replace(call, watch=(*call.watch, *names))


def differentiated(
    call: Call, *arguments: str, output: int | None = None, cotangent: np.ndarray | None = None
) -> Call:
    """Asks for the vector-Jacobian product of `output` with `cotangent` (None: ones) for the named arguments."""
    return replace(call, gradients=arguments, output=output, cotangent=cotangent)


# --- values ----------------------------------------------------------------------------------------------------------


def values(item: Any) -> np.ndarray:
    """A returned tensor as float64, whatever its dtype was."""
    return np.asarray(item.array if isinstance(item, Tensor) else item, dtype=np.float64)


def eps(*items: Any) -> float:
    """The machine epsilon of the least precise of the floating dtypes."""
    dtypes = [item.array.dtype if isinstance(item, Tensor) else np.asarray(item).dtype for item in items]
    return max(float(np.finfo(dtype).eps) for dtype in dtypes if dtype.kind == "f")


def tensor(
    item: Any, what: str, shape: tuple[int, ...] | None = None, dtype: str | None = None
) -> Violation | None:
    """Is `item` a torch tensor of this shape and dtype?"""
    if not isinstance(item, Tensor) or item.library != "torch":
        return Violation(f"{what} is no torch tensor.", returned=described(item), expected="a torch.Tensor")
    if shape is not None and item.shape != shape:
        return Violation(
            f"{what} has the wrong shape.", returned=f"shape {item.shape}", expected=f"shape {shape}"
        )
    if dtype is not None and item.dtype != dtype:
        return Violation(
            f"{what} has the wrong dtype.", returned=f"torch.{item.dtype}", expected=f"torch.{dtype}"
        )
    return None


def described(item: Any) -> str:
    """What a returned value is, in a few words."""
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
    """Every entry of `returned` within `within` of `expected`; says the worst index."""
    actual, wanted = values(returned), values(expected)
    if actual.shape != wanted.shape:
        return Violation(
            f"{what} has the wrong shape.", f"shape {actual.shape}", f"shape {wanted.shape}", call=call
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
    within_bound = f"{why} (tolerance {float(bound[index]):.1e})"
    says = f"{_place(what, index)} is {number(actual[index])}, but it has to be {number(wanted[index])}{within_bound}."
    if np.isnan(wanted[index]):  # compared with what another call gave
        says = f"{_place(what, index)} is {number(actual[index])}, and nan in another call: it has to be a number."
    return Violation(
        says,
        returned=shown(actual),
        expected=shown(wanted),
        call=call,
    )


def _place(what: str, index: tuple[int, ...]) -> str:
    where = f"[{', '.join(map(str, index))}]"
    return what if not index else f"{what} at {where}" if " " in what else f"{what}{where}"


def same(returned: Any, expected: Any, what: str, *, call: int = 0) -> Violation | None:
    """Equal to the last bit: for integers and for what may not change at all."""
    return close(returned, expected, 0.0, what, call=call)


def first(*broken: Violation | None) -> Violation | None:
    """The first that is broken."""
    return next((each for each in broken if each is not None), None)


def number(value: float) -> str:
    return f"{value:.6g}"


def shown(array: np.ndarray, most: int = 40) -> str:
    """An array as people write it, shortened where it is large."""
    with np.printoptions(precision=5, suppress=True, threshold=most, edgeitems=2, linewidth=100):
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
    """Were `picked` of the C = len(counts) candidates drawn uniformly without replacement in every episode?

    Chi-square with the correction for drawing without replacement: X2 = (C-1)/(C-N) * sum (O - EN/C)^2 / (EN/C),
    compared with chi2(C-1). `alpha` is the rate at which a right sampler is accused; in the tail chi-square is off by a
    small factor, so that the message promises ten times as much at most.
    """
    from scipy.stats import chi2  # takes a second to import: only statistical laws pay for it

    candidates = len(counts)
    mean = episodes * picked / candidates
    correction = (candidates - 1) / (candidates - picked) if candidates > picked else 1.0
    statistic = correction * float(((counts - mean) ** 2).sum()) / mean
    if statistic <= float(chi2.isf(alpha, candidates - 1)):
        return None
    worst = int(np.abs(counts - mean).argmax())
    name = names[worst] if names else f"number {worst}"
    return Violation(
        f"{what} are not equally likely: in {episodes} episodes, {name} was drawn {int(counts[worst])} times, and "
        f"about {mean:.0f} were to be expected (by chance this happens less than once in {0.1 / alpha:,.0f} gradings).",
        returned=f"drawn {[int(count) for count in counts]} times",
        expected=f"each about {mean:.0f} times",
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
    """Both calls give the same (`of` picks the part that is meant)."""
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
    """What `other` gives is the image of what `one` gives. `picture` draws what came back beside what had to."""

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
    """`of` what `other` gives is `factor` times `of` what `one` gives."""
    return equivariant(one, other, lambda out: factor * out, within, what, of=of)


def gives(
    call: Call,
    expected: Any,
    within: float | np.ndarray,
    what: str,
    *,
    of: Callable[[Any], Any] = lambda out: out,
) -> Law:
    """The call gives `expected`."""
    return Law((call,), lambda out: close(of(out), expected, within, what))


def normalised(call: Call, within: float, what: str) -> Law:
    """Every row is a probability distribution: no entry below 0, and the sum is 1."""

    def judge(out: Any) -> Violation | None:
        p = values(out)
        negative = (
            Violation(f"{what} has a negative entry.", shown(p), "no entry below 0")
            if (p < 0).any()
            else None
        )
        return first(
            not_finite(out, what), negative, close(p.sum(-1), np.ones(p.shape[:-1]), within, "the row sum")
        )

    return Law((call,), judge)


def not_finite(item: Any, what: str) -> Violation | None:
    array = values(item)
    if np.isfinite(array).all():
        return None
    return Violation(f"{what} has entries that are NaN or infinite.", shown(array), "finite numbers")


def untouched(call: Call, *arguments: str) -> Law:
    """The call leaves its array arguments as they were."""

    def judge(outcome: Returned) -> Violation | None:
        changed = [name for name in outcome.modified if name in arguments]
        if not changed:
            return None
        return Violation(
            f"The call changed its argument {changed[0]}.",
            f"other values in {changed[0]}",
            "the values that were handed over",
        )

    return Law((watching(call, "inputs"),), judge, outcomes=True)


def raises(call: Call, error: type[Exception], when: str) -> Law:
    """The call raises `error`, because `when`."""

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
    """A law that cannot be asked on this machine: the grader's fault, which costs nobody a point."""

    def judge() -> Violation | None:
        raise RuntimeError(why)

    return Law((), judge)


def both(*laws: Law) -> Law:
    """All of the laws hold: their calls travel together, and the first that breaks is told."""

    def judge(*outcomes: Returned) -> Violation | None:
        start = 0
        for law in laws:
            mine = outcomes[start : start + len(law.calls)]
            broken = law.judge(*(mine if law.outcomes else [each.value for each in mine]))
            if broken is not None:
                return replace(broken, call=start + broken.call)
            start += len(law.calls)
        return None

    return Law(tuple(call for law in laws for call in law.calls), judge, outcomes=True)
