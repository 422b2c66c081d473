"""One photo's way through a network, layer by layer, whatever the network is kept in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from torch import nn

from core.comparison.rounding import Array
from core.networks.classifier import Classifier
from core.networks.layers import NAMES, describe_layers, trace
from core.networks.tensors import network_input

CONV, LINEAR, BATCH_NORM = NAMES[nn.Conv2d], NAMES[nn.Linear], NAMES[nn.BatchNorm2d]
POOL: Final = NAMES[nn.AvgPool2d]
DROPOUT: Final = NAMES[nn.Dropout]
ONE_KIND: Final = {NAMES[nn.AdaptiveAvgPool2d]: POOL}
"""Kinds that another program may write as another one."""


@dataclass(frozen=True)
class Step:
    """What one layer gave out, (C, H, W) or (F,), without N.

    ``modules`` repeat the layer in torch, one after the other, on what the step before gave out;
    None where that cannot be done. ``label`` is its name with what the file calls it.
    """

    name: str
    kind: str
    output: Array
    modules: tuple[nn.Module, ...] | None
    label: str = ""


@dataclass(frozen=True)
class Walk:
    """The way of a photo: ``entered`` (3, S, S) came into the first layer.

    ``notes`` say what was done to the photo before that, or is left to say.
    """

    name: str
    entered: Array
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    @property
    def answer(self) -> float | None:
        """The one number that comes out at the end; None where there are several."""
        last = self.steps[-1].output if self.steps else self.entered
        return float(last.flat[0]) if last.size == 1 else None


def walk_through(classifier: Classifier, pixels: np.ndarray, name: str) -> Walk:
    """Send pixels (S, S, 3) uint8 through a network of ours; dropout, which does nothing, is left
    out.
    """
    x = network_input(classifier.see(pixels)[np.newaxis])
    facts = describe_layers(classifier.model, classifier.image_size)
    outputs = trace(classifier.model, x)
    steps = [
        Step(each.name, ONE_KIND.get(each.kind, each.kind), output.numpy(), (module,), each.name)
        for each, output, module in zip(facts, outputs, classifier.model, strict=True)
        if each.kind != DROPOUT
    ]
    return Walk(name, x[0].numpy(), tuple(steps), classifier.mistake_notes())


def alike(one: Walk, other: Walk) -> tuple[Walk, Walk]:
    """Return both with batch norm joined to its convolution where only one keeps them apart.

    Who exports a network for answering often works the batch norm into the convolution's weights.
    """
    norms = [sum(step.kind == BATCH_NORM for step in each.steps) for each in (one, other)]
    if norms[0] > norms[1]:
        return joined(one), other
    return (one, joined(other)) if norms[1] > norms[0] else (one, other)


def joined(walk: Walk) -> Walk:
    """Return a walk in which each convolution and the batch norm right behind it are one step."""
    steps: list[Step] = []
    for step in walk.steps:
        before = steps[-1] if steps else None
        if step.kind != BATCH_NORM or before is None or before.kind != CONV:
            steps.append(step)
            continue
        known = before.modules is not None and step.modules is not None
        steps[-1] = Step(
            f"{before.name} with {step.name}",
            CONV,
            step.output,
            (*(before.modules or ()), *(step.modules or ())) if known else None,
            f"{before.label} with {step.label}",
        )
    return replace(walk, steps=tuple(steps))


def paired(one: Sequence[Step], other: Sequence[Step]) -> list[tuple[int, int]]:
    """Pair as many steps of one kind and shape as can be, in their order.

    It is the longest common subsequence of the two networks.
    """
    rows, columns = len(one), len(other)
    length = np.zeros((rows + 1, columns + 1), np.int64)  # of what is left from (i, j) on

    def same(i: int, j: int) -> bool:
        a, b = one[i], other[j]
        return a.kind == b.kind and a.output.shape == b.output.shape

    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            skip = max(length[i + 1, j], length[i, j + 1])
            length[i, j] = max(skip, length[i + 1, j + 1] + 1 if same(i, j) else 0)
    pairs, i, j = [], 0, 0
    while i < rows and j < columns:
        if same(i, j) and length[i, j] == length[i + 1, j + 1] + 1:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif length[i + 1, j] >= length[i, j + 1]:
            i += 1
        else:
            j += 1
    return pairs
