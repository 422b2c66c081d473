"""Binary cross entropy as readers write it: right ones pass, wrong ones are told why."""

import numpy as np
import pytest


def losses(p, t):
    with np.errstate(divide="ignore"):
        log_p, log_not_p = np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)
    return -(t * log_p + (1 - t) * log_not_p)


class BCE:
    """Remember what was said, and be asked for the gradient without anything."""

    def forward(self, y_pred, y_true):
        self.p, self.t = y_pred, y_true
        return losses(y_pred, y_true).mean()

    def backward(self):
        return (self.p - self.t) / (self.p * (1 - self.p) * self.p.size)


class WithGradient(BCE):
    """Take the gradient from above, as layers do."""

    def backward(self, dy=1.0):
        return dy * super().backward()


def right(y_true, y_pred):
    return losses(y_pred, y_true).mean()


@pytest.mark.parametrize("target", [right, BCE, WithGradient])
def test_right_ones_pass(check_here, target):
    found = check_here(target, "bce")
    assert found.right and found.cases == 11, found.lines()


def unprotected(p, t):
    with np.errstate(all="ignore"):
        return -(t * np.log(p) + (1 - t) * np.log1p(-p)).mean()


def cut_off(p, t):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean()


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda p, t: losses(p, t).sum(), "the sum is taken where the mean is meant."),
        (lambda p, t: losses(p, t).sum(), "Right until there are 2 probabilities."),
        (unprotected, "nothing keeps the logarithm of 0 from being minus infinity. Torch lets no"),
        (unprotected, "not even finite."),
        (cut_off, "the probability is cut off at 1e-07 and 1 - 1e-07."),
        (lambda p, t: -losses(p, t).mean(), "loss is what comes out when its sign is turned."),
        (lambda p, t: losses(p, t), "the loss of each is returned, and not their mean."),
        (lambda p, t: losses(t, p).mean(), "probability and target change places."),
    ],
)
def test_a_wrong_loss_is_named(told, function, expected):
    assert expected in told(function, "bce", name="bce")


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (
            lambda p, t: (p - t) / (p * (1 - p)),
            "dx is what comes out when it is not divided by the number of probabilities. The loss",
        ),
        (
            lambda p, t: (p - t) / p.size,
            "(p - t) / count is returned, the gradient with respect to the logit.",
        ),
        (lambda p, t: p - t, "p - t is returned, the gradient with respect to the logit, and it"),
        (lambda p, t: (t - p) / (p * (1 - p)) / p.size, "its sign is turned."),
        (lambda p, t: (p - t) / (p * (1 - p) + 1e-8) / p.size, "1e-08 is added to the denominator"),
    ],
)
def test_a_wrong_gradient_is_named(told, function, expected):
    assert expected in told(function, "bce", name="bce_backward")


def test_a_class_with_a_sum_is_told(told):
    class Sum(BCE):
        def backward(self):
            return super().backward() * self.p.size

    assert "dx is what comes out when it is not divided by the number" in told(Sum, "bce")


def overflowing(logit, t):
    with np.errstate(over="ignore"):
        return (np.log1p(np.exp(logit)) - logit * t).mean()


def through_probability(logit, t):
    return losses(1 / (1 + np.exp(-np.clip(logit, -700, 700))), t).mean()


def stable(z, t):
    return np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))


class OfLogits:
    """Compute from logits."""

    def forward(self, logits, labels):
        self.z, self.t = logits, labels
        return stable(logits, labels).mean()

    def backward(self):
        small = np.exp(-np.abs(self.z))
        return (np.where(self.z < 0, small, 1) / (1 + small) - self.t) / self.z.size


def test_a_class_of_logits_passes(check_here):
    found = check_here(OfLogits, "bce_with_logits")
    assert found.right and found.cases == 14, found.lines()


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (overflowing, "log(1 + exp(x)) - x t is computed, which overflows. max(x, 0)"),
        (overflowing, "Right until a logit is 1000."),
        (through_probability, "the probability is computed first and its logarithm held at -100."),
        (lambda z, t: stable(z, t).sum(), "the sum is taken where the mean is meant."),
        (lambda z, t: stable(z, 0 * t).mean(), "loss is what comes out when x t is left out."),
    ],
)
def test_a_wrong_loss_of_logits_is_named(told, function, expected):
    assert expected in told(function, "bce_with_logits", name="bce_with_logits")


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda z, t: (z - t) / z.size, "the sigmoid is left out, (x - t) / count."),
        (
            lambda z, t: (
                np.where(z < 0, np.exp(np.minimum(z, 0)), 1) / (1 + np.exp(-np.abs(z))) - t
            ),
            "it is not divided by the number of logits.",
        ),
        (lambda z, t: np.zeros_like(z), "dx is what comes out when all is left 0."),
    ],
)
def test_a_wrong_gradient_of_logits_is_named(told, function, expected):
    assert expected in told(function, "bce_with_logits", name="bce_with_logits_backward")
