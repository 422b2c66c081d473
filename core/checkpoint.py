"""Weights on disk: safetensors beside JSON with check sums, never pickle.

A weight file is a pair. ``NAME.safetensors`` holds the arrays under torch's names; ``NAME.json``
says what they are and holds the SHA-256 of the arrays' file, of the optimiser's file
``NAME.optimizer.safetensors`` if there is one, and of itself. The JSON is written last, so a pair
without it does not exist yet, and a pair whose sums do not match is treated as missing.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from core.errors import ModelError
from core.files import flush_file, read_json, sha256, temporary_beside, write_json

DISK_BUDGET = 512 * 2**20
"""Bytes that the kept epochs of one run may take; beyond that they are thinned out evenly.

A run's own ``checkpoints/budget.json`` may say otherwise.
"""

SMALLEST_BUDGET = 2**20

OPTIMIZERS_KEPT = 2
"""Newest checkpoints that keep their optimiser, so that one rotten file does not end a run."""


@dataclass(frozen=True, order=True)
class Position:
    """``epoch`` whole epochs and ``step`` batches of the next one."""

    epoch: int
    step: int = 0

    @property
    def name(self) -> str:
        """The checkpoint's file name without its ending; an epoch in progress counts from 1."""
        if self.step == 0:
            return f"epoch-{self.epoch:04d}"
        return f"epoch-{self.epoch + 1:04d}-step-{self.step:06d}"

    @classmethod
    def of(cls, name: str) -> "Position | None":
        """Read a position back from ``name``; ``None`` when it is no checkpoint's."""
        match = re.fullmatch(r"epoch-(\d{4,})(?:-step-(\d{6,}))?", name)
        if match is None:
            return None
        epoch, step = int(match[1]), int(match[2] or 0)
        return cls(epoch - 1, step) if step else cls(epoch)


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint that verified: arrays by name and the facts of its JSON."""

    position: Position
    weights: dict[str, np.ndarray]
    optimizer: dict[str, np.ndarray]
    facts: dict[str, Any]


def save_pair(
    path: Path,
    weights: Mapping[str, np.ndarray],
    facts: Mapping[str, Any],
    optimizer: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Write ``path`` (ending in .safetensors) and its JSON, each whole or not at all."""
    sums = {"sha256": save_arrays(path, weights)}
    if optimizer:
        sums["optimizer_sha256"] = save_arrays(optimizer_path(path), optimizer)
    record = {**facts, **sums}
    record["record_sha256"] = record_sum(record)
    write_json(path.with_suffix(".json"), record, durable=True)


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> str:
    """Write arrays atomically and durably; return the file's SHA-256."""
    temporary = temporary_beside(path)
    try:
        # Torch's views may lie channels last in memory; the file holds the order of the shape.
        save_file({name: np.asarray(array, order="C") for name, array in arrays.items()}, temporary)
        digest = sha256(temporary)
        flush_file(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return digest


def load_pair(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read weights (float16 ones as float32) and facts; ``ModelError`` says what is wrong."""
    record = load_record(path)
    return load_arrays(path, record.get("sha256")), record


def load_record(path: Path) -> dict[str, Any]:
    """Read the JSON beside ``path`` and check its own sum; ``ModelError`` says what is wrong."""
    beside = path.with_suffix(".json")
    try:
        record = read_json(beside)
    except OSError as error:
        raise ModelError(
            f"{path.name} needs {beside.name} beside it, which cannot be read ({error.strerror})"
        ) from error
    except ValueError as error:
        raise ModelError(f"{beside.name} is damaged: it is not a JSON object") from error
    if record.get("record_sha256", record_sum(record)) != record_sum(record):
        raise ModelError(f"{beside.name} is damaged: its check sum does not match its content")
    return record


def load_arrays(path: Path, expected_sum: object) -> dict[str, np.ndarray]:
    """Read arrays whose file has the expected SHA-256; ``ModelError`` says what is wrong."""
    try:
        digest = sha256(path)
        if digest != expected_sum:
            raise ModelError(
                f"{path.name} is damaged: its SHA-256 is {digest[:12]}..., but {path.stem}.json "
                f"expects {str(expected_sum)[:12]}..."
            )
        arrays = load_file(path)
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read ({error.strerror})") from error
    except SafetensorError as error:
        raise ModelError(f"{path.name} is no safetensors file ({error})") from error
    return {
        name: array.astype(np.float32) if array.dtype == np.float16 else array
        for name, array in arrays.items()
    }


def optimizer_path(path: Path) -> Path:
    """Return where the optimiser of a weight file is kept."""
    return path.with_name(f"{path.stem}.optimizer.safetensors")


def record_sum(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a JSON record without its own sum."""
    values = {name: value for name, value in record.items() if name != "record_sha256"}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


class Checkpoints:
    """The checkpoints of one run in ``folder``.

    Each finished epoch keeps its weights, thinned out evenly when they outgrow the budget; a
    checkpoint in the middle of an epoch lasts until the next one.
    """

    def __init__(self, folder: Path, default_budget: int = DISK_BUDGET) -> None:
        self.folder = folder
        self.default_budget = default_budget

    @property
    def budget(self) -> int:
        """Bytes that the kept epochs may take: what was set for this run, or the default."""
        try:
            chosen = read_json(self.folder / "budget.json")["bytes"]
        except (OSError, ValueError, KeyError):
            return self.default_budget
        return chosen if isinstance(chosen, int) else self.default_budget

    def set_budget(self, budget: int) -> None:
        """Keep another number of bytes from now on, and remove at once what exceeds it."""
        if budget < SMALLEST_BUDGET:
            raise ModelError(f"the budget must be at least {SMALLEST_BUDGET:,} bytes: {budget:,}")
        self.folder.mkdir(exist_ok=True)
        write_json(self.folder / "budget.json", {"bytes": budget})
        self.remove(thin(self.sizes(), budget))

    def path(self, position: Position) -> Path:
        """Return the weight file of a position."""
        return self.folder / f"{position.name}.safetensors"

    def positions(self) -> list[Position]:
        """List the checkpoints that exist, oldest first, without verifying them."""
        if not self.folder.is_dir():
            return []
        found = (Position.of(path.stem) for path in self.folder.glob("epoch-*.json"))
        return sorted(position for position in found if position is not None)

    def epochs(self) -> list[int]:
        """List the finished epochs whose weights are kept."""
        return [position.epoch for position in self.positions() if position.step == 0]

    def save(
        self,
        position: Position,
        weights: Mapping[str, np.ndarray],
        optimizer: Mapping[str, np.ndarray],
        facts: Mapping[str, Any],
    ) -> None:
        """Write a checkpoint, then remove what it makes superfluous."""
        self.folder.mkdir(exist_ok=True)
        facts = {**facts, "epoch": position.epoch, "step": position.step}
        save_pair(self.path(position), weights, facts, optimizer)
        self.tidy()

    def load(self, position: Position) -> Checkpoint:
        """Read and verify a checkpoint, with its optimiser if that is still kept."""
        path = self.path(position)
        weights, facts = load_pair(path)
        kept = optimizer_path(path)
        optimizer = load_arrays(kept, facts.get("optimizer_sha256")) if kept.exists() else {}
        return Checkpoint(position, weights, optimizer, facts)

    def newest(self) -> Checkpoint | None:
        """Read the newest checkpoint that verifies; ``None`` when there is none."""
        for position in reversed(self.positions()):
            try:
                return self.load(position)
            except ModelError:
                continue
        return None

    def remove(self, positions: Iterable[Position]) -> None:
        """Delete checkpoints, the JSON first: without it the rest does not count."""
        for position in positions:
            path = self.path(position)
            for file in (path.with_suffix(".json"), path, optimizer_path(path)):
                file.unlink(missing_ok=True)

    def remove_after(self, position: Position) -> None:
        """Delete what comes after the position from which a run goes on."""
        self.remove(other for other in self.positions() if other > position)

    def tidy(self) -> None:
        """Remove old mid-epoch checkpoints, old optimisers, and what exceeds the budget."""
        self.remove(position for position in self.positions()[:-1] if position.step)
        for position in self.positions()[:-OPTIMIZERS_KEPT]:
            optimizer_path(self.path(position)).unlink(missing_ok=True)
        self.remove(thin(self.sizes(), self.budget))

    def sizes(self) -> dict[Position, int]:
        """Return the bytes of each finished epoch's weights."""
        return {
            position: self.path(position).stat().st_size
            for position in self.positions()
            if position.step == 0 and self.path(position).exists()
        }


def thin(sizes: Mapping[Position, int], budget: int) -> list[Position]:
    """Choose what to delete so that the rest fits ``budget`` bytes and is spread evenly.

    Kept are the multiples of 1, 2, 4, ... epochs, whichever fits first, and always the newest.
    """
    if not sizes:
        return []
    newest = max(sizes)
    stride = 1
    kept = set(sizes)
    while sum(sizes[position] for position in kept) > budget and stride <= newest.epoch:
        stride *= 2
        kept = {position for position in sizes if position.epoch % stride == 0} | {newest}
    return [position for position in sizes if position not in kept]
