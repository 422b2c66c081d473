"""Every output and every gradient of a convolution as the sum of its products.

The browser has the arrays and writes the same sums (``sums.js``): tests hold these against it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from core.conv_lab.arrays import Arrays
from core.conv_lab.experiment import Experiment

Index = tuple[int, ...]


@dataclass(frozen=True)
class Product:
    """One term of the sum: two factors and their places; ``padding`` marks a zero from outside."""

    left: float
    right: float
    left_at: Index
    right_at: Index
    padding: bool = False

    @property
    def value(self) -> float:
        """The product."""
        return self.left * self.right


def output_products(experiment: Experiment, arrays: Arrays, at: Index) -> list[Product]:
    """Products x · weight of the output (channel, row, column); the bias comes on top."""
    out, row, column = at
    products = []
    per_group = experiment.weight_shape[1]
    first = out // (experiment.out_channels // experiment.groups) * per_group
    for channel in range(per_group):
        for i, j in _kernel_cells(experiment):
            x_at = (first + channel, *_input_cell(experiment, row, column, i, j))
            inside = _inside(experiment, x_at)
            x = float(arrays.x[x_at]) if inside else 0.0
            w_at = (out, channel, i, j)
            products.append(Product(x, float(arrays.weight[w_at]), x_at, w_at, not inside))
    return products


def input_gradient_products(experiment: Experiment, arrays: Arrays, at: Index) -> list[Product]:
    """Products dy · weight of dX at (channel, row, column): one for each output that it touched."""
    channel, row, column = at
    per_group = experiment.weight_shape[1]
    outs = experiment.out_channels // experiment.groups
    first = channel // per_group * outs
    products = []
    for out in range(first, first + outs):
        for i, j in _kernel_cells(experiment):
            touched = _touched_output(experiment, row, column, i, j)
            if touched is not None:
                y_at, w_at = (out, *touched), (out, channel % per_group, i, j)
                dy, weight = float(arrays.dy[y_at]), float(arrays.weight[w_at])
                products.append(Product(dy, weight, y_at, w_at))
    return products


def weight_gradient_products(experiment: Experiment, arrays: Arrays, at: Index) -> list[Product]:
    """Products dy · x of dW at (out, channel in the group, row, column): one for each output."""
    out, channel, i, j = at
    per_group = experiment.weight_shape[1]
    first = out // (experiment.out_channels // experiment.groups) * per_group
    rows, columns = experiment.output_size
    products = []
    for row in range(rows):
        for column in range(columns):
            y_at = (out, row, column)
            x_at = (first + channel, *_input_cell(experiment, row, column, i, j))
            inside = _inside(experiment, x_at)
            x = float(arrays.x[x_at]) if inside else 0.0
            products.append(Product(float(arrays.dy[y_at]), x, y_at, x_at, not inside))
    return products


def bias_gradient_products(experiment: Experiment, arrays: Arrays, at: Index) -> list[Product]:
    """Products dy · 1 of db at (out,): one for each output of the channel."""
    rows, columns = experiment.output_size
    places = [(at[0], row, column) for row in range(rows) for column in range(columns)]
    return [Product(float(arrays.dy[place]), 1.0, place, at) for place in places]


def _kernel_cells(experiment: Experiment) -> Iterator[tuple[int, int]]:
    return ((i, j) for i in range(experiment.kernel[0]) for j in range(experiment.kernel[1]))


def _input_cell(e: Experiment, row: int, column: int, i: int, j: int) -> tuple[int, int]:
    """Input cell that weight (i, j) meets at output (row, column); outside it is padding."""
    return (
        row * e.stride[0] + i * e.dilation[0] - e.padding[0],
        column * e.stride[1] + j * e.dilation[1] - e.padding[1],
    )


def _inside(experiment: Experiment, x_at: Index) -> bool:
    return 0 <= x_at[1] < experiment.height and 0 <= x_at[2] < experiment.width


def _touched_output(e: Experiment, row: int, column: int, i: int, j: int) -> tuple[int, int] | None:
    """Output at which weight (i, j) met the input cell (row, column), if there is one."""
    down = row + e.padding[0] - i * e.dilation[0]
    along = column + e.padding[1] - j * e.dilation[1]
    if down % e.stride[0] or along % e.stride[1]:
        return None
    place = down // e.stride[0], along // e.stride[1]
    inside = 0 <= place[0] < e.output_size[0] and 0 <= place[1] < e.output_size[1]
    return place if inside else None
