"""Batch norm as readers write it: right ones pass, wrong ones are told why."""

import numpy as np
import pytest

from core import numpy_nn as nn

EACH = (0, 2, 3)


def along(vector):
    return np.asarray(vector)[:, None, None]


def forward(
    x,
    running_mean,
    running_var,
    weight,
    bias,
    training=True,
    momentum=0.1,
    eps=1e-5,
    *,
    deviation=lambda var, eps: np.sqrt(var + eps),
    unbiased=True,
    share=None,
    axes=EACH,
    always=None,
):
    """Compute batch norm, right but for what is asked for; returns y and the moved statistics."""
    batch = training if always is None else always
    share = momentum if share is None else share(momentum)
    mean, var = running_mean, running_var
    if batch:
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        if training:
            n = x.size // x.shape[1]
            newest = var * n / (n - 1) if unbiased else var
            running_mean = (1 - share) * running_mean + share * mean
            running_var = (1 - share) * running_var + share * newest
    y = along(weight) * (x - along(mean)) / along(deviation(var, eps)) + along(bias)
    return y, running_mean, running_var


def variant(**wrong):
    """Make a function of torch's parameters that is wrong in one way."""

    def batch_norm(x, running_mean, running_var, weight, bias, training, momentum, eps):
        return forward(x, running_mean, running_var, weight, bias, training, momentum, eps, **wrong)

    return batch_norm


class BatchNorm:
    """Normalise images, remember what is needed, and move the statistics in place."""

    biased, epsilon_outside, axis = False, False, EACH

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)
        self.eps, self.momentum, self.training = eps, momentum, True

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(axis=EACH), x.var(axis=EACH)
            n = x.size // x.shape[1]
            self.running_mean += self.momentum * (mean - self.running_mean)
            newest = var if self.biased else var * n / (n - 1)
            self.running_var += self.momentum * (newest - self.running_var)
        self.deviation = (
            np.sqrt(var) + self.eps if self.epsilon_outside else np.sqrt(var + self.eps)
        )
        self.x_hat = (x - along(mean)) / along(self.deviation)
        return along(self.gamma) * self.x_hat + along(self.beta)

    def backward(self, dy):
        self.dgamma, self.dbeta = (dy * self.x_hat).sum(axis=EACH), dy.sum(axis=EACH)
        dx = dy
        if self.training:
            through_mean = dy.mean(axis=EACH, keepdims=True)
            dx = dy - through_mean - self.x_hat * (dy * self.x_hat).mean(axis=EACH, keepdims=True)
        return dx * along(self.gamma / self.deviation)


def in_hwc(x, running_mean, running_var, gamma, beta, training, momentum, eps):
    """Normalise one image (H, W, C), the running statistics in place."""
    mean, var = running_mean.copy(), running_var.copy()
    if training:
        mean, var = x.mean(axis=(0, 1)), x.var(axis=(0, 1))
        n = x.shape[0] * x.shape[1]
        running_mean += momentum * (mean - running_mean)
        running_var += momentum * (var * n / (n - 1) - running_var)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def backward_in_hwc(dout, x, running_mean, running_var, gamma, training, eps):
    """Go back through one image (H, W, C)."""
    image = x.transpose(2, 0, 1)[None], dout.transpose(2, 0, 1)[None]
    dx, dgamma, dbeta = nn.batch_norm2d_backward(
        image[1], image[0], running_mean, running_var, gamma, training, eps
    )
    return dx[0].transpose(1, 2, 0), dgamma, dbeta


def test_right_ones_pass(check_here):
    found = check_here(variant(), "batchnorm")
    assert found.right and found.cases == 24, found.lines()
    found = check_here(BatchNorm, "batchnorm")
    assert found.right and found.cases == 24, found.lines()


def test_one_image_hwc_passes_too(check_here):
    for function in (in_hwc, backward_in_hwc):
        found = check_here(function, "batchnorm")
        assert found.right, found.lines()
        assert "(H, W, C)" in found.what and found.cases == 17


def test_statistics_may_begin_with_the_first_batch(check_here):
    class Lazy(BatchNorm):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__(num_features, eps, momentum)
            vars(self).update(running_mean=None, running_var=None)

        def forward(self, x):
            if self.running_mean is None:
                self.running_mean, self.running_var = 0 * x[0, :, 0, 0], 1 + 0 * x[0, :, 0, 0]
            return super().forward(x)

    found = check_here(Lazy, "batchnorm")
    assert found.right and found.cases == 24, found.lines()


