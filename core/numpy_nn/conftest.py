"""What several tests of the engine need: legal convolutions, and a check of gradients."""

from collections.abc import Callable
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


def finite_differences(
    loss: Callable[[np.ndarray], float], point: np.ndarray, step: float = 1e-5
) -> np.ndarray:
    """Return the gradient of ``loss`` at ``point`` by central differences.

    Each element moves by ``step`` up and down; the error is of the order of step squared times the
    third derivative. ``point`` must hold float64 and is as before afterwards.
    """
    gradient, moved = np.empty(point.shape), point.copy()
    for index in np.ndindex(*point.shape):
        moved[index] = point[index] + step
        above = loss(moved)
        moved[index] = point[index] - step
        gradient[index] = (above - loss(moved)) / (2 * step)
        moved[index] = point[index]
    return gradient


def check_gradient(
    argument: str, gradient: np.ndarray, expected: np.ndarray, tolerance: float
) -> None:
    """Raise ``AssertionError`` unless ``gradient`` is ``expected``.

    The largest difference may be ``tolerance`` times the largest expected value. The message says
    which argument, which index, what came and what was expected.
    """
    if gradient.shape != expected.shape:
        raise AssertionError(
            f"gradient of {argument}: came shape {gradient.shape}, expected {expected.shape}"
        )
    if not expected.size:
        return
    error = np.abs(gradient - expected)
    worst = np.unravel_index(np.argmax(error), error.shape)  # argmax finds NaN first
    if not error[worst] <= tolerance * np.abs(expected).max():
        index = tuple(int(i) for i in worst)
        raise AssertionError(
            f"gradient of {argument} at index {index}: came {gradient[worst]!r}, "
            f"expected {expected[worst]!r}"
        )
