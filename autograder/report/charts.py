"""Charts as inline SVG: bars that are links, with their numbers beside them, in the colours of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from autograder.report.links import Figure

WIDTH, HEIGHT, FLOOR, TOP = 480, 190, 150, 22


@dataclass(frozen=True)
class Bar:
    """One bar: its height, the figure that is written above it and linked, and what stands below."""

    count: int
    figure: Figure
    label: str
    said: str  # the bar in words, for those who do not see it


def histogram(bars: Sequence[Bar], name: str, below: str) -> Markup:
    """Draw counts as `bars`. `name` says what the chart shows, `below` what stands on the axis."""
    most = max((bar.count for bar in bars), default=0) or 1
    step = WIDTH / max(len(bars), 1)
    parts = [
        Markup('<svg class="chart" viewBox="0 0 {} {}" role="group" aria-label="{}">').format(
            WIDTH, HEIGHT, name
        )
    ]
    for at, bar in enumerate(bars):
        parts.append(_bar(bar, at * step, step, most))
    parts.append(Markup('<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/>').format(WIDTH, FLOOR, FLOOR))
    parts.append(
        Markup('<text class="tick" x="{:.1f}" y="{}" aria-hidden="true">{}</text></svg>').format(
            WIDTH / 2, HEIGHT - 4, below
        )
    )
    return Markup("").join(parts)


def _bar(bar: Bar, left: float, step: float, most: int) -> Markup:
    height = (FLOOR - TOP) * bar.count / most
    middle = left + step / 2
    drawn = Markup('<rect class="fill" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        left + step * 0.1, FLOOR - height, step * 0.8, height
    )
    drawn += Markup('<text class="value" x="{:.1f}" y="{:.1f}">{}</text>').format(
        middle, FLOOR - height - 5, bar.figure.text
    )
    if bar.figure.href is not None:
        drawn = Markup('<a href="{}" aria-label="{}">{}</a>').format(bar.figure.href, bar.said, drawn)
    tick = Markup('<text class="tick" x="{:.1f}" y="{}" aria-hidden="true">{}</text>').format(
        middle, FLOOR + 16, escape(bar.label)
    )
    return drawn + tick
