"""Smooth shapes with antialiased edges, placed on a canvas by one similarity transform."""

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]
Points = list[tuple[float, float]]

SHIFT = 4  # cv2 takes sixteenths of a pixel
CIRCLE = np.array([(math.cos(a), math.sin(a)) for a in np.linspace(0, 2 * math.pi, 33)[:-1]])


@lru_cache(maxsize=64)
def curve_weights(count: int, closed: bool, samples: int = 6) -> NDArray[np.float64]:
    """Weights (M, count) from control points to points on the Catmull-Rom curve through them.

    Source: Catmull and Rom, "A class of local interpolating splines", 1974, with tension 1/2.
    """
    segments = count if closed else count - 1
    weights = np.zeros((segments * samples + (not closed), count))
    for segment in range(segments):
        near = range(segment - 1, segment + 3)
        index = [i % count if closed else min(max(i, 0), count - 1) for i in near]
        for k in range(samples + (not closed and segment == segments - 1)):
            t = k / samples
            cubic = (
                *(-0.5 * t**3 + t**2 - 0.5 * t, 1.5 * t**3 - 2.5 * t**2 + 1),
                *(-1.5 * t**3 + 2 * t**2 + 0.5 * t, 0.5 * t**3 - 0.5 * t**2),
            )
            for i, weight in zip(index, cubic, strict=True):
                weights[segment * samples + k, i] += weight
    return weights


@dataclass(frozen=True)
class Pen:
    """Draws on ``canvas`` (S, S, 3) uint8 in local units: ``scale`` pixels each, y downwards."""

    canvas: NDArray[np.uint8]
    centre: tuple[float, float]
    scale: float
    turn: float = 0.0
    flip: bool = False

    def at(self, x: float, y: float, scale: float = 1.0, turn: float = 0.0) -> "Pen":
        """Return a pen whose origin is at (x, y) of this one, scaled and turned (radians)."""
        (centre,) = self.place(np.array([(x, y)]))
        turned = self.turn + (-turn if self.flip else turn)
        return Pen(self.canvas, (centre[0], centre[1]), self.scale * scale, turned, self.flip)

    def place(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map local points (N, 2) to canvas pixels (N, 2)."""
        cos, sin = math.cos(self.turn) * self.scale, math.sin(self.turn) * self.scale
        x = -1.0 if self.flip else 1.0
        return points @ np.array([(x * cos, x * sin), (-sin, cos)]) + self.centre

    def fill(self, points: NDArray[np.float64], colour: Colour, edge: Colour | None = None) -> None:
        """Fill a polygon (N, 2) and, with ``edge``, draw its outline."""
        pixels = np.rint(self.place(points) * (1 << SHIFT)).astype(np.int32)
        cv2.fillPoly(self.canvas, [pixels], colour, cv2.LINE_AA, SHIFT)
        if edge is not None:
            width = max(1, round(self.canvas.shape[0] / 110))
            cv2.polylines(self.canvas, [pixels], True, edge, width, cv2.LINE_AA, SHIFT)

    def polygon(self, points: Points, colour: Colour, edge: Colour | None = None) -> None:
        """Fill a polygon with straight sides."""
        self.fill(np.array(points), colour, edge)

    def blob(self, points: Points, colour: Colour, edge: Colour | None = None) -> None:
        """Fill the smooth closed curve through ``points``."""
        self.fill(curve_weights(len(points), True) @ np.array(points), colour, edge)

    def mirrored(self, points: Points, colour: Colour, edge: Colour | None = None) -> None:
        """Fill the smooth shape whose right half goes from top to bottom through ``points``."""
        left = [(-x, y) for x, y in reversed(points) if x > 0]
        self.blob([*points, *left], colour, edge)

    def oval(
        self,
        *box: float,
        colour: Colour,
        edge: Colour | None = None,
        turn: float = 0.0,
    ) -> None:
        """Fill an ellipse; ``box`` is x, y, horizontal radius, vertical radius."""
        x, y, wide, high = box
        points = CIRCLE * (wide, high)
        if turn:
            cos, sin = math.cos(turn), math.sin(turn)
            points = points @ np.array([(cos, sin), (-sin, cos)])
        self.fill(points + np.array((x, y)), colour, edge)

    def stroke(
        self, points: Points, width: float, colour: Colour, edge: Colour | None = None
    ) -> None:
        """Draw the smooth open curve through ``points`` with round ends, ``width`` units thick."""
        curve = self.place(curve_weights(len(points), False) @ np.array(points))
        pixels = np.rint(curve * (1 << SHIFT)).astype(np.int32)
        thick = max(1, round(width * self.scale))
        if edge is not None:
            rim = 2 * max(1, round(self.canvas.shape[0] / 150))
            cv2.polylines(self.canvas, [pixels], False, edge, thick + rim, cv2.LINE_AA, SHIFT)
        cv2.polylines(self.canvas, [pixels], False, colour, thick, cv2.LINE_AA, SHIFT)
