"""Random legal experiments, drawn once and the same every time, and layers of any settings."""

import numpy as np
import pytest
from hypothesis import strategies as st

from core.config import DTYPES
from core.conv_lab.demos import LAYERS
from core.conv_lab.demos.settings import settings
from core.conv_lab.experiment import Experiment
from core.conv_lab.rules import is_legal


@st.composite
def layers(draw):
    """Draw a layer's name, and the layer with any settings that its controls can have."""
    name = draw(st.sampled_from(sorted(LAYERS)))
    changes = {"dtype": draw(st.sampled_from(["float32", "float64"]))}
    for field, setting in settings(LAYERS[name]).items():
        kind = type(getattr(LAYERS[name](), field))
        steps = draw(st.integers(0, round((setting.high - setting.low) / setting.step)))
        changes[field] = kind(round(setting.low + steps * setting.step, 4))
    return name, LAYERS[name](**changes)


def draw_experiment(random: np.random.Generator) -> Experiment:
    """Draw any experiment in range with small sizes, legal or not; "own" numbers left out."""

    def pick(*choices):
        return choices[int(random.integers(len(choices)))]

    def pair(low, high):
        return int(random.integers(low, high)), int(random.integers(low, high))

    height, width = pair(1, 10)
    groups = pick(1, 1, 2, 3)
    return Experiment(
        height=height,
        width=width,
        channels=groups * pick(1, 2),
        out_channels=groups * pick(1, 2),
        kernel=pair(1, 5),
        stride=pair(1, 4),
        padding=pair(0, 4),
        dilation=pair(1, 4),
        groups=groups,
        bias=bool(random.integers(2)),
        dtype=pick(*DTYPES),
        image=pick("hill", "disc", "step", "ramp", "checks", "counting", "one", "ones", "random"),
        filters=pick("edges", "identity", "blur", "sharpen", "random"),
        upstream=pick("ones", "random", "one"),
        seed=int(random.integers(100)),
    )


@pytest.fixture(scope="session")
def experiments() -> list[Experiment]:
    """Give 200 legal experiments of every kind."""
    random = np.random.default_rng(0)
    drawn = (draw_experiment(random) for _ in range(2000))
    return [experiment for experiment in drawn if is_legal(experiment)][:200]


@pytest.fixture(scope="session")
def any_experiments() -> list[Experiment]:
    """Give 400 experiments in range, of which many break a rule."""
    random = np.random.default_rng(1)
    return [
        draw_experiment(random).with_changes(
            channels=int(random.integers(1, 9)),
            groups=int(random.integers(1, 9)),
            chosen=tuple(int(k) for k in random.integers(0, 8, 3)),
        )
        for _ in range(400)
    ]
