"""What to load, as one value: it travels from the config to the loader and is the cache's key."""

from dataclasses import dataclass

from core.changes import Changes
from core.config import DRAWN, TrainConfig, check_source, check_whole_number

ALL = 1_000_000
"""More photos of a class than any folder has: take them all."""


@dataclass(frozen=True)
class DataRequest:
    """Square photos of two classes from one source. ``ConfigError`` for what cannot work.

    ``source`` is named as people type it, see ``typed_source``; of every class the first
    ``train_per_class`` and ``test_per_class`` photos that can be used are taken, ``image_size``
    pixels a side. ``seed`` chooses the drawings, or the split of a folder that has none.
    ``left_out`` and ``turned_over`` change what was found (``core.changes``); others take the
    places of photos that are left out.
    """

    source: str = DRAWN
    image_size: int = 224
    train_per_class: int = 1000
    test_per_class: int = 200
    seed: int = 0
    left_out: tuple[str, ...] = ()
    turned_over: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_source(self.source)
        for name in ("image_size", "train_per_class", "test_per_class", "seed"):
            check_whole_number(name, getattr(self, name))
        for name, value in vars(self.changes).items():
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, config: TrainConfig) -> "DataRequest":
        """Return what a training with ``config`` loads."""
        return cls(
            config.data,
            config.image_size,
            config.train_per_class,
            config.test_per_class,
            config.seed,
            config.left_out,
            config.turned_over,
        )

    @property
    def changes(self) -> Changes:
        """What is changed about the photos that were found."""
        return Changes(self.left_out, self.turned_over)

    @property
    def wanted(self) -> dict[str, int]:
        """Photos of each class, by split."""
        return {"train": self.train_per_class, "test": self.test_per_class}
