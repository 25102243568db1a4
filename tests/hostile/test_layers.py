"""Each layer, alone, stops the attacks that it is there for; without it they succeed. So none is decoration.

The attacks are those of the corpus that name the layer. They run in a boundary whose layers can be switched off child by child:
the jail's copy of the package gets a few lines more (SWITCHES). Nothing here asks an exercise: what counts is how tries end, and
whether the world has changed.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.model import CellResult, Limits, Returned
from autograder.sandbox import child, self_attack, student_package
from autograder.sandbox.jail import bubblewrap, profile, seccomp
from autograder.sandbox.jail.profile import Profile
from autograder.sandbox.jailed import Sandbox
from tests.hostile import course
from tests.hostile.arena import NEIGHBOUR, Arena, _end
from tests.hostile.attacks import Attack, corpus
from tests.hostile.world import World
from tests.sandbox.sessions import call, notebook

ALONE = ("landlock", "seccomp")
IN_THE_CHILD = ("rlimits", "own scratch", "closed descriptors")
IN_THE_ZYGOTE = (
    "clean zygote",
    "undumpable",
    "looks",
)  # in this order: what it held once, memory holds for good
ROOT = os.getuid() == 0

SWITCHES = {
    "worker/child.py": """
_strictly = _lock_down, _own_scratch, _keep_only

def live(jail, bounds, channel, output, scratch, parent):
    global _lock_down, _own_scratch, _keep_only
    on = bounds["layers"]
    jail = {**jail, "landlock": "landlock" in on, "filter": jail["filter"] if "seccomp" in on else b""}
    if "rlimits" not in on:
        limits.resources = lambda **caps: None
    if "own scratch" not in on:
        _own_scratch = lambda *given: None
    if "closed descriptors" not in on:
        limits.close_all_but = lambda kept: None
    _live(jail, bounds, channel, output, scratch, parent)
""",
    "zygote.py": """
HELD = []
_spawn, _strictly = Zygote.spawn, _look_at

def spawn(self):
    request = json.loads(self.sock.recv(MESSAGE_BYTES, socket.MSG_PEEK) or b'{"layers": []}')
    on = request["layers"]
    limits.prctl(limits.PR_SET_DUMPABLE, 0 if "undumpable" in on else 1)
    if "clean zygote" not in on:
        HELD.append("".join(reversed('esle ydobemos fo )terces(etirw.)"w" ,"enim"(nepo')))
    child = _spawn(self)
    child.looks = "looks" in on
    return child

def _look_at(child):
    if child.looks:
        _strictly(child)

Zygote.spawn = spawn
""",
}


class Switchable:
    """A sandbox whose sessions say which layers they have."""

    def __init__(self, sandbox: Sandbox, layers: list[str]) -> None:
        self.sandbox = sandbox
        self._layers = layers

    def ends(
        self, attack: Attack, layers: Sequence[str], limits: Limits = course.LIMITS
    ) -> tuple[list[str], list[str]]:
        """How the tries of an attack end under these layers, and what of the world it changed; beside a neighbour."""
        self._layers[:] = layers
        world = World(self.sandbox._spawner.profile.uid)
        neighbour, attacker = self.sandbox.session(limits), self.sandbox.session(limits)
        try:
            neighbour.run(notebook(NEIGHBOUR.format(secret=world.secret)))
            place = call(neighbour, "here")
            assert isinstance(place, Returned), place
            cells = attack.inserted(world.facts(self.sandbox._spawner.pid, place.value))
            results = attacker.run(notebook(*(source for _, source in cells)))
            return _tries(cells, results), world.touched()
        finally:
            attacker.close()
            neighbour.close()
            world.close()


def _tries(cells: Sequence[tuple[str, str]], results: Sequence[CellResult]) -> list[str]:
    return [_end(result) for (kind, _), result in zip(cells, results, strict=True) if kind == "try"]


@contextmanager
def switchable(monkeypatch: pytest.MonkeyPatch, wall: str | None, uid: int | None) -> Iterator[Switchable]:
    """Without bubblewrap (`wall` None) or with it, and the switches in the jail's copy of the package."""
    layers: list[str] = []
    unpack, bounds = student_package.unpack, child._bounds

    def patched(into: Path, package: Path = student_package.PACKAGE) -> Path:
        where = unpack(into, package)
        for name, lines in SWITCHES.items():
            path = where / "autograder" / "sandbox" / name
            text = path.read_text().replace("def live(", "def _live(", 1 if "worker" in name else 0)
            path.write_text(text + lines)
        return where

    chosen = Profile("a test's", wall, True, seccomp.compiled(), uid=uid, keep_reading=wall is None and ROOT)  # type: ignore[arg-type]
    monkeypatch.setattr(student_package, "unpack", patched)
    monkeypatch.setattr(child, "_bounds", lambda *given: {**bounds(*given), "layers": list(layers)})
    monkeypatch.setattr(profile, "choose", lambda *given: chosen)
    monkeypatch.setattr(self_attack, "refuse_if_any_succeeds", lambda session: None)
    with Sandbox() as sandbox:
        yield Switchable(sandbox, layers)


