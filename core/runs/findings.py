"""What was measured in a run's layers, and the words in which a diagnosis speaks of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.training.blocks import Block
from core.training.events import LayerMeasured, LayersMeasured

SMALLEST_UPDATE, LARGEST_UPDATE = 1e-4, 1e-2
"""Around the healthy size of an update beside its weight, a thousandth (Karpathy, Neural Networks:
Zero to Hero, part 3, 2022): the factor of ten that a rule of thumb allows on either side.
"""
NORMAL = 0.6
"""The spread of max(0, x) for x of mean 0 and spread 1, which batch norm makes: 0.58."""
SAME_ANSWERS = 0.05
"""Answers with a smaller spread hardly differ."""


@dataclass(frozen=True)
class Findings:
    """What the rules look at: the newest measurement, and all that came before it."""

    history: Sequence[LayersMeasured]
    blocks: Sequence[Block]
    falling: bool = False
    """Whether the schedule lets the learning rate fall."""

    @property
    def photos(self) -> int:
        """How many photos the measured batch has."""
        return self.history[-1].photos

    @property
    def layers(self) -> list[tuple[Block, LayerMeasured]]:
        """All layers with weights."""
        return list(zip(self.blocks, self.history[-1].layers, strict=True))

    @property
    def hidden(self) -> list[tuple[Block, LayerMeasured]]:
        """Those whose results are not the answers."""
        return self.layers[:-1]


def first(pair: tuple[Any, ...]) -> float:
    """Return what is compared."""
    return float(pair[0])


def known(layers: Sequence[tuple[Block, LayerMeasured]], name: str) -> list[tuple[float, Block]]:
    """Return one measurement of the layers that have it, with the layer."""
    values = [(getattr(measured, name), block) for block, measured in layers]
    return [(value, block) for value, block in values if value is not None]


def updates_of(findings: Findings, block: Block) -> list[float]:
    """Return a layer's updates in all epochs, as far as they are known."""
    place = list(findings.blocks).index(block)
    updates = (each.layers[place].update for each in findings.history)
    return [update for update in updates if update is not None]


def still(findings: Findings, block: Block) -> bool:
    """Tell whether a layer has hardly moved in any epoch; at a cosine's end every layer rests.

    Measured once under a falling rate, it may have been at that end: that tells nothing.
    """
    updates = updates_of(findings, block)
    if findings.falling and len(updates) == 1:
        return False
    return bool(updates) and max(updates) < SMALLEST_UPDATE


def said(block: Block) -> str:
    """Name a layer within a sentence: "conv 4"."""
    return block.name.lower()


def two_digits(value: float) -> float:
    """Round a number to what ``short`` says of it."""
    return float(f"{value:.2g}")


def short(value: float) -> str:
    """Say a number with two digits: "0.0026", "40", "1,200"."""
    return f"{value:.2g}" if value < 99.5 else f"{two_digits(value):,.0f}"


def between(values: Sequence[float]) -> str:
    """Say the first and the last of sorted values."""
    low, high = short(values[0]), short(values[-1])
    return low if low == high else f"{low} to {high}"


def way(findings: Findings, spread: float, block: Block) -> str:
    """Say how the spread changes on its way through the layers."""
    start, measured = findings.layers[0]
    if start == block or measured.spread is None:
        return f"their spread is {short(spread)} behind {said(block)}"
    return (
        f"their spread goes from {short(measured.spread)} behind {said(start)} to "
        f"{short(spread)} behind {said(block)}"
    )


def answers_alike(findings: Findings) -> str:
    """Add that all photos get the same answer, where they do."""
    spread = findings.layers[-1][1].spread
    alike = spread is not None and spread < SAME_ANSWERS
    return ", and the answers hardly differ from photo to photo" if alike else ""


def bare(findings: Findings) -> list[Block]:
    """List the convolutions without batch norm."""
    return [
        block for block in findings.blocks if block.name.startswith("Conv") and not block.normalised
    ]


def without(findings: Findings) -> str:
    """Begin a sentence about activations, with what is missing."""
    any_norm = any(block.normalised for block in findings.blocks)
    return (
        "Without batch norm the activations"
        if bare(findings) and not any_norm
        else ("The activations")
    )


def remedy(findings: Findings) -> str:
    """Say what would hold the spread."""
    missing = bare(findings)
    if not missing:
        return "First weights of another size (Kaiming normal keeps the spread) should help."
    all_bare = not any(block.normalised for block in findings.blocks)
    where = "each convolution" if all_bare and len(missing) > 1 else said(missing[0])
    return f"Batch norm after {where} would hold it near {NORMAL}."


def gradient_remedy(findings: Findings) -> str:
    """Say what would let a gradient through."""
    flat = any(block.activation in ("Sigmoid", "Tanh") for block, _ in findings.hidden)
    return (
        "ReLU in place of sigmoid and tanh lets more of it through."
        if flat
        else f"Adam{or_norm(findings)} evens the layers out."
    )


def or_norm(findings: Findings, other: str = "") -> str:
    """Add batch norm to what helps, where it is missing, else what else there is."""
    return " or batch norm" if bare(findings) else f" {other}".rstrip()
