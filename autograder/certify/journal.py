"""What is done, a line per trial: a certificate that was stopped goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType

from autograder.certify.runs import Look


def default_path(assignment: str) -> Path:
    """Return where the journal of an assignment lies: in the user's cache."""
    from platformdirs import user_cache_path

    return user_cache_path("fewlabels") / "certify" / f"{assignment}.jsonl"


class Journal:
    """Trials by key. Every line is flushed before the next trial ends; a line that was cut off is done again."""

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        self.path = path
        self._looks: dict[str, Look] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and not fresh:
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                self._take(line)
        self._file = path.open("w" if fresh else "a", encoding="utf-8")
        if not fresh:
            self._file.write("\n")  # behind a line that was cut off

    def _take(self, line: str) -> None:
        try:
            entry = json.loads(line)
            fell = {str(check): (str(verdict), int(at)) for check, (verdict, at) in entry["fell"].items()}
            self._looks[str(entry["key"])] = Look(fell, int(entry["checks"]), float(entry["seconds"]))
        except (ValueError, TypeError, KeyError, AttributeError):
            pass

    def get(self, key: str) -> Look | None:
        """Return what came of the trial with this key; None where it is not done."""
        return self._looks.get(key)

    def add(self, key: str, look: Look) -> None:
        """Keep what came of a trial, in the file at once."""
        self._looks[key] = look
        line = {"key": key, "fell": look.fell, "checks": look.checks, "seconds": look.seconds}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
