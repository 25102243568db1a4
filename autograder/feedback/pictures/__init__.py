"""Plain data of a counterexample -> a picture. Numbers and labels may come from students.

The kinds (anything else, and anything malformed, draws nothing):

    {"kind": "plane", "support": [[x, y], ...], "labels": [label of each support point],
     "classes": [label, ...], "returned": [[x, y], ...], "expected": [[x, y], ...]}
        support points by class; row i of the prototypes (classes[i]): what came back and where it had to be
    {"kind": "rows", "returned": [[p, ...], ...], "expected": [[p, ...], ...] | None}
        rows of probabilities as bars
    {"kind": "episode", "classes": [label of item 0, of item 1, ...], "support": [item, ...],
     "query": [item, ...], "overlap": [item, ...]}
        the items of an episode by class; instead of one label per item, `classes` may name groups, with
        support and query as one list of items per group; `overlap` marks items beside those that are seen to be
        in both or to occur twice
    {"kind": "curves", "series": {"name": [value, ...], ...}, "y": what the values are (optional)}
        lines over steps, up to six: losses on the CPU beside losses on cuda

Numbers that are not finite or lie beyond 1e9 are left out, and the alternative text says so.
"""

from __future__ import annotations

import base64
import json
import logging
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from autograder.feedback.pictures import kinds as files
from autograder.feedback.pictures.values import MalformedError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Picture:
    """An SVG element whose ink is `currentColor`, and what it shows in words."""

    svg: str
    alt: str

    @property
    def data_uri(self) -> str:
        """The picture for an <img>, where inline SVG is taken out (as in JupyterLab's untrusted outputs)."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg.encode()).decode()


def known_kinds() -> tuple[str, ...]:
    """Return the kinds of pictures: the files in kinds/, each of which has a function `draw`."""
    return tuple(sorted(each.name for each in pkgutil.iter_modules(files.__path__)))


def get_ready() -> None:
    """Import what drawing needs, and have fonts found: otherwise the first picture of a process pays for it."""
    for kind in known_kinds():
        _artist(kind)
    draw({"kind": "rows", "returned": [[1.0]], "expected": None})


def draw(data: Mapping[str, Any] | None) -> Picture | None:
    """Draw the picture of a counterexample; None where there is nothing that can be drawn. Never raises."""
    if not isinstance(data, Mapping):
        return None
    try:
        return _drawn(json.dumps(data, sort_keys=True))
    except (TypeError, ValueError, RecursionError):  # numpy's numbers, keys that are no text
        return _draw(data)


@lru_cache(256)
def _drawn(data: str) -> Picture | None:
    """A counterexample is shown in three places: on two pages and in a notebook."""
    return _draw(json.loads(data))


def _draw(data: Mapping[str, Any]) -> Picture | None:
    try:
        artist = _artist(data.get("kind"))
        return None if artist is None else Picture(*artist(data))
    except MalformedError:
        return None
    except Exception:  # whatever matplotlib says: a missing picture must not cost anybody the page around it
        logger.warning("A picture could not be drawn.", exc_info=True)
        return None


def _artist(kind: object) -> Callable[[Mapping[str, Any]], tuple[str, str]] | None:
    # Imported here: matplotlib takes its time, and most pages of a good class need no picture.
    if not isinstance(kind, str) or kind not in known_kinds():
        return None
    artist: Callable[[Mapping[str, Any]], tuple[str, str]] = import_module(f"{files.__name__}.{kind}").draw
    return artist
