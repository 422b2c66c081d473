"""Whatever a file of events holds, it is read without an error, and whole lines are not lost."""

import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conftest import examples
from core.runs.event_log import EventLog
from core.runs.rate_changes import chain
from core.training.events import (
    BatchDone,
    Begun,
    EnginesCompared,
    EpochDone,
    Event,
    LayerMeasured,
    LayersMeasured,
    LearningRateChanged,
    from_json,
    to_json,
)

pytestmark = pytest.mark.parsers

LAYERS = LayersMeasured(1, 4, 16, (LayerMeasured("Conv", 0.1, None, 0.3, 0.4, 0.5),))
GOOD: list[Event] = [
    Begun(0, 0, 4, 5e-4),
    BatchDone(1, 1, 4, 0.5, 0.75, 5e-4, 16, 100.0, 9.5),
    EnginesCompared(1, 1, 4, 0.7, 0.7, 1e-9, "0.weight", 0.0, 10.0, 20.0),
    LAYERS,
    EpochDone(1, 0.6, 0.7, 0.65, 0.68, 12.5),
    LearningRateChanged(1, 2, 0.1),
]
LINES = [to_json(event).encode() for event in GOOD]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside),
    max_leaves=5,
)


@st.composite
def changed_lines(draw):
    """A good line of which a field is gone, another one, or has another value."""
    values = json.loads(draw(st.sampled_from(LINES)))
    for name in draw(st.lists(st.sampled_from(sorted(values)), max_size=3)):
        if draw(st.booleans()):
            values[name] = draw(VALUES)
        else:
            values.pop(name, None)
    return json.dumps(values).encode()


@st.composite
def damaged_lines(draw):
    """A good line with a few bytes changed, or cut."""
    line = bytearray(draw(st.sampled_from(LINES)))
    chance = random.Random(draw(st.integers(0, 2**32)))
    for _ in range(chance.choice((1, 2, 9))):
        line[chance.randrange(len(line))] = chance.randrange(256)
    return bytes(line[: chance.choice((len(line), chance.randrange(len(line))))])


ANY_LINE = (
    changed_lines()
    | damaged_lines()
    | st.binary(max_size=40)
    | VALUES.map(lambda value: json.dumps(value).encode())
)


def test_what_a_newer_version_says_of_a_layer_is_left_out():
    values = json.loads(to_json(LAYERS))
    values["layers"][0]["shade"] = 0.5
    assert from_json(json.dumps(values)) == LAYERS


@examples(500)
@given(ANY_LINE)
def test_a_line_is_an_event_that_comes_back_or_a_value_error(line):
    try:
        event = from_json(line)
    except ValueError:
        return
    assert from_json(to_json(event)) == event


@examples(200)
@given(st.lists(st.sampled_from(LINES) | ANY_LINE, max_size=12), st.data())
def test_any_file_is_read_in_pieces_as_it_is_at_once(tmp_path, lines, data):
    path = tmp_path / "events.jsonl"
    path.unlink(missing_ok=True)
    content = b"".join(line + b"\n" for line in lines)
    reader = EventLog(path)
    places = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=4)))
    for start, stop in zip([0, *places], [*places, len(content)], strict=True):
        with path.open("ab") as file:
            file.write(content[start:stop])
        reader.events()
    whole = EventLog(path)
    assert whole.events() == reader.events()
    readable = sum(line in LINES for line in content.split(b"\n"))
    assert len(whole.events()) >= readable
    for log in (whole, reader):
        losses = log.batch_losses()
        assert losses.losses.dtype == np.float64 and len(losses.steps) == len(losses.losses)
        assert np.isfinite(losses.losses).all()
        assert all(isinstance(each.weight_name, str) for each in log.comparisons())
        assert all(layer.name for each in log.layers() for layer in each.layers) or log.layers()
        chain(0.1, log.learning_rates(), log.steps_per_epoch())
        assert all(each.epoch >= 0 for each in log.epochs())


def test_a_line_nested_without_end_is_skipped(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"[" * 200_000 + b"\n" + LINES[1] + b"\n")
    assert EventLog(path).events() == [GOOD[1]]
