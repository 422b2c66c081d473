"""Any damage to a good zip: files below the folder or our own error, nothing else anywhere."""

import random
import tempfile
import zipfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.zips.conftest import make_zip, photos_in, picture, unpack_bytes
from core.errors import ArchiveError

SMALL = {"cats/1.png": picture(side=16), "dogs/deep/2.png": picture("dog", side=16), "a/": b""}
SAMPLES = [
    make_zip(SMALL),
    make_zip(SMALL, zipfile.ZIP_DEFLATED),
    make_zip(
        {f"top/{name}": content for name, content in SMALL.items()} | {"ä.txt": b"x" * 300}, 8
    ),
]
NAMES = (b"../", b"/", b"\\", b"C:", b"\0", b"..", b"\xff")


def refusal_of(data: bytes, into: Path) -> ArchiveError | None:
    """Unpack; return why not, None when all went well."""
    try:
        unpack_bytes(data, into)
    except ArchiveError as error:
        return error
    return None


def survives(data: bytes) -> None:
    """Unpacking gives files below the folder or an ``ArchiveError``, nothing else."""
    with tempfile.TemporaryDirectory() as outside:
        into = Path(outside) / "a" / "b" / "photos"
        into.mkdir(parents=True)
        refusal = refusal_of(data, into)
        if refusal:
            assert refusal.code in ArchiveError.CODES and str(refusal).endswith(".")
        folders = {Path(outside) / "a", Path(outside) / "a" / "b", into}
        found = set(Path(outside).rglob("*"))
        assert all(path in folders or into in path.parents for path in found)
        assert all(path.is_dir() or path.is_file() for path in found)
        assert not any(path.is_symlink() for path in found)
        assert sum(path.stat().st_size for path in found if path.is_file()) < 1_000_000


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.sampled_from(SAMPLES), st.integers(0, 2**32))
def test_no_damage_to_a_zip_gets_out_or_crashes(sample, seed):
    chance = random.Random(seed)
    data = bytearray(sample)
    marks = [place for place in range(len(data)) if data[place : place + 2] == b"PK"]
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        near = chance.choice(marks) + chance.randrange(70)
        place = near if chance.random() < 0.8 and near < len(data) else chance.randrange(len(data))
        if chance.random() < 0.2:
            name = chance.choice(NAMES)
            data[place : place + len(name)] = name
        else:
            data[place] = chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))
    if chance.random() < 0.15:
        del data[chance.randrange(len(data)) :]
    if chance.random() < 0.15:
        place = chance.randrange(len(data) + 1)
        data[place:place] = chance.randbytes(chance.randrange(40))
    survives(bytes(data))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=120), st.booleans())
def test_no_bytes_crash_it(rest, ended):
    survives(b"PK\3\4" + rest + (b"PK\5\6" + bytes(18) if ended else b""))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(min_size=1, max_size=30))
def test_no_name_gets_out_or_crashes(name):
    survives(make_zip({name: picture(side=16)}))


def test_the_samples_are_good_as_they_are(into):
    for number, sample in enumerate((*SAMPLES, make_zip(photos_in()))):
        folder = into / str(number)
        folder.mkdir()
        unpack_bytes(sample, folder)
        assert len(list(folder.rglob("*.png"))) in (2, 6)
