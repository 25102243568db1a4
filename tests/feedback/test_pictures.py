from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.feedback.pictures import draw
from autograder.feedback.pictures.svg import COLOURS, MARKERS

PLANE: dict[str, Any] = {
    "kind": "plane",
    "support": [[0, 0], [2, 0], [1, 3], [4, 2], [6, 2]],
    "labels": [3, 3, 3, 7, 7],
    "classes": [3, 7],
    "returned": [[1.2, 1.2], [4.0, 1.6]],
    "expected": [[1.0, 1.0], [5.0, 2.0]],
}
ROWS: dict[str, Any] = {"kind": "rows", "returned": [[0.2, 0.8]], "expected": [[0.5, 0.5]]}
EPISODE: dict[str, Any] = {
    "kind": "episode",
    "classes": [5, 5, 5, -2, -2, -2],
    "support": [0, 3],
    "query": [0, 1, 4, 5],
    "overlap": [0],
}
CURVES: dict[str, Any] = {
    "kind": "curves",
    "series": {"loss": [1.0, 0.5, 0.25], "twice the rate": [1.0, 0.2, 0.1]},
}
KINDS = {picture["kind"]: picture for picture in (PLANE, ROWS, EPISODE, CURVES)}


def texts(svg: str) -> set[str]:
    return {element.text or "" for element in ET.fromstring(svg).iter() if element.tag.endswith("text")}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_and_the_same_data_give_the_same_bytes(kind: str) -> None:
    first, second = draw(KINDS[kind]), draw(KINDS[kind])
    assert first is not None
    assert first == second
    root = ET.fromstring(first.svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == first.alt
    assert base64.b64decode(first.data_uri.partition(",")[2]).decode() == first.svg


@pytest.mark.parametrize("kind", KINDS)
def test_the_svg_is_at_home_in_any_page(kind: str) -> None:
    picture = draw(KINDS[kind])
    assert picture is not None
    for word in ("<!", "<?", "style=", "<style", "metadata", "matplotlib", "#010203", "xlink", "DejaVu"):
        assert word not in picture.svg
    assert "currentColor" in picture.svg
    names = [element.attrib["id"] for element in ET.fromstring(picture.svg).iter() if "id" in element.attrib]
    assert len(names) == len(set(names))


def test_identifiers_of_two_pictures_do_not_clash() -> None:
    one, other = draw(PLANE), draw({**PLANE, "returned": [[1.3, 1.2], [4.0, 1.6]]})
    assert one is not None
    assert other is not None
    ids = [{e.attrib["id"] for e in ET.fromstring(p.svg).iter() if "id" in e.attrib} for p in (one, other)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_the_readers_matplotlib_is_left_alone_and_has_no_say() -> None:
    before = draw(PLANE)
    with matplotlib.rc_context(
        {"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path", "text.usetex": True}
    ):
        mine = dict(matplotlib.rcParams)
        assert draw(PLANE) == before
        assert dict(matplotlib.rcParams) == mine


def test_the_plane_says_what_it_shows() -> None:
    picture = draw(PLANE)
    assert picture is not None
    assert picture.alt == (
        "5 support points of 2 classes in the plane. For class 3 (1.2, 1.2) came back and (1, 1) had to. "
        "For class 7 (4, 1.6) came back and (5, 2) had to."
    )
    assert {"class 3", "class 7", "came back", "had to be"} <= texts(picture.svg)


def test_classes_differ_by_marker_and_by_colour() -> None:
    assert len(set(COLOURS)) == len(COLOURS) >= 6
    assert len(set(MARKERS)) == len(MARKERS) >= len(COLOURS)


def test_a_prototype_that_is_no_number_is_said() -> None:
    picture = draw({**PLANE, "returned": [[math.nan, 1.0], [4.0, 1e300]]})
    assert picture is not None
    assert "For class 3 no finite point came back" in picture.alt
    assert "2 points are not drawn" in picture.alt


def test_rows_without_expectation_and_with_a_value_that_is_no_number() -> None:
    picture = draw({"kind": "rows", "returned": [[0.2, math.nan]], "expected": None})
    assert picture is not None
    assert "had to" not in picture.alt
    assert "\N{MULTIPLICATION SIGN}" in texts(picture.svg)


def test_the_rows_that_are_farthest_off_are_drawn() -> None:
    returned = [[0.5, 0.5] for _ in range(30)]
    returned[17] = [0.9, 0.1]
    picture = draw({"kind": "rows", "returned": returned, "expected": [[0.5, 0.5]] * 30})
    assert picture is not None
    assert "row 17" in texts(picture.svg)
    assert "Bars of 4 of 30 rows." in picture.alt


def test_the_episode_marks_what_is_in_both() -> None:
    picture = draw(EPISODE)
    assert picture is not None
    assert "In support and query alike: 0." in picture.alt
    assert {"class 5", "class -2", "\N{MULTIPLICATION SIGN} in both"} <= texts(picture.svg)


def test_the_episode_names_items_that_do_not_exist() -> None:
    picture = draw({**EPISODE, "query": [99, -1]})
    assert picture is not None
    assert picture.alt.endswith("No such items: 99, -1.")


def test_the_episode_takes_groups_too() -> None:
    picture = draw({"kind": "episode", "classes": ["a", "b"], "support": [[0], [3]], "query": [[1], [4, 5]]})
    assert picture is not None
    assert {"class a", "class b"} <= texts(picture.svg)


def test_curves_of_many_steps_stay_small() -> None:
    picture = draw({"kind": "curves", "series": {f"run {i}": [float(i)] * 50_000 for i in range(40)}})
    assert picture is not None
    assert len(picture.svg) < 60_000


def test_many_points_are_cut() -> None:
    many = [[float(i), float(i % 7)] for i in range(20_000)]
    picture = draw({**PLANE, "support": many, "labels": list(range(20_000))})
    assert picture is not None
    assert len(picture.svg) < 120_000


@pytest.mark.parametrize(
    "label", ["$x_1", "<script>alert(1)</script>", "a & b", "\u202eabc", "\x00", "]]>", "日本"]
)
def test_hostile_labels_are_plain_text(label: str) -> None:
    picture = draw({**PLANE, "labels": [label] * 5, "classes": [label]})
    assert picture is not None
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(picture.svg).iter()}
    assert tags <= {"svg", "g", "defs", "path", "use", "text", "clipPath", "rect"}


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [],
        {"kind": "pie"},
        {"kind": ["plane"]},
        {"kind": "plane"},
        {**PLANE, "support": [[1, 2, 3]]},
        {**PLANE, "support": [["1", "2"]], "labels": [0]},
        {**PLANE, "labels": [1]},
        {**PLANE, "returned": [[1, 2], 3]},
        {**PLANE, "support": "ab"},
        {**PLANE, "support": [[math.nan, 1]], "labels": [0], "returned": [], "expected": []},
        {"kind": "rows", "returned": []},
        {"kind": "rows", "returned": [[]]},
        {"kind": "rows", "returned": {"a": 1}},
        {"kind": "rows", "returned": 3},
        {"kind": "episode", "classes": [1], "support": [0.5], "query": []},
        {"kind": "episode", "classes": [], "support": [], "query": []},
        {"kind": "episode", "classes": [1], "support": [[0], [1]], "query": []},
        {"kind": "curves", "series": [1, 2]},
        {"kind": "curves", "series": {"loss": [math.nan]}},
    ],
)
def test_what_is_no_picture_draws_nothing(data: Any) -> None:
    assert draw(data) is None


