"""Each law of the vocabulary holds on lawful values, breaks on unlawful ones, and says so in its own words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from autograder.laws import vocabulary
from autograder.laws.vocabulary import Law, Violation
from autograder.model import Call, Opaque, Raised, Returned, Tensor

DRAWN = settings(derandomize=True, database=None, deadline=None, max_examples=60)
CALL = Call("f", {"x": np.zeros(2)})
OTHER = Call("f", {"x": np.ones(2)})
NAN, INF = float("nan"), float("inf")


def tensor(*entries: Any, dtype: str = "float64", library: str = "torch") -> Tensor:
    return Tensor(np.array(entries, dtype=dtype), dtype, library=library)


def says(broken: Violation | None) -> str:
    assert broken is not None
    return broken.message


# --- functions and calls


def test_a_function_makes_a_call_by_position_and_by_name() -> None:
    f = vocabulary.function("f", "x", "y", keywords=("lr",))
    call = f(1, 2, lr=0.5)
    assert (call.function, dict(call.arguments), dict(call.keywords)) == ("f", {"x": 1, "y": 2}, {"lr": 0.5})
    assert str(call) == "f(x, y, lr=lr)"


@pytest.mark.parametrize(
    ("given_", "keywords"), [((1,), {"lr": 1}), ((1, 2, 3), {"lr": 1}), ((1, 2), {}), ((1, 2), {"LR": 1})]
)
def test_a_call_that_does_not_fit_names_what_the_function_takes(
    given_: tuple[int, ...], keywords: dict[str, int]
) -> None:
    with pytest.raises(TypeError, match="^f takes x, y; keywords lr$"):
        vocabulary.function("f", "x", "y", keywords=("lr",))(*given_, **keywords)


def test_a_function_may_be_written_otherwise_in_messages() -> None:
    assert str(vocabulary.function("fixtures:embed", "x", label="Net()(x)")(1)) == "Net()(x)"


def test_a_call_keeps_the_form_of_its_function() -> None:
    def form(out: Any, call: Call) -> Violation | None:
        return None

    assert vocabulary.function("f", form=form)().form is form


def test_watching_adds_up() -> None:
    assert vocabulary.watching(vocabulary.watching(CALL, "inputs"), "net").watch == ("inputs", "net")


def test_differentiated_asks_for_a_product() -> None:
    call = vocabulary.differentiated(CALL, "x", output=1, cotangent=np.ones(3))
    assert (call.gradients, call.output) == (("x",), 1)
    assert call.cotangent is not None


# --- values


def test_values_are_float64_whatever_the_dtype_was() -> None:
    for item in (tensor(1, 2, dtype="int64"), tensor(1, 2, dtype="float32"), np.array([1, 2]), [1, 2]):
        found = vocabulary.values(item)
        assert found.dtype == np.float64
        assert found.tolist() == [1.0, 2.0]


def test_eps_is_that_of_the_least_precise_floating_dtype() -> None:
    single, double = float(np.finfo(np.float32).eps), float(np.finfo(np.float64).eps)
    assert vocabulary.eps(np.zeros(1), np.zeros(1, np.int64)) == double
    assert vocabulary.eps(np.zeros(1), tensor(0, dtype="float32")) == single


@pytest.mark.parametrize(
    ("item", "shape", "dtype", "expected"),
    [
        (tensor(1.0), (1,), "float64", None),
        (tensor(1.0), None, None, None),
        ([1.0], None, None, "the answer is no torch tensor."),
        (None, None, None, "the answer is no torch tensor."),
        (tensor(1.0, library="numpy"), None, None, "the answer is no torch tensor."),
        (Opaque("Foo"), None, None, "the answer is no torch tensor."),
        (tensor(1.0), (), None, "the answer has the wrong shape."),
        (tensor(1.0), (1,), "float32", "the answer has the wrong dtype."),
    ],
)
def test_tensor_asks_for_library_shape_and_dtype(
    item: Any, shape: Any, dtype: Any, expected: str | None
) -> None:
    broken = vocabulary.tensor(item, "the answer", shape, dtype)
    assert (broken and broken.message) == expected


def test_tensor_shows_both_shapes_and_both_dtypes() -> None:
    shape = vocabulary.tensor(tensor(1.0, 2.0), "p", (2, 1))
    dtype = vocabulary.tensor(tensor(1.0), "p", None, "float32")
    assert shape is not None
    assert dtype is not None
    assert (shape.returned, shape.expected) == ("shape (2,)", "shape (2, 1)")
    assert (dtype.returned, dtype.expected) == ("torch.float64", "torch.float32")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (tensor(1.0, dtype="float32"), "a tensor of shape (1,) and dtype float32"),
        (tensor(1.0, library="numpy"), "a numpy array of shape (1,) and dtype float64"),
        (Opaque("Foo"), "an object of type Foo"),
        ((1, 2), "a tuple of 2 items"),
        ([1], "a list of 1 items"),
        (None, "None"),
        (3, "the int 3"),
        ("x" * 1000, "the str '" + "x" * 191),
    ],
)
def test_described_says_what_a_value_is(item: Any, expected: str) -> None:
    assert vocabulary.described(item) == expected


# --- close


def test_close_names_the_worst_index_both_values_and_the_tolerance() -> None:
    broken = vocabulary.close(
        tensor([1.0, 2.0], [3.0, 4.5]), [[1.0, 2.1], [3.0, 4.0]], 1e-9, "p", why=", as before", call=3
    )
    assert broken is not None
    assert broken.message == "p[1, 1] is 4.5, but it has to be 4, as before (tolerance 1.0e-09)."
    assert (broken.returned, broken.expected) == ("[[1.  2. ]\n [3.  4.5]]", "[[1.  2.1]\n [3.  4. ]]")
    assert (broken.call, broken.credit) == (3, 0.0)


@pytest.mark.parametrize(
    ("returned", "expected", "within"),
    [
        (1.0, 1.0, 0.0),
        (1.0, 1.5, 0.5),
        ([1.0, INF, -INF], [1.0, INF, -INF], 0.0),
        (np.zeros((0, 3)), np.zeros((0, 3)), 0.0),
        ([1.0, 2.0], [1.4, 2.0], np.array([0.5, 0.0])),
    ],
)
def test_close_holds(returned: Any, expected: Any, within: Any) -> None:
    assert vocabulary.close(returned, expected, within, "p") is None


@pytest.mark.parametrize(
    ("returned", "expected", "within", "sentence"),
    [
        (1.0, 2.0, 0.5, "p is 1, but it has to be 2 (tolerance 5.0e-01)."),
        ([0.0, NAN], [0.0, 0.0], 1e9, "p[1] is nan, but it has to be 0 (tolerance 1.0e+09)."),
        ([NAN], [0.0], INF, "p[0] is nan, but it has to be 0 (tolerance inf)."),
        ([INF], [0.0], 1e9, "p[0] is inf, but it has to be 0 (tolerance 1.0e+09)."),
        ([INF], [-INF], 1e9, "p[0] is inf, but it has to be -inf (tolerance 1.0e+09)."),
        ([0.0], [INF], 1e9, "p[0] is 0, but it has to be inf (tolerance 1.0e+09)."),
        (
            [1.0, 2.0],
            [1.4, 2.1],
            np.array([0.5, 0.0]),
            "p[1] is 2, but it has to be 2.1 (tolerance 0.0e+00).",
        ),
        ([0.0], [1.0], NAN, "p[0] is 0, but it has to be 1 (tolerance nan)."),
        ([1.0], 1.0, 1.0, "p has the wrong shape."),
        (1.0, [1.0], 1.0, "p has the wrong shape."),
        (np.zeros((0, 3)), np.zeros((3, 0)), 1.0, "p has the wrong shape."),
    ],
)
def test_close_breaks(returned: Any, expected: Any, within: Any, sentence: str) -> None:
    assert says(vocabulary.close(returned, expected, within, "p")) == sentence


@DRAWN
@given(
    st.data(),
    arrays(
        np.float64,
        array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4),
        elements=st.floats(-1e6, 1e6),
    ),
    st.floats(1e-6, 1e3),
)
def test_close_breaks_exactly_where_one_entry_is_too_far(
    data: st.DataObject, array: np.ndarray, within: float
) -> None:
    index = np.unravel_index(data.draw(st.integers(0, array.size - 1)), array.shape)
    near, far = array.copy(), array.copy()
    near[index] += 0.9 * within
    far[index] += 1.5 * within
    assert vocabulary.close(near, array, within, "p") is None
    broken = vocabulary.close(far, array, within, "p")
    place = f"p[{', '.join(str(int(i)) for i in index)}]" if array.ndim else "p"
    assert says(broken).startswith(f"{place} is ")


def test_values_that_print_alike_are_printed_until_they_differ() -> None:
    exact = np.random.default_rng(0).normal(size=(5, 4))
    broken = vocabulary.close(exact.astype(np.float32).astype(np.float64), exact, 1e-12, "prototypes")
    assert broken is not None
    assert broken.returned != broken.expected
    assert (
        " away (tolerance 1.0e-12). That is the size of float32's rounding: is something on the way in float32?"
        in (broken.message)
    )


def test_tables_too_large_to_show_the_difference_name_it() -> None:
    exact = np.arange(6_000.0).reshape(1_000, 6)
    other = exact.copy()
    other[500, 3] += 1e-9
    broken = vocabulary.close(other, exact, 1e-12, "table")
    assert broken is not None
    assert broken.returned.startswith("table[500, 3] = 3003.000000001, in\n[[")
    assert broken.expected.startswith("table[500, 3] = 3003, in\n[[")
    assert "float32" not in broken.message  # far below its rounding


@pytest.mark.parametrize(
    ("returned", "expected", "within"),
    [
        (1.0, 2.0, 1e-12),  # not alike
        (1.0 + 1e-7, 1.0, 3e-8),  # the tolerance is float32's own
        (1.0 + 1e-13, 1.0, 1e-15),  # far finer than float32
        (np.nan, 1.0, 1e-12),
        (np.inf, 1.0, 1e-12),
    ],
)
def test_float32_is_named_where_it_fits_only(returned: float, expected: float, within: float) -> None:
    assert "float32" not in says(vocabulary.close(returned, expected, within, "loss"))


@settings(max_examples=200)
@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_different_numbers_are_written_differently(one: float, other: float) -> None:
    texts = vocabulary.apart(one, other)
    assert (texts[0] == texts[1]) == (one == other) or 0.0 == one == other


def test_a_name_of_several_words_has_its_index_apart() -> None:
    assert says(vocabulary.close([1.0], [2.0], 0.0, "the row sum")).startswith("the row sum at [0] is 1, but")
    assert says(vocabulary.close(1.0, 2.0, 0.0, "the row sum")).startswith("the row sum is 1, but")


@pytest.mark.parametrize(("actual", "text"), [(NAN, "nan"), (1.0, "1")])
def test_nothing_has_to_be_nan(actual: float, text: str) -> None:
    """Where two calls are compared, what has to come back is the student's own and may be nan."""
    assert says(vocabulary.close([0.0, actual], [0.0, NAN], 1.0, "p")) == (
        f"p[1] is {text}, and nan in another call: it has to be a number."
    )


