"""The conv lab's tabs without a browser: each draws itself, asks its question, and shows it."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.conv_lab.questions import question_about
from pages.parts.conv_lab.state import LAYERS


def page() -> None:
    """Draw the lab as its page does, without the frame that all pages share."""
    from pages.parts.conv_lab import convolution, layer_demos, state
    from pages.parts.conv_lab.tabs import choose_layer

    state.read_address()
    layer = choose_layer()
    if layer == "conv":
        convolution.show()
    else:
        layer_demos.show(layer)
    state.write_address()


def opened(**query: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=120)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def subject(app: AppTest, layer: str) -> Any:
    """What the tab shows: an experiment, or a layer with its settings."""
    if layer == "conv":
        return app.session_state["lab_experiment"]
    return app.session_state["lab_layers"][layer]


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in app.markdown).replace("\\", "")


def answer_fields(app: AppTest) -> list:
    return [each for each in app.text_input if each.label == "Your answer"]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_tab_asks_judges_and_shows(layer):
    app = opened(layer=layer)
    before = subject(app, layer)
    question = question_about(before)
    assert question.text in said(app)
    (field,) = answer_fields(app)
    assert field.value == ""
    field.set_value("about ten").run()
    assert "Please type a number, such as" in said(app)
    wrong = question.answer + (10 if question.tolerance else 1)
    field.set_value(f"{wrong:.9g}".replace("-", "−").replace(".", ",")).run()
    assert f"not {question.answer + 1:,g}. {question.because}" in said(app) or question.tolerance
    assert question.because in said(app)
    app.button(key="lab_look_at_answer").click().run()
    assert not app.exception
    after = subject(app, layer)
    assert after != before and question.because not in said(app)
    assert question_about(after).text in said(app)
    for name, value in question.changes.items():
        assert getattr(after, name) == value
        if layer != "conv" and value != getattr(type(after)(), name):
            assert app.query_params[f"{layer}.{name}"]


def test_a_right_answer_is_said_to_be_right():
    app = opened(layer="linear")
    (field,) = answer_fields(app)
    field.set_value("28").run()
    assert "Right, it is 28. Every output has a weight for each input and one bias" in said(app)


def test_another_mask_follows_and_after_the_last_comes_the_first():
    app = opened(layer="dropout", **{"dropout.mask": "998"})
    for mask in (999, 0, 1):
        app.button(key="layer_dropout_mask").click().run()
        assert subject(app, "dropout").mask == mask


def test_settings_that_cannot_work_ask_nothing():
    app = opened(layer="conv_transpose", **{"conv_transpose.output_padding": "2"})
    assert "Output padding must be smaller than the stride, 2, not 2" in said(app)
    assert not answer_fields(app)
    (way, *_) = (each for each in app.button if each.label == "Set output padding to 1")
    way.click().run()
    assert answer_fields(app)
