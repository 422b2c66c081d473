"""What the command is told beside two arrays: a layer, its arrays, and its numbers."""

import argparse
from functools import partial
from pathlib import Path

from core.architecture.values import Pair, read_count, read_pair, read_whole


def pair(least: int, text: str) -> Pair:
    """Read one number for both directions, or height x width."""
    read = read_pair(text, read_count if least else read_whole)
    if read is None:
        raise argparse.ArgumentTypeError(
            f"must be a whole number from {least}, or two such as 2x3, not {text}"
        )
    return read


def count(text: str) -> int:
    """Read a whole number from 1."""
    if not (text.isascii() and text.isdecimal() and 1 <= len(text) <= 12 and int(text)):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, not {text}")
    return int(text)


def add_layer_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that describe the layer behind two arrays."""
    group = parser.add_argument_group("the layer that both arrays come from")
    add = group.add_argument
    add("--layer", choices=("conv", "linear"), help="its kind; takes --input and --weight")
    add("--input", type=Path, metavar="X.npy", help="(N, C, H, W) or (C, H, W); linear (N, F)")
    add("--weight", type=Path, metavar="W.npy", help="(O, C / groups, KH, KW); linear (O, F)")
    add("--bias", type=Path, metavar="B.npy", help="(O); left out it is 0")
    whole, from_one = partial(pair, 0), partial(pair, 1)
    add("--stride", type=from_one, default=(1, 1), metavar="N", help="1, or as 2x1 (default: 1)")
    add("--padding", type=whole, default=(0, 0), metavar="N", help="default: 0")
    add("--dilation", type=from_one, default=(1, 1), metavar="N", help="default: 1")
    add("--groups", type=count, default=1, metavar="N", help="default: 1")
    add(
        "--result",
        choices=("y", "dx", "dweight", "dbias"),
        default="y",
        help="which of the layer's arrays is compared: its output, or a gradient (default: y)",
    )
    add("--dy", type=Path, metavar="DY.npy", help="the output's gradient, for --result dx ...")
