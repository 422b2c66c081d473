"""What most people never change about a training: how it steps, what it learns from, and where."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.config import DEVICES, INITIALISATIONS, NUMBERS, OPTIMIZERS, SCHEDULES
from pages.parts.shared.number_box import number_box

INIT_NAMES = {
    "xavier_normal": "Xavier normal",
    "kaiming_normal": "Kaiming normal",
    "uniform": "uniform",
    "constant": "constant",
}
OPTIMIZER_NAMES = OPTIMIZERS | {"sgd": "SGD with momentum"}
NUMBER_NAMES = {"auto": "the quickest here"}
DEVICE_NAMES = {
    "auto": "the best there is",
    "cpu": "the processor",
    "cuda": "a CUDA card",
    "mps": "Apple's card",
}


def more_choices(values: dict[str, Any], suffix: str, *, in_pair: bool) -> dict[str, object]:
    """Draw them with ``values`` to begin with, under keys that end in ``suffix``; return each."""
    left, right = st.columns(2)
    chosen = step_choices(values, suffix, left, right)
    chosen |= other_choices(values, suffix, left, right)
    chosen |= learning_choices(values, suffix, left, right)
    if not in_pair:
        chosen |= machine_choices(values, suffix, left, right)
    return chosen


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
            list(OPTIMIZERS),
            list(OPTIMIZERS).index(values["optimizer"]),
            format_func=OPTIMIZER_NAMES.__getitem__,
            key=f"optimizer-{suffix}",
            persist_state="session",
            help="The rule that turns gradients into steps. Adam scales each weight's step by its "
            "recent gradients; SGD does not and wants a larger learning rate. Muon moves a "
            "convolution's kernels in all their directions alike, and learns the most per photo.",
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
    """Draw what else there is: the test, the seed, and how the learning rate changes."""
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
        "schedule": left.selectbox(
            "Learning rate over time",
            SCHEDULES,
            SCHEDULES.index(values["schedule"]),
            key=f"schedule-{suffix}",
            persist_state="session",
            help="Constant as in the article, or a short climb and a cosine down to zero.",
        ),
    }


def learning_choices(
    values: dict[str, Any], suffix: str, left: DeltaGenerator, right: DeltaGenerator
) -> dict[str, object]:
    """Draw what is asked of the network in a step, and which of its weights answer."""
    return {
        "window": number_box(
            right,
            "window",
            "Size of varied pictures",
            values,
            # A network that must see whole pictures brings another value to begin with.
            f"window-{values['window']:g}-{suffix}",
            step=0.05,
            help="Their side as a share of the pixels above. A network that sees larger pictures "
            "when it answers answers better. Pictures that are not varied stay whole.",
        ),
        "views": number_box(
            left,
            "views",
            "Views an epoch",
            values,
            f"views-{suffix}",
            help="How often an epoch shows every picture, varied anew each time. Twice the views "
            "take twice as long.",
        ),
        "label_smoothing": number_box(
            right,
            "label_smoothing",
            "Label smoothing",
            values,
            f"smoothing-{suffix}",
            step=0.01,
            help="The share of each right answer that is left to the other class, so that the "
            "network does not become too sure of itself.",
        ),
        "weight_average": number_box(
            left,
            "weight_average",
            "Averaged weights",
            values,
            f"average-{suffix}",
            step=0.001,
            format="%.5f",
            help="Above 0 the weights that answer are a moving average of the trained ones, of "
            "which each step keeps this share: calmer and often better. 0 takes the newest.",
        ),
    }


def machine_choices(
    values: dict[str, Any], suffix: str, left: DeltaGenerator, right: DeltaGenerator
) -> dict[str, object]:
    """Draw which numbers to compute in, and where."""
    return {
        "dtype": right.selectbox(
            "Numbers",
            NUMBERS,
            NUMBERS.index(values["dtype"]),
            format_func=lambda name: NUMBER_NAMES.get(name, name),
            key=f"dtype-{suffix}",
            persist_state="session",
            help="float32 is usual and float64 exact. bfloat16 has 3 digits and is faster on some "
            "machines: the quickest is found by a few steps when the training begins.",
        ),
        "device": left.selectbox(
            "Computes on",
            DEVICES,
            DEVICES.index(values["device"]),
            format_func=DEVICE_NAMES.__getitem__,
            key=f"device-{suffix}",
            persist_state="session",
            help="Where torch computes: on a graphics card, if there is one, or on the processor.",
        ),
    }
