from __future__ import annotations

import struct
import sys
from types import SimpleNamespace

import pytest

from autograder.errors import SandboxBroken, SandboxUnavailable
from autograder.sandbox.jail import seccomp


def test_the_filter_is_a_bpf_program_of_moderate_size() -> None:
    program = seccomp.compiled()
    assert len(program) % 8 == 0
    assert 100 < len(program) // 8 < 1000


def test_the_filter_is_the_same_each_time() -> None:
    first = seccomp.compiled()
    seccomp.compiled.cache_clear()
    assert seccomp.compiled() == first


def run(program: bytes, number: int) -> int | None:
    """What the head of the program answers; None where it goes on to the rest."""
    value, position = number, 1
    instructions = list(struct.iter_unpack("=HBBI", program))
    assert instructions[0] == (0x20, 0, 0, 0)
    while position < 4:
        code, when, otherwise, constant = instructions[position]
        if code == 0x06:
            return constant
        position += 1 + (when if value >= constant else otherwise)
    return None


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        (0, None),
        (435, None),
        (448, None),
        (449, 0x50026),
        (10_000, 0x50026),
        (0x40000000, None),
        (0x40000001, None),
    ],
)
def test_calls_younger_than_the_list_do_not_exist(number: int, answer: int | None) -> None:
    assert run(seccomp._deny_unknown(), number) == answer


def test_a_missing_libseccomp_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    seccomp.compiled.cache_clear()
    with pytest.raises(SandboxUnavailable, match="apt-get install libseccomp2"):
        seccomp.compiled()
    monkeypatch.undo()
    assert seccomp.compiled()


def test_a_libseccomp_that_cannot_deny_a_vital_call_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyseccomp

    class Old(pyseccomp.SyscallFilter):  # type: ignore[misc]
        def add_rule(self, action: int, name: str, *arguments: object) -> None:
            if name == "pidfd_send_signal":
                raise OSError("unknown call")
            super().add_rule(action, name, *arguments)

    library = SimpleNamespace(**{name: getattr(pyseccomp, name) for name in dir(pyseccomp)})
    library.SyscallFilter = Old
    monkeypatch.setattr(seccomp, "_library", lambda: library)
    seccomp.compiled.cache_clear()
    with pytest.raises(SandboxBroken, match="pidfd_send_signal"):
        seccomp.compiled()
    monkeypatch.undo()
    seccomp.compiled.cache_clear()
