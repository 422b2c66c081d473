"""The recipe of a new training: what all its other choices start from."""

from dataclasses import replace
from typing import Any

from core.config import RECIPES, TrainConfig
from core.errors import ConfigError
from pages.parts.shared.form_state import RUN, Form
from pages.parts.shared.more_choices import OPTIMIZER_NAMES
from pages.parts.shared.one_of import one_of

RECIPE_NAMES = {
    "article": "As in the article",
    "quick": "Learns fast",
    "thorough": "Learns best",
    RUN: "As in the run",
}


def choose_recipe(form: Form) -> None:
    """Draw what all other choices start from; a network that somebody chose or changed stays."""
    one_of(
        "Recipe",
        recipes_of(form),
        form.recipe,
        form.follow,
        key="recipe",
        format_func=recipe_name,
        help="What all choices below start from. Each comes with its own network, unless you have "
        "chosen or changed one. What you type is kept with its recipe.\n\n"
        + "\n\n".join(f"**{recipe_name(name)}.** {in_a_line(RECIPES[name])}" for name in RECIPES),
    )


def recipe_name(name: str) -> str:
    """Name a recipe for people."""
    return RECIPE_NAMES.get(name, name.replace("-", " ").capitalize())


def recipes_of(form: Form) -> list[str]:
    """List what a form may start its other choices from."""
    return [*RECIPES, *([RUN] if form.run else [])]


def in_a_line(recipe: TrainConfig) -> str:
    """Say what a recipe does."""
    smoothed = f"{recipe.label_smoothing * 100:g} % of each answer for the other class"
    parts = [
        f"{OPTIMIZER_NAMES[recipe.optimizer]}, learning rate {recipe.learning_rate:g}",
        *(["falling to zero"] if recipe.schedule == "cosine" else []),
        f"{recipe.epochs} epochs in batches of {recipe.batch_size}",
        *([f"{len(recipe.variations)} ways to vary pictures"] if recipe.variations else []),
        *([f"{recipe.views} views an epoch"] if recipe.views > 1 else []),
        *([smoothed] if recipe.label_smoothing else []),
        *(["averaged weights"] if recipe.weight_average else []),
    ]
    return ", ".join(parts) + "."


def config_with(form: Form, recipe: str, others: dict[str, Any]) -> TrainConfig | None:
    """Return what a form would train with another recipe, None for what cannot work.

    ``others`` are the fields that no recipe decides.
    """
    form = replace(form)
    form.follow(recipe)
    try:
        return TrainConfig.from_dict(form.starting_values() | {"model": form.network} | others)
    except ConfigError:
        return None
