"""What may be read on a server that is open to a network."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.conftest import examples
from core.data.request import DataRequest
from core.data.sources import plan_source
from core.data.typed_source import typed_source
from core.data.walk import CLOSED_LINK
from core.errors import DataError, GlassError, PlaceError
from core.folders import uploads_folder
from core.served import SETTING, is_served, may_read, reaches_only_here, serve_beyond, what_is_open


@pytest.fixture
def places(tmp_path, monkeypatch) -> Path:
    """Folders of photos: those in ``open`` may be read, those in ``closed`` not."""
    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(tmp_path / "cache"))
    for place in ("open", "closed", "open-too"):
        for kind in ("cats", "dogs"):
            folder = tmp_path / place / kind
            folder.mkdir(parents=True)
            for number in range(3):
                photo = Image.new("RGB", (20, 20), (40 * number, 90, len(place)))
                photo.save(folder / f"{number}.png")
    monkeypatch.setenv(SETTING, str(tmp_path / "open"))
    return tmp_path


def test_without_the_setting_everything_may_be_read(monkeypatch):
    monkeypatch.delenv(SETTING, raising=False)
    serve_beyond("127.0.0.1")
    assert not is_served() and may_read("/etc") and may_read("relative")


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.3.2.1", "[::1]"])
def test_a_server_for_its_own_computer_serves_nobody(address, monkeypatch):
    monkeypatch.delenv(SETTING, raising=False)
    assert reaches_only_here(address)
    serve_beyond(address)
    assert not is_served()


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.5", "my.host", "²"])
def test_a_server_for_others_without_the_setting_opens_no_folder(address, monkeypatch):
    monkeypatch.setenv(SETTING, "to be put back after the test")
    monkeypatch.delenv(SETTING)
    assert not reaches_only_here(address)
    serve_beyond(address)
    assert is_served() and not may_read("/etc") and not may_read(".")
    assert SETTING in what_is_open() and "names none" in what_is_open()


def test_the_setting_is_not_changed_by_the_address(places):
    serve_beyond("0.0.0.0")
    assert os.environ[SETTING] == str(places / "open")
    serve_beyond("127.0.0.1")
    assert is_served()


def test_folders_below_a_root_may_be_read_and_no_others(places, monkeypatch):
    assert typed_source(str(places / "open")) == str(places / "open")
    assert typed_source(str(places / "open" / "cats")) == str(places / "open" / "cats")
    both = f"{places / 'open'}{os.pathsep} {places / 'open-too'} {os.pathsep}"
    with pytest.raises(PlaceError, match="may not be read here"):
        typed_source(str(places / "open-too"))
    monkeypatch.setenv(SETTING, both)
    assert typed_source(str(places / "open-too"))
    assert f"{places / 'open'} and {places / 'open-too'}" in what_is_open()


def ways_out(places: Path) -> list[str]:
    """Write down paths that lead from where photos may be read to where they may not."""
    (places / "open" / "link").symlink_to(places / "closed")
    (places / "open" / "chain").symlink_to(places / "open" / "link")
    (places / "open" / "loop").symlink_to(places / "open" / "loop")
    (places / "open" / "pets.zip").symlink_to(places / "closed.zip")
    (places / "closed.zip").write_bytes(b"PK\3\4")
    inside = places / "open"
    return [
        *(
            f"{inside}/../closed",
            f"{inside}/cats/../../closed",
            f"{inside}/link",
            f"{inside}/chain",
        ),
        *(
            f"{inside}/link/cats",
            f"{inside}/pets.zip",
            f"{inside}/..",
            f"{inside}-too",
            "/",
            "/etc",
        ),
        *("~", ".", "..", f'"{inside}/link"', f"file://{inside}/../closed", f"{places}/closed.zip"),
        *(f"{places}/runs", f"{places}/runs/.uploads", f"{places}/nowhere", "/proc/self/cwd"),
        *(f"{inside}//..//closed", f"{inside}/./../closed/.", f"{inside}/%2e%2e/../../closed"),
    ]


def test_no_way_leads_out_of_what_may_be_read(places):
    for way in ways_out(places):
        with pytest.raises(PlaceError, match="may not be read here"):
            typed_source(way)
        with pytest.raises(PlaceError):
            plan_source(DataRequest(way))


def test_what_is_there_and_what_is_not_is_told_alike_where_nothing_may_be_read(places):
    told = []
    for name in ("closed", "absent"):
        with pytest.raises(PlaceError) as caught:
            typed_source(str(places / name))
        told.append(str(caught.value).replace(name, "X"))
    assert told[0] == told[1]
    with pytest.raises(DataError, match="There is no folder"):
        typed_source(str(places / "open" / "absent"))


@pytest.mark.parametrize("typed", ["~root", "~nosuchuser", "photos/../..", "'~root/x'"])
def test_where_a_typed_path_leads_is_not_told(places, typed):
    with pytest.raises(PlaceError, match=f"^{re.escape(typed.strip(chr(39)))} may not be read"):
        typed_source(typed)


def test_links_to_closed_places_are_passed_over_and_counted(places):
    (places / "open" / "cats" / "9.png").symlink_to(places / "closed" / "cats" / "0.png")
    (places / "open" / "cats" / "8.png").symlink_to(places / "open" / "cats" / "0.png")
    (places / "open" / "more").symlink_to(places / "closed")
    plan = plan_source(DataRequest(str(places / "open")))
    assert plan.skipped[CLOSED_LINK] == 2
    names = {name for group in plan.groups for name in group.candidates}
    assert "cats/8.png" in names and not any("9.png" in each or "more" in each for each in names)


def test_a_dropped_zip_may_be_read_but_not_the_folder_of_all(places):
    path = uploads_folder() / ("0" * 32) / "pets.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PK\3\4")
    assert typed_source(str(path)) == str(path)
    for other in (path.parent, uploads_folder(), path.with_name("0.owner"), path / "x.zip"):
        assert not may_read(other)
    (uploads_folder() / "1.zip").symlink_to(places / "closed.zip")
    assert not may_read(uploads_folder() / "1.zip")


def test_runs_folders_behind_a_link_are_known(places, monkeypatch):
    (places / "elsewhere").mkdir()
    (places / "linked").symlink_to(places / "elsewhere")
    monkeypatch.setenv("GLASS_CNN_RUNS", str(places / "linked"))
    assert may_read(uploads_folder() / ("0" * 32) / "pets.zip")


@pytest.mark.parsers
def test_no_text_leads_out(tmp_path_factory):
    home = tmp_path_factory.mktemp("served")
    (home / "open").mkdir()
    (home / "closed").mkdir()
    (home / "open" / "link").symlink_to(home / "closed")
    parts = st.sampled_from(
        ["..", ".", "link", "open", "closed", "~", "", "\0", "file:", str(home)]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SETTING, str(home / "open"))

        @examples(150)
        @given(st.lists(parts | st.text(max_size=3), max_size=7).map("/".join))
        def stays_inside(text: str) -> None:
            try:
                found = typed_source(text)
            except GlassError:
                return
            assert found == "drawn" or Path(found).resolve().is_relative_to(home / "open")

        stays_inside()