def test_same_is_to_the_last_bit() -> None:
    assert vocabulary.same(tensor(1.0), [1.0], "p") is None
    assert says(vocabulary.same(tensor(1.0 + 1e-15), [1.0], "p")).startswith(
        "p[0] is 1.000000000000001, but it has to be 1, 1.1e-15 away"
    )


def test_first_is_the_first_that_is_broken() -> None:
    one, two = Violation("one"), Violation("two")
    assert vocabulary.first(None, one, two) is one
    assert vocabulary.first(None, None) is None


def test_shown_shortens_large_arrays_and_writes_no_negative_zero() -> None:
    assert vocabulary.shown(np.array([-0.0, 1.5])) == "[0.  1.5]"
    assert vocabulary.shown(np.array([1, 2])) == "[1 2]"
    assert vocabulary.shown(np.arange(100)) == "[ 0  1 ... 98 99]"


# --- laws


def broken_by(law: Law, *outs: Any) -> str | None:
    with np.errstate(invalid="ignore"):  # as runner.judging does
        broken = law.judge(*outs)
    return None if broken is None else broken.message


def test_invariant() -> None:
    law = vocabulary.invariant(CALL, OTHER, 1e-6, "p", of=lambda out: out[0])
    assert law.calls == (CALL, OTHER)
    assert broken_by(law, [tensor(1.0)], [tensor(1.0)]) is None
    broken = law.judge([tensor(1.0)], [tensor(2.0)])
    assert says(broken) == "p[0] is 2, but it has to be 1 (tolerance 1.0e-06)."
    assert broken is not None
    assert broken.call == 1


