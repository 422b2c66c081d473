"""Tells what a network makes of a photo, layer by layer: ``python -m core.plan NETWORK``."""

import argparse
import json
import sys
from collections.abc import Iterator

from core.architecture.library import NAMES, canonical, name_of, text_of
from core.architecture.plan import Plan, Problem, Step, plan
from core.architecture.text import read, write, write_layer
from core.architecture.values import write_pair
from core.command_line import network_text, run_command
from core.config import check_whole_number
from core.errors import ConfigError
from core.wording import spoken_size

BYTES = 4
"""Of a number in float32."""
HEADINGS = ("layer", "output", "parameters", "multiply-adds", "receptive field", "memory")


def build_parser() -> argparse.ArgumentParser:
    """Describe the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m core.plan",
        description="Tell for each layer of a network, for one photo: the shape that goes out, how "
        "many parameters it learns, its multiply-adds, how many pixels of the photo one number "
        "sees, and the memory of what goes out in float32. Nothing is computed.",
        epilog="Exit code: 0 the network can be built, 1 it cannot, 2 wrong use.",
    )
    add = parser.add_argument
    add(
        "network",
        metavar="NETWORK",
        help=f"{', '.join(NAMES)}, a file that holds a network, or its text, a layer a line or "
        "with semicolons between them",
    )
    add("--image-size", type=int, default=224, help="side in pixels (default: %(default)s)")
    add("--json", action="store_true", help="print one JSON object")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Print the plan; return the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        check_whole_number("image_size", options.image_size)
        network = canonical(network_text(options.network))
        layers = read(text_of(network))
    except ConfigError as error:
        if options.json:
            print(json.dumps({"network": options.network, "error": str(error)}))
        print(f"error: {error}", file=sys.stderr)
        return 2
    found = plan(layers, options.image_size)
    if options.json:
        print(json.dumps(as_dict(network, found, options.image_size)))
    else:
        print("\n".join(tell(network, found, options.image_size)))
    return 1 if found.problem else 0


def tell(network: str, found: Plan, image_size: int) -> Iterator[str]:
    """Put a plan into lines for people: the table, its sums, and what is wrong."""
    yield f"{name_of(network)}, one photo of {image_size} x {image_size} pixels"
    yield ""
    photo = ("", f"3 x {image_size} x {image_size}", "", "", "", "")
    rows = [HEADINGS, photo, *(cells(step) for step in found.steps), sums(found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    numbered = ["", "", *(str(place + 1) for place in range(len(found.steps))), ""]
    for number, row in zip(numbered, rows, strict=True):
        named = row[0].ljust(widths[0])
        others = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield f"{number:>3}  {named}  {'  '.join(others)}".rstrip()
    if found.problem:
        yield from tell_problem(found.problem)


def cells(step: Step) -> tuple[str, ...]:
    """Write one layer's row."""
    return (
        write_layer(step.layer),
        " x ".join(map(str, step.shape)),
        f"{step.parameters:,}",
        f"{step.multiply_adds:,}",
        write_pair(step.field),
        spoken_size(BYTES * step.numbers),
    )


def sums(found: Plan) -> tuple[str, ...]:
    """Write the last row."""
    numbers = f"{found.parameters:,}", f"{found.multiply_adds:,}"
    return ("together", "", *numbers, "", spoken_size(BYTES * found.numbers))


def tell_problem(problem: Problem) -> Iterator[str]:
    """Say what is wrong, and write each way out as a network to try."""
    yield ""
    yield problem.sentence
    if problem.ways_out:
        yield ""
        yield "Ways out, each a network to try:"
    for way in problem.ways_out:
        yield f"  {'; '.join(map(write_layer, way))}"


def as_dict(network: str, found: Plan, image_size: int) -> dict[str, object]:
    """Return a plan as plain values for JSON; memory in bytes, places counted from 1."""
    problem = found.problem
    return {
        "name": name_of(network),
        "network": text_of(network),
        "image_size": image_size,
        "layers": [
            {
                "layer": write_layer(step.layer),
                "shape": step.shape,
                "parameters": step.parameters,
                "multiply_adds": step.multiply_adds,
                "receptive_field": step.field,
                "bytes": BYTES * step.numbers,
            }
            for step in found.steps
        ],
        "parameters": found.parameters,
        "multiply_adds": found.multiply_adds,
        "bytes": BYTES * found.numbers,
        "problem": problem
        and {
            "layer": problem.place + 1,
            "sentence": problem.sentence,
            "ways_out": [write(way) for way in problem.ways_out],
        },
    }


if __name__ == "__main__":
    sys.exit(run_command(main))
