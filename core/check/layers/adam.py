"""Adam (Kingma and Ba, 2015), as torch's: one step of a function, or the steps of a class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from core.check.layers.layer import Case, CheckedLayer, Facts, Pass
from core.check.layers.optimisers import REASONS, Optimiser, State, all_mistakes, facts_of_steps
from core.comparison.rounding import Array

MEMORIES = ("m", "v")


def make(param: torch.Tensor, settings: Mapping[str, Any]) -> torch.optim.Optimizer:
    """Make torch's Adam."""
    return torch.optim.Adam(
        [param],
        settings["lr"],
        settings["betas"],
        settings["eps"],
        settings["weight_decay"],
        foreach=False,
    )


def sizes(before: State, state: State, grad: Array, step: int, s: Mapping[str, Any]) -> State:
    """Take a step on magnitudes: what a step adds is off by what its numerator and its root are."""
    decay = s["weight_decay"] * state["param"].astype(np.float64)
    size = np.abs(grad) + np.abs(decay)
    m = s["beta1"] * before["m"] + (1 - s["beta1"]) * size
    v = s["beta2"] * before["v"] + (1 - s["beta2"]) * size**2
    true_v = s["beta2"] * state["v"] + (1 - s["beta2"]) * (grad + decay) ** 2
    root = np.sqrt(true_v / (1 - s["beta2"] ** step)) + s["eps"]
    worse = 1 + v / np.maximum(true_v, np.finfo(np.float64).tiny)
    update = s["lr"] * m / (1 - s["beta1"] ** step) / root * worse
    return {"param": before["param"] + update, "m": m, "v": v}


ADAM_IN_TORCH = Optimiser(make, {"m": "exp_avg", "v": "exp_avg_sq"}, sizes)


def facts(case: Case) -> Facts:
    """Ask torch for the steps of a case."""
    names = ("lr", "beta1", "beta2", "eps", "weight_decay")
    settings = {name: case[name] for name in names}
    settings["betas"] = (case["beta1"], case["beta2"])
    return facts_of_steps(case, ADAM_IN_TORCH, settings)


@dataclass(frozen=True)
class Adam:
    """A step of Adam that may be wrong; as it stands, it is right."""

    later: int = 0
    """What is added to the number of the step."""
    counts: bool = True
    """Whether the number of the step grows."""
    fixed_eps: float | None = None
    """The epsilon that it has, whatever is asked for."""
    correct_m: bool = True
    correct_v: bool = True
    epsilon: str = "outside"
    root: bool = True
    square: bool = True
    decay: str = "in the gradient"
    swapped: bool = False
    m_share: bool = True
    v_share: bool = True
    sign: int = 1

    def __call__(self, state: State, grad: Array, step: int, s: Mapping[str, Any]) -> State:
        """Take the step."""
        beta1, beta2 = (s["beta2"], s["beta1"]) if self.swapped else (s["beta1"], s["beta2"])
        param, decay = state["param"], s["weight_decay"]
        g = grad + decay * param if self.decay == "in the gradient" else grad
        if self.decay == "beside":
            param = param * (1 - s["lr"] * decay)
        m = beta1 * state["m"] + (1 - beta1 if self.m_share else 1) * g
        v = beta2 * state["v"] + (1 - beta2 if self.v_share else 1) * (g**2 if self.square else g)
        number = np.float64((step if self.counts else 1) + self.later)
        m_hat = m / (1 - beta1**number) if self.correct_m else m
        v_hat = v / (1 - beta2**number) if self.correct_v else v
        update = s["lr"] * m_hat / self.denominator(v, v_hat, self.fixed_eps or s["eps"])
        return {"param": param - self.sign * update, "m": m, "v": v}

    def denominator(self, v: Array, v_hat: Array, eps: float) -> Array:
        """Return what the step is divided by."""
        if not self.root:
            return np.asarray(v_hat + eps)
        if self.epsilon == "inside":
            return np.asarray(np.sqrt(v_hat + eps))
        if self.epsilon == "uncorrected":
            return np.asarray((np.sqrt(v) + eps) * np.sqrt(v_hat / v))
        return np.asarray(np.sqrt(v_hat) + eps)


