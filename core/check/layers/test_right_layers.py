"""Right functions and classes pass in all cases, in both layouts: first of all our own."""

import pytest

from core import numpy_nn as nn
from core.check.layers import LAYERS

FUNCTIONS = {
    "convtranspose": (nn.conv_transpose2d, nn.conv_transpose2d_backward),
    "linear": (nn.linear, nn.linear_backward),
    "batchnorm": (nn.batch_norm2d, nn.batch_norm2d_backward),
    "relu": (nn.relu, nn.relu_backward),
    "sigmoid": (nn.sigmoid, nn.sigmoid_backward),
    "maxpool": (nn.max_pool2d, nn.max_pool2d_backward),
    "avgpool": (nn.avg_pool2d, nn.avg_pool2d_backward),
    "bce": (nn.bce_loss, nn.bce_loss_backward),
    "bce_with_logits": (nn.bce_with_logits, nn.bce_with_logits_backward),
}
CLASSES = {
    "conv": nn.Conv2d,
    "convtranspose": nn.ConvTranspose2d,
    "linear": nn.Linear,
    "batchnorm": nn.BatchNorm2d,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "maxpool": nn.MaxPool2d,
    "avgpool": nn.AvgPool2d,
    "bce": nn.BCELoss,
    "adam": nn.Adam,
    "sgd": nn.SGD,
}


def passes(found, cases):
    """Expect that all cases of a layer were tried and are right."""
    assert found.right, "\n".join(found.lines())
    assert found.cases == cases
    assert found.lines()[-1] == f"All {cases} cases agree with torch."


def count(layer):
    """Count the cases of a layer."""
    return len(list(LAYERS[layer].battery()))


@pytest.mark.parametrize("layer", FUNCTIONS)
@pytest.mark.parametrize("direction", [0, 1])
def test_the_engines_functions_agree_with_torch(check_here, layer, direction):
    cases = 7 if (layer, direction) == ("bce", 1) else count(layer)  # torch alone is as torch at 0
    passes(check_here(FUNCTIONS[layer][direction], layer), cases)


@pytest.mark.parametrize("layer", CLASSES)
def test_the_engines_classes_agree_with_torch(check_here, layer):
    passes(check_here(CLASSES[layer], layer), count(layer))
