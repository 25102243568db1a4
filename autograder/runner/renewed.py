"""A submission whose fresh children all begin in one way: up to a cell, or with cells that are not its own."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.model import Cell, CellResult, Notebook, Outcome
from autograder.sandbox.transport import Batch, Transport


class Renewed:
    """A transport that renews in this way, whatever it is asked for; `whole`, `upto` and `added` as for `Transport.renew`."""

    def __init__(
        self, transport: Transport, *, whole: bool = True, upto: int | None = None, added: Sequence[Cell] = ()
    ) -> None:
        self._transport = transport
        self._whole, self._upto, self._added = whole, upto, tuple(added)
        self.name = transport.name

    def run(self, notebook: Notebook) -> tuple[CellResult, ...]:
        """Run the notebook's code cells in order."""
        return self._transport.run(notebook)

    def answer(self, batch: Batch) -> list[Outcome]:
        """Return one outcome per call, in order."""
        return self._transport.answer(batch)

    def no_gpu(self) -> str | None:
        """Say why no call can be made near a GPU over there; None where it can."""
        return self._transport.no_gpu()

    def renew(self, *, whole: bool = True, upto: int | None = None, added: Sequence[Cell] = ()) -> None:
        """Begin a fresh child in the way that was fixed when this was made, whatever `whole`, `upto` and `added` ask for."""
        self._transport.renew(whole=self._whole, upto=self._upto, added=self._added)

    def close(self) -> None:
        """End the child and everything it started."""
        self._transport.close()
