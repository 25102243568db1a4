"""matplotlib's figure as a small, deterministic SVG element that may stand inside any page.

matplotlib is used without pyplot: no global figure, no backend is touched, and the reader's own rcParams
(style sheets, LaTeX) have no say. The SVG is then taken apart and rebuilt: no prolog, no metadata, no style
attribute (so it lives under a strict Content-Security-Policy), identifiers that do not clash with another
picture's, ink as currentColor.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib
from matplotlib.figure import Figure

INK = "#010203"  # becomes currentColor: text, axes and outlines follow the colours of the page
#: Told apart in the common forms of colour blindness; contrast of at least 3:1 on white and on the dark page.
COLOURS = ("#1a7bbf", "#d55e00", "#008f68", "#b8629a", "#8f6f00", "#7a6fd0")
MARKERS = ("o", "s", "^", "D", "v", "P", "p", "h")
WIDTH = 4.3  # inches at 72 units per inch: 9-point text stays legible at the width of a phone

_lock = Lock()  # rcParams are global while a figure is drawn
_DRAWN_WITH = re.compile(
    r"(axes|figure|font|grid|hatch|legend|lines|markers|mathtext|patch|path|savefig|scatter|svg|text|[xy]axis|[xy]tick)\."
)
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"


@contextmanager
def drawing() -> Iterator[None]:
    """Use matplotlib's own defaults and ours inside, for as long as a figure is made and written."""
    ours: dict[str, Any] = {
        "svg.hashsalt": "fewlabels",
        "svg.fonttype": "none",
        "text.parse_math": False,  # a label may hold a dollar sign
        "text.usetex": False,
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.formatter.useoffset": False,
        "legend.frameon": False,
        "legend.fontsize": 8.5,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
    }
    ours |= dict.fromkeys(
        ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK
    )
    defaults: dict[Any, Any] = {
        key: value
        for key, value in matplotlib.rcParamsDefault.items()
        if _DRAWN_WITH.match(key) and not key.startswith("figure.max_open")
    }
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # glyphs that a font lacks; the browser has its own fonts
        with matplotlib.rc_context(defaults | ours):
            yield


def figure(height: float) -> Figure:
    """Return an empty figure of the common width, `height` inches high, on no background."""
    made = Figure(figsize=(WIDTH, height), layout="constrained")
    made.patch.set_visible(False)
    return made


def to_svg(made: Figure, alt: str) -> str:
    """Write the figure as one <svg> element, with `alt` for those who cannot see it. Call it inside `drawing()`."""
    for axes in made.axes:
        axes.patch.set_visible(False)
    raw = io.BytesIO()
    made.savefig(raw, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    root = ET.fromstring(raw.getvalue())
    prefix = "p" + hashlib.sha256(raw.getvalue()).hexdigest()[:8] + "-"
    names = _referenced(root)
    _rebuild(root, {name: f"{prefix}{number}" for number, name in enumerate(names)})
    width, height = (round(float(size) * 1.4) for size in root.attrib["viewBox"].split()[2:])
    root.attrib.update({"width": str(width), "height": str(height), "role": "img", "aria-label": alt})
    root.attrib.update({"xmlns": "http://www.w3.org/2000/svg", "font-family": "system-ui, sans-serif"})
    root.attrib.update({"stroke-linejoin": "round"})
    return ET.tostring(root, encoding="unicode")


def _referenced(root: ET.Element) -> list[str]:
    names: dict[str, None] = {}
    for element in root.iter():
        if _HREF in element.attrib:
            names[element.attrib[_HREF].lstrip("#")] = None
        names |= dict.fromkeys(re.findall(r"url\(#([^)]+)\)", " ".join(element.attrib.values())))
    return list(names)


def _rebuild(element: ET.Element, names: dict[str, str]) -> None:
    """Rewrite an element and all below it in place. `names`: identifiers that are kept -> new ones."""
    element.tag = element.tag.removeprefix(_SVG)
    attributes = dict(element.attrib)
    element.attrib.clear()
    if attributes.get("id") in names:
        element.set("id", names[attributes["id"]])
    for key, value in {**attributes, **_presentation(attributes.pop("style", ""))}.items():
        if key == _HREF:
            element.set("href", "#" + names[value.lstrip("#")])
        elif key == "d":
            element.set("d", " ".join(value.split()))
        elif key not in ("id", "style", "version"):
            value = re.sub(r"url\(#([^)]+)\)", lambda match: f"url(#{names[match[1]]})", value)
            element.set(key, "currentColor" if value.lower() == INK else value)
    for child in list(element):
        if child.tag.removeprefix(_SVG) in ("metadata", "style"):
            element.remove(child)
        else:
            _rebuild(child, names)
    if element.tag not in ("text", "tspan"):
        element.text = None
    element.tail = None


def _presentation(style: str) -> dict[str, str]:
    """A style attribute as presentation attributes; of a font, size and weight stay."""
    pairs = (declaration.split(":", 1) for declaration in style.split(";") if ":" in declaration)
    found = {key.strip(): value.strip() for key, value in pairs}
    short = found.pop("font", "")
    if match := re.search(r"([\d.]+)px", short):
        found["font-size"] = match[1]
        found |= {"font-weight": "bold"} if "bold" in short or "700" in short else {}
    found.pop("font-family", None)
    return found
