"""Adam and SGD as readers write them: right ones pass, wrong ones are told why."""

from typing import ClassVar

import numpy as np
import pytest


def adam(
    param, grad, m, v, t, lr, beta1, beta2, eps, weight_decay=0.0, *, later=0, root="outside",
    correct=True, square=True, swapped=False,
):  # fmt: skip
    """Take a step, right but for what is asked for."""
    g = grad + weight_decay * param
    if swapped:
        beta1, beta2 = beta2, beta1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * (g * g if square else g)
    t = np.float64(t + later)
    with np.errstate(all="ignore"):
        m_hat, v_hat = (m / (1 - beta1**t), v / (1 - beta2**t)) if correct else (m, v)
        below = np.sqrt(v_hat + eps) if root == "inside" else np.sqrt(v_hat) + eps
        return param - lr * m_hat / below, m, v


def variant(**wrong):
    """Make a function that takes one step, wrong in one way."""

    def step(param, grad, m, v, t, lr, beta1, beta2, eps, weight_decay):
        return adam(param, grad, m, v, t, lr, beta1, beta2, eps, weight_decay, **wrong)

    return step


class Adam:
    """Keep the memories of one array, which is returned anew."""

    wrong: ClassVar[dict[str, object]] = {}
    first = 1

    def __init__(self, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.lr, self.betas, self.eps = lr, betas, eps
        self.m = self.v = 0.0
        self.t = self.first

    def update(self, w, grad):
        given = (self.m, self.v, self.t, self.lr, *self.betas, self.eps)
        w, self.m, self.v = adam(w, grad, *given, **self.wrong)
        self.t += 1
        return w


class InPlace:
    """Change dicts of parameters in place, by dicts of gradients."""

    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999):
        self.lr, self.betas = learning_rate, (beta1, beta2)
        self.memory, self.t = {}, 0

    def update(self, params, grads):
        self.t += 1
        for name, param in params.items():
            m, v = self.memory.get(name, (0.0, 0.0))
            new, m, v = adam(param, grads[name], m, v, self.t, self.lr, *self.betas, 1e-8)
            self.memory[name] = m, v
            param[...] = new


class OfParameters:
    """Take the parameters once, and the gradients of each step."""

    def __init__(self, params, lr=0.01, momentum=0.0):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.velocity = {name: 0 * param for name, param in params.items()}

    def step(self, grads):
        for name, param in self.params.items():
            self.velocity[name] = self.momentum * self.velocity[name] + grads[name]
            param -= self.lr * self.velocity[name]


def sgd(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0, nesterov=False):
    g = grad + weight_decay * param
    velocity = momentum * velocity + g
    return param - lr * (g + momentum * velocity if nesterov else velocity), velocity


def adam_in_place(w, dw, m, v, t, lr, beta1, beta2, eps):
    new, new_m, new_v = adam(w, dw, m, v, t, lr, beta1, beta2, eps)
    w[...], m[...], v[...] = new, new_m, new_v


@pytest.mark.parametrize(
    ("target", "layer"),
    [
        (variant(), "adam"),
        (adam_in_place, "adam"),
        (Adam, "adam"),
        (InPlace, "adam"),
        (sgd, "sgd"),
        (OfParameters, "sgd"),
    ],
)
def test_right_ones_pass(check_here, target, layer):
    found = check_here(target, layer, name="step_of_mine")
    assert found.right and found.cases >= 8, found.lines()


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"later": -1}, "param is what comes out when the step is counted from 0. The first step"),
        ({"later": 1}, "param is what comes out when the step is counted one too far."),
        ({"root": "inside"}, "epsilon is added under the root and not to it. Torch adds it to"),
        ({"correct": False}, "the bias of neither m nor v is corrected. Torch divides m by"),
        ({"square": False}, "param and v are what comes out when the gradient is not squared"),
        (
            {"swapped": True},
            "param, m and v are what comes out when beta1 and beta2 change places.",
        ),
    ],
)
def test_a_wrong_step_of_adam_is_named(told, wrong, expected):
    assert expected in told(variant(**wrong), "adam", name="adam_step")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"first": 0}, "params are what comes out when the step is counted from 0."),
        ({"first": 2}, "params are what comes out when the step is counted one too far."),
        ({"wrong": {"root": "inside"}}, "epsilon is added under the root and not to it."),
        ({"wrong": {"correct": False}}, "the bias of neither m nor v is corrected."),
    ],
)
def test_a_wrong_class_of_adam_is_named(told, changes, expected):
    assert expected in told(type("Wrong", (Adam,), changes), "adam")


def test_decay_beside_the_step_is_named(told):
    def adamw(param, grad, m, v, step, lr, beta1, beta2, eps, weight_decay):
        param = param * (1 - lr * weight_decay)
        return adam(param, grad, m, v, step, lr, beta1, beta2, eps)

    said = told(adamw, "adam")
    assert "weight_decay shrinks the parameter beside the step, as in AdamW." in said
    assert "Right until weight_decay is " in said


def test_counting_from_0_that_divides_by_0_is_named_too(told):
    def raises(param, grad, m, v, t, lr, beta1, beta2, eps):
        m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
        rate = lr * (1 - beta2 ** (t - 1)) ** 0.5 / (1 - beta1 ** (t - 1))
        return param - rate * m / (np.sqrt(v) + eps * (1 - beta2 ** (t - 1)) ** 0.5), m, v

    said = told(raises, "adam")
    assert "It raised ZeroDivisionError" in said
    assert "param is what comes out when the step is counted from 0." in said


def up_the_hill(param, grad, lr):
    return param + lr * grad


def averaging(param, grad, velocity, lr, momentum):
    velocity = momentum * velocity + (1 - momentum) * grad
    return param - lr * velocity, velocity


def rate_inside(param, grad, velocity, lr, momentum):
    velocity = momentum * velocity + lr * grad
    return param - velocity, velocity


def no_nesterov(param, grad, velocity, lr, momentum, weight_decay, nesterov):
    return sgd(param, grad, velocity, lr, momentum, weight_decay)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (up_the_hill, "the step goes up the gradient, + where - is meant."),
        (
            averaging,
            "param and velocity are what comes out when the gradient enters the velocity b",
        ),
        (rate_inside, "the velocity already holds the learning rate."),
        (no_nesterov, "param is what comes out when nesterov is ignored."),
        (no_nesterov, "Right until momentum is 0.9 and nesterov is True."),
    ],
)
def test_a_wrong_step_of_sgd_is_named(told, function, expected):
    assert expected in told(function, "sgd")


def test_a_class_that_forgets_its_velocity_is_named(told):
    class Forgets(OfParameters):
        def step(self, grads):
            for name, param in self.params.items():
                param -= self.lr * grads[name]

    assert "params are what comes out when momentum is left out." in told(Forgets, "sgd")
