"""What to try when a training does not go well, in half a sentence."""

from core.config import TrainConfig, recipe_of
from core.runs.curves import Curves

FAR_FROM = 3.0
"""A learning rate so many times the recipe's is held for too high, or its inverse for too low."""


def rate_advice(curves: Curves) -> str:
    """Say which learning rate was too high, and what to take instead."""
    highest, usual = max(curves.rates), recipe_of(curves.config).learning_rate
    tenth = f"try a tenth, {highest / 10:g}"
    if highest / 10 > FAR_FROM * usual:
        tenth += f", or {whose(curves.config)} own {usual:g}"
    if curves.rate < highest:
        return (
            f"A learning rate of {highest:g} was too high, and what it did to the weights may not "
            f"mend: begin a new training and {tenth}."
        )
    return f"The learning rate of {highest:g} is probably too high: {tenth}."


def more_variety(curves: Curves) -> str:
    """Say what keeps a network from learning its photos by heart."""
    return "more pictures" if curves.config.variations else "more pictures, varied pictures"


def way_out(curves: Curves) -> str:
    """Say what may help a network that does not begin to learn."""
    usual = recipe_of(curves.config).learning_rate
    if curves.config.init == "constant":
        return "first weights that are not constant, with which all channels stay alike"
    if curves.rate > FAR_FROM * usual:
        return f"a smaller learning rate, {usual:g} is {whose(curves.config)} own"
    if curves.rate < usual / FAR_FROM:
        return f"a larger learning rate, {usual:g} is {whose(curves.config)} own"
    return f"another learning rate, such as {curves.rate / 3:.1g}, or more pictures"


def whose(config: TrainConfig) -> str:
    """Say whose learning rate the usual one is: a network without a recipe follows another's."""
    return "this network's" if config.model == recipe_of(config).model else "the recipe's"
