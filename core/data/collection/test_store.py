import hashlib
import multiprocessing
import os
import shutil
import struct

import numpy as np
import pytest
from PIL import Image

from core.config import TrainConfig
from core.data import DataRequest, load_data
from core.data.cache import packs
from core.data.collection import adding, store
from core.data.collection.adding import add_photos
from core.data.collection.conftest import fill, photo
from core.data.collection.kept_photo import LONGEST_SIDE, kept_photo
from core.data.collection.store import (
    ENOUGH,
    collection_named,
    collections,
    delete,
    make_collection,
    open_collection,
    take_out,
)
from core.data.decode import decode_photo
from core.data.sources import spoken_source
from core.data.typed_source import typed_source
from core.errors import ConfigError, DataError
from core.folders import cache_folder, collections_folder


def files_of(collection) -> dict[str, bytes]:
    return {
        str(path.relative_to(collection.path)): path.read_bytes()
        for path in sorted(collection.path.rglob("*"))
        if path.is_file()
    }


def test_photos_are_kept_a_box_each_and_found_again_by_name(pets):
    assert pets.name == "My pets" and pets.classes == ("cat", "dog")
    added = add_photos(pets, "cat", [("Tom.png", photo()), ("../../<x>.JPG", photo(number=1))])
    assert (added.count, added.left_out) == (2, ())
    assert {path.name.rpartition("-")[0] for path in pets.photos("cat")} == {"Tom", "_.._x_"}
    assert pets.photos("dog") == []
    assert collections() == [pets] and collection_named(" my  PETS") == pets
    assert open_collection(pets.path) == pets


def test_the_newest_photo_comes_first(pets):
    for number in range(3):
        add_photos(pets, "cat", [(f"{number}.png", photo(number=number))])
        os.utime(pets.photos("cat")[0], ns=(number, number))
    assert [path.name[0] for path in pets.photos("cat")] == ["2", "1", "0"]


