import numpy as np
import pytest

from core.training.rate_finder import rates_to_try
from core.training.rate_suggestion import Suggestion
from core.training.rate_suggestion import suggest as suggest_of

RATES = rates_to_try(100)
EXPONENTS = np.log10(RATES)
NOISE = np.random.default_rng(0).normal(0, 1, 100)


def suggest(rates, losses) -> Suggestion:
    return suggest_of(rates, list(losses), 0)


def falling(middle: float, width: float = 0.5, low: float = 0.2) -> np.ndarray:
    """From 0.7 down to ``low``, fastest at the exponent ``middle``."""
    return low + (0.7 - low) / (1 + np.exp((EXPONENTS - middle) / width * 2))


def rising(start: float) -> np.ndarray:
    """Nothing up to the exponent ``start``, from there ever steeper."""
    return np.expm1(np.maximum(0, EXPONENTS - start) * 3)


@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_a_valley_speaks_for_the_rate_at_which_the_loss_falls_fastest(noise):
    found = suggest(RATES, falling(-3) + rising(-1.5) + noise * NOISE)
    assert found.rate is not None and found.grows_from is not None
    assert 3e-4 <= found.rate <= 3e-3
    assert 0.01 <= found.grows_from <= 0.1
    assert found.sentence.startswith(f"At {found.rate:g} the loss falls fastest; beyond 0.")
    assert found.sentence.endswith(f"it grows: {found.rate:g} suggested.")
    assert len(found.smoothed) == 100


def test_an_explosion_is_said_to_begin_where_it_does():
    losses = falling(-4, low=0.01)
    losses[80:] = 3.0  # four batches come round: some steps before, they are as good as ever
    found = suggest(RATES, losses + 0.001 * NOISE)
    assert found.grows_from is not None and RATES[78] <= found.grows_from <= RATES[80]


def test_a_loss_that_still_falls_at_the_end_has_its_rate_and_says_so():
    found = suggest(RATES, falling(-1))
    assert found.rate == pytest.approx(0.1, rel=0.5) and found.grows_from is None
    assert "it grows at none of the rates tried" in found.sentence


@pytest.mark.parametrize("seed", range(20))
def test_a_flat_loss_has_no_rate_whatever_its_noise(seed):
    noise = np.random.default_rng(seed).normal(0, 0.08, 100)
    found = suggest(RATES, 0.693 + noise)
    assert found.rate is None
    assert found.sentence.startswith("No rate was found at which the loss falls: it stays near 0.")


def test_a_loss_that_only_grows_has_no_rate():
    found = suggest(RATES, 0.693 + rising(-3) + 0.02 * NOISE)
    assert found.rate is None and found.grows_from is not None
    assert "and grows beyond 0.00" in found.sentence


@pytest.mark.parametrize("steps", [0, 1, 9])
def test_a_loss_that_diverges_at_once_has_no_rate(steps):
    found = suggest(RATES[:steps], [0.7] * steps)
    assert found.rate is None and found.smoothed == ()
    assert found.sentence == (
        "No rate was found at which the loss falls: it explodes at the very first ones."
    )


def test_an_explosion_at_the_end_changes_nothing():
    curve = falling(-3)[:70]
    exploded = np.append(curve, [5.0, 60.0])
    assert suggest(RATES[:72], exploded).rate == suggest(RATES[:70], curve).rate


def test_a_test_that_ended_early_grew_at_its_end_however_short_that_was():
    curve = falling(-3)[:70].tolist()
    whole, ended = suggest_of(RATES[:70], curve), suggest_of(RATES[:70], curve, 100)
    assert whole.grows_from is None and ended.grows_from == RATES[69]
    assert ended.rate == whole.rate and "beyond 0.08 it grows" in ended.sentence
