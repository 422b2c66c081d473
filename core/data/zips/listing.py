"""What a zip holds, checked before anything of it is unpacked.

``zipfile`` reads the list of files and believes it: paths, links, sizes and overlaps are up to its
caller. All that could do harm is refused here, by ``ArchiveError`` with a sentence that names the
zip, the entry and the reason.
"""

import stat
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from core.data.sniff import sniff_format, sniff_other
from core.data.walk import HIDDEN_FOLDER, LITTER, LITTER_FILE
from core.data.zips.names import checked_parts, hidden_folder, name_of, raw_name
from core.data.zips.refusal import refused, refused_entry
from core.wording import spoken_memory

MAX_ENTRIES = 50_000
MAX_TOTAL_BYTES = 2_000_000_000
MAX_RATIO = 200
"""How many times its size an entry may unpack to; photos are compressed already."""
HARMLESS_BYTES = 1_000_000
"""An entry that unpacks to less may have any ratio: small flat pictures do."""
MAX_LIST_BYTES = 16 * 2**20

ARCHIVES = (
    *(".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", ".zst"),
    *(".lzma", ".cab", ".iso", ".jar"),
)
# APPNOTE.TXT 4.4.4: encrypted, strong encryption, masked header values
ENCRYPTED = 0x1 | 0x40 | 0x2000
HEADER_BYTES = 30
ENTRY_MARK = b"PK\1\2"
# What zipfile was seen to raise on damaged files
ZIP_ERRORS = (
    *(BadZipFile, EOFError, NotImplementedError, OverflowError, RuntimeError, ValueError),
    *(LookupError, struct.error),
)


@dataclass(frozen=True)
class Entry:
    """A file to unpack: its path below the folder, with slashes, and what the zip says of it."""

    path: str
    info: ZipInfo


@dataclass(frozen=True)
class Listing:
    """Files to unpack, in the zip's order, the bytes that they say they have together, archives
    that are left out, and how much else was passed over for which reason.
    """

    entries: tuple[Entry, ...]
    total: int
    archives: tuple[str, ...]
    skipped: Counter[str]


class Bounded:
    """A file of which ``zipfile`` can read no list of more than is accepted into memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        """Read ``size`` bytes; ``OverflowError`` when that is, or holds, far too much of a list."""
        if size > MAX_LIST_BYTES:
            raise OverflowError
        data = self.file.read(size)
        # zipfile makes an object for each before anybody can count them.
        if len(data) > MAX_ENTRIES and data.count(ENTRY_MARK) > MAX_ENTRIES:
            raise OverflowError
        return data


def open_zip(
    file: IO[bytes], zip_name: str, expected: str = "a zip of a folder with photos"
) -> ZipFile:
    """Open a zip and read its list of files; ``ArchiveError`` when it has none that can be read."""
    start = file.read(1024)
    file.seek(0)
    try:
        return ZipFile(cast(BinaryIO, Bounded(file)))
    except OverflowError as error:
        raise refused("too_many", zip_name, too_many()) from error
    except UnicodeDecodeError as error:
        name = error.object.decode("ascii", "replace")
        reason = "has a name that says it is UTF-8 and is not"
        raise refused_entry("corrupt", zip_name, name, reason) from error
    except ZIP_ERRORS as error:
        if start.startswith((b"PK\3\4", ENTRY_MARK, b"PK\5\6")):
            reason = "its list of files is damaged or missing, as where a download broke off"
            raise refused("corrupt", zip_name, reason) from error
        photo = sniff_format(start)
        what = f"a {photo} picture" if photo else sniff_other(start) or "no zip"
        reason = f"it is {what}; expected is {expected}"
        raise refused("not_zip", zip_name, reason) from error


def list_entries(archive: ZipFile, zip_name: str, largest: int) -> Listing:
    """Return what to unpack of a zip, of at most ``largest`` bytes each.

    ``ArchiveError`` when anything in it is not as it must be.
    """
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise refused("too_many", zip_name, too_many())
    check_overlap(infos, archive.start_dir, zip_name)
    entries, archives, hidden = [], [], set()
    skipped: Counter[str] = Counter()
    for info in infos:
        name = name_of(info)
        parts = checked_parts(name, zip_name)
        folder = hidden_folder(parts if name.endswith("/") else parts[:-1])
        if folder:
            hidden.add(folder)
        elif not parts or name.endswith("/"):
            check_kind(info, name, zip_name)
        elif parts[-1].startswith(".") or parts[-1].lower() in LITTER:
            skipped[LITTER_FILE] += 1
        else:
            check_kind(info, name, zip_name)
            if parts[-1].lower().endswith(ARCHIVES):
                archives.append("/".join(parts))
            else:
                check_content(info, name, zip_name, largest)
                entries.append(Entry("/".join(parts), info))
    skipped[HIDDEN_FOLDER] += len(hidden)
    check_together(entries, zip_name)
    total = sum(entry.info.file_size for entry in entries)
    return Listing(tuple(entries), total, tuple(archives), +skipped)


def too_many() -> str:
    """Say how many entries are accepted."""
    return f"it holds more than {MAX_ENTRIES:,} files and folders"


def check_kind(info: ZipInfo, name: str, zip_name: str) -> None:
    """Refuse links, devices and pipes."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise refused_entry("link", zip_name, name, "is a link, not a file")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise refused_entry("link", zip_name, name, "is a device or a pipe, not a file")


