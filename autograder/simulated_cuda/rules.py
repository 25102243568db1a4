"""The device rules of the installed torch: shipped for some versions, made at first use for any other.

    shipped     rules/torch-X.Y.json, with which the corpus of tests/simulated_cuda was run
    cached      what was made on this machine for another torch, in the user's cache
    generated   where neither is there; it takes some seconds, says so in a line, and fills the cache

The jail sees no cache: who starts it lays the rules beside the shipped ones (`provide`), and there they are only read.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch

from autograder.simulated_cuda import operator_table
from autograder.simulated_cuda.errors import SimulationUnavailable

FOLDER = Path(__file__).parent / "rules"
SAID = (
    "fewlabels: torch {} is none of those whose rules for the simulated GPU are shipped ({}); they are made now, once, and "
    "kept in {}."
)


_in_memory = False


def keep_in_memory() -> None:
    """Keep to memory: from here on this process neither reads nor writes the user's cache: it is about to run code that is not the user's."""
    global _in_memory
    _in_memory = True


@dataclass(frozen=True)
class Rules:
    """same_device   operator -> (method, argument names): a generated check asks for one device
    iterator      operators whose kernel checks by itself (TensorIterator, as a rule)"""

    same_device: Mapping[str, tuple[str, tuple[str, ...]]]
    iterator: frozenset[str]


def checked_versions() -> tuple[str, ...]:
    """Return the versions of torch, major and minor, with which the corpus was run."""
    names = (path.stem.removeprefix("torch-") for path in FOLDER.glob("torch-*.json"))
    return tuple(sorted(names, key=lambda name: [int(part) for part in name.split(".")]))


@cache
def load() -> Rules:
    """Return the rules of the installed torch. Raises SimulationUnavailable, where they can neither be found nor made."""
    text = at_hand()
    return parsed(_made() if text is None else text)


def at_hand() -> str | None:
    """Return the text of the rules, shipped or cached; None where they have to be made first."""
    shipped = FOLDER / f"torch-{operator_table.version()}.json"
    if shipped.is_file():
        return shipped.read_text(encoding="utf-8")
    if _in_memory:
        return None
    with suppress(OSError, ValueError):
        text = _cached().read_text(encoding="utf-8")
        parsed(text)  # a file that somebody else cut or changed is made anew
        return text
    return None


def provide(folder: Path) -> None:
    """Lay the rules below `folder`, which becomes the jail's autograder/, so that nothing is made in there.

    Raises SimulationUnavailable.
    """
    name = f"torch-{operator_table.version()}.json"
    target = folder / FOLDER.parent.name / FOLDER.name / name
    if not target.is_file():
        text = at_hand()
        target.write_text(_made() if text is None else text, encoding="utf-8")
        target.chmod(0o644)


def parsed(text: str) -> Rules:
    """Return the rules that a file holds. Raises ValueError for one that is no such file."""
    read = json.loads(text)
    try:
        same = {
            _text(name): (_text(method), tuple(map(_text, arguments)))
            for name, (method, arguments) in read["same_device"].items()
        }
        return Rules(same, frozenset(map(_text, read["iterator"])))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no device rules: {error!r}") from None


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"{value!r} is no text")
    return value


def _made() -> str:
    """Generates the rules, and keeps them for the next process."""
    if _in_memory:
        return _generated()
    file = _cached()
    print(SAID.format(torch.__version__, ", ".join(checked_versions()), file), file=sys.stderr, flush=True)
    text = _generated()
    with suppress(OSError):  # a home that cannot be written: the next process makes them again
        _keep(file, text)
    return text


def _keep(file: Path, text: str) -> None:
    """Writes the file whole or not at all: several processes may be making the same one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as half:
            half.write(text)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise


def _generated() -> str:
    try:
        text = operator_table.text()
        parsed(text)
    except (
        Exception
    ) as error:  # torchgen is missing, or speaks of operators otherwise than when this was written
        raise SimulationUnavailable(
            f"There are no rules of the simulated GPU for torch {torch.__version__}, and they could not be made here "
            f"({type(error).__name__}: {error}). Install another torch; they are shipped for {', '.join(checked_versions())}."
        ) from error
    return text


def _cached() -> Path:
    """Where the rules of exactly this torch lie, as exactly this generator makes them."""
    from platformdirs import user_cache_path

    name = "".join(letter if letter.isalnum() or letter in ".+" else "_" for letter in torch.__version__)
    folder = user_cache_path("fewlabels") / "simulated_cuda"
    return folder / f"torch-{name}-{operator_table.digest()}.json"
