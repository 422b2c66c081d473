"""Names tell layers, directions and arguments; what they do not tell is asked for in a sentence."""

import inspect
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.check.forms import ClassForm, FunctionForm
from core.check.layers import LAYERS
from core.check.loading import Content, describe, parameters_of
from core.check.naming import recognise
from core.check.recognition import is_backward, layer_of, layers_named, recognise_form
from core.conftest import examples
from core.errors import SignatureError


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("my_conv2d", ["conv"]),
        ("conv_transpose2d_backward", ["convtranspose"]),
        ("ConvTranspose2d", ["convtranspose"]),
        ("batchnorm_forward", ["batchnorm"]),
        ("BatchNorm2d", ["batchnorm"]),
        ("bn_backward", ["batchnorm"]),
        ("subnet", []),
        ("fc_backward", ["linear"]),
        ("Dense", ["linear"]),
        ("relu", ["relu"]),
        ("max_pool_2x2", ["maxpool"]),
        ("AveragePooling", ["avgpool"]),
        ("bce_with_logits_loss", ["bce_with_logits"]),
        ("BCELoss", ["bce"]),
        ("binary_cross_entropy", ["bce"]),
        ("adam_step", ["adam"]),
        ("SGD", ["sgd"]),
        ("linear_relu", ["linear", "relu"]),
        ("doubles", []),
    ],
)
def test_a_name_tells_the_layer(name, layers):
    assert layers_named(name) == layers


def test_functions_of_no_name_are_convolutions_as_ever_and_classes_are_asked_for():
    assert layer_of("blurs", is_class=False) is None
    assert layer_of("conv_relu", is_class=False) is None
    assert layer_of("my_dense_layer", is_class=False) is LAYERS["linear"]
    with pytest.raises(SignatureError, match="The name Layer tells of no layer: say with --layer "):
        layer_of("Layer", is_class=True)
    with pytest.raises(SignatureError, match="linear_relu tells of linear and relu: say with --"):
        layer_of("linear_relu", is_class=False)


@pytest.mark.parametrize(
    ("function", "roles"),
    [
        (lambda x, gamma, beta: 0, ("x", "weight", "bias")),
        (lambda A_prev, moving_mean, moving_var: 0, ("x", "running_mean", "running_var")),
        (lambda first, second: 0, ("x", "running_mean")),
        (lambda x, train_flg=True: 0, ("x", "training")),
    ],
)
def test_arguments_are_known_by_name_or_else_by_place(function, roles):
    takes = LAYERS["batchnorm"].forward.takes
    assert recognise("The function f", parameters_of(function), takes, ("x",)).roles == roles


@pytest.mark.parametrize(
    ("layer", "parameters", "expected"),
    [
        (
            "linear",
            "x",
            r"The function f must take the parameters \(x, weight, bias\), or those of them that "
            r"it needs, not \(x\)\. It lacks weight\.",
        ),
        ("relu", "a b c", r"must take the parameters \(x\), or .* not \(a, b, c\)\."),
        ("adam", "param grad", r"It lacks m and v\."),
    ],
)
def test_a_missing_argument_is_said(layer, parameters, expected):
    content = Content(parameters=[(name, True) for name in parameters.split()])
    with pytest.raises(SignatureError, match=expected):
        recognise_form("f", content, LAYERS[layer])


def test_a_cache_comes_from_the_forward_function_of_the_same_name():
    def affine_forward(x, w, b):
        return x @ w.T + b, (x, w)

    def affine_backward(dout, cache):
        return ()

    names = {"affine_forward": affine_forward, "affine_backward": affine_backward}
    form = recognise_form("affine_backward", describe(names, "affine_backward"), LAYERS["linear"])
    assert isinstance(form, FunctionForm) and form.backward
    assert form.forward is not None and form.forward[0] == "affine_forward"
    alone = describe({"affine_backward": affine_backward}, "affine_backward")
    form = recognise_form("affine_backward", alone, LAYERS["linear"])
    assert isinstance(form, FunctionForm) and form.forward is None


def test_a_class_needs_forward_and_an_optimiser_a_step():
    class Nothing:
        pass

    content = describe({"Nothing": Nothing}, "Nothing")
    with pytest.raises(SignatureError, match="must have a method forward, and may have backward"):
        recognise_form("Nothing", content, LAYERS["relu"])
    with pytest.raises(SignatureError, match="must have a method step, or update"):
        recognise_form("Nothing", content, LAYERS["adam"])

    class Strange:
        def __init__(self, colour):
            pass

    with pytest.raises(SignatureError, match=r"The class Strange must take the parameters \(\)"):
        recognise_form("Strange", describe({"Strange": Strange}, "Strange"), LAYERS["relu"])


def test_a_class_is_read_by_its_methods():
    class Pool:
        def __init__(self, size=2):
            pass

        def forward(self, x):
            return x

    form = recognise_form("Pool", describe({"Pool": Pool}, "Pool"), LAYERS["maxpool"])
    assert isinstance(form, ClassForm) and form.backward is None
    assert form.takes("kernel_size") and not form.takes("padding")
    assert form.describe() == "class, forward pass, (N, C, H, W)"


@pytest.mark.parametrize(
    ("name", "first", "backward"),
    [("f", "x", False), ("f_backward", "x", True), ("f", "dout", True), ("bce_grad", "p", True)],
)
def test_a_gradient_or_the_name_tells_the_direction(name, first, backward):
    assert is_backward(name, [(first, True)]) is backward


def test_parameters_of_what_is_written_in_c_are_none():
    with pytest.raises(ValueError):
        inspect.signature(max)
    assert parameters_of(max) == []


NAMES = st.text(string.ascii_letters + "_", min_size=1, max_size=12)


@pytest.mark.parsers
@examples(100)
@given(NAMES, st.lists(st.tuples(NAMES, st.booleans()), max_size=8, unique_by=lambda p: p[0]))
def test_any_function_is_recognised_or_refused_in_a_sentence(name, parameters):
    content = Content(parameters=parameters)
    for layer in LAYERS.values():
        refusal, form = refused(name, content, layer)
        if refusal:
            assert refusal.endswith(".") and "must" in refusal
        else:
            required = sum(must for _, must in parameters)
            assert len(form.call.roles) >= required  # nothing that must be given is left out


def refused(name, content, layer):
    """Return the sentence of a refusal, or "" and the form."""
    try:
        return "", recognise_form(name, content, layer)
    except SignatureError as error:
        return str(error), None
