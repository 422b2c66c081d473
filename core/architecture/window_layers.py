"""The layers that move a window over maps: convolution and pooling, by torch's formulas."""

import dataclasses
from dataclasses import dataclass
from math import prod

from core.architecture.layer import Layer, told
from core.architecture.misfit import Misfit, Shape, check_maps
from core.architecture.reach import Windows, adaptive, sliding
from core.architecture.values import (
    BORDER,
    CHANNELS,
    COUNT,
    DEPTHWISE,
    PADDING,
    PAIR,
    SAME,
    SWITCH,
    Pair,
    write_pair,
)
from core.architecture.windows import map_size


@dataclass(frozen=True)
class Conv(Layer):
    """Convolution (torch.nn.Conv2d), or with ``channels`` "depthwise" one kernel a channel."""

    word = "conv"
    leading = "channels"

    channels: int | str = told(CHANNELS)
    kernel: Pair = told(PAIR)
    stride: Pair = told(PAIR, (1, 1))
    padding: Pair | str = told(PADDING, (0, 0))
    dilation: Pair = told(PAIR, (1, 1))
    groups: int = told(COUNT, 1)
    bias: bool = told(SWITCH, True)

    @property
    def steps(self) -> Pair:
        """How far the window moves."""
        return self.stride

    @property
    def extent(self) -> Pair:
        """How many pixels the window spans, holes included."""
        rows, columns = (d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))
        return rows, columns

    def windows(self, axis: int, size: int, cells: int) -> Windows:
        """Return which places each cell reads along an axis."""
        sides, dilation = self.sides[axis], self.dilation[axis]
        return sliding(cells, self.kernel[axis], self.stride[axis], sides, dilation)

    def output(self, shape: Shape) -> Shape:
        """Return (channels, rows, columns)."""
        check_maps(self.word, shape)
        if self.channels == DEPTHWISE and self.groups != 1:
            raise Misfit(
                "depthwise has a group for each channel already: leave groups out",
                [[dataclasses.replace(self, groups=1)]],
            )
        if self.padding == SAME:
            self.check_same()
        self.check_groups(shape[0])
        return self.channels_out(shape), *map_size(self, shape)

    def check_same(self) -> None:
        """Raise ``Misfit`` unless the maps can keep their size, with as much on either side."""
        bordered = dataclasses.replace(self, padding=self.sides)
        if self.stride != (1, 1):
            raise Misfit(
                f"padding same needs stride 1, not {write_pair(self.stride)}",
                [[dataclasses.replace(self, stride=(1, 1))], [bordered]],
            )
        if not self.extent[0] % 2 == self.extent[1] % 2 == 1:
            odd = self.kernel[0] // 2 * 2 + 1, self.kernel[1] // 2 * 2 + 1
            raise Misfit(
                "padding same needs a window with a middle: one of an odd size",
                [[dataclasses.replace(self, kernel=odd)], [bordered]],
            )

    @property
    def sides(self) -> Pair:
        """The padding above and below, left and right, in pixels."""
        if isinstance(self.padding, tuple):
            return self.padding
        return self.extent[0] // 2, self.extent[1] // 2

    def check_groups(self, channels: int) -> None:
        """Raise ``Misfit`` unless the groups divide the channels on both sides."""
        for count, side in ((channels, "come in"), (self.channels, "go out")):
            if isinstance(count, int) and count % self.groups:
                shared = [n for n in range(1, self.groups) if self.divides(n, channels)]
                raise Misfit(
                    f"groups {self.groups} does not divide the {count} channels that {side}",
                    [[dataclasses.replace(self, groups=n)] for n in shared[-1:]],
                )

    def divides(self, groups: int, channels: int) -> bool:
        """Tell whether so many groups divide the channels on both sides."""
        out = self.channels if isinstance(self.channels, int) else channels
        return channels % groups == 0 and out % groups == 0

    def channels_out(self, shape: Shape) -> int:
        """Count the channels that go out."""
        return self.channels if isinstance(self.channels, int) else shape[0]

    def groups_for(self, shape: Shape) -> int:
        """Return the groups in torch's sense."""
        return self.groups if isinstance(self.channels, int) else shape[0]

    def parameters(self, shape: Shape) -> int:
        """Count weights and biases."""
        out = self.channels_out(shape)
        return out * (self.products(shape) + int(self.bias))

    def products(self, shape: Shape) -> int:
        """Count the terms of the sum behind one number that goes out, without the bias."""
        return shape[0] // self.groups_for(shape) * prod(self.kernel)

    def multiply_adds(self, shape: Shape) -> int:
        """Count the terms of all sums."""
        return prod(self.output(shape)) * self.products(shape)


@dataclass(frozen=True)
class Pool(Layer):
    """What the two poolings share: a window that moves by its own size unless told otherwise."""

    leading = "kernel"

    kernel: Pair = told(PAIR)
    stride: Pair | None = told(PAIR, None)
    padding: Pair = told(BORDER, (0, 0))

    @property
    def steps(self) -> Pair:
        """How far the window moves."""
        return self.stride or self.kernel

    @property
    def extent(self) -> Pair:
        """How many pixels the window spans."""
        return self.kernel

    def windows(self, axis: int, size: int, cells: int) -> Windows:
        """Return which places each cell reads along an axis."""
        return sliding(cells, self.kernel[axis], self.steps[axis], self.padding[axis])

    def output(self, shape: Shape) -> Shape:
        """Return (channels, rows, columns)."""
        check_maps(self.word, shape)
        most = self.kernel[0] // 2, self.kernel[1] // 2
        if any(here > there for here, there in zip(self.padding, most, strict=True)):
            raise Misfit(
                f"padding {write_pair(self.padding)} is more than half the kernel "
                f"{write_pair(self.kernel)}, so that a window could hold nothing of the map",
                [[dataclasses.replace(self, padding=most)]],
            )
        return shape[0], *map_size(self, shape)


@dataclass(frozen=True)
class MaxPool(Pool):
    """The largest number under each window (torch.nn.MaxPool2d)."""

    word = "maxpool"


@dataclass(frozen=True)
class AvgPool(Pool):
    """The mean under each window, padding counted as zeros (torch.nn.AvgPool2d)."""

    word = "avgpool"


@dataclass(frozen=True)
class AdaptiveAvgPool(Layer):
    """The means of so many bins, whatever the maps' size (torch.nn.AdaptiveAvgPool2d)."""

    word = "adaptive avgpool"
    leading = "size"

    size: Pair = told(PAIR)

    def output(self, shape: Shape) -> Shape:
        """Return (channels, rows, columns)."""
        check_maps(self.word, shape)
        return shape[0], *self.size

    def windows(self, axis: int, size: int, cells: int) -> Windows:
        """Return which places each bin reads along an axis."""
        return adaptive(size, cells)
