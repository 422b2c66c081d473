"""The configurations that are tried, simplest first, and how a failing one is made smaller."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

HeightWidth = tuple[int, int]
ONE: HeightWidth = (1, 1)


@dataclass(frozen=True)
class Configuration:
    """Shapes and settings of one convolution; pairs are (height, width)."""

    size: HeightWidth = (5, 5)
    kernel: HeightWidth = (3, 3)
    stride: HeightWidth = ONE
    padding: HeightWidth = (0, 0)
    dilation: HeightWidth = ONE
    groups: int = 1
    per_group: int = 1
    outs_per_group: int = 1
    batch: int = 1
    bias: bool = False
    dtype: str = "float64"

    @property
    def channels(self) -> int:
        """Channels of the input."""
        return self.groups * self.per_group

    @property
    def out_channels(self) -> int:
        """Channels of the output."""
        return self.groups * self.outs_per_group

    @property
    def room(self) -> HeightWidth:
        """Cells that the window can move, down and along; negative where it does not fit."""
        height, width = (
            self.size[k] + 2 * self.padding[k] - self.dilation[k] * (self.kernel[k] - 1) - 1
            for k in (0, 1)
        )
        return height, width

    @property
    def remainder(self) -> HeightWidth:
        """Cells left over after the last step, down and along."""
        return self.room[0] % self.stride[0], self.room[1] % self.stride[1]

    @property
    def output_size(self) -> HeightWidth:
        """Rows and columns of the output."""
        return self.room[0] // self.stride[0] + 1, self.room[1] // self.stride[1] + 1

    @property
    def legal(self) -> bool:
        """Whether the window fits."""
        return min(self.room) >= 0

    @property
    def cost(self) -> int:
        """A number that is smaller for what is easier to look at."""
        pairs = (self.size, self.kernel, self.stride, self.padding, self.dilation)
        odd = sum(height != width for height, width in pairs)
        sizes = sum(map(sum, pairs)) + self.channels + self.out_channels + self.batch
        return 4 * odd + 3 * self.bias + 2 * sizes

    def but(self, **changes: object) -> "Configuration":
        """Return a copy with other values."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def describe(self, layout: str = "nchw") -> str:
        """Write the shapes, as they are in the layout, and the parameters."""
        x: tuple[int, ...] = (self.batch, self.channels, *self.size)
        weight: tuple[int, ...] = (self.out_channels, self.per_group, *self.kernel)
        if layout == "hwc":
            x = (*self.size, self.channels)
            weight = (self.out_channels, *self.kernel, self.per_group)
        names = ("stride", "padding", "dilation")
        settings = [f"{name} {pair_words(getattr(self, name))}" for name in names]
        bias = "with bias" if self.bias else "no bias"
        return (
            f"x {x}, weight {weight}, {', '.join(settings)}, groups {self.groups}, "
            f"{bias}, {self.dtype}"
        )


def pair_words(pair: HeightWidth) -> str:
    """Write a pair: one number where both are the same."""
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]} x {pair[1]}"


TOPICS = (
    "plain",
    "bias",
    "several channels",
    "batch",
    "padding",
    "stride",
    "stride with a remainder",
    "dilation",
    "groups",
    "not square",
    "everything at once",
)


def battery(square_only: bool) -> Iterator[tuple[str, Configuration]]:
    """Yield (topic, configuration), simplest first; without batches where ``square_only``."""
    plain = Configuration()
    yield from (
        ("plain", plain.but(size=(n, n), kernel=(k, k)))
        for n, k in ((1, 1), (3, 1), (3, 3), (5, 2), (6, 3), (8, 5))
    )
    yield "plain", plain.but(dtype="float32")
    yield from (
        ("several channels", plain.but(per_group=c, outs_per_group=o))
        for c, o in ((2, 1), (1, 2), (3, 4), (4, 3))
    )
    yield from (("bias", plain.but(outs_per_group=o, per_group=2, bias=True)) for o in (1, 2, 3))
    yield from _one_parameter("padding", ((1, 3), (2, 3), (4, 3), (1, 1)))
    yield from _one_parameter("dilation", ((2, 3), (3, 2), (2, 2)))
    for step, n, k in itertools.product((2, 3), (5, 6, 7, 8), (1, 2, 3)):
        case = plain.but(size=(n, n), kernel=(k, k), stride=(step, step))
        yield ("stride with a remainder" if any(case.remainder) else "stride"), case
    for g, c, o in ((2, 1, 1), (2, 2, 1), (3, 1, 2), (2, 2, 3), (4, 1, 1)):
        yield "groups", plain.but(groups=g, per_group=c, outs_per_group=o)
    if not square_only:
        yield from (("batch", plain.but(batch=n, per_group=2)) for n in (2, 3))
        yield from _rectangles()
    yield from _mixed(square_only)


