"""Adam's steps on a single weight, by both engines' optimisers, with every number in between.

The formulas are those of torch.optim.Adam and AdamW (Kingma and Ba, 2015; Loshchilov and Hutter,
2019).
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch.optim.adam import adam

from core.comparison.rounding import Array, Sums
from core.numpy_nn import Adam, AdamW, Linear, Sequential

NAMES = ("m", "v", "m_hat", "v_hat", "step", "w")
"""What each step computes, in its order."""
OPERATIONS = 8
"""Roundings of one step, which the next ones go on with."""


@dataclass(frozen=True)
class Rates:
    """The optimiser's settings; ``decay`` is decoupled or a part of the gradient."""

    lr: float
    beta1: float
    beta2: float
    eps: float
    decay: float
    decoupled: bool

    @property
    def shrinks(self) -> float:
        """What a step first multiplies the weight by."""
        return 1 - self.lr * self.decay if self.decoupled else 1.0


def numpy_steps(weight: float, gradients: Array, rates: Rates) -> dict[str, Array]:
    """Return each number of ``NAMES`` after each step (steps,) as ``core.numpy_nn`` computes it."""
    network = Sequential(Linear(1, 1, bias=False, dtype=gradients.dtype))
    layer = network[0]
    layer.params["weight"] = np.full((1, 1), weight, gradients.dtype)
    kind = AdamW if rates.decoupled else Adam
    betas = rates.beta1, rates.beta2
    optimiser = kind(network, rates.lr, betas, rates.eps, rates.decay)
    found = []
    for gradient in gradients:
        layer.grads = {"weight": np.full((1, 1), gradient)}
        optimiser.step()
        memory = optimiser.memory["0.weight"]
        found.append([memory["exp_avg"][0, 0], memory["exp_avg_sq"][0, 0]])
        found[-1].append(layer.params["weight"][0, 0])
    m, v, w = np.array(found, gradients.dtype).T
    return _in_between(m, v, w, rates)


def torch_steps(weight: float, gradients: Array, rates: Rates) -> dict[str, Array]:
    """Return the same as torch computes it, by the function that its optimisers' steps call.

    The optimisers themselves import torch's compiler first, which takes seconds.
    """
    given = torch.from_numpy(gradients)
    w = torch.full((1,), weight, dtype=given.dtype)
    m, v, taken = torch.zeros_like(w), torch.zeros_like(w), torch.zeros(())
    found = []
    with torch.no_grad():
        for gradient in given.reshape(-1, 1):
            adam(
                *([w], [gradient], [m], [v], [], [taken]),
                foreach=False,
                decoupled_weight_decay=rates.decoupled,
                amsgrad=False,
                beta1=rates.beta1,
                beta2=rates.beta2,
                lr=rates.lr,
                weight_decay=rates.decay,
                eps=rates.eps,
                maximize=False,
            )
            found.append([m.item(), v.item(), w.item()])
    m, v, w = np.array(found, gradients.dtype).T
    return _in_between(m, v, w, rates)


def _in_between(m: Array, v: Array, w: Array, rates: Rates) -> dict[str, Array]:
    """Add what neither optimiser keeps: the corrected means, and what is taken off the weight."""
    t = np.arange(1, len(m) + 1)
    m_hat = (m / (1 - rates.beta1**t)).astype(m.dtype)
    v_hat = (v / (1 - rates.beta2**t)).astype(m.dtype)
    step = (rates.lr * m_hat / (np.sqrt(v_hat) + rates.eps)).astype(m.dtype)
    return {"m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "step": step, "w": w}


def step_sums(weight: float, gradients: Array, rates: Rates, v_hat: Array) -> dict[str, Sums]:
    """Return the sums behind each of ``NAMES``, given the corrected squares of one engine.

    The steps are carried out on magnitudes: what cancels in a mean does not cancel in its
    rounding. Where the squares are small, the division makes the rounding of both means larger.
    """
    sizes: dict[str, list[float]] = {name: [] for name in NAMES}
    m, v, w = 0.0, 0.0, abs(weight)
    tiny = float(np.finfo(gradients.dtype).tiny)
    for t, (gradient, square) in enumerate(zip(gradients, v_hat, strict=True), 1):
        g = abs(float(gradient)) + (0 if rates.decoupled else rates.decay * w)
        m = rates.beta1 * m + (1 - rates.beta1) * g
        v = rates.beta2 * v + (1 - rates.beta2) * g * g
        m_hat, v_size = m / (1 - rates.beta1**t), v / (1 - rates.beta2**t)
        root = max(float(square) ** 0.5, tiny)
        step = rates.lr * m_hat / (root + rates.eps) * (1 + v_size / root / (root + rates.eps))
        w += step
        for name, size in zip(NAMES, (m, v, m_hat, v_size, step, w), strict=True):
            sizes[name].append(size)
    operations = OPERATIONS * len(gradients)
    return {name: Sums(np.array(size), operations) for name, size in sizes.items()}
