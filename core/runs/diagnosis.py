"""What the measured layers say: what is wrong in which layer, or that nothing is.

Like a verdict it is computed from the log, and speaks of what was measured alone: whether a network
learns all the same is for the curves to say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median_high

from core.architecture.library import layers_of
from core.runs.findings import (
    LARGEST_UPDATE,
    NORMAL,
    SMALLEST_UPDATE,
    Findings,
    answers_alike,
    between,
    first,
    gradient_remedy,
    known,
    or_norm,
    remedy,
    said,
    short,
    still,
    two_digits,
    updates_of,
    way,
    without,
)
from core.runs.run import Run
from core.training.blocks import Block, blocks_of
from core.training.events import LayersMeasured
from core.wording import percent

SHAKEN = 3e-2
"""Adam's first steps may go beyond what is healthy and all is well; with more than thirty times the
healthy update, drawn pets were learnt late or never.
"""
VANISHED = 100.0
"""A gradient so many times smaller than another layer's is told, when the update is small too: Adam
makes updates alike even where gradients are not."""
FADED = NORMAL / 10
"""With less behind one layer, the next sees hardly anything: the spread of the photos' own pixels
(0..1) is about 0.25, and Glorot and Bengio (2010) and He et al. (2015) choose first weights so that
layers keep what comes in.
"""
FADED_NORMALISED = 0.01
"""The same behind batch norm: ten times the variance of 1e-5 that norms add against zero."""
GROWN = 10.0
"""Batch norm and ReLU give out a spread of 0.6; beyond ten, a sigmoid behind them is flat."""
MUCH = 0.5
"""Half of a layer's channels dead, or half of its numbers saturated."""
FEW_PHOTOS = 8
"""In a smaller batch many a channel is silent by chance."""
MOST = 3
"""So many sentences at once are read."""


@dataclass(frozen=True)
class Diagnosis:
    """At most three sentences, the most important first; one when all is well."""

    healthy: bool
    sentences: tuple[str, ...]


def diagnosis_of(run: Run) -> Diagnosis | None:
    """Diagnose a run by what it has logged so far; None while nothing was measured."""
    blocks, history = measured_layers(run)
    return diagnose(history, blocks, falling=run.config.schedule == "cosine")


def measured_layers(run: Run) -> tuple[list[Block], list[LayersMeasured]]:
    """Return the layers with weights, and what was measured in all of them in each epoch.

    A line of a log that somebody has edited, which speaks of more layers or fewer, is left out.
    """
    blocks = blocks_of(layers_of(run.config.model, run.config.image_size))
    return blocks, [each for each in run.log.layers() if len(each.layers) == len(blocks)]


def diagnose(
    history: Sequence[LayersMeasured], blocks: Sequence[Block], falling: bool = False
) -> Diagnosis | None:
    """Return what the rules find in the newest measurement; None without one.

    ``falling`` tells that the schedule lets the learning rate fall.
    """
    if not history:
        return None
    findings = Findings(history, blocks, falling)
    found = [sentence for rule in RULES if (sentence := rule(findings))]
    if found:
        return Diagnosis(False, tuple(found[:MOST]))
    return Diagnosis(True, (healthy(findings),))


# The rules, the most important first; each returns "" when it does not apply


def blocked(findings: Findings) -> str:
    """No photo gets through a layer."""
    for block, measured in findings.hidden:
        if measured.dead == 1 and findings.photos >= FEW_PHOTOS:
            return (
                f"Every ReLU of {said(block)} is dead: it gives out zeros alone, so that neither "
                "the photo nor a gradient comes through. Begin a new training with a smaller "
                f"learning rate{or_norm(findings)}."
            )
    return ""


def is_faint(spread: float, block: Block) -> bool:
    """Tell whether a spread has faded.

    Behind batch norm it is as the norm's own scale makes it, and the next norm takes that out again
    as long as the variance is large beside the 1e-5 that norms add to it.
    """
    return spread < (FADED_NORMALISED if block.normalised else FADED)


def faded(findings: Findings) -> str:
    """Activations shrink until the next layer sees hardly anything."""
    faint = [pair for pair in known(findings.hidden, "spread") if is_faint(*pair)]
    spread, block = min(faint, default=(1.0, None), key=first)
    if block is None:
        return ""
    outcome = answers_alike(findings)
    return f"{without(findings)} fade: {way(findings, spread, block)}{outcome}. {remedy(findings)}"


def shaken(findings: Findings) -> str:
    """Updates are so large that a layer forgets what it knew."""
    updates = known(findings.layers, "update")
    update, block = max(updates, default=(0.0, None), key=first)
    if block is None or update <= SHAKEN:
        return ""
    return (
        f"One step changes {said(block)}'s weights by {percent(update)} of their size, where a "
        "thousandth is healthy: the learning rate is too large, a tenth of it is worth trying."
    )


def grown(findings: Findings) -> str:
    """Activations grow from layer to layer."""
    spread, block = max(known(findings.hidden, "spread"), default=(0.0, None), key=first)
    if block is None or spread <= GROWN:
        return ""
    return f"{without(findings)} grow: {way(findings, spread, block)}. {remedy(findings)}"


