"""What a run was told, and the network that it trained."""

import dataclasses
from collections.abc import Iterator

from core.architecture.library import name_of, text_of
from core.architecture.plan import plan
from core.architecture.text import read, write_layer
from core.config import TrainConfig
from core.exchange.report.page import paragraph, section, table, text
from core.exchange.run_files import photos_folder_name
from core.runs.naming import in_words
from core.runs.run import Run

NAMED = 20
"""Photos left out that are named; there may be thousands."""


def recipe_section(run: Run) -> str:
    """List everything that the training was told."""
    config = run.settled.replace(data=photos_folder_name(run.config.data))
    return section(
        "The recipe in full",
        paragraph(
            "Everything that decides how this training goes: on the same computer the same gives "
            "the same."
        ),
        table(("what", "value", "in words"), recipe_rows(config)),
    )


def recipe_rows(config: TrainConfig) -> Iterator[tuple[str, str, str]]:
    """Yield name, value and words of every choice but the network, which is told by itself."""
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if field.name == "model":
            value = name_of(value)
        shown = shortened(value) if isinstance(value, tuple) else str(value)
        words = in_words(config, field.name)
        yield field.name.replace("_", " "), shown, "" if words.endswith(f" {shown}") else words


def shortened(values: tuple[object, ...]) -> str:
    """Name the values of a list; of a long one the first, and how many more there are."""
    more = [f"and {len(values) - NAMED:,} more"] if len(values) > NAMED else []
    return ", ".join([*map(str, values[:NAMED]), *more]) or "none"


def network_section(config: TrainConfig) -> str:
    """Draw the network: its text, and what comes out of each layer at which cost."""
    layers = read(text_of(config.model))
    planned = plan(layers, config.image_size)
    rows = [("photo", f"3 × {config.image_size} × {config.image_size}", "1 × 1", "", "")]
    rows += [
        (
            write_layer(step.layer),
            " × ".join(map(str, step.shape)),
            " × ".join(map(str, step.field)),
            f"{step.parameters:,}" if step.parameters else "",
            f"{step.multiply_adds:,}" if step.multiply_adds else "",
        )
        for step in planned.steps
    ]
    heads = ("layer", "gives out", "a number sees", "weights", "multiply-adds a photo")
    return section(
        "The network",
        paragraph(
            f"{name_of(config.model)}: {planned.parameters:,} weights, {planned.multiply_adds:,} "
            "multiplications with additions for one photo. What a number sees are the pixels of "
            "the photo that it depends on, its receptive field."
        ),
        table(heads, rows, numbers=(3, 4)),
        "<h3>Its text</h3>",
        paragraph(
            "As python -m core.train --network FILE takes it, and the editor on the Train page.",
            note=True,
        ),
        f"<pre>{text(text_of(config.model))}</pre>",
    )
