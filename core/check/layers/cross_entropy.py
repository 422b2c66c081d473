"""Binary cross entropy of probabilities: the mean of -(t log p + (1 - t) log(1 - p))."""

from functools import partial

import numpy as np
import torch
import torch.nn.functional as F

from core.check.layers.layer import Case, CheckedLayer, Facts, Mistake, Pass
from core.check.layers.truth import Draw, number_reason
from core.comparison.magnitudes import loss_sums
from core.comparison.rounding import Array


def facts(case: Case) -> Facts:
    """Draw probabilities and targets (rows, 1), some of them 0 and 1 if asked for; ask torch.

    There torch holds both logarithms at -100 at least; its gradient there is its own business.
    """
    draw = Draw(case)
    p = (1 / (1 + np.exp(-2 * draw(case["rows"], 1)))).astype(case["dtype"])
    t = draw.random.uniform(0, 1, p.shape)
    t = (t if case["soft"] else np.round(t)).astype(case["dtype"])
    if case["certain"]:
        right = case["certain"] == "right"
        p[::2], t[::2] = float(t[0, 0] > 0.5), float(right == (t[0, 0] > 0.5))
    probability, target = torch.from_numpy(p.copy()).requires_grad_(), torch.from_numpy(t.copy())
    loss = F.binary_cross_entropy(probability, target)
    (dx,) = torch.autograd.grad(loss, probability)
    sums = loss_sums(probability, target)
    results = {"loss": loss.detach().numpy()}
    if not case["certain"]:
        results["dx"] = dx.numpy()
    given = {"probability": p, "target": t, "dy": 1.0}
    return Facts(given, results, {"loss": sums["y"], "dx": sums["dx"]})


def losses(p: Array, t: Array, floor: float = -100.0) -> Array:
    """Return the loss of each probability."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log_p, log_not_p = np.log(p), np.log1p(-p)
        if np.isfinite(floor):
            log_p, log_not_p = np.maximum(log_p, floor), np.maximum(log_not_p, floor)
        return np.asarray(-(t * log_p + (1 - t) * log_not_p))


def clipped(f: Facts, small: float) -> Array:
    """Keep the probability away from 0 and 1."""
    p = np.clip(f["probability"], small, 1 - small)
    return np.asarray(losses(p, f["target"]).mean())


def added_inside(f: Facts, small: float) -> Array:
    """Add a small number within both logarithms."""
    p, t = f["probability"], f["target"]
    return np.asarray(-(t * np.log(p + small) + (1 - t) * np.log(1 - p + small)).mean())


def gradient_with(f: Facts, small: float) -> Array:
    """Return the gradient with a small number added to the denominator."""
    p = f["probability"]
    return np.asarray((p - f["target"]) / (p * (1 - p) + small) / p.size)


SMALL = (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16)
FLOOR = "Torch lets no logarithm fall below -100, and changes nothing else."
COUNT = "it is not divided by the number of probabilities"

MISTAKES = (
    Mistake(
        "loss",
        "the sum is taken where the mean is meant",
        lambda f: losses(f["probability"], f["target"]).sum(),
    ),
    Mistake(
        "loss",
        "nothing keeps the logarithm of 0 from being minus infinity",
        lambda f: losses(f["probability"], f["target"], -np.inf).mean(),
        FLOOR,
    ),
    Mistake(
        "loss",
        "(1 - t) log(1 - p) is left out",
        lambda f: (
            -(f["target"] * np.maximum(np.log(np.maximum(f["probability"], 1e-300)), -100)).mean()
        ),
    ),
    Mistake(
        "loss",
        "probability and target change places",
        lambda f: losses(f["target"], f["probability"]).mean(),
    ),
    Mistake(
        "loss",
        "the logarithm is that of base 2",
        lambda f: losses(f["probability"], f["target"]).mean() / np.log(2),
    ),
    Mistake(
        "loss",
        "the loss of each is returned, and not their mean",
        lambda f: losses(f["probability"], f["target"]),
    ),
    *(
        Mistake(
            "loss",
            f"the probability is cut off at {small:g} and 1 - {small:g}",
            partial(clipped, small=small),
            FLOOR,
        )
        for small in SMALL
    ),
    *(
        Mistake(
            "loss",
            f"{small:g} is added within the logarithms",
            partial(added_inside, small=small),
            FLOOR,
        )
        for small in SMALL
    ),
    Mistake(
        "dx",
        COUNT,
        lambda f: f.results["dx"] * f["probability"].size,
        "The loss is the mean, and so is its gradient.",
    ),
    Mistake(
        "dx",
        "p - t is returned, the gradient with respect to the logit, and " + COUNT,
        lambda f: f["probability"] - f["target"],
        "With respect to the probability it is (p - t) / (p (1 - p)) / count.",
    ),
    Mistake(
        "dx",
        "(p - t) / count is returned, the gradient with respect to the logit",
        lambda f: (f["probability"] - f["target"]) / f["probability"].size,
        "With respect to the probability it is (p - t) / (p (1 - p)) / count.",
    ),
    Mistake(
        "dx",
        "(1 - t) / (1 - p) is left out",
        lambda f: -f["target"] / f["probability"] / f["probability"].size,
    ),
    *(
        Mistake("dx", f"{small:g} is added to the denominator", partial(gradient_with, small=small))
        for small in SMALL[:-2]
    ),
)

CROSS_ENTROPY = CheckedLayer(
    name="bce",
    title="binary cross entropy",
    words=("binarycrossentropy", "bce", "logloss"),
    simple=Case.of(rows=1, soft=False, certain="", dtype="float64"),
    changes=(
        ("plain", {}),
        ("plain", {"rows": 2}),
        ("plain", {"rows": 5}),
        ("plain", {"rows": 16}),
        ("plain", {"rows": 6, "dtype": "float32"}),
        ("targets between 0 and 1", {"soft": True}),
        ("targets between 0 and 1", {"soft": True, "rows": 7}),
        ("certain and right", {"certain": "right"}),
        ("certain and right", {"certain": "right", "rows": 6}),
        ("certain and wrong", {"certain": "wrong"}),
        ("certain and wrong", {"certain": "wrong", "rows": 6}),
    ),
    probe={"rows": 5},
    facts=facts,
    forward=Pass(("probability", "target"), ("probability", "target"), ("loss",)),
    backward=Pass(("probability", "target", "dy", "cache"), (), ("dx",)),
    mistakes=MISTAKES,
    reasons={
        "rows": lambda n: f"there are {n} probabilities",
        "soft": lambda _: "targets lie between 0 and 1",
        "certain": lambda how: f"a probability is exactly 0 or 1, and {how}",
        "dtype": number_reason,
    },
)
