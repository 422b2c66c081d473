import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.pictures.limits import GUESSING, loss_limit

CALM = np.linspace(0.75, 0.5, 100)


def test_a_first_loss_of_nine_is_cut_off():
    limit = loss_limit(np.concatenate([[9.0], CALM]))
    assert limit is not None and 0.75 < limit < 1.6


def test_a_few_more_may_go_with_it_but_never_many():
    assert loss_limit(np.concatenate([[9, 7, 5, 3], CALM])) is not None
    # A fifth of the run at a loss of 50 is no spike: it is what happened.
    assert loss_limit(np.concatenate([CALM, [50.0] * 25])) is None


@pytest.mark.parametrize(
    "losses",
    [
        CALM,
        np.geomspace(0.7, 0.001, 300),  # all of a descent from guessing is worth seeing
        np.concatenate([[0.69, 0.6], np.full(300, 0.01)]),
        np.full(50, 50.0),
        np.concatenate([[1.4], CALM]),  # not so high that it would flatten the rest
        np.array([9.0, 0.7]),  # too few to say what is a spike
        np.array([]),
        np.array([np.nan, np.inf]),
    ],
)
def test_what_has_no_spike_is_not_cut(losses):
    assert loss_limit(losses) is None


def test_in_an_epochs_chart_one_value_can_be_the_spike():
    limit = loss_limit(np.array([9.0, 0.7, 0.65, 0.6, 0.55, 0.5]))
    assert limit is not None and limit < 2


@settings(deadline=None, derandomize=True)
@given(arrays(np.float64, st.integers(0, 200), elements=st.floats(0, 100)))
def test_at_most_one_in_twenty_is_cut_and_what_is_near_guessing_never(losses):
    limit = loss_limit(losses)
    if limit is not None:
        assert 1 <= (losses > limit).sum() <= max(1, len(losses) * 0.05)
        assert limit >= 1.2 * GUESSING
        assert losses.max() > 2 * limit
