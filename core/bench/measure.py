"""What every benchmark needs: repetitions that take turns, and a table to read."""

import statistics
from collections.abc import Callable, Mapping, Sequence


def in_turns(
    contestants: Mapping[str, Callable[[], float]], repetitions: int
) -> dict[str, list[float]]:
    """Call each contestant ``repetitions`` times in turns and return what each call returned.

    Whatever slows the machine down for a while then slows all of them. The order turns round with
    every repetition, so that none always follows the same other one.
    """
    results: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for repetition in range(repetitions):
        for name in names if repetition % 2 == 0 else reversed(names):
            results[name].append(contestants[name]())
    return results


def median_ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the median of the ratios of measurements that were taken side by side."""
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; every column after the first is right-aligned."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| "
        + " | ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in lines
    )
