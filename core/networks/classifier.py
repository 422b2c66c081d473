"""Answers for single photos: a network with its weights, and what is known about them.

Whatever weights come from, a run's checkpoint, an exported file or the shipped model, they are
checked here, and here alone, before a network answers with them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from core.architecture.library import NAMES, canonical, layers_of
from core.config import check_whole_number, checked_mistakes
from core.data.decode import decode_photo
from core.data.mistaken import as_seen
from core.errors import ConfigError, ModelError
from core.mistakes import PIXEL_MISTAKES, told
from core.networks.build import build_model
from core.networks.calibration import Certainty
from core.networks.layers import last_linear
from core.networks.likeness import Likeness, answer, features_of
from core.networks.tensors import load_into, network_input
from core.networks.weight_files import SHIPPED, read_weight_file
from core.records import is_text


class Declined(StrEnum):
    """Why an answer does not count, and in words."""

    UNSURE = "unsure"
    UNLIKE = "unlike"

    @property
    def words(self) -> str:
        """What is said beside the answer."""
        return "not sure" if self is Declined.UNSURE else "unlike anything it learnt"


@dataclass(frozen=True)
class Answer:
    """What a network says about one photo.

    ``probability`` is that of ``label``; ``probability_one`` is P(class 1), the cat's for pets.
    ``notes`` say what was done to the photo; ``pixels`` (S, S, 3) uint8 is what the network sees.
    ``declined`` says why the answer does not count, None where it does or nobody can tell.
    """

    label: str
    probability: float
    probability_one: float
    classes: tuple[str, str]
    notes: tuple[str, ...]
    pixels: np.ndarray
    declined: Declined | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the answer without its pixels, as plain values for JSON."""
        return {
            "label": self.label,
            "probability": self.probability,
            f"probability_{key_for(self.classes[1])}": self.probability_one,
            "declined": self.declined,
            "notes": list(self.notes),
        }


