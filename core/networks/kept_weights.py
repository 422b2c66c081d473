"""Weights from elsewhere that are kept here: pages offer them wherever a network is chosen.

Each is a weight file like any other (``core.networks.weight_files``) with the name it came under,
``file``, in a folder beside the runs. ``core.exchange.taking_weights`` checks and writes them; to
list them takes no torch.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.architecture.library import name_of
from core.errors import ModelError
from core.folders import weights_folder
from core.networks.weight_files import read_weight_record

PREFIX: Final = "weights-"
"""Before the ids, so that no run is called alike."""


@dataclass(frozen=True)
class KeptWeights:
    """Weights from elsewhere: ``id`` names them in addresses, ``facts`` is their JSON."""

    id: str
    path: Path
    facts: dict[str, Any]

    @property
    def name(self) -> str:
        """What they are called in lists: their file's name and their network's."""
        return f"{self.facts['file']}, {name_of(self.facts['network'])}"

    @property
    def classes(self) -> tuple[str, str]:
        """Names of label 0 and label 1."""
        zero, one = self.facts["classes"]
        return str(zero), str(one)

    @property
    def owner(self) -> str:
        """The mark of the browser that brought them (``core.visitors``); empty where none did."""
        return str(self.facts.get("owner", ""))

    @property
    def size(self) -> int:
        """The bytes that they take."""
        return self.path.stat().st_size

    def delete(self) -> None:
        """Delete them, the JSON first: without it the rest does not count."""
        for file in (self.path.with_suffix(".json"), self.path):
            file.unlink(missing_ok=True)


def list_kept() -> dict[str, KeptWeights]:
    """Return what is kept by its ids, the newest first; what cannot be read is left out."""
    found = []
    folder = weights_folder()
    for path in folder.glob(f"{PREFIX}*.json") if folder.is_dir() else []:
        weights = path.with_suffix(".safetensors")
        try:
            changed, facts = path.stat().st_mtime_ns, read_weight_record(weights)
        except (OSError, ModelError):
            continue
        if weights.exists() and {"file", "network", "classes"} <= facts.keys():
            found.append((changed, KeptWeights(path.stem, weights, facts)))
    return {each.id: each for _, each in sorted(found, key=lambda pair: -pair[0])}


def open_kept(id: str) -> KeptWeights:
    """Return the weights of an id; ``ModelError`` when they are not kept any more."""
    kept = list_kept().get(id)
    if kept is None:
        raise ModelError("These weights were deleted.")
    return kept
