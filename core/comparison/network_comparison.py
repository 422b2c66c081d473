"""One photo through a whole network in NumPy and in torch, layer by layer, down and back.

Each engine goes its own way from the photo to the probability and from the loss back to the photo:
nothing is handed over between them. Errors add up on the way, so that each layer is judged by
itself: torch repeats it on the very numbers that NumPy's layer was given, and the two must agree by
the rule in ``core.comparison.rounding``.
"""

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from core.comparison.layer_comparison import compare_layer
from core.comparison.magnitudes import loss_sums
from core.comparison.rounding import Agreement, Array, agreement
from core.config import DTYPES
from core.errors import ComparisonError
from core.networks.build import numpy_twin
from core.networks.dropout import Dropout
from core.networks.layers import LayerFacts, apply, describe_layers
from core.numpy_nn import Sequential, bce_loss, bce_loss_backward

REPEATS = 3
Result = TypeVar("Result")


@dataclass(frozen=True)
class LayerComparison:
    """One layer in both engines: what it gave out, or backward the gradient of its input.

    ``numpy`` and ``torch`` are what each engine came to on its own way, (C, H, W) or (F,), times
    are medians in seconds. ``agreement`` is about NumPy's array and torch's on the same input, and
    so are ``parameters``, the gradients of the weight and the bias, backward only.
    """

    layer: LayerFacts
    numpy: Array
    torch: Array
    agreement: Agreement
    numpy_seconds: float
    torch_seconds: float
    parameters: tuple[tuple[str, Agreement], ...] = ()

    @property
    def agreements(self) -> tuple[Agreement, ...]:
        """Everything that was judged here."""
        return (self.agreement, *(each for _, each in self.parameters))

    @property
    def within(self) -> bool:
        """Whether rounding explains every difference."""
        return all(each.within for each in self.agreements)


@dataclass(frozen=True)
class NetworkComparison:
    """All layers, ``forward`` from the photo down and ``backward`` from the loss up.

    Probabilities are P(class 1), losses the binary cross entropy of ``label``, each after its
    engine's own way; ``loss`` judges the loss and its gradient on the same probability. ``forks``
    are the layers in which the engines' gradients take another way, with the number of such cells.
    """

    dtype: str
    training: bool
    label: int
    numpy_probability: float
    torch_probability: float
    numpy_loss: float
    torch_loss: float
    loss: tuple[Agreement, Agreement]
    forward: tuple[LayerComparison, ...]
    backward: tuple[LayerComparison, ...]
    forks: tuple[tuple[LayerFacts, int], ...]

    @property
    def layers(self) -> tuple[LayerComparison, ...]:
        """Both ways."""
        return self.forward + self.backward

    @property
    def apart(self) -> tuple[str, ...]:
        """Name everything whose differences rounding does not explain, from the photo down."""
        layers = sorted(self.layers, key=lambda each: each.layer.index)
        names = [each.layer.name for each in layers if not each.within]
        if not all(each.within for each in self.loss):
            names.append("the loss")
        return tuple(dict.fromkeys(names))

    @property
    def within(self) -> bool:
        """Whether rounding explains every difference."""
        return not self.apart


def compare_network(
    model: nn.Sequential,
    x: Array,
    label: int | None = None,
    dtype: str = "float32",
    training: bool = False,
    repeats: int = REPEATS,
) -> NetworkComparison:
    """Send ``x`` (1, 3, S, S) in 0..1 through ``model`` and through its NumPy twin, and back.

    ``label`` is the class whose loss goes backward, by default the one that the network answers.
    In ``training`` batch norm takes its statistics from this photo, and dropout leaves out the same
    numbers in both engines. ``model`` stays as it is.
    ``ComparisonError`` when a layer does not exist in NumPy or cannot work on this photo.
    """
    if dtype not in DTYPES:
        raise ComparisonError(f"Numbers must be one of {', '.join(DTYPES)}, not {dtype!r}.")
    layers, network = build_twin(model, x, dtype)
    twin = copy.deepcopy(model).to(getattr(torch, dtype)).train(training)
    network.set_training(training)
    try:
        by_torch, label = go_by_torch(twin, x.astype(dtype), label, repeats)
        by_numpy = go_by_numpy(network, x.astype(dtype), label, repeats)
    except ValueError as error:
        mode = "training" if training else "evaluation"
        raise ComparisonError(f"This photo cannot go through in {mode} mode: {error}.") from error
    forward, backward = compare_layers(layers, network, twin, by_numpy, by_torch)
    return NetworkComparison(
        dtype,
        training,
        label,
        by_numpy.values[-1].item(),
        by_torch.values[-1].item(),
        by_numpy.loss,
        by_torch.loss,
        compare_loss(by_numpy.values[-1], label),
        forward,
        backward,
        tuple(find_forks(twin, forward)),
    )


def build_twin(model: nn.Sequential, x: Array, dtype: str) -> tuple[list[LayerFacts], Sequential]:
    """Name the layers and build the same network in NumPy with the same weights."""
    try:
        layers = describe_layers(copy.deepcopy(model).eval(), x.shape[-1])
        network = numpy_twin(model, dtype)
    except (ValueError, RuntimeError) as error:
        raise ComparisonError(
            f"The two engines cannot be compared on this network: {error}."
        ) from error
    return layers, network


@dataclass(frozen=True)
class Way:
    """What one engine came to on its own: ``values`` are the photo and every layer's output.

    ``gradients`` are those of the loss with respect to each of them; seconds are of each layer.
    """

    values: list[Array]
    loss: float
    gradients: list[Array]
    forward_seconds: list[float]
    backward_seconds: list[float]


