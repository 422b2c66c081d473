"""Values said as a person would say them."""

from collections import Counter
from collections.abc import Sequence

MARKS = set("[]<>`\\")
"""Without these Markdown and HTML neither draw nor link anything."""
JOINERS = "\u200c\u200d"
"""Have no width and make one sign of several: a woman and a microscope are a scientist."""


def spoken_size(size: int) -> str:
    """Say how large a file is: "412 bytes", "1.2 kB", "26.1 MB", "2.0 GB"."""
    if size < 1000:
        return f"{size} bytes"
    if size < 1e6:
        return f"{size / 1e3:.1f} kB"
    return f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"


def spoken_memory(size: float) -> str:
    """Say roughly how much memory something takes: "11 MB", "1.2 GB", "61 GB"."""
    if size < 0.9995e9:
        return f"{size / 1e6:.0f} MB"
    return f"{size / 1e9:.1f} GB" if size < 9.95e9 else f"{size / 1e9:.0f} GB"


def spoken_time(seconds: float) -> str:
    """Say a duration as a person would: "8 s", "2 min 5 s", "3 h 10 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def rough_time(seconds: float) -> str:
    """Say roughly how long something will take: "10 seconds", "3 minutes", "2 hours"."""
    if seconds < 55:
        return f"{max(10, 10 * round(seconds / 10))} seconds"
    number, unit = (seconds / 60, "minute") if seconds < 90 * 60 else (seconds / 3600, "hour")
    return f"{round(number)} {unit}{'' if round(number) == 1 else 's'}"


def short_time(seconds: float) -> str:
    """Say a time that is too short to be felt: "42 µs", "1.3 ms", "870 ms", "1.2 s"."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    if seconds < 0.9995e-3:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 0.00995 else f"{seconds * 1e3:.0f} ms"


def times_as_long(seconds: float, shortest: float) -> str:
    """Say how many times as long as ``shortest`` something takes: "1.2 x", "87 x", "1,240 x"."""
    times = seconds / shortest
    return f"{times:.1f} x" if times < 9.95 else f"{times:,.0f} x"


def percent(share: float) -> str:
    """Say a share of 0..1 with one digit: "81.2 %"."""
    return f"{share * 100:.1f} %"


def shape_words(shape: tuple[int, ...] | None) -> str:
    """Say a shape: "16 x 3 x 5 x 5", "one number", or "none" where there is no such array."""
    if shape is None:
        return "none"
    return " x ".join(map(str, shape)) or "one number"


def quote(text: str) -> str:
    """Reduce a stranger's text to a few characters that mean nothing to Markdown or HTML."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in " .,-+") else "?" for c in text[:20])
    return f"'{kept}{'...' if len(text) > 20 else ''}'"


def is_line(text: str) -> bool:
    """Tell whether a text can be shown in one line: no control characters, no line breaks."""
    return all(letter.isprintable() or letter in JOINERS for letter in text)


def one_line(text: str) -> str:
    """Make a text one that can be shown in one line, with single blanks."""
    shown = (letter if is_line(letter) else " " for letter in text)
    return " ".join("".join(shown).split()).strip(JOINERS)


def is_plain(text: str) -> bool:
    """Tell whether a stranger's text of one line is no Markdown that could draw or link anything.

    It may stand where it is not escaped: without brackets there is neither a picture nor a link.
    """
    return is_line(text) and not set(text) & MARKS


def plain(text: str) -> str:
    """Make a stranger's text of one line such a plain one."""
    return text.translate(dict.fromkeys(map(ord, MARKS), "_"))


def listed(words: Sequence[str]) -> str:
    """Join words as in a sentence: "a, b and c"; nothing for none."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def numbered(names: Sequence[str]) -> list[str]:
    """Number names of which there are several, in their order: "conv 1", "relu", "conv 2"."""
    total, seen, told = Counter(names), Counter[str](), []
    for name in names:
        seen[name] += 1
        told.append(f"{name} {seen[name]}" if total[name] > 1 else name)
    return told
