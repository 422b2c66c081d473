"""A first look into a source: what is there and a few photos, before all are decoded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.plan import Plan, PlannedGroup
from core.data.report import printable
from core.data.request import DataRequest
from core.data.sources import plan_source
from core.errors import PhotoError


@dataclass(frozen=True)
class Preview:
    """``pixels`` (N, S, S, 3) uint8 with ``labels`` and ``names`` (N), classes in turn.

    ``sentences`` tell what was found; ``unreadable`` lists photos of the sample that could not be
    decoded, as (name, sentence). ``counts`` are the photos of both classes to train and to test on.
    """

    pixels: NDArray[np.uint8]
    labels: tuple[int, ...]
    names: tuple[str, ...]
    classes: tuple[str, str]
    sentences: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]
    counts: tuple[int, int]


def preview_source(request: DataRequest, count: int = 12) -> Preview:
    """Show up to ``count`` of the training photos that ``load_data`` would use.

    Only these are decoded. Raises ``DataError`` as ``load_data`` does for a source without two
    classes.
    """
    plan = plan_source(request)
    pixels, labels, names, unreadable = [], [], [], []
    for group, name in sample(plan, count):
        try:
            pixels.append(plan.make(group, name).pixels)
        except PhotoError as error:
            unreadable.append((printable(name), str(error)))
            continue
        labels.append(group.label)
        names.append(printable(name))
    return Preview(
        np.array(pixels, np.uint8).reshape(-1, request.image_size, request.image_size, 3),
        tuple(labels),
        tuple(names),
        plan.classes,
        tuple(tell(plan)),
        tuple(unreadable),
        (how_many(plan, "train"), how_many(plan, "test")),
    )


def how_many(plan: Plan, split: str) -> int:
    """Count the photos of one split that are wanted and there."""
    return sum(
        min(group.wanted, len(group.candidates)) for group in plan.groups if group.split == split
    )


def sample(plan: Plan, count: int) -> list[tuple[PlannedGroup, str]]:
    """Choose training candidates spread evenly over each class, classes in turn."""
    groups = [group for group in plan.groups if group.split == "train"]
    chosen = []
    for place in range(count // len(groups)):
        for group in groups:
            usable = min(group.wanted, len(group.candidates))
            step = max(1, usable // (count // len(groups)))
            if place * step < usable:
                chosen.append((group, group.candidates[place * step]))
    return chosen


def tell(plan: Plan) -> list[str]:
    """Say what was found, in sentences."""
    words = {"train": "to train on", "test": "to test on"}
    lines = [plan.layout]
    for split, purpose in words.items():
        parts = []
        for group in plan.groups:
            if group.split == split:
                usable, found = min(group.wanted, len(group.candidates)), len(group.candidates)
                of = f" of {found}" if found != usable else ""
                parts.append(f"{usable}{of} {group.class_name}")
        lines.append(f"{' and '.join(parts)} pictures {purpose}.")
    lines += plan.notes
    lines += [f"Skipped unopened: {count} {reason}." for reason, count in plan.skipped.items()]
    return lines
