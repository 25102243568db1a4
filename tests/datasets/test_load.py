from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.datasets import NAMES, Characters, DataError, load


def test_the_default_needs_nothing() -> None:
    data = load(alphabets=2, characters=3, drawers=4, seed=5)
    assert isinstance(data, Characters)
    assert (len(data), len(data.alphabets)) == (24, 2)


def test_a_root_is_ignored_where_no_file_is_read() -> None:
    assert len(load("glyphs", root="nowhere", alphabets=1, characters=2, drawers=2)) == 4


def test_size_is_handed_on() -> None:
    assert load("glyphs", alphabets=1, characters=2, drawers=2, size=16).images.shape == (4, 1, 16, 16)


@pytest.mark.parametrize("name", ["mnist", "", "Glyphs"])
def test_an_unknown_name_is_refused_with_the_choice(name: str) -> None:
    with pytest.raises(DataError, match=f"Choose from: {', '.join(NAMES)}"):
        load(name)


@pytest.mark.parametrize(
    ("name", "options"),
    [("glyphs", "alphabets, characters, drawers, seed"), ("digits", "none"), ("omniglot", "sets")],
)
def test_an_unknown_option_is_refused_with_the_choice(name: str, options: str) -> None:
    with pytest.raises(DataError, match=rf"no option colour\. Its options: {options}\."):
        load(name, colour="red")


def test_glyphs_need_only_torch_and_numpy() -> None:
    # Beside student code nothing else is promised.
    heavy = ["sklearn", "PIL", "pooch", "matplotlib", "platformdirs", "rich", "scipy"]
    code = (
        "import sys; from autograder.datasets import load; load(alphabets=1, characters=2, drawers=2);"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
