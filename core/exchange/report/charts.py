"""Line charts as SVG: axes with names and numbers, lines told apart by colour and by marker."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import numpy as np

from core.exchange.report.page import text

WIDTH: Final = 560
HEIGHT: Final = 300
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 34, 46
STEPS: Final = (1, 2, 5, 10)


@dataclass(frozen=True)
class Line:
    """A line: ``x`` and ``y`` (N,), of which what is not finite is a gap; ``look`` is its class."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    look: str
    width: float = 2
    markers: bool = False
    dashes: str = ""


@dataclass(frozen=True)
class Chart:
    """Lines over one pair of axes; values above ``top`` are cut off, ``marks`` stand at an x."""

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    note: str
    shares: bool = False
    top: float | None = None
    marks: Sequence[tuple[float, str]] = field(default_factory=tuple)
    x_range: tuple[float, float] | None = None


def chart(drawn: Chart) -> str:
    """Draw a chart with what to look for under it; a sentence in its place while it is empty."""
    xs = finite(x for line in drawn.lines for x in line.x)
    ys = finite(y for line in drawn.lines for y in line.y)
    if not xs or not ys:
        return f'<figure><h3>{text(drawn.title)}</h3><p class="note">No points yet.</p></figure>'
    x_ticks = ticks(*(drawn.x_range or (min(xs), max(xs))), whole=drawn.x_range is None)
    y_ticks = ticks(0.0, 1.0) if drawn.shares else ticks(0.0, drawn.top or max(max(ys), 1e-6))
    plot = Plot(x_ticks, y_ticks)
    said = f"{drawn.title}: {drawn.y_label} against {drawn.x_label}"
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{text(said)}">',
        *plot.axes(drawn),
        *(plot.mark(x, words) for x, words in drawn.marks),
        *(part for line in drawn.lines for part in plot.line(line)),
        *legend(drawn.lines),
        "</svg>",
    ]
    above = sum(y > y_ticks[-1] for y in ys)
    cut = f" Cut off above the top: {above} points, up to {max(ys):.3g}." if above else ""
    return (
        f"<figure><h3>{text(drawn.title)}</h3>{''.join(parts)}"
        f'<figcaption class="note">{text(drawn.note + cut)}</figcaption></figure>'
    )


class Plot:
    """Places of numbers on the paper, given the ticks of both axes."""

    def __init__(self, x_ticks: Sequence[float], y_ticks: Sequence[float]) -> None:
        self.x_ticks, self.y_ticks = x_ticks, y_ticks

    def x(self, value: float) -> float:
        """Return where a number is across."""
        low, high = self.x_ticks[0], self.x_ticks[-1]
        return LEFT + (value - low) / ((high - low) or 1) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Return where a number is down; what lies above the top stays at it."""
        low, high = self.y_ticks[0], self.y_ticks[-1]
        share = (min(value, high) - low) / ((high - low) or 1)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def axes(self, drawn: Chart) -> Iterable[str]:
        """Draw grid, numbers and names."""
        right, low = WIDTH - RIGHT, HEIGHT - BOTTOM
        for value in self.y_ticks:
            y = self.y(value)
            said = f"{value * 100:.0f} %" if drawn.shares else f"{value:g}"
            yield f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{said}</text>'
        for value in self.x_ticks:
            x = self.x(value)
            yield f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{low}" y2="{low + 4}"/>'
            yield f'<text x="{x:.1f}" y="{low + 18}" text-anchor="middle">{value:g}</text>'
        yield f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{low}" y2="{low}"/>'
        middle, down = (LEFT + right) / 2, (TOP + low) / 2
        name = text(drawn.x_label)
        yield f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{name}</text>'
        yield (
            f'<text transform="translate(14 {down}) rotate(-90)" text-anchor="middle">'
            f"{text(drawn.y_label)}</text>"
        )

    def mark(self, x: float, words: str) -> str:
        """Draw an upright line with words at it."""
        at = self.x(x)
        anchor = "end" if at > WIDTH / 2 else "start"
        shift = -4 if anchor == "end" else 4
        return (
            f'<line class="mark" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
            f'<text x="{at + shift:.1f}" y="{TOP + 10}" text-anchor="{anchor}">{text(words)}</text>'
        )

    def line(self, line: Line) -> Iterable[str]:
        """Draw a line, broken where a value is missing, with its markers."""
        points = [(x, y) for x, y in zip(line.x, line.y, strict=True)]
        dashes = f' stroke-dasharray="{line.dashes}"' if line.dashes else ""
        for good, part in groupby(points, key=lambda point: math.isfinite(point[1])):
            if good:
                path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in part)
                yield (
                    f'<polyline class="{line.look}" fill="none" stroke-width="{line.width}"'
                    f'{dashes} stroke-linejoin="round" points="{path}"/>'
                )
        if line.markers:
            for x, y in points:
                if math.isfinite(y):
                    yield (
                        f'<circle class="{line.look}" cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" '
                        'r="3.5"/>'
                    )


def legend(lines: Sequence[Line]) -> Iterable[str]:
    """Name the lines above the plot, each with a piece of it."""
    x = LEFT
    for line in lines:
        dashes = f' stroke-dasharray="{line.dashes}"' if line.dashes else ""
        yield (
            f'<line class="{line.look}" x1="{x}" x2="{x + 26}" y1="14" y2="14" '
            f'stroke-width="{line.width}"{dashes}/>'
        )
        if line.markers:
            yield f'<circle class="{line.look}" cx="{x + 13}" cy="14" r="3.5"/>'
        yield f'<text x="{x + 32}" y="18">{text(line.name)}</text>'
        x += 50 + 9 * len(line.name)


def ticks(low: float, high: float, *, whole: bool = False, most: int = 6) -> list[float]:
    """Return round numbers, evenly spaced, from at most ``low`` to at least ``high``.

    Steps are 1, 2 or 5 times a power of ten (Heckbert, Graphics Gems, 1990), ``whole`` ones at
    least 1.
    """
    span = (high - low) or 1.0
    power = 10 ** math.floor(math.log10(span / (most - 1)))
    step = next(power * each for each in STEPS if span / (power * each) <= most - 1 + 1e-9)
    if whole:
        step = max(1.0, step)
    first = math.floor(low / step + 1e-9)
    last = max(first + 1, math.ceil(high / step - 1e-9))
    return [round(number * step, 12) for number in range(first, last + 1)]


def finite(values: Iterable[float]) -> list[float]:
    """Return those of the values that are numbers."""
    return [float(value) for value in values if np.isfinite(value)]
