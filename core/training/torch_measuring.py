"""What goes on in each layer of a torch network within one training step."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor, nn

from core.training.blocks import Block, blocks_of
from core.training.events import LayerMeasured
from core.training.measuring import SATURATED, layer_measured


@contextmanager
def measuring(model: nn.Sequential) -> Iterator[list[LayerMeasured]]:
    """Measure the one step that ``model`` takes within the block; the list is filled at its end.

    Nothing is changed and no random number drawn: results are read, and weights copied before.
    """
    blocks = blocks_of(model)
    found: dict[str, dict[str, float]] = {block.name: {} for block in blocks}

    def watch(block: Block, _module: object, _inputs: object, output: Tensor) -> None:
        found[block.name] |= activations(output.detach(), block.activation)

    before = {block.name: weight_of(model, block).detach().clone() for block in blocks}
    hooks = [model[b.output].register_forward_hook(partial(watch, b)) for b in blocks]
    measured: list[LayerMeasured] = []
    try:
        yield measured
    finally:
        for hook in hooks:
            hook.remove()
    for block in blocks:
        weight = weight_of(model, block)
        step = sizes(weight.detach(), weight.grad, before[block.name])
        measured.append(layer_measured(block.name, found[block.name] | step))


def weight_of(model: nn.Sequential, block: Block) -> nn.Parameter:
    """Return a block's weight."""
    weight = model[block.place].weight
    assert isinstance(weight, nn.Parameter)
    return weight


def activations(output: Tensor, activation: str) -> dict[str, float]:
    """Return mean and spread of (N, C, H, W) or (N, F), and what the activation has of its own."""
    if output.dtype == torch.bfloat16:  # its sums would be
        output = output.float()
    spread, mean = torch.std_mean(output, correction=0)
    found = {"mean": float(mean), "spread": float(spread)}
    if activation == "ReLU":
        largest = output.amax(dim=(0, *range(2, output.ndim)))
        found["dead"] = float((largest == 0).to(output.dtype).mean())  # NaN is no silence
    elif activation in SATURATED:
        low, high = SATURATED[activation]
        found["saturated"] = float(((output < low) | (output > high)).to(output.dtype).mean())
    return found


def sizes(weight: Tensor, gradient: Tensor | None, before: Tensor) -> dict[str, float]:
    """Return the size of the gradient, and of the update beside the weight."""
    if gradient is None:
        return {}
    norm = torch.linalg.vector_norm
    found = {"gradient": float(norm(gradient)) / gradient.numel() ** 0.5}
    if size := float(norm(before)):
        found["update"] = float(norm(weight - before)) / size
    return found
