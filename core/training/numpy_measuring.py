"""What goes on in each layer of a NumPy network within one training step."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from core.numpy_nn import Sequential
from core.training.blocks import blocks_of
from core.training.events import LayerMeasured
from core.training.measuring import SATURATED, layer_measured


@contextmanager
def measuring(network: Sequential) -> Iterator[list[LayerMeasured]]:
    """Measure the one step that ``network`` takes within the block, as its torch twin does."""
    blocks = blocks_of(network)
    at = {block.output: block for block in blocks}
    found: dict[str, dict[str, float]] = {block.name: {} for block in blocks}

    def watch(number: int, output: np.ndarray) -> None:
        if number in at:
            found[at[number].name] |= activations(output, at[number].activation)

    before = {block.name: network[block.place].params["weight"].copy() for block in blocks}
    measured: list[LayerMeasured] = []
    network.watcher = watch
    try:
        yield measured
    finally:
        network.watcher = None
    for block in blocks:
        layer = network[block.place]
        with np.errstate(all="ignore"):  # what is not finite is left out
            step = sizes(layer.params["weight"], layer.grads.get("weight"), before[block.name])
        measured.append(layer_measured(block.name, found[block.name] | step))


def activations(output: np.ndarray, activation: str) -> dict[str, float]:
    """Return mean and spread of (N, C, H, W) or (N, F), and what the activation has of its own."""
    found = {"mean": float(output.mean()), "spread": float(output.std())}
    if activation == "ReLU":
        largest = output.max(axis=(0, *range(2, output.ndim)))
        found["dead"] = float((largest == 0).mean())  # NaN is no silence
    elif activation in SATURATED:
        low, high = SATURATED[activation]
        found["saturated"] = float(((output < low) | (output > high)).mean())
    return found


def sizes(weight: np.ndarray, gradient: np.ndarray | None, before: np.ndarray) -> dict[str, float]:
    """Return the size of the gradient, and of the update beside the weight."""
    if gradient is None:
        return {}
    found = {"gradient": float(np.linalg.norm(gradient)) / gradient.size**0.5}
    if size := float(np.linalg.norm(before)):
        found["update"] = float(np.linalg.norm(weight - before)) / size
    return found
