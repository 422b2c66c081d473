"""The form for a new training: pictures and network above, choices on the left, a look beside."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.architecture.address import KEYS
from core.config import DRAWN, TrainConfig
from core.errors import ConfigError
from core.runs.naming import in_words
from core.training.memory import memory_refusal, memory_warning
from pages.parts.shared.address_bar import show_address
from pages.parts.shared.form_state import (
    Form,
    current_form,
    start_afresh,
    write_down,
    written,
)
from pages.parts.shared.mistakes import choose_mistakes
from pages.parts.shared.network_choice import (
    change_network,
    choose_run_to_start_from,
    choose_start,
)
from pages.parts.shared.number_choices import choose_numbers
from pages.parts.shared.photo_changes import kept_changes
from pages.parts.shared.photo_review import review_photos
from pages.parts.shared.picture_choice import (
    cached_preview,
    choose_data,
    choose_source,
    look_at,
    request_for,
)
from pages.parts.shared.rate_finder import offer_rate
from pages.parts.shared.recipe_choice import choose_recipe, config_with, recipe_name, recipes_of
from pages.parts.shared.start_training import FormChoices, offer_start
from pages.parts.shared.take_along import offer_programs
from pages.parts.shared.training_times import show_recipe_times, show_time
from pages.parts.shared.variation_choice import choose_variations
from pages.parts.shared.words import escape_markdown


def training_form(
    page: str,
    label: str,
    key: str,
    *,
    pair: Callable[[Form], dict[str, Any]] | None = None,
    words: str = "",
) -> TrainConfig | None:
    """Draw the whole form; return the config when its button, ``label``, was pressed.

    ``page`` is the one whose address holds it. ``pair`` draws what both engines side by side are
    told and returns it as fields of the config; ``words`` stand above the pictures.
    """
    form = current_form(page)
    say_where_it_came_from(form)
    pictures, recipe = st.columns(2)
    with pictures:
        choose_source(form)
    with recipe:
        choose_recipe(form)
        times = st.container(key="recipe-times")
    data = choose_data(form, pictures)
    choose_start(form)
    choose_run_to_start_from(form)
    change_network(form)
    left, look = st.columns([5, 7], gap="large")
    with left:
        starting = form.starting_values()
        values, rate_place = choose_numbers(form, in_pair=pair is not None)
        changes = kept_changes(data)
        request = request_for(data, values, starting, changes)
        mistakes = choose_mistakes(lambda: cached_preview(request))
        others = {"data": data or DRAWN, "mistakes": mistakes} | vars(changes)
        others |= pair(form) if pair else {}
        values |= {"model": form.network} | others
    with look:
        if words:
            st.markdown(words)
        preview = look_at(data, request, form)
        review_photos(request, preview.classes if preview else None)
        values["variations"] = choose_variations(
            values, form.suffix, lambda: cached_preview(request) if data else ""
        )
    with left:
        choices = checked(values, form.unread)
        with rate_place:
            offer_rate(choices.config if data else None, f"rate-{form.suffix}")
        time = st.container(key="chosen-time")
        config = offer_start(label, key, choices, preview)
        offer_programs(choices.config, key)
    recipes = {recipe_name(each): config_with(form, each, others) for each in recipes_of(form)}
    wanted = [each for each in (choices.config, *recipes.values()) if each and preview]
    counts = preview.counts if preview else None
    with time:
        show_time(choices.config, counts, wanted)
    with times:
        show_recipe_times(recipes, counts, wanted)
    share(form, page)
    return config


def checked(values: dict[str, Any], unread: str) -> FormChoices:
    """Make a config of all choices, or say why none can be made.

    ``unread`` is the sentence about what stands in the editor and cannot be read.
    """
    if unread:
        return FormChoices(None, f"The network is not finished. {escape_markdown(unread)}")
    try:
        config = TrainConfig.from_dict(values)
        check_device(config)
    except ConfigError as error:
        return FormChoices(None, f"This cannot work. {escape_markdown(str(error))}")
    if refusal := memory_refusal(config):
        return FormChoices(None, refusal)
    return FormChoices(config, warning=memory_warning(config))


def check_device(config: TrainConfig) -> None:
    """Raise ``ConfigError`` when this machine has not what a config wants to compute on."""
    if config.device not in ("auto", "cpu"):
        from core.training.devices import choose_device  # torch, of which most forms have no need

        choose_device(config.device)


def say_where_it_came_from(form: Form) -> None:
    """Say what was wrong with the address, and of which run the choices are, with a way back."""
    for sentence in form.sentences:
        st.warning(sentence)
    if not form.taken_over or form.run is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="taken-over"):
        st.markdown(taken_over_words(form.run.name, form.run.config), width="content")
        st.button(
            "Fresh form",
            key="fresh-form",
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=start_afresh,
            help="Put the first network, drawn pets and their numbers back.",
        )


def taken_over_words(name: str, config: TrainConfig) -> str:
    """Say what a form took over from a run, with what no box on the form shows."""
    hidden = [f"computing in {config.engine}"] if config.engine == "numpy" else []
    hidden += [in_words(config, "weight_decay")] if config.weight_decay else []
    also = f" ({', '.join(hidden)})" if hidden else ""
    return (
        f":material/content_copy: Taken over from run **{escape_markdown(name)}**: its network, "
        f"its pictures and every choice, seed {config.seed} too{also}."
    )


def share(form: Form, page: str) -> None:
    """Let the address say the form, so that a link gives a colleague the same."""
    query = written(form)
    write_down(page, query)
    others = {name: text for name, text in st.query_params.items() if name not in KEYS}
    show_address(others | ({"run": "new"} | query if query else {}), key=page)
