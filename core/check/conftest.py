"""A file as a reader of the program would bring it: layers of their own, right and wrong."""

import pickle
import textwrap
from pathlib import Path

import pytest

from core.check.carrying_out import carry_out
from core.check.layer_check import check_layer, in_best_variant
from core.check.layers import LAYERS
from core.check.loading import describe
from core.check.recognition import recognise_form

USER_CODE = '''
"""A reader's own layers: some right, most wrong in one way."""
import os

import numpy as np

from core.numpy_nn import article, conv2d, conv2d_backward

my_article = article.conv2d
my_article_backward = article.conv2d_backward
my_article_forward = article.conv2d_forward


def my_conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return conv2d(x, weight, bias, stride, padding, dilation, groups)


def my_conv2d_backward(dy, x, weight, stride=1, padding=0, dilation=1, groups=1):
    return conv2d_backward(dy, x, weight, stride, padding, dilation, groups)


def short(x, weight, stride=1):
    print("this must not reach the report")
    return conv2d(x, weight, None, stride)


def remainder_backward(dy, x, weight, stride=1, padding=0, dilation=1, groups=1):
    dx, dw, db = conv2d_backward(dy, x, weight, stride, padding, dilation, groups)
    (_, s), (_, p), (_, d) = (np.broadcast_to(v, 2) for v in (stride, padding, dilation))
    rest = (x.shape[3] + 2 * p - d * (weight.shape[3] - 1) - 1) % s
    return dx[..., : dx.shape[3] - rest], dw, db


def no_dilation_backward(dy, x, weight, stride=1, padding=0, dilation=1, groups=1):
    dx, dw, db = conv2d_backward(dy, x, weight, stride, padding, dilation, groups)
    return dx * (dilation == 1), dw, db


def ungrouped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    first = x[:, : weight.shape[1]]
    return conv2d(first, weight, bias, stride, padding, dilation)


def flipped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return conv2d(x, weight[:, :, ::-1, ::-1], bias, stride, padding, dilation, groups)


def truth_value(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return conv2d(x, weight, bias if bias else None, stride, padding, dilation, groups)


def changes_its_input(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    y = my_conv2d(x, weight, bias, stride, padding, dilation, groups)
    x += 1
    return y


def loops_forever(x, weight):
    while True:
        pass


def ends_python(x, weight):
    os._exit(0)


def returns_nothing(x, weight):
    return None


def in_float32(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    bias = None if bias is None else bias.astype("f")
    return conv2d(x.astype("f"), weight.astype("f"), bias, stride, padding, dilation, groups)


def drops_a_small_term(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    y = my_conv2d(x, weight, bias, stride, padding, dilation, groups)
    y.flat[0] -= 1e-12 * y.flat[0]
    return y


def raises_a_sentence(x, weight):
    raise RuntimeError("This is a sentence.")


def returns_two(x, weight):
    return x, weight


def constant(x, weight):
    return np.zeros((x.shape[0], weight.shape[0], x.shape[2] - 2, x.shape[3] - 2))


def identity(x, weight):
    return x


def doubles(image, kernel, strides=1, pad=0):
    return image * 2


def blurs(x, weight):
    return conv2d(x, np.full(weight.shape, 0.1))


def one_number(x, weight):
    return conv2d(x, weight).sum(axis=(2, 3))


def no_height(image, kernel, strides=1, pad=0):
    return article.conv2d(image, kernel, strides, pad, 1, 1, None)[:, 0]


def off_in_hwc(input, weight, stride=1, padding=0):
    y = article.conv2d(input, weight, stride, padding, 1, 1, None)
    y[-1, 0, -1] += 1
    return y


def helper(x):
    return x @ np.ones(3)


def raises_deep(x, weight):
    return helper(x)


def too_large(x, weight, padding=0):
    return conv2d(x, weight, None, 1, padding + 1)


def strange(first, second, third, fourth, fifth, sixth, seventh, eighth):
    return first
'''


@pytest.fixture(scope="module")
def user_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("reader") / "my_layers.py"
    path.write_text(textwrap.dedent(USER_CODE))
    return path


class Here:
    """Carries requests out in this process, for what does no harm."""

    def __init__(self, names, name):
        self.names, self.name = names, name

    def call(self, request):
        return carry_out(pickle.loads(pickle.dumps(request)), self.names, self.name, Path(__file__))


@pytest.fixture(scope="session")
def check_here():
    """Check a function or a class against a layer; further ones may lie in the same file."""

    def check(target, layer, *others, name=None, layout="auto"):
        name = name or target.__name__
        names = {name: target} | {each.__name__: each for each in others}
        caller, content = Here(names, name), describe(names, name)
        form = in_best_variant(caller, recognise_form(name, content, LAYERS[layer]), layout)
        return check_layer(caller, form, f"my.py:{name}")

    return check


@pytest.fixture(scope="session")
def told(check_here):
    """Say why a wrong function is wrong: all sentences about it, in one text."""

    def sentences(target, layer, *others, **options):
        found = check_here(target, layer, *others, **options)
        assert not found.right, "\n".join(found.lines())
        return "\n".join(found.lines())

    return sentences
