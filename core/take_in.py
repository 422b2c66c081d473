"""Takes work in that was made elsewhere: ``python -m core.take_in FILE``.

A run's zip becomes a run like any other; a safetensors file becomes weights that the pages offer
wherever a network is chosen.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from core.command_line import network_text, run_command
from core.errors import ExchangeError, GlassError


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m core.take_in",
        description="Take in a run's zip (python -m core.export RUN --zip FILE) or a .safetensors "
        "file with the weights of a network. Nothing in them is believed before it is checked, "
        "and files of pickle (.pt, .pth) are refused.",
        epilog="Exit code: 0 taken in, 2 refused.",
    )
    add = parser.add_argument
    add("file", type=Path, metavar="FILE_OR_RUN", help="the zip, the weights, or a run's folder")
    add(
        "--photos",
        metavar="FOLDER",
        help="where the run's photos lie on this computer, which do not travel with it; also for "
        "a run's folder that was taken in before",
    )
    add(
        "--network",
        metavar="NAME_OR_FILE",
        help="for weights: a preset's name, a file with the network's text, or the text itself "
        "with semicolons (default: what fits them)",
    )
    add("--image-size", type=int, metavar="PIXELS", help="for weights: the side of its photos")
    add(
        "--classes",
        nargs=2,
        default=("dog", "cat"),
        metavar=("ZERO", "ONE"),
        help="for weights: what an answer of 0 and of 1 mean (default: dog cat)",
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Take the file in; return the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        if options.file.is_dir():
            say_where_photos_are(options.file, options.photos)
        elif options.file.suffix.lower() == ".zip":
            take_in_zip(options.file, options.photos)
        else:
            take_in_weights(options)
    except GlassError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def say_where_photos_are(path: Path, photos: str | None) -> None:
    """Tell a run where its photos lie."""
    from core.runs.photos_elsewhere import look_for_photos_in
    from core.runs.run import Run

    if photos is None:
        raise ExchangeError(f"{path} is a folder: --photos FOLDER says where its run finds photos.")
    run = Run(path)
    look_for_photos_in(run, photos)
    print(f"The run {run.name} now takes its photos from {run.config.data}.")


def take_in_zip(path: Path, photos: str | None) -> None:
    """Take a run in and say where it is."""
    from core.exchange.taking_run import take_in_run
    from core.runs.photos_elsewhere import missing_photos

    run = take_in_run(path, photos)
    print(f"Taken in: {run.name}, in {run.path}.")
    if missing := missing_photos(run):
        print(missing)


def take_in_weights(options: argparse.Namespace) -> None:
    """Take weights in and say of which network they are."""
    from core.exchange.taking_weights import described, fitting, keep_weights, read_offer

    file: Path = options.file
    content, beside = read_offer(file), file.with_suffix(".json")
    network = options.network and network_text(options.network)
    if network is None and options.image_size is None and beside.is_file():
        wanted, measured = described(content, file.name, read_offer(beside))
    else:
        wanted, measured = fitting(content, file.name, network, options.image_size), {}
        wanted = replace(wanted, classes=tuple(options.classes))
    kept = keep_weights(content, file.name, wanted, measured)
    print(f"Taken in: {kept.name}, for photos of {wanted.image_size} pixels, in {kept.path}.")


if __name__ == "__main__":
    sys.exit(run_command(main))
