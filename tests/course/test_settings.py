"""What a course may decide, and what a mistake in autograder.toml says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import settings
from autograder.course.settings import EVERY, Settings, Thresholds
from autograder.errors import AssignmentError
from autograder.model import Limits


def write(course: Path, text: str | bytes) -> Path:
    path = course / "autograder.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return course


def failure(course: Path, text: str | bytes) -> AssignmentError:
    with pytest.raises(AssignmentError) as caught:
        settings.read(write(course, text))
    assert str(caught.value.file).startswith(str(course / "autograder.toml"))
    return caught.value


def test_without_a_file_everything_has_a_default(tmp_path: Path) -> None:
    assert settings.read(tmp_path) == Settings()
    assert settings.read(write(tmp_path, "")) == Settings()


def test_the_example_of_the_docstring_is_the_default(tmp_path: Path) -> None:
    example = str(settings.__doc__).split("\n\n", 1)[1]
    assert settings.read(write(tmp_path, example)) == Settings()


def test_every_key(tmp_path: Path) -> None:
    text = """
seed = 7
variant = 3
reveal = "law"
[limits]
cell_seconds = 20
call_seconds = 0.5
submission_seconds = 300.0
memory_mib = 512
[trained_weights]
accuracy_floor = 0
accuracy_goal = 1
"""
    limits = Limits(cell_seconds=20.0, call_seconds=0.5, submission_seconds=300.0, memory_bytes=512 << 20)
    assert settings.read(write(tmp_path, text)) == Settings(
        7,
        "law",
        limits,
        variant=3,
        thresholds={EVERY: Thresholds({"accuracy_floor": 0.0, "accuracy_goal": 1.0})},
    )


def test_slides_to_read_stand_in_a_table_of_their_own(tmp_path: Path) -> None:
    found = settings.read(write(tmp_path, '[read]\ntrain = "Slides 30 to 34"'))
    assert found == Settings(read={"train": "Slides 30 to 34"})
    error = failure(tmp_path, "[read]\ntrain = 30")
    assert error.what == "The setting read cannot be read."


def test_one_key_leaves_the_others_alone(tmp_path: Path) -> None:
    found = settings.read(write(tmp_path, "[limits]\ncell_seconds = 1.5"))
    assert found == Settings(limits=Limits(cell_seconds=1.5))


TIMES = 'Give zone = "Europe/Helsinki" or the like, and if you like day_first = true or false.'
LIMITS = "Give positive numbers for cell_seconds, call_seconds, submission_seconds, memory_mib."
LATE = (
    "Give percent_per_day (0 to 100), and if you like grace_minutes (from 0) and at_most_percent (0 to 100)."
)
MARKS = "Give 0 <= accuracy_floor < accuracy_goal <= 1."


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        (
            "sead = 3",
            "sead",
            "Did you mean seed? Known keys are figures, follow_on, late, limits, read, reveal, seed, thresholds, times, trained_weights, variant.",
        ),
        ("variant = -1", "variant", "Give a whole number, 0 or above."),
        ("seed = 1.5", "seed", "Give a whole number, 0 or above."),
        ("seed = true", "seed", "Give a whole number, 0 or above."),
        ("seed = -1", "seed", "Give a whole number, 0 or above."),
        ("seed = 9223372036854775808", "seed", "Give a whole number, 0 or above."),
        ('follow_on = "yes"', "follow_on", "Give true or false."),
        ("follow_on = 1", "follow_on", "Give true or false."),
        ("figures = 0", "figures", "Give true or false."),
        ('reveal = "everything"', "reveal", 'Give "law" or "counterexample".'),
        ("reveal = []", "reveal", 'Give "law" or "counterexample".'),
        ("limits = 3", "limits", LIMITS),
        ("[limits]\ncell_secs = 3", "limits.cell_secs", LIMITS),
        ("[limits]\ncell_seconds = 0", "limits.cell_seconds", LIMITS),
        ("[limits]\ncell_seconds = -1", "limits.cell_seconds", LIMITS),
        ('[limits]\ncell_seconds = "10"', "limits.cell_seconds", LIMITS),
        ("[limits]\ncell_seconds = true", "limits.cell_seconds", LIMITS),
        ("[limits]\ncell_seconds = nan", "limits.cell_seconds", LIMITS),
        ("[limits]\ncell_seconds = inf", "limits.cell_seconds", LIMITS),
        ("[limits]\nmemory_mib = inf", "limits.memory_mib", LIMITS),
        (f"[limits]\ncell_seconds = 1{'0' * 400}", "limits.cell_seconds", LIMITS),
        ("trained_weights = 3", "trained_weights", MARKS),
        ("[trained_weights]\nfloor = 0.5", "trained_weights", MARKS),
        ("[trained_weights]\naccuracy_floor = 0.9", "trained_weights", MARKS),
        ("[trained_weights]\naccuracy_floor = -0.1", "trained_weights", MARKS),
        ('[trained_weights]\naccuracy_floor = "low"', "trained_weights", MARKS),
        ("[trained_weights]\naccuracy_floor = false", "trained_weights", MARKS),
        ("[trained_weights]\naccuracy_goal = 1.5", "trained_weights", MARKS),
        ("[trained_weights]\naccuracy_goal = nan", "trained_weights", MARKS),
        ("times = 3", "times", TIMES),
        ("[times]\nzone = 3", "times.zone", TIMES),
        ('[times]\nday_first = "yes"', "times.day_first", TIMES),
        ('[times]\nzones = "UTC"', "times.zones", TIMES),
        ('[times]\nzone = "Europe/Atlantis"', "times.zone", f"No zone is called 'Europe/Atlantis'. {TIMES}"),
        (
            '[times]\nzone = "../../etc/passwd"',
            "times.zone",
            f"No zone is called '../../etc/passwd'. {TIMES}",
        ),
        ("late = 10", "late", LATE),
        ("[late]\ngrace_minutes = 5", "late", LATE),
        ("[late]\npercent_per_day = 110", "late.percent_per_day", LATE),
        ("[late]\npercent_per_day = 10\ndays = 3", "late.days", LATE),
    ],
)
def test_a_key_that_cannot_be_read_is_named_with_what_it_takes(
    tmp_path: Path, text: str, key: str, remedy: str
) -> None:
    error = failure(tmp_path, text)
    assert (error.what, error.remedy) == (f"The setting {key} cannot be read.", remedy)


def test_what_is_no_toml_says_where(tmp_path: Path) -> None:
    error = failure(tmp_path, "seed = 3\nreveal = law")
    assert error.what == "The file is not TOML (Invalid value)."
    assert error.remedy == "Mend line 2: reveal = law"
    assert "no UTF-8" in failure(tmp_path, b'reveal = "\xff"').what


@pytest.mark.parametrize(
    ("hours", "share"),
    [(0, 0.0), (0.25, 0.0), (0.26, 0.1), (24, 0.1), (24.01, 0.2), (96, 0.4), (24 * 30, 0.45)],
)
def test_being_late_costs_a_share_per_day_that_was_begun(tmp_path: Path, hours: float, share: float) -> None:
    (tmp_path / "autograder.toml").write_text(
        "[late]\npercent_per_day = 10\ngrace_minutes = 15\nat_most_percent = 45\n"
    )
    late = settings.read(tmp_path).late
    assert late is not None
    assert late.share(hours * 3600) == pytest.approx(share)
    assert settings.read(tmp_path / "elsewhere").late is None


# --- thresholds of assignments

DEFAULTS = {"accuracy_floor": 0.6, "accuracy_goal": 0.85}


def test_an_assignment_has_its_own_defaults_and_a_course_changes_some(tmp_path: Path) -> None:
    found = settings.read(write(tmp_path, "[thresholds.fewshot]\naccuracy_goal = 0.9\n"))
    assert found.of("fewshot", DEFAULTS).thresholds == {"accuracy_floor": 0.6, "accuracy_goal": 0.9}
    assert found.of("maml", {"loss_goal": 0.1}).thresholds == {"loss_goal": 0.1}


def test_a_variant_has_thresholds_of_its_own(tmp_path: Path) -> None:
    text = "[thresholds.fewshot]\naccuracy_goal = 0.9\n[thresholds.fewshot.variant.7]\naccuracy_goal = 0.8\n"
    for variant, goal in ((7, 0.8), (8, 0.9)):
        found = settings.read(write(tmp_path, f"variant = {variant}\n{text}"))
        assert found.of("fewshot", DEFAULTS).thresholds["accuracy_goal"] == goal


def test_the_table_of_version_0_1_counts_for_every_assignment(tmp_path: Path) -> None:
    found = settings.read(write(tmp_path, "[trained_weights]\naccuracy_goal = 0.7\n"))
    assert found.of("fewshot", DEFAULTS).accuracy_goal == 0.7
    assert found.of("zeta", {}).accuracy_goal == 0.7


def test_a_threshold_of_another_assignment_is_refused_with_file_line_and_remedy(tmp_path: Path) -> None:
    found = settings.read(write(tmp_path, "seed = 1\n\n[thresholds.fewshot]\nloss_goal = 0.9\n"))
    with pytest.raises(AssignmentError) as caught:
        found.of("fewshot", DEFAULTS)
    assert str(caught.value) == (
        f"{tmp_path / 'autograder.toml'}, line 4: The setting thresholds.fewshot.loss_goal cannot be read. "
        "The assignment fewshot has accuracy_floor, accuracy_goal."
    )


def test_thresholds_of_an_assignment_that_is_not_there_are_refused(tmp_path: Path) -> None:
    found = settings.read(write(tmp_path, "[thresholds.fewshoot]\naccuracy_goal = 0.9\n"))
    with pytest.raises(AssignmentError) as caught:
        found.require_known(("fewshot", "matching"))
    assert str(caught.value) == (
        f"{tmp_path / 'autograder.toml'}, line 1: The setting thresholds.fewshoot cannot be read. "
        "Did you mean fewshot? There are: fewshot, matching."
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[thresholds.fewshot]\naccuracy_floor = 0.9\n", 2),
        ("[thresholds]\nfewshot = 3\n", 2),
        ("[thresholds.fewshot]\n\naccuracy_goal = true\n", 3),
        ("[thresholds.fewshot.variant.x]\naccuracy_goal = 1\n", 1),
    ],
)
def test_an_odd_threshold_is_refused_where_it_stands(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(AssignmentError) as caught:
        settings.read(write(tmp_path, text)).of("fewshot", DEFAULTS)
    assert str(caught.value.file) == f"{tmp_path / 'autograder.toml'}, line {line}"


def test_reading_settings_imports_no_torch() -> None:
    program = "import sys, autograder.course.settings; print([n for n in ('torch', 'hypothesis', 'numpy') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
