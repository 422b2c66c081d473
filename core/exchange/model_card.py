"""The card of the model that comes with the program, written from the facts of its training."""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.config import TrainConfig
from core.exchange.report.recipe import recipe_rows
from core.explain.scores import wilson_interval
from core.networks.calibration import Certainty
from core.wording import percent

WIDTH = 100
NAMED = 10
"""So many of the photos answered wrongly are named."""
LEFT_OUT = ("data", "train per class", "test per class", "engine", "device", "mistakes")
"""What says nothing of this recipe."""


def model_card(facts: Mapping[str, Any], path: Path) -> str:
    """Write the card of the weights in ``path``, of which ``facts`` is known."""
    config = TrainConfig.from_dict(dict(facts["config"]))
    rows = (row for row in recipe_rows(config) if row[0] not in LEFT_OUT)
    return CARD.format(
        **facts,
        name=path.stem,
        kilobytes=path.stat().st_size // 1000,
        photos=share_in_words(facts["test_accuracy"], facts["test_photos"]),
        drawn=share_in_words(facts["test_accuracy_drawn"], facts["test_drawn"]),
        side=config.image_size,
        recipe="\n".join(f"| {name} | {value} |" for name, value, _ in rows),
        what_it_knows=wrapped(certainty_words(facts)),
        failures=wrapped(failure_words(facts)),
    )


def share_in_words(share: float, count: int) -> str:
    """Say a share of ``count`` photos with the interval in which it lies 95 times in 100."""
    low, high = wilson_interval(np.array([share]), np.array([count]))
    return f"{percent(share)} of {count} (95 % interval {percent(low[0])} to {percent(high[0])})"


def wrapped(text: str) -> str:
    """Break a paragraph into lines."""
    return textwrap.fill(text, WIDTH)


def certainty_words(facts: Mapping[str, Any]) -> str:
    """Say what the model knows of its own certainty, and what that was measured on."""
    certainty = Certainty.from_dict(dict(facts["certainty"]))
    band = certainty.band
    return (
        f"Its certainty was set with {band.photos} photos that were kept out of the training for "
        f"it: logits over a temperature of {certainty.temperature:.2f} (expected calibration error "
        f"{certainty.error_before:.3f} before, {certainty.error:.3f} with one that was fitted on "
        f"other photos). From a certainty of {percent(band.certainty)} on an answer counts, so "
        f"that {band.target * 100:g} in 100 are right; that declines {percent(band.declined)} of "
        "these photos."
    )


def failure_words(facts: Mapping[str, Any]) -> str:
    """Say what the model is known to get wrong."""
    wrong = facts["test_wrong"]
    named = ", ".join(f"`{name}`" for name in wrong[:NAMED])
    surest = f" Its surest mistakes among the test photos: {named}." if wrong else ""
    return (
        "It has only ever seen cats and dogs. Noise, patterns, text, screens and plain drawings it "
        "mostly declines as unlike anything it learnt; another animal it often takes for a cat or "
        f"a dog, and so it does with some photos of other things.{surest}"
    )


CARD = """\
# The model that comes with the program

The `{model}` network, trained to tell cats from dogs; `{name}.safetensors` ({kilobytes} kB, half
precision) holds the weights and `{name}.json` the facts below, written by the same command.

| what | value |
| --- | --- |
| right on photos it never saw | {photos} |
| right on drawn pets it never saw | {drawn} |
| trained on | {train_photos} photos and {train_drawn} drawn pets, in {minutes:g} minutes |
| input | {side} x {side} pixels, stretched, RGB in 0..1 |
| output | P(cat); dog = 0, cat = 1 |

The photos are cats and dogs from public collections of the Asirra kind: mostly house pets, mostly
one animal, mostly the whole of it. The weights are those after the last epoch; nothing was chosen
on the test photos. None of the photos is in this repository.

## What it knows of itself

{what_it_knows}

## Known failures

{failures}

It is a teaching model: do not decide anything about an animal with it.

## The recipe

| what | value |
| --- | --- |
{recipe}

Make it again with the same folders, where each holds photos of cats and of dogs in a layout that
the README names; what is interrupted goes on when the command is given again:

```sh
python -m core.make_shipped --photos cat-and-dog more-photos --work made
```

With `--measure` the weights are only tested again, as the program decodes and draws by then.
"""
