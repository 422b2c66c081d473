"""``python -m core.check my_file.py:my_function``: a reader's own layer against torch."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from core.check.convolution_check import check_convolution, recognise_convolution
from core.check.findings import Findings
from core.check.forms import Form
from core.check.function_process import FunctionProcess
from core.check.judge import write_arrays
from core.check.layer_check import check_layer, in_best_variant
from core.check.layers import LAYERS, CheckedLayer
from core.check.layouts import LAYOUTS
from core.check.loading import Content
from core.check.recognition import is_helper, layer_of, layers_named, recognise_form
from core.check.report import report_html
from core.check.signature import Signature
from core.command_line import run_command
from core.errors import CheckError
from core.files import write_atomically
from core.wording import listed

EPILOG = """\
Known signatures, recognised by the names of their parameters:
  forward, (N, C, H, W)   conv2d(x, weight, bias, stride, padding, dilation, groups) -> y
  backward, (N, C, H, W)  conv2d_backward(dy, x, weight, stride, padding, dilation, groups)
                          -> dx, dweight, dbias
  forward, (H, W, C)      conv2d(input, weight, stride, padding, dilation, groups, bias) -> Z
                          (or a cache with "Z"); weight is (C_out, F, F, C / groups)
  backward, (H, W, C)     conv2d_backward(dZ, cache, stride, padding, dilation, groups)
                          -> dW, db, dA_prev; the cache has Z, W, b and A_prev
  forward, (N, H, W, C)   conv_forward(A_prev, W, b, hparameters) -> Z, cache; weight is
                          (F, F, C, C_out), hparameters a dict of "stride" and "pad" (a pooling's:
                          "stride" and "f"), or these are parameters of their own
  backward, (N, H, W, C)  conv_backward(dZ, cache) -> dA_prev, dW, db; conv_forward made the cache
Parameters that a function does not have are left out, and so are the cases that need them.

Other layers, as functions; a layer is told by its name in the function's, or by --layer:
{signatures}
The usual other names of these are known too (gamma, beta, dout, pool_size, learning_rate ...).
A backward function may take (dy, cache) instead, its cache coming from the forward function of the
same name in the same file, or being the article's. Running statistics and what an optimiser
changes may be returned or changed in place; step counts from 1. Batch norm may take rows,
(N, features), and find its settings and running statistics in a dict bn_param, with "mode" "train"
or "test".

As classes: made from torch's arguments, with forward(x) and backward(dy). A class holds weight and
bias (or W and b; attributes, or in a dict params), and leaves dweight and dbias behind (attributes,
in a dict grads, or returned behind dx). Batch norm evaluates with training = False, eval(), or
forward(x, training). A loss has forward(probability, target) and backward(). An optimiser has
step(param, grad) or update(param, grad), with plural names for dicts or lists of them.

With FILE.py alone, every function and class in it whose name tells a layer is checked.

Exit codes: 0 every case right, 1 some wrong, 2 wrong use or nothing to check.
The function runs in a process of its own; its file is code that you trust.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the check; returns the exit code."""
    options = _parser().parse_args(argv)
    path, _, function = options.target.rpartition(":")
    if options.target.endswith(".py"):
        path, function = options.target, ""
    if not path:
        return _refuse(f"The target must be FILE.py:FUNCTION, not {options.target!r}.")
    if not Path(path).is_file():
        return _refuse(f"There is no file {path}.")
    for file in (options.save, options.html):
        if file is not None and not file.parent.is_dir():
            return _refuse(f"There is no folder {file.parent} to save in.")
    try:
        if function:
            found, code = _check_one(options, path, function)
            return max(code, _write_report(options.html, [found]))
        return _check_all(options, path)
    except CheckError as error:
        return _refuse(str(error))


def _check_one(options: argparse.Namespace, path: str, name: str) -> tuple[Findings, int]:
    """Check one function or class, tell what was found, and return it with the exit code."""
    target = f"{path}:{name}"
    with FunctionProcess(Path(path).resolve(), name, options.seconds) as process:
        content, layout = process.content, options.layout
        layer = _layer(options.layer, name, content)
        called: Signature | Form
        if layer is None:
            called = recognise_convolution(process, name, content, layout)
        else:
            called = in_best_variant(process, recognise_form(name, content, layer), layout)
        if isinstance(called, Signature):
            print(f"{target}: {called.describe()}")
            found = check_convolution(process, called, target)
        else:
            print(f"{target}: {called.layer.title}, {called.describe()}")
            found = check_layer(process, called, target)
    print("\n".join(found.lines()))
    if found.right:
        return found, 0
    if options.save is None:
        if options.target == target:
            print("Its arrays, as .npz: the same command with --save FILE.npz.")
        return found, 1
    try:
        write_arrays(found.arrays, options.save)
    except OSError as error:
        return found, _refuse(f"{options.save} cannot be written: {error.strerror}.")
    print(f"Its arrays are in {options.save}: {', '.join(found.arrays)}.")
    return found, 1


def _layer(asked: str, name: str, content: Content) -> CheckedLayer | None:
    """Return the layer to hold it against; None for a convolution's function."""
    if asked == "auto":
        return layer_of(name, content.is_class)
    return None if asked == "conv" and not content.is_class else LAYERS[asked]