def test_equivariant_compares_with_the_image() -> None:
    law = vocabulary.equivariant(CALL, OTHER, lambda out: out[::-1], 1e-6, "p")
    assert broken_by(law, tensor(1.0, 2.0), tensor(2.0, 1.0)) is None
    assert broken_by(law, tensor(1.0, 2.0), tensor(1.0, 2.0)) is not None


def test_homogeneous_compares_with_the_multiple() -> None:
    law = vocabulary.homogeneous(CALL, OTHER, 4.0, 1e-6, "p", of=vocabulary.values)
    assert broken_by(law, tensor(1.0), tensor(4.0)) is None
    assert broken_by(law, tensor(1.0), tensor(2.0)) == "p[0] is 2, but it has to be 4 (tolerance 1.0e-06)."


def test_gives() -> None:
    law = vocabulary.gives(CALL, [1.0], 1e-6, "p")
    assert broken_by(law, tensor(1.0)) is None
    assert broken_by(law, tensor(NAN)) == "p[0] is nan, but it has to be 1 (tolerance 1.0e-06)."


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([[0.25, 0.75], [1.0, 0.0]], None),
        ([[0.5, 0.6]], "the row sum at [0] is 1.1, but it has to be 1 (tolerance 1.0e-06)."),
        ([[1.5, -0.5]], "p has a negative entry."),
        ([[NAN, 1.0]], "p has entries that are NaN or infinite."),
        ([[INF, -INF]], "p has entries that are NaN or infinite."),
    ],
)
def test_normalised(rows: list[list[float]], sentence: str | None) -> None:
    assert broken_by(vocabulary.normalised(CALL, 1e-6, "p"), tensor(*rows)) == sentence


