"""Parts of a page that are drawn anew by themselves, on a server that has much to do."""

import re

import pytest

from tests.app_server import running_server

pytestmark = pytest.mark.browser


def test_a_part_whose_turn_comes_too_early_leaves_the_page_whole(browser, tmp_path):
    with running_server(tmp_path, "tests/pages_for_tests/redrawn.py") as alone:
        page = browser.new_page()
        try:
            page.goto(alone.url)
            page.get_by_text(re.compile(r"Drawn ([5-9]|\d\d+) times")).wait_for()
            page.get_by_text("What stands below").wait_for()
            assert page.page_errors() == []
        finally:
            page.close()
    assert not alone.tracebacks()
