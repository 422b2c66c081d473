import pytest

from core.changes import Changes, Choice
from core.config import TrainConfig
from core.data import DataRequest
from core.errors import ConfigError


def test_each_photo_is_in_one_place_at_most_and_the_order_says_nothing():
    changes = Changes(("b", "a", "a"), ("c",))
    assert changes == Changes(("a", "b"), ("c",)) and changes.of("c") is Choice.TURN_OVER
    moved = changes.choose("a", Choice.TURN_OVER).choose("c", Choice.KEEP)
    assert moved == Changes(("b",), ("a",))
    assert [moved.of(name) for name in "abc"] == [
        Choice.TURN_OVER,
        Choice.LEAVE_OUT,
        Choice.KEEP,
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (Changes(), ""),
        (Changes(("a",)), "1 photo left out"),
        (Changes(("a", "b"), ("c",)), "2 photos left out and 1 label turned over"),
        (Changes((), ("c", "d")), "2 labels turned over"),
    ],
)
def test_changes_are_counted_in_words(changes, words):
    assert changes.words == words and bool(changes) == bool(words)


@pytest.mark.parametrize("values", ["a.jpg", [3], [""], ["a\nb"], [["a"]], None, {"a": 1}])
@pytest.mark.parametrize("kind", [TrainConfig, DataRequest])
def test_what_names_no_photos_is_refused_in_a_sentence(kind, values):
    with pytest.raises(ConfigError, match=r"^Left out must "):
        kind(left_out=values)
    with pytest.raises(ConfigError, match=r"^Turned over must "):
        kind(turned_over=values)


def test_a_photo_cannot_be_left_out_and_turned_over():
    with pytest.raises(ConfigError, match="not both: 'a'"):
        TrainConfig(left_out=("a", "b"), turned_over=("a",))


def test_a_config_keeps_its_changes_through_json_and_hands_them_to_the_loader():
    config = TrainConfig(left_out=("b", "a"), turned_over=("c",))
    again = TrainConfig.from_dict(config.to_dict())
    assert again == config and again.left_out == ("a", "b")
    assert DataRequest.of(config).changes == config.changes == Changes(("a", "b"), ("c",))


def test_a_config_from_before_there_were_changes_has_none():
    values = TrainConfig().to_dict()
    del values["left_out"], values["turned_over"]
    assert TrainConfig.from_dict(values).changes == Changes()
