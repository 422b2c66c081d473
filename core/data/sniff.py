"""What a file is by its first bytes, and whether its end is missing."""

import struct

# Pictures and documents that people do drop, named so that the refusal can say what came.
OTHER_FORMATS = (
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"8BPS", "Photoshop"),
    (0, b"%PDF", "PDF"),
    (0, b"\0\0\1\0", "icon"),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftyp", "video"),
)
BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)


def sniff_format(data: bytes) -> str | None:
    """Name the format that the first bytes announce, None when they are no known picture."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP"
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in BMP_HEADERS:
        return "BMP"
    if b"<svg" in data[:1024]:
        return "SVG"
    return next((n for at, magic, n in OTHER_FORMATS if data.startswith(magic, at)), None)


def looks_cut_off(name: str, data: bytes) -> bool:
    """Whether a file of this format lacks its end."""
    if name == "JPEG":  # an end marker must follow the last start of a scan
        if data.endswith(b"\xff\xd9"):
            return False
        return data.rfind(b"\xff\xd9") < max(data.rfind(b"\xff\xda"), 0)
    if name == "PNG":
        return data.rfind(b"IEND\xaeB`\x82") < 0  # the last chunk and its checksum
    if name == "WebP":
        return len(data) < int.from_bytes(data[4:8], "little") + 8
    if name == "BMP":
        return len(data) < int.from_bytes(data[2:6], "little")
    return not data.rstrip(b"\0").endswith(b";")  # GIF


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Read width and height from a WebP header; None when it is not a header that we know.

    Source: the WebP container specification and RFC 6386 section 9.1.
    """
    kind = data[12:16]
    if len(data) < 30:
        return None
    if kind == b"VP8X":
        return (
            1 + int.from_bytes(data[24:27], "little"),
            1 + int.from_bytes(data[27:30], "little"),
        )
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None
