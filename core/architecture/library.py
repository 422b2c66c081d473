"""The networks that come with the program: each a text in ``presets``, a new one a new file.

Wherever a network is named it is named by a preset's name or by its own text: ``text_of`` and
``layers_of`` take both.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from core.architecture.difference import changes, told
from core.architecture.plan import check, follow, plan
from core.architecture.text import Layers, read, write
from core.architecture.window_layers import Conv
from core.errors import ArchitectureError

FOLDER: Final = Path(__file__).parent / "presets"
FIRST: Final = ("article", "compact", "early-pooling", "late-pooling")
LONGEST_NAME: Final = 48
SIDES: Final = range(16, 513)
"""The sides of photos in pixels, of which the smallest that works is looked for."""


@dataclass(frozen=True)
class Preset:
    """A network with a name, and a line on what it is there to show."""

    name: str
    purpose: str
    text: str


@cache
def presets() -> dict[str, Preset]:
    """Read the presets by their names: the article's and the trained one first."""
    found = {}
    for path in sorted(FOLDER.glob("*.txt"), key=lambda path: (path.stem not in FIRST, path.stem)):
        text = path.read_text(encoding="utf-8")
        purpose = text.partition("\n")[0].removeprefix("#").strip()
        found[path.stem] = Preset(path.stem, purpose, write(read(text)))
    return found


NAMES: Final = tuple(presets())
"""The presets' names."""


@lru_cache(maxsize=1000)
def canonical(network: str) -> str:
    """Return a preset's name for a network that is one, else its text as ``write`` gives it.

    ``ArchitectureError`` when it is neither the name of a preset nor a text that can be read.
    """
    if network in presets():
        return network
    try:
        text = write(read(network))
    except ArchitectureError:
        if len(network.split()) != 1:
            raise
        raise ArchitectureError(
            f"Model must be one of {', '.join(NAMES)}, or the text of a network, not {network!r}."
        ) from None
    return next((each.name for each in presets().values() if each.text == text), text)


def text_of(network: str) -> str:
    """Return the text of a network that is named by a preset's name or by its text."""
    network = canonical(network)
    return presets()[network].text if network in presets() else network


@lru_cache(maxsize=1000)
def name_of(network: str) -> str:
    """Return what to call a network: its preset's name, what sets it apart from the nearest
    preset ("article without batchnorm"), or what it consists of; ``LONGEST_NAME`` letters at most.
    """
    network = canonical(network)
    if network in presets():
        return network
    layers = read(network)
    nearest, cost = nearest_preset(layers)
    base = read(presets()[nearest].text)
    if cost <= len(base) // 2:
        told_so = (f"{nearest} {told(base, layers, briefly=briefly)}" for briefly in (False, True))
        short = next((name for name in told_so if len(name) <= LONGEST_NAME), None)
        return short or f"{nearest}, changed in {cost} layers"
    widths = [str(layer.channels) for layer in layers if isinstance(layer, Conv)]
    name = f"own network of {len(layers)} layers"
    full = f"{name}, conv {'-'.join(widths)}" if widths else name
    return full if len(full) <= LONGEST_NAME else f"{name}, {len(widths)} conv"


def nearest_preset(layers: Layers) -> tuple[str, int]:
    """Return the preset that takes the fewest changes to become ``layers``, and how many."""
    costs = {name: len(changes(read(preset.text), layers)) for name, preset in presets().items()}
    nearest = min(costs, key=costs.__getitem__)
    return nearest, costs[nearest]


@lru_cache(maxsize=1000)
def layers_of(network: str, image_size: int) -> Layers:
    """Return the layers, which work on photos of that size; else ``ArchitectureError``."""
    layers = read(text_of(network))
    if canonical(network) in presets() and plan(layers, image_size).problem:
        raise ArchitectureError(
            f"Image size must be at least {smallest_image_size(network)} for the {network} "
            f"network, not {image_size}: smaller photos leave nothing for its last layers to look "
            "at."
        )
    check(layers, image_size)
    return layers


@lru_cache(maxsize=1000)
def parameters_of(network: str, image_size: int) -> int:
    """Count the weights of a network that works on photos of that size; ``ArchitectureError``."""
    return plan(layers_of(network, image_size), image_size).parameters


@lru_cache(maxsize=1000)
def smallest_image_size(network: str) -> int | None:
    """Return the smallest side in pixels for which every layer has an output; None without any.

    A map never shrinks as the photo grows: where a window fits, it fits for every larger photo. So
    the sides are halved, where to try each would take as long as somebody types.
    """
    layers = read(text_of(network))
    place = bisect_left(SIDES, True, key=lambda side: len(follow(layers, side)[0]) == len(layers))
    if place == len(SIDES) or plan(layers, SIDES[place]).problem:
        return None
    return SIDES[place]
