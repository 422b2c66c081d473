"""The form for a new training: pictures, network, choices, and a look at what will be learnt."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.architecture.library import layers_of, presets, smallest_image_size
from core.architecture.plan import plan
from core.config import (
    DRAWN,
    INITIALISATIONS,
    OPTIMIZERS,
    TrainConfig,
    recipe_for,
)
from core.data import DataRequest
from core.data.preview import Preview, preview_source
from core.errors import ConfigError, DataError
from core.pictures.colour import CLASS_COLOURS
from pages.parts.shared.gallery import Picture, gallery
from pages.parts.shared.mistakes import choose_mistakes
from pages.parts.shared.number_box import number_box
from pages.parts.shared.rate_finder import offer_rate
from pages.parts.shared.words import escape_markdown

SAMPLES = 12
SAMPLE_SIDE = 96
DRAWN_PETS = "Drawn pets"
FOLDER = "A folder of photos"
# Enough to watch it learn within a minute or two on a laptop, small enough to start at once.
DRAWN_QUICK = {"image_size": 96, "train_per_class": 300, "test_per_class": 100}
INIT_NAMES = {
    "xavier_normal": "Xavier normal",
    "kaiming_normal": "Kaiming normal",
    "uniform": "uniform",
    "constant": "constant",
}
OPTIMIZER_NAMES = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD with momentum"}


@dataclass(frozen=True)
class FormChoices:
    """What the form says: a config that works, or the sentence why it does not."""

    config: TrainConfig | None
    problem: str = ""


def choose_source() -> str:
    """Return ``drawn``, or the folder's path (empty while none was typed)."""
    source = st.segmented_control(
        "Pictures",
        [DRAWN_PETS, FOLDER],
        default=DRAWN_PETS,
        required=True,
        key="source",
        persist_state="session",
        help="Drawn pets need no download, so you can start at once. A folder holds your own "
        "photos, one sub-folder for each of two classes.",
    )
    if source != FOLDER:
        return DRAWN
    path = st.text_input(
        "Path of the folder on the server's computer",
        placeholder="/home/me/cat-and-dog",
        key="folder",
        persist_state="session",
        help="training_set and test_set with cats and dogs inside, train and test, two class "
        "folders without a split, or files named cat.0.jpg and dog.0.jpg.",
    )
    return str(Path(path.strip()).expanduser()) if path.strip() else ""


def choose_network() -> str:
    """Return the preset's name."""
    model = st.segmented_control(
        "Network",
        list(presets()),
        default="article",
        required=True,
        key="network",
        persist_state="session",
    )
    st.caption(presets()[str(model)].purpose + ".")
    return str(model)


def choose_numbers(data: str, model: str) -> FormChoices:
    """Draw the choices with the preset's values and check them together."""
    preset = recipe_for(model).replace(model=model)
    values: dict[str, object] = {}
    if data == DRAWN:
        preset = preset.replace(
            train_per_class=DRAWN_QUICK["train_per_class"],
            test_per_class=DRAWN_QUICK["test_per_class"],
            image_size=max(DRAWN_QUICK["image_size"], smallest_image_size(model) or 0),
        )
    # Another preset or source brings other starting values, so the widgets are others too.
    suffix = f"{model}-{'drawn' if data == DRAWN else 'folder'}"
    columns, below = st.columns(3, vertical_alignment="bottom"), st.container()
    values["epochs"] = number_box(
        columns[0],
        "epochs",
        "Epochs",
        preset,
        f"epochs-{suffix}",
        help="How often the network sees every training picture.",
        below=below,
    )
    values["image_size"] = number_box(
        columns[1],
        "image_size",
        "Pixels a side",
        preset,
        f"size-{suffix}",
        step=16,
        help=f"Every picture is stretched to a square of this size. Below "
        f"{smallest_image_size(model)} nothing is left for the last layers of this network; "
        "twice the side takes four times as long.",
        below=below,
    )
    values["train_per_class"] = number_box(
        columns[2],
        "train_per_class",
        "Pictures per class",
        preset,
        f"train-{suffix}",
        step=100,
        help="The first so many training pictures of each class, in the order of their names.",
        below=below,
    )
    below.caption(how_large(model, values["image_size"]))
    with st.expander("More choices"):
        values |= more_choices(preset, suffix)
        rate_finder = st.container()
    try:
        config, problem = preset.replace(data=data or DRAWN, **values), ""
    except ConfigError as error:
        config, problem = None, f"This cannot work. {error}"
    with rate_finder:
        offer_rate(config if data else None, f"rate-{suffix}")
    mistakes = choose_mistakes(lambda: preview_of(data, config or preset))
    return FormChoices(config and config.replace(mistakes=mistakes), problem)


