"""The choices of a new training: its recipe, its numbers, and what most people never change."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.architecture.library import layers_of, presets, smallest_image_size
from core.architecture.plan import Plan, plan, training_bytes
from core.architecture.text import read
from core.config import INITIALISATIONS, OPTIMIZERS, PRESETS, TrainConfig
from core.errors import ArchitectureError
from core.wording import spoken_memory
from pages.parts.shared.form_state import RUN, Form
from pages.parts.shared.number_box import number_box

WORTH_SAYING = 100e6  # bytes, beside which what the program takes anyway is little
RECIPES = {"article": "As in the article", "compact": "Learns better", RUN: "As in the run"}
INIT_NAMES = {
    "xavier_normal": "Xavier normal",
    "kaiming_normal": "Kaiming normal",
    "uniform": "uniform",
    "constant": "constant",
}
OPTIMIZER_NAMES = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD with momentum"}


def choose_recipe(form: Form) -> None:
    """Draw what all other choices start from; an edited network keeps it."""
    options = [*PRESETS, *([RUN] if form.run else [])]
    if st.session_state.get("recipe") != form.recipe:
        st.session_state["recipe"] = form.recipe

    def choose() -> None:
        form.recipe = st.session_state["recipe"]

    st.segmented_control(
        "Recipe",
        options,
        format_func=recipe_name,
        required=True,
        key="recipe",
        on_change=choose,
        help="What all choices below start from, whatever the network. "
        + " ".join(f"{recipe_name(name)}: {in_a_line(PRESETS[name])}" for name in PRESETS)
        + " What you type is kept with its recipe.",
    )


def recipe_name(name: str) -> str:
    """Name a recipe for people."""
    return RECIPES.get(name, name.replace("-", " ").capitalize())


def in_a_line(recipe: TrainConfig) -> str:
    """Say what a recipe does."""
    parts = [
        f"{OPTIMIZER_NAMES[recipe.optimizer]}, learning rate {recipe.learning_rate:g}",
        *(["falling to zero"] if recipe.schedule == "cosine" else []),
        f"batches of {recipe.batch_size}",
        *(["varied pictures"] if recipe.augment else []),
    ]
    return ", ".join(parts) + "."


def choose_numbers(form: Form) -> tuple[dict[str, Any], DeltaGenerator]:
    """Draw the choices with the recipe's values; return what each is now.

    Also returns the place by the learning rate where one can be looked for.
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
    costs = below.empty()
    with st.expander("More choices"):
        left, right = st.columns(2)
        values |= step_choices(values, suffix, left, right)
        values |= other_choices(values, suffix, left, right)
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


def step_choices(
    values: dict[str, Any], suffix: str, left: DeltaGenerator, right: DeltaGenerator
) -> dict[str, object]:
    """Draw what decides a step: its size, its photos, its rule, and where the first begins."""
    return {
        "learning_rate": number_box(
            left,
            "learning_rate",
            "Learning rate",
            values,
            f"rate-{suffix}",
            step=1e-4,
            format="%.5f",
            help="How far each step goes. Too small learns slowly, too large makes the loss jump "
            "or blow up. It can be changed while the training runs.",
        ),
        "batch_size": number_box(
            right,
            "batch_size",
            "Batch size",
            values,
            f"batch-{suffix}",
            help="Pictures per step. More make a calmer loss and fewer steps an epoch.",
        ),
        "optimizer": left.selectbox(
            "Optimiser",
            OPTIMIZERS,
            OPTIMIZERS.index(values["optimizer"]),
            format_func=OPTIMIZER_NAMES.__getitem__,
            key=f"optimizer-{suffix}",
            persist_state="session",
            help="The rule that turns gradients into steps. Adam scales each weight's step by its "
            "recent gradients; SGD does not and wants a larger learning rate.",
        ),
        "init": right.selectbox(
            "First weights",
            INITIALISATIONS,
            INITIALISATIONS.index(values["init"]),
            format_func=INIT_NAMES.__getitem__,
            key=f"init-{suffix}",
            persist_state="session",
            help="How the weights are drawn before the first step. With constant ones all channels "
            "of a layer start alike and can hardly learn different things: worth a try.",
        ),
    }


def other_choices(
    values: dict[str, Any], suffix: str, left: DeltaGenerator, right: DeltaGenerator
) -> dict[str, object]:
    """Draw what else there is: the test, the seed, how photos and learning rate vary."""
    return {
        "test_per_class": number_box(
            left,
            "test_per_class",
            "Test pictures per class",
            values,
            f"test-{suffix}",
            step=50,
            help="Never trained on, only asked after each epoch.",
        ),
        "seed": number_box(
            right,
            "seed",
            "Seed",
            values,
            f"seed-{suffix}",
            help="The same seed gives the same first weights and the same order of pictures, "
            "so the same run again.",
        ),
        "augment": left.toggle(
            "Vary the pictures",
            values["augment"],
            key=f"augment-{suffix}",
            persist_state="session",
            help="Mirror, crop and brighten each picture at random every time, so that the network "
            "cannot learn them by heart. The article does not.",
        ),
        "schedule": right.selectbox(
            "Learning rate over time",
            ("constant", "cosine"),
            ("constant", "cosine").index(values["schedule"]),
            key=f"schedule-{suffix}",
            persist_state="session",
            help="Constant as in the article, or a short climb and a cosine down to zero.",
        ),
    }
