"""What a run's config.json says: what it was told, and what its worker found and decided."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.config import TrainConfig
from core.errors import ConfigError, RunError
from core.files import read_json
from core.records import read_record

FORMAT = 2
"""Of config.json: 1 had the numbers of a run of both engines beside its config, as ``dtype``."""


@dataclass(frozen=True)
class Photos:
    """How many photos a run trains on and is tested on."""

    train: int
    test: int


@dataclass(frozen=True)
class Numbers:
    """The dtype that a run computes in, and why."""

    dtype: str
    why: str


@dataclass(frozen=True)
class Device:
    """Where a run computes, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Facts:
    """What may stand beside the config; all of it is there once the photos were loaded."""

    created: str = ""
    owner: str = ""
    source: str = ""
    classes: tuple[str, ...] = ()
    photos: Photos | None = None
    data: str = ""
    threads: int = 1
    processes: int = 1
    numbers: Numbers | None = None
    device: Device | None = None


def read_run_record(path: Path) -> dict[str, Any]:
    """Read a run's config.json; ``RunError`` when there is none that this version can read."""
    try:
        record = read_json(path / "config.json")
    except OSError as error:
        raise RunError(f"{path} holds no run: it has no config.json that can be read.") from error
    except ValueError as error:
        raise RunError(f"The run {path.name} is damaged: its config.json is not JSON.") from error
    version = record.get("format", FORMAT)
    if not isinstance(version, int) or version > FORMAT:
        raise RunError(
            f"The run {path.name} must have a format of {FORMAT} or less, not {version!r}: "
            "a newer version of this program has made it."
        )
    try:
        facts = read_record(Facts, record)
        if len(facts.classes) not in (0, 2):
            raise ValueError("there must be two classes")
        if not (facts.threads and facts.processes):
            raise ValueError("there must be a thread and a process at least")
    except ValueError as error:
        raise RunError(
            f"The run {path.name} is damaged: its config.json makes no sense, {error}."
        ) from error
    return record


def config_of(record: dict[str, Any], name: str) -> TrainConfig:
    """Read the config of a run's record; ``RunError`` when it cannot be used."""
    try:
        config = TrainConfig.from_dict(record["config"])
        if "dtype" in record:  # format 1
            config = config.replace(engine="both", dtype=record["dtype"])
    except (KeyError, TypeError, ValueError) as error:
        reason = f" {error}" if isinstance(error, ConfigError) else ""
        raise RunError(f"The run {name} has a config that cannot be used.{reason}") from error
    return config
