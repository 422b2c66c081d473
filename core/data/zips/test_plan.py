"""A zip is a source like a folder: every layout, the same photos, the same report."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.data.conftest import load_data
from core.data.request import DataRequest
from core.data.sources import plan_source
from core.data.test_folder import SPLIT_LAYOUTS, UNSPLIT_LAYOUTS
from core.data.walk import HIDDEN_FOLDER, LITTER_FILE
from core.data.zips.conftest import make_zip, photos_in, picture
from core.errors import ArchiveError, DataError
from core.folders import unpacked_folder


def zipped(folder: Path, top: str = "") -> Path:
    """Zip a folder as people do, with or without the folder itself around."""
    files = {
        f"{top}{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    target = folder.with_name("pets.zip")
    target.write_bytes(make_zip(files, 8))
    return target


@pytest.mark.parametrize("top", ["", "photos/", "./"])
def test_a_zip_gives_the_photos_and_the_report_of_its_folder(photos, top):
    (photos / "training_set" / "cats" / "empty.jpg").write_bytes(b"")
    (photos / "readme.txt").write_text("hello")
    whole = load_data(photos, 32)
    same = load_data(zipped(photos, top), 32)
    assert np.array_equal(same.train.pixels, whole.train.pixels)
    assert np.array_equal(same.test.labels, whole.test.labels)
    assert same.classes == whole.classes and same.source.endswith("pets.zip")
    shown = top.removeprefix("./")
    assert [name.removeprefix(shown) for name in same.train.names] == [*whole.train.names]
    assert same.report.sentences() == whole.report.sentences()
    assert [file.file.removeprefix(shown) for file in same.report.left_out] == [
        file.file for file in whole.report.left_out
    ]


@pytest.mark.parametrize("top", ["", "my photos/"])
@pytest.mark.parametrize("layout", [*SPLIT_LAYOUTS, *UNSPLIT_LAYOUTS])
def test_every_layout_of_folders_works_in_a_zip(tmp_path, layout, top):
    names = [pattern.format(number) for pattern in layout for number in range(10, 14)]
    for name in names:
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(picture())
    in_folder = plan_source(DataRequest(str(tmp_path / "folder"), 32))
    in_zip = plan_source(DataRequest(str(zipped(tmp_path / "folder", top)), 32))
    assert in_zip.layout == in_folder.layout and in_zip.classes == in_folder.classes
    for one, other in zip(in_zip.groups, in_folder.groups, strict=True):
        assert [name.removeprefix(top) for name in one.candidates] == [*other.candidates]


def test_an_article_zip_that_is_moved_and_unpacked_again_decodes_nothing_again(photos, tmp_path):
    path = zipped(photos)
    load_data(path, 32)
    shutil.rmtree(unpacked_folder())
    moved = path.rename(tmp_path / "elsewhere.zip")
    load_data(moved, 32, progress=lambda *_: pytest.fail("nothing was decoded"))


def test_what_is_passed_over_and_left_out_is_told(tmp_path):
    path = tmp_path / "pets.zip"
    clutter = {"__MACOSX/cats/._1.png": b"", "__MACOSX/._a": b"", "cats/.DS_Store": b""}
    path.write_bytes(make_zip(photos_in() | clutter | {"more/old.zip": b"PK"}))
    report = load_data(path, 32).report
    assert report.skipped == {HIDDEN_FOLDER: 1, LITTER_FILE: 1}
    assert "The zip holds another archive, more/old.zip, which is left out." in report.notes


def test_sentences_name_the_zip_and_not_where_it_was_unpacked(tmp_path):
    path = tmp_path / "pets.zip"
    path.write_bytes(make_zip({"cats/1.png": picture(), "cats/2.png": picture()}))
    with pytest.raises(DataError) as caught:
        load_data(path)
    assert str(path) in str(caught.value) and "only one class, cats" in str(caught.value)
    assert ".unpacked" not in str(caught.value)


def test_a_zip_is_known_by_its_content_too(tmp_path):
    path = tmp_path / "pets"
    path.write_bytes(make_zip(photos_in()))
    assert len(load_data(path, 32).train) == 4
    (tmp_path / "other.zip").write_bytes(b"no zip at all")
    with pytest.raises(ArchiveError, match="it is no zip"):
        load_data(tmp_path / "other.zip")
