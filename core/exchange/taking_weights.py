"""Weights from elsewhere taken in: checked against the network they are for, and then kept.

The same weights for the same network are kept once (``core.networks.kept_weights``).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.architecture.library import text_of
from core.config import recipe_for
from core.errors import ModelError
from core.exchange.checked_values import read_object
from core.folders import weights_folder
from core.networks.classifier import Classifier, check_facts, network_of
from core.networks.foreign_weights import MOST_BYTES, fit_foreign, guess_network, read_header
from core.networks.kept_weights import PREFIX, KeptWeights, list_kept
from core.networks.weight_files import read_weight_record, record_sum, write_weight_file
from core.records import is_share
from core.wording import quote, spoken_size

MOST_KEPT: Final = 50
"""So many files are kept of each owner's."""
LONGEST_NAME: Final = 60
MEASURED: Final = ("accuracy", "certainty", "likeness")
"""What a description tells of weights beside what they are."""


@dataclass(frozen=True)
class Wanted:
    """What a file's weights are for: ``network`` is a preset's name or a text, ``image_size`` the
    side of photos in pixels, ``classes`` what 0 and 1 mean; ``mistakes`` were made with the pixels.
    """

    network: str
    image_size: int
    classes: tuple[str, str] = ("dog", "cat")
    mistakes: tuple[str, ...] = ()


def read_offer(path: Path) -> bytes:
    """Read a file of weights that is not too large; ``ModelError`` when it cannot be read."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ModelError(
                f"{path.name} has {spoken_size(size)}; {spoken_size(MOST_BYTES)} are allowed."
            )
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error


class NothingFitsError(ModelError):
    """No network that is known fits a file: somebody must say which one it is of."""


def fitting(
    content: bytes, file: str, network: str | None = None, image_size: int | None = None
) -> Wanted:
    """Find out for which network a file is: as told, or as far as one fits it.

    ``NothingFitsError`` when nothing that is known fits and nothing was told.
    """
    header = read_header(content, file)
    found = guess_network(header, network, image_size)
    if found is not None:
        return Wanted(*found)
    if network is None:
        first = next(iter(header.shapes))
        raise NothingFitsError(
            f"{file} fits no network that comes along: it holds {len(header.shapes)} arrays, the "
            f"first {first}. Say which network it is of: its name, or its text."
        )
    # Why it does not fit is told when it is to be kept.
    return Wanted(network, image_size or recipe_for(network).image_size)


def described(content: bytes, file: str, description: bytes) -> tuple[Wanted, dict[str, Any]]:
    """Read the JSON that this program writes beside weights: what they are for, what was measured.

    ``GlassError`` when it does not belong to them, or when a value of it cannot be used.
    """
    record = read_object(description, f"The description of {file}")
    if record.get("record_sha256") != record_sum(record):
        raise ModelError(f"The description of {file} is damaged: its check sum does not match.")
    if record.get("sha256") != hashlib.sha256(content).hexdigest():
        raise ModelError(f"The description is of other weights than {file}.")
    check_facts(record, file)
    wanted = Wanted(
        network_of(record),
        record["image_size"],
        (record["classes"][0], record["classes"][1]),
        tuple(record.get("mistakes", ())),
    )
    return wanted, {name: record[name] for name in MEASURED if name in record}


def keep_weights(
    content: bytes,
    file: str,
    wanted: Wanted,
    measured: Mapping[str, Any] | None = None,
    *,
    owner: str = "",
) -> KeptWeights:
    """Check a file against a network and keep it; ``GlassError`` says what does not fit.

    ``owner`` is the mark of the browser that brings it (``core.visitors``), if one does; of several
    it is the first.
    """
    network, side, classes = wanted.network, wanted.image_size, wanted.classes
    weights, facts = fit_foreign(content, file, network, side, classes, wanted.mistakes)
    facts |= checked_measures(Classifier(weights, {**facts, **(measured or {})}, file), measured)
    digest = hashlib.sha256(content)
    digest.update(repr((text_of(network), side, classes)).encode())
    path = weights_folder() / f"{PREFIX}{digest.hexdigest()[:12]}.safetensors"
    kept = list_kept()
    own = sum(each.owner == owner for each in kept.values())
    if not path.exists() and own >= MOST_KEPT:
        raise ModelError(
            f"{own} files of weights of yours are kept here already: delete one first."
        )
    if path.stem in kept:
        owner = kept[path.stem].owner
    path.parent.mkdir(parents=True, exist_ok=True)
    named = {"file": shown_name(file)} | ({"owner": owner} if owner else {})
    write_weight_file(path, weights, {**facts, **named})
    return KeptWeights(path.stem, path, read_weight_record(path))


def checked_measures(
    classifier: Classifier, measured: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    """Return what was measured of weights, once every value of it holds what it should."""
    _ = classifier.certainty, classifier.likeness  # reading them raises ``ModelError``
    accuracy = (measured or {}).get("accuracy", 0.0)
    if not is_share(accuracy):
        raise ModelError(
            f"The accuracy of {classifier.name} must be a share from 0 to 1, not "
            f"{quote(str(accuracy))}."
        )
    return measured or {}


def shown_name(file: str) -> str:
    """Reduce a file's name, which is somebody's words, to a line that can stand in a list."""
    stem = re.split(r"[\\/]", file)[-1].removesuffix(".safetensors")
    kept = "".join(letter if letter.isprintable() else "?" for letter in stem).strip()
    return kept[:LONGEST_NAME] or "weights"
