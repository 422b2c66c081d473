"""Which photo is looked at: a test photo of the run, a drawn pet, or one that was dropped."""

from dataclasses import dataclass, field, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.data import decode_photo
from core.data.decode import MAX_BYTES
from core.data.mistaken import as_seen
from core.errors import PhotoError
from core.records import read_count
from core.runs.run import Run
from pages.parts.feature_maps.source import Source, shipped_classes
from pages.parts.shared.gallery import Picture, gallery
from pages.parts.shared.mistakes import say_how_it_sees
from pages.parts.shared.photos import (
    BroughtPhoto,
    as_many_as_allowed,
    brought_photos,
    drawn_pets,
    drawn_photo,
    thumbnail,
)
from pages.parts.shared.run_photos import run_data
from pages.parts.shared.words import escape_markdown

PER_PAGE = 24
SIDE = 76
"""Of a picture to choose, in pixels."""
KINDS = {"test": "Test photos", "drawn": "Drawn pets", "dropped": "My photos"}


@dataclass(frozen=True)
class ChosenPhoto:
    """A photo as the network sees it: ``pixels`` (S, S, 3) uint8.

    ``key`` names it in the address ("test:12", "train:7", "drawn:3", "dropped:SHA"); ``label`` is
    its true class where that is known.
    """

    key: str
    name: str
    pixels: NDArray[np.uint8] = field(compare=False, repr=False)
    label: int | None = None
    notes: tuple[str, ...] = ()


def choose_photo(source: Source, size: int, slot: str = "photo", default: int = 0) -> ChosenPhoto:
    """Draw the button that opens the choice of photos; return the chosen one.

    ``slot`` is the name in the address under which the choice is kept.
    """
    run = source.run
    photo = wanted_photo(run, size, slot, default)
    opened = st.popover(
        f"{escape_markdown(photo.name)}",
        icon=":material/image:",
        width="stretch",
        key=f"choose-{slot}-{photo.key}",  # another photo closes it
        on_change="rerun",
    )
    if opened.open:
        with opened:
            offer(run, size, slot, photo)
    if run is None:
        return photo
    say_how_it_sees(run.config.mistakes)
    return replace(photo, pixels=as_seen(photo.pixels, run.config.mistakes))


def wanted_photo(run: Run | None, size: int, slot: str, default: int) -> ChosenPhoto:
    """Return the photo in the address, or the first one there is."""
    wanted = st.query_params.get(slot)
    found = find_photo(run, size, wanted) if wanted else None
    if found is not None:
        return found
    if wanted:
        st.warning("The photo in the address is not at hand any more; another one is shown.")
    data = None if run is None else run_data(run)
    if data is not None and not isinstance(data, str) and len(data.test) > default:
        found = find_photo(run, size, f"test:{interleaved(data.test.labels)[default]}")
    found = found or find_photo(run, size, f"drawn:{default}")
    assert found is not None  # the drawn pets are always there
    return found


def find_photo(run: Run | None, size: int, key: str) -> ChosenPhoto | None:
    """Find a photo by its key; None when it is not at hand."""
    kind, _, rest = key.partition(":")
    number = read_count(rest)
    if kind in ("test", "train") and run is not None and number is not None:
        return run_photo(run, kind, number)
    if kind == "drawn" and number is not None and number < len(drawn_pets()):
        pet = drawn_photo(number)
        label = int(drawn_pets()[number][0] == "cat") if is_pets(run) else None
        return ChosenPhoto(key, pet.name, decode_photo(pet.content, size).pixels, label)
    brought = dropped_photos().get(rest) if kind == "dropped" else None
    if brought is None:
        return None
    try:
        decoded = decode_photo(brought.content, size)
    except PhotoError:
        return None
    return ChosenPhoto(key, brought.name, decoded.pixels, None, decoded.notes)


def is_pets(run: Run | None) -> bool:
    """Tell whether label 1 is the cat and 0 the dog, so that a drawn pet's label is known."""
    classes = shipped_classes() if run is None else run.classes
    return classes in (("dog", "cat"), ("dogs", "cats"))


def run_photo(run: Run, kind: str, number: int) -> ChosenPhoto | None:
    """Return one of the run's test or training photos."""
    data = run_data(run)
    if isinstance(data, str):
        return None
    photos = data.test if kind == "test" else data.train
    if number >= len(photos):
        return None
    pixels = np.array(photos.pixels[number])
    return ChosenPhoto(f"{kind}:{number}", photos.names[number], pixels, int(photos.labels[number]))


