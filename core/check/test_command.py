"""The command on whole files, classes and other layers, in processes of their own; the report."""

import numpy as np
import pytest

from core.check.__main__ import main
from core.check.findings import Findings, Topic
from core.check.report import report_html

MINE = """
import numpy as np

from core.numpy_nn import sigmoid_backward, relu


def linear(x, weight, bias=None):
    return x @ weight.T + (0 if bias is None else bias)


class MaxPool:
    def __init__(self, kernel_size):
        self.size = kernel_size

    def forward(self, x):
        while x.shape[1] == 3:
            pass
        raise ValueError("No idea.")


def helper(x):
    return x


def dense_backward(colour, of, the, sky, at, night):
    return colour
"""


COURSE = """
import numpy as np


def conv_single_step(a_slice_prev, W, b):
    return float(np.sum(a_slice_prev * W) + b.item())


def conv_forward(A_prev, W, b, hparameters):
    stride, pad = hparameters["stride"], hparameters["pad"]
    padded = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    f = W.shape[0]
    high, wide = ((side + 2 * pad - f) // stride + 1 for side in A_prev.shape[1:3])
    Z = np.zeros((len(A_prev), high, wide, W.shape[3]))
    for i, h, w, c in np.ndindex(*Z.shape):
        part = padded[i, h * stride : h * stride + f, w * stride : w * stride + f]
        Z[i, h, w, c] = conv_single_step(part, W[..., c], b[..., c])
    return Z, (A_prev, W, b, hparameters)


def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    stride, pad = hparameters["stride"], hparameters["pad"]
    padded = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dA_prev, dA_pad = np.zeros(A_prev.shape), np.zeros(padded.shape)
    dW, db, f = np.zeros(W.shape), np.zeros(b.shape), W.shape[0]
    for i, h, w, c in np.ndindex(*dZ.shape):
        part = np.s_[i, h * stride : h * stride + f, w * stride : w * stride + f]
        dA_pad[part] += W[..., c] * dZ[i, h, w, c]
        dW[..., c] += padded[part] * dZ[i, h, w, c]
        db[..., c] += dZ[i, h, w, c]
    for i in range(len(dZ)):
        dA_prev[i] = dA_pad[i, pad:-pad, pad:-pad, :]
    return dA_prev, dW, db
"""


def test_a_courses_file_has_a_helper_and_a_slice_that_is_empty_without_padding(tmp_path, capsys):
    path = tmp_path / "course.py"
    path.write_text(COURSE)
    assert main([str(path)]) == 1
    said = capsys.readouterr().out
    assert f"{path}:conv_single_step: left out, as it is given one window" in said
    assert "conv_forward: convolution, forward pass, (N, H, W, C)" in said
    assert "conv_backward: convolution, backward pass, (N, H, W, C)" in said
    assert "breaks where there is none: x[pad:-pad] is empty where pad is 0" in said
    path.write_text(COURSE.replace("pad:-pad, pad:-pad", "pad : pad + 99, pad : pad + 99"))
    assert main([f"{path}:conv_backward"]) == 1
    assert "x[pad:-pad]" not in capsys.readouterr().out


ONE_NUMBER = """
import numpy as np

from core.numpy_nn import conv2d as inner, max_pool2d


def conv2d(x, weight, bias, stride=1, padding=0):
    assert bias is not None
    return inner(x, weight, bias, stride // 1, padding // 1)


def max_pool(x, kernel_size, stride=None):
    return max_pool2d(x, kernel_size // 1, stride and stride // 1)


def leaky_relu(x):
    return np.where(x > 0, x, 0.01 * x)


class SGD:
    def __init__(self, params, lr):
        self.params, self.lr = params, lr

    def step(self, grads):
        for param, grad in zip(self.params, grads):
            param -= self.lr * grad


def adam_step(param, grad, m, v, step, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    root = np.sqrt(v / (1 - beta2**step)) + 1e-7
    return param - lr * (m / (1 - beta1**step)) / root, m, v
"""


def test_what_many_write_is_understood(tmp_path, capsys):
    path = tmp_path / "often.py"
    path.write_text(ONE_NUMBER)
    for name in ("conv2d", "max_pool"):
        assert main([f"{path}:{name}"]) == 0  # for squares, and with a bias that must be given
        assert "one number each for height and width)" in capsys.readouterr().out
    assert main([f"{path}:SGD"]) == 0  # a list of parameters, not a dict
    assert main([f"{path}:leaky_relu", "--layer", "relu"]) == 1
    said = capsys.readouterr().out
    assert "Wrong already in the simplest case." in said and "as leaky ReLU does" in said
    assert main([f"{path}:adam_step"]) == 1
    said = capsys.readouterr().out
    assert "epsilon is 1e-7 whatever eps says" in said and "computed in float32" not in said


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    path = tmp_path_factory.mktemp("reader") / "mine.py"
    path.write_text(MINE)
    return path


