"""Rounding or a bug? ``python -m core.compare A.npy B.npy``, or two networks and a photo."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from core.command_line import run_command
from core.compare.arrays import ArraysCompared, Outcome, compare_arrays
from core.compare.basis import Basis, from_values
from core.compare.npy_file import load_npy
from core.compare.settings import add_layer_arguments, count
from core.compare.shapes import ShapesDiffer, of_one_shape, shapes_differ
from core.compare.words import headline, report
from core.comparison.rounding import Array
from core.errors import ComparisonError, GlassError

if TYPE_CHECKING:
    from core.compare.networks import NetworksCompared

EPILOG: Final = """\
Without --terms or --layer the sums count as short ones. With --terms their length is known, and
with --layer, its input and its weight the size of every term as well.

Networks are a run's folder, a .safetensors file or an .onnx file, in any two; ONNX takes further
packages: pip install -r requirements-export.txt. The photo is prepared as for a network of ours.

Exit code: 0 equal, or rounding explains every difference; 1 it does not; 2 wrong use.
"""


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m core.compare",
        usage="%(prog)s OURS.npy THEIRS.npy [--terms N | --layer conv --input X.npy --weight W.npy]"
        "\n       %(prog)s NETWORK NETWORK PHOTO",
        description="Tell whether rounding explains how far two arrays are apart, or at which "
        "layer two networks part.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="two .npy files, or two networks and "
        "a photo",
    )  # fmt: skip
    parser.add_argument(
        "--terms", type=count, metavar="N", help="how many terms each number is the sum of"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_layer_arguments(parser)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare and say what came out; return the exit code."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        if len(options.files) == 2:
            outcome = compare_two_arrays(options)
        elif len(options.files) == 3:
            outcome = compare_two_networks(options)
        else:
            parser.error("give two .npy files, or two networks and a photo")
    except GlassError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 1 if outcome is Outcome.DIFFERENT else 0


def compare_two_arrays(options: argparse.Namespace) -> Outcome:
    """Compare two .npy files and print the verdict."""
    paths = options.files
    if any(path.suffix != ".npy" for path in paths):
        raise ComparisonError(
            "Two .npy files are expected, or two networks and a photo, not "
            f"{' and '.join(path.name for path in paths)}."
        )
    ours, theirs = (load_npy(path) for path in paths)
    names = names_of(paths)
    fitted = of_one_shape(ours, theirs)
    if fitted is None:
        differ = shapes_differ(ours, theirs, names)
        say(options, differ, differ.report, [])
        return differ.outcome
    compared = compare_arrays(fitted, theirs, names, basis_of(options, fitted, theirs))
    say(options, compared, report(compared), array_lines(compared))
    return compared.outcome


def basis_of(options: argparse.Namespace, ours: Array, theirs: Array) -> Basis:
    """Return what is known of the sums: of a layer, of their length, or nothing."""
    if options.layer is None:
        given = [name for name in ("input", "weight", "bias", "dy") if getattr(options, name)]
        if given:
            raise ComparisonError(f"--{given[0]} is for --layer conv or --layer linear.")
        return from_values(ours, theirs, options.terms)
    if options.terms is not None:
        raise ComparisonError("A layer knows its number of terms: --layer or --terms, not both.")
    if options.input is None or options.weight is None:
        raise ComparisonError("--layer takes the arrays that came in: --input and --weight.")
    from core.compare.known_layer import KnownLayer, from_layer  # torch, after --help

    def optional(path: Path | None) -> Array | None:
        return None if path is None else load_npy(path)

    known = KnownLayer(
        kind=options.layer,
        x=load_npy(options.input),
        weight=load_npy(options.weight),
        bias=optional(options.bias),
        dy=optional(options.dy),
        stride=options.stride,
        padding=options.padding,
        dilation=options.dilation,
        groups=options.groups,
        result=options.result,
    )
    return from_layer(known, theirs.shape)


def array_lines(compared: ArraysCompared) -> list[str]:
    """Return the lines that stand above the sentence to paste."""
    kinds = zip(compared.names, compared.kinds, strict=True)
    wide = max(map(len, compared.names))
    return [f"  {name:<{wide}}  {kind}" for name, kind in kinds] + [headline(compared)]


def compare_two_networks(options: argparse.Namespace) -> Outcome:
    """Compare two networks on a photo and print where they part."""
    if options.terms is not None or options.layer is not None:
        raise ComparisonError("--terms and --layer are for two .npy files: networks know theirs.")
    from core.compare.network_words import network_headline, network_report, table
    from core.compare.sides import compare_on_photo, load_side  # torch, after --help

    *networks, photo = options.files
    sides = [load_side(path) for path in networks]
    if not photo.is_file():
        raise ComparisonError(f"There is no photo {photo}.")
    compared = compare_on_photo(sides[0], sides[1], photo, names_of(networks))
    say(
        options,
        compared,
        network_report(compared),
        [*table(compared), network_headline(compared)],
    )
    return compared.outcome


def names_of(paths: Sequence[Path]) -> tuple[str, str]:
    """Return what two files are called: their names, or their whole paths where these are alike."""
    one, other = paths
    return (one.name, other.name) if one.name != other.name else (str(one), str(other))


def say(
    options: argparse.Namespace,
    compared: "ArraysCompared | ShapesDiffer | NetworksCompared",
    sentence: str,
    lines: Sequence[str],
) -> None:
    """Print a verdict, for people or as JSON."""
    if options.json:
        values: dict[str, Any] = {**compared.to_dict(), "report": sentence}
        print(json.dumps(values))
        return
    for line in lines:
        print(line)
    print(f"\nFor a bug report:\n{sentence}" if lines else sentence)


if __name__ == "__main__":
    sys.exit(run_command(main))
