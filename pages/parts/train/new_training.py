"""A new training: the form, Start, and a run from elsewhere."""

from pages.parts.shared.start_training import begin
from pages.parts.shared.training_form import training_form
from pages.parts.train.from_elsewhere import offer_to_take_in


def show() -> None:
    """Draw the form; its button begins the training."""
    config = training_form("train", "Start", "start")
    offer_to_take_in()
    if config is not None:
        begin(config.replace(engine="torch") if config.engine == "both" else config)
