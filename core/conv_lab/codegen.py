"""An experiment as code to take away: torch, NumPy, and a pytest file that compares the two.

Each text is complete: it needs torch or NumPy (and pytest), and nothing of this project. A planted
mistake is never in it, and it says so.
"""

import base64
import textwrap
import zlib

from core.comparison.rounding import FEWEST_TERMS, Array
from core.conv_lab.arrays import make_arrays
from core.conv_lab.experiment import Experiment
from core.conv_lab.sabotage import MISTAKES

_MOST_WRITTEN_OUT = 200

NUMPY_FUNCTIONS = '''\
def windows(size, kernel, stride, dilation):
    """How many windows fit into the padded size, in rows and columns."""
    return [(size[k] - dilation[k] * (kernel[k] - 1) - 1) // stride[k] + 1 for k in (0, 1)]


def taps(i, j, count, stride, dilation):
    """The padded input's cells that weight (i, j) meets, one for each window."""
    rows, columns = [
        slice(at * dilation[k], at * dilation[k] + stride[k] * (count[k] - 1) + 1, stride[k])
        for k, at in ((0, i), (1, j))
    ]
    return rows, columns


def conv2d(x, weight, bias, stride, padding, dilation, groups):
    """x (N, C, H, W), weight (O, C / groups, KH, KW), bias (O,) or None -> (N, O, OH, OW)."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    outs, ins = len(weight) // groups, weight.shape[1]
    count = windows(padded.shape[2:], weight.shape[2:], stride, dilation)
    y = np.zeros((len(x), len(weight), *count), x.dtype)
    for g in range(groups):
        own, read = slice(g * outs, (g + 1) * outs), slice(g * ins, (g + 1) * ins)
        for i, j in np.ndindex(*weight.shape[2:]):
            seen = padded[:, read, *taps(i, j, count, stride, dilation)]
            y[:, own] += np.einsum("nchw,oc->nohw", seen, weight[own, :, i, j])
    return y if bias is None else y + bias[:, None, None]


def conv2d_backward(dy, x, weight, stride, padding, dilation, groups):
    """dy (N, O, OH, OW) -> gradients (dx, dweight, dbias) of what conv2d was given."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    outs, ins = len(weight) // groups, weight.shape[1]
    dpadded, dweight = np.zeros_like(padded), np.zeros_like(weight)
    for g in range(groups):
        own, read = slice(g * outs, (g + 1) * outs), slice(g * ins, (g + 1) * ins)
        for i, j in np.ndindex(*weight.shape[2:]):
            cells = (slice(None), read, *taps(i, j, dy.shape[2:], stride, dilation))
            dweight[own, :, i, j] = np.einsum("nohw,nchw->oc", dy[:, own], padded[cells])
            dpadded[cells] += np.einsum("nohw,oc->nchw", dy[:, own], weight[own, :, i, j])
    rows, columns = (slice(p, p + size) for p, size in zip(padding, x.shape[2:]))
    return dpadded[:, :, rows, columns], dweight, dy.sum(axis=(0, 2, 3))
'''


def torch_code(experiment: Experiment) -> str:
    """Write a script that computes output and gradients with torch and prints them."""
    return "\n".join(
        [
            _opening("One convolution in torch, forward and backward.", experiment),
            "",
            *_imports(experiment, "torch", "import torch.nn.functional as F"),
            "",
            *_data(experiment),
            "",
            "x, weight, dy = map(torch.from_numpy, (x, weight, dy))",
            *(["bias = torch.from_numpy(bias)"] if experiment.bias else ["bias = None"]),
            "wanted = [t.requires_grad_() for t in (x, weight, bias) if t is not None]",
            "",
            _settings_call("y = F.conv2d(x, weight, bias", experiment),
            "gradients = torch.autograd.grad(y, wanted, dy)",
            "",
            'print("y", tuple(y.shape), y.detach(), sep="\\n")',
            'for name, gradient in zip(("dX", "dW", "db"), gradients):',
            '    print(name, tuple(gradient.shape), gradient, sep="\\n")',
            "",
        ]
    )


def numpy_code(experiment: Experiment) -> str:
    """Write a script that computes output and gradients with plain NumPy and prints them."""
    return "\n".join(
        [
            _opening("One convolution in plain NumPy, forward and backward.", experiment),
            "",
            *_imports(experiment),
            "",
            "",
            NUMPY_FUNCTIONS,
            "",
            *_data(experiment),
            *([] if experiment.bias else ["bias = None"]),
            "",
            _settings_call("y = conv2d(x, weight, bias", experiment),
            _settings_call("dx, dweight, dbias = conv2d_backward(dy, x, weight", experiment),
            "",
            'for name, array in (("y", y), ("dX", dx), ("dW", dweight), ("db", dbias)):',
            '    print(name, array.shape, array, sep="\\n")',
            "",
        ]
    )


