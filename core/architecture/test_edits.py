"""Edits of a network: each gives one that its text says, and all of them can be undone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.architecture.blocks import KINDS_OF_LAYERS, describe
from core.architecture.conftest import LAYERS, networks
from core.architecture.editing import DOINGS, Editing, begin, carry_out, show
from core.architecture.edits import (
    MOST_STEPS,
    History,
    change,
    default_layer,
    insert,
    move,
    name_way_out,
    remove,
)
from core.architecture.layers import KINDS, Flatten, Linear, ReLU
from core.architecture.library import NAMES, text_of
from core.architecture.plan import plan
from core.architecture.text import MOST_LAYERS, read, write
from core.architecture.window_layers import AdaptiveAvgPool, Conv, MaxPool
from core.errors import ArchitectureError

PLACES = st.integers(-2, 12)
FIELDS = sorted({field["name"] for kind in KINDS_OF_LAYERS for field in kind["fields"]})
WORDS = st.sampled_from(["0", "1", "3", "3x5", "same", "depthwise", "none", "on", "off", "0.5", ""])
TEXTS = st.lists(LAYERS, max_size=8).map(write) | st.sampled_from(["conv", "relu 3", "# nothing"])
GESTURES = st.one_of(
    st.fixed_dictionaries({"do": st.sampled_from(["undo", "redo"])}),
    st.fixed_dictionaries(
        {"do": st.just("insert"), "place": PLACES, "kind": st.sampled_from([*KINDS, "no such"])}
    ),
    st.fixed_dictionaries({"do": st.just("remove"), "place": PLACES}),
    st.fixed_dictionaries(
        {"do": st.just("move"), "place": PLACES, "to": PLACES},
        optional={"gesture": st.sampled_from(["drag 1", "drag 2"])},
    ),
    st.fixed_dictionaries(
        {
            "do": st.just("change"),
            "place": PLACES,
            "name": st.sampled_from(FIELDS),
            "value": WORDS,
            "gesture": st.sampled_from(["", "change 1", "change 2"]),
        }
    ),
    st.fixed_dictionaries(
        {"do": st.just("type"), "text": TEXTS, "gesture": st.sampled_from(["", "type 1"])}
    ),
    st.fixed_dictionaries({"do": st.just("use"), "text": TEXTS}),
    st.just({"do": "no such"}),
)


def done(editing: Editing, *gestures: dict[str, Any]) -> Editing:
    for gesture in gestures:
        editing = carry_out(editing, gesture)
    return editing


@given(networks(), st.lists(GESTURES, max_size=25))
def test_after_any_edits_the_text_says_the_network_and_undoing_all_gives_the_start(made, gestures):
    layers, side = made
    start = begin(write(layers))
    editing = done(start, *gestures)
    assert read(write(editing.layers)) == editing.layers
    described = describe(editing, side)
    assert len(described["layers"]) == len(editing.layers)
    assert read(described["text"]) == editing.layers
    for way in described["problem"]["ways"] if described["problem"] else ():
        assert way["label"]
        assert write(read(way["text"])) == way["text"] != described["text"]
    while describe(editing, side)["can_undo"]:
        editing = done(editing, {"do": "undo"})
    assert editing.layers == layers
    while describe(editing, side)["can_redo"]:
        editing = done(editing, {"do": "redo"})
    assert done(editing, *[{"do": "undo"}] * len(editing.history.past)).layers == layers


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_can_be_drawn(name):
    described = describe(begin(text_of(name)), 224)
    assert described["problem"] is None
    planned = plan(read(text_of(name)), 224)
    assert described["totals"] == {
        "parameters": planned.parameters,
        "multiply_adds": planned.multiply_adds,
        "memory": 4 * planned.numbers,
    }
    assert [each["shape"] for each in described["layers"]] == [s.shape for s in planned.steps]


def test_layers_are_added_moved_and_removed():
    layers = read("conv 8 kernel 3\nrelu\nflatten")
    assert insert(layers, 1, MaxPool((2, 2))) == read("conv 8 kernel 3\nmaxpool 2\nrelu\nflatten")
    assert insert(layers, 3, ReLU())[-1] == ReLU()
    assert remove(layers, 0) == layers[1:]
    assert move(layers, 0, 2) == read("relu\nflatten\nconv 8 kernel 3")
    assert move(layers, 2, 0) == read("flatten\nconv 8 kernel 3\nrelu")
    for wrong in (-1, 3):
        with pytest.raises(IndexError):
            remove(layers, wrong)


def test_a_value_is_changed_as_it_is_written():
    layers = read("conv 8 kernel 3\nmaxpool 3 stride 2")
    assert change(layers, 0, "kernel", "3x5")[0] == Conv(8, (3, 5))
    assert change(layers, 0, "padding", "same")[0] == Conv(8, (3, 3), padding="same")
    assert change(layers, 1, "stride", "none")[1] == MaxPool((3, 3))
    with pytest.raises(ArchitectureError, match=r"^The kernel of conv must be .*, not '0'.$"):
        change(layers, 0, "kernel", "0")
    with pytest.raises(ArchitectureError, match=r"not nothing.$"):
        change(layers, 0, "channels", " ")
    with pytest.raises(ArchitectureError, match=r"not 'none'.$"):
        change(layers, 0, "stride", "none")
    with pytest.raises(ArchitectureError, match="no slope"):
        change(layers, 0, "slope", "1")


def test_a_network_has_so_many_layers_and_no_more():
    layers = (ReLU(),) * MOST_LAYERS
    with pytest.raises(ArchitectureError, match=r"at most 100 layers, not 101."):
        insert(layers, 0, ReLU())
    editing = done(begin(write(layers)), {"do": "insert", "place": 0, "kind": "relu"})
    assert editing.layers == layers
    assert "100 layers" in editing.complaint


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.word)
def test_a_new_layer_fits_where_its_kind_does(kind):
    layers = read(text_of("compact"))
    place = layers.index(Flatten()) + (1 if kind is Linear else 0)
    if not issubclass(kind, MaxPool | KINDS["avgpool"]):  # nothing to pool on a 1 x 1 map
        added = insert(layers, place, default_layer(kind, layers, place))
        broken = plan(added, 96).problem
        assert broken is None or kind is Flatten
    at_the_start = insert(layers, 0, default_layer(kind, layers, 0))
    problem = plan(at_the_start, 96).problem
    assert (problem is None or problem.place != 0) == (kind is not Linear)


def test_a_new_layer_is_like_its_neighbours():
    layers = read(text_of("article"))
    assert default_layer(Conv, layers, 5) == Conv(32, (3, 3), padding=(1, 1))
    assert default_layer(Conv, layers, 0) == Conv(16, (3, 3), padding=(1, 1))
    assert default_layer(Linear, layers, 17) == Linear(64)
    assert default_layer(Linear, layers[:16], 16) == Linear(1)
    assert default_layer(AdaptiveAvgPool, layers, 3) == AdaptiveAvgPool((1, 1))


def test_ways_out_are_named_and_lead_on():
    for text, labels in {
        "conv 8 kernel 5": ["Use padding 1", "Use kernel 3"],
        "linear 1\nsigmoid": [
            "Put flatten before it",
            "Put adaptive avgpool 1 and flatten before it",
        ],
        "flatten\nmaxpool 2\nlinear 1\nsigmoid": ["Leave it out"],
        "flatten": ["End in linear 1 and sigmoid"],
        "flatten\nlinear 1": ["End in sigmoid"],
    }.items():
        layers = read(text)
        problem = plan(layers, 3).problem
        assert problem
        assert [name_way_out(layers, problem, way) for way in problem.ways_out] == labels
        way = describe(begin(text), 3)["problem"]["ways"][0]["text"]
        used = done(begin(text), {"do": "use", "text": way})
        assert used.layers == problem.ways_out[0]
        assert done(used, {"do": "undo"}).layers == layers


def test_steps_of_one_gesture_are_undone_together():
    a, b, c = (read(f"conv {n} kernel 1") for n in (1, 2, 3))
    history = History(a).then(b, "drag").then(c, "drag")
    assert history.undone() == History(a, (), (c,))
    assert history.undone().redone().present == c
    assert History(a).then(b, "drag").then(c, "drop").undone().present == b
    assert History(a).then(b, "drag").then(a, "drag") == History(a)
    assert History(a).then(a) == History(a)
    for n in range(2 * MOST_STEPS):
        history = history.then(read(f"conv {n + 4} kernel 1"))
    assert len(history.past) == MOST_STEPS


def test_a_text_that_cannot_be_read_is_kept_until_it_can():
    editing = begin("relu")
    typed = done(editing, {"do": "type", "text": "relu\nconf 3"})
    assert typed.layers == (ReLU(),)
    assert typed.typed and typed.typed.line == 2 and typed.typed.text == "relu\nconf 3"
    assert typed.rewritten == editing.rewritten
    assert done(typed, {"do": "type", "text": "relu\nrelu"}).layers == (ReLU(), ReLU())
    assert done(typed, {"do": "undo"}).typed is None
    unreadable = begin("conf 3")
    assert unreadable.layers == () and unreadable.typed
    assert show(typed, "tanh").layers == read("tanh")
    assert done(show(typed, "tanh"), {"do": "undo"}).layers == (ReLU(),)


def test_what_cannot_be_done_says_why_or_does_nothing():
    editing = begin("conv 3 kernel 3")
    refused = done(editing, {"do": "change", "place": 0, "name": "kernel", "value": "0"})
    assert refused.layers == editing.layers
    assert "must be" in refused.complaint
    assert not done(refused, {"do": "undo"}).complaint
    for name in DOINGS:
        late = done(editing, {"do": name, "place": 7, "to": 9})
        assert (late.layers, late.complaint) == (editing.layers, "")
