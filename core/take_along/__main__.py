"""Writes a training as a program: ``python -m core.take_along RUN_OR_NETWORK --torch``."""

import argparse
import sys
from pathlib import Path

from core.command_line import network_text, run_command
from core.config import MODELS, TrainConfig, recipe_for
from core.errors import ConfigError, GlassError
from core.runs.run import Run
from core.take_along import numpy_code, torch_code


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m core.take_along",
        description="Write a training as one file of Python that takes the same steps: network, "
        "starting weights, photos, training loop.",
        epilog="Exit code: 0 written, 2 wrong use.",
    )
    add = parser.add_argument
    add(
        "training",
        metavar="RUN_OR_NETWORK",
        help=f"a run's folder, or a network with the recipe it starts from: {', '.join(MODELS)}, "
        "a file that holds one, or its text with semicolons between the layers",
    )
    engine = parser.add_mutually_exclusive_group(required=True)
    engine.add_argument("--torch", action="store_true", help="a program of torch")
    engine.add_argument("--numpy", action="store_true", help="a program of core.numpy_nn")
    add("--image-size", type=int, metavar="PIXELS", help="of a network's photos, if not its own")
    add("-o", "--output", type=Path, metavar="FILE", help="where to write it (default: print it)")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Write the program; return the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        config = training_of(options.training, options.image_size)
        code = torch_code(config) if options.torch else numpy_code(config)
        if options.output is None:
            print(code, end="")
        else:
            write(options.output, code)
    except GlassError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def training_of(given: str, image_size: int | None) -> TrainConfig:
    """Return the config of a run's folder, or the recipe of a network."""
    if "\n" not in given and Path(given).is_dir():
        if image_size is not None:
            raise ConfigError("A run has an image size of its own: leave --image-size out.")
        return Run(Path(given)).settled
    network = network_text(given, "file or run")
    recipe = recipe_for(network)
    return recipe.replace(model=network, image_size=image_size or recipe.image_size)


def write(path: Path, code: str) -> None:
    """Write the program and say where; ``ConfigError`` where that is not possible."""
    try:
        path.write_text(code, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error
    print(f"Written to {path}.")


if __name__ == "__main__":
    sys.exit(run_command(main))
