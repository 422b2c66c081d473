"""What a network does to a photo of a given size, layer by layer, and what that costs.

Nothing is built or computed for it, so that it can follow somebody typing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import prod

from core.architecture.layer import Layer
from core.architecture.layers import Flatten, Linear, Sigmoid
from core.architecture.misfit import Misfit, Shape
from core.architecture.reach import Spans, each_pixel, largest, through
from core.architecture.text import Layers, write_changed, write_layer
from core.architecture.values import Pair
from core.architecture.window_layers import AdaptiveAvgPool
from core.errors import ArchitectureError

MOST_PARAMETERS = 64_000_000
MOST_MULTIPLY_ADDS = 8_000_000_000
MOST_NUMBERS = 64_000_000
"""Limits that keep a shared server alive: with Adam, so many parameters take a gigabyte."""


@dataclass(frozen=True)
class Step:
    """One layer at its place: ``shape`` is what goes out, ``field`` the receptive field in pixels.

    ``field`` is that of the cell that sees most, padding not counted. ``parameters``,
    ``multiply_adds`` and the ``numbers`` that go out are of one photo.
    """

    layer: Layer
    shape: Shape
    field: Pair
    parameters: int
    multiply_adds: int

    @property
    def numbers(self) -> int:
        """How many numbers go out."""
        return prod(self.shape)


@dataclass(frozen=True)
class Problem:
    """Why a network cannot be built: the place among its layers, a sentence, and ways out.

    ``place`` is the number of layers when something is missing at the end. Each way out is a whole
    network that goes at least one layer further.
    """

    place: int
    sentence: str
    ways_out: tuple[Layers, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The layers of a network up to the first that cannot work; ``problem`` is None if all do."""

    steps: tuple[Step, ...]
    problem: Problem | None = None

    @property
    def parameters(self) -> int:
        """How much is learned."""
        return sum(step.parameters for step in self.steps)

    @property
    def multiply_adds(self) -> int:
        """What one photo takes forward."""
        return sum(step.multiply_adds for step in self.steps)

    @property
    def numbers(self) -> int:
        """How many numbers all layers give out for one photo: what a training must remember."""
        return sum(step.numbers for step in self.steps)


def plan(layers: Sequence[Layer], image_size: int) -> Plan:
    """Follow a colour photo of ``image_size`` x ``image_size`` pixels through the layers."""
    return planned(tuple(layers), image_size)


@lru_cache(maxsize=64)  # a form, its editor and its config ask for the same one after the other
def planned(layers: Layers, image_size: int) -> Plan:
    """Plan layers that are given as a tuple."""
    steps, problem = follow(layers, image_size)
    return Plan(steps, problem or ending_problem(layers, steps) or cost_problem(steps))


def training_bytes(planned: Plan, batch_size: int, image_size: int) -> int:
    """Estimate the memory of a training in float32, beside what the program takes anyway.

    Four numbers a parameter (itself, its gradient, two of Adam's), and of a batch its photos and
    what all layers give out, with half as much again on the way back. What torch really took for
    four networks lay within a third of it.
    """
    of_a_photo = 3 * image_size**2 + 1.5 * planned.numbers
    return round(4 * (4 * planned.parameters + batch_size * of_a_photo))


def check(layers: Sequence[Layer], image_size: int) -> Plan:
    """Plan a network; ``ArchitectureError`` when it cannot be built."""
    found = plan(layers, image_size)
    if found.problem:
        raise ArchitectureError(found.problem.sentence)
    return found


def follow(layers: Layers, image_size: int) -> tuple[tuple[Step, ...], Problem | None]:
    """Take the steps up to the first layer that does not fit."""
    shape: Shape = (3, image_size, image_size)
    seen = [each_pixel(image_size)] * 2
    steps = list[Step]()
    for place, layer in enumerate(layers):
        try:
            out = layer.output(shape)
        except Misfit as misfit:
            return tuple(steps), misfit_problem(layers, place, misfit, shape)
        seen = [look(layer, axis, spans, out) for axis, spans in enumerate(seen)]
        field = largest(seen[0]), largest(seen[1])
        costs = layer.parameters(shape), layer.multiply_adds(shape)
        steps.append(Step(layer, out, field, *costs))
        shape = out
    return tuple(steps), None


def look(layer: Layer, axis: int, spans: Spans, out: Shape) -> Spans:
    """Return what the cells of a layer that gives out ``out`` see of the photo along an axis."""
    windows = layer.windows(axis, len(spans), out[1 + axis] if len(out) == 3 else 1)
    return spans if windows is None else through(spans, windows)


def misfit_problem(layers: Layers, place: int, misfit: Misfit, shape: Shape) -> Problem:
    """Say which layer does not fit and why, with those of its repairs that do."""
    layer = layers[place]
    repairs = [repair for repair in misfit.repairs if fits(repair, shape)]
    offers = [difference(layer, repair) for repair in repairs]
    sentence = f"Layer {place + 1}, {write_layer(layer)}: {misfit.reason}"
    if offers:
        sentence += f": {' or '.join(offers)} would work"
    ways = tuple((*layers[:place], *repair, *layers[place + 1 :]) for repair in repairs)
    return Problem(place, f"{sentence}.", ways)


def fits(repair: Sequence[Layer], shape: Shape) -> bool:
    """Tell whether layers can stand one after the other where ``shape`` comes in."""
    try:
        for layer in repair:
            shape = layer.output(shape)
    except Misfit:
        return False
    return True


def difference(layer: Layer, repair: Sequence[Layer]) -> str:
    """Name what a repair changes: "padding 1", "flatten before it", or "leaving it out"."""
    if not repair:
        return "leaving it out"
    *before, new = repair
    if before:
        return f"{' and '.join(map(write_layer, before))} before it"
    return " and ".join(write_changed(layer, new))


def ending_problem(layers: Layers, steps: Sequence[Step]) -> Problem | None:
    """Tell when the network does not end as two classes need it: in linear 1 and sigmoid."""
    body = layers[:-1] if isinstance(layers[-1:][0] if layers else None, Sigmoid) else layers
    last = body[-1] if body else None
    one = isinstance(last, Linear) and last.outputs == 1
    if one and body != layers:
        return None
    shape = steps[len(body) - 1].shape if body else (3,)
    flat = () if len(shape) == 1 and body else (AdaptiveAvgPool((1, 1)), Flatten())
    end = () if one else (*flat, Linear(1))
    return Problem(
        len(layers),
        "A network for two classes must end in linear 1 and sigmoid, which give one probability.",
        ((*body, *end, Sigmoid()),),
    )


def cost_problem(steps: Sequence[Step]) -> Problem | None:
    """Tell when a network is too large for a server that others use too, and from where on."""
    limits = (
        ("parameters", MOST_PARAMETERS, [step.parameters for step in steps]),
        ("multiplications a photo", MOST_MULTIPLY_ADDS, [step.multiply_adds for step in steps]),
        ("numbers to remember a photo", MOST_NUMBERS, [step.numbers for step in steps]),
    )
    for what, most, costs in limits:
        totals = list(accumulate(costs))
        place = next((i for i, total in enumerate(totals) if total > most), None)
        if place is not None:
            return Problem(
                place,
                f"Layer {place + 1}, {write_layer(steps[place].layer)}: with it the network has "
                f"{totals[place]:,} {what}, and may have at most {most:,}.",
            )
    return None
