"""What the checker says follows from which cases fail: no process is needed to test that."""

import pytest

from core.check.configurations import Configuration, battery, smaller
from core.check.diagnosis import difference, shrink
from core.check.signature import read_signature
from core.errors import SignatureError


@pytest.mark.parametrize(
    ("fails", "expected"),
    [
        (lambda c: True, "Wrong already in the simplest case"),
        (lambda c: c.size != (1, 1), "Right until the input is "),
        (lambda c: c.dilation != (1, 1) and c.kernel != (1, 1), "Right until dilation is "),
        (lambda c: c.groups > 1, "Right until groups are 2."),
        (lambda c: max(c.kernel) > 1, "Right until the kernel is "),
        (lambda c: c.batch > 1, "Right until the batch has 2 images."),
        (lambda c: c.stride[0] > 1, "Right until stride is 2"),
        (lambda c: c.remainder[0] > 0, "does not divide the height ("),
        (lambda c: c.size[0] != c.size[1], "Right until the input is not square"),
        (lambda c: c.kernel[0] != c.kernel[1], "Right until the kernel is not square"),
        (lambda c: c.dtype == "float32", "Right until the numbers are float32."),
        (lambda c: max(c.padding) > 0, "Right until padding is 1."),
        (lambda c: c.bias and c.padding[0] > 0, "padding is 1 and there is a bias."),
    ],
)
def test_diagnosis(fails, expected):
    failing = [case for _, case in battery(square_only=False) if fails(case)]
    smallest = shrink(failing[-1], fails, smaller)
    assert fails(smallest)
    assert not any(fails(case) for case in smaller(smallest))
    assert expected in difference(smallest, fails)


def test_every_case_is_legal_and_every_smaller_one_too():
    for square_only in (False, True):
        for _, case in battery(square_only):
            assert case.legal
            assert all(each.legal and each.cost < case.cost for each in smaller(case))


@pytest.mark.parametrize(
    ("name", "parameters", "layout", "backward"),
    [
        ("f", "x weight bias stride padding dilation groups", "nchw", False),
        ("f", "input weight stride padding dilation groups bias", "hwc", False),
        ("f", "dy x weight stride padding", "nchw", True),
        ("conv_backward", "dZ cache stride padding", "hwc", True),
        ("f", "image kernel strides pad", "hwc", False),
        ("f", "a b", "nchw", False),
    ],
)
def test_signatures_are_recognised(name, parameters, layout, backward):
    signature = read_signature(name, [(each, True) for each in parameters.split()])
    assert (signature.layout, signature.backward) == (layout, backward)


def test_too_many_parameters_are_refused():
    with pytest.raises(SignatureError, match="must take the parameters"):
        read_signature("f", [(letter, True) for letter in "abcdefghij"])


def test_case_describes_itself():
    assert Configuration().describe() == (
        "x (1, 1, 5, 5), weight (1, 1, 3, 3), stride 1, padding 0, dilation 1, groups 1, "
        "no bias, float64"
    )