def test_not_finite() -> None:
    assert vocabulary.not_finite(tensor(1.0, -3.0), "p") is None
    for odd in (NAN, INF, -INF):
        assert says(vocabulary.not_finite(tensor(1.0, odd), "p")) == "p has entries that are NaN or infinite."


def test_untouched_looks_at_the_named_arguments_alone() -> None:
    law = vocabulary.untouched(CALL, "x", "y")
    assert law.calls[0].watch == ("inputs",)
    assert law.outcomes
    assert broken_by(law, Returned(None)) is None
    assert broken_by(law, Returned(None, modified=("z",))) is None
    assert broken_by(law, Returned(None, modified=("z", "y"))) == "The call changed its argument y."


def test_raises() -> None:
    law = vocabulary.raises(CALL, ValueError, "it is too small")
    assert broken_by(law, Raised("ValueError", "no")) is None
    assert broken_by(law, Returned(3)) == "No error was raised although it is too small."
    broken = law.judge(Raised("KeyError", "'k'"))
    assert says(broken) == "Another error than ValueError was raised when it is too small."
    assert broken is not None
    assert (broken.returned, broken.expected) == ("raised KeyError: 'k'", "raises ValueError")


def test_both_tells_the_first_that_breaks_and_which_call_it_is_about() -> None:
    law = vocabulary.both(
        vocabulary.invariant(CALL, OTHER, 1e-6, "p"),
        vocabulary.untouched(CALL, "x"),
        vocabulary.gives(OTHER, [1.0], 1e-6, "q"),
    )
    assert len(law.calls) == 4
    right = [Returned(tensor(1.0))] * 4
    assert law.judge(*right) is None
    last = law.judge(*right[:3], Returned(tensor(2.0)))
    second = law.judge(*right[:2], Returned(None, modified=("x",)), Returned(tensor(2.0)))
    assert last is not None
    assert second is not None
    assert (last.message, last.call) == ("q[0] is 2, but it has to be 1 (tolerance 1.0e-06).", 3)
    assert (second.message, second.call) == ("The call changed its argument x.", 2)
