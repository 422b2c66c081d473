"""``python -m core.check my_file.py:my_conv2d``: a reader's own convolution against torch."""

import argparse
import contextlib
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from core.check.configurations import TOPICS, Configuration, battery
from core.check.diagnosis import difference, shrink
from core.check.function_process import FunctionProcess
from core.check.judge import Verdict, judge, save_arrays
from core.check.nature import other_nature
from core.check.signature import Signature, read_signature
from core.errors import CheckError, SignatureError

MOST_HANGS = 3
PROBE = Configuration(size=(6, 6), per_group=2, outs_per_group=3)  # no two layouts agree on it

EPILOG = """\
Known signatures, recognised by the names of their parameters:
  forward, (N, C, H, W)   conv2d(x, weight, bias, stride, padding, dilation, groups) -> y
  backward, (N, C, H, W)  conv2d_backward(dy, x, weight, stride, padding, dilation, groups)
                          -> dx, dweight, dbias
  forward, (H, W, C)      conv2d(input, weight, stride, padding, dilation, groups, bias) -> Z
                          (or a cache with "Z"); weight is (C_out, F, F, C / groups)
  backward, (H, W, C)     conv2d_backward(dZ, cache, stride, padding, dilation, groups)
                          -> dW, db, dA_prev; the cache has Z, W, b and A_prev
Parameters that a function does not have are left out, and so are the cases that need them.

Exit codes: 0 every case right, 1 some wrong, 2 wrong use or nothing to check.
The function runs in a process of its own; its file is code that you trust.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the check; returns the exit code."""
    options = _parser().parse_args(argv)
    path, _, function = options.target.rpartition(":")
    if not path or not function:
        return _refuse(f"The target must be FILE.py:FUNCTION, not {options.target!r}.")
    if not Path(path).is_file():
        return _refuse(f"There is no file {path}.")
    if options.save is not None and not options.save.parent.is_dir():
        return _refuse(f"There is no folder {options.save.parent} to save in.")
    try:
        with FunctionProcess(Path(path).resolve(), function, options.seconds) as process:
            signature = _recognise(process, function, options.layout)
            print(f"{options.target}: {signature.describe()}")
            return _check(process, signature, options.save)
    except CheckError as error:
        return _refuse(str(error))


def _recognise(process: FunctionProcess, function: str, layout: str) -> Signature:
    """Read the signature; names alone can mislead, so one case may show that it is the other."""
    signature = read_signature(function, process.parameters, layout)
    if layout == "auto" and not judge(process, signature, PROBE).right:
        other = "nchw" if signature.layout == "hwc" else "hwc"
        with contextlib.suppress(SignatureError):
            second = read_signature(function, process.parameters, other)
            if judge(process, second, PROBE).right:
                return second
    return signature


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core.check",
        description="Check your own convolution against torch, case by case.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("target", metavar="FILE.py:FUNCTION", help="the function to check")
    parser.add_argument(
        "--layout",
        choices=("auto", "nchw", "hwc"),
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
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 3600:
        raise argparse.ArgumentTypeError("must be more than 0 and less than 3600")
    return value


def _refuse(sentence: str) -> int:
    print(f"core.check: {sentence}", file=sys.stderr)
    return 2


def _check(process: FunctionProcess, signature: Signature, save: Path | None) -> int:
    @cache
    def verdict(case: Configuration) -> Verdict:
        return judge(process, signature, case)

    cases = [
        (topic, case)
        for topic, case in battery(square_only=signature.layout == "hwc")
        if not _missing(signature, case)
    ]
    if not cases:
        return _refuse("The function lacks the parameters for every case.")
    done, hangs = [], 0
    for topic, case in cases:
        hangs += verdict(case).hung
        done.append((topic, case))
        if hangs == MOST_HANGS:
            print(f"Stopped after {MOST_HANGS} cases that took too long.")
            break
    wrong = [case for _, case in done if not verdict(case).right]
    _print_table(done, wrong, signature)
    if not wrong:
        print(f"All {len(done)} cases agree with torch.")
        return 0
    if hangs == MOST_HANGS:
        smallest = min(wrong, key=lambda case: case.cost)
    else:
        first = min(wrong, key=lambda case: case.cost)
        smallest = shrink(
            first,
            lambda case: not _missing(signature, case) and not verdict(case).right,
        )
    found = verdict(smallest)
    print(f"\nSmallest failing case: {smallest.describe(signature.layout)}")
    print(f"  {found.sentence}")
    print(difference(smallest, lambda case: not verdict(case).right))
    nature = "" if hangs else other_nature(process, signature)
    if nature:
        print(nature)
    if save is None:
        print("Its arrays, as .npz: the same command with --save FILE.npz.")
        return 1
    try:
        save_arrays(found, save)
    except OSError as error:
        return _refuse(f"{save} cannot be written: {error.strerror}.")
    print(f"Its arrays are in {save}: {', '.join(found.arrays)}.")
    return 1


def _missing(signature: Signature, case: Configuration) -> list[str]:
    """List the parameters that a case needs and the function does not have."""
    simple = Configuration()
    needs = {
        "stride": case.stride != simple.stride,
        "padding": case.padding != simple.padding,
        "dilation": case.dilation != simple.dilation,
        "groups": case.groups != 1,
        "bias": case.bias and not signature.backward,
    }
    return [name for name, needed in needs.items() if needed and not signature.takes(name)]


def _print_table(
    done: Sequence[tuple[str, Configuration]], wrong: Sequence[Configuration], signature: Signature
) -> None:
    for topic in TOPICS:
        cases = [case for name, case in done if name == topic]
        if cases:
            failed = sum(case in wrong for case in cases)
            mark = "right" if not failed else f"{failed} wrong"
            print(f"  {topic:<26} {len(cases) - failed:>3} of {len(cases):>3}  {mark}")
    parameters = ("bias", "stride", "padding", "dilation", "groups")
    without = [p for p in parameters if not signature.takes(p)]
    if signature.backward:
        without = [p for p in without if p != "bias"]
    if without:
        print(f"  (left out, for want of a parameter: {', '.join(without)})")


if __name__ == "__main__":
    sys.exit(main())
