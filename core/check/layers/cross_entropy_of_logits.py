"""Binary cross entropy of logits: the mean of max(x, 0) - x t + log(1 + exp(-|x|))."""

import numpy as np
import torch
import torch.nn.functional as F

from core.check.layers.cross_entropy import losses
from core.check.layers.layer import Case, CheckedLayer, Facts, Mistake, Pass
from core.check.layers.truth import Draw, number_reason
from core.comparison.magnitudes import logit_loss_sums
from core.comparison.rounding import Array
from core.numpy_nn import bce_with_logits, sigmoid


def facts(case: Case) -> Facts:
    """Draw logits, some as large as is asked for, and targets (rows, 1); ask torch."""
    draw = Draw(case)
    x = 2 * draw(case["rows"], 1)
    t = draw.random.uniform(0, 1, x.shape)
    t = (t if case["soft"] else np.round(t)).astype(case["dtype"])
    if case["large"]:
        x[::2] = case["large"]
    logit, target = torch.from_numpy(x.copy()).requires_grad_(), torch.from_numpy(t.copy())
    loss = F.binary_cross_entropy_with_logits(logit, target)
    (dx,) = torch.autograd.grad(loss, logit)
    sums = logit_loss_sums(logit, target)
    results = {"loss": loss.detach().numpy(), "dx": dx.numpy()}
    given = {"logit": x, "target": t, "dy": 1.0}
    return Facts(given, results, {"loss": sums["y"], "dx": sums["dx"]})


def through_probability(f: Facts, floor: float = -np.inf) -> Array:
    """Compute the probability first, which becomes 0 or 1 where the logit is large."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(losses(sigmoid(f["logit"]), f["target"], floor).mean())


def overflowing(f: Facts) -> Array:
    """log(1 + exp(x)) - x t: infinite where x is large."""
    with np.errstate(over="ignore"):
        return np.asarray((np.log1p(np.exp(f["logit"])) - f["logit"] * f["target"]).mean())


def overflowing_below(f: Facts) -> Array:
    """x - x t + log(1 + exp(-x)): infinite where x is very negative."""
    x = f["logit"]
    with np.errstate(over="ignore"):
        return np.asarray((x - x * f["target"] + np.log1p(np.exp(-x))).mean())


STABLE = "max(x, 0) - x t + log(1 + exp(-|x|)) overflows nowhere."

MISTAKES = (
    Mistake(
        "loss",
        "the sum is taken where the mean is meant",
        lambda f: bce_with_logits(f["logit"], f["target"]) * f["logit"].size,
    ),
    Mistake("loss", "log(1 + exp(x)) - x t is computed, which overflows", overflowing, STABLE),
    Mistake(
        "loss", "x - x t + log(1 + exp(-x)) is computed, which overflows", overflowing_below, STABLE
    ),
    Mistake(
        "loss",
        "the probability is computed first, which is rounded to 0 or 1 where the logit is large",
        through_probability,
        STABLE,
    ),
    Mistake(
        "loss",
        "the probability is computed first and its logarithm held at -100",
        lambda f: through_probability(f, -100.0),
        STABLE,
    ),
    Mistake(
        "loss",
        "the logit is taken for a probability, without the sigmoid",
        lambda f: losses(f["logit"], f["target"], -np.inf).mean(),
    ),
    Mistake(
        "loss",
        "x t is left out",
        lambda f: np.asarray(bce_with_logits(f["logit"], np.zeros_like(f["target"]))),
    ),
    Mistake(
        "dx",
        "it is not divided by the number of logits",
        lambda f: f.results["dx"] * f["logit"].size,
        "The loss is the mean, and so is its gradient.",
    ),
    Mistake(
        "dx",
        "the sigmoid is left out, (x - t) / count",
        lambda f: (f["logit"] - f["target"]) / f["logit"].size,
    ),
    Mistake(
        "dx",
        "it is multiplied by the sigmoid's slope p (1 - p) once too often",
        lambda f: f.results["dx"] * sigmoid(f["logit"]) * (1 - sigmoid(f["logit"])),
        "With respect to the logit it is (p - t) / count.",
    ),
    Mistake(
        "dx",
        "it is divided by p (1 - p), which is the gradient with respect to the probability",
        lambda f: divided(f),
        "With respect to the logit it is (p - t) / count.",
    ),
)


def divided(f: Facts) -> Array:
    """Return the gradient with respect to the probability."""
    p = sigmoid(f["logit"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(f.results["dx"] / (p * (1 - p)))


CROSS_ENTROPY_OF_LOGITS = CheckedLayer(
    name="bce_with_logits",
    title="binary cross entropy of logits",
    words=(
        *("binarycrossentropywithlogits", "bcewithlogits", "bcelogits", "sigmoidcrossentropy"),
        *("bcefromlogits", "sigmoidbce"),
    ),
    simple=Case.of(rows=1, soft=False, large=0.0, dtype="float64"),
    changes=(
        ("plain", {}),
        ("plain", {"rows": 2}),
        ("plain", {"rows": 5}),
        ("plain", {"rows": 16}),
        ("plain", {"rows": 6, "dtype": "float32"}),
        ("targets between 0 and 1", {"soft": True}),
        ("targets between 0 and 1", {"soft": True, "rows": 7}),
        ("large logits", {"large": 30.0}),
        ("large logits", {"large": -30.0}),
        ("large logits", {"large": 100.0, "rows": 4}),
        ("large logits", {"large": -100.0, "rows": 4}),
        ("large logits", {"large": 1000.0, "rows": 4}),
        ("large logits", {"large": -1000.0, "rows": 4}),
        ("large logits", {"large": 1000.0, "rows": 4, "soft": True}),
    ),
    probe={"rows": 5},
    facts=facts,
    forward=Pass(("logit", "target"), ("logit", "target"), ("loss",)),
    backward=Pass(("logit", "target", "dy", "cache"), (), ("dx",)),
    mistakes=MISTAKES,
    reasons={
        "rows": lambda n: f"there are {n} logits",
        "soft": lambda _: "targets lie between 0 and 1",
        "large": lambda n: f"a logit is {n:g}",
        "dtype": number_reason,
    },
)
