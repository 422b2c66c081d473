"""The same convolution from NumPy and from torch, forward and backward, and whether they agree."""

from dataclasses import dataclass

from torch import nn

from core.comparison.layer_comparison import compare_layer
from core.comparison.rounding import Array, Comparison
from core.comparison.torch_layer import convolution_layer
from core.conv_lab.arrays import Arrays, make_arrays
from core.conv_lab.experiment import Experiment
from core.conv_lab.sabotage import MISTAKES
from core.numpy_nn import conv2d, conv2d_backward
from core.system import one_torch_thread


@dataclass(frozen=True)
class Result:
    """An experiment carried out.

    ``comparisons`` are of y (O, OH, OW), dx (C, H, W), dweight, and dbias (O,) where there is a
    bias.
    """

    experiment: Experiment
    arrays: Arrays
    comparisons: dict[str, Comparison]

    @property
    def within(self) -> bool:
        """Whether rounding explains every difference."""
        return all(comparison.within for comparison in self.comparisons.values())


def carry_out(experiment: Experiment) -> Result:
    """Compute a legal experiment in both engines; NumPy makes the planted mistake, if any."""
    arrays = make_arrays(experiment)
    ours = run_numpy(experiment, arrays)
    if not experiment.bias:
        del ours["dbias"]
    with one_torch_thread():
        compared = compare_layer(
            torch_layer(experiment, arrays), arrays.x[None], arrays.dy[None], ours
        )
    return Result(
        experiment,
        arrays,
        {name: each.first if name in ("y", "dx") else each for name, each in compared.items()},
    )


def run_numpy(experiment: Experiment, arrays: Arrays) -> dict[str, Array]:
    """Compute y and dx, each with a batch axis of one, dweight and dbias with ``core.numpy_nn``.

    The experiment's mistake is planted.
    """
    x, dy = arrays.x[None], arrays.dy[None]
    if experiment.mistake:
        mistake = MISTAKES[experiment.mistake]
        y = mistake.forward(x, arrays.weight, arrays.bias, experiment)
        gradients = mistake.backward(dy, x, arrays.weight, experiment)
    else:
        settings = (experiment.stride, experiment.padding, experiment.dilation, experiment.groups)
        y = conv2d(x, arrays.weight, arrays.bias, *settings)
        gradients = conv2d_backward(dy, x, arrays.weight, *settings)
    return {"y": y} | dict(zip(("dx", "dweight", "dbias"), gradients, strict=True))


def torch_layer(experiment: Experiment, arrays: Arrays) -> nn.Conv2d:
    """Make the experiment's convolution as a layer of torch."""
    return convolution_layer(
        arrays.weight,
        arrays.bias,
        experiment.stride,
        experiment.padding,
        experiment.dilation,
        experiment.groups,
    )
