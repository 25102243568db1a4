from __future__ import annotations

from pathlib import Path

import pytest

from autograder.sandbox.jail import bubblewrap
from autograder.sandbox.jail.view import View


@pytest.fixture
def line(tmp_path: Path) -> list[str]:
    (tmp_path / "a" / "lib").mkdir(parents=True)
    (tmp_path / "a" / "link").symlink_to("lib")
    shown = View("/usr/bin/python3", (), (str(tmp_path / "a" / "lib"), str(tmp_path / "a" / "link")))
    return bubblewrap.command(
        shown, "/cut", {"LANG": "C"}, root=False, scratch_bytes=4096, inner=["python3", "-c", "0"]
    )


def follows(line: list[str], *expected: str) -> bool:
    return any(tuple(line[start : start + len(expected)]) == expected for start in range(len(line)))


def test_everything_is_unshared_dropped_and_cleared(line: list[str]) -> None:
    for option in ("--unshare-all", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"):
        assert option in line
    assert follows(line, "--cap-drop", "ALL")
    assert "--share-net" not in line
    assert not [option for option in line if option.startswith(("--bind", "--dev-bind"))]


def test_what_is_shown_is_read_only_below_open_parents(line: list[str], tmp_path: Path) -> None:
    assert follows(line, "--ro-bind", str(tmp_path / "a" / "lib"), str(tmp_path / "a" / "lib"))
    assert follows(line, "--symlink", "lib", str(tmp_path / "a" / "link"))
    assert follows(line, "--perms", "0755", "--dir", str(tmp_path / "a"))
    assert line.index("--remount-ro") > line.index("--tmpfs")


def test_the_scratch_is_sized_and_cannot_be_listed(line: list[str]) -> None:
    assert follows(line, "--perms", "0333", "--tmpfs", "/scratch")
    assert not bubblewrap.knows_size() or follows(line, "--size", "4096", "--perms")


def test_the_inner_command_comes_last(line: list[str]) -> None:
    assert line[-4:] == ["--", "python3", "-c", "0"]


def test_root_makes_no_user_namespace_and_keeps_what_changing_uid_takes() -> None:
    shown = View("/usr/bin/python3", (), ())
    line = bubblewrap.command(shown, "/cut", {}, root=True, scratch_bytes=4096, inner=["true"])
    assert "--unshare-all" not in line
    assert {"--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"} <= set(line)
    assert [line[i + 1] for i, option in enumerate(line) if option == "--cap-add"] == [
        "CAP_SETUID",
        "CAP_SETGID",
    ]
