"""Can this heat map be trusted? Deletion and insertion on the photo, and on a hundred others."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import GlassError
from pages.parts.shared.explained import ExplainedAnswer, ExplainedNetwork
from pages.parts.shared.fold import fold
from pages.parts.shared.one_at_a_time import one_at_a_time, step_by_step
from pages.parts.shared.plots import show_plot
from pages.parts.shared.surveys import offer_survey
from pages.parts.shared.trust_plots import Kind, curves_figure, verdict_figure
from pages.parts.shared.words import escape_markdown, percent

if TYPE_CHECKING:
    from core.explain.deletion import Trial
    from core.explain.survey import Survey
    from core.explain.trust import Verdict

RANDOM_ORDERS = 8
KINDS: tuple[Kind, Kind] = ("deletion", "insertion")


def tell_verdict(network: ExplainedNetwork, method: str) -> None:
    """Say under a heat map how its method did on a hundred photos, where that was tried."""
    verdict = known_verdict(network)
    if verdict is not None and method in verdict.means:
        st.caption(f":material/verified: {verdict.sentence(method)}")


def known_verdict(network: ExplainedNetwork) -> "Verdict | None":
    """Return how the methods did on a hundred test photos, if that was tried."""
    survey = survey_of(network)
    return None if survey is None else survey.verdict()


def survey_of(network: ExplainedNetwork) -> "Survey | None":
    """Return the survey that tries the methods; None for weights that are no run's."""
    from core.explain.survey import Survey

    if network.run is None or network.epoch is None:
        return None
    return Survey(network.run, "trust", network.epoch)


def trust_fold(
    asked: ExplainedAnswer, method: str, option: str, values: NDArray[np.floating], key: str
) -> None:
    """Draw the fold under a heat map, ``values`` (S, S) of ``method`` with its ``option``."""
    inside = fold("Can this heat map be trusted?", f"trust-{key}")
    if inside is None:
        return
    with inside:
        st.markdown(
            "Take away first what the map marks for the answer, or show it first, and ask the "
            "network again each time. A map that is right lets the answer fall soon (deletion) and "
            "rise soon (insertion); one that is no better than **a random order** says nothing. "
            "What is taken away is blurred, until no shape is left."
        )
        try:
            trial = tried(asked.id, method, option, asked, values)
        except GlassError as error:
            st.info(escape_markdown(str(error)))
        else:
            show_trial(trial, asked, method, key)
        show_verdict(asked.network, key)


@st.cache_data(show_spinner=False, max_entries=32)
def tried(
    id: str, method: str, option: str, _asked: ExplainedAnswer, _values: NDArray[np.floating]
) -> "Trial":
    """Try the map on screen, and the other methods as they are first offered, on a photo."""
    from core.explain.deletion import Trial, try_maps
    from core.explain.heat_maps import HeatMaps

    bar = st.progress(0.0, "Making the other heat maps ...")
    maps = HeatMaps(_asked.model, len(_asked.pixels))
    found = {
        name: _values if name == method else one_at_a_time(partial(maps.of, name, _asked.pixels))
        for name in maps.methods
    }
    for step in step_by_step(try_maps(_asked.model, _asked.pixels, found, RANDOM_ORDERS)):
        if isinstance(step, Trial):
            trial = step
        else:
            bar.progress(step, f"Taking away and showing again: {step:.0%}")
    bar.empty()
    return trial


def show_trial(trial: "Trial", asked: ExplainedAnswer, method: str, key: str) -> None:
    """Draw both curves of the photo, and what they say of the map on screen."""
    from core.explain.deletion import BLOCKS

    answer, blocks = asked.classes[trial.label], min(BLOCKS, len(asked.pixels))
    for place, kind in zip(st.columns(2), KINDS, strict=True):
        with place:
            figure = curves_figure(trial, kind, method, answer)
            show_plot(figure, key=f"{kind}-{key}", file_name=f"{kind}-{method}")
    st.markdown(said_of(trial, method))
    st.caption(
        "Look under Deletion for a line that falls below the grey band, under Insertion for one "
        f"that rises above it. P({escape_markdown(answer)}) is the answer's probability; the band "
        f"holds {RANDOM_ORDERS} random orders, the grey line is their mean. Places come and go in "
        f"{blocks} × {blocks} blocks."
    )


