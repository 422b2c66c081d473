"""Answers for single photos: ``python -m core.predict IMAGE ...``."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core.command_line import epoch_of, run_command
from core.errors import DataError, ModelError, PhotoError
from core.typed_path import missing, typed_path

if TYPE_CHECKING:
    from core.networks.classifier import Answer


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m core.predict",
        description="Say for each photo what the network takes it for.",
        epilog="Exit code: 0 every photo was answered, 1 some were not, 2 wrong use.",
    )
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="a photo's file")
    parser.add_argument(
        "--model",
        type=Path,
        metavar="RUN_DIR_OR_FILE",
        help="a run's folder or a .safetensors file (default: the model that comes along)",
    )
    parser.add_argument(
        "--epoch",
        type=epoch_of,
        metavar="best|N",
        help="which of the run's weights answer: those after epoch N, or after the one with the "
        "highest test accuracy (default: the newest)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Answer every photo; return the exit code."""
    options = build_parser().parse_args(arguments)
    from core.runs.load import load_classifier  # torch, after --help

    try:
        classifier = load_classifier(options.model, options.epoch)
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    failures = 0
    for image in options.images:
        try:
            answer = classifier.classify(photo_path(image))
        except PhotoError as error:
            failures += 1
            print_error(image, error, as_json=options.json)
        else:
            print_answer(image, answer, as_json=options.json)
    return 1 if failures else 0


def photo_path(text: str) -> Path:
    """Return the file that a person meant; ``PhotoError`` when there is none."""
    try:
        path = typed_path(text)
    except DataError as error:
        raise PhotoError("not_image", str(error)) from error
    if os.path.isdir(path):
        raise PhotoError("not_image", f"{path} is a folder; expected is the file of a photo.")
    if not os.path.lexists(path):
        raise PhotoError("not_image", missing(path, "photo"))
    return path


def print_answer(image: str, answer: "Answer", *, as_json: bool) -> None:
    """Print one answer at once, so that a reader need not wait for the rest."""
    if as_json:
        print(json.dumps({"file": image, **answer.to_dict()}), flush=True)
        return
    notes = f" ({', '.join(answer.notes)})" if answer.notes else ""
    declined = f", {answer.declined.words}" if answer.declined else ""
    print(f"{image}: {answer.label} {answer.probability:.1%}{declined}{notes}", flush=True)


def print_error(image: str, error: PhotoError, *, as_json: bool) -> None:
    """Print why a file has no answer: among the answers as JSON, else on standard error."""
    if as_json:
        problem = {"code": error.code, "message": str(error)}
        print(json.dumps({"file": image, "error": problem}), flush=True)
    else:
        print(f"{image}: {error}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(run_command(main))