def jpeg_with_everything(side: int = 40) -> bytes:
    """A JPEG that says where and by which camera it was taken, lying on its side."""
    import io

    exif = Image.Exif()
    exif[0x010F] = "ACME cameras"
    exif[0x0112] = 6
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
    file = io.BytesIO()
    picture = Image.open(io.BytesIO(photo("dog", 3, side)))
    picture.crop((0, 0, side, side // 2)).save(file, "JPEG", exif=exif, comment=b"at home")
    return file.getvalue()


def test_nothing_of_the_file_but_its_pixels_is_kept_upright(pets):
    content = jpeg_with_everything()
    assert b"ACME" in content and b"at home" in content
    add_photos(pets, "dog", [("holiday.jpg", content)])
    (kept,) = pets.photos("dog")
    data = kept.read_bytes()
    assert np.array_equal(decode_photo(data).pixels, decode_photo(content).pixels)
    assert decode_photo(data).pixels.shape == (40, 20, 3)  # turned, and no longer told to be
    chunks, place = [], 8
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        chunks.append(data[place + 4 : place + 8])
        place += 12 + length
    assert set(chunks) == {b"IHDR", b"IDAT", b"IEND"}


def test_a_large_photo_keeps_its_proportions_and_what_training_can_use(tmp_path):
    pixels = np.zeros((1200, 1800, 3), np.uint8)
    pixels[:, 900:] = 255
    Image.fromarray(pixels).save(tmp_path / "large.png")
    small = decode_photo(kept_photo((tmp_path / "large.png").read_bytes()).png).pixels
    assert small.shape == (512, LONGEST_SIDE, 3)
    assert small[:, :380].max() == 0 and small[:, 388:].min() == 255
    TrainConfig(image_size=512)
    with pytest.raises(ConfigError):
        TrainConfig(image_size=513)


def test_what_is_no_photo_is_left_out_with_the_sentence_of_every_page(pets):
    files = [("notes.txt", b"hello"), ("cut.png", photo()[:300]), ("tom.png", photo())]
    files += [("empty.jpg", b""), ("page.tif", b"II*\0" + bytes(80))]
    seen: list[int] = []
    added = add_photos(pets, "cat", iter(files), seen.append)
    assert added.count == 1 and seen == [0, 1, 2, 3, 4]
    said = dict(added.left_out)
    assert set(said) == {"notes.txt", "cut.png", "empty.jpg", "page.tif"}
    for name, content in files:
        if name in said:
            with pytest.raises(ValueError) as caught:
                decode_photo(content)
            assert said[name] == str(caught.value)


def test_the_same_picture_is_kept_once_whatever_its_file(pets, tmp_path):
    Image.fromarray(decode_photo(photo()).pixels).save(tmp_path / "again.bmp")
    again = (tmp_path / "again.bmp").read_bytes()
    files = [("a.png", photo()), ("b.png", photo()), ("c.bmp", again)]
    added = add_photos(pets, "cat", files)
    assert added.count == 1 and len(pets.photos("cat")) == 1
    assert added.sentences() == [
        "b.png and c.bmp were not added. The same picture is in this box already, and is kept once."
    ]


def test_a_picture_in_both_boxes_is_told(pets):
    add_photos(pets, "cat", [("tom.png", photo())])
    added = add_photos(pets, "dog", [("tom.png", photo())])
    assert added.count == 0 and pets.photos("dog") == []
    assert added.sentences() == [
        "tom.png was not added. The same picture is in the box cat already, and can only be in one "
        "of them: take it out there if it belongs to dog."
    ]
    take_out(pets, pets.photos("cat"))
    assert add_photos(pets, "dog", [("tom.png", photo())]).count == 1


def test_many_files_of_one_reason_are_one_sentence(pets):
    added = add_photos(pets, "cat", [(f"{n}.txt", b"hello") for n in range(8)])
    (sentence,) = added.sentences()
    assert sentence.startswith("0.txt, 1.txt, 2.txt and 5 more were not added. This is not a pic")


def test_there_is_a_limit_for_a_box_for_both_and_for_the_disk(pets, monkeypatch):
    monkeypatch.setattr(adding, "MAX_PHOTOS", 2)
    added = add_photos(pets, "cat", [(f"{n}.png", photo(number=n)) for n in range(3)])
    assert added.count == 2
    assert added.left_out == (("2.png", "A box holds at most 2 photos, and cat is full."),)
    monkeypatch.setattr(adding, "MAX_BYTES", sum(map(len, files_of(pets).values())) + 10)
    added = add_photos(pets, "dog", [("d.png", photo("dog"))])
    assert "Both boxes together may take at most" in added.left_out[0][1]
    monkeypatch.setattr(adding, "MAX_BYTES", 10**9)
    usage = shutil.disk_usage(pets.path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10**6))
    added = add_photos(pets, "dog", [("d.png", photo("dog"))])
    assert "Only 1 MB are free on the server's disk" in added.left_out[0][1]
    assert pets.photos("dog") == []


def test_a_full_disk_leaves_what_was_kept_and_says_so(pets, small_disk):
    add_photos(pets, "cat", [("a.png", photo())])
    before = files_of(pets)
    small_disk.room = small_disk.taken + 50
    added = add_photos(pets, "cat", [("b.png", photo(number=1))])
    assert added.count == 0 and "The disk is full" in added.left_out[0][1]
    assert files_of(pets) == before


def test_names_are_taken_once_and_not_without_end(pets, monkeypatch):
    with pytest.raises(DataError, match="There are photos called my PETS already"):
        make_collection("my PETS", ("a", "b"))
    monkeypatch.setattr(store, "MAX_COLLECTIONS", 1)
    with pytest.raises(DataError, match="1 collections of yours are here already, and at most 1 "):
        make_collection("others", ("a", "b"))
    assert collections() == [pets]
    theirs = make_collection("others", ("a", "b"), owner="another")
    assert theirs in collections()  # what one keeps takes nothing from the next


def test_before_ten_a_class_it_says_how_many_are_missing(pets):
    assert pets.missing() == (
        "A training needs at least 10 photos of each class: in My pets 10 of cat and 10 of dog are "
        "missing."
    )
    fill(pets, ENOUGH - 1)
    assert "1 of cat and 1 of dog are missing" in pets.missing()
    with pytest.raises(DataError, match="1 of cat and 1 of dog are missing"):
        load_data(DataRequest(str(pets.path), 16))
    add_photos(pets, "dog", [("one.png", photo("dog", 99))])
    assert pets.missing().endswith("in My pets 1 of cat is missing.")
    add_photos(pets, "cat", [("one.png", photo("cat", 99))])
    assert pets.missing() == ""
    data = load_data(DataRequest(str(pets.path), 16))
    assert data.classes == ("dog", "cat") and len(data.train) + len(data.test) == 2 * ENOUGH
    assert len(data.test) == 4 and data.report.left_out == ()


def test_other_classes_than_pets_can_be_learnt(tmp_path):
    birds = make_collection("Birds", ("wren", "Tits (blue)"))
    fill(birds, ENOUGH)
    assert load_data(DataRequest(str(birds.path), 16)).classes == ("Tits (blue)", "wren")


def test_the_command_line_names_it(pets):
    fill(pets, ENOUGH)
    assert typed_source("photos:my pets") == str(pets.path)
    assert typed_source(str(pets.path)) == str(pets.path)
    assert spoken_source(str(pets.path)) == "My pets, dropped here"
    with pytest.raises(DataError, match=r"under the name '\.\./x'; there is My pets\.$"):
        typed_source("photos:../x")
    delete(pets)
    with pytest.raises(DataError, match="under the name 'My pets'; there are none yet"):
        typed_source("photos:My pets")
    with pytest.raises(DataError, match="dropped here as My pets were deleted"):
        typed_source(str(pets.path))


def test_a_deleted_one_is_gone_with_what_was_cached_of_it_and_others_stay(pets):
    fill(pets, ENOUGH)
    others = make_collection("Others", ("cat", "dog"))
    fill(others, ENOUGH, first=100)
    for each in (pets, others):
        load_data(DataRequest(str(each.path), 16))
    assert len(packs(cache_folder())) == 2
    (collections_folder() / ".deleted-half").mkdir()  # a killed one's
    delete(pets)
    delete(pets)
    assert collections() == [others] and len(packs(cache_folder())) == 1
    assert sorted(path.name for path in collections_folder().iterdir()) == [".lock", "Others"]
    with pytest.raises(DataError, match="were deleted"):
        add_photos(pets, "cat", [("a.png", photo())])


def test_what_is_taken_out_is_gone_with_what_was_cached_of_it(pets):
    fill(pets, ENOUGH + 1)
    load_data(DataRequest(str(pets.path), 16))
    take_out(pets, [pets.photos("cat")[0], pets.path / "cat" / ".." / ".." / ".lock"])
    assert len(pets.photos("cat")) == ENOUGH and packs(cache_folder()) == []
    assert (collections_folder() / ".lock").exists()


def test_a_run_keeps_its_photos_while_they_are_deleted(pets):
    fill(pets, ENOUGH)
    data = load_data(DataRequest(str(pets.path), 16))
    before = hashlib.sha256(data.train.pixels.tobytes()).hexdigest()
    delete(pets)
    assert hashlib.sha256(data.train.pixels.tobytes()).hexdigest() == before


def add_all(path, kind: str) -> None:
    files = [(f"{n}.png", photo("cat", n)) for n in range(12)]
    add_photos(open_collection(path), kind, files)


def test_two_visitors_at_once_put_no_picture_into_both_boxes(pets):
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=add_all, args=(pets.path, kind)) for kind in pets.classes]
    for each in both:
        each.start()
    for each in both:
        each.join(120)
        assert each.exitcode == 0
    digests = [path.name.rpartition("-")[2] for name in pets.classes for path in pets.photos(name)]
    assert len(digests) == len(set(digests)) == 12


def test_what_a_killed_writer_left_is_removed_and_never_counted(pets):
    left = pets.path / "cat" / ".tom-0123.png.abc.tmp"
    left.write_bytes(b"half")
    assert pets.photos("cat") == []
    add_photos(pets, "cat", [("tom.png", photo())])
    assert not left.exists() and len(pets.photos("cat")) == 1
