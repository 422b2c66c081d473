"""A browser that is slower than the scripts: one run is cut short by the next."""

import pytest

CHOICES = ["network", "recipe", "source"]


@pytest.fixture
def form(app):
    """Give the form for a new training."""
    return app.run().switch_page("pages/train.py").run()


@pytest.mark.parametrize("key", CHOICES)
def test_a_choice_that_is_not_drawn_yet_stays_what_it_was(form, key):
    before = form.segmented_control(key=key).value
    form.segmented_control(key=key).set_value(None).run()
    assert not form.exception
    assert form.segmented_control(key=key).value == before
    assert not form.button(key="start").disabled


@pytest.mark.parametrize("key", CHOICES)
def test_a_browser_that_missed_the_first_run_is_told_what_is_chosen_by_the_next(form, key):
    choice = form.run().segmented_control(key=key)
    chosen = [choice.options[i] for i in choice.proto.default]
    assert chosen == [choice.format_func(choice.value)]


def test_the_lab_keeps_its_layer_and_its_numbers_too(app):
    lab = app.run().switch_page("pages/conv_lab.py")
    lab.query_params["layer"] = "max_pool"
    lab.run().run()
    tabs = lab.segmented_control(key="lab_layer")
    assert [tabs.options[i] for i in tabs.proto.default] == ["Max pooling"]
    sliders = [each for each in lab.slider if str(each.key).startswith("layer_")]
    assert sliders and all(list(each.proto.default) == [each.value] for each in sliders)
    tabs.set_value(None).run()
    assert not lab.exception and lab.segmented_control(key="lab_layer").value == "max_pool"