def _check_all(options: argparse.Namespace, path: str) -> int:
    """Check whatever tells by its name which layer it is; returns the highest exit code."""
    if options.save is not None:
        return _refuse("--save takes one function: FILE.py:FUNCTION.")
    with FunctionProcess(Path(path).resolve(), "", options.seconds) as process:
        content = process.content
    defined = content.defined
    known = [name for name in defined if layers_named(name)]
    if options.layer != "auto":
        known = [name for name in known if options.layer in layers_named(name)]
    if not known:
        raise CheckError(
            f"No name in {Path(path).name} tells which layer it is; it has: "
            f"{listed(defined) or 'no function'}. Say FILE.py:FUNCTION, and --layer."
        )
    helpers = [name for name in known if is_helper(content.functions.get(name, []))]
    for name in helpers:
        print(f"{path}:{name}: left out, as it is given one window and no layer's whole input.\n")
    known = [name for name in known if name not in helpers]
    code, all_found = 0, []
    for number, name in enumerate(known):
        if number:
            print()
        try:
            found, one = _check_one(options, path, name)
            all_found.append(found)
        except CheckError as error:
            one = _refuse(str(error))
        code = max(code, one)
    return max(code, _write_report(options.html, all_found))


def _write_report(path: Path | None, found: Sequence[Findings]) -> int:
    """Write the report that was asked for; returns the exit code."""
    if path is None or not found:
        return 0
    try:
        write_atomically(path, report_html(found).encode())
    except OSError as error:
        return _refuse(f"{path} cannot be written: {error.strerror}.")
    print(f"The report is in {path}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core.check",
        description="Check your own layers against torch, case by case.",
        epilog=EPILOG.replace("{signatures}", "\n".join(_signatures())),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("target", metavar="FILE.py[:FUNCTION]", help="the function or class")
    parser.add_argument(
        "--layer",
        choices=("auto", *LAYERS),
        default="auto",
        help="what it is, when its name does not tell (default: auto, and else a convolution)",
    )
    parser.add_argument(
        "--layout",
        choices=("auto", *LAYOUTS["channels"]),
        default="auto",
        help="order of the axes, when the parameters' names do not tell (default: auto)",
    )
    parser.add_argument(
        "--seconds", type=_positive, default=5.0, help="time limit for one case (default: 5)"
    )
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FILE.npz",
        help="write the arrays of the smallest failing case there, for numpy.load",
    )
    parser.add_argument(
        "--html", type=Path, metavar="FILE.html", help="write what was found as one HTML file"
    )
    return parser


def _signatures() -> list[str]:
    """Write how each layer's functions are called, and what they give back."""
    lines = []
    for layer in LAYERS.values():
        if layer.name == "conv":
            continue
        for part, ending in ((layer.forward, ""), (layer.backward, "_backward")):
            if part is not None:
                takes = [role for role in part.takes if role not in ("cache", "betas")]
                gives = ", ".join(part.gives)
                lines.append(f"  {layer.name}{ending}({', '.join(takes)})")
                lines.append(f"      -> {gives}")
    return lines


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 3600:
        raise argparse.ArgumentTypeError("must be more than 0 and less than 3600")
    return value


def _refuse(sentence: str) -> int:
    print(f"core.check: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(run_command(main))
