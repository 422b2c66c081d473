"""ReLU and sigmoid as readers write them: right ones pass, wrong ones are told why."""

import numpy as np
import pytest


def relu(Z):
    """Give back a cache as well, as the article's kin does."""
    return np.maximum(0, Z), Z


def relu_backward(dA, cache):
    """Read the cache of ``relu``."""
    dz = np.array(dA, copy=True)
    dz[cache <= 0] = 0
    return dz


class ReLU:
    """Remember where x is positive."""

    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout = dout.copy()
        dout[self.mask] = 0
        return dout


def stable_sigmoid(x):
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small, 1) / (1 + small)


class Sigmoid:
    """Be called like a function."""

    def __call__(self, x):
        self.y = stable_sigmoid(x)
        return self.y

    def backward(self, dy):
        return dy * self.y * (1 - self.y)


def sigmoid_backward_of_x(dout, x):
    s = stable_sigmoid(x)
    return dout * s * (1 - s)


@pytest.mark.parametrize(
    ("layer", "target", "others"),
    [
        ("relu", relu, ()),
        ("relu", relu_backward, (relu,)),
        ("relu", ReLU, ()),
        ("sigmoid", stable_sigmoid, ()),
        ("sigmoid", sigmoid_backward_of_x, ()),
        ("sigmoid", Sigmoid, ()),
    ],
)
def test_right_ones_pass(check_here, layer, target, others):
    found = check_here(target, layer, *others)
    assert found.right, found.lines()


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: np.abs(x), "y is what comes out when the sign is only dropped, |x|."),
        (lambda x: np.where(x > 0, x, 0.01 * x), "as leaky ReLU does."),
        (lambda x: x, "y is what comes out when x is given back as it is."),
        (lambda x: (x > 0) * 1.0, "it only says where x is positive, x > 0."),
        (lambda x: np.zeros_like(x), "y is what comes out when all is left 0."),
        (lambda x: x.astype(str), "  y must be an array of real numbers, not of <U32.\n"),
        (
            lambda x: None,
            "  It must return 1 array, y, and it returned none. A return",
        ),
    ],
)
def test_a_wrong_relu_is_named(told, function, expected):
    assert expected in told(function, "relu", name="relu")


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda dy, x: dy * (x >= 0), "the gradient passes where x is 0, x >= 0. Torch lets"),
        (lambda dy, x: dy * (x >= 0), "Right until some of x is exactly 0."),
        (lambda dy, x: (x > 0) * 1.0, "dx is what comes out when dy is left out, x > 0 alone."),
        (lambda dy, x: dy * (dy > 0), "dy's own sign decides what passes, not that of x."),
        (lambda dy, x: dy, "dx is what comes out when dy is given back as it is."),
        (lambda dy, x: -dy * (x > 0), "dx is what comes out when its sign is turned."),
    ],
)
def test_a_wrong_relu_backward_is_named(told, function, expected):
    assert expected in told(function, "relu", name="relu_backward")


def overflowing(x):
    with np.errstate(all="ignore"):
        return np.exp(x) / (1 + np.exp(x))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (overflowing, "exp(x) / (1 + exp(x)) is computed, infinity by infinity where x is large. "),
        (overflowing, "is nan, must be 1 "),
        (overflowing, "not even finite.\nRight until x reaches ±1000."),
        (lambda x: stable_sigmoid(np.clip(x, -500, 500)), "x is cut off at ±500. exp of a neg"),
        (np.tanh, "y is what comes out when tanh is taken."),
        (lambda x: stable_sigmoid(-x), "the sign of x is turned, 1 / (1 + exp(x))."),
    ],
)
def test_a_wrong_sigmoid_is_named(told, function, expected):
    assert expected in told(lambda x: function(x), "sigmoid", name="sigmoid")


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda dy, y: sigmoid_backward_of_x(dy, y), "y is taken for x, and the sigmoid computed"),
        (lambda dy, x: dy * x * (1 - x), "x is taken for the sigmoid's result, dy x (1 - x)."),
        (lambda dy, y: y * (1 - y), "dx is what comes out when dy is left out, y (1 - y) alone."),
        (lambda dy, y: dy * (1 - y**2), "1 - y^2 is taken, which is tanh's."),
    ],
)
def test_a_wrong_sigmoid_backward_is_named(told, function, expected):
    assert expected in told(function, "sigmoid", name="sigmoid_backward")


def test_a_class_that_changes_its_input_is_told(told):
    class InPlace(ReLU):
        def forward(self, x):
            self.mask = x <= 0
            x[self.mask] = 0
            return x

    assert "  It changed its argument x.\n" in told(InPlace, "relu")