def test_a_whole_file_is_checked_and_reported(mine, capsys, tmp_path):
    report = tmp_path / "report.html"
    assert main([str(mine), "--html", str(report), "--seconds", "0.5"]) == 2
    said, refused = capsys.readouterr()
    assert f"{mine}:linear: linear layer, forward pass, (N, features)\n" in said
    assert "All 17 cases agree with torch." in said
    assert f"{mine}:MaxPool: max pooling, class, forward pass, (N, C, H, W)\n" in said
    assert "It raised ValueError: No idea. It happened at mine.py:" in said
    assert "it took longer than 0.5 s" not in said  # that is not the smallest case
    assert "helper" not in said and "relu" not in said and "sigmoid" not in said
    assert "The function dense_backward must take the parameters (dy, x, weight" in refused
    assert "with --save" not in said
    html = report.read_text()
    assert "1 of 2 do not agree with torch." in html and "default-src &#x27;none&#x27;" not in html
    assert "default-src 'none'" in html and "<script" not in html


def test_one_class_alone_and_its_arrays(mine, capsys, tmp_path):
    file = tmp_path / "case.npz"
    assert main([f"{mine}:MaxPool", "--layer", "relu"]) == 2
    assert "The class MaxPool must take the parameters ()" in capsys.readouterr().err
    assert main([f"{mine}:helper", "--layer", "relu", "--save", str(file)]) == 1
    said = capsys.readouterr().out
    assert "y is what comes out when x is given back as it is." in said
    assert f"Its arrays are in {file}: x, y_expected, y_returned." in said
    with np.load(file) as arrays:
        assert np.array_equal(np.maximum(arrays["x"], 0), arrays["y_expected"])
        assert np.array_equal(arrays["x"], arrays["y_returned"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["{file}", "--layer", "adam"],
            "No name in mine.py tells which layer it is; it has: linear",
        ),
        (["{file}", "--save", "x.npz"], "--save takes one function: FILE.py:FUNCTION."),
        (["{file}:linear", "--html", "no/such/report.html"], "There is no folder no/such to save"),
        (["no_such_file.py"], "There is no file no_such_file.py."),
    ],
)
def test_wrong_use_is_refused_with_a_sentence(mine, capsys, arguments, expected):
    assert main([each.replace("{file}", str(mine)) for each in arguments]) == 2
    assert expected in capsys.readouterr().err


def test_a_convolution_has_a_report_too(user_file, tmp_path, capsys):
    report = tmp_path / "report.html"
    assert main([f"{user_file}:flipped", "--html", str(report)]) == 1
    said = capsys.readouterr().out
    html = report.read_text()
    sentence = said.split("Smallest failing case: ")[1].splitlines()[1].strip()
    assert sentence in html and "Where it goes wrong" in html and "<mark>" in html
    assert f"The report is in {report}." in said


def test_help_names_the_layers_and_their_signatures(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert "  linear_backward(dy, x, weight, bias)\n      -> dx, dweight, dbias" in said
    assert "  adam(param, grad, m, v, step, lr, beta1, beta2, eps, weight_decay)" in said


def found(**changes):
    """Make findings of one wrong case."""
    values = {
        "target": "my.py:f<b>",
        "what": "ReLU, forward pass",
        "topics": [Topic("plain", 2, 1)],
        "smallest": "x (2, 2)",
        "sentence": "y[0, 1] is 1, must be 2.",
        "difference": "Right until <i>.",
        "arrays": {
            "x": np.zeros((2, 2)),
            "y_expected": np.array([[1.0, 2.0]]),
            "y_returned": np.array([[1.0, 1.0]]),
        },
    }
    return Findings(**{**values, **changes})


def test_the_report_marks_what_differs_and_escapes_what_is_not_ours():
    html = report_html([found()])
    assert "<td class=number>1</td><td class=number><mark><b>1</b></mark></td>" in html
    assert "f&lt;b&gt;" in html and "<b>&" not in html and "Right until &lt;i&gt;." in html
    assert "What went in" in html


def test_the_report_shows_what_has_another_shape_or_is_large_or_did_not_come():
    large = np.zeros((1, 40, 40))
    html = report_html(
        [
            found(arrays={"y_expected": np.zeros((2, 1)), "y_returned": np.zeros((1, 2, 2))}),
            found(arrays={"y_expected": large}),
            found(arrays={"loss_expected": np.array(0.5), "loss_returned": np.array(0.5 + 1e-12)}),
        ]
    )
    assert "It is, 1 x 2 x 2, what differs in bold:" in html
    assert "It is too large to show" in html
    assert "Nothing came out that could be read as it." in html
    assert "<mark><b>0.5</b></mark>" in html
    assert "3 of 3 do not agree with torch." in html


def test_findings_say_all_is_right():
    assert "All 3 cases agree with torch." in report_html([found(topics=[Topic("plain", 3, 0)])])
