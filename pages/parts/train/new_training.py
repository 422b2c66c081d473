"""A new training: the form, and Start."""

from pages.parts.shared.start_training import begin
from pages.parts.shared.training_form import training_form


def show() -> None:
    """Draw the form; its button begins the training."""
    config = training_form("train", "Start", "start")
    if config is not None:
        begin(config.replace(engine="torch") if config.engine == "both" else config)