COUNT = "The first step is step 1, whose corrections are 1 - beta1 and 1 - beta2."
EPSILON = "Torch adds it to the root: sqrt(v_hat) + eps."

WRONG = (
    ("the step is counted from 0", Adam(later=-1), COUNT),
    ("the step is counted one too far", Adam(later=1), COUNT),
    ("every step is taken for the first: t stays 1", Adam(counts=False), "Count it up: t += 1."),
    ("epsilon is 1e-7 whatever eps says", Adam(fixed_eps=1e-7), "Torch's own default is 1e-8."),
    (
        "the bias of neither m nor v is corrected",
        Adam(correct_m=False, correct_v=False),
        "Torch divides m by 1 - beta1^t and v by 1 - beta2^t.",
    ),
    ("m is not corrected, which is divided by 1 - beta1^t", Adam(correct_m=False), ""),
    ("v is not corrected, which is divided by 1 - beta2^t", Adam(correct_v=False), ""),
    ("epsilon is added under the root and not to it", Adam(epsilon="inside"), EPSILON),
    (
        "epsilon is added to the root before v is corrected",
        Adam(epsilon="uncorrected"),
        "Torch corrects v first, and adds it to the root of that.",
    ),
    ("the root of v is not taken", Adam(root=False), ""),
    ("beta1 and beta2 change places", Adam(swapped=True), ""),
    ("the gradient is not multiplied by 1 - beta1", Adam(m_share=False), ""),
    ("the squared gradient is not multiplied by 1 - beta2", Adam(v_share=False), ""),
    ("the gradient is not squared for v", Adam(square=False), ""),
    (
        "weight_decay shrinks the parameter beside the step, as in AdamW",
        Adam(decay="beside"),
        "In Adam it is added to the gradient: grad + weight_decay param.",
    ),
    ("weight_decay is left out", Adam(decay="nowhere"), ""),
    ("the step goes up the gradient, + where - is meant", Adam(sign=-1), ""),
)

ADAM = CheckedLayer(
    name="adam",
    title="Adam",
    words=("adam",),
    simple=Case.of(
        step=1,
        size=2,
        scale=1.0,
        lr=1e-3,
        beta1=0.9,
        beta2=0.999,
        eps=1e-8,
        weight_decay=0.0,
        dtype="float64",
    ),
    changes=(
        ("first step", {}),
        ("first step", {"size": 5}),
        ("first step", {"size": 3, "dtype": "float32"}),
        ("later steps", {"step": 2}),
        ("later steps", {"step": 3, "size": 4}),
        ("later steps", {"step": 10, "size": 4}),
        ("learning rate", {"lr": 0.1}),
        ("betas", {"beta1": 0.8, "beta2": 0.95, "step": 3}),
        ("epsilon", {"eps": 1e-2}),
        ("epsilon", {"eps": 1e-3, "step": 4}),
        ("tiny gradients", {"scale": 1e-7}),
        ("tiny gradients", {"scale": 1e-7, "step": 3}),
        ("weight decay", {"weight_decay": 0.1}),
        ("weight decay", {"weight_decay": 0.01, "step": 4, "size": 3}),
    ),
    probe={"step": 3, "size": 4},
    facts=facts,
    forward=Pass(
        (
            *("param", "grad", "m", "v", "step", "lr", "beta1", "beta2", "eps", "weight_decay"),
            "betas",
        ),
        ("param", "grad", "m", "v"),
        ("param", "m", "v"),
        in_place=("param", "m", "v"),
    ),
    built_from=(*("network", "param", "lr", "betas", "eps", "weight_decay", "beta1", "beta2"),),
    mistakes=all_mistakes(WRONG, MEMORIES),
    reasons=REASONS
    | {
        "beta1": lambda n: f"beta1 is {n}",
        "beta2": lambda n: f"beta2 is {n}",
        "eps": lambda n: f"eps is {n}",
    },
    is_optimiser=True,
)
