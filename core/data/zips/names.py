"""Names within a zip: read as they were meant, and refused where they lead elsewhere."""

import os
import re
from collections.abc import Sequence
from zipfile import ZipInfo

from core.data.walk import LITTER_FOLDERS
from core.data.zips.refusal import refused_entry

MAX_DEPTH = 32
MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 1000
DRIVE = re.compile(r"[A-Za-z]:")
UTF8 = 0x800
"""The flag that says that a name is UTF-8 (APPNOTE.TXT 4.4.4)."""


def name_of(info: ZipInfo) -> str:
    """Return an entry's whole name: UTF-8 where it can be, as some programs write it without saying
    so, else code page 437, as the format has it.
    """
    if info.flag_bits & UTF8:
        return info.orig_filename
    try:
        return raw_name(info).decode("utf-8")
    except UnicodeDecodeError:
        return info.orig_filename


def raw_name(info: ZipInfo) -> bytes:
    """Return the bytes of an entry's name."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & UTF8 else "cp437")


def checked_parts(name: str, zip_name: str) -> list[str]:
    """Split an entry's name into folders and a file, all below the folder where it is unpacked."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    reason = ""
    if "\0" in name:
        reason = "has a NUL character in its name"
    elif "\\" in name:
        reason = "has a backslash in its name; folders are to be parted by slashes"
    elif name.startswith("/"):
        reason = "names a place on the whole disk, not one within the zip"
    elif ".." in parts:
        reason = "leads out of the zip"
    elif any(DRIVE.match(part) for part in parts):
        reason = "names a drive"
    elif len(parts) > MAX_DEPTH:
        reason = f"lies more than {MAX_DEPTH} folders deep"
    elif len(name.encode()) > MAX_PATH_BYTES or any(
        len(part.encode()) > MAX_NAME_BYTES for part in parts
    ):
        reason = f"has a name of more than {MAX_NAME_BYTES} bytes, or {MAX_PATH_BYTES} in all"
    elif not can_be_kept(name):
        reason = "has a name with letters that file names cannot have here"
    if reason:
        raise refused_entry("path", zip_name, name, reason)
    return parts


def can_be_kept(name: str) -> bool:
    """Tell whether a file can have this name where the system's names are not UTF-8."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return False
    return True


def hidden_folder(folders: Sequence[str]) -> str:
    """Return the outermost folder that a system hides, "" if there is none."""
    for depth, folder in enumerate(folders):
        if folder.startswith(".") or folder.lower() in LITTER_FOLDERS:
            return "/".join(folders[: depth + 1])
    return ""
