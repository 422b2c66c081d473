"""The losses against torch and finite differences."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from core import numpy_nn
from core.conftest import examples
from core.numpy_nn.conftest import check_gradient, finite_differences
from core.numpy_nn.test_functions import Function, normal

EXAMPLES = examples(100)
SEEDS = st.integers(0, 1000)


@EXAMPLES
@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), SEEDS, st.booleans())
def test_losses(shape: list[int], seed: int, certain: bool) -> None:
    generator = np.random.default_rng(seed)
    probability, target = generator.uniform(size=(2, *shape))
    logit = 3 * normal(seed, shape)
    if certain:  # the ends, where the logarithm and the denominator are clamped
        probability, target, logit = np.round(probability), np.round(target), 50 * logit
    goal = torch.from_numpy(target)
    for forward, backward, theirs, value in (
        (
            numpy_nn.bce_loss,
            numpy_nn.bce_loss_backward,
            functional.binary_cross_entropy,
            probability,
        ),
        (
            numpy_nn.bce_with_logits,
            numpy_nn.bce_with_logits_backward,
            functional.binary_cross_entropy_with_logits,
            logit,
        ),
    ):
        tensor = torch.from_numpy(value).requires_grad_()
        expected = theirs(tensor, goal)
        torch.autograd.backward(expected)
        assert tensor.grad is not None
        # torch takes one logit from another: its loss may be off by a last digit of the largest
        last_digit = max(1e-15, float(np.spacing(np.abs(value).max())))
        np.testing.assert_allclose(
            forward(value, target), expected.item(), rtol=1e-12, atol=last_digit
        )
        check_gradient("x", backward(value, target), tensor.grad.numpy(), 1e-10)
        np.testing.assert_allclose(backward(value, target, 3.0), 3 * backward(value, target))
        if not certain:
            check_loss_by_differences(forward, backward, value, target)


def check_loss_by_differences(
    forward: Function, backward: Function, value: np.ndarray, target: np.ndarray
) -> None:
    numeric = finite_differences(lambda moved: float(forward(moved, target)), value, step=1e-7)
    check_gradient("x", backward(value, target), numeric, 1e-4)


def test_the_mean_loss_of_nothing_is_nan_as_in_torch() -> None:
    empty = np.zeros((0, 1))
    assert np.isnan(numpy_nn.bce_loss(empty, empty))
    assert np.isnan(numpy_nn.bce_with_logits(empty, empty))