def attacks_on(layer: str, most: int = 100) -> list[Attack]:
    return [attack for attack in corpus() if layer in attack.layers][:most]


def succeeds(sandbox: Switchable, attack: Attack, layers: Sequence[str]) -> str:
    """How, in a few words; empty where the attack is stopped."""
    ends, changes = sandbox.ends(attack, layers)
    pretended = layers and "done" in attack.clause(
        "try"
    )  # chmod under seccomp: reported as done, and nothing has changed
    return f"{attack.name}: {ends} {changes}" if changes or ("done" in ends and not pretended) else ""


def problems(sandbox: Switchable, layer: str, most: int) -> list[str]:
    """Attacks on `layer` that it does not stop alone, and attacks that do not need it to fail."""
    attacks = attacks_on(layer, most)
    alone = [succeeds(sandbox, attack, (layer,)) for attack in attacks]
    needless = [each.name for each in attacks if not succeeds(sandbox, each, ())]
    return [f"{layer} does not stop {each}" for each in alone if each] + [
        f"without {layer}, {name} fails all the same" for name in needless
    ]


def uid() -> int | None:
    return profile._free_uid() if ROOT else None


def test_every_layer_has_attacks() -> None:
    named = {layer for attack in corpus() for layer in attack.layers}
    others = {"bubblewrap", "own user", "token", "unlistable scratch"}
    assert named == {*ALONE, *IN_THE_CHILD, *IN_THE_ZYGOTE, *others}


# The suite tries the first two attacks on every layer, the campaign tries them all.
SHORT_AND_LONG = pytest.mark.parametrize("most", [2, pytest.param(100, marks=pytest.mark.campaign)])


@SHORT_AND_LONG
def test_landlock_and_seccomp_alone_stop_what_they_are_there_for(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    with switchable(monkeypatch, None, uid()) as bare:
        assert [each for layer in ALONE for each in problems(bare, layer, most)] == []
        # The other half of the next test: what a wall of namespaces stops succeeds where there is none.
        assert [each.name for each in attacks_on("bubblewrap", most) if not succeeds(bare, each, ())] == []


@SHORT_AND_LONG
def test_bubblewrap_and_what_a_child_takes_upon_itself(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    with switchable(monkeypatch, "root" if ROOT else "user", uid()) as walled:
        assert [
            each for layer in (*IN_THE_ZYGOTE, *IN_THE_CHILD) for each in problems(walled, layer, most)
        ] == []
        assert [
            each for each in (succeeds(walled, each, ()) for each in attacks_on("bubblewrap", most)) if each
        ] == []


@pytest.mark.campaign
def test_the_jail_is_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A root that stays root reads its own files, where nothing but the user stands in between."""
    if not ROOT:
        return  # an ordinary user's jail is that user: mount namespace and Landlock stand in between
    (attack,) = attacks_on("own user")
    for who, stopped in ((None, False), (uid(), True)):
        with pytest.MonkeyPatch.context() as patches, switchable(patches, None, who) as bare:
            assert bool(succeeds(bare, attack, ())) is not stopped, who


@pytest.mark.campaign
def test_the_directory_of_scratches_cannot_be_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    (attack,) = attacks_on("unlistable scratch")
    for mode, stopped in (("0777", False), (bubblewrap.UNLISTABLE, True)):
        monkeypatch.setattr(bubblewrap, "UNLISTABLE", mode)
        with (
            pytest.MonkeyPatch.context() as patches,
            switchable(patches, "root" if ROOT else "user", uid()) as walled,
        ):
            assert bool(succeeds(walled, attack, ())) is not stopped, mode


def test_a_question_is_answered_by_whoever_knows_its_token(arena: Arena) -> None:
    """With a token that can be guessed, answers that lie ready are taken; their cell counts as having run well."""
    (attack,) = attacks_on("token")
    for guessable in (True, False):
        with pytest.MonkeyPatch.context() as patches:
            if guessable:
                patches.setattr(secrets, "token_bytes", bytes)
            session = arena.sandbox.session(course.LIMITS)
            last = attack.solutions["centre"]
            results = session.run(notebook("import torch", *(source for _, source in attack.cells[:1]), last))
            session.close()
            assert results[-1].crashed is not guessable


@pytest.mark.parametrize(
    "source", ["import time\ntime.sleep(2.5)", "import time\nwhile time.process_time() < 1e4: pass"]
)
def test_a_deadline_ends_what_would_go_on(arena: Arena, source: str) -> None:
    short = arena.sandbox.session(replace(course.LIMITS, cell_seconds=0.2))
    assert short.run(notebook(source))[0].timed_out
    short.close()
    long = arena.sandbox.session(replace(course.LIMITS, cell_seconds=100.0))
    (result,) = long.run(notebook(source.replace("1e4", "time.process_time() * 0 + 0.5")))
    long.close()
    assert not result.timed_out
