"""The page's controls, and the view that was chosen under them."""

import streamlit as st

from pages.parts.feature_maps.chosen_photo import ChosenPhoto, choose_photo
from pages.parts.feature_maps.inside import look_inside
from pages.parts.feature_maps.kept_epochs import show_budget
from pages.parts.feature_maps.layers import show_layers
from pages.parts.feature_maps.map_film import is_made
from pages.parts.feature_maps.mistakes import show_mistakes
from pages.parts.feature_maps.photo_map_view import show_photo_map
from pages.parts.feature_maps.source import (
    Source,
    choose_network,
    choose_source,
    load_network,
    offer_best,
    tell_address,
)
from pages.parts.shared.draw_class import draw_it, draw_me
from pages.parts.shared.explained import ExplainedAnswer, ExplainedNetwork
from pages.parts.shared.fold import fold
from pages.parts.shared.fool_it import FOOL_IT, fool_it
from pages.parts.shared.kept import choose_view
from pages.parts.shared.why import show_why
from pages.parts.shared.words import percent

VIEWS = {
    "layers": "All layers",
    "why": "Why it said so",
    "map": "Map of photos",
    "mistakes": "Mistakes",
}


def show() -> None:
    """Draw the page; ``ModelError`` or ``RunError`` when there is nothing to look at."""
    top = st.container(horizontal=True, vertical_alignment="center")
    with top:
        view = choose_view(VIEWS)
        two = view == "layers" and st.toggle(
            "Two photos", key="two-photos", persist_state="session"
        )
        kept = st.container(width="content", horizontal=True, vertical_alignment="center")
    if view == "map":  # its slider plays a film: the two belong together
        left, middle = st.columns(2)
        right = st.container()
    else:
        left, middle, right = st.columns([3, 3, 5])
    with left:
        network = choose_network()
    with right:
        source = choose_source(network, is_made if view == "map" else None)
    if source is None:
        return
    tell_address(source)
    if source.run is not None:
        with kept:
            show_budget(source.run)
            if view != "map":  # there a film goes through all epochs
                offer_best(source.run, source.epoch)  # the last: it comes and goes
    size = load_network(source).image_size
    if view == "mistakes":
        show_mistakes(source)
        return
    with middle:
        photo = choose_photo(source, size)
        other = choose_photo(source, size, "photo2", 1) if two else None
    if view == "why":
        explained = asked(source, photo)
        show_why(explained, "page")
        if (inside := fold(FOOL_IT, "fool-page")) is not None:
            with inside:
                fool_it(explained, "page")
        if (inside := fold(draw_me(source.classes[1]), "draw-page")) is not None:
            with inside:
                draw_it(explained.network, "page")
    elif view == "map":
        show_photo_map(source, photo)
    else:
        show_layers(source, photo, other)


def asked(source: Source, photo: ChosenPhoto) -> ExplainedAnswer:
    """Put together what is to be explained."""
    network, run = load_network(source), source.run
    return ExplainedAnswer(
        ExplainedNetwork(
            f"{source.id} {source.mark}",
            network.model,
            network.image_size,
            source.classes,
            () if run is None else run.config.mistakes,
            run,
            source.epoch,
        ),
        photo.key,
        photo.pixels,
        f"{source.name} · {source.when} · {photo.name}",
        answer_in_words(look_inside(source, photo).probability, source.classes, photo.label),
    )


def answer_in_words(probability: float, classes: tuple[str, str], label: int | None) -> str:
    """Say the answer, and whether it is right where that is known."""
    if probability != probability:
        return "The answer is not a number"
    one = probability >= 0.5
    answer = f"{classes[one]} {percent(probability if one else 1 - probability)}"
    if label is None:
        return answer
    return answer + (", which is right" if label == one else f", but it is a {classes[label]}")
