"""The fast products of a convolution are the plain ones, up to rounding and wherever it is cut."""

from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.conftest import examples
from core.numpy_nn.conftest import Configuration, convolutions, random_arrays
from core.numpy_nn.engine import fast_convolution, plain_convolution
from core.numpy_nn.geometry import Geometry, convolution_geometry

CUTS = st.tuples(st.sampled_from([0, 500, 3000, 2**22]), st.sampled_from([0, 200, 10**6]))
"""Bytes of a block, and multiplications of a product that is small: together they decide how many
images lie side by side, and whether rows are cut."""

Arrays = dict[str, np.ndarray]


def arrays_and_geometry(convolution: Configuration) -> tuple[Arrays, Geometry, int]:
    x_shape, weight_shape, keywords = convolution
    groups = keywords.pop("groups")
    x, weight, bias = random_arrays(x_shape, weight_shape, weight_shape[:1])
    x = x.reshape(-1, *x_shape[-3:])
    size, kernel = (x_shape[-2], x_shape[-1]), (weight_shape[2], weight_shape[3])
    geometry = convolution_geometry(size, kernel, **keywords)
    (dy,) = random_arrays((len(x), len(weight), *geometry.output))
    return {"x": x, "weight": weight, "bias": bias, "dy": dy}, geometry, groups


def check_products(arrays: Arrays, geometry: Geometry, groups: int, cut: tuple[int, int]) -> None:
    x, weight, bias, dy = arrays.values()
    plain = (
        plain_convolution.correlate(x, weight, bias, geometry, groups),
        plain_convolution.input_gradient(dy, weight, geometry, groups),
        plain_convolution.weight_gradient(dy, x, weight.shape, geometry, groups),
    )
    block_bytes, unpacked = cut
    with (
        patch("core.numpy_nn.engine.fast_convolution.SMALL", 0),
        patch("core.numpy_nn.engine.fast_convolution.BLOCK_BYTES", block_bytes),
        patch("core.numpy_nn.engine.fast_convolution.UNPACKED", unpacked),
        patch("core.numpy_nn.engine.memory_layout.BLOCK_BYTES", block_bytes),
        patch("core.numpy_nn.engine.fast_convolution.cpu_count", lambda: 3),
    ):
        fast = (
            fast_convolution.correlate(x, weight, bias, geometry, groups),
            fast_convolution.input_gradient(dy, weight, geometry, groups),
            fast_convolution.weight_gradient(dy, x, weight.shape, geometry, groups),
        )
        both = fast_convolution.gradients(dy, x, weight, geometry, groups)
    for ours, expected in zip((*fast, *both), (*plain, *plain[1:]), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-10, atol=1e-10)


@examples(150)
@given(convolutions(), CUTS)
def test_fast_products_are_the_plain_ones(convolution: Configuration, cut: tuple[int, int]) -> None:
    check_products(*arrays_and_geometry(convolution), cut)


@examples(150)
@given(
    convolutions(),
    CUTS,
    st.sampled_from(["x", "weight", "dy"]),
    st.sampled_from([np.inf, -np.inf, np.nan]),
    st.integers(0, 1000),
)
def test_so_they_are_when_a_number_is_not_finite(
    convolution: Configuration, cut: tuple[int, int], name: str, value: float, place: int
) -> None:
    arrays, geometry, groups = arrays_and_geometry(convolution)
    if arrays[name].size:
        arrays[name].reshape(-1)[place % arrays[name].size] = value
    with np.errstate(invalid="ignore"):
        check_products(arrays, geometry, groups, cut)
