"""The project's colours, and arrays turned into pictures with them.

Cat and dog colours are from Okabe and Ito's set for colour-blind readers. Signed values go from the
dog's blue over a neutral grey at exactly zero to the cat's orange.
"""

import numpy as np
from numpy.typing import NDArray

CAT = "#D55E00"
DOG = "#0072B2"
# Neither the cat's nor the dog's colour: train is darker, test lighter and drawn with markers.
# Green and violet stay apart for every kind of colour-blindness, on a light page and on a dark one.
TRAIN = "#00805F"
TEST = "#B877DB"
CLASS_COLOURS = (DOG, CAT)  # indexed by label: dog = 0, cat = 1
NEUTRAL = "#E6E6E6"
NOT_A_NUMBER = "#B000B5"  # a colour of neither scale, so that NaN can not pass for a value


def _rgb(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float64)


def _diverging_table() -> NDArray[np.uint8]:
    """Make 511 colours: index 255 is the neutral one, so zero has a colour of its own."""
    low, middle, high = _rgb(DOG), _rgb(NEUTRAL), _rgb(CAT)
    share = np.linspace(0, 1, 256)[:, None]
    table = np.concatenate([low + share * (middle - low), middle + share[1:] * (high - middle)])
    return table.round().astype(np.uint8)


DIVERGING = _diverging_table()  # (511, 3) RGB


def colour_signed(values: NDArray[np.floating], limit: float | None = None) -> NDArray[np.uint8]:
    """Colour signed values (...) as RGB (..., 3): zero is neutral, -limit blue, +limit orange.

    ``limit`` defaults to the largest finite magnitude; NaN gets a colour of its own.
    """
    values = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(values)
    limit = limit or float(np.abs(values[finite]).max(initial=0.0)) or 1.0
    share = np.clip(np.nan_to_num(values, posinf=limit, neginf=-limit) / limit, -1, 1)
    picture: NDArray[np.uint8] = DIVERGING[np.rint(share * 255).astype(np.intp) + 255]
    picture[np.isnan(values)] = _rgb(NOT_A_NUMBER)
    return picture
