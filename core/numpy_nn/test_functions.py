"""Every function but the convolutions, against torch on random legal arguments, and refusals."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from core import numpy_nn
from core.conftest import examples
from core.numpy_nn.average_pooling import OutputSize
from core.numpy_nn.conftest import check_gradient, finite_differences

EXAMPLES = examples(100)
SMALL = st.integers(1, 3)
SEEDS = st.integers(0, 1000)

Pooling = tuple[tuple[int, ...], dict[str, Any]]
Function = Callable[..., Any]
TorchFunction = Callable[..., torch.Tensor]
Arrays = tuple[np.ndarray, ...]
Gradients = Callable[[np.ndarray, dict[str, np.ndarray]], Arrays]


@st.composite
def poolings(draw: st.DrawFn, dilated: bool) -> Pooling:
    """The shape of x and the keywords of a legal pooling."""
    kernel, stride = draw(st.tuples(SMALL, SMALL)), draw(st.none() | st.tuples(SMALL, SMALL))
    dilation = draw(st.tuples(SMALL, SMALL)) if dilated else (1, 1)
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    size = []
    for i in (0, 1):
        span = dilation[i] * (kernel[i] - 1) + 1
        # a window must see a pixel: torch reads outside the image where none does
        smallest = max(1, span - 2 * padding[i], dilation[i] - padding[i] + 1)
        size.append(smallest + draw(st.integers(0, 5)))
    keywords: dict[str, Any] = {"kernel_size": kernel, "stride": stride, "padding": padding}
    keywords["ceil_mode"] = draw(st.booleans())
    if dilated:
        keywords["dilation"] = dilation
    else:
        keywords["count_include_pad"] = draw(st.booleans())
        keywords["divisor_override"] = draw(st.none() | st.integers(1, 9))
    batch = draw(st.sampled_from([(), (0,), (2,)]))
    return (*batch, draw(SMALL), *size), keywords


def normal(seed: int, shape: int | Sequence[int]) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def check_function(
    forward: Function,
    backward: Function,
    theirs: TorchFunction,
    x: np.ndarray,
    differentiable: bool = True,
    **keywords: Any,
) -> None:
    """Hold one input's function and its gradient against torch and finite differences."""
    tensor = torch.from_numpy(x).requires_grad_()
    expected = theirs(tensor, **keywords)
    y = forward(x, **keywords)
    check_gradient("nothing (the result itself)", y, expected.detach().numpy(), 1e-12)
    dy = normal(1, y.shape)
    torch.autograd.backward(expected, torch.from_numpy(dy))
    assert tensor.grad is not None
    dx = backward(dy, y if forward in (numpy_nn.sigmoid, numpy_nn.tanh) else x, **keywords)
    check_gradient("x", dx, tensor.grad.numpy(), 1e-10)
    if differentiable and x.size <= 40:
        numeric = finite_differences(lambda moved: np.sum(forward(moved, **keywords) * dy), x)
        check_gradient("x", dx, numeric, 1e-6)


@EXAMPLES
@given(poolings(dilated=True), st.booleans(), SEEDS)
def test_max_pool2d(configuration: Pooling, with_ties: bool, seed: int) -> None:
    shape, keywords = configuration
    x = normal(seed, shape)
    if with_ties:
        x = np.round(x)
    check_function(
        numpy_nn.max_pool2d,
        numpy_nn.max_pool2d_backward,
        functional.max_pool2d,
        x,
        differentiable=not with_ties,
        **keywords,
    )


def test_max_pool2d_of_nan_and_minus_infinity() -> None:
    x = np.full((1, 1, 4, 6), -np.inf)
    x[0, 0, :2, 2:4] = [[np.nan, 1], [np.nan, 2]]
    x[0, 0, 2:, 2:4] = [[3, 5], [5, 4]]
    tensor = torch.from_numpy(x).requires_grad_()
    expected = functional.max_pool2d(tensor, 2)
    torch.autograd.backward(expected, torch.ones_like(expected))
    assert tensor.grad is not None
    np.testing.assert_array_equal(numpy_nn.max_pool2d(x, 2), expected.detach().numpy())
    dx = numpy_nn.max_pool2d_backward(np.ones((1, 1, 2, 3)), x, 2)
    np.testing.assert_array_equal(dx, tensor.grad.numpy())


