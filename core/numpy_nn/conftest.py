"""Arguments of legal convolutions, for the tests of the functions and of the engine."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import DTypeLike

Configuration = tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]
"""The shapes of x and weight, and the keywords."""

PAIRS = st.tuples(st.integers(1, 4), st.integers(1, 4))


@st.composite
def convolutions(draw: st.DrawFn) -> Configuration:
    """Arguments of a legal convolution: the shapes of x and weight, and the keywords."""
    groups, channels, multiplier = (draw(st.integers(1, 3)) for _ in range(3))
    kernel, stride, dilation = draw(PAIRS), draw(PAIRS), draw(PAIRS)
    padding = draw(st.sampled_from(["same", "valid"]) | st.tuples(*[st.integers(0, 6)] * 2))
    border: Any = (0, 0)
    if padding == "same":
        stride = (1, 1)
    elif padding != "valid":
        border = padding
    smallest = [max(1, dilation[i] * (kernel[i] - 1) + 1 - 2 * border[i]) for i in (0, 1)]
    size = [1 if padding == "same" else smallest[i] for i in (0, 1)]
    size = [size[i] + draw(st.integers(0, 5)) for i in (0, 1)]
    batch = draw(st.sampled_from([(), (0,), (1,), (2,), (5,)]))
    shapes = (*batch, groups * channels, *size), (groups * multiplier, channels, *kernel)
    keywords = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return *shapes, keywords


@st.composite
def transposed_convolutions(draw: st.DrawFn) -> Configuration:
    """Arguments of a legal transposed convolution."""
    groups, channels, multiplier = (draw(st.integers(1, 3)) for _ in range(3))
    kernel, stride, dilation, size = draw(PAIRS), draw(PAIRS), draw(PAIRS), draw(PAIRS)
    output_padding, padding = [], []
    for i in (0, 1):
        output_padding.append(draw(st.integers(0, max(stride[i], dilation[i]) - 1)))
        whole = (size[i] - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 + output_padding[i]
        padding.append(draw(st.integers(0, min(5, (whole - 1) // 2))))
    batch = draw(st.sampled_from([(), (0,), (1,), (2,), (5,)]))
    shapes = (*batch, groups * channels, *size), (groups * channels, multiplier, *kernel)
    keywords = {"stride": stride, "padding": tuple(padding), "dilation": dilation}
    return *shapes, keywords | {"output_padding": tuple(output_padding), "groups": groups}


def random_arrays(
    *shapes: int | tuple[int, ...], dtype: DTypeLike = np.float64
) -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    return [generator.normal(size=shape).astype(dtype) for shape in shapes]
