"""A server that is serving goes on as it is while its program is updated or edited."""

import shutil

import pytest

from pages.parts.shared.page import PAGES
from tests.app_server import ROOT, SETTLED, running_server

PROGRAM = ("app.py", "pages", "core", ".streamlit")


@pytest.mark.browser
def test_a_half_written_module_reaches_no_visitor(browser, tmp_path):
    program = tmp_path / "program"
    program.mkdir()
    for name in PROGRAM:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, program / name)
    with running_server(tmp_path, root=program) as server:
        page = browser.new_page()
        try:
            page.goto(server.url)
            page.wait_for_selector(SETTLED)
            (program / "core" / "errors.py").write_text("raise RuntimeError('half written')\n")
            for name in ("train", "about", "train", "about"):
                link = page.get_by_test_id("stSidebar").get_by_role("link", name=PAGES[name].name)
                link.click(delay=50)
                page.get_by_role("heading", level=1, name=PAGES[name].question).wait_for()
                page.wait_for_selector(SETTLED)
        finally:
            page.close()
    assert not server.tracebacks()