@EXAMPLES
@given(poolings(dilated=False), SEEDS)
def test_avg_pool2d(configuration: Pooling, seed: int) -> None:
    shape, keywords = configuration
    check_function(
        numpy_nn.avg_pool2d,
        numpy_nn.avg_pool2d_backward,
        functional.avg_pool2d,
        normal(seed, shape),
        **keywords,
    )


@EXAMPLES
@given(
    st.sampled_from([(3,), (0, 2), (2, 1)]),
    st.tuples(*[st.integers(1, 7)] * 2),
    st.integers(1, 5) | st.tuples(*[st.none() | st.integers(1, 9)] * 2),
    SEEDS,
)
def test_adaptive_avg_pool2d(
    channels: tuple[int, ...], size: tuple[int, int], output_size: OutputSize, seed: int
) -> None:
    check_function(
        numpy_nn.adaptive_avg_pool2d,
        numpy_nn.adaptive_avg_pool2d_backward,
        functional.adaptive_avg_pool2d,
        normal(seed, (*channels, *size)),
        output_size=output_size,
    )


@EXAMPLES
@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), SEEDS, st.sampled_from([1, 30, 1000]))
def test_activations(shape: list[int], seed: int, scale: int) -> None:
    x = np.clip(scale * normal(seed, shape), -700, 700)  # further out torch's sigmoid is 0
    smooth = scale == 1
    check_function(numpy_nn.relu, numpy_nn.relu_backward, functional.relu, x, smooth)
    check_function(numpy_nn.sigmoid, numpy_nn.sigmoid_backward, torch.sigmoid, x, smooth)
    if smooth:  # far out 1 - y^2 holds little but the rounding of y
        check_function(numpy_nn.tanh, numpy_nn.tanh_backward, torch.tanh, x)
    np.testing.assert_allclose(numpy_nn.tanh(x), torch.tanh(torch.from_numpy(x)), rtol=1e-14)
    leaky = numpy_nn.leaky_relu, numpy_nn.leaky_relu_backward, functional.leaky_relu
    check_function(*leaky, x, smooth, negative_slope=0.2)


def test_a_dropout_mask_depends_on_its_seed_and_number_alone() -> None:
    mask = numpy_nn.dropout_mask((400, 50), 0.3, seed=1, number=2)
    assert sorted(set(mask.ravel().tolist())) == [0, 1 / 0.7]
    assert abs((mask == 0).mean() - 0.3) < 0.02
    np.testing.assert_array_equal(numpy_nn.dropout_mask((400, 50), 0.3, 1, 2), mask)
    for seed, number in ((1, 3), (2, 2)):
        assert (numpy_nn.dropout_mask((400, 50), 0.3, seed, number) != mask).any()
    for p in (1.0, -0.1, float("nan")):
        with pytest.raises(ValueError, match="p must be at least 0 and below 1"):
            numpy_nn.dropout_mask((2,), p, 0, 0)


def test_relu_at_zero_and_nan() -> None:
    x = np.array([0.0, -0.0, np.nan, np.inf, -np.inf])
    tensor = torch.from_numpy(x).requires_grad_()
    expected = functional.relu(tensor)
    torch.autograd.backward(expected, torch.ones_like(expected))
    assert tensor.grad is not None
    np.testing.assert_array_equal(numpy_nn.relu(x), expected.detach().numpy())
    np.testing.assert_array_equal(numpy_nn.relu_backward(np.ones(5), x), tensor.grad.numpy())


@EXAMPLES
@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), SEEDS)
def test_flatten(shape: list[int], seed: int) -> None:
    check_function(
        numpy_nn.flatten,
        numpy_nn.flatten_backward,
        lambda x: x.reshape(len(x), int(np.prod(x.shape[1:]))),
        normal(seed, shape),
    )