def vanished(findings: Findings) -> str:
    """One layer gets next to no gradient, and hardly moves."""
    gradients = known(findings.layers, "gradient")
    most, strongest = max(gradients, default=(0.0, None), key=first)
    least, weakest = min(gradients, default=(0.0, None), key=first)
    if weakest is None or strongest is None or not still(findings, weakest):
        return ""
    if least == 0:
        return f"{weakest.name} gets no gradient at all: it does not learn."
    if most < VANISHED * least:
        return ""
    return (
        f"{weakest.name}'s gradient is {short(most / least)} times smaller than "
        f"{said(strongest)}'s: it hardly learns. {gradient_remedy(findings)}"
    )


def saturated(findings: Findings) -> str:
    """Most of what a tanh or sigmoid gives out lies at its flat ends."""
    shares = known(findings.hidden, "saturated")
    share, block = max(shares, default=(0.0, None), key=first)
    if block is None or share < MUCH:
        return ""
    return (
        f"{percent(share)} of what {said(block)}'s {block.activation.lower()} gives out is "
        "saturated: it lies at the flat ends, where hardly any gradient comes through. Smaller "
        "first weights, such as Xavier's, would keep it off them."
    )


def dead(findings: Findings) -> str:
    """Many ReLUs say nothing about any photo."""
    share, block = max(known(findings.hidden, "dead"), default=(0.0, None), key=first)
    if block is None or not MUCH <= share < 1 or findings.photos < FEW_PHOTOS:
        return ""
    return (
        f"{percent(share)} of {said(block)}'s ReLUs are dead: zero everywhere for all "
        f"{findings.photos} photos of the batch, so that no gradient comes back to change them. "
        f"A smaller learning rate{or_norm(findings, 'or leaky relu')} keeps them alive."
    )


def slow(findings: Findings) -> str:
    """No layer moves, and none has in any epoch."""
    stills = [block for block, _ in findings.layers if still(findings, block)]
    if not stills or len(stills) < len(findings.blocks):
        return ""
    update, _ = max(known(findings.layers, "update"), default=(0.0, None), key=first)
    return (
        f"No layer moves: a step changes weights by {short(update)} of their size at most, where "
        "a thousandth is healthy. The learning rate is too small."
    )


def faded_at_first(findings: Findings) -> str:
    """Activations have faded, and have grown again since."""
    spreads = [
        (measured.spread, each.epoch, block)
        for each in findings.history[:-1]
        for block, measured in list(zip(findings.blocks, each.layers, strict=True))[:-1]
        if measured.spread is not None and is_faint(measured.spread, block)
    ]
    least, epoch, block = min(spreads, default=(1.0, 0, None), key=first)
    if block is None or faded(findings):
        return ""
    now = next((s for s, each in known(findings.hidden, "spread") if each == block), 0.0)
    return (
        f"{without(findings)} were faint at first: their spread was {short(least)} behind "
        f"{said(block)} after epoch {epoch}, and is {short(now)} now. {remedy(findings)}"
    )


RULES: tuple[Callable[[Findings], str], ...] = (
    *(blocked, faded, shaken, grown, slow, vanished, saturated, dead, faded_at_first),
)


def healthy(findings: Findings) -> str:
    """Say by which numbers all is well: of updates the median epoch's, as a cosine ends in none."""
    updates = sorted(
        median_high(each) for block in findings.blocks if (each := updates_of(findings, block))
    )
    spreads = sorted(value for value, _ in known(findings.hidden, "spread"))
    start = "Healthy in every layer"
    wanted = f"{short(SMALLEST_UPDATE)} to {short(LARGEST_UPDATE)} is healthy"
    parts = []
    if updates:
        if outside := outside_band(updates):
            start = "Nothing is wrong in any layer yet, but watch the steps"
            wanted = f"{outside} is usual"
        when = "in a middle epoch " if len(findings.history) > 1 else ""
        parts.append(
            f"{when}a step changes the layers' weights by {between(updates)} of their size, where "
            f"{wanted}"
        )
    if spreads:
        parts.append(f"the hidden layers' activations keep a spread of {between(spreads)}")
    if not parts:
        return "Nothing is known yet."
    rest = " At the end the falling rate lets every layer rest." if resting(findings) else ""
    return f"{start}: {', and '.join(parts)}.{rest}"


def outside_band(updates: Sequence[float]) -> str:
    """Say the limits that sorted updates do not keep, such as "at most 0.01"; "" if they do."""
    # As it is said: 0.01003 is "0.01", which does not lie above 0.01.
    above, below = (
        two_digits(updates[-1]) > LARGEST_UPDATE,
        two_digits(updates[0]) < SMALLEST_UPDATE,
    )
    if above and below:
        return f"{short(SMALLEST_UPDATE)} to {short(LARGEST_UPDATE)}"
    if above:
        return f"at most {short(LARGEST_UPDATE)}"
    return f"at least {short(SMALLEST_UPDATE)}" if below else ""


def resting(findings: Findings) -> bool:
    """Tell whether a schedule has brought all layers to rest that have moved before."""
    newest = [update for update, _ in known(findings.layers, "update")]
    moved = any(not still(findings, block) for block in findings.blocks)
    return findings.falling and moved and bool(newest) and max(newest) < SMALLEST_UPDATE
