"""The conv lab's controls are views of one experiment, whatever was changed before."""

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.conv_lab.address import from_query, look_from_query

APART = "Height and width apart"


def page() -> None:
    """Draw the controls alone, with the address."""
    from pages.parts.conv_lab import controls, state
    from pages.parts.conv_lab.tabs import choose_layer

    state.read_address()
    choose_layer()
    controls.show(state.current())
    state.write_address()


@pytest.fixture
def app() -> AppTest:
    """Open the controls at their defaults, with two values for each where there is a choice."""
    return AppTest.from_function(page, default_timeout=60).run()


def controls_of(app: AppTest) -> dict[str, Any]:
    """Return every control by its label; those whose label is their value by their key."""
    found: dict[str, Any] = {
        each.label: each for each in [*app.slider, *app.toggle, *app.radio, *app.number_input]
    }
    return found | {str(each.key).rpartition("_")[0]: each for each in app.selectbox}


def shown(app: AppTest) -> dict[str, object]:
    """Return what every control shows, as one that the browser mounts only now shows it.

    That is the value sent along with it, not the one kept in the session.
    """
    values: dict[str, object] = {}
    for name, control in controls_of(app).items():
        proto = control.proto
        assert not proto.set_value, f"{name} is told its value in this run only"
        if name in ("Numbers",) or name.startswith("lab_"):
            values[name] = control.options[proto.default]
            assert control.format_func(control.value) == values[name]
            continue
        default = proto.default[0] if hasattr(proto.default, "__len__") else proto.default
        assert default == control.value, name
        values[name] = default
    return values


def every_pair(count: int) -> Iterator[int]:
    """Walk over ``count`` places so that each comes once after every other one."""
    ways = {here: [there for there in range(count) if there != here] for here in range(count)}
    walk, path = [], [0]
    while path:  # Hierholzer's circuit
        if ways[path[-1]]:
            path.append(ways[path[-1]].pop())
        else:
            walk.append(path.pop())
    return iter(walk)


def change(app: AppTest, name: str) -> None:
    """Give a control another value than it has."""
    control = controls_of(app)[name]
    if name == "Numbers":
        control.set_value("float32" if control.value == "float64" else "float64")
    elif name.startswith("lab_"):
        control.select_index(0 if control.index else 1)
    elif isinstance(control.value, bool):
        control.set_value(not control.value)
    else:
        least = int(control.min if name not in ("Padding height", "Padding width") else 0)
        control.set_value(least + 1 if control.value == least else least)
    app.run()


def test_every_control_after_every_other_changes_itself_alone(app):
    app.toggle[1].set_value(True).run()
    names = [name for name in controls_of(app) if name != APART]
    assert len(names) == 20
    before = shown(app)
    for place in every_pair(len(names)):
        change(app, names[place])
        assert not app.exception
        after = shown(app)
        assert [each for each in after if after[each] != before[each]] == [names[place]]
        before = after
    experiment = app.session_state["lab_experiment"]
    assert from_query(app.query_params) == (experiment, [])
    look = app.session_state["lab_look"]
    assert look.apart and look_from_query(app.query_params) == (look, [])


def test_height_and_width_apart_keeps_all_that_is_square_and_squares_the_rest(app):
    for name in controls_of(app):
        if name != APART:
            change(app, name)
    before = shown(app)
    change(app, APART)
    apart = shown(app)
    assert all(
        apart[name] == value for name, value in before.items() if name in apart and name != APART
    )
    for name in [each for each in apart if each.endswith(" width")]:
        change(app, name)
    assert not app.session_state["lab_experiment"].square
    change(app, APART)
    assert shown(app) == before


def test_same_padding_keeps_the_size_or_says_why_it_can_not(app):
    app.slider[1].set_value(5).run()
    same = next(button for button in app.button if button.label == "Same padding")
    same.click().run()
    experiment = app.session_state["lab_experiment"]
    assert experiment.padding == (2, 2) and experiment.output_size == experiment.size
    app.slider[1].set_value(4).run()
    assert next(button for button in app.button if button.label == "Same padding").disabled
