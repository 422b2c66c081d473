"""The About page in a real Chromium: every word's link leads to where it can be seen."""

import re

import pytest
from playwright.sync_api import expect

from pages.parts.about.glossary import GLOSSARY
from pages.parts.shared.page import PAGES
from tests.app_server import SETTLED
from tests.test_walk_browser import follow_link, wait_until_drawn

pytestmark = pytest.mark.browser


def test_the_glossary_has_twenty_words_of_one_sentence_each():
    assert len({term.word for term in GLOSSARY}) == len(GLOSSARY) == 20
    for term in GLOSSARY:
        assert term.meaning.endswith(".") and ". " not in term.meaning, term.word
        assert term.page in PAGES


def test_every_word_of_the_glossary_can_be_seen_where_its_link_leads(open_page):
    page = open_page("/about")
    links = page.get_by_test_id("stMain").get_by_role("link", name=re.compile("^See it"))
    expect(links).to_have_count(len(GLOSSARY))
    for number, term in enumerate(GLOSSARY):
        links.nth(number).click()
        wait_until_drawn(page, term.page)
        main = page.get_by_test_id("stMain")
        expect(main.get_by_role("radio", name=term.view, exact=True)).to_be_checked()
        main.get_by_text(term.shows).first.wait_for()
        for name, value in term.query.items():
            slider = main.get_by_role("slider", name=term.word, exact=True)
            if name == term.word.lower() and slider.count():
                expect(slider).to_have_value(value)
        follow_link(page, "about")
        page.wait_for_selector(SETTLED)


def test_it_says_where_photos_go_and_names_the_article_and_fits_a_phone(open_page, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page("/about")
    page.get_by_text("stay on the computer that runs this server").wait_for()
    assert page.get_by_role("link", name="Basic CNN of Yifan Zhou's DL-Demos").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
