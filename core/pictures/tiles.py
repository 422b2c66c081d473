"""Maps as few, tiled pictures: many channels in one array of bytes that the page colours itself."""

from dataclasses import dataclass
from math import ceil, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from core.pictures.colour import DIVERGING, colour_signed

ZERO = 128  # the byte of exactly zero; 1 to 255 run from -scale to +scale
NOT_FINITE = 0  # the byte of NaN and infinity


@dataclass(frozen=True)
class Tile:
    """Maps side by side: ``pixels`` (rows * H, columns * W) bytes, ``scales`` (C,) per channel.

    A byte b of channel c stands for (b - 128) / 127 * scales[c]; 0 stands for a value that is not
    finite. Places after the last map are filled with the byte of zero.
    """

    pixels: NDArray[np.uint8]
    columns: int
    count: int
    height: int
    width: int
    scales: NDArray[np.float64]


def scale_of(values: NDArray[np.floating]) -> float:
    """Largest finite magnitude; 1 when there is none, so that dividing by it stays harmless."""
    magnitude = np.abs(values)
    largest = float(magnitude.max(initial=0.0))
    if not np.isfinite(largest):
        largest = float(magnitude[np.isfinite(magnitude)].max(initial=0.0))
    return largest or 1.0


def to_bytes(
    values: NDArray[np.floating], scale: float | NDArray[np.floating]
) -> NDArray[np.uint8]:
    """Round values to bytes: exactly zero is 128 whatever the scale, NaN and infinity are 0."""
    values = np.asarray(values)
    with np.errstate(invalid="ignore", over="ignore"):
        levels = np.rint(np.clip(values * (127 / np.asarray(scale)), -127, 127)) + ZERO
    levels[~np.isfinite(values)] = NOT_FINITE
    return levels.astype(np.uint8)


def tile_maps(maps: NDArray[np.floating], shared: bool = True, columns: int | None = None) -> Tile:
    """Lay maps (C, H, W) out row by row; one scale for all when ``shared``, else one each.

    Without ``columns`` the tile is made about as wide as it is high.
    """
    maps = np.asarray(maps)
    if maps.ndim != 3 or not maps.size:
        raise ValueError(f"expected maps (C, H, W), not an array of shape {maps.shape}")
    count, height, width = maps.shape
    columns = columns or max(1, ceil(sqrt(count * height / width)))
    rows = ceil(count / columns)
    scales = np.full(count, scale_of(maps)) if shared else np.array([scale_of(m) for m in maps])
    pixels = np.full((rows * columns, height, width), ZERO, dtype=np.uint8)
    pixels[:count] = to_bytes(maps, scales[:, None, None])
    pixels = pixels.reshape(rows, columns, height, width).swapaxes(1, 2)
    return Tile(
        pixels.reshape(rows * height, columns * width), columns, count, height, width, scales
    )


def shrink(maps: NDArray[np.floating], side: int) -> NDArray[np.floating]:
    """Keep every k-th cell of maps (C, H, W), so that neither side exceeds ``side`` cells.

    Cells are picked, not averaged: what is drawn small are values that the layer really gave out.
    """
    step = max(1, ceil(max(maps.shape[1:]) / side))
    return maps[:, step // 2 :: step, step // 2 :: step]


def fold(values: NDArray[np.floating], columns: int | None = None) -> NDArray[np.floating]:
    """Fold a list of numbers (F,) into one map (1, rows, columns), read like text.

    The places after the last number are filled with zero.
    """
    columns = columns or max(1, ceil(sqrt(len(values))))
    rows = ceil(len(values) / columns)
    folded = np.zeros(rows * columns, dtype=values.dtype)
    folded[: len(values)] = values
    return folded.reshape(1, rows, columns)


def palette() -> NDArray[np.uint8]:
    """Colours (256, 3) of the bytes in a tile: NaN's own, then blue over neutral to orange."""
    values = (np.arange(256) - ZERO) / 127
    colours = colour_signed(np.clip(values, -1, 1), 1.0)
    colours[NOT_FINITE] = colour_signed(np.array([np.nan]))[0]
    colours[ZERO] = DIVERGING[len(DIVERGING) // 2]
    return colours


def kernel_colours(weight: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Show kernels that read colours, (C, 3, h, w), as RGB pictures (C, h, w, 3).

    Weight zero is mid-grey for all; one scale is shared by all channels and colours.
    """
    weight = np.asarray(weight)
    if weight.ndim != 4 or weight.shape[1] != 3:
        raise ValueError(f"expected kernels over three colours (C, 3, h, w), not {weight.shape}")
    return to_bytes(weight, scale_of(weight)).transpose(0, 2, 3, 1)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Encode bytes (H, W) grey or (H, W, 3) RGB as a PNG, fast rather than small."""
    picture = pixels[..., ::-1] if pixels.ndim == 3 else pixels
    done, data = cv2.imencode(
        ".png", np.ascontiguousarray(picture), [cv2.IMWRITE_PNG_COMPRESSION, 1]
    )
    if not done:
        raise ValueError(f"OpenCV could not write a picture of shape {pixels.shape}")
    return data.tobytes()


def map_png(values: NDArray[np.floating], scale: float | None = None, cell: int = 1) -> bytes:
    """One map (H, W) as a PNG in the diverging colours, each cell ``cell`` x ``cell`` pixels."""
    picture = colour_signed(values, scale)
    return png(picture.repeat(cell, axis=0).repeat(cell, axis=1))


def draw_on_photo(
    values: NDArray[np.floating],
    edges_down: NDArray[np.floating],
    edges_across: NDArray[np.floating],
    size: tuple[int, int],
) -> NDArray[np.float64]:
    """Put a map's cells (H, W) where they are in the photo: (photo height, photo width) of values.

    The edges come from ``receptive_field.cell_edges``. Pixels that no cell is centred on are NaN:
    the map says nothing about them.
    """
    down = np.searchsorted(edges_down, np.arange(size[0]) + 0.5, side="right") - 1
    across = np.searchsorted(edges_across, np.arange(size[1]) + 0.5, side="right") - 1
    placed = np.full(size, np.nan)
    inside_down = (down >= 0) & (down < values.shape[0])
    inside_across = (across >= 0) & (across < values.shape[1])
    grid = np.ix_(inside_down, inside_across)
    placed[grid] = np.asarray(values)[np.ix_(down[inside_down], across[inside_across])]
    return placed
