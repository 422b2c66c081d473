"""Decoded photos on disk: built once, whole or not at all, checked, and memory-mapped.

A pack is a folder ``KEY/`` with ``pixels.bin`` (count x S x S x 3 bytes) and ``pack.json`` (what it
holds, and a checksum for every photo and for itself). It is written under another name and then
renamed; a pack that does not verify is built again. The packs used longest ago are removed.
"""

import itertools
import json
import os
import shutil
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from core.errors import DataError
from core.folders import cache_folder
from core.system import cpu_count

# All packs together; the one just built stays even if it is larger.
CACHE_LIMIT_BYTES = 8 * 2**30

Pack = tuple[NDArray[np.uint8], dict[str, Any]]


@dataclass
class PackWriter:
    """Takes photos one after the other and remembers a checksum of each."""

    file: Any
    checksums: list[int] = field(default_factory=list)

    def add(self, pixels: NDArray[np.uint8], checksum: int) -> None:
        """Append one photo whose CRC-32 the caller has computed (in its own thread)."""
        self.file.write(pixels.data)
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
        with FileLock(folder / f"{key[:2]}.lock"):
            pack = read_if_whole(folder / key, image_size)  # someone may have built it meanwhile
            if pack is None:
                build_pack(folder / key, build)
                pack = read_if_whole(folder / key, image_size, check_photos=False)
        remove_oldest(folder, keep=key)
    except OSError as error:
        raise DataError(
            f"The photo cache {folder} cannot be used: {error.strerror or error}. "
            "Free some space there or name another folder in GLASS_CNN_CACHE."
        ) from error
    if pack is None:
        raise DataError(f"Something removes files from the photo cache {folder} while it is used.")
    return pack


def build_pack(path: Path, build: Callable[[PackWriter], dict[str, Any]]) -> None:
    """Write a pack under a temporary name and rename it to ``path``.

    Nothing waits for the disk: what a power cut tears will not verify.
    """
    unfinished = path.with_name(path.name + ".building")
    shutil.rmtree(unfinished, ignore_errors=True)  # what a killed builder left behind
    unfinished.mkdir()
    try:
        with open(unfinished / "pixels.bin", "wb") as file:
            writer = PackWriter(file)
            facts = build(writer)
        content = json.dumps({"facts": facts, "checksums": writer.checksums})
        lines = f"{zlib.crc32(content.encode()):08x}\n{content}\n"
        (unfinished / "pack.json").write_text(lines, encoding="utf-8")
        shutil.rmtree(path, ignore_errors=True)  # one that did not verify
        unfinished.rename(path)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


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
    pixels = np.memmap(path / "pixels.bin", np.uint8, mode="r", shape=shape)
    os.utime(path)  # used just now: last to be removed
    return pixels, values["facts"]


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


def remove_oldest(folder: Path, keep: str) -> None:
    """Remove the packs used longest ago until all fit in ``CACHE_LIMIT_BYTES``.

    Whoever has a removed pack mapped keeps its pixels until the mapping is closed.
    """
    packs = []
    for path in folder.iterdir():
        pixels = path / "pixels.bin"
        if path.is_dir() and pixels.is_file():
            packs.append((path.stat().st_mtime, pixels.stat().st_size, path))
    total = sum(size for _, size, _ in packs)
    for _, size, path in sorted(packs):
        if total <= CACHE_LIMIT_BYTES:
            break
        if path.name != keep and not path.name.endswith(".building"):
            shutil.rmtree(path, ignore_errors=True)
            total -= size
