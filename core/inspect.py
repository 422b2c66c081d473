"""Tells what the loader finds in a source: ``python -m core.inspect SOURCE``."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.changes import Choice
from core.command_line import run_command
from core.config import DRAWN
from core.data.report import LeftOut, Report, printable
from core.errors import ArchiveError, DataError, GlassError

if TYPE_CHECKING:
    from core.data.request import DataRequest
    from core.review.findings import Doubts, Findings

SHOWN = 20  # files left out that are listed for people; --json lists all
SHIPPED = "shipped"
CHOICES = {
    "leave_out": Choice.LEAVE_OUT,
    "turn_over": Choice.TURN_OVER,
    "take_back": Choice.KEEP,
}


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m core.inspect",
        description="Load photos as training would and tell what was found, what is left out and "
        "why, and what looks wrong: photos that show the same, odd sizes and, with --run, labels. "
        "The decoded photos stay in the cache, so that training on them starts at once. What is "
        "changed about them is kept in a list of the program's own; the source stays as it is.",
        epilog="Exit code: 0 all photos that are needed can be used, 1 some were left out because "
        "they cannot be read, 2 wrong use or nothing to train on.",
    )
    add = parser.add_argument
    add("source", metavar="SOURCE", help="as core.train --data takes it")
    add("--json", action="store_true", help="print one JSON object")
    add("--image-size", type=int, default=224, help="side in pixels (default: %(default)s)")
    add("--train-per-class", type=int, default=1000, metavar="N", help="default: %(default)s")
    add("--test-per-class", type=int, default=200, metavar="N", help="default: %(default)s")
    add("--seed", type=int, default=0, help="of the drawings, or of a split where there is none")
    add(
        "--run",
        metavar="NETWORK",
        help=f"also find labels that look wrong to a run's network, given its folder, to the one "
        f"of a .safetensors file, or to the one that comes with the program: {SHIPPED}",
    )
    names: dict[str, Any] = {"nargs": "+", "metavar": "PHOTO", "default": []}
    add("--leave-out", **names, help="use these photos no more, by their names as printed here")
    add("--turn-over", **names, help="let these photos have the other label")
    add("--take-back", **names, help="use these photos again as they were found")
    add("--as-found", action="store_true", help="do without the list of what was changed")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Inspect the source; return the exit code."""
    from core.data.load import load_data  # after the arguments, so that --help is quick
    from core.runs.photos import make_room

    options = build_parser().parse_args(arguments)
    try:
        request = request_for(options)
        data = load_data(request, progress=show_progress("decoded"))
        found = doubts = None
        if request.source.strip() != DRAWN:
            found, doubts = look(request, options.run)
    except GlassError as error:
        if options.json:
            code = {"code": error.code} if isinstance(error, ArchiveError) else {}
            print(json.dumps({"source": options.source, "error": str(error)} | code))
        print(f"error: {error}", file=sys.stderr)
        return 2
    make_room()
    if options.json:
        facts = {"source": data.source, "classes": data.classes, "image_size": data.image_size}
        changes = {"left_out": request.left_out, "turned_over": request.turned_over}
        facts |= data.report.as_dict() | {"changes": changes}
        facts |= {"findings": found.as_dict()} if found else {}
        facts |= {"labels": doubts.as_dict()} if doubts else {}
        print(json.dumps(facts))
    else:
        print("\n".join(tell(data.report) + tell_look(found, doubts)))
    return 1 if data.report.left_out else 0


def request_for(options: argparse.Namespace) -> "DataRequest":
    """Return what to load, after the list was changed as asked; ``GlassError``."""
    from core.data.change_list import ChangeList
    from core.data.request import DataRequest
    from core.data.typed_source import typed_source

    request = DataRequest(
        options.source,
        options.image_size,
        options.train_per_class,
        options.test_per_class,
        options.seed,
    )
    source = typed_source(request.source)
    chosen = {choice: getattr(options, name) for name, choice in CHOICES.items()}
    if source == DRAWN:
        if any(chosen.values()) or options.run:
            raise DataError(
                "Drawn pets are what they are: photos can be changed and looked through where they "
                "come from a folder or a zip."
            )
        return request
    changed = ChangeList(source)
    named = [name for names in chosen.values() for name in names]
    check_names(named, request)
    if twice := {name for name in named if sum(name in each for each in chosen.values()) > 1}:
        raise DataError(
            f"{printable(min(twice))} must be named once: with --leave-out, --turn-over or "
            "--take-back."
        )
    for choice, names in chosen.items():
        if names:
            changed.choose(*names, choice=choice)
    return request if options.as_found else replace(request, **vars(changed.read()))


def check_names(names: list[str], request: "DataRequest") -> None:
    """Raise ``DataError`` for a name that no photo has."""
    from core.data.sources import plan_source

    if not names:
        return
    plan = plan_source(request)
    known = {printable(name) for group in plan.groups for name in group.candidates}
    for name in names:
        if name not in known:
            example = min(known, default="cats/1.jpg")
            raise DataError(
                f"There is no photo {printable(name)} in {request.source}; a photo goes by its "
                f"path below it, such as {example}."
            )


def look(request: "DataRequest", network: str | None) -> "tuple[Findings, Doubts | None]":
    """Compare the photos with one another, and ask a network if one is named; ``GlassError``."""
    from core.review.compare import compare

    found = compare(request, show_progress("compared"))
    if network is None:
        return found, None
    from core.review.labels import find_doubts  # imports torch, which takes seconds
    from core.runs.load import load_classifier

    classifier = load_classifier(None if network == SHIPPED else Path(network))
    return found, find_doubts(classifier, request, show_progress("shown to the network"))


def show_progress(what: str) -> Callable[[int, int], None] | None:
    """Return what counts on one line of the terminal; None where there is none."""

    def show(done: int, total: int) -> None:
        if done % 20 == 0 or done == total:
            end = "\r\033[K" if done == total else ""
            print(f"\r{done} of {total} photos {what}", end=end, file=sys.stderr, flush=True)

    return show if sys.stderr.isatty() else None


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


def tell_look(found: "Findings | None", doubts: "Doubts | None") -> list[str]:
    """Put what was found into lines for people."""
    from core.review.telling import tell_doubts, tell_findings

    lines = ["", *tell_findings(found)] if found else []
    return lines + (["", *tell_doubts(doubts)] if doubts else [])


if __name__ == "__main__":
    sys.exit(run_command(main))