class Classifier:
    """A trained network that answers single photos.

    ``model`` gives P(class 1) in evaluation mode, ``classes`` names label 0 and 1, ``facts`` is
    what the weight file says of itself, ``name`` says where the weights are from. What was done
    to the pixels in training on purpose, ``mistakes``, is done to every photo asked about.
    Where the facts tell the ``certainty`` of the answers, ``model`` has its temperature in it: its
    last linear layer is divided by it. ``likeness`` answers the second question. Both are None for
    weights without them. ``ModelError`` when weights and facts cannot answer.
    """

    def __init__(
        self, weights: Mapping[str, np.ndarray], facts: Mapping[str, Any], name: str
    ) -> None:
        check_facts(facts, name)
        broken = [key for key, array in weights.items() if not np.isfinite(array).all()]
        if broken:
            raise ModelError(
                f"{name} cannot answer: {broken[0]} holds numbers that are not finite."
            )
        self.model = build_model(network_of(facts), facts["image_size"])
        try:
            load_into(self.model, weights)
        except ModelError as error:
            network = canonical(network_of(facts))
            whose = f"the {network} network" if network in NAMES else "the network that it names"
            raise ModelError(f"{name} does not fit {whose}. {error}") from error
        self.model.eval()
        self.certainty, self.likeness = certainty_of(facts), None
        if self.certainty is not None:
            cool(self.model, self.certainty.temperature)
        if "likeness" in facts:
            self.likeness = Likeness.from_dict(facts["likeness"], self.count_features(facts))
        self.facts = facts
        self.name = name
        self.classes: tuple[str, str] = (facts["classes"][0], facts["classes"][1])
        self.image_size: int = facts["image_size"]
        self.mistakes = checked_mistakes(facts.get("mistakes", ()))

    @classmethod
    def load(cls, path: Path | None = None) -> "Classifier":
        """Load a weight file, or without one the shipped model."""
        if path is None:
            return cls(*read_weight_file(SHIPPED), name="The shipped model")
        return cls(*read_weight_file(path), name=path.name)

    def untrained(self) -> nn.Sequential | None:
        """Build the network as it was before its first step; None where that is not known."""
        config = self.facts.get("config")
        if not isinstance(config, dict) or not {"init", "seed"} <= config.keys():
            return None
        network = network_of(self.facts)
        return build_model(network, self.image_size, config["init"], config["seed"]).eval()

    def classify(self, photo: bytes | Path) -> Answer:
        """Answer one photo; ``PhotoError`` when it is none."""
        decoded = decode_photo(photo, self.image_size)
        return self.classify_pixels(decoded.pixels, decoded.notes)

    def classify_pixels(self, pixels: np.ndarray, notes: tuple[str, ...] = ()) -> Answer:
        """Answer pixels (S, S, 3) uint8 that already have the network's size."""
        pixels = self.see(pixels)
        notes += self.mistake_notes()
        with torch.inference_mode():
            output, features = answer(self.model, network_input(pixels[np.newaxis]))
        probability = float(output[0, 0])
        one = probability >= 0.5
        return Answer(
            label=self.classes[one],
            probability=probability if one else 1 - probability,
            probability_one=probability,
            classes=self.classes,
            notes=notes,
            pixels=pixels,
            declined=self.declines(probability, features.numpy()),
        )

    def declines(self, probability: float, features: np.ndarray) -> Declined | None:
        """Say why an answer does not count, given P(class 1) and features (1, F)."""
        if self.likeness is not None and not self.likeness.alike(features)[0]:
            return Declined.UNLIKE
        if self.certainty is not None and not self.certainty.band.holds(probability):
            return Declined.UNSURE
        return None

    def count_features(self, facts: Mapping[str, Any]) -> int:
        """Return how many features the second question is answered from."""
        side = facts["image_size"]
        return int(features_of(self.model, np.zeros((1, side, side, 3), np.uint8)).shape[1])

    def see(self, pixels: np.ndarray) -> np.ndarray:
        """Return pixels (S, S, 3) uint8 as this network saw all photos in training."""
        return as_seen(pixels, self.mistakes)

    def mistake_notes(self) -> tuple[str, ...]:
        """Say what ``see`` does to a photo, if anything."""
        done = [mistake for mistake in PIXEL_MISTAKES if mistake in self.mistakes]
        return (f"{told(done)}, as in its training",) if done else ()


def certainty_of(facts: Mapping[str, Any]) -> Certainty | None:
    """Read the certainty that a weight file's JSON tells of, if it does."""
    return Certainty.from_dict(facts["certainty"]) if "certainty" in facts else None


def cool(model: nn.Sequential, temperature: float) -> None:
    """Divide the logit by ``temperature`` for good: weights and bias of the last linear layer."""
    last = model[last_linear(model)]
    with torch.no_grad():
        for parameter in last.parameters():
            parameter.div_(temperature)


def check_facts(facts: Mapping[str, Any], name: str) -> None:
    """Raise ``ModelError`` when a weight file's JSON does not say what it must."""
    if not isinstance(facts.get("network", facts.get("model")), str):
        raise ModelError(f"{name} must name its network, not {facts.get('model')!r}.")
    network, size, classes = network_of(facts), facts.get("image_size"), facts.get("classes")
    if isinstance(size, bool) or not isinstance(size, int):
        raise ModelError(f"{name} must say its image_size in pixels, not {size!r}.")
    try:
        check_whole_number("image_size", size)
        layers_of(network, size)
        checked_mistakes(facts.get("mistakes", ()))
    except ConfigError as error:
        raise ModelError(f"{name} cannot work. {error}") from error
    good = isinstance(classes, list) and len(classes) == 2
    if not good or not all(item and is_text(item) for item in classes or ()):
        raise ModelError(f"{name} must name its two classes, not {classes!r}.")


def network_of(facts: Mapping[str, Any]) -> str:
    """Return the text of a weight file's network; an old one has its preset's name."""
    return str(facts.get("network", facts.get("model")))


def key_for(class_name: str) -> str:
    """Turn a class's name into the end of a JSON key: lower case, with underscores."""
    return re.sub(r"\W+", "_", class_name.lower()).strip("_") or "one"
