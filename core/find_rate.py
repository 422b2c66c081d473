"""Finds a learning rate on the command line: ``python -m core.train --find-rate``."""

from core.config import TrainConfig
from core.runs.rate_search import try_rates_for
from core.runs.run import Run
from core.runs.slots import Slot, claimed, others
from core.training.rate_suggestion import spoken_rate, suggest

BAR = 40
EVERY = 5


def find_rate(config: TrainConfig, run: Run | None) -> int:
    """Try learning rates and print what they come to; return the exit code, 1 when none is good.

    It begins with the first weights, or with the newest ones of ``run``, which stays as it is.
    ``GlassError`` says what cannot be loaded.
    """
    with claimed(Slot()) as slot:
        if not slot.take():
            print(f"{others().capitalize()} this machine: try again when one has ended.")
            return 1
        print(f"Loading photos from {config.data} at {config.image_size} x {config.image_size}")
        tried = []
        for each in try_rates_for(config, run):
            tried.append(each)
            if each.step % EVERY == 1:
                bar = "#" * min(BAR, round(each.loss * BAR / 2))
                print(f"rate {each.learning_rate:<8.2g} loss {each.loss:.3f}  {bar}", flush=True)
    rates, losses = [each.learning_rate for each in tried], [each.loss for each in tried]
    found = suggest(rates, losses, tried[0].steps if tried else 0)
    print(found.sentence)
    if found.rate is not None:
        print(f"To train with it, leave out --find-rate and add --lr {spoken_rate(found.rate)}")
    return 0 if found.rate is not None else 1
