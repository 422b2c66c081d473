"""Records from JSON: what fits its fields comes through, anything else is named."""

from dataclasses import asdict, dataclass
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conftest import JSON, examples
from core.records import LARGEST, is_count, is_number, is_share, is_text, read_count, read_record


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Point:
    x: float
    y: float = 0.0


@dataclass(frozen=True)
class Record:
    count: int
    name: str
    colour: Colour = Colour.RED
    sure: bool = False
    rest: tuple[int, ...] = ()
    place: Point | None = None


GOOD = {"count": 3, "name": "cat"}


def test_what_fits_is_read_and_what_has_no_field_is_left_out():
    place = {"x": 1, "y": 0.5}
    read = read_record(Record, {**GOOD, "rest": [1, 2], "place": place, "newer": [{}]})
    assert (read.count, read.name, read.rest, read.place) == (3, "cat", [1, 2], place)
    assert read_record(Record, GOOD) == Record(3, "cat")


def test_a_field_that_is_missing_is_named():
    with pytest.raises(ValueError, match=r"^Record needs its name$"):
        read_record(Record, {"count": 3})


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"count": -1}, "count must be a whole number from 0, not -1"),
        ({"count": True}, "count must be a whole number from 0, not True"),
        ({"count": 2**31}, "count must be a whole number from 0, not 2147483648"),
        ({"name": 3}, "name must be a text, not 3"),
        ({"name": "\ud800"}, "name must be a text, not \ud800"),
        ({"colour": "green"}, "colour must be what this program writes, not green"),
        ({"sure": 1}, "sure must be true or false, not 1"),
        ({"rest": [1, "2"]}, "rest must be a list, each item a whole number from 0, not [1, '2']"),
        ({"place": {"y": 1}}, "place must be what this program writes, not {'y': 1}"),
        ({"place": {"x": float("nan")}}, "place must be what this program writes, not {'x': nan}"),
        ({"name": ["long"] * 99}, f"name must be a text, not {str(['long'] * 99)[:40]}"),
    ],
)
def test_a_value_of_another_kind_is_named_with_what_came(wrong, sentence):
    with pytest.raises(ValueError) as refused:
        read_record(Record, {**GOOD, **wrong})
    assert str(refused.value) == sentence


@pytest.mark.parsers
@given(st.dictionaries(st.sampled_from([*asdict(Record(1, "")), "other"]), JSON))
@examples(200)
def test_any_json_is_a_record_or_a_sentence(values):
    said, read = "", None
    try:
        read = read_record(Record, values)
    except ValueError as error:
        said = str(error)
    if read is None:
        assert said.startswith((*asdict(Record(1, "")), "Record needs its"))
    else:
        assert is_count(read.count) and is_text(read.name) and read.colour in list(Colour)


@pytest.mark.parsers
@given(JSON | st.integers())
@examples(200)
def test_numbers_that_pass_can_be_computed_with(value):
    if is_count(value):
        assert 0 <= value < LARGEST
    if is_number(value):
        assert float(value) - float(value) == 0
    assert not is_share(value) or 0 <= value <= 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *[("0", 0), ("007", 7), ("999999999", 999_999_999), ("1000000000", None), ("", None)],
        *[("-1", None), ("1.0", None), ("²", None), ("٣", None), (" 1", None), ("1e3", None)],
    ],
)
def test_a_count_in_an_address(text, number):
    assert read_count(text) == number
