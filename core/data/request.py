"""What to load, as one value: it travels from the config to the loader and is the cache's key."""

from dataclasses import dataclass

from core.config import DRAWN, TrainConfig, check_source, check_whole_number


@dataclass(frozen=True)
class DataRequest:
    """Square photos of two classes from one source. ``ConfigError`` for what cannot work.

    ``source`` is "drawn" or a folder; of every class the first ``train_per_class`` and
    ``test_per_class`` photos that can be used are taken, ``image_size`` pixels a side. ``seed``
    chooses the drawings, or the split of a folder that has none.
    """

    source: str = DRAWN
    image_size: int = 224
    train_per_class: int = 1000
    test_per_class: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        check_source(self.source)
        for name in ("image_size", "train_per_class", "test_per_class", "seed"):
            check_whole_number(name, getattr(self, name))

    @classmethod
    def of(cls, config: TrainConfig) -> "DataRequest":
        """Return what a training with ``config`` loads."""
        return cls(
            config.data,
            config.image_size,
            config.train_per_class,
            config.test_per_class,
            config.seed,
        )

    @property
    def wanted(self) -> dict[str, int]:
        """Photos of each class, by split."""
        return {"train": self.train_per_class, "test": self.test_per_class}
