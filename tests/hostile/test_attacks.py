"""Every attack of the corpus, under the machine's best profile."""

from __future__ import annotations

import pytest

from tests.hostile.arena import Arena, assert_held
from tests.hostile.attacks import FAMILIES, Attack, corpus

ATTACKS = corpus()


def test_the_corpus_is_large_and_says_what_it_tries() -> None:
    assert len(ATTACKS) >= 80
    assert {attack.name.split("/")[0] for attack in ATTACKS} == set(FAMILIES)
    for attack in ATTACKS:
        assert attack.tries.endswith("."), attack.name
        assert attack.must, attack.name


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_gains_nothing(arena: Arena, attack: Attack) -> None:
    assert_held(attack, arena.grade(attack), arena)
