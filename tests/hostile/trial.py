"""Attacks under one profile, for the user who runs it: `python -m tests.hostile.trial PROFILE|best [ATTACK ...]`.

Prints the profile that was used and every attack that was not held; exit status 1 where there was one. Without names: all attacks.
"""

from __future__ import annotations

import os
import sys

from autograder.errors import FewlabelsError
from autograder.sandbox.jailed import Sandbox
from tests.hostile.arena import Arena, assert_held
from tests.hostile.attacks import corpus


def main(profile: str, *names: str) -> int:
    chosen = [attack for attack in corpus() if not names or attack.name in names]
    failed = 0
    try:
        with Sandbox(profile=None if profile == "best" else profile) as sandbox, Arena(sandbox) as arena:
            print(f"{sandbox.name} as uid {os.getuid()}; {' '.join(sandbox.notes)}", flush=True)
            for attack in chosen:
                if sandbox.name in attack.beyond:
                    continue
                try:
                    assert_held(attack, arena.grade(attack), arena)
                except AssertionError as error:
                    failed += 1
                    print(f"NOT HELD {attack.name}: {str(error)[:1500]}", flush=True)
    except FewlabelsError as error:
        print(f"{type(error).__name__}: {error.what} {error.remedy}")
        return 1
    print(f"{len(chosen)} attacks, {failed} not held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
