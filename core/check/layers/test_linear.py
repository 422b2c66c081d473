"""Linear layers as readers write them: right ones pass, wrong ones are told why."""

import numpy as np
import pytest

DEFAULT = np.random.default_rng(0)


def linear_forward(A_prev, W, b):
    """Work on columns, as the article's kin does."""
    return W @ A_prev + b, (A_prev, W, b)


def linear_backward(dZ, cache):
    """Give back in another order: dA_prev, dW, db."""
    a, w, _ = cache
    return w.T @ dZ, dZ @ a.T, dZ.sum(axis=1, keepdims=True)


class Dense:
    """Keep the weight transposed, (inputs, outputs), and leave gradients in attributes."""

    def __init__(self, n_in, n_out):
        self.W, self.b = DEFAULT.normal(size=(n_in, n_out)), np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW, self.db = self.x.T @ dout, dout.sum(axis=0, keepdims=True)
        return dout @ self.W.T


class Affine:
    """Be made of its arrays, as in a well-known book."""

    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x @ self.W.T + self.b

    def backward(self, dout):
        self.dW, self.db = dout.T @ self.x, dout.sum(axis=0)
        return dout @ self.W


class InDicts:
    """Keep all in dicts."""

    def __init__(self, in_features, out_features, bias=True):
        self.params = {"W": np.zeros((out_features, in_features)), "b": np.zeros(out_features)}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["W"].T + self.params["b"]

    def backward(self, dy):
        self.grads["W"], self.grads["b"] = dy.T @ self.x, dy.sum(axis=0)
        return dy @ self.params["W"]


def test_functions_on_columns_pass(check_here):
    found = check_here(linear_forward, "linear")
    assert found.right, found.lines()
    assert "forward pass, (features, N)" in found.what
    found = check_here(linear_backward, "linear", linear_forward)
    assert found.right, found.lines()
    assert "backward pass, (features, N)" in found.what


@pytest.mark.parametrize("layer", [Dense, Affine, InDicts])
def test_classes_pass_whatever_they_keep_their_weight_in(check_here, layer):
    found = check_here(layer, "linear")
    assert found.right, found.lines()
    assert found.cases == 17


def not_transposed(x, weight, bias=None):
    return x @ weight + (0 if bias is None else bias)


def no_bias_added(x, weight, bias=None):
    return x @ weight.T


def mean_of_products(x, weight):
    return np.einsum("ni,oi->no", x, weight) / x.shape[1]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (not_transposed, "y is what comes out when the weight is not transposed, x @ weight"),
        (not_transposed, "Torch keeps a weight as (outputs, inputs), so that y = x @ weight.T"),
        (no_bias_added, "y is what comes out when the bias is left out.\n"),
        (no_bias_added, "Right until there is a bias."),
        (mean_of_products, "the mean of the products is taken where their sum is meant."),
    ],
)
def test_a_wrong_forward_is_named(told, function, expected):
    assert expected in told(function, "linear") + "\n"


def mean_over_batch(dy, x, weight):
    return dy @ weight, dy.T @ x / len(x), dy.mean(axis=0)


def transposed_gradient(dy, x, weight):
    return dy @ weight, x.T @ dy, dy.sum(axis=0)


def weight_transposed(dy, x, weight):
    return dy @ weight.T, dy.T @ x, dy.sum(axis=0)


def last_row_only(dy, x, weight):
    return dy @ weight, dy.T @ x, dy[-1]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (
            mean_over_batch,
            "dweight and dbias are what comes out when the mean over the batch is taken where the "
            "sum is meant.",
        ),
        (mean_over_batch, "Right until the batch has 2 rows."),
        (transposed_gradient, "dweight is what comes out when it is transposed, x.T @ dy. The"),
        (transposed_gradient, "The shape of dweight must be (2, 1), not (1, 2)."),
        (weight_transposed, "dx is what comes out when the weight is transposed, dy @ weight.T. "),
        (last_row_only, "dbias is what comes out when only the last row of the batch counts"),
    ],
)
def test_a_wrong_backward_is_named(told, function, expected):
    assert expected in told(function, "linear")


def test_a_class_is_told_which_of_its_results_is_wrong(told):
    class MeanInClass(Dense):
        def backward(self, dout):
            dx = super().backward(dout)
            self.dW = self.dW / len(dout)
            return dx

    said = told(MeanInClass, "linear")
    assert "dweight is what comes out when the mean over the batch is taken" in said
    assert "y, dx and dbias are right in all 17 cases." in said


def test_what_a_class_lacks_is_said(told):
    class NoGradient(Dense):
        def backward(self, dout):
            return dout @ self.W.T

    class NoWeight(Dense):
        def __init__(self, n_in, n_out):
            self.matrix = np.zeros((n_in, n_out))

    assert (
        "After backward the class has no gradient of its weight: it may be self.dweight, "
        'self.grads["weight"], or returned behind dx.'
    ) in told(NoGradient, "linear")
    assert "The class has no array called weight, where its weight can be put" in told(
        NoWeight, "linear"
    )


def test_a_function_in_place_and_one_in_float32_are_told(told):
    def in_place(x, weight, bias=None):
        y = x @ weight.T + (0 if bias is None else bias)
        x *= 0
        return y

    def narrow(x, weight):
        return (x.astype("f") @ weight.astype("f").T).astype(float)

    assert "  It changed its argument x.\n" in told(in_place, "linear")
    assert "It looks computed in float32" in told(narrow, "linear")