def said_of(trial: "Trial", method: str) -> str:
    """Say how the map on screen did on this photo, beside the random orders."""
    from core.explain.heat_maps import HEAT_MAPS

    if trial.is_flat:
        return (
            "**No map of this photo can be judged so**: whatever is taken away, the answer stays "
            "the same. The blurred photo looks to the network as this one does."
        )
    curve, chance = trial.curves[method], trial.chance
    said = (
        f"On this photo **{HEAT_MAPS[method]}** has {percent(curve.deletion_area)} under its "
        f"deletion curve (a random order {percent(chance.deletion_area)}, less is better) and "
        f"{percent(curve.insertion_area)} under its insertion curve (a random order "
        f"{percent(chance.insertion_area)}, more is better)."
    )
    blurred = float(curve.deletion[-1])
    keeps = (
        f" Even wholly blurred the photo keeps its answer, with {percent(blurred)}: what is "
        "taken away says little here."
    )
    return f"{said} {judged(trial, method)}{keeps if blurred >= 0.5 else ''}"


def judged(trial: "Trial", method: str) -> str:
    """Say how the map did beside the random orders, one by one and in the mean."""
    curve, chance = trial.curves[method], trial.chance
    if curve.figure > max(each.figure for each in trial.random):
        alone = [kind for kind, is_best in best_of_all(trial, method).items() if not is_best]
        best = "It marks what this answer hangs on, more than any of the random orders."
        return f"{best}{by_itself(alone)}"
    if curve.figure > chance.figure:
        said = "That is hardly more than chance: some random order does as well."
        if curve.deletion_area > chance.deletion_area:
            return f"{said} By its deletion curve alone it does worse than a random order."
        if curve.insertion_area < chance.insertion_area:
            return f"{said} By its insertion curve alone it does worse than a random order."
        return said
    return "**That is no better than chance**: do not rely on this map of this photo."


def best_of_all(trial: "Trial", method: str) -> dict[Kind, bool]:
    """Tell of each curve whether it is better than that of every random order."""
    curve = trial.curves[method]
    return {
        "deletion": all(curve.deletion_area < each.deletion_area for each in trial.random),
        "insertion": all(curve.insertion_area > each.insertion_area for each in trial.random),
    }


def by_itself(kinds: list[Kind]) -> str:
    """Say of which curves that holds only for both taken together."""
    if not kinds:
        return ""
    return (
        f" That is both curves taken together: by its {' and its '.join(kinds)} curve alone some "
        "random order does as well."
    )


def show_verdict(network: ExplainedNetwork, key: str) -> None:
    """Draw one figure a method over a hundred test photos, or what to do to get them."""
    st.markdown("**On a hundred test photos**")
    survey = survey_of(network)
    if survey is None or network.run is None:
        st.caption(
            "One photo proves little. For a run, at the end of an epoch, every method can be tried "
            "on a hundred of its test photos; these weights have none at hand."
        )
        return
    verdict = survey.verdict()
    if verdict is None:
        offer_survey(
            survey,
            "Try all methods on a hundred test photos",
            "Trying all heat maps on test photos",
            help="In the background, some minutes for a large network; it is kept with the run.",
        )
        return
    name = f"{network.run.id}-epoch-{network.epoch}-heat-maps"
    show_plot(verdict_figure(verdict), key=f"verdict-{key}", file_name=name)
    st.markdown("\n".join(f"- {verdict.sentence(method)}" for method in verdict.means))
    st.caption(
        "The figure is the area under the insertion curve minus that under the deletion curve: 1 "
        "at most, 0 by chance, below 0 for a map that marks what does not count. Look for points "
        "whose line, the 95 % interval of the mean, stays right of the grey one."
    )