def dropped_photos() -> dict[str, BroughtPhoto]:
    """Return what this visitor dropped, here or on the start page, by check sum."""
    return {photo.key: photo for photo in brought_photos()} | dropped_here()


def dropped_here() -> dict[str, BroughtPhoto]:
    """Return what was dropped on this page, by check sum, to be added to."""
    kept: dict[str, BroughtPhoto] = st.session_state.setdefault("looked-at-photos", {})
    return kept


def offer(run: Run | None, size: int, slot: str, photo: ChosenPhoto) -> None:
    """Draw the choice of photos."""
    kinds = [kind for kind in KINDS if kind != "test" or run is not None]
    now = photo.key.partition(":")[0]
    kind = st.segmented_control(
        "Photos",
        kinds,
        default=now if now in kinds else kinds[0],
        format_func=KINDS.__getitem__,
        key=f"kind-{slot}",
        required=True,
        label_visibility="collapsed",
    )
    if kind == "test" and run is not None:
        offer_test_photos(run, slot)
    elif kind == "drawn":
        pets = [Picture(pixels, name, f"Drawn {name}") for name, pixels in drawn_pets()]
        gallery(pets, key=f"drawn-{slot}", side=SIDE, on_click=lambda n: choose(slot, f"drawn:{n}"))
    else:
        offer_dropped(size, slot)


def choose(slot: str, key: str) -> None:
    """Look at another photo from the next script run on."""
    st.query_params[slot] = key


def offer_test_photos(run: Run, slot: str) -> None:
    """Draw a page of the run's test photos."""
    data = run_data(run)
    if isinstance(data, str):
        st.warning(data)
        return
    photos = data.test
    classes = run.classes or ("class 0", "class 1")
    pages = -(-len(photos) // PER_PAGE)
    page = st.number_input(
        f"Page (1 to {pages}) of the {len(photos):,} test photos",
        1,
        pages,
        1,
        key=f"page-{slot}",
    )
    first = (page - 1) * PER_PAGE
    # Cats and dogs lie apart in the files; taking turns shows both on every page.
    order = interleaved(photos.labels)[first : first + PER_PAGE]
    pictures = [
        Picture(
            np.array(photos.pixels[n]),
            classes[photos.labels[n]],
            f"{photos.names[n]}, a {classes[photos.labels[n]]}",
        )
        for n in order
    ]
    gallery(
        pictures,
        key=f"test-{slot}-{page}",
        side=SIDE,
        on_click=lambda n: choose(slot, f"test:{order[n]}"),
    )


def interleaved(labels: NDArray[np.uint8]) -> list[int]:
    """Order photos so that the two classes take turns."""
    rank = np.zeros(len(labels), dtype=np.intp)
    for label in (0, 1):
        members = np.flatnonzero(labels == label)
        rank[members] = np.arange(len(members))
    return [int(n) for n in np.lexsort((1 - labels.astype(int), rank))]


def offer_dropped(size: int, slot: str) -> None:
    """Draw the uploader, and what was dropped before."""
    dropped = st.file_uploader(
        "Drop a photo here", key=f"dropped-{slot}", max_upload_size=MAX_BYTES // 2**20
    )
    kept = dropped_here()
    if dropped is not None:
        photo = BroughtPhoto(dropped.name, dropped.getvalue())
        if photo.key not in kept:
            try:
                decode_photo(photo.content, size)
            except PhotoError as error:
                st.error(f"{escape_markdown(photo.name)}: {error}")
                return
            if len(as_many_as_allowed([*kept.values(), photo])) == len(kept):
                return
            kept[photo.key] = photo
            choose(slot, f"dropped:{photo.key}")
            st.rerun()
    shown = {
        key: Picture(pixels, photo.name, photo.name)
        for key, photo in dropped_photos().items()
        if (pixels := thumbnail(photo.content, 2 * SIDE)) is not None
    }
    if shown:
        gallery(
            list(shown.values()),
            key=f"kept-{slot}",
            side=SIDE,
            on_click=lambda n: choose(slot, f"dropped:{list(shown)[n]}"),
        )
