"""What the known programs answer: each is asked once, in a child of its own, and its answers are kept by content."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgpack
import numpy as np

from autograder import atomic
from autograder.model import Limits, Notebook, Outcome
from autograder.runner import digests
from autograder.runner.naming.aspects import Cells, Piece, cells
from autograder.runner.naming.probes import Probes
from autograder.sandbox.transport import Transport

Session = Callable[[Limits], Transport]


def ask(transport: Transport, probes: Probes) -> list[Outcome]:
    """Return the outcomes of all `probes`, as far as the child lived to answer."""
    outcomes: list[Outcome] = []
    for batch in probes.batches:
        mine = transport.answer(batch)
        outcomes.extend(mine)
        if len(mine) < len(batch.calls):
            break
    return outcomes


class Answers:
    """Asks programs, or remembers what they answered.

    session   makes a child
    limits    of a submission, which hold for known programs as well
    folder    where answers are kept; None: in this process only
    where     what else decides them, as text: versions, device
    """

    def __init__(self, session: Session, limits: Limits, folder: Path | None, where: str) -> None:
        self._session = session
        self._limits = limits
        self._folder = folder
        self._where = where
        self._kept: dict[str, Cells] = {}

    def of(self, notebook: Notebook, probes: Probes) -> Cells:
        """Return what the program in `notebook` answers, taken apart."""
        key = self._key(notebook, probes)
        if key not in self._kept:
            self._kept[key] = self._read(key) or self._asked(notebook, probes, key)
        return self._kept[key]

    def fresh(self, notebook: Notebook, probes: Probes) -> Cells:
        """Return the same, asked anew and not kept."""
        transport = self._session(self._limits)
        try:
            transport.run(notebook)
            return cells(probes.calls, ask(transport, probes))
        finally:
            transport.close()

    def _asked(self, notebook: Notebook, probes: Probes, key: str) -> Cells:
        found = self.fresh(notebook, probes)
        if self._folder is not None:
            with suppress(OSError):  # nothing but time is lost
                atomic.write(self._folder / f"{key}.gz", gzip.compress(_dumps(found), 1, mtime=0))
        return found

    def _read(self, key: str) -> Cells | None:
        if self._folder is None:
            return None
        try:
            return _loads(gzip.decompress((self._folder / f"{key}.gz").read_bytes()))
        except Exception:  # not there, cut short, or of another version: asked again
            return None

    def _key(self, notebook: Notebook, probes: Probes) -> str:
        whole = hashlib.sha256(f"{digests.of_engine()} {self._where} {self._limits}".encode())
        for cell in notebook.code:
            whole.update(hashlib.sha256(cell.source.encode("utf-8", "surrogatepass")).digest())
        for path, data in sorted(notebook.files.items()):
            whole.update(hashlib.sha256(path.encode("utf-8", "surrogatepass") + b"\0" + data).digest())
        whole.update(probes.digest)
        return whole.hexdigest()[:40]


# --- as bytes --------------------------------------------------------------------------------------------------------


def _dumps(found: Cells) -> bytes:
    rows = [
        [aspect, number, piece.text, piece.eps, *_array(piece.numbers)]
        for (aspect, number), piece in found.items()
    ]
    return bytes(msgpack.packb(rows))


def _array(numbers: np.ndarray | None) -> tuple[list[int], bytes] | tuple[()]:
    return () if numbers is None else (list(numbers.shape), numbers.tobytes())


def _loads(raw: bytes) -> Cells:
    found = {}
    for aspect, number, text, eps, *array in msgpack.unpackb(raw):
        numbers = np.frombuffer(array[1], np.float64).reshape(array[0]) if array else None
        found[aspect, number] = Piece(text, numbers, eps)
    return found
