"""A network and the size of its photos as a page's address, and back.

    ?network=lenet&size=64
    ?network=lenet&recipe=thorough
    ?from=article&network=conv+16+kernel+11+stride+3;relu;flatten;linear+1;sigmoid

Between two layers stands ``;`` where the text has a new line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.architecture.library import SIDES, canonical
from core.errors import ArchitectureError
from core.wording import quote

KEYS: Final = ("from", "network", "recipe", "size", "photos")
"""The names in an address that belong to a new training."""
LONGEST_TEXT = 10_000
LONGEST_REASON = 300


@dataclass(frozen=True)
class Address:
    """What an address says of a new training; "" and None for what it does not say.

    ``start`` is what the network was made from, ``recipe`` what the other choices are, ``photos``
    which dropped zip they are of, all as the page names them. ``network`` is a preset's name or a
    canonical text, ``image_size`` in pixels a side.
    """

    start: str = ""
    network: str | None = None
    image_size: int | None = None
    recipe: str = ""
    photos: str = ""


def to_query(address: Address) -> dict[str, str]:
    """Write query parameters; what is not said needs none."""
    query = {"from": address.start} if address.start else {}
    if address.network is not None:
        query["network"] = ";".join(address.network.splitlines())
    if address.recipe:
        query["recipe"] = address.recipe
    if address.photos:
        query["photos"] = address.photos
    if address.image_size is not None:
        query["size"] = str(address.image_size)
    return query


def from_query(query: Mapping[str, str]) -> tuple[Address, list[str]]:
    """Read query parameters, and a sentence about everything that was wrong.

    ``from_query(to_query(address)) == (address, [])``; a network need only be readable. A size out
    of range is clamped, what cannot be read is left out.
    """
    network, sentences = read_network(query.get("network"))
    image_size, more = read_size(query.get("size"))
    start, recipe, photos = (query.get(name, "") for name in ("from", "recipe", "photos"))
    return Address(start, network, image_size, recipe, photos), sentences + more


def read_network(text: str | None) -> tuple[str | None, list[str]]:
    """Read the name or the layers of a network."""
    if text is None:
        return None, []
    if len(text) > LONGEST_TEXT:
        return None, [
            f"In the address, network must have at most {LONGEST_TEXT:,} characters, not "
            f"{len(text):,}; it is left out."
        ]
    try:
        return canonical(text.strip().replace(";", "\n")), []
    except ArchitectureError as error:
        reason = str(error) if len(str(error)) <= LONGEST_REASON else f"It begins {quote(text)}."
        return None, [f"In the address, network cannot be read and is left out. {reason}"]


def read_size(text: str | None) -> tuple[int | None, list[str]]:
    """Read the side of the photos in pixels."""
    if text is None:
        return None, []
    low, high = SIDES[0], SIDES[-1]
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdigit()):
        return None, [
            f"In the address, size must be a whole number from {low} to {high}, not {quote(text)}; "
            "it is left out."
        ]
    value = int(text[:9])
    clamped = min(max(value, low), high)
    if clamped == value:
        return value, []
    return clamped, [
        f"In the address, size must be from {low} to {high}, not {value}; {clamped} is used."
    ]
