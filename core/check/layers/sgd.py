"""SGD with momentum, plain or Nesterov's, as torch's: a step of a function, or those of a class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from core.check.layers.layer import Case, CheckedLayer, Facts, Pass
from core.check.layers.optimisers import REASONS, Optimiser, State, all_mistakes, facts_of_steps
from core.comparison.rounding import Array

MEMORIES = ("velocity",)


def make(param: torch.Tensor, settings: Mapping[str, Any]) -> torch.optim.Optimizer:
    """Make torch's SGD."""
    return torch.optim.SGD(
        [param],
        settings["lr"],
        settings["momentum"],
        weight_decay=settings["weight_decay"],
        nesterov=settings["nesterov"],
        foreach=False,
    )


def sizes(before: State, state: State, grad: Array, step: int, s: Mapping[str, Any]) -> State:
    """Take a step on magnitudes."""
    size = np.abs(grad) + s["weight_decay"] * np.abs(state["param"].astype(np.float64))
    velocity = s["momentum"] * before["velocity"] + size
    update = size + s["momentum"] * velocity if s["nesterov"] else velocity
    return {"param": before["param"] + s["lr"] * update, "velocity": velocity}


SGD_IN_TORCH = Optimiser(make, {"velocity": "momentum_buffer"}, sizes)


def facts(case: Case) -> Facts:
    """Ask torch for the steps of a case."""
    names = ("lr", "momentum", "weight_decay", "nesterov")
    found = facts_of_steps(case, SGD_IN_TORCH, {name: case[name] for name in names})
    if case["momentum"]:
        return found
    # Without momentum the velocity is nobody's business: torch keeps none.
    kept = {name: each for name, each in found.results.items() if name != "velocity"}
    return Facts(found.given, kept, found.sums)


@dataclass(frozen=True)
class Sgd:
    """A step of SGD that may be wrong; as it stands, it is right."""

    sign: int = 1
    decay: str = "in the gradient"
    share: bool = False
    """Whether the gradient enters the velocity by 1 - momentum."""
    nesterov: bool | None = None
    """Whether it is Nesterov's, whatever is asked for."""
    lr_inside: bool = False
    whole_step: bool = False
    """Whether the velocity is what is added to the parameter."""
    forget: bool = False

    def __call__(self, state: State, grad: Array, step: int, s: Mapping[str, Any]) -> State:
        """Take the step."""
        param, momentum, lr = state["param"], s["momentum"], s["lr"]
        decay = s["weight_decay"]
        g = grad + decay * param if self.decay == "in the gradient" else grad
        if self.decay == "subtracted":
            g = grad - decay * param
        enters = (1 - momentum if self.share else 1) * g
        velocity = enters if self.forget else momentum * state["velocity"] + enters
        if self.lr_inside:
            velocity, g, lr = momentum * state["velocity"] + lr * g, lr * g, 1.0
        nesterov = s["nesterov"] if self.nesterov is None else self.nesterov
        if self.whole_step:
            velocity = momentum * state["velocity"] - lr * g
            update = momentum * velocity - lr * g if nesterov else velocity
            return {"param": param + update, "velocity": velocity}
        update = g + momentum * velocity if nesterov else velocity
        return {"param": param - self.sign * lr * update, "velocity": velocity}


WRONG = (
    ("the step goes up the gradient, + where - is meant", Sgd(sign=-1), ""),
    (
        "the gradient enters the velocity by 1 - momentum",
        Sgd(share=True),
        "In torch it enters whole: velocity = momentum velocity + grad.",
    ),
    ("momentum is left out", Sgd(forget=True, nesterov=False), ""),
    (
        "the velocity already holds the learning rate",
        Sgd(lr_inside=True),
        "In torch velocity = momentum velocity + grad, and param -= lr velocity.",
    ),
    ("Nesterov's step is taken though nesterov is False", Sgd(nesterov=True), ""),
    ("nesterov is ignored", Sgd(nesterov=False), ""),
    ("weight_decay is left out", Sgd(decay="nowhere"), ""),
    ("weight_decay is subtracted from the gradient", Sgd(decay="subtracted"), ""),
    (
        "the velocity is the whole step, momentum velocity - lr grad, and is added",
        Sgd(whole_step=True),
        "In torch velocity = momentum velocity + grad, and param -= lr velocity.",
    ),
)

SGD = CheckedLayer(
    name="sgd",
    title="SGD",
    words=("sgd", "gradientdescent", "momentum"),
    simple=Case.of(
        step=1,
        size=2,
        scale=1.0,
        lr=1e-2,
        momentum=0.0,
        weight_decay=0.0,
        nesterov=False,
        dtype="float64",
    ),
    changes=(
        ("first step", {}),
        ("first step", {"size": 5}),
        ("first step", {"size": 3, "dtype": "float32"}),
        ("later steps", {"step": 3, "size": 4}),
        ("learning rate", {"lr": 0.5}),
        ("momentum", {"momentum": 0.9}),
        ("momentum", {"momentum": 0.9, "step": 2}),
        ("momentum", {"momentum": 0.5, "step": 5, "size": 3}),
        ("weight decay", {"weight_decay": 0.1}),
        ("weight decay", {"weight_decay": 0.1, "momentum": 0.9, "step": 3}),
        ("Nesterov", {"momentum": 0.9, "nesterov": True}),
        ("Nesterov", {"momentum": 0.8, "nesterov": True, "step": 4, "size": 3}),
    ),
    probe={"step": 3, "size": 4},
    facts=facts,
    forward=Pass(
        ("param", "grad", "velocity", "lr", "momentum", "weight_decay", "nesterov"),
        ("param", "grad"),
        ("param", "velocity"),
        in_place=("param", "velocity"),
    ),
    built_from=("network", "param", "lr", "momentum", "weight_decay", "nesterov"),
    mistakes=all_mistakes(WRONG, MEMORIES),
    reasons=REASONS
    | {
        "momentum": lambda n: f"momentum is {n}",
        "nesterov": lambda _: "nesterov is True",
    },
    legal=lambda case: bool(case["momentum"]) or not case["nesterov"],
    is_optimiser=True,
)
