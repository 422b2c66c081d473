"""Where a photo was taken, and whatever else its file holds beside pixels, goes no further.

The photos here tell it in every way that the accepted formats have. Every way out of the program is
looked through for a word that all of them hold: files that it writes, what it prints, what its
pages send to a browser.
"""

import base64
import io
import json
import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import ExifTags, Image, PngImagePlugin
from streamlit.testing.v1 import AppTest

from core.conv_lab.own import crop_photo, encode_picture
from core.data.collection.adding import add_photos
from core.data.collection.store import make_collection
from core.data.decode import decode_photo
from core.data.drawn import draw_pet
from core.export import main as export
from core.inspect import main as inspect
from core.predict import main as predict
from core.runs.listing import list_runs
from core.runs.run import Run
from core.take_in import main as take_in
from core.train import main as train
from pages.parts.shared.gallery import picture_address, thumbnail_address
from pages.parts.shared.photos import thumbnail

ENDINGS = ("jpg", "png", "webp")
WORD = "SECRET-PLACE-48.2082N-16.3738E"
TAGS: dict[int, str | int] = {
    ExifTags.Base.Make: WORD,
    ExifTags.Base.Artist: WORD,
    ExifTags.Base.ImageDescription: WORD,
    ExifTags.Base.Orientation: 6,  # the one thing that is used of it
}
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:D xmlns:r="r" r:place="{WORD}"/></x:xmpmeta>'


