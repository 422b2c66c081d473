"""Sigmoid: y = 1 / (1 + exp(-x))."""

from functools import partial

import numpy as np
from torch import nn

from core.check.layers.layer import Case, CheckedLayer, Facts, Mistake, Pass
from core.check.layers.truth import Draw, facts_of, number_reason
from core.comparison.rounding import Array
from core.numpy_nn import sigmoid


def facts(case: Case) -> Facts:
    """Draw x, (rows, features) or as maps, with numbers as large as is asked for; ask torch."""
    draw = Draw(case)
    shape = (case["rows"], case["features"], *(() if case["flat"] else (3, 2)))
    x = draw(*shape)
    if case["large"]:
        x.flat[::2] = case["large"]
        x.flat[1::4] = -case["large"]
    return facts_of(nn.Sigmoid(), x, draw)


def overflowing(f: Facts) -> Array:
    """exp(x) / (1 + exp(x)): infinity by infinity where x is large."""
    with np.errstate(over="ignore", invalid="ignore"):
        power = np.exp(f["x"])
        return np.asarray(power / (1 + power))


def cut_off(f: Facts, limit: float) -> Array:
    """Keep x within a limit."""
    return sigmoid(np.clip(f["x"], -limit, limit))


MISTAKES = (
    Mistake(
        "y",
        "exp(x) / (1 + exp(x)) is computed, infinity by infinity where x is large",
        overflowing,
        "1 / (1 + exp(-x)) for x >= 0 and exp(x) / (1 + exp(x)) below never overflow.",
    ),
    Mistake("y", "the sign of x is turned, 1 / (1 + exp(x))", lambda f: sigmoid(-f["x"])),
    Mistake("y", "tanh is taken", lambda f: np.tanh(f["x"])),
    Mistake("y", "1 + is left out, 1 / exp(-x)", lambda f: np.exp(np.minimum(f["x"], 700.0))),
    *(
        Mistake(
            "y",
            f"x is cut off at ±{limit}",
            partial(cut_off, limit=limit),
            "exp of a negative number never overflows: with exp(-|x|) nothing need be cut off.",
        )
        for limit in (15, 20, 30, 50, 60, 88, 100, 250, 500, 600, 700)
    ),
    Mistake(
        "dx",
        "y is taken for x, and the sigmoid computed once more",
        lambda f: f["dy"] * sigmoid(f["y"]) * (1 - sigmoid(f["y"])),
        "The function is given y, the sigmoid's result: dx = dy y (1 - y).",
    ),
    Mistake(
        "dx",
        "x is taken for the sigmoid's result, dy x (1 - x)",
        lambda f: f["dy"] * f["x"] * (1 - f["x"]),
        "dx = dy y (1 - y) with y = sigmoid(x).",
    ),
    Mistake("dx", "dy is left out, y (1 - y) alone", lambda f: f["y"] * (1 - f["y"])),
    Mistake("dx", "1 - y is left out, dy y", lambda f: f["dy"] * f["y"]),
    Mistake("dx", "y is left out, dy (1 - y)", lambda f: f["dy"] * (1 - f["y"])),
    Mistake("dx", "1 - y^2 is taken, which is tanh's", lambda f: f["dy"] * (1 - f["y"] ** 2)),
)

SIGMOID = CheckedLayer(
    name="sigmoid",
    title="sigmoid",
    words=("sigmoid", "logistic"),
    simple=Case.of(rows=1, features=2, flat=True, large=0.0, dtype="float64"),
    changes=(
        ("plain", {}),
        ("plain", {"rows": 2, "features": 3}),
        ("plain", {"rows": 4, "features": 8}),
        ("plain", {"rows": 2, "features": 5, "dtype": "float32"}),
        ("large numbers", {"large": 20.0, "features": 4}),
        ("large numbers", {"large": 40.0, "features": 4}),
        ("large numbers", {"large": 100.0, "features": 4}),
        ("large numbers", {"large": 650.0, "features": 4}),
        ("large numbers", {"large": 1000.0, "features": 4}),
        ("maps of 4 axes", {"flat": False}),
        ("maps of 4 axes", {"flat": False, "rows": 2, "features": 3, "large": 30.0}),
    ),
    probe={"rows": 3, "features": 4},
    facts=facts,
    forward=Pass(("x",), ("x",), ("y",)),
    backward=Pass(("dy", "y", "x", "cache"), ("dy",), ("dx",)),
    mistakes=MISTAKES,
    reasons={
        "rows": lambda n: f"the batch has {n} rows",
        "features": lambda n: f"there are {n} features",
        "flat": lambda _: "x has 4 axes",
        "large": lambda n: f"x reaches ±{n:g}",
        "dtype": number_reason,
    },
)
