"""Unpacks what ``listing`` has let pass, counting the bytes that come out."""

import copy
import zlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from core.data.decode import ACCEPTED
from core.data.report import printable
from core.data.sniff import sniff_format
from core.data.zips.listing import ZIP_ERRORS, Listing
from core.data.zips.refusal import refused, refused_entry
from core.wording import listed

CHUNK = 1 << 20
SNIFFED = 1024


def unpack(archive: ZipFile, listing: Listing, into: Path, zip_name: str) -> None:
    """Write every file of a listing below ``into``, an empty folder.

    ``ArchiveError`` when one is damaged, holds other than it says, or when none is a picture;
    ``OSError`` when the disk refuses.
    """
    pictures = 0
    for folder in {entry.path.rpartition("/")[0] for entry in listing.entries}:
        (into / folder).mkdir(parents=True, exist_ok=True)
    for entry in listing.entries:
        start = b""
        try:
            with open(into / entry.path, "xb") as file:
                for chunk in chunks_of(archive, entry.info, zip_name, entry.path):
                    start = start or chunk[:SNIFFED]
                    file.write(chunk)
        except FileExistsError as error:
            reason = "has a name that this disk cannot tell from another's"
            raise refused_entry("path", zip_name, entry.path, reason) from error
        pictures += sniff_format(start) is not None
    if not pictures:
        raise refused("no_images", zip_name, no_pictures(listing))


def chunks_of(archive: ZipFile, info: ZipInfo, zip_name: str, path: str) -> Iterator[bytes]:
    """Yield what an entry holds, in chunks; ``ArchiveError`` when it is not what the zip says."""
    # zipfile would cut off, without a word, what goes beyond the size that the list tells.
    told = copy.copy(info)
    told.file_size = info.file_size + CHUNK
    size = 0
    try:
        with archive.open(told) as file:
            while chunk := file.read(min(CHUNK, info.file_size - size + 1)):
                size += len(chunk)
                if size > info.file_size:
                    break
                yield chunk
    except (*ZIP_ERRORS, zlib.error) as error:
        reason = "is damaged and cannot be unpacked"
        raise refused_entry("corrupt", zip_name, path, reason) from error
    if size != info.file_size:
        came = "more" if size > info.file_size else f"{size:,}"
        reason = f"says that it has {info.file_size:,} bytes, and has {came}"
        raise refused_entry("corrupt", zip_name, path, reason)


def no_pictures(listing: Listing) -> str:
    """Say what a zip holds that has no picture in it."""
    kinds = f"expected are photos in {ACCEPTED}"
    if listing.archives and not listing.entries:
        return (
            f"it holds no pictures but {archives_left_out(listing.archives)}; unpack "
            f"{'that' if len(listing.archives) == 1 else 'those'} and give what is inside"
        )
    if not listing.entries:
        return f"it is empty; {kinds}"
    first = printable(listing.entries[0].path)
    count = len(listing.entries)
    others = f" and {count - 1:,} more" if count > 1 else ""
    return f"it holds no picture that can be read, only {first}{others}; {kinds}"


def archives_left_out(names: tuple[str, ...]) -> str:
    """Name archives within the archive, the first three."""
    shown = listed([printable(name) for name in names[:3]])
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return f"{'another archive' if len(names) == 1 else 'other archives'}, {shown}{more}"
