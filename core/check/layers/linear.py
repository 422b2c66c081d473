"""Linear layers: y = x weight^T + bias."""

import numpy as np

from core.check.layers.layer import Case, CheckedLayer, Facts, Mistake, Pass
from core.check.layers.truth import Draw, facts_of, number_reason
from core.comparison.rounding import Array
from core.comparison.torch_layer import linear_layer


def facts(case: Case) -> Facts:
    """Draw x (rows, inputs), weight (outputs, inputs) and bias, and ask torch."""
    draw = Draw(case)
    x, weight = draw(case["rows"], case["ins"]), draw(case["outs"], case["ins"])
    bias, none = draw(case["outs"]), np.zeros(case["outs"], case["dtype"])
    return facts_of(
        linear_layer(weight, bias if case["bias"] else none),
        x,
        draw,
        weight=weight,
        bias=bias if case["bias"] else None,
        no_bias=none,
        with_bias=case["bias"],
        in_features=case["ins"],
        out_features=case["outs"],
    )


def bias_of(f: Facts) -> Array:
    """Return the bias, or zeros where there is none."""
    return np.asarray(f["no_bias"] if f["bias"] is None else f["bias"])


def square(f: Facts) -> bool:
    """Tell whether a transposed weight has the same shape."""
    return len(set(f["weight"].shape)) == 1


MISTAKES = (
    Mistake(
        "y",
        "the weight is not transposed, x @ weight",
        lambda f: f["x"] @ f["weight"] + bias_of(f) if square(f) else None,
        "Torch keeps a weight as (outputs, inputs), so that y = x @ weight.T; a function for "
        "(inputs, outputs) must be handed weight.T.",
    ),
    Mistake("y", "the bias is left out", lambda f: f["x"] @ f["weight"].T),
    Mistake("y", "the bias is subtracted", lambda f: f["x"] @ f["weight"].T - bias_of(f)),
    Mistake(
        "y",
        "the mean of the products is taken where their sum is meant",
        lambda f: f["x"] @ f["weight"].T / f["x"].shape[1] + bias_of(f),
    ),
    Mistake(
        "dx",
        "the weight is transposed, dy @ weight.T",
        lambda f: f["dy"] @ f["weight"].T if square(f) else None,
        "With the weight as (outputs, inputs), dx = dy @ weight.",
    ),
    Mistake(
        "dx",
        "the mean over the batch is taken: each row's gradient is its own",
        lambda f: f["dy"] @ f["weight"] / len(f["x"]),
    ),
    Mistake(
        "dweight",
        "it is transposed, x.T @ dy",
        lambda f: f["x"].T @ f["dy"],
        "The gradient has the weight's shape, (outputs, inputs): dweight = dy.T @ x.",
    ),
    Mistake(
        "dweight",
        "the mean over the batch is taken where the sum is meant",
        lambda f: f["dy"].T @ f["x"] / len(f["x"]),
        "Dividing by the number of rows is the loss's business, whose gradient dy is.",
    ),
    Mistake(
        "dweight",
        "it is transposed and the mean over the batch, where the sum is meant",
        lambda f: f["x"].T @ f["dy"] / len(f["x"]),
        "The gradient has the weight's shape, (outputs, inputs): dweight = dy.T @ x.",
    ),
    Mistake(
        "dweight",
        "only the last row of the batch counts, = where += is meant",
        lambda f: np.outer(f["dy"][-1], f["x"][-1]),
    ),
    Mistake(
        "dbias",
        "the mean over the batch is taken where the sum is meant",
        lambda f: f["dy"].mean(axis=0),
        "Dividing by the number of rows is the loss's business, whose gradient dy is.",
    ),
    Mistake(
        "dbias",
        "only the last row of the batch counts, = where += is meant",
        lambda f: f["dy"][-1],
    ),
    Mistake("dbias", "the rows are not added up", lambda f: f["dy"]),
    Mistake(
        "dbias", "the outputs are added up where the rows are meant", lambda f: f["dy"].sum(axis=1)
    ),
    Mistake("dbias", "everything is added up", lambda f: f["dy"].sum()),
)

LINEAR = CheckedLayer(
    name="linear",
    title="linear layer",
    words=("linear", "dense", "affine", "fullyconnected", "fc"),
    simple=Case.of(rows=1, ins=1, outs=1, bias=False, dtype="float64"),
    changes=(
        ("plain", {}),
        ("plain", {"ins": 3}),
        ("plain", {"outs": 2}),
        ("plain", {"ins": 2, "outs": 2}),
        ("plain", {"ins": 3, "outs": 2}),
        ("plain", {"ins": 3, "outs": 4, "dtype": "float32"}),
        ("bias", {"bias": True}),
        ("bias", {"bias": True, "ins": 2, "outs": 2}),
        ("bias", {"bias": True, "ins": 2, "outs": 3}),
        ("batch", {"rows": 2}),
        ("batch", {"rows": 3, "ins": 2, "outs": 2}),
        ("batch", {"rows": 2, "ins": 4, "outs": 3}),
        ("as many rows as outputs", {"rows": 3, "ins": 2, "outs": 3}),
        ("as many rows as outputs", {"rows": 3, "ins": 3, "outs": 3, "bias": True}),
        ("everything at once", {"rows": 5, "ins": 7, "outs": 4, "bias": True}),
        ("everything at once", {"rows": 4, "ins": 64, "outs": 10, "bias": True}),
        ("everything at once", {"rows": 8, "ins": 6, "outs": 6, "bias": True}),
    ),
    probe={"rows": 2, "ins": 3, "outs": 4, "bias": True},
    facts=facts,
    forward=Pass(("x", "weight", "bias"), ("x", "weight"), ("y",)),
    backward=Pass(("dy", "x", "weight", "bias", "cache"), ("dy",), ("dx", "dweight", "dbias")),
    built_from=("in_features", "out_features", "with_bias", "weight", "bias"),
    holds=("weight", "bias"),
    mistakes=MISTAKES,
    reasons={
        "rows": lambda n: f"the batch has {n} rows",
        "ins": lambda n: f"there are {n} inputs",
        "outs": lambda n: f"there are {n} outputs",
        "bias": lambda _: "there is a bias",
        "dtype": number_reason,
    },
    layouts="rows",
)
