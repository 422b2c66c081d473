"""An experiment with one convolution: everything that can be chosen, and nothing that is computed.

An ``Experiment`` names one image (C, H, W), one kernel (O, C / groups, KH, KW), a bias (O,) and
the upstream gradient. It may break a rule of the convolution: ``rules.py`` tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

HeightWidth = tuple[int, int]

INPUTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "hill": "Hill",
        "disc": "Disc",
        "step": "Step from left to right",
        "ramp": "Ramp",
        "checks": "Checkerboard",
        "counting": "Counting 0, 1, 2 ...",
        "one": "A single one",
        "ones": "Ones",
        "random": "Random",
        "own": "Your own",
    }
)
KERNELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "edges": "Edges",
        "identity": "Identity",
        "blur": "Blur",
        "sharpen": "Sharpen",
        "random": "Random",
        "own": "Your own",
    }
)
UPSTREAMS: Final[Mapping[str, str]] = MappingProxyType(
    {"ones": "Ones", "random": "Random", "one": "A single one", "own": "Your own"}
)

RANGES: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "height": (1, 64),
        "width": (1, 64),
        "channels": (1, 8),
        "out_channels": (1, 8),
        "kernel": (1, 11),
        "stride": (1, 8),
        "padding": (0, 8),
        "dilation": (1, 6),
        "groups": (1, 8),
        "seed": (0, 9999),
    }
)
PAIRS: Final = ("size", "kernel", "stride", "padding", "dilation")
"""What an experiment has in height and in width."""


@dataclass(frozen=True)
class Experiment:
    """One convolution with its input; pairs are (height, width).

    ``image``, ``filters`` and ``upstream`` are keys of ``INPUTS``, ``KERNELS`` and ``UPSTREAMS``.
    With "own", the numbers are in ``image_data``, ``filters_data`` and ``upstream_data``, as
    ``own.py`` writes them; so is an edited bias in ``bias_data``. ``chosen`` is the output
    (channel, row, column) at which the upstream gradient "one" has its one. ``mistake`` is a key of
    ``sabotage.MISTAKES`` or "".
    """

    height: int = 8
    width: int = 8
    channels: int = 1
    out_channels: int = 1
    kernel: HeightWidth = (3, 3)
    stride: HeightWidth = (1, 1)
    padding: HeightWidth = (1, 1)
    dilation: HeightWidth = (1, 1)
    groups: int = 1
    bias: bool = True
    dtype: str = "float32"
    image: str = "hill"
    filters: str = "edges"
    upstream: str = "ones"
    chosen: tuple[int, int, int] = (0, 0, 0)
    seed: int = 0
    mistake: str = ""
    image_data: str = field(default="", repr=False)
    filters_data: str = field(default="", repr=False)
    upstream_data: str = field(default="", repr=False)
    bias_data: str = field(default="", repr=False)

    @property
    def size(self) -> HeightWidth:
        """Rows and columns of the input."""
        return self.height, self.width

    @property
    def extent(self) -> HeightWidth:
        """Rows and columns from the first to the last that one window touches: d (k - 1) + 1."""
        (kh, kw), (dh, dw) = self.kernel, self.dilation
        return dh * (kh - 1) + 1, dw * (kw - 1) + 1

    @property
    def padded(self) -> HeightWidth:
        """Rows and columns of the padded input."""
        return self.height + 2 * self.padding[0], self.width + 2 * self.padding[1]

    @property
    def output_size(self) -> HeightWidth:
        """Rows and columns of the output; 0 or less where no window fits."""
        (height, width), (extent_h, extent_w) = self.padded, self.extent
        return (height - extent_h) // self.stride[0] + 1, (width - extent_w) // self.stride[1] + 1

    @property
    def same_padding(self) -> HeightWidth | None:
        """The padding with which a stride of 1 keeps the size: d (k - 1) / 2 on each side.

        None where that is no whole number, or more than padding may be. Another stride s gives
        the size / s, rounded up.
        """
        halves = [divmod(extent - 1, 2) for extent in self.extent]
        if any(left or half > RANGES["padding"][1] for half, left in halves):
            return None
        return halves[0][0], halves[1][0]

    @property
    def remainder(self) -> HeightWidth:
        """Rows and columns of the padded input after the last window, which no window touches."""
        (height, width), (extent_h, extent_w) = self.padded, self.extent
        return (height - extent_h) % self.stride[0], (width - extent_w) % self.stride[1]

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        """Shape of the kernel: (O, C / groups, KH, KW)."""
        return self.out_channels, self.channels // self.groups, *self.kernel

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Shape of the input: (C, H, W)."""
        return self.channels, self.height, self.width

    @property
    def output_shape(self) -> tuple[int, int, int]:
        """Shape of the output: (O, OH, OW)."""
        return self.out_channels, *self.output_size

    @property
    def parameters(self) -> int:
        """Number of weights, and of biases where there are any."""
        out, per_group, kh, kw = self.weight_shape
        return out * per_group * kh * kw + (out if self.bias else 0)

    @property
    def multiply_adds(self) -> int:
        """Multiplications with the kernel in one forward pass, those with padding included."""
        out, per_group, kh, kw = self.weight_shape
        rows, columns = self.output_size
        return out * rows * columns * per_group * kh * kw

    @property
    def square(self) -> bool:
        """Whether height and width are the same everywhere."""
        return all(len(set(getattr(self, name))) == 1 for name in PAIRS)

    def with_pair(self, name: str, axes: tuple[int, ...], value: int) -> "Experiment":
        """Return a copy whose pair ``name``, or "size", has another value along ``axes``."""
        pair = tuple(value if axis in axes else getattr(self, name)[axis] for axis in (0, 1))
        if name == "size":
            return self.with_changes(height=pair[0], width=pair[1])
        return self.with_changes(**{name: pair})

    def squared(self) -> "Experiment":
        """Return a copy in which every width is what the height is."""
        experiment = self
        for name in PAIRS:
            experiment = experiment.with_pair(name, (1,), getattr(self, name)[0])
        return experiment

    def with_changes(self, **changes: object) -> "Experiment":
        """Return a copy with other values."""
        return replace(self, **changes)  # type: ignore[arg-type]