def photo(kind: str, number: int, ending: str) -> bytes:
    """Write a photo that says in every way where it was taken."""
    picture = Image.fromarray(draw_pet(kind, 48, 3, number))
    exif = Image.Exif()
    exif.update(TAGS)
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (48.0, 12.0, 29.52),
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: (16.0, 22.0, 25.68),
            ExifTags.GPS.GPSProcessingMethod: WORD.encode(),
        }
    )
    file = io.BytesIO()
    if ending == "png":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Location", WORD)
        texts.add_itxt("XML:com.adobe.xmp", XMP)
        picture.save(file, "PNG", exif=exif, pnginfo=texts)
    elif ending == "webp":
        picture.save(file, "WEBP", exif=exif, xmp=XMP.encode())
    else:
        picture.save(file, "JPEG", exif=exif, xmp=XMP.encode(), comment=WORD.encode())
    assert WORD.encode() in file.getvalue()
    return file.getvalue()


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Path:
    """A folder of photos of both classes, one of them damaged."""
    folder = tmp_path_factory.mktemp("photos")
    for kind in ("cat", "dog"):
        (folder / kind).mkdir()
        for number, ending in enumerate(["jpg", "png", "webp", "jpg", "jpg"]):
            content = photo(kind, number, ending)
            cut = len(content) // 2 if number == 4 else len(content)
            (folder / kind / f"{number}.{ending}").write_bytes(content[:cut])
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory, photos) -> Path:
    """Folders of an installation in which a run has learnt from them."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(folder / "runs"))
        patch.setenv("GLASS_CNN_CACHE", str(folder / "cache"))
        few = ["--train-per-class", "3", "--test-per-class", "2", "--epochs", "1"]
        few += ["--model", "lenet", "--image-size", "32", "--batch-size", "2", "--init", "constant"]
        assert train(["--data", str(photos), *few]) == 0
    return folder


@pytest.fixture
def run(home, monkeypatch) -> Run:
    """The run, in its installation."""
    monkeypatch.setenv("GLASS_CNN_RUNS", str(home / "runs"))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(home / "cache"))
    return next(run for run in list_runs() if "taken_in" not in run.record)


def tells_nothing(content: bytes, what: str) -> int:
    """Look through bytes, and through the pictures in them; return how many those are."""
    assert WORD.encode() not in content, what
    assert b"GPSLatitude" not in content, what
    found = re.findall(rb"data:image/\w+;base64,([A-Za-z0-9+/=]+)", content)
    for each in found:
        data = base64.b64decode(each)
        assert WORD.encode() not in data, what
        picture = Image.open(io.BytesIO(data))
        assert not picture.getexif() and not {"exif", "xmp", "comment"} & set(picture.info), what
    return len(found)


def test_the_search_would_find_it(photos):
    content = (photos / "cat" / "0.jpg").read_bytes()
    with pytest.raises(AssertionError):
        tells_nothing(content, "the photo itself")
    hidden = b"data:image/jpeg;base64," + base64.b64encode(content)
    with pytest.raises(AssertionError):
        tells_nothing(hidden, "in a page")


def test_no_file_of_a_run_or_of_the_cache_tells(run, home):
    files = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.parent.name == "predictions" for path in files)
    assert any("cache" in path.parts for path in files)
    for path in files:
        tells_nothing(path.read_bytes(), str(path))


def test_no_photo_dropped_for_training_tells(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    pets = make_collection("My pets", ("cat", "dog"))
    files = [(f"tom.{ending}", photo("cat", n, ending)) for n, ending in enumerate(ENDINGS)]
    assert add_photos(pets, "cat", files).count == len(ENDINGS)
    for path in pets.photos("cat"):
        tells_nothing(path.read_bytes(), str(path))
        picture = Image.open(path)
        assert not picture.getexif() and picture.info == {}


def test_no_export_tells(run, tmp_path, capsys):
    files = {name: tmp_path / f"out.{name}" for name in ("zip", "report", "onnx")}
    wanted = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    try:
        import onnxruntime  # noqa: F401
    except ImportError:
        wanted = wanted[:-2]
    assert export([str(run.path), *wanted]) == 0
    with ZipFile(files["zip"]) as archive:
        for name in archive.namelist():
            tells_nothing(archive.read(name), name)
    assert tells_nothing(files["report"].read_bytes(), "the report") >= 4
    if files["onnx"].exists():
        tells_nothing(files["onnx"].read_bytes(), "the ONNX file")
    assert take_in([str(files["zip"])]) == 0
    said = capsys.readouterr()
    tells_nothing((said.out + said.err).encode(), "what was printed")


def test_no_command_prints_it(run, photos, capsys):
    files = [str(path) for path in sorted(photos.rglob("*.*")) if path.is_file()]
    predict([*files, "--model", str(run.path)])
    predict([*files, "--model", str(run.path), "--json"])
    inspect([str(photos)])
    said = capsys.readouterr()
    assert "rotated as its EXIF says" in said.out
    tells_nothing((said.out + said.err).encode(), "what was printed")


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_thumbnail_and_no_crop_tells(ending):
    content = photo("cat", 0, ending)
    pixels = decode_photo(content).pixels
    small = thumbnail(content, 24)
    assert small is not None
    for made in (small, pixels):
        for address in (picture_address(made), thumbnail_address(made, 12)):
            assert tells_nothing(address.encode(), "a thumbnail") == 1
    crop = crop_photo(pixels, 0.5, 0.5, 1.0, 8)
    tells_nothing(json.dumps(encode_picture(crop)).encode(), "an input of the Conv lab")


def sent_by(app: AppTest) -> bytes:
    """Return all that a page has sent to the browser, but what was uploaded."""
    nodes, sent = [app._tree], []
    while nodes:
        node = nodes.pop()
        nodes += list(getattr(node, "children", {}).values())
        proto = getattr(node, "proto", None)
        if proto is not None and hasattr(proto, "SerializeToString"):
            sent.append(proto.SerializeToString())
    return b"\n".join(sent)


def test_no_page_sends_it(run, app):
    app.run()
    photos = app.file_uploader[0].upload("mine.jpg", photo("cat", 0, "jpg"))
    photos.upload("cut.jpg", photo("dog", 1, "jpg")[:900]).run()
    assert not app.exception
    sent = sent_by(app)
    assert b"mine.jpg" in sent
    assert tells_nothing(sent, "Classify") >= 1
