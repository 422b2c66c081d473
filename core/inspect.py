"""Tells what the loader finds in a source: ``python -m core.inspect SOURCE``."""

import argparse
import json
import sys

from core.command_line import run_command
from core.data.report import LeftOut, Report
from core.errors import GlassError

SHOWN = 20  # files left out that are listed for people; --json lists all


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m core.inspect",
        description="Load photos as training would and tell what was found, what is left out and "
        "why. The decoded photos stay in the cache, so that training on them starts at once.",
        epilog="Exit code: 0 all photos that are needed can be used, 1 some were left out, "
        "2 wrong use or nothing to train on.",
    )
    add = parser.add_argument
    add("source", metavar="SOURCE", help="'drawn' or a folder of photos")
    add("--json", action="store_true", help="print one JSON object")
    add("--image-size", type=int, default=224, help="side in pixels (default: %(default)s)")
    add("--train-per-class", type=int, default=1000, metavar="N", help="default: %(default)s")
    add("--test-per-class", type=int, default=200, metavar="N", help="default: %(default)s")
    add("--seed", type=int, default=0, help="of the drawings, or of a split where there is none")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Inspect the source; return the exit code."""
    from core.data.load import load_data  # after the arguments, so that --help is quick
    from core.data.request import DataRequest

    options = build_parser().parse_args(arguments)
    try:
        data = load_data(
            DataRequest(
                options.source,
                options.image_size,
                options.train_per_class,
                options.test_per_class,
                options.seed,
            ),
            progress=show_progress if sys.stderr.isatty() else None,
        )
    except GlassError as error:
        if options.json:
            print(json.dumps({"source": options.source, "error": str(error)}))
        print(f"error: {error}", file=sys.stderr)
        return 2
    if options.json:
        facts = {"source": data.source, "classes": data.classes, "image_size": data.image_size}
        print(json.dumps(facts | data.report.as_dict()))
    else:
        print("\n".join(tell(data.report)))
    return 1 if data.report.left_out else 0


def show_progress(done: int, total: int) -> None:
    """Count on one line of the terminal."""
    if done % 20 == 0 or done == total:
        end = "\r\033[K" if done == total else ""
        print(f"\r{done} of {total} photos decoded", end=end, file=sys.stderr, flush=True)


def tell(report: Report) -> list[str]:
    """Put a report into lines for people."""
    lines = report.sentences()
    if report.left_out:
        lines += ["", "Left out:", *(tell_file(file) for file in report.left_out[:SHOWN])]
    if len(report.left_out) > SHOWN:
        lines.append(f"  and {len(report.left_out) - SHOWN} more; --json lists all")
    return lines


def tell_file(file: LeftOut) -> str:
    """Say why one file is not used."""
    return f"  {file.file} ({file.code}): {file.sentence}"


if __name__ == "__main__":
    sys.exit(run_command(main))
