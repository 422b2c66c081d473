"""Browsers by their keys, and whoever sits at the server."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conftest import examples
from core.folders import access_folder
from core.visitors import (
    AT_HOME,
    KEY,
    Visitor,
    mark_of,
    owns,
    server_key,
    visitor_with,
    welcome_home,
)

pytestmark = pytest.mark.usefixtures("runs_folder")
ANN, BEN = "a" * 64, "b" * 64


def test_a_mark_does_not_tell_its_key():
    assert mark_of(ANN) != mark_of(BEN) and ANN not in mark_of(ANN)
    assert visitor_with(ANN) == Visitor(mark_of(ANN))


@pytest.mark.parsers
@examples(200)
@given(st.text(max_size=80) | st.text("0123456789abcdefABCDEF", min_size=60, max_size=70))
def test_what_is_no_key_is_nobodys(text):
    assert bool(mark_of(text)) == bool(KEY.fullmatch(text))
    if not KEY.fullmatch(text):
        assert visitor_with(text) == Visitor() and not owns(Visitor(), "")


def test_only_the_servers_key_leads_home():
    key = server_key()
    assert KEY.fullmatch(key) and server_key() == key
    for wrong in ("", key[:-1], "0" * 64, ANN, "é" * 64, key + "0"):
        assert not welcome_home(wrong, mark_of(ANN))
    assert not welcome_home(key, "")  # a browser without a key would let all such in
    assert not visitor_with(ANN).at_home
    assert welcome_home(key, mark_of(ANN))
    assert visitor_with(ANN).at_home and not visitor_with(BEN).at_home
    assert not visitor_with("").at_home


def test_nobody_else_on_the_computer_reads_the_key():
    server_key()
    for path in (access_folder(), access_folder() / "key"):
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def test_an_emptied_key_lets_nobody_in():
    server_key()
    (access_folder() / "key").write_text("")
    assert not welcome_home("", mark_of(ANN))


def test_everything_is_whoevers_who_sits_at_the_server():
    assert owns(AT_HOME, "") and owns(AT_HOME, mark_of(ANN))
    assert owns(visitor_with(ANN), mark_of(ANN))
    assert not owns(visitor_with(ANN), mark_of(BEN)) and not owns(visitor_with(ANN), "")
