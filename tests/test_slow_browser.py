"""A browser that reports before it has drawn a choice says that nothing is chosen."""

import pytest


@pytest.mark.parametrize("key", ["network", "recipe", "source"])
def test_a_choice_that_is_not_drawn_yet_stays_what_it_was(app, key):
    page = app.run().switch_page("pages/train.py").run()
    before = page.segmented_control(key=key).value
    page.segmented_control(key=key).set_value(None).run()
    assert not page.exception
    assert page.segmented_control(key=key).value == before
    assert not page.button(key="start").disabled