def pytest_code(experiment: Experiment) -> str:
    """Write a pytest file that compares plain NumPy with torch at these settings."""
    return "\n".join(
        [
            _opening(
                "Compare one convolution in plain NumPy with torch: run with pytest.", experiment
            ),
            "",
            *_imports(experiment, "pytest", "import torch", "import torch.nn.functional as F"),
            "",
            "",
            NUMPY_FUNCTIONS,
            "",
            *_data(experiment),
            *([] if experiment.bias else ["bias = None"]),
            f"SETTINGS = {_settings(experiment)}",
            "",
            "",
            _PYTEST_BODY,
        ]
    )


_PYTEST_BODY = f"""\
def by_torch(x, weight, bias, dy):
    inputs = [torch.from_numpy(a.copy()).requires_grad_() for a in (x, weight)]
    zero = np.zeros(len(weight), x.dtype)
    inputs.append(torch.from_numpy((zero if bias is None else bias).copy()).requires_grad_())
    y = F.conv2d(*inputs, **SETTINGS)
    gradients = torch.autograd.grad(y, inputs, torch.from_numpy(dy.copy()))
    return [t.detach().numpy() for t in (y, *gradients)]


def by_numpy(x, weight, bias, dy):
    y = conv2d(x, weight, bias, **SETTINGS)
    return [y, *conv2d_backward(dy, x, weight, **SETTINGS)]


@pytest.mark.parametrize("name", ["y", "dx", "dweight", "dbias"])
def test_numpy_agrees_with_torch(name):
    k = ["y", "dx", "dweight", "dbias"].index(name)
    ours, theirs = by_numpy(x, weight, bias, dy)[k], by_torch(x, weight, bias, dy)[k]
    # A sum of n terms may be off by n units of rounding of the sum of their magnitudes,
    # a short one by as many as if it had {FEWEST_TERMS} terms.
    places, outs = dy[0, 0].size, len(weight) // SETTINGS["groups"]
    terms = [weight[0].size + 1, outs * weight[0, 0].size, places, places][k]
    sizes = [None if a is None else np.abs(a).astype(np.float64) for a in (x, weight, bias, dy)]
    allowed = max({FEWEST_TERMS}, terms) * np.finfo(x.dtype).eps / 2 * by_torch(*sizes)[k]
    assert ours.shape == theirs.shape
    assert (np.abs(ours.astype(np.float64) - theirs) <= allowed).all()
"""


def _opening(title: str, experiment: Experiment) -> str:
    """Write the docstring; where a mistake is planted, it says that the code is without it."""
    if not experiment.mistake:
        return f'"""{title}"""'
    mistake = MISTAKES[experiment.mistake].title
    return f'''"""{title}

The mistake that was planted in the lab, "{mistake}", is not in this code.
"""'''


def _imports(experiment: Experiment, *more: str) -> list[str]:
    """List the imports: standard library where data are packed, then the others by name."""
    packed = any("zlib" in line for line in _data(experiment))
    lines = ["import base64", "import zlib", ""] if packed else []
    first = [f"import {more[0]}"] if more else []
    return [*lines, "import numpy as np", *first, *more[1:]]


def _settings(experiment: Experiment) -> str:
    return (
        f"dict(stride={experiment.stride}, padding={experiment.padding}, "
        f"dilation={experiment.dilation}, groups={experiment.groups})"
    )


def _settings_call(start: str, experiment: Experiment) -> str:
    return f"{start}, {_settings(experiment)[5:-1]})"


def _data(experiment: Experiment) -> list[str]:
    """Write the experiment's arrays, with a batch axis of one, as lines of code."""
    arrays = make_arrays(experiment)
    dtype = experiment.dtype
    named: list[tuple[str, Array]] = [("x", arrays.x[None]), ("weight", arrays.weight)]
    if arrays.bias is not None:
        named.append(("bias", arrays.bias))
    named.append(("dy", arrays.dy[None]))
    return [line for name, array in named for line in _array_lines(name, array, dtype)]


def _array_lines(name: str, array: Array, dtype: str) -> list[str]:
    shape = ", ".join(map(str, array.shape)) + ("," if array.ndim == 1 else "")
    if array.size and (array == array.flat[0]).all() and array.size > 1:
        return [f"{name} = np.full(({shape}), {float(array.flat[0])!r}, np.{dtype})"]
    if array.size <= _MOST_WRITTEN_OUT:
        numbers = ", ".join(str(value) for value in array.ravel())
        body = textwrap.fill(numbers, 92, initial_indent="    ", subsequent_indent="    ")
        return [f"{name} = np.array([", body, f"], np.{dtype}).reshape({shape})"]
    packed = base64.b64encode(zlib.compress(array.tobytes(), 9)).decode()
    body = "\n".join(f'    "{line}"' for line in textwrap.wrap(packed, 92))
    return [
        f"{name} = np.frombuffer(zlib.decompress(base64.b64decode(",
        body,
        f")), np.{dtype}).reshape({shape}).copy()",
    ]
