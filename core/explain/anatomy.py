"""One photo's way through one network: what each layer gives out, and what made each value."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from core.explain.contributions import Contributions, contributions
from core.explain.receptive_field import ReceptiveField, receptive_fields
from core.explain.statistics import (
    SILENT_HERE,
    Statistics,
    not_finite_words,
    statistics,
    words_of_channels,
)
from core.explain.weight_change import moved
from core.networks.layers import LayerFacts, describe_layers, trace
from core.networks.tensors import network_input
from core.pictures.tiles import fold

TERMS = 6  # written out one by one; the rest is added up


@dataclass(frozen=True)
class Network:
    """A network with what is known of it without any photo.

    ``untrained`` is the same network before its first step, where that is known.
    """

    model: nn.Sequential
    image_size: int
    untrained: nn.Sequential | None = None

    @cached_property
    def moved(self) -> list[float | None]:
        """How far training has moved each layer's weights, as a share; None where unknown."""
        if self.untrained is None:
            return [None] * len(self.model)
        return moved(self.model, self.untrained)

    @cached_property
    def layers(self) -> list[LayerFacts]:
        """Names, shapes and parameters."""
        return describe_layers(self.model, self.image_size)

    @cached_property
    def fields(self) -> list[ReceptiveField]:
        """What each layer's cells see of the photo."""
        return receptive_fields(self.model, self.layers, self.image_size)


@dataclass(frozen=True)
class Term:
    """One summand of an output value, with the name of what it came from."""

    name: str
    value: float


@dataclass(frozen=True)
class Sum:
    """An output value written as a sum: terms + bias + rounding = total, exactly in float64."""

    terms: tuple[Term, ...]
    bias: float
    rounding: float
    total: float


class PhotoInside:
    """What every layer of ``network`` gives out for the photo ``pixels`` (S, S, 3) uint8."""

    def __init__(self, network: Network, pixels: NDArray[np.uint8]) -> None:
        size = network.image_size
        if pixels.shape != (size, size, 3):
            raise ValueError(f"expected a photo ({size}, {size}, 3), not {pixels.shape}")
        self.network = network
        self.pixels = pixels
        self.photo = network_input(np.stack([pixels]))
        self.tensors = trace(network.model, self.photo)
        self.outputs = [tensor.numpy() for tensor in self.tensors]
        self.probability = float(self.outputs[-1][0])
        self.logit = float(self.outputs[-2].ravel()[0])

    @cached_property
    def words(self) -> list[dict[int, str]]:
        """The channels of each layer whose map is no picture, each with what is wrong with it."""
        return [words_of_channels(out) if out.ndim == 3 else {} for out in self.outputs]

    @cached_property
    def not_finite(self) -> list[str]:
        """How many of each layer's values are no numbers, in words."""
        return [not_finite_words(output) for output in self.outputs]

    @cached_property
    def has_silent(self) -> bool:
        """Whether any channel of any layer is zero everywhere for this photo."""
        return any(SILENT_HERE in words.values() for words in self.words)

    def statistics(self, layer: int) -> Statistics:
        """Mean, spread, zeros and histogram of a layer's output."""
        return statistics(self.outputs[layer])

    def maps(self, layer: int) -> NDArray[np.floating]:
        """A layer's output as maps (C, H, W).

        Flattened numbers go back to the maps they came from; other plain numbers are folded.
        """
        output = self.outputs[layer]
        if output.ndim == 3:
            return output
        shape = self.source_shape(layer)
        return output.reshape(shape) if shape else fold(output)

    def source_shape(self, layer: int) -> tuple[int, int, int] | None:
        """Shape of the maps that a ``Flatten`` at ``layer`` flattened; None for other layers.

        A photo's own maps are its three colours.
        """
        if not isinstance(self.network.model[layer], nn.Flatten):
            return None
        before = tuple(self.input(layer).shape)
        return (before[0], before[1], before[2]) if len(before) == 3 else None

    def channel_count(self, layer: int) -> int:
        """How many channels can be looked at: maps, or the single numbers of a layer without."""
        output = self.outputs[layer]
        return len(self.maps(layer)) if self.source_shape(layer) else len(output)

    def contributions(self, layer: int, channel: int) -> Contributions | None:
        """Split one channel, or one number of a layer without maps, into its inputs' parts."""
        return contributions(
            self.network.model[layer], self.input(layer), self.tensors[layer], channel
        )

    def input(self, layer: int) -> Tensor:
        """What went into a layer, without N."""
        return self.tensors[layer - 1] if layer else self.photo[0]

    def sum_at(self, layer: int, channel: int, cell: tuple[int, int]) -> Sum | None:
        """Write one output value as a sum over the inputs; ``cell`` counts for maps alone.

        A linear layer that reads flattened maps has one term a map rather than one a number.
        """
        split = self.contributions(layer, channel)
        if split is None:
            return None
        at = cell if split.total.ndim == 2 else ()
        values, names = split.parts[(slice(None), *at)], [str(number) for number in split.inputs]
        shape = self.source_shape(layer - 1) if split.total.ndim == 0 and layer else None
        if shape:
            values = values.reshape(shape).sum(axis=(1, 2))
            names = [str(number) for number in range(shape[0])]
        total = float(split.total[at])
        terms = _written_out(values, names)
        # What was added up in another order differs by float64's own rounding: it stays exact.
        rest = total - (sum(term.value for term in terms) + split.bias)
        return Sum(terms, split.bias, rest, total)


def _written_out(values: NDArray[np.float64], names: list[str]) -> tuple[Term, ...]:
    order = np.argsort(-np.abs(np.nan_to_num(values)), kind="stable")
    terms = [Term(names[position], float(values[position])) for position in order[:TERMS]]
    rest = order[TERMS:]
    if len(rest):
        terms.append(Term(f"the other {len(rest):,}", float(values[rest].sum())))
    return tuple(terms)
