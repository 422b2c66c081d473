"""A box for one number of a training's config."""

from typing import Any

from streamlit.delta_generator import DeltaGenerator

from core.config import check_field
from core.errors import ConfigError


def number_box(
    place: DeltaGenerator,
    field: str,
    label: str,
    values: dict[str, Any],
    key: str,
    *,
    help: str,
    step: float = 1,
    format: str | None = None,
    below: DeltaGenerator | None = None,
) -> int | float:
    """Draw the box of one of the config's numbers, and under it why it cannot be what was typed.

    ``values`` holds what it starts from. ``below`` is where that is said when the box's own column
    is too narrow for a sentence.

    The box has no limits of its own: Streamlit would keep the last good number without a word.
    """
    value = place.number_input(
        label,
        value=values[field],
        step=step,
        format=format,
        key=key,
        persist_state="session",
        help=help,
    )
    try:
        check_field(field, value)
    except ConfigError as error:
        (below or place).markdown(f":red[{error}]")
    return value
