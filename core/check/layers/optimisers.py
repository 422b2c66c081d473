"""What Adam and SGD share as layers to check: gradients of several steps, and torch's word on them.

A function takes one step from torch's own state; a class takes all steps, one after the other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from core.check.layers.layer import Case, Facts, Mistake
from core.check.layers.truth import Draw, number_reason
from core.comparison.rounding import Array, Sums
from core.system import one_torch_thread

State = Mapping[str, Array]
"""The parameter, "param", and the memories, by name."""
Step = Callable[[State, Array, int, Mapping[str, Any]], State]
"""Takes the state, the gradient, the number of the step from 1, and the settings."""
SizesStep = Callable[[State, State, Array, int, Mapping[str, Any]], State]
"""Takes the magnitudes behind the state before the rest."""


@dataclass(frozen=True)
class Optimiser:
    """Torch's optimiser of ``settings``, its memories as it calls them, and the sums behind a step.

    ``sizes`` takes a step on magnitudes, "param" being those of the parameter.
    """

    make: Callable[[torch.Tensor, Mapping[str, Any]], torch.optim.Optimizer]
    memories: Mapping[str, str]
    sizes: SizesStep


def facts_of_steps(case: Case, optimiser: Optimiser, settings: Mapping[str, Any]) -> Facts:
    """Draw a parameter (size,) and a gradient for every step, and let torch take them all."""
    draw = Draw(case)
    start = draw(case["size"])
    grads = (case["scale"] * draw(case["step"], case["size"])).astype(case["dtype"])
    param = torch.from_numpy(start.copy()).requires_grad_()
    with one_torch_thread():
        states = follow(optimiser.make(param, settings), param, optimiser.memories, grads)
    sizes = {name: np.abs(array.astype(np.float64)) for name, array in states[0].items()}
    after_each = []
    for number, grad in enumerate(grads):
        wide = grad.astype(np.float64)
        sizes = dict(optimiser.sizes(sizes, states[number], wide, number + 1, settings))
        after_each.append(sizes["param"])
    terms = 8 * len(grads)
    results = {**states[-1], "params": np.stack([state["param"] for state in states[1:]])}
    sums = {name: Sums(sizes[name], terms) for name in states[-1]}
    sums["params"] = Sums(np.stack(after_each), terms)
    given = {**states[-2], "grad": grads[-1], "grads": grads, "start": start}
    return Facts({**given, **settings, "step": len(grads)}, results, sums)


def follow(
    optimiser: torch.optim.Optimizer,
    param: torch.Tensor,
    memories: Mapping[str, str],
    grads: Array,
) -> list[dict[str, Array]]:
    """Return the state at the start and after each step."""
    states = [{name: np.zeros_like(grads[0]) for name in memories}]
    states[0]["param"] = param.detach().numpy().copy()
    for grad in grads:
        param.grad = torch.from_numpy(grad.copy())
        optimiser.step()
        kept = optimiser.state[param]
        now = {"param": param.detach().numpy().copy()}
        for name, theirs in memories.items():
            memory = kept.get(theirs)  # without momentum torch keeps none
            now[name] = np.zeros_like(grad) if memory is None else memory.numpy().copy()
        states.append(now)
    return states


REASONS = {
    "step": lambda n: f"it is step {n}",
    "size": lambda n: f"there are {n} parameters",
    "scale": lambda n: f"the gradients are about {n:g}",
    "lr": lambda n: f"lr is {n}",
    "weight_decay": lambda n: f"weight_decay is {n}",
    "dtype": number_reason,
}
"""Say of a case what sets it apart, for what both optimisers have."""


def all_mistakes(
    wrong: Iterable[tuple[str, Step, str]], memories: tuple[str, ...]
) -> tuple[Mistake, ...]:
    """Make the mistakes of wrong steps, each told as what it says, the step, and the way out."""
    return tuple(
        mistake
        for says, step, remedy in wrong
        for mistake in mistakes_of(step, memories, says, remedy)
    )


def mistakes_of(
    step: Step, memories: tuple[str, ...], says: str, remedy: str = ""
) -> list[Mistake]:
    """Make a mistake of a wrong step, for each result of a function and for that of a class."""

    def one(f: Facts, name: str) -> Array:
        with np.errstate(all="ignore"):
            state = {each: f[each] for each in ("param", *memories)}
            return np.asarray(step(state, f["grad"], f["step"], f.given)[name])

    def all_steps(f: Facts) -> Array:
        state: State = {name: np.zeros_like(f["start"]) for name in memories}
        state = {**state, "param": f["start"]}
        after = []
        with np.errstate(all="ignore"):
            for number, grad in enumerate(f["grads"]):
                state = step(state, grad, number + 1, f.given)
                after.append(state["param"])
        return np.stack(after)

    return [
        *(
            Mistake(name, says, lambda f, name=name: one(f, name), remedy)  # type: ignore[misc]
            for name in ("param", *memories)
        ),
        Mistake("params", says, all_steps, remedy),
    ]
