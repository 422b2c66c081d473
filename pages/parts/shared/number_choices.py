"""The numbers of a new training, and what its network comes to with them."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.architecture.library import layers_of, presets, smallest_image_size
from core.architecture.plan import Plan, plan, training_bytes
from core.architecture.text import read
from core.errors import ArchitectureError
from core.wording import spoken_memory
from pages.parts.shared.form_state import Form
from pages.parts.shared.more_choices import more_choices
from pages.parts.shared.number_box import number_box

WORTH_SAYING = 100e6  # bytes, beside which what the program takes anyway is little


def choose_numbers(form: Form, *, in_pair: bool) -> tuple[dict[str, Any], DeltaGenerator]:
    """Draw the choices with the recipe's values; return what each is now.

    ``in_pair`` leaves out what both engines side by side are told elsewhere. Also returns the place
    by the learning rate where one can be looked for.
    """
    values = form.starting_values()
    columns, below = st.columns(3, vertical_alignment="bottom"), st.container()
    suffix, size = form.suffix, form.current_size()
    values["epochs"] = number_box(
        columns[0],
        "epochs",
        "Epochs",
        values,
        f"epochs-{suffix}",
        help="How often the network sees every training picture.",
        below=below,
    )
    values["image_size"] = number_box(
        columns[1],
        "image_size",
        "Pixels a side",
        values,
        f"size-{suffix}",
        step=16,
        help="Every picture is stretched to a square of this size. "
        f"{smallest_words(form.network, size)}Twice the side takes four times as long.",
        below=below,
    )
    values["train_per_class"] = number_box(
        columns[2],
        "train_per_class",
        "Pictures per class",
        values,
        f"train-{suffix}",
        step=100,
        help="The first so many training pictures of each class, in the order of their names.",
        below=below,
    )
    form.sizes[suffix] = values["image_size"]
    if refusal := too_small_for_preset(form.network, values["image_size"]):
        below.markdown(f":red[{refusal}]")
    costs = below.container()
    with st.expander("More choices"):
        values |= more_choices(values, suffix, in_pair=in_pair)
        rate_place = st.container()
    costs.caption(how_large(form.network, values["image_size"], values["batch_size"]))
    return values, rate_place


def plan_of(network: str, image_size: int) -> Plan | None:
    """Plan a network that can be trained on such pictures; None for one that cannot."""
    try:
        found = plan(layers_of(network, image_size), image_size)
    except ArchitectureError:
        return None
    return None if found.problem else found


def how_large(network: str, image_size: int, batch_size: int) -> str:
    """Say how many weights a network has, and how much memory a large training takes."""
    found = plan_of(network, image_size)
    if found is None:
        return ""
    count = found.parameters
    number = f"{count / 1e6:.1f} million" if count >= 1e6 else f"{count:,}"
    said = f"At {image_size} pixels a side this network has {number} weights."
    memory = training_bytes(found, batch_size, image_size)
    if memory < WORTH_SAYING:
        return said
    return f"{said} Training it takes roughly {spoken_memory(memory)} of memory."


def too_small_for_preset(network: str, image_size: int) -> str:
    """Say why a preset cannot take pictures of a size; of other networks the editor says it."""
    if network not in presets():
        return ""
    try:
        layers_of(network, image_size)
    except ArchitectureError as error:
        return str(error)
    return ""


def smallest_words(network: str, image_size: int) -> str:
    """Say below which size a network cannot work; nothing where no size helps."""
    try:
        layers = read(network) if network not in presets() else ()
        problem = plan(layers, image_size).problem if layers else None
        if problem and problem.place == len(layers):
            return ""  # its end is missing, at any size
        smallest = smallest_image_size(network)
    except ArchitectureError:
        return ""
    if smallest is None:
        return ""
    return (
        f"This network needs at least {smallest}: below that nothing is left for its last layers. "
    )
