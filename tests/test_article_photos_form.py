"""The article's photos as the source of a new training, without a browser."""

import pytest

from core.config import ARTICLE_SET
from core.conftest import wait_for
from core.data.kaggle.article_set import is_here
from core.data.kaggle.conftest import REAL_CLIENT, Kaggle, kaggle
from core.runs.article_download import ArticleDownload
from tests.test_training_form import address, choose, run, started

pytestmark = REAL_CLIENT
__all__ = ["kaggle"]


@pytest.fixture
def train(kaggle: Kaggle, app, pool):
    """Give the Train page with the article's photos chosen, and a server for them."""
    app.run()
    app.switch_page("pages/train.py")
    run(app)
    return app


def article(app) -> str:
    return choose(app, "source", "The article's photos")


def ended() -> None:
    wait_for(lambda: not ArticleDownload().look().running, "the download ends", 120)


def test_nothing_is_downloaded_before_a_click_and_then_they_are_trained_on(train, pool, kaggle):
    said = article(train)
    assert "about 10,000 photos of cats and dogs, a few hundred megabytes" in said
    assert "Nothing is downloaded before you press the button" in said
    assert "https://www.kaggle.com/datasets/fusicfenta/cat-and-dog" in said
    assert train.button(key="start").disabled and kaggle.asked == [] and not is_here()
    train.button(key="download-article").click()
    run(train)
    ended()
    said = run(train)
    assert is_here() and "6 dog and 6 cat pictures to train on" in said
    assert address(train)["photos"] == ARTICLE_SET
    assert started(train, pool).data == ARTICLE_SET
    train.button(key="new-training").click()
    assert "Taken over from run" in run(train)
    assert train.segmented_control(key="source").value == "The article's photos"


def test_it_can_be_stopped_and_goes_on(train, kaggle):
    kaggle.trickle = 0.05
    article(train)
    train.button(key="download-article").click()
    run(train)
    wait_for(lambda: ArticleDownload().look().total, "bytes come", 120)
    run(train)
    train.button(key="stop-article").click()
    run(train)
    ended()
    assert "The download was stopped" in run(train)
    kaggle.trickle = 0.0
    train.button(key="download-article").click()
    run(train)
    ended()
    assert is_here() and "to train on" in run(train)


def test_what_goes_wrong_stands_there_with_the_way_out(train, kaggle):
    kaggle.status = 403
    article(train)
    train.button(key="download-article").click()
    run(train)
    ended()
    said = run(train).replace("\\", "")
    assert "Kaggle refuses to hand the set out" in said and "download it in a browser from" in said
    assert train.button(key="start").disabled


def test_without_the_client_one_sentence_says_how_to_get_it(train, monkeypatch):
    monkeypatch.setattr("core.data.kaggle.article_set.find_spec", lambda name: None)
    said = article(train).replace("\\", "")
    assert "pip install -r requirements-kaggle.txt brings it" in said
    assert "download-article" not in {button.key for button in train.button}


def test_the_address_brings_the_choice_back_and_downloads_nothing(train, kaggle):
    article(train)
    said = address(train)
    del train.session_state["training-form"]
    del train.session_state["training-form-addresses"]
    train.query_params.update(said)
    run(train)
    assert train.segmented_control(key="source").value == "The article's photos"
    assert kaggle.asked == []
