"""One photo through a whole network in NumPy and in torch, layer by layer, down and back.

Each engine goes its own way from the photo to the probability and from the loss back to the photo:
nothing is handed over between them, so a difference can only come from what they computed.
"""

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.networks.layers import LayerFacts, apply, describe_layers
from core.numpy_nn import Sequential, bce_loss, bce_loss_backward, build_network, describe
from core.parity import DTYPES
from core.parity.agreement import Agreement, agreement
from core.parity.terms import gradient_terms, output_terms

REPEATS = 3
Array = NDArray[np.floating]
Result = TypeVar("Result")


class ParityError(ValueError):
    """A network or a photo that the two engines cannot both compute; one sentence for people."""


@dataclass(frozen=True)
class Rung:
    """One layer in both engines: what it gave out, or backward the gradient of its input.

    ``numpy`` and ``torch`` are (C, H, W) or (F,), times are medians in seconds. ``parameters``
    compares the gradients of its weight and bias, backward only.
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
        """Everything that was compared here."""
        return (self.agreement, *(each for _, each in self.parameters))


@dataclass(frozen=True)
class Ladder:
    """All layers, ``forward`` from the photo down and ``backward`` from the loss up.

    Probabilities are P(class 1), losses the binary cross entropy of ``label``. ``forks`` are the
    layers in which the engines' gradients take another way, with the number of such cells.
    """

    dtype: str
    training: bool
    label: int
    numpy_probability: float
    torch_probability: float
    numpy_loss: float
    torch_loss: float
    forward: tuple[Rung, ...]
    backward: tuple[Rung, ...]
    forks: tuple[tuple[LayerFacts, int], ...]

    @property
    def within(self) -> bool:
        """Whether rounding explains every difference."""
        return all(each.within for rung in self.rungs for each in rung.agreements)

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """Both ways."""
        return self.forward + self.backward

    @property
    def worst(self) -> Rung:
        """The rung with the largest difference for its dtype."""
        return max(self.rungs, key=lambda rung: max(each.ulps for each in rung.agreements))


def build_ladder(
    model: nn.Sequential,
    x: NDArray[np.float32],
    label: int | None = None,
    dtype: str = "float32",
    training: bool = False,
    repeats: int = REPEATS,
) -> Ladder:
    """Send ``x`` (1, 3, S, S) in 0..1 through ``model`` and through its NumPy twin, and back.

    ``label`` is the class whose loss goes backward, by default the one that the network answers.
    In ``training`` batch norm takes its statistics from this photo. ``model`` stays as it is.
    ``ParityError`` when a layer does not exist in NumPy or cannot work on this photo.
    """
    if dtype not in DTYPES:
        raise ParityError(f"dtype must be one of {', '.join(DTYPES)}, not {dtype!r}")
    layers, network = build_twin(model, x, dtype)
    twin = copy.deepcopy(model).to(getattr(torch, dtype)).train(training)
    network.set_training(training)
    goes = x.astype(dtype)
    try:
        forward, inputs = descend(layers, network, twin, goes, repeats)
    except ValueError as error:
        mode = "training" if training else "evaluation"
        raise ParityError(f"this photo cannot go through in {mode} mode: {error}") from error
    last = forward[-1]
    if label is None:
        label = int(last.torch[0] >= 0.5)
    target = np.array([[label]], dtype)
    numpy_p, torch_p = last.numpy[None], torch.from_numpy(last.torch[None]).requires_grad_()
    loss = nn.functional.binary_cross_entropy(torch_p, torch.from_numpy(target))
    (torch_dy,) = torch.autograd.grad(loss, torch_p)
    numpy_dy = bce_loss_backward(numpy_p, target)
    backward = ascend(layers, network, twin, inputs, numpy_dy, torch_dy, repeats)
    return Ladder(
        dtype,
        training,
        label,
        float(last.numpy[0]),
        float(last.torch[0]),
        float(bce_loss(numpy_p, target)),
        loss.item(),
        tuple(forward),
        tuple(backward),
        tuple(find_forks(twin, forward)),
    )


def build_twin(
    model: nn.Sequential, x: NDArray[np.float32], dtype: str
) -> tuple[list[LayerFacts], Sequential]:
    """Name the layers and build the same network in NumPy with the same weights."""
    try:
        layers = describe_layers(copy.deepcopy(model).eval(), x.shape[-1])
        network = build_network(describe(model), dtype=dtype)
        network.load_weights({name: t.numpy() for name, t in model.state_dict().items()})
    except (ValueError, RuntimeError) as error:
        raise ParityError(f"the two engines cannot be compared on this network: {error}") from error
    return layers, network


def descend(
    layers: list[LayerFacts], network: Sequential, twin: nn.Sequential, x: Array, repeats: int
) -> tuple[list[Rung], list[Tensor]]:
    """Go from the photo down to P(class 1); also return what went into each layer of torch."""
    rungs, inputs = [], []
    numpy_x, torch_x = x, torch.from_numpy(x)
    for layer, ours, theirs in zip(layers, network, twin, strict=True):
        entered = torch_x.detach().requires_grad_()
        inputs.append(entered)
        numpy_x, numpy_seconds = timed(lambda: ours.forward(numpy_x), repeats)  # noqa: B023
        torch_x, torch_seconds = timed(lambda: apply(theirs, entered), repeats)  # noqa: B023
        theirs_out = torch_x.detach().numpy()
        rungs.append(
            Rung(
                layer,
                numpy_x[0],
                theirs_out[0],
                agreement(numpy_x[0], theirs_out[0], output_terms(theirs, entered)),
                numpy_seconds,
                torch_seconds,
            )
        )
    return rungs, inputs


def ascend(
    layers: list[LayerFacts],
    network: Sequential,
    twin: nn.Sequential,
    inputs: list[Tensor],
    numpy_dy: Array,
    torch_dy: Tensor,
    repeats: int,
) -> list[Rung]:
    """Go from the loss back up to the photo, every layer with the gradient that its engine has."""
    rungs = []
    numpy_gradient, torch_gradient = numpy_dy, torch_dy
    for number in reversed(range(len(layers))):
        ours, theirs, entered = network[number], twin[number], inputs[number]
        names = [name for name, _ in theirs.named_parameters()]
        wanted = [entered, *theirs.parameters()]
        given = apply(theirs, entered)
        terms = gradient_terms(theirs, entered, torch_gradient)
        numpy_gradient, numpy_seconds = timed(
            lambda: ours.backward(numpy_gradient),  # noqa: B023
            repeats,
        )
        gradients, torch_seconds = timed(
            lambda: torch.autograd.grad(given, wanted, torch_gradient, retain_graph=True),  # noqa: B023
            repeats,
        )
        torch_gradient = gradients[0]
        of_input = torch_gradient.numpy()
        rungs.append(
            Rung(
                layers[number],
                numpy_gradient[0],
                of_input[0],
                agreement(numpy_gradient[0], of_input[0], terms.get("input", 0.0)),
                numpy_seconds,
                torch_seconds,
                tuple(
                    (name, agreement(ours.grads[name], gradient.numpy(), terms.get(name, 0.0)))
                    for name, gradient in zip(names, gradients[1:], strict=True)
                ),
            )
        )
    return rungs


def find_forks(twin: nn.Sequential, forward: list[Rung]) -> Iterator[tuple[LayerFacts, int]]:
    """Find the ReLUs and max pools that let the gradient of some cells through elsewhere.

    A value within rounding of zero is positive in one engine only, and of two within rounding of
    each other another one is the largest. From there on the gradients differ by whole terms,
    though neither engine is wrong.
    """
    for module, before, rung in zip(list(twin)[1:], forward, forward[1:], strict=False):
        if isinstance(module, nn.ReLU):
            count = int(((rung.numpy > 0) != (rung.torch > 0)).sum())
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
            yield rung.layer, count


def timed(work: Callable[[], Result], repeats: int) -> tuple[Result, float]:
    """Return what ``work`` returns and the median of its seconds."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - started)
    return result, median(seconds)
