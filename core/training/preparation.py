"""What a network learns from in one step: photos varied, and the answers that are asked of it."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from core.config import TrainConfig
from core.data.ahead import read_ahead
from core.data.batching import batches
from core.data.dataset import Bytes, Data, PhotoSet
from core.data.mistaken import as_seen, with_labels_by_request
from core.mistakes import Mistake
from core.training.augmentation import Draw, Targets, augment


@dataclass(frozen=True)
class Batch:
    """Photos (N, S, S, 3) uint8 as the network gets them, and the P(class 1) (N,) float32 asked."""

    photos: Bytes
    targets: Targets

    def __len__(self) -> int:
        return len(self.targets)


def prepared_batches(
    data: Data, config: TrainConfig, epoch: int, skip: int = 0
) -> Generator[Batch, None, None]:
    """Yield what is left of an epoch (counted from 1), prepared while the steps before are taken.

    The pictures depend on config, epoch and step alone: interrupted or not, they are the same.
    """
    return read_ahead(prepare(data, config, epoch, skip))


def prepare(data: Data, config: TrainConfig, epoch: int, skip: int = 0) -> Iterator[Batch]:
    """Yield the epoch's batches behind the first ``skip``, varied as the config says."""
    for step, (photos, labels) in enumerate(training_stream(data, config, epoch, skip), skip + 1):
        targets = smoothed(labels, config.label_smoothing)
        if config.variations:
            draw = Draw(config.seed, epoch, step)
            photos, targets = augment(photos, targets, config.variations, config.window_side, draw)
        yield Batch(as_seen(photos, config.mistakes), targets)


def smoothed(labels: Bytes, smoothing: float) -> Targets:
    """Turn labels (N,) into targets that leave ``smoothing`` of each to the other class.

    Label smoothing, Szegedy et al. (2016), for two classes: 1 becomes 1 - ``smoothing``.
    """
    return np.where(labels == 1, np.float32(1 - smoothing), np.float32(smoothing))


def training_stream(
    data: Data, config: TrainConfig, epoch: int, skip: int = 0
) -> Iterator[tuple[Bytes, Bytes]]:
    """Return what is left of the epoch's batches, in its own order and with the photos' labels.

    The two mistakes that are made here: one order for all epochs, and labels that are counted.
    """
    photos = labelled(data.train, config)
    if Mistake.SHUFFLE_ONCE in config.mistakes:
        epoch = 1
    return batches(photos, config.batch_size, config.seed, epoch, skip, config.views)


def labelled(photos: PhotoSet, config: TrainConfig) -> PhotoSet:
    """Return the photos with the labels that the training gives them."""
    if Mistake.LABELS_BY_REQUEST in config.mistakes:
        return with_labels_by_request(photos, config.train_per_class)
    return photos
