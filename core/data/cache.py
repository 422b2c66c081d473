"""Decoded photos on disk: built once, whole or not at all, checked, and memory-mapped.

A pack is a folder ``KEY/`` with ``pixels.bin`` (count x S x S x 3 bytes) and ``pack.json`` (what it
holds, and a checksum for every photo and for itself). It is written under another name and then
renamed; a pack that does not verify is built again. When all of them outgrow their budget, or the
disk is full, those used longest ago are removed, but never one that somebody has open.
"""

import contextlib
import itertools
import json
import os
import shutil
import sys
import zlib
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from core.errors import FULL, DataError
from core.files import UNFINISHED, remove_least_recent, whole_folder, write_all, write_atomically
from core.folders import cache_folder
from core.system import cpu_count

if sys.platform != "win32":
    import fcntl

# All packs together; the one just built and those in use stay even if they are larger.
CACHE_LIMIT_BYTES = 8 * 2**30

Pack = tuple[NDArray[np.uint8], dict[str, Any]]


@dataclass
class PackWriter:
    """Takes photos one after the other and remembers a checksum of each.

    On a full disk it asks ``make_room``, again and again, to remove something else.
    """

    file: FileIO
    make_room: Callable[[], bool]
    checksums: list[int] = field(default_factory=list)

    def add(self, pixels: NDArray[np.uint8], checksum: int) -> None:
        """Append one photo whose CRC-32 the caller has computed (in its own thread)."""
        before = self.file.tell()
        while True:
            try:
                write_all(self.file.fileno(), pixels.data)
                break
            except OSError as error:
                self.file.seek(before)
                self.file.truncate()
                if error.errno not in FULL or not self.make_room():
                    raise
        self.checksums.append(checksum)


def open_pack(key: str, image_size: int, build: Callable[[PackWriter], dict[str, Any]]) -> Pack:
    """Return (pixels (N, S, S, 3) memory-mapped, facts) of the pack ``key``.

    If there is none that verifies, ``build`` adds the photos to a writer and returns the facts
    (plain JSON values) to keep with them. Raises ``DataError`` when the cache cannot be written.
    """
    folder = cache_folder()
    pack = read_if_whole(folder / key, image_size)
    if pack is not None:
        return pack
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # 256 locks, not one a key, so that lock files do not pile up.
        with build_lock(folder / key):
            pack = read_if_whole(folder / key, image_size)  # someone may have built it meanwhile
            if pack is None:
                build_pack(folder / key, build)
                pack = read_if_whole(folder / key, image_size, check_photos=False)
        tidy(folder, keep=key)
    except OSError as error:
        if error.filename is not None and not Path(error.filename).is_relative_to(folder):
            raise  # somebody else's file, such as the run's that says how far the photos are
        raise DataError(
            f"The photo cache {folder} cannot be used: {error.strerror or error}. "
            "Free some space there or name another folder in GLASS_CNN_CACHE."
        ) from error
    if pack is None:
        raise DataError(f"Something removes files from the photo cache {folder} while it is used.")
    return pack


def build_lock(path: Path) -> FileLock:
    """Return the lock of those who build the pack at ``path``."""
    return FileLock(path.parent / f"{path.name[:2]}.lock")


def build_pack(path: Path, build: Callable[[PackWriter], dict[str, Any]]) -> None:
    """Write a pack, which appears whole; what a power cut tears will not verify."""
    with whole_folder(path) as unfinished:
        with open(unfinished / "pixels.bin", "wb", buffering=0) as file:
            writer = PackWriter(file, lambda: remove_oldest(path.parent, keep=path.name))
            facts = build(writer)
        content = json.dumps({"facts": facts, "checksums": writer.checksums})
        lines = f"{zlib.crc32(content.encode()):08x}\n{content}\n"
        write_atomically(unfinished / "pack.json", lines.encode())


def read_if_whole(path: Path, image_size: int, check_photos: bool = True) -> Pack | None:
    """Read a pack, None if it is not there, torn or rotten."""
    try:
        return read_pack(path, image_size, check_photos)
    except (OSError, ValueError, KeyError):
        return None


