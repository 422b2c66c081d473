"""The lines of train and test: seen on both pages, and told apart by every kind of eye."""

import tomllib

import numpy as np
import pytest

from core.folders import ROOT
from core.pictures.colour import TEST, TRAIN

# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
EYES = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
RGB_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
WHITE_POINT = np.array([0.9505, 1.0, 1.089])


def linear(colour: str):
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: 1 to 21, and 3 for a line that must be seen."""
    dark, light = sorted(float(linear(each) @ RGB_TO_XYZ[1]) for each in (one, other))
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, eye: str):
    """CIELAB of a colour as an eye sees it."""
    xyz = RGB_TO_XYZ @ np.clip(EYES[eye] @ linear(colour), 0, 1) / WHITE_POINT
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def background(theme: str) -> str:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    return str(config["theme"][theme]["backgroundColor"])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", [TRAIN, TEST])
def test_both_lines_are_seen_on_both_pages(colour, theme):
    assert contrast(colour, background(theme)) >= 3


@pytest.mark.parametrize("eye", list(EYES))
def test_every_eye_tells_train_from_test(eye):
    # The two greens of before were 24 to 26 apart.
    assert np.linalg.norm(seen(TRAIN, eye) - seen(TEST, eye)) > 40


def test_train_is_the_darker_one():
    assert contrast(TRAIN, "#FFFFFF") > contrast(TEST, "#FFFFFF")
