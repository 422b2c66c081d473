"""The view of all layers: the strip, one layer's channels, one channel taken apart."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import RunError
from core.explain.scores import confusion
from core.pictures.colour import CLASS_COLOURS
from core.records import read_count
from pages.parts.feature_maps.anatomy import anatomy
from pages.parts.feature_maps.chosen_photo import ChosenPhoto
from pages.parts.feature_maps.downloads import offer_downloads
from pages.parts.feature_maps.inside import look_inside
from pages.parts.feature_maps.silent_channels import known_silence, tell_silence
from pages.parts.feature_maps.source import Source
from pages.parts.feature_maps.top_photos import show_tops

if TYPE_CHECKING:
    from core.explain.anatomy import PhotoInside
    from core.explain.anatomy_packing import Selection
    from core.explain.silence import Silence

FIRST_LAYER = 2  # the first convolution after its activation: the maps that are easiest to read


def show_layers(source: Source, photo: ChosenPhoto, other: ChosenPhoto | None) -> None:
    """Draw the view for one photo, or for two side by side."""

    from core.explain.anatomy_packing import clean_selection

    photos = [photo] if other is None else [photo, other]
    traced = [look_inside(source, each) for each in photos]
    selection = clean_selection(traced[0], read_selection())
    silence = known_silence(source)
    places = [st.container()] if other is None else st.columns(2, gap="medium")
    for number, place in enumerate(places):
        with place:
            compared = None if other is None else traced[1 - number]
            show_one(source, photos[number], traced[number], selection, compared, silence, number)
    if any(inside.has_silent for inside in traced):
        tell_silence(source, silence)
    for each, inside in zip(photos, traced, strict=True):
        offer_downloads(source, each, inside, selection)
    show_tops(source, selection)


def show_one(
    source: Source,
    photo: ChosenPhoto,
    inside: "PhotoInside",
    selection: "Selection",
    compared: "PhotoInside | None",
    silence: "Silence | None",
    number: int,
) -> None:
    """Draw one photo's way through the network."""
    from core.explain.anatomy_packing import pack_inside

    anatomy(
        pack_inside(inside, selection, facts(source, photo), compared, silence),
        key=f"anatomy-{number}",
        on_choose=write_selection,
    )


def facts(source: Source, photo: ChosenPhoto) -> dict[str, Any]:
    """Name everything that the pictures come from."""
    return {
        "id": f"{source.id} {source.epoch} {photo.key}",
        "run": source.name,
        "epoch": source.when,
        "photo": photo.name,
        "classes": source.classes,
        "colours": CLASS_COLOURS,
        "truth": photo.label,
        "confusion": confusion_matrix(source),
        "untested": "" if source.run is None else "The test photos were not asked at this moment.",
    }


def confusion_matrix(source: Source) -> list[list[int]] | None:
    """Count the test photos by truth and answer; None where the run keeps no answers."""
    if source.run is None or source.epoch is None:
        return None
    try:
        kept = source.run.test_predictions(source.epoch)
        matrix: list[list[int]] = confusion(kept.labels, kept.probabilities).matrix.tolist()
    except (RunError, ValueError):
        return None
    return matrix


def read_selection() -> "Selection":
    """Read from the address what is looked at."""
    from core.explain.anatomy_packing import Selection

    query = st.query_params
    layer, channel = (read_count(query.get(name, "")) for name in ("layer", "channel"))
    row, column = (read_count(text) for text in [*query.get("cell", "").split(","), ""][:2])
    return Selection(
        FIRST_LAYER if layer is None else layer,
        channel,
        None if row is None or column is None else (row, column),
        query.get("scale") != "each",
    )


def write_selection(chosen: dict[str, Any]) -> None:
    """Put into the address what was chosen in the browser."""
    query = st.query_params
    query["layer"] = str(int(chosen["layer"]))
    for name, value in (
        ("channel", None if chosen["channel"] is None else str(int(chosen["channel"]))),
        ("cell", None if chosen["cell"] is None else ",".join(str(int(n)) for n in chosen["cell"])),
        ("scale", None if chosen["shared"] else "each"),
    ):
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
