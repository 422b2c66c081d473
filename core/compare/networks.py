"""Two networks on one photo: the first layer at which they part by more than rounding.

Errors add up on the way down, so each layer is judged by itself: the second network's layer is
repeated in torch on the very numbers that the first one's was given, and what the first gave out
must agree with that by the rule in ``core.comparison.rounding``. Where the second's layer cannot be
repeated, the first's is, on the second's numbers; where neither can, what both gave out on their
own ways is compared, as sums of ``UNKNOWN_TERMS`` terms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from torch import nn

from core.compare.arrays import ArraysCompared, Outcome, compare_arrays, finite_or_none
from core.compare.basis import Basis, from_values
from core.compare.repeat import repeat
from core.compare.walk import BATCH_NORM, CONV, LINEAR, Step, Walk, alike, paired
from core.comparison.rounding import Array, differences
from core.wording import listed, shape_words

UNKNOWN_TERMS: Final = 10_000
SETTINGS: Final = (
    *("kernel_size", "stride", "padding", "dilation", "groups", "eps", "negative_slope"),
    "count_include_pad",
)


@dataclass(frozen=True)
class LayersCompared:
    """A layer of the first network and the one of the second that stands in its place.

    ``compared`` is the verdict by itself, ``apart`` how far both are apart on their own ways, as a
    share of the largest number. ``differences`` are sentences on their settings and weights.
    """

    ours: Step
    theirs: Step
    compared: ArraysCompared
    apart: float
    by_itself: bool
    differences: tuple[str, ...] = ()

    @property
    def parts(self) -> bool:
        """Whether rounding does not explain the difference."""
        return self.compared.outcome is Outcome.DIFFERENT

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "ours": self.ours.label,
            "theirs": self.theirs.label,
            "shape": list(self.ours.output.shape),
            "apart": finite_or_none(self.apart),
            "by_itself": self.by_itself,
            **self.compared.to_dict(),
            "differences": list(self.differences),
        }


@dataclass(frozen=True)
class NetworksCompared:
    """All layers that could be paired, and ``unpaired``, a sentence on the first that could not.

    ``entered`` is the verdict on what came into the first layer.
    """

    ours: Walk
    theirs: Walk
    entered: ArraysCompared
    layers: tuple[LayersCompared, ...]
    unpaired: str

    @property
    def first(self) -> LayersCompared | None:
        """The first layer at which the two part."""
        return next((each for each in self.layers if each.parts), None)

    @property
    def outcome(self) -> Outcome:
        """Whether rounding explains every difference of two networks that are built alike."""
        outcomes = [self.entered.outcome, *(each.compared.outcome for each in self.layers)]
        if Outcome.DIFFERENT in outcomes or self.unpaired:
            return Outcome.DIFFERENT
        return Outcome.ROUNDING if Outcome.ROUNDING in outcomes else Outcome.EQUAL

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        first = self.first
        return {
            "outcome": self.outcome.value,
            "answers": [self.ours.answer, self.theirs.answer],
            "entered": self.entered.to_dict(),
            "parts_at": None if first is None else [first.ours.label, first.theirs.label],
            "layers": [each.to_dict() for each in self.layers],
            "unpaired": self.unpaired,
        }


def compare_walks(ours: Walk, theirs: Walk) -> NetworksCompared:
    """Hold the ways of one photo through two networks against each other."""
    ours, theirs = alike(ours, theirs)
    names = (ours.name, theirs.name)
    entered = compare_arrays(
        ours.entered, theirs.entered, names, from_values(ours.entered, theirs.entered)
    )
    pairs = paired(ours.steps, theirs.steps)
    return NetworksCompared(
        ours,
        theirs,
        entered,
        tuple(compare_pairs(ours, theirs, pairs)),
        unpaired(ours, theirs, pairs),
    )


def compare_pairs(
    ours: Walk, theirs: Walk, pairs: Sequence[tuple[int, int]]
) -> Iterator[LayersCompared]:
    """Judge each pair of layers by itself."""
    before = (-1, -1)
    for i, j in pairs:
        segments = [
            walk.steps[last + 1 : here + 1]
            for walk, last, here in zip((ours, theirs), before, (i, j), strict=True)
        ]
        entries = [
            walk.steps[last].output if last >= 0 else walk.entered
            for walk, last in zip((ours, theirs), before, strict=True)
        ]
        one, other = ours.steps[i], theirs.steps[j]
        names = (ours.name, theirs.name)
        compared = judged(one.output, entries[0], segments[1], names)
        if compared is None:
            turned = judged(other.output, entries[1], segments[0], names, turned=True)
            compared = turned or own_ways(one.output, other.output, names)
            by_itself = turned is not None
        else:
            by_itself = True
        yield LayersCompared(
            one,
            other,
            compared,
            share_apart(one.output, other.output),
            by_itself,
            (*skipped(segments, names), *layer_differences(one, other, names)),
        )
        before = (i, j)


def judged(
    output: Array,
    entry: Array,
    segment: Sequence[Step],
    names: tuple[str, str],
    *,
    turned: bool = False,
) -> ArraysCompared | None:
    """Compare ``output`` with what the layers of ``segment`` make of ``entry``.

    None if they cannot be repeated. ``turned`` says that the layers are the first network's, and
    ``output`` the second's.
    """
    modules = [module for step in segment for module in step.modules or (None,)]
    if None in modules:
        return None
    try:
        repeated, sums = repeat([each for each in modules if each is not None], entry)
    except (ValueError, RuntimeError):
        return None
    if repeated.shape != output.shape:
        return None
    basis = Basis(sums, "")
    return compare_arrays(*((repeated, output) if turned else (output, repeated)), names, basis)


def own_ways(ours: Array, theirs: Array, names: tuple[str, str]) -> ArraysCompared:
    """Compare what two layers gave out that nobody can repeat."""
    return compare_arrays(ours, theirs, names, from_values(ours, theirs, UNKNOWN_TERMS))


def share_apart(ours: Array, theirs: Array) -> float:
    """Return the largest difference as a share of the largest number."""
    largest = float(np.abs(theirs.astype(np.float64)).max(initial=0.0))
    return float(np.abs(differences(ours, theirs)).max(initial=0.0)) / (largest or 1.0)


def skipped(segments: Sequence[Sequence[Step]], names: tuple[str, str]) -> Iterator[str]:
    """Say what stands before a pair of layers in one network and not so in the other."""
    between = [[step.name for step in segment[:-1]] for segment in segments]
    if any(between):
        ours, theirs = (listed(each) or "nothing" for each in between)
        yield (
            f"Between it and the pair of layers before, {names[0]} has {ours} and {names[1]} has "
            f"{theirs}."
        )


def layer_differences(one: Step, other: Step, names: tuple[str, str]) -> Iterator[str]:
    """Say in which settings and weights two layers differ."""
    if one.modules is None or other.modules is None or len(one.modules) != len(other.modules):
        return
    for ours, theirs in zip(one.modules, other.modules, strict=True):
        for name in SETTINGS:
            values = [said(getattr(module, name, None)) for module in (ours, theirs)]
            if values[0] != values[1] and None not in values:
                yield (
                    f"Its {name.replace('_', ' ')} is {values[0]} in {names[0]} and {values[1]} in "
                    f"{names[1]}."
                )
        yield from weight_differences(ours, theirs)


def said(value: Any) -> Any:  # noqa: ANN401 - whatever torch keeps
    """Return a setting in one form: torch keeps one number or two, a file rounds to float32."""
    if isinstance(value, float):
        return f"{value:.6g}"
    return (value, value) if isinstance(value, int) and not isinstance(value, bool) else value


def weight_differences(ours: nn.Module, theirs: nn.Module) -> Iterator[str]:
    """Say in which of their arrays two layers differ."""
    arrays = [dict(each.state_dict()) for each in (ours, theirs)]
    for name, tensor in arrays[0].items():
        other = arrays[1].get(name)
        if name == "num_batches_tracked" or other is None:
            continue
        if tensor.shape != other.shape:
            shapes = [shape_words(tuple(each.shape)) for each in (tensor, other)]
            yield f"Its {name} is {shapes[0]} in the one and {shapes[1]} in the other."
            continue
        gaps = (tensor.double() - other.double()).abs()
        count = int((gaps != 0).sum())
        if count:
            yield (
                f"Its {name.replace('_', ' ')} differs in {count:,} of {gaps.numel():,} numbers, "
                f"by up to {float(gaps.max()):.2g}."
            )


def unpaired(ours: Walk, theirs: Walk, pairs: Sequence[tuple[int, int]]) -> str:
    """Say which is the first layer with weights, or the last, that the other network lacks."""
    left = [
        (walk.name, walk.steps[k])
        for walk, place in ((ours, 0), (theirs, 1))
        for k in range(len(walk.steps))
        if k not in {pair[place] for pair in pairs} and has_weights(walk.steps[k])
    ]
    if left:
        name, step = left[0]
        return (
            f"The two are built differently: {step.label} of {name}, which gives out "
            f"{shape_words(step.output.shape)}, has no counterpart of the same kind and shape."
        )
    i, j = pairs[-1] if pairs else (-1, -1)
    for walk, last, other in ((ours, i, theirs), (theirs, j, ours)):
        rest = [step.label for step in walk.steps[last + 1 :]]
        if rest:
            return f"{walk.name} goes on with {listed(rest)} where {other.name} has ended."
    return ""


def has_weights(step: Step) -> bool:
    """Tell whether a layer is of a kind that learns."""
    return step.kind in (CONV, LINEAR, BATCH_NORM)
