"""Photos that a visitor brings: dropped files, a camera shot, or a drawn pet that was clicked."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.data.decode import MAX_BYTES, decode_photo
from core.data.drawn import draw_pet
from core.data.resize import fitted
from core.errors import PhotoError
from core.runs.bringing import MOST_PHOTO_BYTES, photos_allowed
from core.wording import spoken_memory
from pages.parts.shared.gallery import Picture, gallery
from pages.parts.shared.visitor import visitor
from pages.parts.shared.words import escape_markdown

DRAWN_SIDE = 256
DRAWN_PETS = 8
# The gallery's own seed: neither training nor test pictures are drawn from it.
GALLERY_SEED = 2027


@dataclass(frozen=True)
class BroughtPhoto:
    """A file's name as its owner gave it (never used as a path) and its bytes."""

    name: str
    content: bytes

    @cached_property
    def key(self) -> str:
        """The photo's identity: what is known of it is kept under this key."""
        return hashlib.sha256(self.content).hexdigest()


@st.cache_data(show_spinner=False)
def drawn_pets() -> list[tuple[str, NDArray[np.uint8]]]:
    """Draw the gallery: names and (H, W, 3) uint8 RGB pictures, cats and dogs in turn."""
    return [
        (kind, draw_pet(kind, DRAWN_SIDE, GALLERY_SEED, number))
        for number in range(DRAWN_PETS // 2)
        for kind in ("cat", "dog")
    ]


def choose_photos(beside_camera: Callable[[], object] = lambda: None) -> list[BroughtPhoto]:
    """Draw the widgets and return the photos, newest first; those of one drop in its order.

    ``beside_camera`` may draw another switch beside the camera's.
    """
    uploader = f"photos-{_times_cleared()}"
    if uploader not in st.session_state:  # another page lay between: the uploader is empty again
        st.session_state["earlier-photos"] = brought_photos()
    dropped = st.file_uploader(
        "Drop photos here",
        accept_multiple_files=True,
        key=uploader,
        max_upload_size=MAX_BYTES // 2**20,
        help="JPEG, PNG, WebP, BMP or GIF; up to 25 MB, 40 megapixels and 20,000 pixels a side "
        "each. They stay in the memory of the computer that runs this server and are never saved.",
    )
    photos = [BroughtPhoto(file.name, file.getvalue()) for file in dropped]
    photos += choose_earlier(st.session_state["earlier-photos"])
    photos = as_many_as_allowed(photos + take_photo(beside_camera))
    st.session_state["brought-photos"] = list(photos)
    photos = newest_first(photos + [drawn_photo(number) for number in choose_drawn_pets()])
    if photos:
        st.button(
            "Clear all",
            icon=":material/delete_sweep:",
            help="Put all photos and drawn pets away.",
            on_click=clear_photos,
        )
    return photos


def brought_photos() -> list[BroughtPhoto]:
    """Return the photos that were dropped or shot on the start page, and not put away since."""
    brought: list[BroughtPhoto] = st.session_state.get("brought-photos", [])
    return brought


def as_many_as_allowed(photos: list[BroughtPhoto]) -> list[BroughtPhoto]:
    """Leave out the photos that one visit may not hold too, and say so."""
    allowed = photos_allowed(visitor(), [len(photo.content) for photo in photos])
    if allowed < len(photos):
        st.warning(
            f"{len(photos) - allowed} of {len(photos)} photos are left out: on this server a visit "
            f"may hold {spoken_memory(MOST_PHOTO_BYTES)} of photos at once. Take some away."
        )
    return photos[:allowed]


def take_photo(beside_camera: Callable[[], object]) -> list[BroughtPhoto]:
    """Draw the camera for those who want it; return its shot."""
    with st.container(horizontal=True):
        wanted = st.toggle("Use the camera", key="use-camera", persist_state="session")
        beside_camera()
    if not wanted:
        return []
    shot = st.camera_input("Take a photo", key=f"camera-{_times_cleared()}")
    return [] if shot is None else [BroughtPhoto("camera shot", shot.getvalue())]


def choose_drawn_pets() -> list[int]:
    """Draw the gallery; a click takes a pet, a second click puts it back. Return their numbers."""
    st.markdown("No photo at hand? Click a **drawn pet**:")
    chosen: list[int] = st.session_state.setdefault("chosen-drawn-pets", [])

    def toggle(number: int) -> None:
        if number in chosen:
            chosen.remove(number)
        else:
            chosen.append(number)

    gallery(
        [
            Picture(pixels, "", f"Drawn {name} {number // 2 + 1}", is_chosen=number in chosen)
            for number, (name, pixels) in enumerate(drawn_pets())
        ],
        key="drawn-pets",
        side=68,
        on_click=toggle,
    )
    return chosen


def newest_first(photos: list[BroughtPhoto]) -> list[BroughtPhoto]:
    """Order photos by when they came; those that came together stay in their order."""
    known: list[tuple[str, str]] = st.session_state.get("photos-by-arrival", [])
    here = dict.fromkeys((photo.name, photo.key) for photo in photos)
    new = [identity for identity in here if identity not in set(known)]
    order = new + [identity for identity in known if identity in here]
    st.session_state["photos-by-arrival"] = order
    place = {identity: number for number, identity in enumerate(order)}
    return sorted(photos, key=lambda photo: place[photo.name, photo.key])


def clear_photos() -> None:
    """Forget all photos; a new uploader takes the place of the one that holds the dropped ones."""
    st.session_state["brought-photos"] = []
    st.session_state["chosen-drawn-pets"] = []
    st.session_state["photos-cleared"] = _times_cleared() + 1


def _times_cleared() -> int:
    return int(st.session_state.get("photos-cleared", 0))


def choose_earlier(photos: list[BroughtPhoto]) -> list[BroughtPhoto]:
    """Draw the photos of an earlier visit, which no uploader can be given back; return the rest.

    A click leaves one out; at the next visit it is gone.
    """
    if not photos:
        return []
    chosen = st.pills(
        "From before",
        range(len(photos)),
        selection_mode="multi",
        default=range(len(photos)),
        format_func=lambda number: escape_markdown(shortened(photos[number].name)),
        key="chosen-earlier-photos",
        help="Click one to leave it out.",
        wrap=True,
    )
    return [photos[number] for number in chosen]


def shortened(name: str) -> str:
    """Keep a name's beginning and end where it is long, as the uploader does."""
    return name if len(name) <= 20 else f"{name[:7]}...{name[-10:]}"


@st.cache_data(show_spinner=False)
def drawn_photo(number: int) -> BroughtPhoto:
    """Return a drawn pet as the PNG file it would be, so that it goes the way of any photo."""
    name, pixels = drawn_pets()[number]
    _, encoded = cv2.imencode(".png", pixels[..., ::-1])
    return BroughtPhoto(f"drawn {name} {number // 2 + 1}", encoded.tobytes())


def thumbnail(content: bytes, side: int) -> NDArray[np.uint8] | None:
    """Shrink a photo to fit ``side`` x ``side``, in its own proportions; None if it is no photo."""
    try:
        return fitted(decode_photo(content).pixels, side)
    except PhotoError:
        return None
