"""What a component in the browser says reaches the page, unless the page has put it away."""

from types import SimpleNamespace

from pages.parts.web import hear


def test_what_a_component_says_is_heard(monkeypatch):
    monkeypatch.setattr("streamlit.session_state", {"film": SimpleNamespace(epoch=3)})
    heard: list[int] = []
    hear("film", "epoch", heard.append)()
    assert heard == [3]


def test_the_last_word_of_a_component_that_has_gone_is_not(monkeypatch):
    monkeypatch.setattr("streamlit.session_state", {})
    heard: list[int] = []
    hear("film", "epoch", heard.append)()
    assert heard == []