@pytest.mark.parametrize(
    "value", [10**400, -1e308, 5e-324, 1e9, -0.0], ids=["10**400", "-1e308", "5e-324", "1e9", "-0.0"]
)
def test_extreme_numbers_do_not_raise(value: float) -> None:
    moved = {key: [[value, 0.0], *PLANE[key][1:]] for key in ("support", "returned", "expected")}
    assert draw({**PLANE, **moved}) is not None
    assert draw({**ROWS, "returned": [[value, 0.0]]}) is not None
    assert draw({"kind": "curves", "series": {"loss": [value, 1.0]}}) is not None
    draw({**EPISODE, "support": [value]})


def test_arrays_are_data_too() -> None:
    picture = draw({**PLANE, "support": np.array(PLANE["support"]), "returned": np.array(PLANE["returned"])})
    assert picture == draw(PLANE)


@pytest.fixture
def no_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert not caplog.records  # the net below all drawing caught nothing


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from([math.nan, math.inf, 10**400, [], {}, [[]], [[1, 2]], [[1], [2, 3]], (1, 2)]),
)
ODDER = ODD | st.lists(ODD, max_size=3) | st.dictionaries(st.text(max_size=2), ODD, max_size=2)


@pytest.mark.usefixtures("no_log")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_no_data_make_it_raise(kind: str, data: st.DataObject) -> None:
    picture = dict(KINDS[kind])
    for key in data.draw(st.sets(st.sampled_from(sorted(set(picture) - {"kind"})), min_size=1)):
        picture[key] = data.draw(ODDER)
    draw(picture)
