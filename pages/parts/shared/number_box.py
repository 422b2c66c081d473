"""A box for one number of a training's config."""

from streamlit.delta_generator import DeltaGenerator

from core.config import TrainConfig
from core.errors import ConfigError


def number_box(
    place: DeltaGenerator,
    field: str,
    label: str,
    preset: TrainConfig,
    key: str,
    *,
    help: str,
    step: float = 1,
    format: str | None = None,
    below: DeltaGenerator | None = None,
) -> int | float:
    """Draw the box of one of the config's numbers, and under it why it cannot be what was typed.

    ``below`` is where that is said when the box's own column is too narrow for a sentence.

    The box has no limits of its own: Streamlit would keep the last good number without a word.
    """
    value = place.number_input(
        label,
        value=preset.to_dict()[field],
        step=step,
        format=format,
        key=key,
        persist_state="session",
        help=help,
    )
    try:
        preset.replace(**{field: value})
    except ConfigError as error:
        (below or place).markdown(f":red[{error}]")
    return value