def how_large(model: str, image_size: object) -> str:
    """Say how many weights the chosen network has; nothing where it cannot take such pictures."""
    if not isinstance(image_size, int) or image_size < (smallest_image_size(model) or 0):
        return ""
    count = plan(layers_of(model, image_size), image_size).parameters
    number = f"{count / 1e6:.1f} million" if count >= 1e6 else f"{count:,}"
    return f"At {image_size} pixels a side this network has {number} weights."


def more_choices(preset: TrainConfig, suffix: str) -> dict[str, object]:
    """Draw what most people never change."""
    left, right = st.columns(2)
    return step_choices(preset, suffix, left, right) | other_choices(preset, suffix, left, right)


def step_choices(
    preset: TrainConfig, suffix: str, left: DeltaGenerator, right: DeltaGenerator
) -> dict[str, object]:
    """Draw what decides a step: its size, its photos, its rule, and where the first begins."""
    return {
        "learning_rate": number_box(
            left,
            "learning_rate",
            "Learning rate",
            preset,
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
            preset,
            f"batch-{suffix}",
            help="Pictures per step. More make a calmer loss and fewer steps an epoch.",
        ),
        "optimizer": left.selectbox(
            "Optimiser",
            OPTIMIZERS,
            OPTIMIZERS.index(preset.optimizer),
            format_func=OPTIMIZER_NAMES.__getitem__,
            key=f"optimizer-{suffix}",
            persist_state="session",
            help="The rule that turns gradients into steps. Adam scales each weight's step by its "
            "recent gradients; SGD does not and wants a larger learning rate.",
        ),
        "init": right.selectbox(
            "First weights",
            INITIALISATIONS,
            INITIALISATIONS.index(preset.init),
            format_func=INIT_NAMES.__getitem__,
            key=f"init-{suffix}",
            persist_state="session",
            help="How the weights are drawn before the first step. With constant ones all channels "
            "of a layer start alike and can hardly learn different things: worth a try.",
        ),
    }


def other_choices(
    preset: TrainConfig, suffix: str, left: DeltaGenerator, right: DeltaGenerator
) -> dict[str, object]:
    """Draw what else there is: the test, the seed, how photos and learning rate vary."""
    return {
        "test_per_class": number_box(
            left,
            "test_per_class",
            "Test pictures per class",
            preset,
            f"test-{suffix}",
            step=50,
            help="Never trained on, only asked after each epoch.",
        ),
        "seed": number_box(
            right,
            "seed",
            "Seed",
            preset,
            f"seed-{suffix}",
            help="The same seed gives the same first weights and the same order of pictures, "
            "so the same run again.",
        ),
        "augment": left.toggle(
            "Vary the pictures",
            preset.augment,
            key=f"augment-{suffix}",
            persist_state="session",
            help="Mirror, crop and brighten each picture at random every time, so that the network "
            "cannot learn them by heart. The article does not.",
        ),
        "schedule": right.selectbox(
            "Learning rate over time",
            ("constant", "cosine"),
            ("constant", "cosine").index(preset.schedule),
            key=f"schedule-{suffix}",
            persist_state="session",
            help="Constant as in the article, or a short climb and a cosine down to zero.",
        ),
    }


@st.cache_data(show_spinner="Looking at the pictures ...", ttl=20, max_entries=20)
def cached_preview(request: DataRequest) -> Preview | str:
    """Return some pictures and what was found, or the sentence why there are none."""
    try:
        return preview_source(request, SAMPLES)
    except DataError as error:
        return str(error)


def preview_of(data: str, config: TrainConfig) -> Preview | str:
    """Look at what ``config`` would train on, at the size of a thumbnail."""
    request = DataRequest.of(config.replace(data=data or DRAWN))
    return cached_preview(dataclasses.replace(request, image_size=SAMPLE_SIDE))


def look_at(data: str, config: TrainConfig) -> Preview | None:
    """Show sample pictures with labels and what was found; None when there is nothing to train."""
    if not data:
        st.info("Type the path of a folder with photos of two classes to see what is in it.")
        return None
    preview = preview_of(data, config)
    if isinstance(preview, str):
        st.error(preview)
        return None
    st.markdown("**Some of the training pictures**")
    gallery(
        [
            Picture(pixels, preview.classes[label], name, CLASS_COLOURS[label])
            for pixels, label, name in zip(
                preview.pixels, preview.labels, preview.names, strict=True
            )
        ],
        key="samples",
        side=80,
        clickable=False,
    )
    st.markdown("**What was found**")
    st.markdown("\n".join(f"- {escape_markdown(sentence)}" for sentence in preview.sentences))
    for name, sentence in preview.unreadable:
        st.warning(f"{escape_markdown(name)} will be left out. {sentence}")
    return preview