def read_pack(path: Path, image_size: int, check_photos: bool) -> Pack:
    """Map a pack; raises ``OSError``, ``ValueError`` or ``KeyError`` if it does not verify."""
    photo_bytes = image_size * image_size * 3
    checksum, content = (path / "pack.json").read_text(encoding="utf-8").splitlines()
    if int(checksum, 16) != zlib.crc32(content.encode()):
        raise ValueError("pack.json has changed")
    values = json.loads(content)
    checksums = values["checksums"]
    if (path / "pixels.bin").stat().st_size != len(checksums) * photo_bytes:
        raise ValueError("pixels.bin has another length")
    if check_photos and not checksums_hold(path / "pixels.bin", checksums, photo_bytes):
        raise ValueError("pixels.bin has changed")
    shape = (len(checksums), image_size, image_size, 3)
    with open(path / "pixels.bin", "rb", buffering=0) as file:
        hold(file)
        pixels = np.memmap(file, np.uint8, mode="r", shape=shape)
    os.utime(path)  # used just now: last to be removed
    return pixels, values["facts"] | {"mark": f"{zlib.crc32(repr(checksums).encode()):08x}"}


def checksums_hold(path: Path, checksums: list[int], photo_bytes: int) -> bool:
    """Compare every photo with its CRC-32; read, not mapped, so that memory stays small."""

    def part_holds(part: range) -> bool:
        buffer = memoryview(bytearray(photo_bytes))
        with open(path, "rb", buffering=0) as file:
            file.seek(part.start * photo_bytes)
            return all(
                file.readinto(buffer) == photo_bytes and zlib.crc32(buffer) == checksums[i]
                for i in part
            )

    count, parts = len(checksums), cpu_count()
    edges = [count * i // parts for i in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
        ranges = [range(a, b) for a, b in itertools.pairwise(edges)]
        return all(pool.map(part_holds, ranges))


def tidy(folder: Path, keep: str) -> None:
    """Remove what killed builders left, and the packs used longest ago until the rest fits."""
    for unfinished in folder.glob(f"*{UNFINISHED}"):
        with contextlib.suppress(Timeout), build_lock(unfinished).acquire(blocking=False):
            shutil.rmtree(unfinished, ignore_errors=True)
    remove_least_recent(
        packs(folder), CACHE_LIMIT_BYTES, lambda path: path.name != keep and remove_unused(path)
    )


def remove_oldest(folder: Path, keep: str) -> bool:
    """Remove the pack used longest ago that nobody has open; ``False`` when there is none."""
    return any(path.name != keep and remove_unused(path) for _, _, path in sorted(packs(folder)))


def packs(folder: Path) -> list[tuple[float, int, Path]]:
    """List of every finished pack when it was last opened, its bytes and its folder."""
    found = []
    for path in folder.iterdir():
        with contextlib.suppress(OSError):  # someone removes it just now
            if path.is_dir() and not path.name.endswith(UNFINISHED):
                size = (path / "pixels.bin").stat().st_size
                found.append((path.stat().st_mtime, size, path))
    return found


def forget_photos(names: Collection[str]) -> None:
    """Remove the packs that hold a photo of one of these names, unless somebody has them open."""
    wanted = set(names)
    for _, _, path in packs(cache_folder()) if cache_folder().is_dir() else []:
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
            _, content = (path / "pack.json").read_text(encoding="utf-8").splitlines()
            groups = json.loads(content)["facts"]["groups"]
            if any(not wanted.isdisjoint(group["used"]) for group in groups):
                remove_unused(path)


def hold(file: FileIO) -> None:
    """Say that these pixels are in use, until nobody has them mapped any more.

    A mapping keeps its file open, and the file its lock, however the process ends. Raises
    ``BlockingIOError`` for a pack that is being removed.
    """
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)


def remove_unused(path: Path) -> bool:
    """Remove a pack unless somebody has its pixels mapped; tell whether it is gone."""
    try:
        with open(path / "pixels.bin", "rb", buffering=0) as file:
            if sys.platform != "win32":  # where mapped files cannot be removed anyway
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path)
    except OSError:
        return False
    return True
