"""Values said as a person would say them."""

from collections import Counter
from collections.abc import Sequence


def spoken_size(size: int) -> str:
    """Say how large a file is: "412 bytes", "1.2 kB", "26.1 MB"."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1e3:.1f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"


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


def quote(text: str) -> str:
    """Reduce a stranger's text to a few characters that mean nothing to Markdown or HTML."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in " .-+") else "?" for c in text[:20])
    return f"'{kept}{'...' if len(text) > 20 else ''}'"


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