def _one_parameter(
    name: str, pairs: tuple[HeightWidth, ...]
) -> Iterator[tuple[str, Configuration]]:
    for value, k in pairs:
        for n in (5, 8):
            yield name, Configuration(size=(n, n), kernel=(k, k)).but(**{name: (value, value)})


def _rectangles() -> Iterator[tuple[str, Configuration]]:
    base = Configuration(size=(6, 8))
    yield "not square", base
    yield "not square", base.but(size=(6, 6), kernel=(2, 3))
    yield "not square", base.but(kernel=(3, 1))
    yield "not square", base.but(stride=(2, 1))
    yield "not square", base.but(stride=(1, 3))
    yield "not square", base.but(padding=(0, 2))
    yield "not square", base.but(padding=(1, 0))
    yield "not square", base.but(dilation=(1, 2))
    yield "not square", base.but(dilation=(2, 1), kernel=(2, 3))


def _mixed(square_only: bool) -> Iterator[tuple[str, Configuration]]:
    values = itertools.product((1, 2, 3), (0, 1, 2), (1, 2), (1, 2), (False, True))
    for place, (stride, padding, dilation, groups, bias) in enumerate(values):
        height = 6 + place % 4
        other = height if square_only else 7 + place % 3
        yield (
            "everything at once",
            Configuration(
                size=(height, other),
                kernel=(3, 3) if square_only or place % 2 else (3, 2),
                stride=(stride, stride),
                padding=(padding, padding),
                dilation=(dilation, dilation),
                groups=groups,
                per_group=1 + place % 2,
                outs_per_group=1 + place % 3,
                batch=1 if square_only else 1 + place % 2,
                bias=bias,
            ),
        )


def smaller(case: Configuration) -> Iterator[Configuration]:
    """Yield what is legal and simpler in one respect, the greatest simplifications first."""
    simple = {
        "dilation": ONE,
        "stride": ONE,
        "padding": (0, 0),
        "kernel": ONE,
        "groups": 1,
        "per_group": 1,
        "outs_per_group": 1,
        "batch": 1,
        "bias": False,
        "dtype": "float64",
    }
    candidates = [case.but(**{name: value}) for name, value in simple.items()]
    for name in ("size", "kernel", "stride", "padding", "dilation"):
        pair = getattr(case, name)
        low = 0 if name == "padding" else 1
        candidates += [
            case.but(**{name: (pair[0], pair[0])}),
            case.but(**{name: (pair[1], pair[1])}),
            case.but(**{name: (max(pair[0] - 1, low), max(pair[1] - 1, low))}),
            case.but(**{name: (max(pair[0] - 1, low), pair[1])}),
            case.but(**{name: (pair[0], max(pair[1] - 1, low))}),
        ]
    for step in (1, 2, 3):  # steps of the stride keep a remainder, a smaller kernel may need both
        size = tuple(max(side - step, 1) for side in case.size)
        kernel = tuple(max(side - 1, 1) for side in case.kernel)
        candidates.append(case.but(size=size))
        candidates.append(case.but(size=size, kernel=kernel))
        for axis in (0, 1):
            one = tuple(max(s - step, 1) if k == axis else s for k, s in enumerate(case.size))
            candidates.append(case.but(size=one))
    for number in ("groups", "per_group", "outs_per_group", "batch"):
        candidates.append(case.but(**{number: max(getattr(case, number) - 1, 1)}))
    for candidate in candidates:
        if candidate.legal and candidate.cost < case.cost:
            yield candidate