@EXAMPLES
@given(st.sampled_from([(), (0,), (4,), (2, 3)]), st.integers(0, 4), SMALL, st.booleans(), SEEDS)
def test_linear(
    rows: tuple[int, ...], inputs: int, outputs: int, with_bias: bool, seed: int
) -> None:
    names = ["x", "weight", "bias"][: 3 if with_bias else 2]
    shapes = [(*rows, inputs), (outputs, inputs), (outputs,)]
    arrays = {name: normal(seed + i, shapes[i]) for i, name in enumerate(names)}
    tensors = {name: torch.from_numpy(a).requires_grad_() for name, a in arrays.items()}
    check_named_gradients(numpy_nn.linear, functional.linear, arrays, tensors, linear_gradients)


def linear_gradients(dy: np.ndarray, arrays: dict[str, np.ndarray]) -> Arrays:
    return numpy_nn.linear_backward(dy, arrays["x"], arrays["weight"])


def check_named_gradients(
    forward: Function,
    theirs: TorchFunction,
    arrays: dict[str, np.ndarray],
    tensors: dict[str, torch.Tensor],
    gradients: Gradients,
) -> None:
    """Hold a function of several named arrays and their gradients against torch and differences."""
    expected = theirs(**tensors)
    y = forward(**arrays)
    check_gradient("nothing (the result itself)", y, expected.detach().numpy(), 1e-10)
    dy = normal(7, y.shape)
    torch.autograd.backward(expected, torch.from_numpy(dy))
    # x, weight, bias is the order of every backward; what was not given has no expectation
    for name, gradient in zip(("x", "weight", "bias"), gradients(dy, arrays), strict=True):
        if name not in arrays:
            continue
        their_gradient = tensors[name].grad
        assert their_gradient is not None
        check_gradient(name, gradient, their_gradient.numpy(), 1e-10)

        def loss(moved: np.ndarray, name: str = name) -> float:
            return float(np.sum(forward(**arrays | {name: moved}) * dy))

        if arrays[name].size <= 12:
            check_gradient(name, gradient, finite_differences(loss, arrays[name]), 1e-5)


@EXAMPLES
@given(
    st.tuples(st.integers(0, 3), SMALL, SMALL, SMALL),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0.0, 0.1, 1.0]),
    SEEDS,
)
def test_batch_norm2d(
    shape: tuple[int, int, int, int], training: bool, affine: bool, momentum: float, seed: int
) -> None:
    if training and shape[0] * shape[2] * shape[3] == 1:
        shape = (2, *shape[1:])
    channels = shape[1]
    arrays = {"x": 3 + 2 * normal(seed, shape)}
    if affine:
        arrays |= {"weight": normal(seed + 1, channels), "bias": normal(seed + 2, channels)}
    tensors = {name: torch.from_numpy(a).requires_grad_() for name, a in arrays.items()}
    running_mean, running_var = normal(seed + 3, channels), 0.1 + normal(seed + 4, channels) ** 2
    their_mean, their_var = (
        torch.from_numpy(running_mean.copy()),
        torch.from_numpy(running_var.copy()),
    )

    def forward(**arrays: np.ndarray) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
        return numpy_nn.batch_norm2d(
            running_mean=running_mean,
            running_var=running_var,
            training=training,
            momentum=momentum,
            eps=0.1,
            **arrays,
        )

    def theirs(**tensors: torch.Tensor) -> torch.Tensor:
        return functional.batch_norm(
            running_mean=their_mean,
            running_var=their_var,
            input=tensors.pop("x"),
            training=training,
            momentum=momentum,
            eps=0.1,
            **tensors,
        )

    def gradients(dy: np.ndarray, arrays: dict[str, np.ndarray]) -> Arrays:
        return numpy_nn.batch_norm2d_backward(
            dy,
            arrays["x"],
            running_mean,
            running_var,
            arrays.get("weight"),
            training=training,
            eps=0.1,
        )

    before = running_mean.copy(), running_var.copy()
    _, new_mean, new_var = forward(**arrays)
    check_named_gradients(lambda **a: forward(**a)[0], theirs, arrays, tensors, gradients)
    assert np.array_equal(running_mean, before[0]) and np.array_equal(running_var, before[1])
    assert new_mean is not None and new_var is not None
    check_gradient("running_mean", new_mean, their_mean.numpy(), 1e-12)
    check_gradient("running_var", new_var, their_var.numpy(), 1e-12)
