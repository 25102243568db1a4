"""What trials say together: pure, so made-up trials show it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.certify.certificate import Certificate, certificate, upper_bound
from autograder.certify.misplaced import Later
from autograder.certify.namings import Namings
from autograder.certify.page import certificate_page
from autograder.certify.programs import Kind, Subject
from autograder.certify.runs import Look, Trial
from autograder.certify.text import as_json, sentences, shown
from autograder.model import Notebook, Verdict

BOOK = Notebook("a.ipynb", ())
Falls = dict[str, tuple[Verdict, int]]  # by which check a program falls: how, and at which example
CHECKS = [("f", "runs"), ("f", "law"), ("f", "rare")]


def subject(kind: Kind, name: str, named: str | None = None, proof: str | None = None) -> Subject:
    return Subject(kind, name, f"Says <b>{name}</b>.", (("f", BOOK),), named, proof)


def made(*rows: tuple[Subject, list[Falls]], every: bool = True) -> Certificate:
    """Subjects with what fell under each of their seeds."""
    looks = [
        (Trial(each.kind, each.name, "f", seed, BOOK, every), Look(fell, 3, 0.5))
        for each, by_seed in rows
        for seed, fell in enumerate(by_seed)
    ]
    return certificate("tiny", [each for each, _ in rows], looks, CHECKS, [0, 1], seconds=2.0)


FALLS: Falls = {"law": ("falsified", 4)}
GOOD: tuple[tuple[Subject, list[Falls]], ...] = (
    (subject("solutions", "right"), [{}, {}]),
    (
        subject("mistakes", "wrong", "f/law"),
        [{"law": ("falsified", 4), "rare": ("raised", 9)}, {"law": ("raised", 2)}],
    ),
    (subject("mutants", "killed"), [{"runs": ("timed_out", 1)}]),
    (subject("mutants", "proven", proof="It is the same."), [{}]),
)


def test_a_grader_that_is_right_is_certified() -> None:
    result = made(*GOOD)
    assert result.holds
    assert {
        kind: (each.total, each.good, each.equivalent, each.rest) for kind, each in result.tallies.items()
    } == {
        "solutions": (1, 1, 0, ()),
        "mistakes": (1, 1, 0, ()),
        "mutants": (2, 1, 1, ()),
    }
    assert (result.gradings, result.alarmed, result.bound) == (2, 0, 1.0)
    assert result.trial_seconds == 3.0


def test_it_says_how_many_mistakes_students_can_see_fall() -> None:
    looks = [
        (Trial(each.kind, each.name, "f", 0, BOOK, True), Look(by_seed[0], 3, 0.5)) for each, by_seed in GOOD
    ]
    subjects = [each for each, _ in GOOD]
    for public, share in (({"f/law"}, (1, 1)), ({"f/runs"}, (0, 1)), (set[str](), None)):
        assert certificate("tiny", subjects, looks, CHECKS, [0], public=public).public == share


def test_examples_needed_are_the_fewest_under_the_worst_seed() -> None:
    (mistake,) = made(*GOOD).mistakes
    assert (mistake.needed, mistake.share, mistake.named) == (4, 1.0, 1.0)


def test_a_false_alarm_is_told_and_counted_by_grading() -> None:
    result = made((subject("solutions", "right"), [{"law": ("falsified", 1), "rare": ("raised", 1)}, {}]))
    assert not result.holds
    assert (result.alarmed, len(result.alarms), result.tallies["solutions"].rest) == (1, 2, ("right",))


def test_a_check_that_fails_by_itself_on_a_right_program_is_an_alarm_and_on_a_wrong_one_catches_nothing() -> (
    None
):
    fault: Falls = {"law": ("grader_fault", 1)}
    assert made((subject("solutions", "right"), [fault])).alarmed == 1
    result = made((subject("mutants", "wrong"), [fault]))
    assert result.tallies["mutants"].rest == ("wrong",)
    assert len(result.faults) == 1


def test_a_mistake_that_gets_away_under_some_seed_is_not_caught() -> None:
    result = made((subject("mistakes", "lucky", "f/law"), [FALLS, {}]))
    assert result.tallies["mistakes"].rest == ("lucky",)
    assert (result.mistakes[0].share, result.mistakes[0].needed) == (0.5, None)
    assert not result.holds


def test_a_mistake_that_falls_by_another_check_than_it_names_is_told() -> None:
    result = made((subject("mistakes", "odd", "f/rare"), [FALLS, FALLS]))
    assert result.tallies["mistakes"].rest == ()
    assert [each.name for each in result.unsure] == ["odd"]
    assert not result.holds


def test_a_proven_mutant_that_falls_contradicts_its_proof() -> None:
    result = made((subject("mutants", "proven", proof="It is the same."), [FALLS]))
    assert result.contradicted == ("proven",)
    assert not result.holds


def test_survivors_are_listed_and_one_in_a_hundred_may_be() -> None:
    killed = [(subject("mutants", f"killed {i}"), [FALLS]) for i in range(99)]
    assert made(*killed, (subject("mutants", "survivor"), [{}])).holds
    result = made(*killed[:-1], (subject("mutants", "survivor"), [{}]))
    assert result.tallies["mutants"].rest == ("survivor",)
    assert not result.holds


def test_what_a_check_kills_alone_counts_only_where_all_checks_have_looked() -> None:
    result = made((subject("mistakes", "wrong", "f/law"), [FALLS, FALLS]))
    assert [(each.name, each.mistakes, each.alone) for each in result.checks] == [
        ("runs", 0, 0),
        ("law", 1, 1),
        ("rare", 0, 0),
    ]
    assert [each.name for each in result.idle] == ["runs", "rare"]
    assert [each.alone for each in made((subject("mutants", "m"), [FALLS]), every=False).checks] == [0, 0, 0]


def test_the_bound_on_the_rate_of_false_alarms() -> None:
    assert upper_bound(0, 1000) == pytest.approx(0.003)
    assert upper_bound(0, 0) is None
    assert upper_bound(1, 1000) == pytest.approx(0.00473, abs=1e-5)  # Clopper and Pearson, one-sided 95 %
    assert upper_bound(5, 5) == 1.0


def test_the_json_object_has_what_the_outside_reads() -> None:
    found = as_json(made(*GOOD))
    assert found["solutions"] == {"total": 1, "passed": 1, "equivalent": 0, "rest": []}
    assert found["mistakes"] == {"total": 1, "caught": 1, "equivalent": 0, "rest": []}
    assert found["mutants"] == {"total": 2, "caught": 1, "equivalent": 1, "rest": []}
    assert (found["false_alarms"], found["seeds"], found["certified"]) == (0, 2, True)
    assert (found["true_positive_rate"], found["true_negative_rate"]) == (1.0, 1.0)
    assert found["examples_needed"] == {"wrong": 4}
    assert found["kills"] == {"f/law": ["wrong"], "f/rare": ["wrong"], "f/runs": ["killed"]}


def test_the_text_names_what_is_left() -> None:
    said = "\n".join(each for each in shown(made((subject("mutants", "survivor"), [{}])), [subject("mutants", "survivor")])  # type: ignore[misc]
                     if isinstance(each, str))  # fmt: skip
    assert "Mutants that survive" in said
    assert "Says <b>survivor</b>." in said


def test_the_page_shows_the_matrix_and_runs_nothing() -> None:
    subjects = [each for each, _ in GOOD]
    page = certificate_page(made(*GOOD), subjects)
    assert "Certified" in page
    assert "<script" not in page
    assert "&lt;b&gt;wrong&lt;/b&gt;" in page
    assert "It is the same." in page
    assert 'class="kill named"' in page


def test_points_that_are_lost_where_the_mistake_is_not_are_told() -> None:
    mistake, falls = GOOD[1]
    later = Later("g", BOOK, ())
    looks = [
        (Trial("mistakes", mistake.name, "f", seed, BOOK, True), Look(fell, 3, 0.5))
        for seed, fell in enumerate(falls)
    ]
    behind = Trial("mistakes", mistake.name, "g", 0, BOOK, True, later=later)
    for fell, holds in (({}, True), ({"its_law": ("falsified", 1)}, False)):
        result = certificate("tiny", [mistake], [*looks, (behind, Look(fell, 1, 0.5))], CHECKS, [0, 1])
        assert (result.holds, result.followed, len(result.misplaced)) == (holds, 1, int(not holds))
        assert result.mistakes == made(GOOD[1]).mistakes
        assert len(as_json(result)["misplaced_losses"]) == int(not holds)
        told = ["wrong: g/its_law" in str(part) for part in shown(result, [mistake])]
        assert any(told) is not holds
        assert ("its_law" in certificate_page(result, [mistake])) is not holds


def test_a_right_program_with_a_name_in_a_students_notebook_keeps_the_grader_from_being_certified() -> None:
    result = made(*GOOD)
    assert result.holds
    own = Namings(("wrong",), (), ())
    assert replace(result, fingerprints=own).holds
    assert any(
        "1 of 1 (100.0 %) are named so" in each for each in sentences(replace(result, fingerprints=own))
    )
    assert not replace(result, fingerprints=replace(own, accused=("source, f",))).holds
