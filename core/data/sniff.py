"""What a file is by its first bytes, and whether its end is missing."""

import re
import struct

# Pictures and documents that people do drop, named so that the refusal can say what came.
OTHER_FORMATS = (
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
    (0, b"II+\0", "a TIFF picture"),
    (0, b"MM\0+", "a TIFF picture"),
    (0, b"8BPS", "a PSD picture of Photoshop"),
    (0, b"gimp xcf", "an XCF picture of GIMP"),
    (0, b"%!PS", "an EPS picture or other PostScript"),
    (0, b"\xc5\xd0\xd3\xc6", "an EPS picture"),
    (0, b"%PDF", "a PDF document"),
    (0, b"\0\0\1\0", "an icon"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (0, b"FUJIFILMCCD-RAW", "a raw picture of a camera"),
    (0, b"IIRO", "a raw picture of a camera"),
    (0, b"IIU\0", "a raw picture of a camera"),
    (0, b"FOVb", "a raw picture of a camera"),
    (4, b"ftypcrx ", "a raw picture of a camera"),
    (0, b"P7\n", "a PAM picture"),
    (0, b"v/1\1", "an OpenEXR picture"),
    (0, b"#?RADIANCE", "a Radiance HDR picture"),
    (0, b"qoif", "a QOI picture"),
    (0, b"DDS ", "a DDS picture"),
    (0, b"/* XPM */", "an XPM picture"),
    (0, b"SIMPLE  =", "a FITS picture"),
    (0, b"AT&TFORM", "a DjVu document"),
    (0, b"\xd7\xcd\xc6\x9a", "a WMF picture"),
    (40, b" EMF", "an EMF picture"),
    (128, b"DICM", "a DICOM picture"),
    *((4, b"ftyp" + brand, "an AVIF picture") for brand in (b"avif", b"avis")),
    *((4, b"ftyp" + brand, "a HEIC picture") for brand in (b"hei", b"hev", b"mif1", b"msf1")),
    (4, b"ftyp", "a video"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (0, b"PK\3\4", "a zip archive"),
    (0, b"PK\5\6", "a zip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (257, b"ustar", "a tar archive"),
)
TARGA_END = b"TRUEVISION-XFILE.\0"
NETPBM = re.compile(rb"P([1-6])(?:\s|#[^\n]*\n)+\d")
NETPBM_NAMES = {b"1": "PBM", b"2": "PGM", b"3": "PPM", b"4": "PBM", b"5": "PGM", b"6": "PPM"}
BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)


def sniff_format(data: bytes) -> str | None:
    """Name the format that is read here and that the first bytes announce, None for any other."""
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
    return None


def sniff_other(data: bytes) -> str | None:
    """Say what a file is whose format is not read here, "a TIFF picture"; None when unknown."""
    if found := NETPBM.match(data[:1024]):
        return f"a {NETPBM_NAMES[found[1]]} picture"
    if data.endswith(TARGA_END):
        return "a TGA picture"
    if b"<svg" in data[:1024]:
        return "an SVG picture"
    return next((what for at, mark, what in OTHER_FORMATS if data.startswith(mark, at)), None)


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
