"""Smooth shapes with antialiased edges, placed on a canvas by one similarity transform."""

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Plane = NDArray[np.complex128]  # points as complex numbers, x + iy
Colour = tuple[float, float, float]
Points = list[tuple[float, float]]

SHIFT = 4  # cv2 takes sixteenths of a pixel
FINE = 1 << SHIFT
SAMPLES = 5  # points on a curve from one control point to the next
# The inner points of a half circle, for round ends
HALF_CIRCLE = np.exp(1j * np.linspace(0, math.pi, 7)[1:-1])


@lru_cache(maxsize=64)
def curve_weights(count: int, closed: bool) -> tuple[Plane, Plane]:
    """Weights (M, count) from control points to the Catmull-Rom curve through them, and its slope.

    Source: Catmull and Rom, "A class of local interpolating splines", 1974, with tension 1/2.
    """
    segments = count if closed else count - 1
    points = np.zeros((segments * SAMPLES + (not closed), count))
    slopes = np.zeros_like(points)
    for row in range(len(points)):
        segment = min(row // SAMPLES, segments - 1)
        t = row / SAMPLES - segment
        cubic = (
            *(-0.5 * t**3 + t**2 - 0.5 * t, 1.5 * t**3 - 2.5 * t**2 + 1),
            *(-1.5 * t**3 + 2 * t**2 + 0.5 * t, 0.5 * t**3 - 0.5 * t**2),
        )
        slope = (
            *(-1.5 * t**2 + 2 * t - 0.5, 4.5 * t**2 - 5 * t),
            *(-4.5 * t**2 + 4 * t + 0.5, 1.5 * t**2 - t),
        )
        for k in range(4):
            place = segment - 1 + k
            place = place % count if closed else min(max(place, 0), count - 1)
            points[row, place] += cubic[k]
            slopes[row, place] += slope[k]
    return points.astype(np.complex128), slopes.astype(np.complex128)


@lru_cache(maxsize=64)
def ramp(count: int) -> Array:
    """Numbers from 0 to 1, (count,)."""
    return np.linspace(0, 1, count)


class Pen:
    """Draws on ``canvas`` (S, S, 3) uint8 in local units: ``scale`` pixels each, y downwards.

    ``centre`` is the origin in pixels, ``turn`` an angle in radians, ``flip`` mirrors x.
    """

    def __init__(
        self,
        canvas: NDArray[np.uint8],
        centre: tuple[float, float],
        scale: float,
        turn: float = 0.0,
        flip: bool = False,
    ) -> None:
        self.canvas = canvas
        self.centre = centre
        self.scale = scale
        self.turn = turn
        self.flip = flip
        # Outlines are the same share of a picture of any size.
        self.rim = max(0.8, canvas.shape[0] / 110)
        cos, sin = math.cos(turn) * scale, math.sin(turn) * scale
        self.axes = (-cos, -sin, -sin, cos) if flip else (cos, sin, -sin, cos)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a local point is in canvas pixels."""
        a, b, c, d = self.axes
        return x * a + y * c + self.centre[0], x * b + y * d + self.centre[1]

    def at(self, x: float, y: float, scale: float = 1.0, turn: float = 0.0) -> "Pen":
        """Return a pen whose origin is at (x, y) of this one, scaled and turned (radians)."""
        turned = self.turn + (-turn if self.flip else turn)
        return Pen(self.canvas, self.place(x, y), self.scale * scale, turned, self.flip)

    def mirror(self) -> "Pen":
        """Return a pen at the same place whose x goes the other way."""
        return Pen(self.canvas, self.centre, self.scale, self.turn, not self.flip)

    def fill(self, points: Plane, colour: Colour) -> None:
        """Fill a polygon (N,) given in sixteenths of a canvas pixel."""
        pixels = points.view(np.float64).astype(np.int32).reshape(-1, 2)
        cv2.fillPoly(self.canvas, [pixels], colour, cv2.LINE_AA, SHIFT)

    def control(self, points: Points) -> Plane:
        """Place control points: (N,), in sixteenths of a canvas pixel."""
        a, b, c, d = self.axes
        left, top = self.centre
        # The half makes rounding down, which comes later, round to the nearest.
        return FINE * np.array(
            [complex(x * a + y * c + left, x * b + y * d + top) for x, y in points]
        ) + (0.5 + 0.5j)

    def polygon(self, points: Points, colour: Colour) -> None:
        """Fill a polygon with straight sides."""
        self.fill(self.control(points), colour)

    def blob(self, points: Points, colour: Colour, edge: Colour | None = None) -> None:
        """Fill the smooth closed curve through ``points``; with ``edge``, the rim around it."""
        control = self.control(points)
        weights, slopes = curve_weights(len(points), True)
        curve = weights @ control
        if edge is not None:
            before = points[-1:] + points[:-1]
            area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(before, points, strict=True))
            rim = self.rim * FINE  # outwards, whichever way the points go round
            rim = -rim if (area > 0) != self.flip else rim
            slope = slopes @ control
            self.fill(curve + slope * (rim * 1j / np.abs(slope)), edge)
        self.fill(curve, colour)

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
        x, y = self.place(box[0], box[1])
        centre = round(x * FINE), round(y * FINE)
        degrees = math.degrees(self.turn - turn if self.flip else self.turn + turn)
        wide, high = box[2] * self.scale, box[3] * self.scale
        rims = [(0.0, colour)] if edge is None else [(self.rim, edge), (0.0, colour)]
        for rim, paint in rims:
            radii = round((wide + rim) * FINE), round((high + rim) * FINE)
            cv2.ellipse(
                *(self.canvas, centre, radii, degrees, 0, 360, paint),
                thickness=-1,
                lineType=cv2.LINE_AA,
                shift=SHIFT,
            )

    def lines(
        self, paths: list[Points], width: float, colour: Colour, edge: Colour | None = None
    ) -> None:
        """Draw lines of a whole number of pixels' width: quicker than strokes where that does.

        Paths of two points are straight lines, of more (all of equally many) smooth ones.
        """
        curves = self.control([point for path in paths for point in path]).reshape(len(paths), -1)
        if len(paths[0]) > 2:
            curves = curves @ curve_weights(len(paths[0]), False)[0].T
        pixels = curves.view(np.float64).astype(np.int32).reshape(len(paths), -1, 2)
        thick = max(1, round(width * self.scale))
        if edge is not None:
            rim = thick + max(2, round(2 * self.rim))
            cv2.polylines(self.canvas, [*pixels], False, edge, rim, cv2.LINE_AA, SHIFT)
        cv2.polylines(self.canvas, [*pixels], False, colour, thick, cv2.LINE_AA, SHIFT)

    def stroke(
        self,
        points: Points,
        width: float | tuple[float, float],
        colour: Colour,
        edge: Colour | None = None,
    ) -> None:
        """Draw a smooth band with round ends along the open curve through ``points``.

        ``width`` in units, or the widths at its start and its end.
        """
        control = self.control(points)
        weights, slopes = curve_weights(len(points), False)
        curve, slope = weights @ control, slopes @ control
        sideways = slope * (1j / np.abs(slope))
        half: float | Array
        if isinstance(width, tuple):
            half = (width[0] + (width[1] - width[0]) * ramp(len(curve))) * (self.scale * FINE / 2)
        else:
            half = width * self.scale * FINE / 2
        if edge is not None:
            self.fill(band(curve, sideways * (half + self.rim * FINE)), edge)
        self.fill(band(curve, sideways * half), colour)


def band(curve: Plane, offset: Plane) -> Plane:
    """Outline of a band along a curve (N,) that reaches ``offset`` (N,) to either side."""
    end = curve[-1] + offset[-1] / HALF_CIRCLE
    start = curve[0] - offset[0] / HALF_CIRCLE
    return np.concatenate((curve + offset, end, (curve - offset)[::-1], start))