def test_a_function_without_running_statistics_is_checked_in_training(check_here):
    def batch_norm(x, gamma, beta, eps=1e-5):
        y, _, _ = nn.batch_norm2d(x, None, None, gamma, beta, True, 0.1, eps)
        return y, {"x": x}

    found = check_here(batch_norm, "batchnorm")
    assert found.right, found.lines()
    assert found.left_out == ["momentum", "training"]


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (
            {"deviation": lambda var, eps: np.sqrt(var) + eps},
            "y is what comes out when epsilon is added to the root and not under it",
        ),
        (
            {"unbiased": False},
            "running_var is what comes out when the batch's biased variance (divided by n) goes "
            "into the running one. Torch normalises with the biased variance and keeps the "
            "unbiased one, divided by n - 1.",
        ),
        (
            {"share": lambda momentum: 1 - momentum},
            "running_mean and running_var are what comes out when momentum is taken the other way "
            "round, momentum old + (1 - momentum) new. Torch's momentum is the share of the new",
        ),
        ({"always": True}, "the batch's own statistics are used in evaluation too."),
        ({"always": True}, "Right until it evaluates (training is False)."),
        ({"deviation": lambda var, eps: var + eps}, "divided by the variance and not by its root."),
        (
            {"deviation": lambda var, eps: np.sqrt(var)},
            "y is what comes out when epsilon is left out.",
        ),
    ],
)
def test_a_wrong_forward_is_named(told, wrong, expected):
    assert expected in told(variant(**wrong), "batchnorm", name="batch_norm")


def test_unbiased_and_pixelwise_statistics_are_named(told):
    def unbiased(x, weight, bias, eps=1e-5):
        mean, var = x.mean(axis=EACH), x.var(axis=EACH, ddof=1)
        return along(weight) * (x - along(mean)) / along(np.sqrt(var + eps)) + along(bias)

    def over_everything(x, weight, bias, eps=1e-5):
        return along(weight) * (x - x.mean()) / np.sqrt(x.var() + eps) + along(bias)

    assert "the unbiased variance (divided by n - 1) is normalised with." in told(
        unbiased, "batchnorm"
    )
    said = told(over_everything, "batchnorm")
    assert "one mean and one variance are taken over all channels." in said
    assert "Right until there are 2 channels." in said


def test_statistics_that_stay_where_they_were_are_named(told):
    def forgets(x, running_mean, running_var, weight, bias, training, momentum, eps):
        return forward(x, running_mean, running_var, weight, bias, training, momentum, eps)[0]

    assert (
        "running_mean and running_var are what comes out when it stays where it was in training. "
        "It must be returned behind y, or changed in place."
    ) in told(forgets, "batchnorm")


def test_a_class_with_biased_variance_or_epsilon_outside_is_told(told):
    class Biased(BatchNorm):
        biased = True

    class Outside(BatchNorm):
        epsilon_outside = True

    said = told(Biased, "batchnorm")
    assert "running_var is what comes out when the batch's biased variance" in said
    assert "y is" not in said and "dx is" not in said
    said = told(Outside, "batchnorm")
    assert "y, dx and dweight are what comes out when epsilon is added to the root" in said