def check_content(info: ZipInfo, name: str, zip_name: str, largest: int) -> None:
    """Refuse a file that cannot be read, or that says it is far too large."""
    if info.flag_bits & ENCRYPTED:
        reason = "is encrypted; make the zip again without a password"
        raise refused_entry("encrypted", zip_name, name, reason)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        reason = f"is compressed by method {info.compress_type}; expected is deflate, the usual one"
        raise refused_entry("corrupt", zip_name, name, reason)
    if info.file_size > largest:
        reason = (
            f"unpacks to {spoken_memory(info.file_size)}; at most {spoken_memory(largest)} are "
            "accepted"
        )
        raise refused_entry("too_large", zip_name, name, reason)
    if info.file_size > max(HARMLESS_BYTES, MAX_RATIO * info.compress_size):
        ratio = info.file_size / max(1, info.compress_size)
        reason = f"unpacks to {ratio:,.0f} times its size; at most {MAX_RATIO} times are accepted"
        raise refused_entry("too_large", zip_name, name, reason)


def check_overlap(infos: Sequence[ZipInfo], end: int, zip_name: str) -> None:
    """Refuse entries of which two use the same bytes: so a small zip can unpack to terabytes.

    Source of the attack: Fifield, A better zip bomb (2019). ``end`` is where the list begins.
    """
    ordered = sorted(infos, key=lambda info: info.header_offset)
    if ordered and ordered[0].header_offset < 0:
        reason = "lies outside the file"
        raise refused_entry("corrupt", zip_name, name_of(ordered[0]), reason)
    ends = [info.header_offset for info in ordered[1:]] + [end]
    for info, limit in zip(ordered, ends, strict=False):
        if info.header_offset + HEADER_BYTES + len(raw_name(info)) + info.compress_size > limit:
            reason = "overlaps another part of the zip"
            raise refused_entry("corrupt", zip_name, name_of(info), reason)


def check_together(entries: Sequence[Entry], zip_name: str) -> None:
    """Refuse names that are there twice, and what is too much together."""
    files: set[str] = set()
    folders: set[str] = set()
    total = 0
    for entry in entries:
        if entry.path in files:
            raise refused_entry("corrupt", zip_name, entry.path, "is there twice")
        files.add(entry.path)
        folders.update(folders_of(entry.path))
        total += entry.info.file_size
        if len(files) + len(folders) > MAX_ENTRIES:
            raise refused("too_many", zip_name, too_many())
    if both := files & folders:
        raise refused_entry("corrupt", zip_name, min(both), "is a file and a folder at once")
    if total > MAX_TOTAL_BYTES:
        reason = (
            f"its files unpack to {spoken_memory(total)} together; at most "
            f"{spoken_memory(MAX_TOTAL_BYTES)} are accepted"
        )
        raise refused("too_large", zip_name, reason)


def folders_of(path: str) -> Iterator[str]:
    """Yield all folders around a file."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
