"""Hands work out: ``python -m core.export RUN_OR_WEIGHTS --onnx FILE``, ``--zip``, ``--report``."""

import argparse
import sys
from pathlib import Path
from typing import Final

from core.command_line import epoch_of, run_command
from core.errors import GlassError
from core.files import temporary_beside, write_atomically, writing

SHIPPED: Final = "shipped"


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m core.export",
        description="Hand a run or its network out: as an ONNX file, as a zip that another "
        "installation takes in (python -m core.take_in), or as a report of one HTML file.",
        epilog="Exit code: 0 written, 2 wrong use. --onnx takes further packages: "
        "pip install -r requirements-export.txt.",
    )
    add = parser.add_argument
    add(
        "what",
        metavar="RUN_OR_WEIGHTS",
        help=f"a run's folder; for --onnx also a .safetensors file, or the word {SHIPPED} for the "
        "model that comes along",
    )
    add("--onnx", type=Path, metavar="FILE", help="write the network with its weights as ONNX")
    add("--zip", type=Path, metavar="FILE", help="write the run, to be looked at and resumed")
    add("--report", type=Path, metavar="FILE", help="write what the run came to as one HTML file")
    add(
        "--epoch",
        type=epoch_of,
        metavar="best|N",
        help="whose weights --onnx and --report are about: those after epoch N, or after the one "
        "with the highest test accuracy (default: the newest)",
    )
    add("--every-epoch", action="store_true", help="with --zip: all weights that are kept, not "
        "only the best and the newest")  # fmt: skip
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Write what is asked for; return the exit code."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    if not (options.onnx or options.zip or options.report):
        parser.error("say what to write: --onnx FILE, --zip FILE or --report FILE")
    if options.what == SHIPPED and (options.zip or options.report):
        parser.error(f"--zip and --report are of a run's folder, not of the {SHIPPED} model")
    try:
        if options.onnx:
            write_onnx(options)
        if options.zip:
            write_zip(options)
        if options.report:
            write_report(options)
    except GlassError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error.filename} cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    return 0


def write_onnx(options: argparse.Namespace) -> None:
    """Write the network as ONNX and say what goes in and out."""
    from core.exchange.onnx_file import describe, onnx_bytes  # torch, after --help
    from core.runs.load import load_classifier

    path = None if options.what == SHIPPED else Path(options.what)
    classifier = load_classifier(path, options.epoch)
    write_atomically(options.onnx, onnx_bytes(classifier))
    print(f"Written: {options.onnx}. {describe(classifier)}")


def write_zip(options: argparse.Namespace) -> None:
    """Write the run as a zip, which appears whole or not at all."""
    from core.exchange.run_zip import write_run_zip
    from core.runs.run import Run

    run = Run(Path(options.what))
    temporary = temporary_beside(options.zip)
    with writing(options.zip):
        try:
            with temporary.open("wb") as file:
                positions = write_run_zip(run, file, every_epoch=options.every_epoch)
            temporary.replace(options.zip)
        finally:
            temporary.unlink(missing_ok=True)
    kept = ", ".join(position.name for position in positions)
    print(f"Written: {options.zip}, with the weights of {kept}. The photos are not in it.")


def write_report(options: argparse.Namespace) -> None:
    """Write the run's report."""
    from core.exchange.report import report_html
    from core.runs.load import BEST, of_best
    from core.runs.run import Run

    run = Run(Path(options.what))
    epoch = of_best(run) if options.epoch == BEST else options.epoch
    write_atomically(options.report, report_html(run, epoch).encode())
    print(f"Written: {options.report}. It opens in any browser, without this program.")


if __name__ == "__main__":
    sys.exit(run_command(main))