def test_a_class_that_cannot_evaluate_is_told(told):
    class AlwaysTrains(BatchNorm):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__(num_features, eps, momentum)
            del self.training

        training = property(lambda self: True)

        def __setattr__(self, name, value):
            if name != "training":
                object.__setattr__(self, name, value)

        def __delattr__(self, name):
            pass

    assert "the batch's own statistics are used in evaluation too" in told(
        AlwaysTrains, "batchnorm"
    )


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        ("constants", "dx is what comes out when mean and variance are taken for constants"),
        ("no variance", "dx is what comes out when what flows through the variance is left out."),
        (
            "mean",
            "dweight and dbias are what comes out when the mean over a channel is taken where",
        ),
        ("x", "dweight is what comes out when dy is multiplied by x and not by the normalised x."),
        ("evaluation", "dx is what comes out when gradient flows through the statistics in eval"),
    ],
)
def test_a_wrong_backward_is_named(told, mistake, expected):
    def backward(dy, x, running_mean, running_var, weight, training, eps):
        given = (running_mean, running_var, weight)
        treated = True if mistake == "evaluation" else training
        dx, dweight, dbias = nn.batch_norm2d_backward(dy, x, *given, treated, eps)
        _, dweight, dbias = nn.batch_norm2d_backward(dy, x, *given, training, eps)
        if training:
            deviation = np.sqrt(x.var(axis=EACH) + eps)
            if mistake == "constants":
                dx = dy * along(weight / deviation)
            if mistake == "no variance":
                dx = (dy - dy.mean(axis=EACH, keepdims=True)) * along(weight / deviation)
        if mistake == "mean":
            n = x.size // x.shape[1]
            dweight, dbias = dweight / n, dbias / n
        if mistake == "x":
            dweight = (dy * x).sum(axis=EACH)
        return dx, dweight, dbias

    assert expected in told(backward, "batchnorm")


class OfRows(BatchNorm):
    """Normalise rows (N, features) with the same formulas."""

    def forward(self, x):
        return super().forward(x[:, :, None, None])[:, :, 0, 0]

    def backward(self, dy):
        return super().backward(dy[:, :, None, None])[:, :, 0, 0]


def test_rows_pass_too(check_here):
    found = check_here(OfRows, "batchnorm")
    assert found.right and found.cases == 24, found.lines()
    assert "(N, features)" in found.what


def test_wrong_ones_of_rows_are_told_apart_from_images(told):
    def outside(x, gamma, beta, eps=1e-5):
        return gamma * (x - x.mean(axis=0)) / (np.sqrt(x.var(axis=0)) + eps) + beta

    def as_in_layer_norm(x, gamma, beta, eps=1e-5):
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        return gamma * (x - mean) / np.sqrt(var + eps) + beta

    said = told(outside, "batchnorm")
    assert "Smallest failing case: x (4, 1)" in said
    assert "epsilon is added to the root and not under it, sqrt(var) + eps.\n" in f"{said}\n"
    said = told(as_in_layer_norm, "batchnorm")
    assert "each pixel, or row, has its own mean and variance over its channels" in said


def test_what_is_right_until_there_are_more_rows_says_so(told):
    def of_the_first_five(x, gamma, beta, eps=1e-5):
        mean, var = x[:5].mean(axis=0), x[:5].var(axis=0)
        return gamma * (x - mean) / np.sqrt(var + eps) + beta

    said = told(of_the_first_five, "batchnorm", layout="rows")
    assert "Right until there are 8 rows." in said


def in_a_dict(other_way=False):
    """Make a forward function that finds settings and running statistics in a dict."""

    def batchnorm_forward(x, gamma, beta, bn_param):
        mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
        share = 1 - bn_param["momentum"] if other_way else bn_param["momentum"]
        running_mean, running_var = bn_param["running_mean"], bn_param["running_var"]
        if mode == "test":
            return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, None
        mean, var, n = x.mean(axis=0), x.var(axis=0), len(x)
        bn_param["running_mean"] = (1 - share) * running_mean + share * mean
        bn_param["running_var"] = (1 - share) * running_var + share * var * n / (n - 1)
        x_hat = (x - mean) / np.sqrt(var + eps)
        return gamma * x_hat + beta, (x_hat, gamma, np.sqrt(var + eps))

    return batchnorm_forward


def batchnorm_backward(dout, cache):
    """Go back through rows, with what the forward function kept."""
    x_hat, gamma, deviation = cache
    dx = dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0)
    return dx * gamma / deviation, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def test_settings_and_running_statistics_may_lie_in_a_dict(check_here):
    found = check_here(in_a_dict(), "batchnorm")
    assert found.right and found.cases == 24, found.lines()
    found = check_here(batchnorm_backward, "batchnorm", in_a_dict())
    assert found.right and found.cases == 20, found.lines()
    assert found.left_out == ["a cache in evaluation"]


def test_what_is_right_beside_a_wrong_result_is_named(told):
    said = told(in_a_dict(other_way=True), "batchnorm")
    assert "running_mean and running_var are what comes out when momentum is taken the oth" in said
    assert said.endswith("y is right in all 24 cases.")
