"""The checkpoints of a run: its weights after every epoch, and where to go on from.

Each is a weight file (``core.networks.weight_files``) named after its position, with the
optimiser's memory beside the newest ones.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ModelError
from core.files import make_folder, read_json, remove_unfinished, write_json
from core.networks.weight_files import (
    optimizer_path,
    read_arrays,
    read_weight_file,
    read_weight_record,
    write_weight_file,
)

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


class Checkpoints:
    """The checkpoints of one run in ``folder``.

    Each finished epoch keeps its weights, thinned out evenly when they outgrow the budget, but
    those that ``best`` names; a checkpoint in the middle of an epoch lasts until the next one.
    """

    def __init__(
        self,
        folder: Path,
        default_budget: int = DISK_BUDGET,
        best: Callable[[], Collection[int]] = tuple,
    ) -> None:
        self.folder = folder
        self.default_budget = default_budget
        self.best = best

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
            raise ModelError(
                f"The budget must be at least {SMALLEST_BUDGET:,} bytes, not {budget:,}."
            )
        make_folder(self.folder)
        write_json(self.folder / "budget.json", {"bytes": budget})
        self.remove(thin(self.sizes(), budget, self.best()))

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
        make_folder(self.folder)
        facts = {**facts, "epoch": position.epoch, "step": position.step}
        write_weight_file(self.path(position), weights, facts, optimizer)
        self.tidy()

    def load(self, position: Position) -> Checkpoint:
        """Read and verify a checkpoint, with its optimiser if that is still kept."""
        path = self.path(position)
        weights, facts = read_weight_file(path)
        kept = optimizer_path(path)
        optimizer = read_arrays(kept, facts.get("optimizer_sha256")) if kept.exists() else {}
        return Checkpoint(position, weights, optimizer, facts)

    def newest(self) -> Checkpoint | None:
        """Read the newest checkpoint that verifies; ``None`` when there is none."""
        for position in reversed(self.positions()):
            try:
                return self.load(position)
            except ModelError:
                continue
        return None

    def mark(self, epoch: int) -> str:
        """Name the weights after ``epoch`` by their check sum, without reading them.

        ``ModelError`` when they are not kept; the network before its first step always is.
        """
        if epoch == 0 and epoch not in self.epochs():
            return "untrained"
        return str(read_weight_record(self.path(Position(epoch))).get("sha256"))

    def remove(self, positions: Iterable[Position]) -> None:
        """Delete checkpoints, the JSON first: without it the rest does not count."""
        for position in positions:
            path = self.path(position)
            for file in (path.with_suffix(".json"), path, optimizer_path(path)):
                file.unlink(missing_ok=True)

    def remove_after(self, position: Position) -> None:
        """Delete what comes after the position from which a run goes on."""
        self.remove(other for other in self.positions() if other > position)

    def remove_unfinished(self) -> None:
        """Remove what writers left that were killed: half files, and arrays without their JSON.

        Only for the run's one worker.
        """
        remove_unfinished(self.folder, "epoch-*")
        for path in self.folder.glob("epoch-*.safetensors"):
            name = path.name.removesuffix(".safetensors").removesuffix(".optimizer")
            if not (self.folder / f"{name}.json").exists():
                path.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove old mid-epoch checkpoints, old optimisers, and what exceeds the budget."""
        self.remove(position for position in self.positions()[:-1] if position.step)
        for position in self.positions()[:-OPTIMIZERS_KEPT]:
            optimizer_path(self.path(position)).unlink(missing_ok=True)
        self.remove(thin(self.sizes(), self.budget, self.best()))

    def sizes(self) -> dict[Position, int]:
        """Return the bytes of each finished epoch's weights."""
        return {
            position: self.path(position).stat().st_size
            for position in self.positions()
            if position.step == 0 and self.path(position).exists()
        }


def thin(sizes: Mapping[Position, int], budget: int, best: Collection[int] = ()) -> list[Position]:
    """Choose what to delete so that the rest fits ``budget`` bytes and is spread evenly.

    Kept are the multiples of 1, 2, 4, ... epochs, whichever fits first, and always the newest and
    the ``best`` ones.
    """
    if not sizes:
        return []
    newest = max(sizes)
    always = {position for position in sizes if position.epoch in best} | {newest}
    stride = 1
    kept = set(sizes)
    while sum(sizes[position] for position in kept) > budget and stride <= newest.epoch:
        stride *= 2
        kept = {position for position in sizes if position.epoch % stride == 0} | always
    return [position for position in sizes if position not in kept]