def go_by_numpy(network: Sequential, x: Array, label: int, repeats: int) -> Way:
    """Go from the photo down to P(class 1) and from the loss back up in NumPy."""
    values, down, up = [x], [], []
    for layer in network:
        y, seconds = timed(partial(layer.forward, values[-1]), repeats)
        values.append(y)
        down.append(seconds)
    target = np.full((1, 1), label, x.dtype)
    loss = float(bce_loss(values[-1], target))
    gradients: list[Array] = [bce_loss_backward(values[-1], target)]
    for layer in reversed(network.layers):
        dx, seconds = timed(partial(layer.backward, gradients[-1]), repeats)
        gradients.append(dx)
        up.append(seconds)
    return Way(values, loss, gradients[::-1], down, up[::-1])


def go_by_torch(twin: nn.Sequential, x: Array, label: int | None, repeats: int) -> tuple[Way, int]:
    """Go the same way in torch; also return the label, by default the one it answers."""
    y, entered, results, down, up = torch.from_numpy(x), [], [], [], []
    for layer in twin:
        entered.append(y.detach().requires_grad_())
        y, seconds = timed(partial(apply, layer, entered[-1]), repeats)
        results.append(y)
        down.append(seconds)
    probability = y.detach().requires_grad_()
    label = int(probability.item() >= 0.5) if label is None else label
    loss, dy = torch_loss(probability, label)
    gradients = [dy]
    for layer, into, out in reversed(list(zip(twin, entered, results, strict=True))):
        wanted = [into, *layer.parameters()]
        work = partial(torch.autograd.grad, out, wanted, gradients[-1], retain_graph=True)
        found, seconds = timed(work, repeats)
        gradients.append(found[0])
        up.append(seconds)
    values = [x, *(each.detach().numpy() for each in results)]
    arrays = [each.numpy() for each in reversed(gradients)]
    return Way(values, loss.item(), arrays, down, up[::-1]), label


def torch_loss(probability: Tensor, label: int) -> tuple[Tensor, Tensor]:
    """Return torch's binary cross entropy of P(class 1) (1, 1) and its gradient."""
    loss = nn.functional.binary_cross_entropy(probability, torch.full_like(probability, label))
    (gradient,) = torch.autograd.grad(loss, probability)
    return loss.detach(), gradient


def compare_layers(
    layers: list[LayerFacts], network: Sequential, twin: nn.Sequential, by_numpy: Way, by_torch: Way
) -> tuple[tuple[LayerComparison, ...], tuple[LayerComparison, ...]]:
    """Judge each layer on NumPy's way, and set it beside torch's way: forward and backward."""
    forward, backward = [], []
    for n, layer in enumerate(layers):
        values, gradients = by_numpy.values[n : n + 2], by_numpy.gradients[n : n + 2]
        ours = {"y": values[1], "dx": gradients[0]}
        ours |= {f"d{name}": gradient for name, gradient in network[n].grads.items()}
        draw_last_mask_again(twin[n])
        compared = compare_layer(twin[n], values[0], gradients[1], ours)
        found = {name: each.agreement for name, each in compared.items()}
        parameters = tuple((name, found[f"d{name}"]) for name in network[n].grads)
        seconds = by_numpy.forward_seconds[n], by_torch.forward_seconds[n]
        back = by_numpy.backward_seconds[n], by_torch.backward_seconds[n]
        y, dx = by_torch.values[n + 1][0], by_torch.gradients[n][0]
        forward.append(LayerComparison(layer, values[1][0], y, found["y"], *seconds))
        backward.append(LayerComparison(layer, gradients[0][0], dx, found["dx"], *back, parameters))
    return tuple(forward), tuple(reversed(backward))


def draw_last_mask_again(layer: nn.Module) -> None:
    """Let dropout leave out the numbers that NumPy's did, not those of the next batch."""
    if isinstance(layer, Dropout) and layer.training:
        layer.masks_drawn -= 1


def compare_loss(probability: Array, label: int) -> tuple[Agreement, Agreement]:
    """Judge NumPy's loss and its gradient on NumPy's own probability (1, 1)."""
    p, target = torch.from_numpy(probability.copy()), np.full_like(probability, label)
    loss, gradient = torch_loss(p.requires_grad_(), label)
    sums = loss_sums(p, torch.from_numpy(target))
    return (
        agreement(np.asarray(bce_loss(probability, target)), loss.numpy(), sums["y"]),
        agreement(bce_loss_backward(probability, target), gradient.numpy(), sums["dx"]),
    )


def find_forks(
    twin: nn.Sequential, forward: tuple[LayerComparison, ...]
) -> Iterator[tuple[LayerFacts, int]]:
    """Find the ReLUs and max pools that let the gradient of some cells through elsewhere.

    A value within rounding of zero is positive in one engine only, and of two within rounding of
    each other another one is the largest. From there on the gradients differ by whole terms,
    though neither engine is wrong.
    """
    for module, before, after in zip(list(twin)[1:], forward, forward[1:], strict=False):
        if isinstance(module, nn.ReLU):
            count = int(((after.numpy > 0) != (after.torch > 0)).sum())
        elif isinstance(module, nn.MaxPool2d):
            pool = copy.deepcopy(module)
            pool.return_indices = True
            ours, theirs = (
                pool(torch.from_numpy(np.ascontiguousarray(array)[np.newaxis]))[1]
                for array in (before.numpy, before.torch)
            )
            count = int((ours != theirs).sum())
        else:
            continue
        if count:
            yield after.layer, count


def timed(work: Callable[[], Result], repeats: int) -> tuple[Result, float]:
    """Return what ``work`` returns and the median of its seconds."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - started)
    return result, median(seconds)
