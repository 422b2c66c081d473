from core.runs.rate_changes import RateChange, chain
from core.training.events import LearningRateChanged


def test_each_change_says_where_it_is_and_what_it_came_from():
    logged = [LearningRateChanged(0, 3, 0.1), LearningRateChanged(2, 2, 1e-5)]
    changes = chain(0.0005, logged, steps=4)
    assert changes == [RateChange(3, 0.75, 0.0005, 0.1), RateChange(10, 2.5, 0.1, 1e-5)]
    assert [change.words for change in changes] == ["rate 0.0005 → 0.1", "rate 0.1 → 1e-05"]


def test_several_changes_in_one_pause_are_one():
    logged = [LearningRateChanged(1, 0, rate) for rate in (0.1, 0.2, 0.3)]
    assert chain(0.5, logged, steps=4) == [RateChange(4, 1.0, 0.5, 0.3)]


def test_what_changed_nothing_is_no_change():
    back = [LearningRateChanged(1, 0, 0.1), LearningRateChanged(1, 0, 0.5)]
    assert chain(0.5, back, steps=4) == []
    assert chain(0.5, [LearningRateChanged(0, 0, 0.5)], steps=0) == []
