"""The map of photos: what the last hidden layer takes for alike lies together."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.data import Data
from core.errors import GlassError
from core.runs.run import Run
from pages.parts.feature_maps.chosen_photo import ChosenPhoto
from pages.parts.feature_maps.map_film import follow_film, is_made
from pages.parts.feature_maps.photo_map import contact_sheet, photo_map
from pages.parts.feature_maps.source import Source, load_network
from pages.parts.shared.run_photos import run_data
from pages.parts.shared.words import escape_markdown

if TYPE_CHECKING:
    from core.explain.film import Film
    from core.explain.pca import Pca
    from core.explain.seen_photos import Features

MOST = 1500  # points that can still be told apart, and whose thumbnails fit one picture


def show_photo_map(source: Source, photo: ChosenPhoto) -> None:
    """Draw the map for a run's test photos; the chosen photo appears among them."""
    run = source.run
    if run is None or source.epoch is None:
        st.info(
            "The map needs the test photos of a run. Choose a run above, or train one first.",
            icon=":material/model_training:",
        )
        st.page_link("pages/train.py", label="Train a network", icon=":material/model_training:")
        return
    data = run_data(run)
    if isinstance(data, str):
        st.warning(data)
        return
    shown = source_on_screen(source, run)
    if shown is not None:
        show_epoch(shown, run, data, photo)
    follow_film(run, source.epoch, None if shown is None else shown.epoch)


def source_on_screen(source: Source, run: Run) -> Source | None:
    """Return the epoch whose map is drawn: the wanted one, and until it is made the one before."""
    assert source.epoch is not None
    place = f"map-on-screen-{run.id}"
    if is_made(run, source.epoch):
        st.session_state[place] = source.epoch
        return source
    before = st.session_state.get(place)
    if before not in run.saved_epochs() or not is_made(run, before):
        return None
    return replace(source, epoch=before, mark=run.checkpoints.mark(before))


def show_epoch(source: Source, run: Run, data: Data, photo: ChosenPhoto) -> None:
    """Draw one epoch's map, turned so that it lies like its neighbours'."""
    from core.explain.film import Film

    assert source.epoch is not None
    film = Film(run)
    found = film.frame(source.epoch).features()
    if found is None:
        return  # it has just been made anew
    if len(found.values) != len(data.test):
        st.warning("The pictures in the run's source have changed since this map was made.")
        return
    try:
        pca = fitted(source, tuple(film.ready()), found, film, data.test.labels)
    except GlassError as error:
        st.warning(escape_markdown(str(error)))
        return
    draw_map(source, run, data, photo, found, pca)


@st.cache_resource(show_spinner=False, max_entries=64)
def fitted(
    source: Source,
    ready: tuple[int, ...],
    _found: "Features",
    _film: "Film",
    _labels: NDArray[np.integer],
) -> "Pca":
    """Fit the two directions to an epoch's test photos, turned towards the epochs after it."""
    from core.explain.pca import fit_pca

    assert source.epoch is not None
    return fit_pca(_found.values).turned(_film.turn(source.epoch, _labels))


@st.cache_resource(show_spinner=False, max_entries=4)
def sheet_of(
    run_id: str, shown: tuple[int, ...], extra: str, _photos: list[NDArray[np.uint8]]
) -> tuple[NDArray[np.uint8], int]:
    """Make the contact sheet once for all epochs."""
    return contact_sheet(_photos)


def draw_map(
    source: Source, run: Run, data: Data, photo: ChosenPhoto, found: "Features", pca: "Pca"
) -> None:
    """Draw the points, the test photos evenly thinned if there are very many."""
    count = len(data.test)
    shown = np.unique(np.linspace(0, count - 1, min(MOST, count)).round().astype(int))
    kind, _, rest = photo.key.partition(":")
    if kind == "test":
        shown = np.union1d(shown, [int(rest)])
    values = pca.project(found.values[shown])
    photos = [np.array(data.test.pixels[n]) for n in shown]
    names = [data.test.names[n] for n in shown]
    labels: list[int | None] = [int(data.test.labels[n]) for n in shown]
    answers = [float(p) for p in found.probabilities[shown]]
    keys = [f"test:{n}" for n in shown]
    if kind != "test":
        place, answer = locate(source, photo, pca)
        values = np.concatenate([values, place])
        photos, names, keys = [*photos, photo.pixels], [*names, photo.name], [*keys, photo.key]
        labels, answers = [*labels, None], [*answers, answer]
    share = [f"{part * 100:.0f} % of the spread" for part in pca.explained]
    facts = {
        "id": f"{source.id} {source.epoch}",
        "names": names,
        "keys": keys,
        "labels": labels,
        "wrong": [y is not None and (p >= 0.5) != y for y, p in zip(labels, answers, strict=True)],
        "probabilities": answers,
        "classes": source.classes,
        "when": source.when,
        "axes": [f"left to right: {share[0]}", f"bottom to top: {share[1]}"],
        "here": keys.index(photo.key),
    }

    def open_photo(key: str) -> None:
        st.query_params["photo"] = str(key)
        st.query_params["view"] = "layers"

    extra = "" if kind == "test" else photo.key
    sheet = sheet_of(run.id, tuple(int(n) for n in shown), extra, photos)
    photo_map(values, sheet, facts, key=f"photo-map-{source.id}", on_open=open_photo)
    explain_map(source, run, found.values.shape[1], len(shown), count)


def locate(source: Source, photo: ChosenPhoto, pca: "Pca") -> tuple[NDArray[np.floating], float]:
    """Return where a photo lies on the map (1, 2), and what the network answers."""
    from core.networks.layers import last_hidden, probability
    from core.networks.tensors import network_input

    model, x = load_network(source).model, network_input(np.stack([photo.pixels]))
    return pca.project(last_hidden(model, x).numpy()), probability(model, x)[0]


def explain_map(source: Source, run: Run, width: int, shown: int, count: int) -> None:
    """Say what the map shows of ``width`` numbers, and how many of ``count`` photos."""
    turned = "turned so that it lies as in the next kept epoch"
    if source.epoch == max(run.saved_epochs()):
        one = escape_markdown(source.classes[1])
        turned = f"mirrored so that class {one} lies to the right and above on average"
    missing = "" if shown >= count else f" {shown:,} of {count:,} test photos are drawn."
    st.caption(
        "Look for two clouds that come apart from epoch to epoch, and for crosses deep in the "
        f"wrong one. {escape_markdown(source.name)}, {source.when}: each photo is {width:,} "
        "numbers in the last hidden layer, here seen from the side on which they spread most "
        f"(PCA), {turned}. What lies together looks alike to the network; what the other "
        f"{width - 2:,} directions tell apart cannot be seen.{missing}"
    )
