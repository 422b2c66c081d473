"""Labels that look wrong: a network is sure of the other class."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from core.data.mistaken import as_seen
from core.data.plan import LoadedPhoto, Plan
from core.data.report import printable
from core.data.request import DataRequest
from core.data.sources import plan_source
from core.errors import ModelError
from core.networks.tensors import network_input
from core.review.findings import SURE, Doubt, Doubts, FoundPhoto
from core.review.fingerprints import Progress, count_wanted, each_photo

if TYPE_CHECKING:
    from core.networks.classifier import Classifier

BATCH = 32


def find_doubts(
    classifier: "Classifier",
    request: DataRequest,
    progress: Progress | None = None,
    sure: float = SURE,
) -> Doubts:
    """Ask a network about all photos that ``load_data`` would use; memory stays small.

    ``ModelError`` when it knows other classes than the source has, ``DataError`` as ``load_data``.
    """
    plan = plan_source(replace(request, image_size=classifier.image_size))
    if plan.classes != classifier.classes:
        raise ModelError(
            f"{classifier.name} tells {' from '.join(classifier.classes)}, but these photos are of "
            f"{' and '.join(plan.classes)}: a network that learnt them is needed."
        )
    total, looked = count_wanted(plan), 0
    doubts: list[Doubt] = []
    for photos, pixels in batches_of(plan):
        labels = np.array([photo.label for photo in photos])
        one = probabilities(classifier, pixels)
        certain = np.where(labels == 1, 1 - one, one)
        doubts += [
            Doubt(photo, float(certainty))
            for photo, certainty in zip(photos, certain, strict=True)
            if certainty >= sure
        ]
        looked += len(photos)
        if progress is not None:
            progress(looked, total)
    doubts.sort(key=lambda doubt: (-doubt.certain, doubt.photo.name))
    return Doubts(plan.classes, looked, classifier.name, tuple(doubts))


def batches_of(plan: Plan) -> Iterator[tuple[list[FoundPhoto], NDArray[np.uint8]]]:
    """Yield all photos that can be read, a batch at a time, with pixels (B, S, S, 3) uint8."""
    photos: list[FoundPhoto] = []
    pixels: list[NDArray[np.uint8]] = []
    for group, name, made in each_photo(plan):
        if isinstance(made, LoadedPhoto):
            photos.append(FoundPhoto(printable(name), group.split, group.label, *made.size))
            pixels.append(made.pixels)
        if len(photos) == BATCH:
            yield photos, np.stack(pixels)
            photos, pixels = [], []
    if photos:
        yield photos, np.stack(pixels)


def probabilities(classifier: "Classifier", pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return P(class 1) (B,) of photos (B, S, S, 3) uint8."""
    with torch.inference_mode():
        answers = classifier.model(network_input(as_seen(pixels, classifier.mistakes)))
    return np.asarray(answers.flatten().numpy(), np.float64)
