"""What people change about their photos: the list, and what becomes of a plan."""

import json
import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.changes import Changes, Choice
from core.conftest import JSON, examples
from core.data import DataRequest, load_data
from core.data.change_list import ChangeList, changes_of
from core.data.drawn import draw_pet
from core.data.preview import preview_source
from core.data.sources import plan_source
from core.errors import DataError, WriteError

pytestmark = pytest.mark.usefixtures("runs_folder")

SPLITS = {"training_set": 6, "test_set": 3}


@pytest.fixture
def photos(tmp_path) -> Path:
    """Draw 6 training and 3 test photos of each class."""
    for split, count in SPLITS.items():
        for kind in ("cat", "dog"):
            folder = tmp_path / "photos" / split / f"{kind}s"
            folder.mkdir(parents=True)
            for number in range(count):
                picture = Image.fromarray(draw_pet(kind, 24, len(split), number))
                picture.save(folder / f"{kind}.{number}.png")
    return tmp_path / "photos"


def candidates(source: Path, *changes: tuple[str, ...], train: int = 1000) -> dict:
    plan = plan_source(DataRequest(str(source), 16, train, 200, 0, *changes))
    return {
        (group.split, group.class_name): [name.rpartition("/")[2] for name in group.candidates]
        for group in plan.groups
    }


CAT_1, DOG_4 = "training_set/cats/cat.1.png", "training_set/dogs/dog.4.png"


def test_another_photo_takes_the_place_of_one_left_out(photos):
    data = load_data(DataRequest(str(photos), 16, 3, 2, left_out=(CAT_1,)))
    names = [name.rpartition("/")[2] for name in data.train.names]
    assert names == ["dog.0.png", "dog.1.png", "dog.2.png", "cat.0.png", "cat.2.png", "cat.3.png"]
    assert "By the list of what was changed: 1 photo left out." in data.report.notes


def test_a_photo_turned_over_stays_in_use_with_the_other_label(photos):
    request = DataRequest(str(photos), 16, 3, 2, turned_over=(CAT_1, DOG_4))
    data = load_data(request)
    labels = dict(zip(data.train.names, data.train.labels.tolist(), strict=True))
    assert labels[CAT_1] == 0 and labels[DOG_4] == 1 and len(labels) == 6
    pixels = {name: data.train.pixels[i] for i, name in enumerate(data.train.names)}
    found = load_data(DataRequest(str(photos), 16))
    assert (pixels[CAT_1] == found.train.pixels[found.train.names.index(CAT_1)]).all()
    assert data.mark != found.mark


def test_splits_are_as_they_were_found_also_where_the_program_makes_them(photos):
    loose = photos / "training_set"
    before = candidates(loose)
    gone, moved = before["train", "cat"][1], before["train", "dog"][2]
    after = candidates(loose, (f"cats/{gone}",), (f"dogs/{moved}",))
    kept = [name for name in before["train", "cat"] if name != gone]
    assert after["train", "cat"] == [moved, *kept]
    assert after["test", "cat"] == before["test", "cat"]
    assert after["train", "dog"] == [name for name in before["train", "dog"] if name != moved]
    assert after["test", "dog"] == before["test", "dog"]


@pytest.fixture
def test_cats() -> tuple[str, ...]:
    return tuple(f"test_set/cats/cat.{number}.png" for number in range(3))


def test_a_class_without_photos_is_a_sentence(photos, test_cats):
    for changes in ({"left_out": test_cats}, {"turned_over": test_cats}):
        request = DataRequest(str(photos), 16, **changes)
        for load in (load_data, preview_source):
            with pytest.raises(DataError, match="leaves no cat photo to test on"):
                load(request)


def test_what_the_list_names_and_nobody_finds_is_counted(photos):
    request = DataRequest(str(photos), 16, left_out=("gone/cat.png", "gone/dog.png", CAT_1))
    assert plan_source(request).notes[-1] == "2 photos that the list names are not among these."


def test_a_zip_is_changed_like_its_folder(photos, tmp_path):
    zipped = shutil.make_archive(str(tmp_path / "pets"), "zip", photos)
    changes = ((CAT_1,), (DOG_4,))
    assert candidates(Path(zipped), *changes) == candidates(photos, *changes)


def test_the_same_changes_are_cached_and_others_are_not(photos):
    def count() -> int:
        seen = []
        load_data(request, lambda done, total: seen.append(done))
        return len(seen)

    request = DataRequest(str(photos), 16, left_out=(CAT_1,))
    assert count() == 17 and count() == 0
    request = DataRequest(str(photos), 16, left_out=(DOG_4,))
    assert count() == 17


def test_a_list_is_kept_for_its_source_and_nothing_beside_the_photos(photos, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in photos.rglob("*")}
    kept = ChangeList(str(photos))
    assert kept.read() == changes_of(str(photos)) == Changes()
    kept.choose(CAT_1, DOG_4, choice=Choice.LEAVE_OUT)
    assert kept.choose(DOG_4, choice=Choice.TURN_OVER) == Changes((CAT_1,), (DOG_4,))
    (tmp_path / "link").symlink_to(photos)
    assert changes_of(str(tmp_path / "link")) == Changes((CAT_1,), (DOG_4,))
    assert changes_of(str(tmp_path)) == changes_of("drawn") == Changes()
    assert {path: path.stat().st_mtime_ns for path in photos.rglob("*")} == before
    kept.clear()
    assert kept.read() == Changes()


def test_two_who_change_a_list_at_once_lose_nothing(photos):
    def leave_out(start: int) -> None:
        for number in range(start, start + 10):
            ChangeList(str(photos)).choose(f"cats/{number}.png", choice=Choice.LEAVE_OUT)

    threads = [threading.Thread(target=leave_out, args=(start,)) for start in (0, 10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(changes_of(str(photos)).left_out) == 30


def test_a_damaged_list_is_a_sentence_and_stays_as_it_is(photos):
    kept = ChangeList(str(photos))
    kept.choose(CAT_1, choice=Choice.LEAVE_OUT)
    kept.path.write_text('{"left_out": [3]}')
    for act in (kept.read, lambda: kept.choose(DOG_4, choice=Choice.LEAVE_OUT)):
        with pytest.raises(DataError, match=r"cannot be read: left_out must be .*Mend or delete"):
            act()
    assert kept.path.read_text() == '{"left_out": [3]}'


@pytest.mark.parsers
@examples(200)
@given(value=JSON | st.dictionaries(st.sampled_from(["left_out", "turned_over"]), JSON))
def test_any_list_is_read_or_refused(value, tmp_path_factory, runs_folder):
    kept = ChangeList(str(runs_folder / "photos"))
    kept.path.parent.mkdir(parents=True, exist_ok=True)
    kept.path.write_text(json.dumps(value))
    try:
        changes = kept.read()
    except DataError:
        return
    assert all(isinstance(name, str) and name for name in changes.left_out)


def test_a_full_disk_leaves_the_list_as_it_was(photos, small_disk):
    kept = ChangeList(str(photos))
    kept.choose(CAT_1, choice=Choice.LEAVE_OUT)
    small_disk.room = small_disk.taken
    with pytest.raises(WriteError, match="The disk is full"):
        kept.choose(DOG_4, choice=Choice.LEAVE_OUT)
    assert kept.read() == Changes((CAT_1,))
