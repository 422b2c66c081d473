"""ReLU: y = max(x, 0)."""

import numpy as np
from torch import nn

from core.check.layers.layer import Case, CheckedLayer, Facts, Mistake, Pass
from core.check.layers.truth import Draw, facts_of, number_reason


def facts(case: Case) -> Facts:
    """Draw x, (rows, features) or as maps, some of it 0 where that is asked for, and ask torch."""
    draw = Draw(case)
    shape = (case["rows"], case["features"], *(() if case["flat"] else (3, 2)))
    x = draw(*shape)
    x.flat[0], x.flat[-1] = abs(x.flat[0]), -abs(x.flat[-1])  # both sides, in the smallest too
    if case["zeros"]:
        x.flat[::2] = 0
    return facts_of(nn.ReLU(), x, draw)


MISTAKES = (
    Mistake("y", "the sign is only dropped, |x|", lambda f: np.abs(f["x"])),
    Mistake(
        "y",
        "a hundredth of what is negative is let through, as leaky ReLU does",
        lambda f: np.where(f["x"] > 0, f["x"], 0.01 * f["x"]),
    ),
    Mistake("y", "it only says where x is positive, x > 0", lambda f: (f["x"] > 0).astype(float)),
    Mistake("y", "the smaller is taken, min(x, 0)", lambda f: np.minimum(f["x"], 0)),
    Mistake("y", "it is cut off above 1", lambda f: np.clip(f["x"], 0, 1)),
    Mistake(
        "dx",
        "the gradient passes where x is 0, x >= 0",
        lambda f: f["dy"] * (f["x"] >= 0),
        "Torch lets it pass only where x > 0.",
    ),
    Mistake("dx", "dy is left out, x > 0 alone", lambda f: (f["x"] > 0).astype(float)),
    Mistake(
        "dx",
        "dy's own sign decides what passes, not that of x",
        lambda f: f["dy"] * (f["dy"] > 0),
    ),
    Mistake("dx", "x stands where dy is meant", lambda f: f["x"] * (f["x"] > 0)),
    Mistake(
        "dx", "what is negative turns the sign, dy sign(x)", lambda f: f["dy"] * np.sign(f["x"])
    ),
    Mistake(
        "dx",
        "a hundredth passes where x is negative, as in leaky ReLU",
        lambda f: np.where(f["x"] > 0, f["dy"], 0.01 * f["dy"]),
    ),
)

RELU = CheckedLayer(
    name="relu",
    title="ReLU",
    words=("relu",),
    simple=Case.of(rows=1, features=2, flat=True, zeros=False, dtype="float64"),
    changes=(
        ("plain", {}),
        ("plain", {"rows": 2, "features": 3}),
        ("plain", {"rows": 4, "features": 8}),
        ("plain", {"rows": 2, "features": 5, "dtype": "float32"}),
        ("exactly 0", {"zeros": True}),
        ("exactly 0", {"zeros": True, "rows": 3, "features": 4}),
        ("maps of 4 axes", {"flat": False}),
        ("maps of 4 axes", {"flat": False, "rows": 2, "features": 3, "zeros": True}),
    ),
    probe={"rows": 3, "features": 4},
    facts=facts,
    forward=Pass(("x",), ("x",), ("y",)),
    backward=Pass(("dy", "x", "y", "cache"), ("dy",), ("dx",)),
    mistakes=MISTAKES,
    reasons={
        "rows": lambda n: f"the batch has {n} rows",
        "features": lambda n: f"there are {n} features",
        "flat": lambda _: "x has 4 axes",
        "zeros": lambda _: "some of x is exactly 0",
        "dtype": number_reason,
    },
)
