"""The same convolution from NumPy and from torch, forward and backward, and how far they differ."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from core.conv_lab.arrays import Array, Arrays, make_arrays
from core.conv_lab.experiment import Experiment
from core.conv_lab.sabotage import MISTAKES
from core.numpy_nn import conv2d, conv2d_backward
from core.system import one_torch_thread

# A sum of n terms may be off by n unit roundoffs of the sum of their magnitudes (Higham 2002, 4.2),
# and long sums of equal terms come near to it. Short sums get this much for what is around them.
ROUNDINGS = 16


@dataclass(frozen=True)
class Outcome:
    """Everything one engine computes: y and dy (O, OH, OW), dx (C, H, W), dweight, dbias (O,)."""

    y: Array
    dx: Array
    dweight: Array
    dbias: Array


@dataclass(frozen=True)
class Comparison:
    """One array from both engines.

    ``allowed`` is, for every element, the sum of the magnitudes of its terms, times as many unit
    roundoffs of the dtype as there are terms, at least 16: rounding does not explain more.
    """

    name: str
    numpy: Array
    torch: Array
    allowed: NDArray[np.float64]

    @property
    def difference(self) -> NDArray[np.float64]:
        """NumPy minus torch."""
        return self.numpy.astype(np.float64) - self.torch.astype(np.float64)

    @property
    def largest_absolute(self) -> float:
        """Largest absolute difference."""
        return float(np.abs(self.difference).max(initial=0.0))

    @property
    def largest_relative(self) -> float:
        """Largest absolute difference as a share of the largest magnitude in torch's array."""
        largest = float(np.abs(self.torch).max(initial=0.0))
        return self.largest_absolute / largest if largest else self.largest_absolute

    @property
    def largest_allowed(self) -> float:
        """What rounding may explain where it may explain the most."""
        return float(self.allowed.max(initial=0.0))

    @property
    def within(self) -> bool:
        """Whether rounding explains every element's difference."""
        return bool((np.abs(self.difference) <= self.allowed).all())


@dataclass(frozen=True)
class Result:
    """An experiment carried out."""

    experiment: Experiment
    arrays: Arrays
    numpy: Outcome
    torch: Outcome
    comparisons: dict[str, Comparison]

    @property
    def within(self) -> bool:
        """Whether rounding explains every difference."""
        return all(comparison.within for comparison in self.comparisons.values())


def carry_out(experiment: Experiment) -> Result:
    """Compute a legal experiment in both engines; NumPy makes the planted mistake, if any."""
    arrays = make_arrays(experiment)
    by_numpy = numpy_outcome(experiment, arrays)
    with one_torch_thread():
        by_torch = torch_outcome(experiment, arrays)
        allowed = _allowed(experiment, arrays)
    names = ["y", "dx", "dweight"] + (["dbias"] if experiment.bias else [])
    comparisons = {
        name: Comparison(
            name, getattr(by_numpy, name), getattr(by_torch, name), getattr(allowed, name)
        )
        for name in names
    }
    return Result(experiment, arrays, by_numpy, by_torch, comparisons)


def numpy_outcome(experiment: Experiment, arrays: Arrays) -> Outcome:
    """Compute with ``core.numpy_nn``, and with the experiment's mistake planted."""
    x, dy = arrays.x[None], arrays.dy[None]
    if experiment.mistake:
        mistake = MISTAKES[experiment.mistake]
        y = mistake.forward(x, arrays.weight, arrays.bias, experiment)
        gradients = mistake.backward(dy, x, arrays.weight, experiment)
    else:
        settings = (experiment.stride, experiment.padding, experiment.dilation, experiment.groups)
        y = conv2d(x, arrays.weight, arrays.bias, *settings)
        gradients = conv2d_backward(dy, x, arrays.weight, *settings)
    dx, dweight, dbias = gradients
    return Outcome(y[0], dx[0], dweight, dbias)


def torch_outcome(experiment: Experiment, arrays: Arrays) -> Outcome:
    """Compute with torch and its automatic differentiation."""
    x = torch.from_numpy(arrays.x[None].copy()).requires_grad_()
    weight = torch.from_numpy(arrays.weight.copy()).requires_grad_()
    bias = np.zeros(experiment.out_channels, arrays.x.dtype) if arrays.bias is None else arrays.bias
    bias_tensor = torch.from_numpy(bias.copy()).requires_grad_()
    y = F.conv2d(
        x,
        weight,
        bias_tensor,
        experiment.stride,
        experiment.padding,
        experiment.dilation,
        experiment.groups,
    )
    dx, dweight, dbias = torch.autograd.grad(
        y, (x, weight, bias_tensor), torch.from_numpy(arrays.dy[None].copy())
    )
    return Outcome(y.detach().numpy()[0], dx.numpy()[0], dweight.numpy(), dbias.numpy())


def _allowed(experiment: Experiment, arrays: Arrays) -> Outcome:
    """Sum the magnitudes of every element's terms, by torch in float64, times the roundoffs."""
    magnitudes = Arrays(
        *(
            None if array is None else np.abs(array).astype(np.float64)
            for array in (arrays.x, arrays.weight, arrays.bias, arrays.dy)
        )  # type: ignore[arg-type]
    )
    sums = torch_outcome(experiment, magnitudes)
    unit = float(np.finfo(experiment.dtype).eps) / 2
    out_channels, per_group, kh, kw = experiment.weight_shape
    places = experiment.output_size[0] * experiment.output_size[1]
    terms = {
        "y": per_group * kh * kw + 1,
        "dx": out_channels // experiment.groups * kh * kw,
        "dweight": places,
        "dbias": places,
    }
    shares = {name: unit * max(ROUNDINGS, count) for name, count in terms.items()}
    return Outcome(**{name: share * getattr(sums, name) for name, share in shares.items()})
