from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from autograder.errors import SandboxUnavailable, UsageError
from autograder.sandbox.jail import bubblewrap, landlock, profile, seccomp
from autograder.sandbox.jail.profile import FULL, UNSANDBOXED, WITHOUT_BUBBLEWRAP, WITHOUT_LANDLOCK, choose
from autograder.sandbox.jail.view import View, closed_parent, unreadable, view


@pytest.fixture(scope="module")
def shown() -> View:
    return view()


def without_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "program", lambda: None)


def without_landlock(monkeypatch: pytest.MonkeyPatch, version: int = 0) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: version)


def test_all_layers_are_chosen_where_they_are(shown: View) -> None:
    best = choose(shown)
    assert (best.name, best.landlock, best.notes) == (FULL, True, ())
    assert best.filter == seccomp.compiled()


def test_without_landlock_it_runs_and_warns(shown: View, monkeypatch: pytest.MonkeyPatch) -> None:
    without_landlock(monkeypatch)
    found = choose(shown)
    assert (found.name, found.landlock, len(found.notes)) == (WITHOUT_LANDLOCK, False, 1)


def test_without_bubblewrap_it_runs_and_says_reduced(shown: View, monkeypatch: pytest.MonkeyPatch) -> None:
    without_bubblewrap(monkeypatch)
    found = choose(shown)
    assert (found.name, found.bubblewrap, found.landlock) == (WITHOUT_BUBBLEWRAP, None, True)
    assert "Reduced" in found.notes[0]
    assert "not installed" in found.notes[0]


def test_a_bubblewrap_that_does_not_work_counts_as_none(
    shown: View, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "program", lambda: str(broken))
    assert "No permissions" in choose(shown).notes[0]


@pytest.mark.parametrize("version", [0, 2])
def test_with_neither_it_refuses_and_says_what_to_do(
    shown: View, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    without_bubblewrap(monkeypatch)
    without_landlock(monkeypatch, version)
    with pytest.raises(SandboxUnavailable, match="apt-get install bubblewrap"):
        choose(shown)


def test_unsandboxed_has_to_be_said(shown: View, monkeypatch: pytest.MonkeyPatch) -> None:
    without_bubblewrap(monkeypatch)
    without_landlock(monkeypatch)
    found = choose(shown, UNSANDBOXED)
    assert (found.name, found.bubblewrap, found.landlock) == (UNSANDBOXED, None, False)
    assert found.filter


@pytest.mark.parametrize("wanted", [FULL, WITHOUT_LANDLOCK, WITHOUT_BUBBLEWRAP, UNSANDBOXED])
def test_a_profile_can_be_asked_for(shown: View, wanted: str) -> None:
    assert choose(shown, wanted).name == wanted


def test_a_profile_that_cannot_be_had_is_an_error(shown: View, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"Choose one of bubblewrap\+landlock"):
        choose(shown, "docker")
    without_landlock(monkeypatch)
    with pytest.raises(SandboxUnavailable):
        choose(shown, FULL)
    without_bubblewrap(monkeypatch)
    with pytest.raises(SandboxUnavailable):
        choose(shown, WITHOUT_LANDLOCK)


def test_an_interpreter_that_the_jailed_user_cannot_read_is_an_error(
    shown: View, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(profile, "unreadable", lambda view: "/srv/venv/lib/python3.11")
    monkeypatch.setattr(profile, "_bubblewrap", lambda view: ("root", ""))
    with pytest.raises(SandboxUnavailable, match=r"chmod -R o\+rX /srv/venv/lib/python3.11"):
        choose(shown)


def test_closed_files_and_parents_are_found(shown: View, tmp_path: Path) -> None:
    library = tmp_path / "venv" / "lib"
    library.mkdir(parents=True)
    for path in (tmp_path, library.parent, library):
        path.chmod(0o755)
    site = dataclasses.replace(shown, sites=(str(library),), paths=(*shown.paths, str(library)))
    assert unreadable(site) == unreadable(shown)
    library.chmod(0o700)
    assert unreadable(site) == str(library)
    library.chmod(0o755)
    library.parent.chmod(0o700)
    assert unreadable(site) == unreadable(shown)
    assert closed_parent([str(library)]) == str(library.parent)


def test_the_view_shows_no_checkout_and_no_home(shown: View) -> None:
    checkout = Path(__file__).resolve().parents[3]
    for path in shown.paths:
        assert not checkout.is_relative_to(path)
        for room in ("autograder", "reference", "assignments", "tests"):
            assert not Path(path).is_relative_to(checkout / room)
        assert path not in (str(Path.home()), "/", "/usr", "/etc", "/tmp", "/home")
