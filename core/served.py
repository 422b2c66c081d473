"""Which folders of this computer may be read: all on this computer's own, few when it is served.

``GLASS_CNN_SERVE`` is the one setting. Where it stands in the environment, this installation is
served to others: photos come from folders and zips below the folders that it lists, and from
nowhere else; empty, it lists none. Whatever is started from a server has its environment, so pages,
trainings and searches follow one rule.
"""

import ipaddress
import os
from pathlib import Path

from core.folders import uploads_folder
from core.wording import listed

SETTING = "GLASS_CNN_SERVE"
ONLY_HERE = ("localhost",)


def is_served() -> bool:
    """Tell whether others than this computer's own user are let in."""
    return SETTING in os.environ


def serve_beyond(address: str | None) -> None:
    """Take a server that listens on ``address`` (None: on all) for one that serves others, unless
    only this computer reaches it. Where nobody said what others may read, it is nothing.
    """
    if not reaches_only_here(address):
        os.environ.setdefault(SETTING, "")


def reaches_only_here(address: str | None) -> bool:
    """Tell whether only programs on this computer can reach a server that listens there."""
    if not address or address in ONLY_HERE:
        return bool(address)
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:  # the name of a computer
        return False


def roots() -> list[Path]:
    """Return the folders that the setting lists, each where it really lies."""
    listed_here = os.environ.get(SETTING, "").split(os.pathsep)
    return [real(os.path.expanduser(each.strip())) for each in listed_here if each.strip()]


def real(path: str | Path) -> Path:
    """Return where a path leads once all links in it are followed, whether or not it exists."""
    return Path(os.path.realpath(path))


def may_read(path: str | Path) -> bool:
    """Tell whether photos at ``path`` may be read: links are followed before it is judged."""
    if not is_served():
        return True
    place = real(path)
    return is_dropped(place) or any(place.is_relative_to(root) for root in roots())


def is_dropped(place: Path) -> bool:
    """Tell whether a path is that of one zip that was dropped on a page."""
    return place.suffix == ".zip" and place.parent.parent == real(uploads_folder())


def what_is_open() -> str:
    """Say which folders of this computer others may read."""
    places = [str(root) for root in roots()]
    if not places:
        return (
            f"This server is open to a network, and of its computer's folders {SETTING} names "
            "none. Drawn pets and dropped zips are at hand."
        )
    return f"Photos come from folders and zips below {listed(places)} alone, as {SETTING} says."
