"""What a cell shows, collected as nbformat-4 outputs and cut at a size."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any

from autograder.model import Raised

TRACEBACK_LINES = 50
CUT_NOTE = "\n... (the output of this cell was cut here)\n"


class Outputs:
    """The outputs of one cell, in order; neighbouring texts of one stream are joined."""

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self._clear_next = False
        self._start()

    def _start(self) -> None:
        self.items: list[dict[str, Any]] = []
        self._size = 0
        self._cut = False

    def clear(self, wait: bool) -> None:
        """Forget what was shown: at once, or with `wait` when the next output comes, as IPython's clear_output does."""
        if wait:
            self._clear_next = True
        else:
            self._start()

    def stream(self, name: str, text: str) -> None:
        """Add `text` to the stream called `name`, "stdout" or "stderr"."""
        taken = self._take(text)
        if not taken:
            return
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last.get("name") == name:
            last["text"].append(taken)
        else:
            self.items.append({"output_type": "stream", "name": name, "text": [taken]})

    def bundle(
        self, kind: str, data: Mapping[str, Any], metadata: Mapping[str, Any], count: int | None = None
    ) -> None:
        """Add a display or a result.

        kind       "display_data" or "execute_result"
        data       MIME type -> text (or JSON, or base64)
        metadata   as nbformat has it
        count      the execution count of a result
        """
        shown = {str(mime): _text(mime, value) for mime, value in data.items()}
        if not self._fits(sum(len(str(value)) for value in shown.values())):
            return
        output: dict[str, Any] = {"output_type": kind, "data": shown, "metadata": dict(metadata)}
        if kind == "execute_result":
            output["execution_count"] = count
        self.items.append(output)

    def error(self, raised: Raised, traceback: list[str], always: bool = False) -> None:
        """Add the exception `raised` with the last lines of its `traceback`; with `always` also where nothing more fits."""
        lines = [str(line)[: self.cap // TRACEBACK_LINES] for line in traceback[-TRACEBACK_LINES:]]
        shown = {"output_type": "error", "ename": raised.type, "evalue": raised.message, "traceback": lines}
        if self._fits(len(str(lines))) or always:
            self.items.append(shown)

    @property
    def failed(self) -> bool:
        return any(item["output_type"] == "error" for item in self.items)

    def collected(self) -> list[dict[str, Any]]:
        """Return the outputs as nbformat 4 has them."""
        return [{**item, "text": "".join(item["text"])} if "text" in item else item for item in self.items]

    def _take(self, text: str) -> str:
        if self._clear_next:
            self._clear_next = False
            self._start()
        if self._cut:
            return ""
        left = self.cap - self._size
        self._size += len(text)
        if len(text) <= left:
            return text
        self._cut = True
        return text[:left] + CUT_NOTE

    def _fits(self, size: int) -> bool:
        if self._clear_next:
            self._clear_next = False
            self._start()
        if self._cut or self._size + size > self.cap:
            self.stream("stderr", CUT_NOTE.strip() + "\n")
            self._cut = True
            return False
        self._size += size
        return True


def _text(mime: str, value: Any) -> Any:
    """As a notebook file holds it: pictures in base64, JSON as it is, all else as text."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if mime.endswith("json") else str(value)


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr while cells run. Outside of a cell what is written is dropped."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, descriptor: int) -> None:
        self._name = name
        self._descriptor = descriptor
        self.outputs: Outputs | None = None

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"<{self._name}>"

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the descriptor that native code writes to."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Add `text` to the outputs of the cell that runs; return its length. Raises TypeError for what is no string."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.outputs is not None:
            self.outputs.stream(self._name, text)
        return len(text)
